import type { Chunk } from '../../src/column/chunk.ts';
import { type BulkRoom, bulkWasm } from '../../src/kernel/wasm/bulk.ts';
import { openRoom } from '../../src/memory/room.ts';

/** Zeroes the second half of a chunk's first column with a kernel over the memory that the threads share. */
export function clearHalf({ memory, vectors, length }: Chunk): number {
  const bulk = openRoom<BulkRoom>(memory, 'bulk', bulkWasm);
  const { values } = vectors[0]!;
  bulk.fill(values + (length / 2) * 8, 0, (length / 2) * 8);
  return length / 2;
}
