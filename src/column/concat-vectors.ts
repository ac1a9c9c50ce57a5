import { DataError } from '../errors.ts';
import { type DataType, isVariable, utf8 } from '../schema/data-type.ts';
import { Batch } from './batch.ts';
import { type Values, Vector } from './vector.ts';
import { arrayOf, vectorOf } from './vector-of.ts';

/** The rows of all batches, which have one schema, in one. A single batch is given back as it is. */
export function concatBatches(batches: readonly Batch[]): Batch {
  const [first] = batches;
  if (batches.length === 1) return first!;
  const length = batches.reduce((sum, batch) => sum + batch.length, 0);
  const vectors = first!.schema.fields.map(({ type, name }, place) =>
    concatVectors(
      type,
      batches.map(batch => batch.vectors[place]!),
      name,
    ),
  );
  return new Batch(first!.schema, vectors, length);
}

/** The cells of all vectors, which are of `type`, in one. @throws DataError when text adds up to 2 GiB or more */
export function concatVectors(type: DataType, vectors: readonly Vector<any>[], column = ''): Vector {
  const [first] = vectors;
  if (vectors.length === 1) return first!;
  const length = vectors.reduce((sum, vector) => sum + vector.length, 0);
  const validity = vectors.some(vector => vector.validity) ? concatBits(vectors, length, v => v.validity) : null;
  if (type.kind === 'bool') {
    return new Vector(type, length, { validity, values: concatBits(vectors, length, v => v.values as Uint8Array) });
  }
  if (isVariable(type)) return concatBytes(type, vectors, length, validity, column);
  const values = new (arrayOf(type))(length) as Values;
  let at = 0;
  if (type.kind !== 'dictionary') {
    for (const vector of vectors) {
      values.set(vector.values.subarray(0, vector.length) as never, at);
      at += vector.length;
    }
    return new Vector(type, length, { validity, values });
  }
  return concatCodes(type, vectors, values as Int32Array, validity);
}

function concatBits(vectors: readonly Vector<any>[], length: number, bitsOf: (vector: Vector) => Uint8Array | null) {
  const out = new Uint8Array((length + 7) >> 3);
  let at = 0;
  for (const vector of vectors) {
    const bits = bitsOf(vector);
    for (let row = 0; row < vector.length; row++, at++) {
      if (bits === null || (bits[row >> 3]! >> (row & 7)) & 1) out[at >> 3]! |= 1 << (at & 7);
    }
  }
  return out;
}

function concatBytes(
  type: DataType,
  vectors: readonly Vector<any>[],
  length: number,
  validity: Uint8Array | null,
  column: string,
): Vector {
  const span = ({ offsets, length }: Vector): [number, number] => [offsets![0] ?? 0, offsets![length] ?? 0];
  const bytes = vectors.reduce((sum, vector) => sum + span(vector)[1] - span(vector)[0], 0);
  if (bytes > 0x7fff_ffff) throw new DataError('concat: 2 GiB of text or more; take fewer rows at once', { column });
  const values = new Uint8Array(bytes);
  const offsets = new Int32Array(length + 1);
  let row = 0;
  let end = 0;
  for (const vector of vectors) {
    const [from, to] = span(vector);
    values.set((vector.values as Uint8Array).subarray(from, to), end);
    for (let i = 1; i <= vector.length; i++) offsets[++row] = end + vector.offsets![i]! - from;
    end += to - from;
  }
  return new Vector(type, length, { validity, values, offsets });
}

function concatCodes(
  type: DataType,
  vectors: readonly Vector<any>[],
  values: Int32Array,
  validity: Uint8Array | null,
): Vector {
  const { length } = values;
  const [first] = vectors;
  let at = 0;
  if (vectors.every(vector => vector.dictionary === first!.dictionary)) {
    for (const vector of vectors) {
      values.set((vector.values as Int32Array).subarray(0, vector.length), at);
      at += vector.length;
    }
    return new Vector(type, length, { validity, values, dictionary: first?.dictionary ?? vectorOf(utf8(), []) });
  }
  // Several dictionaries become one; each value is looked up once, not once a row.
  const codes = new Map<unknown, number>();
  for (const vector of vectors) {
    const map = vector.dictionary!.toArray().map(text => {
      const known = codes.get(text);
      if (known !== undefined) return known;
      codes.set(text, codes.size);
      return codes.size - 1;
    });
    for (let row = 0; row < vector.length; row++) values[at++] = map[vector.values[row] as number] ?? 0;
  }
  return new Vector(type, length, { validity, values, dictionary: vectorOf(utf8(), [...codes.keys()]) });
}
