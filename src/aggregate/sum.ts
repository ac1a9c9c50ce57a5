import type { ChunkVector } from '../column/chunk.ts';
import type { Reduction } from '../expr/folds.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, f64, i64, isFloat, isUnsigned, u32, u64 } from '../schema/data-type.ts';
import { FlatAccumulator, type Form, JOIN, type Part } from './_flat.ts';
import { demand, isAddable } from './_types.ts';
import type { AccumulatorKind, AccumulatorOptions, Aggregation, Parameters } from './accumulator.ts';

/** Floats sum to f64, unsigned integers to u64, integers and bool to i64 (wrapping, as in numpy). */
const sumType = (type: DataType): DataType => (isFloat(type) ? f64() : isUnsigned(type) ? u64() : i64());

/** Results, as the kernels number them. */
export const SUM: Readonly<Record<string, number>> = /* @__PURE__ */ Object.freeze({ sum: 0, mean: 1, count: 2 });

/** Sum and count of a column: what `sum`, `mean` and `count` read. */
abstract class SumAccumulator extends FlatAccumulator {
  protected abstract read(ids: number, count: number, what: number, out: number, bits: number): number;

  result(name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const [out, bits] = [scratch.take(count * 8 + 8), scratch.take((count >> 3) + 1)];
    const nulls = this.read(ids, count, SUM[name]!, out, bits);
    const type = name === 'sum' ? sumType(this.types[0]!) : name === 'mean' ? f64() : u32();
    return this.answer(type, out, bits, nulls);
  }
}

/** [sum, count] as f64. Not for rows that leave: see ExactSum. */
class FloatSum extends SumAccumulator {
  override readonly reduction = 'sumF64';

  constructor(options: AccumulatorOptions) {
    super(options, { name: 'sum f64', stride: 16, initial: 0, forms: ['f64'] });
  }

  protected feed({ states, ids, values, validity, mask, length }: Part): void {
    this.room.sumF64(states, ids, values, validity, mask, length);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room.mergeSumF64(states, from, map, groups);
  }

  protected read(ids: number, count: number, what: number, out: number, bits: number): number {
    return this.room.resultSumF64(this.states, ids, count, what, out, bits);
  }
}

/** Sums of some 160 bits, for windows kept by blocks. */
class ExactSum extends SumAccumulator {
  constructor(options: AccumulatorOptions) {
    super(options, { name: 'sum exact', stride: 56, initial: 0, forms: ['f64'], join: JOIN.exact });
  }

  protected feed({ states, ids, values, validity, mask, length }: Part, old: boolean): void {
    this.room.exact1(states, ids, values, validity, mask, length, old ? -1 : 1);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room.mergeExact1(states, from, map, groups);
  }

  protected read(ids: number, count: number, what: number, out: number, bits: number): number {
    return this.room.resultExact1(this.states, ids, count, what, out, bits);
  }
}

/** What sums by group are cut by: see assembly/aggregate/grid.ts. Values of 2^-900 to 2^900. */
const [fewestBits, mostBits] = [14, 22];
const [leastLimit, mostLimit] = [2 ** -800, 2 ** 800];
/** Limits are so much above the greatest value that was seen. */
const headroom = 4;
/** Another limit is looked for when one row of so many does not suit it. */
const misfits = 16;

/**
 * The same for floats that leave, and two floats that most values by group go to (assembly/aggregate/grid.ts): what left is gone to the last bit,
 * infinities too.
 */
class GridSum extends SumAccumulator {
  /** A power of two; 0 before the first rows. */
  #limit = 0;
  /** So many rows, 2^bits, may come and go until the grids are settled. */
  #bits = fewestBits;
  #most = 2 ** fewestBits;
  #fed = 0;

  constructor(options: AccumulatorOptions) {
    super(options, { name: 'sum on grids', stride: 80, initial: 0, forms: ['f64'] });
  }

  protected feed({ states, ids, values, validity, mask, length }: Part, old: boolean): void {
    const sign = old ? -1 : 1;
    if (ids === 0) {
      this.room.gridSum(states, 0, values, validity, mask, length, sign, 0, 0);
      return;
    }
    for (let from = 0; from < length; ) {
      if (this.#fed >= this.#most) this.#settle();
      const rows = Math.min(length - from, this.#most - this.#fed);
      const [at, bits] = [values + from * 8, validity === 0 ? 0 : validity + from / 8];
      if (this.#limit === 0) this.#suit(at, bits, rows);
      const misfit = this.room.gridSum(states, ids + from * 4, at, bits, 0, rows, sign, this.#limit, this.#bits);
      // a whole number of bytes of bits, so that slices stay aligned
      this.#fed += (rows + 7) & ~7;
      from += rows;
      if (misfit * misfits > rows) this.#suit(at, bits, rows);
    }
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room.mergeGrid(states, from, map, groups);
  }

  protected read(ids: number, count: number, what: number, out: number, bits: number): number {
    return this.room.resultGrid(this.states, ids, count, what, out, bits);
  }

  override clear(): void {
    super.clear();
    this.#fed = 0;
  }

  override snapshot(): Uint8Array {
    this.#settle();
    return super.snapshot();
  }

  override restore(bytes: Uint8Array): void {
    super.restore(bytes);
    this.#fed = 0;
  }

  /** Grids that suit these values. */
  #suit(values: number, validity: number, length: number): void {
    const most = this.room.greatest(values, validity, length) * headroom;
    const limit = 2 ** Math.ceil(Math.log2(Math.min(mostLimit, Math.max(leastLimit, most))));
    if (limit === this.#limit) return;
    this.#settle();
    this.#limit = limit;
  }

  /** The grids are empty; to do that again costs a quarter of what rows cost at most. */
  #settle(): void {
    this.room.settleGrid(this.states, this.groups);
    this.#fed = 0;
    this.#bits = Math.min(mostBits, Math.max(fewestBits, Math.ceil(Math.log2(this.groups * 4))));
    this.#most = 2 ** this.#bits;
  }
}

/** [sum, count] as i64, of integers of at most 32 bits: exact, also when rows leave. */
class IntegerSum extends SumAccumulator {
  override readonly reduction: Reduction | null;
  readonly #kernel: 'sumI32' | 'sumU32' | 'sumI64';

  constructor(options: AccumulatorOptions) {
    const { kind } = options.types[0]!;
    const own: Form = kind === 'int32' || kind === 'uint32' ? 'own' : 'i64';
    super(options, { name: 'sum i64', stride: 16, initial: 0, forms: [own], join: JOIN.sumInt });
    this.reduction = kind === 'bool' ? null : 'sumI64';
    this.#kernel = kind === 'int32' ? 'sumI32' : kind === 'uint32' ? 'sumU32' : 'sumI64';
  }

  protected feed({ states, ids, values, validity, mask, length }: Part, old: boolean): void {
    this.room[this.#kernel](states, ids, values, validity, mask, length, old ? -1n : 1n);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room.mergeSumInt(states, from, map, groups);
  }

  protected read(ids: number, count: number, what: number, out: number, bits: number): number {
    return this.room.resultSumInt(this.states, ids, count, what, out, bits);
  }
}

/** [128-bit sum, count] of 64-bit integers: the sum wraps in the end, the mean doesn't. */
class WideSum extends SumAccumulator {
  override readonly reduction = 'sumI128';
  readonly #kernel: 'sumWideI64' | 'sumWideU64';

  constructor(options: AccumulatorOptions) {
    super(options, { name: 'sum i128', stride: 24, initial: 0, forms: ['own'], join: JOIN.sumWide });
    this.#kernel = options.types[0]!.kind === 'uint64' ? 'sumWideU64' : 'sumWideI64';
  }

  protected feed({ states, ids, values, validity, mask, length }: Part, old: boolean): void {
    this.room[this.#kernel](states, ids, values, validity, mask, length, old ? -1n : 1n);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room.mergeSumWide(states, from, map, groups);
  }

  protected read(ids: number, count: number, what: number, out: number, bits: number): number {
    return this.room.resultSumWide(this.states, ids, count, what, out, bits);
  }
}

function exactSum(options: AccumulatorOptions): FlatAccumulator {
  const type = options.types[0]!;
  if (isFloat(type)) return new ExactSum(options);
  return type.kind === 'int64' || type.kind === 'uint64' ? new WideSum(options) : new IntegerSum(options);
}

/** The state that sum, mean and count of one numeric column share. */
export const sumKind: AccumulatorKind = {
  name: 'sum',
  create(options) {
    const float = isFloat(options.types[0]!);
    if (!float) return exactSum(options);
    return options.evicting ? new GridSum(options) : new FloatSum(options);
  },
  // exact floats here too: what a window answers does not depend on where its blocks begin
  inBlocks: () => exactSum,
};

/** The sum; 0 of nothing. Nulls and NaN are skipped. */
export const sum: Aggregation = {
  name: 'sum',
  arity: [1, 1],
  parameters: {},
  resultType(types) {
    demand('sum', types, isAddable, 'numbers or bool');
    return sumType(types[0]!);
  },
  kind: () => sumKind,
};

/** The mean as f64; null of nothing. Nulls and NaN are skipped. */
export const mean: Aggregation = {
  name: 'mean',
  arity: [1, 1],
  parameters: {},
  resultType(types) {
    demand('mean', types, isAddable, 'numbers or bool');
    return f64();
  },
  kind: () => sumKind,
};
