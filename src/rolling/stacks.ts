import { joined, parted } from '../aggregate/_saved.ts';
import { Cells } from '../aggregate/cells.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { aggregateRoom } from '../kernel/aggregate.ts';
import { rollingRoom } from '../kernel/rolling.ts';
import { windowRoom } from '../kernel/window.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { f64 } from '../schema/data-type.ts';
import type { WindowCounts } from './counts.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { NumberColumn } from './slot-columns.ts';

/** What is kept of each window, and the bytes of one state and of one answer. */
const shapes = {
  sums: { state: 16, answer: 8 },
  seconds: { state: 24, answer: 24 },
  fourths: { state: 40, answer: 40 },
  pairs: { state: 48, answer: 48 },
  products: { state: 40, answer: 8 },
} as const;

export type StackKind = keyof typeof shapes;

/** Bytes of work space for results of moments. */
const workBytes = 128;

/**
 * Two stacks for each group: states that only merge, so that nothing is taken away and what left leaves no trace; see
 * assembly/shared/steps.ts. Two states are made for each row, and one merge.
 */
export class Stacks implements Follower {
  readonly kind: StackKind;
  /** Address of the answers for the rows in hand. */
  #answers = 0;
  #length = 0;
  readonly #memory: Memory;
  readonly #columns: readonly NumberColumn[];
  readonly #prefixes: Cells;
  readonly #suffixes: Cells;

  constructor(memory: Memory, owner: string, kind: StackKind, columns: readonly NumberColumn[]) {
    this.kind = kind;
    this.#memory = memory;
    this.#columns = columns;
    this.#prefixes = new Cells(memory, owner, shapes[kind].state);
    this.#suffixes = new Cells(memory, owner, shapes[kind].state);
  }

  get stateBytes(): number {
    return this.#prefixes.bytes + this.#suffixes.bytes;
  }

  follow({ pool, scratch }: RollingBlock): void {
    const { prev, steps, length, total } = pool;
    const prefixes = this.#prefixes.grow(pool.groups);
    const suffixes = this.#suffixes.grow(pool.slots);
    // one state more: products are multiplied there
    this.#answers = scratch.take(length * shapes[this.kind].answer + 64);
    this.#length = length;
    const room = rollingRoom(this.#memory);
    const [xs, ys] = this.#columns;
    if (this.kind === 'pairs') {
      room.pairs(prev, steps, length, total, xs!.values, ys!.values, prefixes, suffixes, this.#answers);
    } else room[this.kind](prev, steps, length, total, xs!.values, prefixes, suffixes, this.#answers);
  }

  /** The f64 answers of sums and products. */
  numbers(): ChunkVector {
    return chunkVector(f64(), this.#answers);
  }

  /** Sums by counts. */
  means({ counts }: WindowCounts, scratch: Scratch): ChunkVector {
    const out = scratch.take(this.#length * 8 + 8);
    this.#memory.bulk.copy(out, this.#answers, this.#length * 8);
    windowRoom(this.#memory).divideByCounts(out, counts, this.#length, 0, 0);
    return chunkVector(f64(), out);
  }

  /** `what` of moments: 0 var, 1 std, 2 sem, 3 skew, 4 kurt. */
  moments(what: number, ddof: number, scratch: Scratch): ChunkVector {
    const length = this.#length;
    const [out, bits, work] = [scratch.take(length * 8 + 8), scratch.take((length >> 3) + 8), scratch.take(workBytes)];
    const order = this.kind === 'seconds' ? 2 : 4;
    const room = aggregateRoom(this.#memory);
    const nulls = room.resultMoments(this.#answers, 0, length, what, ddof, order, 0, work, out, bits);
    return chunkVector(f64(), out, nulls > 0 ? bits : 0);
  }

  /** The covariance, or the correlation. */
  joint(name: 'cov' | 'corr', ddof: number, scratch: Scratch): ChunkVector {
    const length = this.#length;
    const [out, bits, work] = [scratch.take(length * 8 + 8), scratch.take((length >> 3) + 8), scratch.take(workBytes)];
    const what = name === 'cov' ? 0 : 1;
    const room = aggregateRoom(this.#memory);
    const nulls = room.resultPairs(this.#answers, 0, length, what, ddof, 0, work, out, bits);
    return chunkVector(f64(), out, nulls > 0 ? bits : 0);
  }

  clear(): void {
    this.#prefixes.clear();
  }

  snapshot(): Uint8Array {
    return joined([this.#prefixes.save(), this.#suffixes.save()]);
  }

  restore(bytes: Uint8Array): void {
    const [prefixes, suffixes] = parted(bytes, 2, 'rolling') as [Uint8Array, Uint8Array];
    this.#prefixes.load(prefixes);
    this.#suffixes.load(suffixes);
  }

  dispose(): void {
    this.#prefixes.free();
    this.#suffixes.free();
  }
}
