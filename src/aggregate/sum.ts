import type { ChunkVector } from '../column/chunk.ts';
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

/** Sums of some 160 bits, for floats that leave: what left is gone to the last bit, infinities too. */
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

/** [sum, count] as i64, of integers of at most 32 bits: exact, also when rows leave. */
class IntegerSum extends SumAccumulator {
  readonly #kernel: 'sumI32' | 'sumU32' | 'sumI64';

  constructor(options: AccumulatorOptions) {
    const { kind } = options.types[0]!;
    const own: Form = kind === 'int32' || kind === 'uint32' ? 'own' : 'i64';
    super(options, { name: 'sum i64', stride: 16, initial: 0, forms: [own], join: JOIN.sumInt });
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
    return float && !options.evicting ? new FloatSum(options) : exactSum(options);
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
