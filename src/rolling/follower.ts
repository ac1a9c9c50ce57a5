import type { ChunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { RowPool } from './row-pool.ts';

/** Some rows of the arguments; the pool has the steps that they take. */
export interface RollingBlock {
  readonly pool: RowPool;
  readonly args: readonly ChunkVector[];
  /** Where results are put; good for one block. */
  readonly scratch: Scratch;
}

/** A column or a state that follows the rows of a pool, step by step. */
export interface Follower {
  follow(block: RollingBlock): void;
  /** The codes of a column of text are others now: `map` has the new one (u32) of each old one. */
  recoded?(column: Follower, map: number): void;
  /** Forgets all rows. */
  clear(): void;
  snapshot(): Uint8Array;
  /** @throws StateError when the bytes are no saved state of this */
  restore(bytes: Uint8Array): void;
  /** Bytes of linear memory held. */
  readonly stateBytes: number;
  dispose(): void;
}
