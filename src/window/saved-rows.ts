import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { exportVector } from '../column/export-chunk.ts';
import { importVector } from '../column/import-batch.ts';
import { loadVector, type SavedVector, saveVector } from '../column/saved-batch.ts';
import { StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, isVariable, sameType, widthOf } from '../schema/data-type.ts';

/** Rows of a window on the JavaScript heap, as a checkpoint keeps them; a dictionary column brings its texts. */
export interface SavedRows {
  readonly length: number;
  readonly columns: readonly SavedVector[];
}

export const saveRows = (memory: Memory, vectors: readonly ChunkVector[], length: number): SavedRows => ({
  length,
  columns: vectors.map(vector => saveVector(exportVector(vector, memory, length))),
});

/** Saved rows in linear memory again, in `scratch`. @throws StateError when they have other columns */
export function loadRows(
  memory: Memory,
  scratch: Scratch,
  { length, columns }: SavedRows,
  types: readonly DataType[],
): ChunkVector[] {
  if (columns.length !== types.length || columns.some(({ type }, at) => !sameType(type, types[at]!))) {
    throw new StateError('restore: the saved window has other columns; restore a state with the plan that made it');
  }
  if (length === 0) return types.map(type => chunkVector(type, 0));
  return columns.map(column => {
    const { type, values, offsets } = column;
    const fits = isVariable(type)
      ? offsets?.length === length + 1
      : values.byteLength >= Math.floor(length * widthOf(type));
    if (!fits || column.length !== length) {
      throw new StateError('restore: the saved window is damaged; its columns have another length');
    }
    return importVector(loadVector(column), memory, scratch);
  });
}
