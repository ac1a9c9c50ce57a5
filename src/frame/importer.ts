import type { Batch } from '../column/batch.ts';
import { type Chunk, type ChunkVector, chunkVector } from '../column/chunk.ts';
import { viewOf } from '../column/export-chunk.ts';
import { type Dictionaries, importVector } from '../column/import-batch.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { widthOf } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';

/**
 * Copies the columns that are read of one batch after the other into linear memory. What a batch needs beside its bytes is made once for
 * all batches of a schema: a batch of 100 rows costs about as much to copy as to describe.
 */
export class Importer {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #dictionaries: Dictionaries = new Map();
  #schema: Schema | null = null;
  #names: readonly string[] = [];
  #places: readonly number[] = [];
  #chunkSchema!: Schema;
  #vectors: ChunkVector[] = [];

  constructor(memory: Memory, scratch: Scratch) {
    this.#memory = memory;
    this.#scratch = scratch;
  }

  /** The named columns of `batch`, in `scratch`; the chunk is good until the next call. */
  import(batch: Batch, names: readonly string[]): Chunk {
    if (batch.schema !== this.#schema || names !== this.#names) this.#prepare(batch.schema, names);
    const { length } = batch;
    const vectors = this.#vectors;
    for (let at = 0; at < vectors.length; at++) {
      const from = batch.vectors[this.#places[at]!]!;
      const width = widthOf(from.type);
      if (width === 0 || from.validity !== null || from.dictionary !== null) {
        vectors[at] = importVector(from, this.#memory, this.#scratch, names[at], this.#dictionaries);
        continue;
      }
      const to = vectors[at]!;
      to.values = this.#scratch.take(length * width);
      to.validity = 0;
      const values = from.values.length === length ? from.values : from.values.subarray(0, length);
      viewOf(from.type, this.#memory).set(values as never, to.values / width);
    }
    return { memory: this.#memory, schema: this.#chunkSchema, length, vectors };
  }

  dispose(): void {
    for (const dictionary of this.#dictionaries.values()) dictionary.dispose();
    this.#dictionaries.clear();
  }

  #prepare(schema: Schema, names: readonly string[]): void {
    this.#schema = schema;
    this.#names = names;
    this.#places = names.map(name => schema.indexOf(name));
    this.#chunkSchema = schema.select(names);
    this.#vectors = names.map(name => chunkVector(schema.field(name).type, 0));
  }
}
