import type { ChunkVector } from '../column/chunk.ts';
import type { SavedBatch } from '../column/saved-batch.ts';
import { type JoinRoom, joinRoom } from '../kernel/join.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { Schema } from '../schema/schema.ts';
import { afterAll, beforeAll, type Followed, type SavedWatermark, Watermark } from '../window/watermark.ts';
import { RowStore } from './row-store.ts';

const entryBytes = 16;
// Progress in assembly/join/entries.ts: u32 mark, late, untimed, ended
const progressBytes = 64;
const counts = 1;
/** A side as a checkpoint keeps it: the rows that are still needed. */
export interface SavedSide {
  readonly rows: SavedBatch;
  /** Entries in the layout of assembly/join/entries.ts. */
  readonly entries: Uint8Array;
  readonly mark: SavedWatermark;
  readonly late: number;
  readonly untimed: number;
  readonly ended: boolean;
}

/** Rows that came, with addresses in linear memory. */
export interface Arrivals {
  readonly vectors: readonly ChunkVector[];
  readonly length: number;
  /** i64 ticks, and the bits of those that are there (0: all). */
  readonly times: number;
  readonly timesValidity: number;
  /** u32 key ids; 0: all rows have key 0. */
  readonly ids: number;
}

/**
 * One side of a join in time: its rows, and an entry for each in the order of their times.
 *
 * The watermark moves row by row, so that the rows that are late are the same wherever batches are cut.
 */
export class JoinSide {
  readonly store: RowStore;
  /** Address of the entries; those from `head` on are still needed. */
  entries = 0;
  head = 0;
  count = 0;
  /** Some entries are not in the order in which their rows came. */
  disordered = false;
  readonly #memory: Memory;
  readonly #room: JoinRoom;
  readonly #owner: string;
  readonly #mark: Watermark;
  /** Address of how far it has come, for the kernels. */
  readonly progress: number;
  #capacity = 0;

  /**
   * @param delay how far its watermark stays behind its highest time
   * @param followed what moves the watermark beside the rows
   */
  constructor(memory: Memory, schema: Schema, owner: string, delay: bigint, followed: Followed | null) {
    this.#memory = memory;
    this.#room = joinRoom(memory);
    this.#owner = owner;
    this.#mark = new Watermark(memory, delay, owner, followed);
    this.store = new RowStore(memory, schema, owner);
    this.progress = memory.allocateZeroed(progressBytes, owner);
    memory.u32[this.progress / 4] = this.#mark.address;
  }

  /** No more rows will come. */
  get ended(): boolean {
    return this.#count(2) === 1;
  }

  set ended(ended: boolean) {
    this.#memory.u32[this.progress / 4 + counts + 2] = ended ? 1 : 0;
  }

  /** Rows before this are late; those up to it are in their final order. */
  get watermark(): bigint {
    return this.ended ? afterAll : (this.#mark.value ?? beforeAll);
  }

  /** Time of the first entry that is still needed; after all when there is none. */
  get first(): bigint {
    return this.waiting === 0 ? afterAll : this.#memory.i64[(this.entries + this.head * entryBytes) / 8]!;
  }

  get late(): number {
    return this.#count(0);
  }

  get untimed(): number {
    return this.#count(1);
  }

  /** Entries that are still needed. */
  get waiting(): number {
    return this.count - this.head;
  }

  /** Takes up what moves the watermark without rows; whether it has moved. */
  passTime(): boolean {
    return this.#mark.follow();
  }

  /** Takes rows, but those that are late or have no time. @throws MemoryError; none was taken then */
  take({ vectors, length, times, timesValidity, ids }: Arrivals, scratch: Scratch): void {
    this.reserve(this.count + length);
    const spare = scratch.take(length * entryBytes);
    const first = this.store.append(vectors, length);
    const { entries, count } = this;
    this.count = this.#room.arrive(times, timesValidity, ids, length, first, entries, count, this.progress);
    if (this.#room.order(entries, count, this.count, spare) === 1) this.disordered = true;
  }

  /** Starts anew when all entries are done with. */
  rewind(): void {
    if (this.waiting > 0) return;
    this.head = this.count = 0;
    this.disordered = false;
  }

  /** Makes room for so many entries. */
  reserve(count: number): void {
    if (count <= this.#capacity) return;
    const capacity = Math.max(count, this.#capacity * 2, 1024);
    this.entries = this.#memory.reallocate(this.entries, this.count * entryBytes, capacity * entryBytes, this.#owner);
    this.#capacity = capacity;
  }

  /**
   * Forgets the entries before `head`, and all rows but those of entries and those that are marked besides.
   *
   * @param mark sets the bits of other rows that stay
   * @returns the new number (u32) of each old row; good until the store is used again
   */
  compact(mark: (bits: number) => void = nothing): number {
    const { waiting } = this;
    const kept = this.entries + this.head * entryBytes;
    const bits = this.store.marks();
    this.#room.markRows(kept, waiting, bits);
    mark(bits);
    const map = this.store.compact(bits);
    this.#memory.bulk.copy(this.entries, kept, waiting * entryBytes);
    this.#room.renumberRows(this.entries, waiting, map);
    this.head = 0;
    this.count = waiting;
    return map;
  }

  /** After `compact`. */
  snapshot(): SavedSide {
    const { entries, count, late, untimed, ended } = this;
    const saved = this.#memory.u8.slice(entries, entries + count * entryBytes);
    return { rows: this.store.snapshot(), entries: saved, mark: this.#mark.snapshot(), late, untimed, ended };
  }

  /** @throws StateError when the saved rows have other columns */
  restore({ rows, entries, mark, late, untimed, ended }: SavedSide): void {
    this.store.restore(rows);
    this.head = this.count = 0;
    const count = entries.length / entryBytes;
    this.reserve(count);
    this.#memory.u8.set(entries, this.entries);
    this.count = count;
    this.disordered = true;
    this.#mark.restore(mark);
    this.#memory.u32.set([late, untimed], this.progress / 4 + counts);
    this.ended = ended;
  }

  dispose(): void {
    this.store.dispose();
    this.#mark.dispose();
    this.#memory.free(this.entries);
    this.#memory.free(this.progress);
    this.entries = this.head = this.count = this.#capacity = 0;
  }

  #count(at: number): number {
    return this.#memory.u32[this.progress / 4 + counts + at]!;
  }
}

const nothing = (): void => {};
