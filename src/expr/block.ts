import type { ChunkVector } from '../column/chunk.ts';

/** The most rows a block may have: temporaries of this many float64 (32 KiB each) stay in the L1 or L2 cache. */
export const blockRows = 4096;

/**
 * Consecutive rows of a chunk, at most `blockRows`, whose first row is a multiple of 64 in the chunk: so that bits begin on
 * a byte. `vectors` are in schema order, row 0 of the block first.
 */
export interface Block {
  length: number;
  vectors: readonly ChunkVector[];
  /** Address of bits, 0 = nobody will look at the row: values that a checked cast refuses are let pass there. 0 or absent: all rows count. */
  mask?: number;
}
