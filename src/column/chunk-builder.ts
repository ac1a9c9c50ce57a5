import { DataError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { isVariable, widthOf } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import { type Chunk, type ChunkVector, chunkVector } from './chunk.ts';
import { Recoder } from './recoder.ts';

/** A growing column: its buffers with their used lengths. */
interface Growing {
  readonly vector: ChunkVector;
  readonly width: number;
  valueBytes: number;
  hasNulls: boolean;
  /** What the codes of a dictionary column point into, when the builder keeps one. */
  own: Recoder | null;
}

/** Offsets of texts are int32. */
const greatestText = 2 ** 31 - 1;

/**
 * Appends blocks of rows into one chunk: what an operator collects while it walks a batch.
 *
 * The chunk that `finish` gives lies in the builder's buffers and is good until the next `append`. Buffers are kept for the
 * next batch, so a steady flow allocates nothing.
 */
export class ChunkBuilder {
  readonly schema: Schema;
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #columns: Growing[];
  #length = 0;

  /**
   * @param keepsTexts blocks may come with dictionaries of their own, which need not last: their texts are copied into one
   * dictionary per column, which lives as long as the builder. Otherwise all blocks of a chunk share their dictionaries.
   */
  constructor(memory: Memory, schema: Schema, owner: string, keepsTexts = false) {
    this.#memory = memory;
    this.schema = schema;
    this.#owner = owner;
    this.#columns = schema.fields.map(({ type }) => ({
      vector: chunkVector(type, 0),
      width: widthOf(type),
      valueBytes: 0,
      hasNulls: false,
      own: keepsTexts && type.kind === 'dictionary' ? new Recoder(memory, owner) : null,
    }));
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Adds `length` rows; `vectors` in schema order, row 0 first.
   *
   * @throws MemoryError, or DataError for 2 GiB of text in a column; none of the rows was added then
   */
  append(vectors: readonly ChunkVector[], length: number): void {
    if (length === 0) return;
    try {
      for (let place = 0; place < this.#columns.length; place++)
        this.#appendColumn(this.#columns[place]!, vectors[place]!, length);
    } catch (error) {
      this.#rewind();
      throw error;
    }
    this.#length += length;
  }

  /** All rows so far as a chunk, which stay in hand. */
  chunk(): Chunk {
    const vectors = this.#columns.map((_, place) => this.column(place));
    return { memory: this.#memory, schema: this.schema, length: this.#length, vectors };
  }

  /** The cells so far of the column at `place`, which stay in hand. */
  column(place: number): ChunkVector {
    const { vector, hasNulls } = this.#columns[place]!;
    const { type, values, validity, dictionary } = vector;
    const offsets = isVariable(type) && this.#length === 0 ? this.#emptyOffsets() : vector.offsets;
    return chunkVector(type, values, hasNulls ? validity : 0, offsets, dictionary);
  }

  /** All rows so far as a chunk; the next `append` starts anew. */
  finish(): Chunk {
    const chunk = this.chunk();
    this.#clear();
    return chunk;
  }

  dispose(): void {
    for (const { vector } of this.#columns) {
      this.#memory.free(vector.values);
      this.#memory.free(vector.validity);
      this.#memory.free(vector.offsets);
      vector.values = vector.validity = vector.offsets = 0;
    }
    for (const { own } of this.#columns) own?.dispose();
    this.#memory.free(this.#zero);
    this.#zero = 0;
    this.#clear();
  }

  #zero = 0;

  #emptyOffsets(): number {
    this.#zero ||= this.#memory.allocateZeroed(64, this.#owner);
    return this.#zero;
  }

  #clear(): void {
    this.#length = 0;
    for (const column of this.#columns) {
      column.valueBytes = 0;
      column.hasNulls = false;
    }
  }

  /** Forgets what an `append` that failed wrote to some of the columns. */
  #rewind(): void {
    for (const column of this.#columns) {
      const { vector, width } = column;
      const variable = isVariable(vector.type) && this.#length > 0;
      column.valueBytes = variable ? this.#memory.i32[(vector.offsets >>> 2) + this.#length]! : this.#length * width;
    }
  }

  #appendColumn(column: Growing, from: ChunkVector, length: number): void {
    const { bulk } = this.#memory;
    const { vector, width } = column;
    vector.dictionary = column.own?.dictionary ?? from.dictionary;
    if (width > 0) {
      const bytes = length * width;
      vector.values = this.#room(vector.values, column.valueBytes, bytes);
      const target = vector.values + column.valueBytes;
      if (column.own) column.own.encode(from, length, target);
      else bulk.copy(target, from.values, bytes);
      column.valueBytes += bytes;
    } else if (vector.type.kind === 'bool') {
      vector.values = this.#room(vector.values, (this.#length + 7) >> 3, (length >> 3) + 9);
      bulk.copyBits(vector.values, this.#length, from.values, 0, length);
    } else this.#appendVariable(column, from, length);
    this.#appendValidity(column, from, length);
  }

  #appendVariable(column: Growing, from: ChunkVector, length: number): void {
    const { bulk, i32 } = this.#memory;
    const { vector } = column;
    const first = i32[from.offsets >>> 2]!;
    const bytes = i32[(from.offsets >>> 2) + length]! - first;
    if (column.valueBytes + bytes > greatestText) {
      throw new DataError(`${this.#owner}: 2 GiB of text or more in one column; take fewer rows at once`);
    }
    vector.values = this.#room(vector.values, column.valueBytes, bytes);
    bulk.copy(vector.values + column.valueBytes, from.values + first, bytes);
    vector.offsets = this.#room(vector.offsets, (this.#length + 1) * 4, length * 4);
    bulk.shiftOffsets(vector.offsets + this.#length * 4, from.offsets, length + 1, column.valueBytes - first);
    column.valueBytes += bytes;
  }

  #appendValidity(column: Growing, from: ChunkVector, length: number): void {
    const { bulk } = this.#memory;
    const { vector } = column;
    if (from.validity === 0 && !column.hasNulls) return;
    vector.validity = this.#room(vector.validity, (this.#length + 7) >> 3, (length >> 3) + 9);
    if (!column.hasNulls) {
      bulk.fillBits(vector.validity, 0, 1, this.#length);
      column.hasNulls = true;
    }
    if (from.validity === 0) bulk.fillBits(vector.validity, this.#length, 1, length);
    else bulk.copyBits(vector.validity, this.#length, from.validity, 0, length);
  }

  /** The block at `address`, grown (doubling) so that `more` bytes fit behind the `used` ones. */
  #room(address: number, used: number, more: number): number {
    const have = this.#memory.sizeOf(address);
    if (used + more <= have) return address;
    return this.#memory.reallocate(address, used, Math.max(used + more, have * 2, 256), this.#owner);
  }
}
