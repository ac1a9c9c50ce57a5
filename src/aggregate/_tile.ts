import type { ChunkVector } from '../column/chunk.ts';
import { widthOf } from '../schema/data-type.ts';

/** Points `target` at the rows of `source` from `start` on, a multiple of 8. */
export function pointAt(target: ChunkVector, source: ChunkVector, start: number): void {
  const width = widthOf(source.type);
  target.type = source.type;
  target.dictionary = source.dictionary;
  target.heap = null;
  target.validity = source.validity === 0 ? 0 : source.validity + start / 8;
  target.offsets = source.offsets === 0 ? 0 : source.offsets + start * 4;
  if (source.type.kind === 'bool') target.values = source.values + start / 8;
  else target.values = source.values + start * width;
}

/** The rows of `source` from `start` on, a multiple of 8. */
export function from(source: ChunkVector, start: number): ChunkVector {
  const vector = { ...source };
  pointAt(vector, source, start);
  return vector;
}
