import type { ChunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';
import { FlatAccumulator, type Part } from './_flat.ts';
import { kindOf } from './_kinds.ts';
import { demand, isCountable, isFixed } from './_types.ts';
import type { AccumulatorKind, AccumulatorOptions, Aggregation, Parameters, Rows } from './accumulator.ts';
import { flipOf, isWide } from './extreme.ts';
import { FifoAccumulator } from './fifo-accumulator.ts';
import { nanOf } from './first.ts';

type Which = 'Min' | 'Max';

/** [best, value, seen]: the first column's value where the second is least or greatest. */
class ArgExtreme extends FlatAccumulator {
  readonly #which: Which;
  readonly #by: 'F64' | 'I64';
  readonly #flip: bigint;
  readonly #nan: number;

  constructor(options: AccumulatorOptions, which: Which) {
    const by = options.types[1]!;
    super(options, { name: `arg${which}`, stride: 24, initial: 0, forms: ['i64', isWide(by) ? 'own' : 'f64'] });
    this.#which = which;
    this.#by = isWide(by) ? 'I64' : 'F64';
    this.#flip = flipOf(by);
    this.#nan = nanOf(options.types[0]!);
  }

  protected feed({ states, ids, values, values2, validity, validity2, mask, length }: Part): void {
    const kernel = this.room[`arg${this.#which}${this.#by}`];
    kernel(states, ids, values, values2, validity, validity2, mask, length, this.#nan, this.#flip);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room[`mergeArg${this.#which}${this.#by}`](states, from, map, groups);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const [out, bits] = [scratch.take(count * 8 + 8), scratch.take((count >> 3) + 1)];
    const nulls = this.room.resultTaken(this.states, 24, 8, 16, ids, count, out, bits);
    const type = this.types[0]!;
    return this.answer(type, this.narrowed(type, 'i64', out, count, scratch), bits, nulls);
  }
}

/** The same for rows that leave, and for texts; FifoAccumulator takes what is compared first. */
class HeldArgExtreme extends FifoAccumulator {
  constructor(options: AccumulatorOptions, which: Which) {
    super(which === 'Min' ? 'argmin' : 'argmax', { ...options, types: options.types.toReversed() });
  }

  override onNew(rows: Rows): void {
    super.onNew({ ...rows, vectors: rows.vectors.toReversed() });
  }

  override onOld(rows: Rows): void {
    super.onOld({ ...rows, vectors: rows.vectors.toReversed() });
  }
}

const argKind = (which: Which): AccumulatorKind =>
  kindOf(
    `arg${which}`,
    options => (isFixed(options.types[0]!) ? new ArgExtreme(options, which) : new HeldArgExtreme(options, which)),
    options => new HeldArgExtreme(options, which),
    { ordered: true },
  );

const least = /* @__PURE__ */ argKind('Min');
const greatest = /* @__PURE__ */ argKind('Max');

const valueType = (name: string, types: readonly DataType[]): DataType => {
  demand(name, types.slice(0, 1), isCountable, 'any column but bytes');
  demand(name, types.slice(1), isFixed, 'numbers, bool or times to compare');
  return types[0]!;
};

/** The first column's value where the second is least; the earliest of several. Rows where either is null or NaN are skipped. */
export const argmin: Aggregation = {
  name: 'argmin',
  arity: [2, 2],
  parameters: {},
  resultType: types => valueType('argmin', types),
  kind: () => least,
};

/** The first column's value where the second is greatest; the earliest of several. Rows where either is null or NaN are skipped. */
export const argmax: Aggregation = {
  name: 'argmax',
  arity: [2, 2],
  parameters: {},
  resultType: types => valueType('argmax', types),
  kind: () => greatest,
};
