import { joined, parted } from '../aggregate/_saved.ts';
import type { Parameters } from '../aggregate/accumulator.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { rollingRoom } from '../kernel/rolling.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';
import type { RollingBlock } from './follower.ts';
import { RollingParts } from './rolling-parts.ts';
import type { RollingAnswer, RollingKind } from './rollings.ts';
import { type RollingExtent, RowPool } from './row-pool.ts';

/** One answer for each row. */
export interface RollingColumnSpec {
  readonly kind: RollingKind;
  /** Places of its arguments among those of the set. */
  readonly args: readonly number[];
  readonly parameters: Parameters;
  /** A window with fewer values gives null. */
  readonly minPeriods: number;
}

export interface RollingSetOptions {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  readonly extent: RollingExtent;
  /** Rows have group ids: each has the window of its group. */
  readonly keyed: boolean;
  /** Types of the arguments. */
  readonly types: readonly DataType[];
  readonly columns: readonly RollingColumnSpec[];
}

/**
 * Answers for the window that ends with each row, of all rows or of its group's: several at once, which share the window's rows and states.
 *
 * What left a window leaves no trace; O(1) amortised a row, O(log w) for order statistics. Rows without a group have no answer.
 */
export class RollingSet {
  readonly pool: RowPool;
  readonly #memory: Memory;
  readonly #parts: RollingParts;
  readonly #answers: readonly RollingAnswer[];
  readonly #columns: readonly RollingColumnSpec[];

  constructor({ memory, owner, extent, keyed, types, columns }: RollingSetOptions) {
    this.pool = new RowPool({ memory, owner, extent, keyed });
    this.#memory = memory;
    this.#columns = columns;
    this.#parts = new RollingParts(memory, owner, types);
    this.#answers = columns.map(({ kind, args, parameters }) => kind.open(this.#parts, args, parameters, memory));
  }

  get stateBytes(): number {
    return this.pool.stateBytes + this.#parts.stateBytes;
  }

  /**
   * The answers for `length` rows that arrive, one vector for each column, in `scratch`.
   *
   * @param ids u32 for each row, below `keys`, or all ones for no group; 0 when rows are not grouped
   * @param times i64 for each row, for windows over time
   * @throws DataError when a time is before the one above it; nothing was taken then
   */
  push(
    args: readonly ChunkVector[],
    length: number,
    ids: number,
    keys: number,
    times: number,
    scratch: Scratch,
  ): ChunkVector[] {
    const { pool } = this;
    pool.enter(ids, keys, times, length, scratch);
    const block = { pool, args, scratch };
    this.#parts.follow(block);
    const answers = this.#answers.map((answer, at) =>
      this.#enough(answer, block, length, this.#columns[at]!.minPeriods),
    );
    pool.release();
    this.#parts.renew(block);
    return answers;
  }

  /** Forgets all rows. */
  clear(): void {
    this.pool.clear();
    this.#parts.clear();
  }

  snapshot(): Uint8Array {
    return joined([this.pool.snapshot(), this.#parts.snapshot()]);
  }

  /** @throws StateError when the bytes are no saved state of this */
  restore(bytes: Uint8Array): void {
    const [pool, parts] = parted(bytes, 2, 'rolling') as [Uint8Array, Uint8Array];
    this.pool.restore(pool);
    this.#parts.restore(parts);
  }

  dispose(): void {
    this.pool.dispose();
    this.#parts.dispose();
  }

  /** Null where a window has too few values, or the answer is NaN. */
  #enough(answer: RollingAnswer, block: RollingBlock, length: number, least: number): ChunkVector {
    const { type, values, validity, offsets, dictionary } = answer.values(block);
    const { counts } = answer.counts;
    const room = rollingRoom(this.#memory);
    const bits = block.scratch.take(((length + 7) >> 3) + 8);
    const found =
      type.kind === 'float64' && !answer.keepsNaN
        ? room.enoughNumbers(values, counts, length, least, validity, bits)
        : room.enough(counts, length, least, validity, bits);
    return chunkVector(type, values, found === length ? 0 : bits, offsets, dictionary);
  }
}
