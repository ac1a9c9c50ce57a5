import { Cells } from '../aggregate/cells.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { rollingRoom } from '../kernel/rolling.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { bool, f64 } from '../schema/data-type.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { KeyColumn, NumberColumn } from './slot-columns.ts';

/** A count for each row's window, as i32 at `counts`; -1 for rows without a group. */
export interface WindowCounts {
  readonly counts: number;
}

abstract class Counter implements Follower, WindowCounts {
  counts = 0;
  protected readonly memory: Memory;
  protected readonly states: Cells;

  constructor(memory: Memory, owner: string) {
    this.memory = memory;
    this.states = new Cells(memory, owner, 4);
  }

  get stateBytes(): number {
    return this.states.bytes;
  }

  follow(block: RollingBlock): void {
    this.states.grow(block.pool.groups);
    this.counts = block.scratch.take(block.pool.length * 4 + 8);
    this.count(block);
  }

  clear(): void {
    this.states.clear();
  }

  snapshot(): Uint8Array {
    return this.states.save();
  }

  restore(bytes: Uint8Array): void {
    this.states.load(bytes);
  }

  dispose(): void {
    this.states.free();
  }

  protected abstract count(block: RollingBlock): void;
}

/** Rows of each window. */
export class RowCounts extends Counter {
  protected count({ pool }: RollingBlock): void {
    rollingRoom(this.memory).rowsOf(pool.steps, pool.length, this.counts);
  }
}

/** Rows of each window that have a value, in both columns if there are two. */
export class PresentCounts extends Counter {
  readonly #columns: readonly (NumberColumn | KeyColumn)[];

  constructor(memory: Memory, owner: string, columns: readonly (NumberColumn | KeyColumn)[]) {
    super(memory, owner);
    this.#columns = columns;
  }

  protected count({ pool: { next, steps, length, total } }: RollingBlock): void {
    const [one, two] = this.#columns;
    const other = two === undefined ? 0 : two.have;
    rollingRoom(this.memory).counts(next, steps, length, total, one!.have, other, this.states.address, this.counts);
  }
}

/** Values of each window that are not 0. */
export class TrueCounts extends Counter {
  readonly #column: NumberColumn;

  constructor(memory: Memory, owner: string, column: NumberColumn) {
    super(memory, owner);
    this.#column = column;
  }

  /** Whether `any` value or all of them are true. */
  answer(name: 'any' | 'all', present: WindowCounts, length: number, scratch: Scratch): ChunkVector {
    const bits = scratch.take(((length + 7) >> 3) + 8);
    rollingRoom(this.memory).truthBits(this.counts, present.counts, length, name === 'all' ? 1 : 0, bits);
    return chunkVector(bool(), bits);
  }

  protected count({ pool: { next, steps, length, total } }: RollingBlock): void {
    const { values } = this.#column;
    rollingRoom(this.memory).truths(next, steps, length, total, values, this.states.address, this.counts);
  }
}

/** Counts as f64. */
export function widened(memory: Memory, { counts }: WindowCounts, length: number, scratch: Scratch): ChunkVector {
  const out = scratch.take(length * 8 + 8);
  rollingRoom(memory).widen(counts, length, out);
  return chunkVector(f64(), out);
}
