import type { DataType } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import { Batch } from './batch.ts';
import { type Values, Vector } from './vector.ts';

/** A vector as plain values: what a checkpoint keeps. */
export interface SavedVector {
  readonly type: DataType;
  readonly length: number;
  readonly validity: Uint8Array | null;
  readonly values: Values;
  readonly offsets: Int32Array | null;
  readonly dictionary: SavedVector | null;
}

/** A batch as plain values. */
export interface SavedBatch {
  readonly fields: readonly { readonly name: string; readonly type: DataType; readonly nullable: boolean }[];
  readonly vectors: readonly SavedVector[];
  readonly length: number;
  readonly index: SavedVector | null;
}

export function saveBatch({ schema, vectors, length, index }: Batch): SavedBatch {
  const fields = schema.fields.map(({ name, type, nullable }) => ({ name, type, nullable }));
  return { fields, vectors: vectors.map(saveVector), length, index: index && saveVector(index) };
}

export function loadBatch({ fields, vectors, length, index }: SavedBatch): Batch {
  const schema = new Schema(fields.map(({ name, type, nullable }) => field(name, type, nullable)));
  return new Batch(schema, vectors.map(loadVector), length, index && loadVector(index));
}

/** Buffers are shared: they never change. */
export const saveVector = ({ type, length, validity, values, offsets, dictionary }: Vector): SavedVector => ({
  type,
  length,
  validity,
  values,
  offsets,
  dictionary: dictionary && saveVector(dictionary),
});

export const loadVector = ({ type, length, dictionary, ...buffers }: SavedVector): Vector =>
  new Vector(type, length, { ...buffers, dictionary: dictionary && loadVector(dictionary) });
