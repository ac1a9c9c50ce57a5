import { DataError } from '../errors.ts';
import { selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { isVariable, widthOf } from '../schema/data-type.ts';
import { type ChunkVector, chunkVector } from './chunk.ts';

/**
 * The rows of a vector whose numbers (u32) are at `rows`, one after the other, in `scratch`.
 *
 * @throws DataError when a text column would have 2 GiB or more
 */
export function takeVector(
  memory: Memory,
  scratch: Scratch,
  { type, validity, values, offsets, dictionary }: ChunkVector,
  rows: number,
  count: number,
): ChunkVector {
  const room = selectRoom(memory);
  const bits = (source: number): number => {
    const out = scratch.take(((count + 63) >> 6) * 8);
    room.takeBits(source, rows, out, count);
    return out;
  };
  const present = validity === 0 ? 0 : bits(validity);
  if (type.kind === 'bool') return chunkVector(type, bits(values), present);
  if (isVariable(type)) {
    const text = takeText(memory, scratch, offsets, values, rows, count);
    return chunkVector(type, text.values, present, text.offsets);
  }
  const width = widthOf(type);
  const out = scratch.take(count * width);
  const take = width === 8 ? room.take64 : width === 4 ? room.take32 : width === 2 ? room.take16 : room.take8;
  take(values, rows, out, count);
  return chunkVector(type, out, present, 0, dictionary);
}

/**
 * The texts whose numbers (u32) are at `rows`, one after the other, in `scratch`.
 *
 * @throws DataError when they have 2 GiB or more
 */
export function takeText(
  memory: Memory,
  scratch: Scratch,
  offsets: number,
  values: number,
  rows: number,
  count: number,
): { readonly offsets: number; readonly values: number } {
  const room = selectRoom(memory);
  const starts = scratch.take((count + 1) * 4);
  const bytes = room.takeUtf8Offsets(offsets, rows, starts, count);
  if (bytes < 0) throw new DataError(`take: ${count} rows have 2 GiB of text or more; take fewer rows`);
  const text = scratch.take(bytes);
  room.takeUtf8Bytes(offsets, values, rows, text, count);
  return { offsets: starts, values: text };
}
