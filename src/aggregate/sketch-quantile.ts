import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { OptionError } from '../errors.ts';
import { aggregateRoom } from '../kernel/aggregate.ts';
import { sketchRoom } from '../kernel/sketch.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { f64, i32, widthOf } from '../schema/data-type.ts';
import { Block } from './_block.ts';
import { codeOf } from './_flat.ts';
import { demand, isAddable } from './_types.ts';
import type { Accumulator, AccumulatorOptions, Aggregation, Parameters, Rows } from './accumulator.ts';
import { OrderAccumulator } from './order-accumulator.ts';

/** Rows that become numbers of buckets at a time. */
const tileRows = 2048;

/**
 * How many values lie in each bucket, per group: the multiset of exact quantiles, over numbers of buckets in place of values. It holds 16
 * bytes for each bucket that is not empty, however many rows there are, and rows can leave again.
 */
class QuantileSketch implements Accumulator {
  readonly sideBySide = false;
  readonly #memory: Memory;
  readonly #inner: OrderAccumulator;
  readonly #gamma: number;
  readonly #tile: Block;
  readonly #rows: Rows & { vectors: ChunkVector[] };

  constructor(options: AccumulatorOptions, error: number) {
    const { memory, owner } = options;
    this.#memory = memory;
    this.#gamma = (1 + error) / (1 - error);
    // as if rows left: those of a state that only grows wait one by one until they are asked for
    this.#inner = new OrderAccumulator({ ...options, types: [i32()], evicting: true });
    this.#tile = new Block(memory, owner);
    this.#tile.growZeroed(0, tileRows * 12 + tileRows / 8);
    this.#rows = { length: 0, vectors: [chunkVector(i32(), 0)], groupIds: 0, mask: 0 };
  }

  get stateBytes(): number {
    return this.#inner.stateBytes + this.#tile.bytes;
  }

  reserve(groups: number): void {
    this.#inner.reserve(groups);
  }

  onNew(rows: Rows): void {
    this.#each(rows, part => this.#inner.onNew(part));
  }

  onOld(rows: Rows): void {
    this.#each(rows, part => this.#inner.onOld(part));
  }

  merge(from: this, map: number, groups: number): void {
    this.#inner.merge(from.#inner, map, groups);
  }

  forget(ids: number, count: number): void {
    this.#inner.forget(ids, count);
  }

  clear(): void {
    this.#inner.clear();
  }

  result(_name: string, { q }: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const answer = this.#inner.result('quantile', { q: q!, interpolation: 'lower' }, ids, count, scratch);
    const { f64: cells } = this.#memory;
    const from = answer.values / 8;
    for (let at = from; at < from + count; at++) cells[at] = valueOfBucket(cells[at]!, this.#gamma);
    return answer;
  }

  snapshot(): Uint8Array {
    return this.#inner.snapshot();
  }

  restore(bytes: Uint8Array): void {
    this.#inner.restore(bytes);
  }

  dispose(): void {
    this.#inner.dispose();
    this.#tile.free();
  }

  #each({ length, vectors: [vector], groupIds, mask }: Rows, hand: (rows: Rows) => void): void {
    const { bulk } = this.#memory;
    const { type, values, validity } = vector!;
    const cast = this.#tile.address;
    const [numbers, present] = [cast + tileRows * 8, cast + tileRows * 12];
    const scale = 1 / Math.log(this.#gamma);
    const rows = this.#rows;
    for (let start = 0; start < length; start += tileRows) {
      const count = Math.min(tileRows, length - start);
      const from = type.kind === 'bool' ? values + start / 8 : values + start * widthOf(type);
      if (type.kind !== 'float64') aggregateRoom(this.#memory).castF64(codeOf(type), from, count, cast);
      if (validity === 0) bulk.fill(present, 0xff, tileRows / 8);
      else bulk.copy(present, validity + start / 8, (count + 7) >> 3);
      sketchRoom(this.#memory).buckets(type.kind === 'float64' ? from : cast, count, scale, numbers, present);
      rows.length = count;
      rows.vectors[0]!.values = numbers;
      rows.vectors[0]!.validity = present;
      rows.groupIds = groupIds === 0 ? 0 : groupIds + start * 4;
      rows.mask = mask === 0 ? 0 : mask + start / 8;
      hand(rows);
    }
  }
}

// As assembly/sketch/buckets.ts numbers them.
const ZERO = 2 ** 28;
const INFINITE = 2 ** 30;

/** The value that stands for a bucket. */
function valueOfBucket(bucket: number, gamma: number): number {
  const size = Math.abs(bucket);
  if (size === 0) return 0;
  if (size === INFINITE) return bucket < 0 ? -Infinity : Infinity;
  // from the lower bound, which is never infinite; the bucket of the greatest numbers reaches beyond them
  const value = Math.min(((2 * gamma) / (gamma + 1)) * gamma ** (size - ZERO - 1), Number.MAX_VALUE);
  return bucket < 0 ? -value : value;
}

/**
 * The value at the share `q` of the sorted values, to a relative `error`: what comes out is within 1 % (by default) of the value that stands
 * at place ⌊q · (n − 1)⌋. A state grows with the logarithm of the range of its values, not with their number. Nulls and NaN are skipped;
 * null of nothing.
 *
 * @throws OptionError when q is outside [0, 1] or the error outside [0.00001, 0.5]
 * @see Masson, Rim & Lee 2019, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees"
 */
export const approxQuantile: Aggregation = {
  name: 'approx_quantile',
  arity: [1, 1],
  parameters: { q: 0.5, error: 0.01 },
  resultType(types) {
    demand('approx_quantile', types, isAddable, 'numbers or bool');
    return f64();
  },
  kind(_types, { q, error }) {
    if (!(typeof q === 'number' && q >= 0 && q <= 1)) {
      throw new OptionError('q', `approx_quantile: q is ${q}; give a number from 0 to 1`);
    }
    if (!(typeof error === 'number' && error >= 1e-5 && error <= 0.5)) {
      throw new OptionError('error', `approx_quantile: error is ${error}; give a number from 0.00001 to 0.5`);
    }
    return { name: `approx_quantile ${error}`, create: options => new QuantileSketch(options, error) };
  },
};
