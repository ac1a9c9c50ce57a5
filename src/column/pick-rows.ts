import type { DataType } from '../schema/data-type.ts';
import { isVariable } from '../schema/data-type.ts';
import { Batch } from './batch.ts';
import { concatVectors } from './concat-vectors.ts';
import { type Values, Vector } from './vector.ts';
import { arrayOf } from './vector-of.ts';

/** Rows [start, end) of a batch. Values are shared with it; only bits that don't start a byte are copied. */
export function sliceBatch<B extends Batch>(batch: B, start: number, end: number): B {
  if (start === 0 && end === batch.length) return batch;
  const { schema, vectors, index } = batch;
  const slice = (vector: Vector): Vector => sliceVector(vector, start, end);
  return new Batch(schema, vectors.map(slice), end - start, index && slice(index)) as B;
}

/** The rows with these numbers, in their order, copied. */
export function pickRows<B extends Batch>(batch: B, rows: ArrayLike<number>): B {
  const { schema, vectors, index } = batch;
  const pick = (vector: Vector): Vector => pickCells(vector, rows);
  return new Batch(schema, vectors.map(pick), rows.length, index && pick(index)) as B;
}

/** The rows of all batches, which have one schema and one kind of index, in one; at least one batch. */
export function joinBatches(batches: readonly Batch[]): Batch {
  const [first] = batches;
  if (batches.length === 1) return first!;
  const { schema, index } = first!;
  const join = (type: DataType, vectors: readonly Vector[], name: string): Vector => concatVectors(type, vectors, name);
  const vectors = schema.fields.map(({ name, type }, place) =>
    join(
      type,
      batches.map(batch => batch.vectors[place]!),
      name,
    ),
  );
  const length = batches.reduce((sum, batch) => sum + batch.length, 0);
  return new Batch(
    schema,
    vectors,
    length,
    index &&
      join(
        index.type,
        batches.map(batch => batch.index!),
        'index',
      ),
  );
}

/** Cells [start, end) of a vector; as `sliceBatch`. */
export function sliceVector(
  { type, values, validity, offsets, dictionary }: Vector,
  start: number,
  end: number,
): Vector {
  const bits = validity && sliceBits(validity, start, end);
  if (type.kind === 'bool') {
    return new Vector(type, end - start, { validity: bits, values: sliceBits(values as Uint8Array, start, end) });
  }
  if (isVariable(type)) {
    return new Vector(type, end - start, { validity: bits, values, offsets: offsets!.subarray(start, end + 1) });
  }
  return new Vector(type, end - start, { validity: bits, values: values.subarray(start, end), dictionary });
}

function sliceBits(bits: Uint8Array, start: number, end: number): Uint8Array {
  if ((start & 7) === 0) return bits.subarray(start >> 3, (end + 7) >> 3);
  const out = new Uint8Array((end - start + 7) >> 3);
  const shift = start & 7;
  const from = start >> 3;
  for (let at = 0; at < out.length; at++) {
    out[at] = (bits[from + at]! >> shift) | ((bits[from + at + 1] ?? 0) << (8 - shift));
  }
  return out;
}

function pickCells(vector: Vector, rows: ArrayLike<number>): Vector {
  const { type, values, validity, dictionary } = vector;
  const { length } = rows;
  const bits = validity && pickBits(validity, rows);
  if (type.kind === 'bool') {
    return new Vector(type, length, { validity: bits, values: pickBits(values as Uint8Array, rows) });
  }
  if (isVariable(type)) return pickTexts(vector, rows, bits);
  const out = new (arrayOf(type))(length) as Values;
  for (let at = 0; at < length; at++) out[at] = values[rows[at]!]!;
  return new Vector(type, length, { validity: bits, values: out, dictionary });
}

function pickTexts({ type, values, offsets }: Vector, rows: ArrayLike<number>, validity: Uint8Array | null): Vector {
  const { length } = rows;
  const starts = new Int32Array(length + 1);
  for (let at = 0; at < length; at++) starts[at + 1] = starts[at]! + offsets![rows[at]! + 1]! - offsets![rows[at]!]!;
  const bytes = new Uint8Array(starts[length]!);
  for (let at = 0; at < length; at++) {
    bytes.set((values as Uint8Array).subarray(offsets![rows[at]!]!, offsets![rows[at]! + 1]!), starts[at]!);
  }
  return new Vector(type, length, { validity, values: bytes, offsets: starts });
}

function pickBits(bits: Uint8Array, rows: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array((rows.length + 7) >> 3);
  for (let at = 0; at < rows.length; at++) {
    if ((bits[rows[at]! >> 3]! >> (rows[at]! & 7)) & 1) out[at >> 3]! |= 1 << (at & 7);
  }
  return out;
}
