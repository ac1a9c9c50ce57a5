import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, isVariable, widthOf } from '../schema/data-type.ts';

/** Rows of a window on the JavaScript heap, as a checkpoint keeps them. */
export interface SavedRows {
  readonly length: number;
  /** Per column its validity bits (null: all present), values, and offsets of text. */
  readonly columns: readonly {
    readonly validity: Uint8Array | null;
    readonly values: Uint8Array;
    readonly offsets: Int32Array | null;
  }[];
}

/** @throws StateError for dictionary columns, whose codes mean nothing in another process */
export function saveRows(memory: Memory, vectors: readonly ChunkVector[], length: number): SavedRows {
  const { u8, i32 } = memory;
  const columns = vectors.map(({ type, validity, values, offsets }) => {
    if (type.kind === 'dictionary') {
      throw new StateError('snapshot: a window holds a dictionary column; cast it first, as in cast(symbol, "utf8")');
    }
    const bits = validity === 0 ? null : u8.slice(validity, validity + ((length + 7) >> 3));
    if (!isVariable(type)) {
      const bytes = type.kind === 'bool' ? (length + 7) >> 3 : length * widthOf(type);
      return { validity: bits, values: u8.slice(values, values + bytes), offsets: null };
    }
    const from = i32[offsets / 4]!;
    const starts = i32.slice(offsets / 4, offsets / 4 + length + 1).map(at => at - from);
    return { validity: bits, values: u8.slice(values + from, values + from + starts.at(-1)!), offsets: starts };
  });
  return { length, columns };
}

/** Saved rows in linear memory again, in `scratch`. @throws StateError when they have other columns */
export function loadRows(
  memory: Memory,
  scratch: Scratch,
  { length, columns }: SavedRows,
  types: readonly DataType[],
): ChunkVector[] {
  if (columns.length !== types.length) {
    throw new StateError('restore: the saved window has other columns; restore a state with the plan that made it');
  }
  const copied = (bytes: Uint8Array | Int32Array): number => {
    const address = scratch.take(bytes.byteLength + 8);
    memory.u8.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), address);
    return address;
  };
  return columns.map(({ validity, values, offsets }, at) => {
    const type = types[at]!;
    const fits = isVariable(type) ? offsets?.length === length + 1 : values.length >= (length * widthOf(type)) >> 0;
    if (!fits) throw new StateError('restore: the saved window is damaged; its columns have another length');
    return chunkVector(type, copied(values), validity ? copied(validity) : 0, offsets ? copied(offsets) : 0);
  });
}
