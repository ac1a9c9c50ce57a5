import { Batch } from '../column/batch.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { ChunkBuilder } from '../column/chunk-builder.ts';
import { exportChunk } from '../column/export-chunk.ts';
import { importBatch } from '../column/import-batch.ts';
import { sliceBatch } from '../column/pick-rows.ts';
import { loadBatch, type SavedBatch, saveBatch } from '../column/saved-batch.ts';
import { sliceVector } from '../column/slice-chunk.ts';
import { takeVector } from '../column/take.ts';
import { vectorOf } from '../column/vector-of.ts';
import { StateError } from '../errors.ts';
import { joinRoom } from '../kernel/join.ts';
import { selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { type Schema, sameSchema } from '../schema/schema.ts';

/**
 * Rows of one side of a join in linear memory, each with a number, in the order in which they came. Row 0 has no cells: a row
 * without a partner is joined with it.
 *
 * Rows go when `compact` is told which stay; numbers change then.
 */
export class RowStore {
  readonly schema: Schema;
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #scratch: Scratch;
  /** Columns (by place) that have missing cells besides those of row 0. */
  readonly #nullable: boolean[];
  #rows: ChunkBuilder;
  /** Takes the rows that stay; the two change places then. */
  #spare: ChunkBuilder | null = null;

  constructor(memory: Memory, schema: Schema, owner: string) {
    this.schema = schema;
    this.#memory = memory;
    this.#owner = owner;
    this.#scratch = new Scratch(memory, owner);
    this.#nullable = schema.fields.map(() => false);
    this.#rows = new ChunkBuilder(memory, schema, owner, true);
    this.#begin();
  }

  /** The number that the next row gets: one more than there are rows. */
  get length(): number {
    return this.#rows.length;
  }

  /** Appends rows, one vector for each column; returns the number of the first. @throws MemoryError; none was added then */
  append(vectors: readonly ChunkVector[], length: number): number {
    const first = this.#rows.length;
    this.#rows.append(vectors, length);
    for (let place = 0; place < vectors.length; place++)
      if (vectors[place]!.validity !== 0) this.#nullable[place] = true;
    return first;
  }

  /**
   * The cells of the columns at `places` in the rows whose numbers (u32) are at `rows`, in `scratch`.
   *
   * @param allFound none of the rows is the missing one, or nobody looks at those
   */
  take(places: readonly number[], rows: number, count: number, scratch: Scratch, allFound = false): ChunkVector[] {
    return places.map(place => {
      const vector = this.#rows.column(place);
      if (allFound && !this.#nullable[place]) vector.validity = 0;
      return takeVector(this.#memory, scratch, vector, rows, count);
    });
  }

  /** As `take` for rows `first`, `first` + 1, …: in place but for bits, and only good until rows are added or go. */
  slice(places: readonly number[], first: number, count: number, scratch: Scratch): ChunkVector[] {
    return places.map(place => {
      const vector = this.#rows.column(place);
      if (!this.#nullable[place]) vector.validity = 0;
      return sliceVector(vector, first, count, this.#memory, scratch);
    });
  }

  /** Bits, one for each row so far, all 0; for `compact`. In the store's own scratch space. */
  marks(): number {
    this.#scratch.reset();
    return this.#scratch.takeZeroed(((this.length + 63) >> 6) * 8);
  }

  /**
   * Only the rows whose bit in `marks` is 1 stay, in their order, as 1, 2, 3, …
   *
   * @returns address of the new number (u32) of each old row that stays; good until the store is used again
   */
  compact(marks: number): number {
    const scratch = this.#scratch;
    const before = this.length;
    const { bulk } = this.#memory;
    bulk.fillBits(marks, 0, 1, 1); // the missing row
    const rows = scratch.take(before * 4);
    const map = scratch.take(before * 4);
    const count = selectRoom(this.#memory).selection(marks, before, 0, rows);
    this.#spare ??= new ChunkBuilder(this.#memory, this.schema, this.#owner, true);
    const { vectors } = this.#rows.chunk();
    this.#spare.append(
      vectors.map(vector => takeVector(this.#memory, scratch, vector, rows, count)),
      count,
    );
    this.#rows.finish();
    [this.#rows, this.#spare] = [this.#spare, this.#rows];
    joinRoom(this.#memory).invert(rows, count, map);
    return map;
  }

  /** All rows but the missing one, on the JavaScript heap, as plain values. */
  snapshot(): SavedBatch {
    const batch = exportChunk(this.#rows.chunk());
    return saveBatch(sliceBatch(batch, 1, batch.length));
  }

  /** @throws StateError when the saved rows have other columns */
  restore(saved: SavedBatch): void {
    const batch = loadBatch(saved);
    if (!sameSchema(batch.schema, this.schema)) {
      throw new StateError(`restore: the saved rows are ${batch.schema}, this join has ${this.schema}`);
    }
    this.clear();
    this.append(importBatch(batch, this.#memory, this.#scratch).vectors, batch.length);
    this.#scratch.reset();
  }

  clear(): void {
    this.#rows.finish();
    this.#begin();
  }

  dispose(): void {
    this.#rows.dispose();
    this.#spare?.dispose();
    this.#scratch.dispose();
  }

  #begin(): void {
    const missing = this.schema.fields.map(({ type, name }) => vectorOf(type, [null], name));
    const { vectors } = importBatch(new Batch(this.schema, missing, 1), this.#memory, this.#scratch);
    this.#rows.append(vectors, 1);
    this.#scratch.reset();
  }
}
