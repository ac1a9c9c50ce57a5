import { KeyTable } from '../aggregate/key-table.ts';
import type { Batch } from '../column/batch.ts';
import type { Chunk, ChunkVector } from '../column/chunk.ts';
import { importBatch } from '../column/import-batch.ts';
import type { SavedBatch } from '../column/saved-batch.ts';
import { type JoinRoom, joinRoom } from '../kernel/join.ts';
import { paneRoom } from '../kernel/pane.ts';
import { selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import type { Schema } from '../schema/schema.ts';
import { RowStore } from './row-store.ts';

export interface LookupRowsOptions {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  /** Columns of the table. */
  readonly schema: Schema;
  /** Those that rows are found by, at least one. */
  readonly keys: readonly string[];
}

/** A changing table as a checkpoint keeps it: the latest row of each key. */
export interface SavedLookup {
  readonly rows: SavedBatch;
}

/** Rows that more than this many others have replaced are worth clearing away. */
const leastGarbage = 4096;

/**
 * The rows of a table, found by key: either all rows of a table that stays (`fill`), or the latest row of each key of one that changes
 * (`upsert`). Rows with a missing key are found by nobody.
 */
export class LookupRows {
  readonly store: RowStore;
  readonly #memory: Memory;
  readonly #room: JoinRoom;
  readonly #owner: string;
  readonly #scratch: Scratch;
  readonly #keys: KeyTable;
  readonly #keyPlaces: readonly number[];
  /** u32 row per key id: the only one, the latest, or the first. */
  #rowOf = 0;
  /** With several rows for a key: where in the list at `#listed` those of an id begin (u32, groups + 1). */
  #starts = 0;
  #listed = 0;

  constructor({ memory, owner, schema, keys }: LookupRowsOptions) {
    this.#memory = memory;
    this.#room = joinRoom(memory);
    this.#owner = owner;
    this.store = new RowStore(memory, schema, owner);
    this.#scratch = new Scratch(memory, owner);
    this.#keyPlaces = keys.map(name => schema.indexOf(name));
    this.#keys = new KeyTable(memory, { owner, types: keys.map(name => schema.field(name).type) });
  }

  /** Some key has more than one row: `pairs` finds them all, `rows` the first. */
  get multiple(): boolean {
    return this.#starts !== 0;
  }

  /** Takes all rows of a table; once. */
  fill(table: Batch): void {
    const { length } = table;
    const { vectors } = importBatch(table, this.#memory, this.#scratch);
    const first = this.store.append(vectors, length);
    const ids = this.#idsOf(vectors, length);
    const groups = this.#keys.size;
    const starts = this.#memory.allocateZeroed((groups + 2) * 4, this.#owner);
    const listed = this.#memory.allocate(length * 4 + 4, this.#owner);
    const most = this.#room.listByKey(ids, length, first, groups, starts, listed);
    this.#reserve(groups);
    selectRoom(this.#memory).take32(listed, starts, this.#rowOf, groups);
    if (most > 1) [this.#starts, this.#listed] = [starts, listed];
    else for (const block of [starts, listed]) this.#memory.free(block);
    this.#scratch.reset();
  }

  /** Rows come, or take the place of the one with the same key; of several in one batch the last. */
  upsert({ schema, vectors: given, length }: Chunk): void {
    const vectors = this.store.schema.names.map(name => given[schema.indexOf(name)]!);
    const first = this.store.append(vectors, length);
    const ids = this.#idsOf(vectors, length);
    this.#reserve(this.#keys.size);
    this.#room.latest(ids, length, first, this.#rowOf);
    this.#scratch.reset();
    if (this.store.length > 2 * this.#keys.size + leastGarbage) this.#clearAway();
  }

  /**
   * The row (u32 number in `store`) for the key of each row, at `target`; the missing row for unknown keys, and rows outside `mask`.
   *
   * @returns how many were found
   */
  rows(keys: readonly ChunkVector[], length: number, mask: number, target: number): number {
    this.#keys.lookup(keys, length, target, mask);
    return this.#room.rowsByKey(target, length, this.#rowOf, target);
  }

  /** Ids (u32) of the keys at `target`, for `pairs`. */
  ids(keys: readonly ChunkVector[], length: number, target: number): void {
    this.#keys.lookup(keys, length, target);
  }

  /**
   * Pairs of row numbers, of the left side at `left` and of the table at `right`, from `cursor` on (two u32, zero at first); at most
   * `capacity`. None means that all are done.
   *
   * @param ids as `ids` gave them
   * @param outer rows whose key is unknown are paired with the missing row
   */
  pairs(
    ids: number,
    length: number,
    outer: boolean,
    cursor: number,
    left: number,
    right: number,
    capacity: number,
  ): number {
    return this.#room.expand(ids, length, this.#starts, this.#listed, outer ? 1 : 0, cursor, left, right, capacity);
  }

  /** For a table that changes. */
  snapshot(): SavedLookup {
    this.#clearAway();
    return { rows: this.store.snapshot() };
  }

  /** @throws StateError when the saved table has other columns */
  restore({ rows }: SavedLookup): void {
    this.#keys.clear();
    this.store.restore(rows);
    const { length } = rows;
    const all = this.store.slice(this.#keyPlaces, 1, length, this.#scratch);
    const ids = this.#scratch.take(length * 4 + 4);
    this.#keys.ids(all, length, ids);
    this.#reserve(this.#keys.size);
    this.#room.latest(ids, length, 1, this.#rowOf);
    this.#scratch.reset();
  }

  dispose(): void {
    this.store.dispose();
    this.#keys.dispose();
    this.#scratch.dispose();
    for (const block of [this.#rowOf, this.#starts, this.#listed]) this.#memory.free(block);
    this.#rowOf = this.#starts = this.#listed = 0;
  }

  #idsOf(vectors: readonly ChunkVector[], length: number): number {
    const ids = this.#scratch.take(length * 4 + 4);
    this.#keys.ids(
      this.#keyPlaces.map(place => vectors[place]!),
      length,
      ids,
    );
    return ids;
  }

  #reserve(groups: number): void {
    const have = this.#memory.sizeOf(this.#rowOf);
    if (groups * 4 <= have) return;
    this.#rowOf = this.#memory.reallocate(this.#rowOf, have, Math.max(groups * 4, have * 2, 4096), this.#owner);
  }

  /** Drops the rows that others have replaced. */
  #clearAway(): void {
    const { size } = this.#keys;
    const marks = this.store.marks();
    this.#room.mark(this.#rowOf, size, marks);
    paneRoom(this.#memory).renumber(this.#rowOf, size, this.store.compact(marks), this.#rowOf);
  }
}
