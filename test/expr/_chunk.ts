import type { Batch } from '../../src/column/batch.ts';
import { type ChunkVector, chunkVector } from '../../src/column/chunk.ts';
import { Vector } from '../../src/column/vector.ts';
import { arrayOf } from '../../src/column/vector-of.ts';
import type { Memory } from '../../src/memory/memory.ts';
import { widthOf } from '../../src/schema/data-type.ts';

/** The bytes of a typed array in linear memory, with 64 bytes of noise behind them. */
export function place(memory: Memory, array: ArrayBufferView): number {
  const address = memory.allocate(array.byteLength + 64, 'test');
  memory.bulk.fill(address, 0xa5, array.byteLength + 64);
  memory.u8.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), address);
  return address;
}

export function vectorIn(memory: Memory, vector: Vector): ChunkVector {
  const out = chunkVector(vector.type, place(memory, vector.values));
  if (vector.validity) out.validity = place(memory, vector.validity);
  if (vector.offsets) out.offsets = place(memory, vector.offsets);
  if (vector.dictionary) {
    const words = vector.dictionary;
    out.dictionary = {
      memory,
      count: words.length,
      offsets: place(memory, words.offsets!),
      values: place(memory, words.values),
      toVector: () => words,
    };
  }
  return out;
}

/** The batch's columns in linear memory, as a chunk's vectors. */
export const vectorsIn = (memory: Memory, batch: Batch): ChunkVector[] => batch.vectors.map(v => vectorIn(memory, v));

/** A vector of linear memory as JavaScript values. */
export function valuesOf(memory: Memory, vector: ChunkVector, length: number): unknown[] {
  const { type, values, offsets, validity, dictionary } = vector;
  const at = (address: number, bytes: number): ArrayBuffer =>
    memory.u8.slice(address, address + bytes).buffer as ArrayBuffer;
  const bits = (address: number): Uint8Array => new Uint8Array(at(address, (length + 7) >> 3));
  const heap = { validity: validity ? bits(validity) : null };
  if (type.kind === 'bool') return new Vector(type, length, { ...heap, values: bits(values) }).toArray();
  if (type.kind === 'utf8' || type.kind === 'binary') {
    const ends = new Int32Array(at(offsets, (length + 1) * 4));
    return new Vector(type, length, {
      ...heap,
      offsets: ends,
      values: new Uint8Array(at(values, ends[length]!)),
    }).toArray();
  }
  const buffer = at(values, length * widthOf(type));
  const view = arrayOf(type);
  return new Vector(type, length, {
    ...heap,
    values: new view(buffer),
    dictionary: dictionary?.toVector() ?? null,
  }).toArray();
}
