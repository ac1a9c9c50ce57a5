import type { ChunkVector } from '../column/chunk.ts';
import type { Reduction } from '../expr/folds.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';
import { FlatAccumulator, JOIN, type Part } from './_flat.ts';
import { kindOf } from './_kinds.ts';
import { TextState } from './_text-state.ts';
import { isFixed } from './_types.ts';
import type { AccumulatorKind, AccumulatorOptions, Aggregation, Parameters } from './accumulator.ts';
import { fifoKind } from './fifo-accumulator.ts';

type Which = 'min' | 'max';

export const isWide = ({ kind }: DataType): boolean => kind === 'int64' || kind === 'uint64' || kind === 'timestamp';

/** Signed comparison sorts u64 rightly once the top bit is flipped. */
export const flipOf = ({ kind }: DataType): bigint => (kind === 'uint64' ? -(2n ** 63n) : 0n);

/** f64, NaN while empty: floats and everything of at most 32 bits. */
class Extreme extends FlatAccumulator {
  override readonly reduction: Reduction | null;
  readonly #which: Which;

  constructor(options: AccumulatorOptions, which: Which) {
    const join = which === 'min' ? JOIN.minF64 : JOIN.maxF64;
    super(options, { name: `${which} f64`, stride: 8, initial: 255, forms: ['f64'], join });
    this.#which = which;
    this.reduction = options.types[0]!.kind === 'bool' ? null : `${which}F64`;
  }

  protected feed({ states, ids, values, validity, mask, length }: Part): void {
    const kernel = this.#which === 'min' ? this.room.minF64 : this.room.maxF64;
    kernel(states, ids, values, validity, mask, length);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room[this.#which === 'min' ? 'mergeMinF64' : 'mergeMaxF64'](states, from, map, groups);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const [out, bits] = [scratch.take(count * 8 + 8), scratch.take((count >> 3) + 1)];
    const nulls = this.room.resultExtremeF64(this.states, ids, count, out, bits);
    const type = this.types[0]!;
    if (type.kind !== 'bool') return this.answer(type, this.narrowed(type, 'f64', out, count, scratch), bits, nulls);
    const truth = scratch.take((count >> 3) + 1);
    this.room.truthBits(out, count, truth);
    return this.answer(type, truth, bits, nulls);
  }
}

/** [i64, seen]: 64-bit integers and timestamps. */
class WideExtreme extends FlatAccumulator {
  override readonly reduction: Reduction;
  readonly #which: Which;
  readonly #flip: bigint;

  constructor(options: AccumulatorOptions, which: Which) {
    const join = which === 'min' ? JOIN.minI64 : JOIN.maxI64;
    super(options, { name: `${which} i64`, stride: 16, initial: 0, forms: ['own'], join });
    this.#which = which;
    this.#flip = flipOf(options.types[0]!);
    this.reduction = `${which}I64`;
  }

  protected feed({ states, ids, values, validity, mask, length }: Part): void {
    const kernel = this.#which === 'min' ? this.room.minI64 : this.room.maxI64;
    kernel(states, ids, values, validity, mask, length, this.#flip);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room[this.#which === 'min' ? 'mergeMinI64' : 'mergeMaxI64'](states, from, map, groups);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const [out, bits] = [scratch.take(count * 8 + 8), scratch.take((count >> 3) + 1)];
    const nulls = this.room.resultExtremeI64(this.states, ids, count, this.#flip, out, bits);
    return this.answer(this.types[0]!, out, bits, nulls);
  }
}

const fixed = (options: AccumulatorOptions, which: Which): FlatAccumulator =>
  isWide(options.types[0]!) ? new WideExtreme(options, which) : new Extreme(options, which);

const extremeKind = (which: Which): AccumulatorKind =>
  kindOf(
    which,
    options => (isFixed(options.types[0]!) ? fixed(options, which) : new TextState(options, which)),
    options => fifoKind(which).create(options),
    { blocks: ([type]) => (isFixed(type!) ? options => fixed(options, which) : null) },
  );

const minKind = /* @__PURE__ */ extremeKind('min');
const maxKind = /* @__PURE__ */ extremeKind('max');

/** The least value, of the column's type (text by code point); null of nothing. NaN is skipped. */
export const min: Aggregation = {
  name: 'min',
  arity: [1, 1],
  parameters: {},
  resultType: types => types[0]!,
  kind: () => minKind,
};

/** The greatest value, of the column's type (text by code point); null of nothing. NaN is skipped. */
export const max: Aggregation = {
  name: 'max',
  arity: [1, 1],
  parameters: {},
  resultType: types => types[0]!,
  kind: () => maxKind,
};
