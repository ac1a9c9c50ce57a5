import type { ChunkVector } from '../../column/chunk.ts';
import { takeVector } from '../../column/take.ts';
import { selectRoom } from '../../kernel/select.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { RowBlock } from './operator.ts';

/** The rows of a block that count, without gaps, in `scratch`; only the columns at `places` are copied. */
export function compactBlock(memory: Memory, scratch: Scratch, block: RowBlock, places: Iterable<number>): RowBlock {
  if (block.mask === 0) return block;
  const { length, mask, selected } = block;
  const rows = scratch.take(length * 4 + 64);
  selectRoom(memory).selection(mask, length, 0, rows);
  const vectors: ChunkVector[] = [...block.vectors];
  for (const place of places) vectors[place] = takeVector(memory, scratch, block.vectors[place]!, rows, selected);
  return { length: selected, vectors, mask: 0, selected, whole: block.whole, behind: -1 };
}
