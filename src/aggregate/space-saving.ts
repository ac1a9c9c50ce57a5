import type { ChunkVector } from '../column/chunk.ts';
import { exportVector } from '../column/export-chunk.ts';
import type { Vector } from '../column/vector.ts';
import { StateError } from '../errors.ts';
import { sketchRoom } from '../kernel/sketch.ts';
import type { SketchRoom } from '../kernel/wasm/sketch.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { Block } from './_block.ts';
import { joined, misfit, parted } from './_saved.ts';
import type { AccumulatorOptions, Rows } from './accumulator.ts';
import { OrderKeys, tileRows } from './order-keys.ts';

// Summary in assembly/sketch/summary.ts, in u32 places
const COUNTERS = 0;
const COUNTER_CAPACITY = 1;
const COUNTER_USED = 2;
const COUNTER_FREE = 3;
const BUCKETS = 4;
const BUCKET_CAPACITY = 5;
const BUCKET_USED = 6;
const BUCKET_FREE = 7;
const SLOTS = 8;
const MASK = 9;
const HELD = 10;
const GROUPS = 11;
const LIMIT = 12;
const TEXTS = 13;
const BYTES = 14;
const headerBytes = 64;
const entryBytes = 24;
const firstSlots = 64;

/** The values of a group that are counted most, the most first. */
export interface Top {
  readonly values: Vector;
  readonly counts: readonly number[];
  /** By how much each count may be too high. */
  readonly errors: readonly number[];
}

/**
 * How often each value occurs in each group, in at most `limit` counters a group (0: any number of them, then rows can leave).
 *
 * The counts of a group add up to its rows at most, so that the least is at most rows / limit: by that a count may be too high.
 *
 * @see Metwally, Agrawal & El Abbadi 2005, "Efficient Computation of Frequent and Top-k Elements in Data Streams"
 */
export class SpaceSaving {
  readonly sideBySide = true;
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #room: SketchRoom;
  readonly #keys: OrderKeys;
  readonly #header: Block;
  readonly #counters: Block;
  readonly #buckets: Block;
  readonly #groups: Block;
  readonly #slots: Block;
  readonly #own: Scratch;
  readonly #counterBytes: number;
  readonly #bucketBytes: number;
  readonly #groupBytes: number;
  #groupCount = 0;

  constructor({ memory, owner, types }: AccumulatorOptions, limit: number) {
    this.#memory = memory;
    this.#owner = owner;
    this.#room = sketchRoom(memory);
    this.#counterBytes = this.#room.summaryCounterBytes.value as number;
    this.#bucketBytes = this.#room.summaryBucketBytes.value as number;
    this.#groupBytes = this.#room.summaryGroupBytes.value as number;
    this.#keys = new OrderKeys(memory, owner, types[0]!);
    const block = (): Block => new Block(memory, owner);
    [this.#header, this.#counters, this.#buckets, this.#groups, this.#slots] = [
      block(),
      block(),
      block(),
      block(),
      block(),
    ];
    this.#own = new Scratch(memory, owner);
    this.#header.growZeroed(0, headerBytes);
    this.#set(LIMIT, limit);
    this.#empty();
    this.#growRecords(1);
    this.#move(firstSlots);
    this.reserve(1);
  }

  get stateBytes(): number {
    const blocks = [this.#header, this.#counters, this.#buckets, this.#groups, this.#slots];
    return blocks.reduce((sum, { bytes }) => sum + bytes, this.#keys.stateBytes);
  }

  reserve(groups: number): void {
    if (groups <= this.#groupCount) return;
    this.#groups.growZeroed(this.#groupCount * this.#groupBytes, groups * this.#groupBytes);
    this.#groupCount = groups;
    this.#set(GROUPS, this.#groups.address);
  }

  onNew(rows: Rows): void {
    this.#each(rows, (ids, keys, present, length) => {
      for (let done = 0; ; this.#grow()) {
        done = this.#room.summaryPush(this.#header.address, ids, keys, present, done, length);
        if (done >= length) break;
      }
      this.#renew();
    });
  }

  onOld(rows: Rows): void {
    this.#each(rows, (ids, keys, present, length) => {
      this.#room.summaryDrop(this.#header.address, ids, keys, present, length);
    });
    this.#renew();
  }

  merge(from: this, map: number, groups: number, ids = 0): void {
    const codes = this.#keys.codesOf(from.#keys, this.#own);
    const [here, there] = [this.#header.address, from.#header.address];
    const limit = this.#get(LIMIT);
    const room = limit === 0 ? this.#get(HELD) + from.#get(HELD) : limit * 2;
    const entries = this.#own.take(room * entryBytes);
    for (let done = 0; ; this.#grow(room)) {
      done = this.#room.summaryMerge(here, there, map, ids, codes, done, groups, entries);
      if (done >= groups) break;
    }
    this.#own.reset();
    this.#renew();
  }

  forget(ids: number, count: number): void {
    this.#room.summaryForget(this.#header.address, ids, count);
  }

  clear(): void {
    this.#memory.bulk.fill(this.#groups.address, 0, this.#groupCount * this.#groupBytes);
    this.#memory.bulk.fill(this.#slots.address, 0, (this.#get(MASK) + 1) * 4);
    this.#empty();
    this.#keys.clear();
  }

  /** The `k` values counted most of `count` groups: those at `ids`, or the first. Equal counts stand in ascending order of the values. */
  top(ids: number, count: number, k: number): Top[] {
    const own = this.#own;
    const [entries, found] = [own.take(Math.max(1, count * k) * entryBytes + entryBytes), own.take(count * 4 + 4)];
    this.#pointToTexts();
    this.#room.summaryTop(this.#header.address, ids, count, k, entries, found);
    const numbers = this.#memory.i32.slice(found / 4, found / 4 + count);
    const tops = Array.from(numbers, (length, at) => this.#topOf(entries + at * k * entryBytes, length));
    own.reset();
    return tops;
  }

  snapshot(): Uint8Array {
    return joined([
      this.#header.save(headerBytes),
      this.#counters.save(this.#get(COUNTER_USED) * this.#counterBytes),
      this.#buckets.save(this.#get(BUCKET_USED) * this.#bucketBytes),
      this.#groups.save(this.#groupCount * this.#groupBytes),
      this.#slots.save((this.#get(MASK) + 1) * 4),
      this.#keys.snapshot(),
    ]);
  }

  /** @throws StateError when the bytes are of another kind of state, or another number of counters */
  restore(bytes: Uint8Array): void {
    const parts = parted(bytes, 6, 'top_k');
    const [header, counters, buckets, groups, slots, keys] = parts as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const words = new Uint32Array(header.slice().buffer);
    const fits = words[LIMIT] === this.#get(LIMIT) && slots.length === (words[MASK]! + 1) * 4;
    if (!fits || counters.length !== words[COUNTER_USED]! * this.#counterBytes) throw new StateError(misfit('top_k'));
    this.#header.load(header);
    this.#counters.load(counters);
    this.#buckets.load(buckets);
    this.#setRecords();
    this.#set(GROUPS, this.#groups.load(groups));
    this.#set(SLOTS, this.#slots.load(slots));
    this.#groupCount = groups.length / this.#groupBytes;
    this.#keys.restore(keys);
  }

  dispose(): void {
    for (const block of [this.#header, this.#counters, this.#buckets, this.#groups, this.#slots]) block.free();
    this.#keys.dispose();
    this.#own.dispose();
  }

  #each(
    { length, vectors: [vector], groupIds, mask }: Rows,
    take: (ids: number, keys: number, present: number, length: number) => void,
  ): void {
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const { keys, present } = this.#keys.read(vector!, start, rows, mask);
      take(groupIds === 0 ? 0 : groupIds + start * 4, keys, present, rows);
    }
  }

  #topOf(entries: number, length: number): Top {
    const words = this.#memory.i64.slice(entries / 8, entries / 8 + length * 3);
    const keys = this.#own.take(length * 8 + 8);
    for (let at = 0; at < length; at++) this.#memory.i64[keys / 8 + at] = words[at * 3]!;
    const vector: ChunkVector = this.#keys.vector(keys, 0, length, this.#own);
    const column = (place: number): number[] => Array.from({ length }, (_, at) => Number(words[at * 3 + place]!));
    return { values: exportVector(vector, this.#memory, length), counts: column(1), errors: column(2) };
  }

  /** Lets go of the texts that are counted no longer, once they are the greater part. */
  #renew(): void {
    const held = this.#get(HELD);
    if (!this.#keys.isStale(held)) return;
    const codes = this.#own.take(held * 4);
    this.#room.summaryRecode(this.#header.address, this.#groupCount, 0, codes);
    this.#keys.renew(codes, held, this.#own);
    this.#room.summaryRecode(this.#header.address, this.#groupCount, 1, codes);
    this.#own.reset();
    this.#move(this.#get(MASK) + 1); // every key has another place now
  }

  /** Room for so many counters more, and a bucket for each. */
  #grow(more = 1): void {
    let slots = this.#get(MASK) + 1;
    while (this.#get(HELD) + more >= (slots - 1) >> 1) slots *= 2;
    if (slots > this.#get(MASK) + 1) this.#move(slots);
    this.#growRecords(more);
  }

  #growRecords(more: number): void {
    const grow = (block: Block, used: number, capacity: number, bytes: number): void => {
      if (used + more >= capacity) block.grow(used * bytes, Math.max(64, used * 2, used + more + 1) * bytes);
    };
    grow(this.#counters, this.#get(COUNTER_USED), this.#get(COUNTER_CAPACITY), this.#counterBytes);
    grow(this.#buckets, this.#get(BUCKET_USED), this.#get(BUCKET_CAPACITY), this.#bucketBytes);
    this.#setRecords();
  }

  #setRecords(): void {
    this.#set(COUNTERS, this.#counters.address);
    this.#set(COUNTER_CAPACITY, Math.floor(this.#counters.bytes / this.#counterBytes));
    this.#set(BUCKETS, this.#buckets.address);
    this.#set(BUCKET_CAPACITY, Math.floor(this.#buckets.bytes / this.#bucketBytes));
  }

  /** All counters to so many other slots. */
  #move(slots: number): void {
    const address = this.#memory.allocate(slots * 4, this.#owner);
    this.#room.summaryRehash(this.#header.address, address, slots - 1, this.#groupCount);
    this.#memory.free(this.#slots.address);
    this.#slots.address = address;
  }

  /** Number 0 means "none". */
  #empty(): void {
    for (const place of [COUNTER_FREE, BUCKET_FREE, HELD]) this.#set(place, 0);
    for (const place of [COUNTER_USED, BUCKET_USED]) this.#set(place, 1);
  }

  #pointToTexts(): void {
    if (!this.#keys.isText) return;
    const { offsets, values } = this.#keys.dictionary;
    this.#set(TEXTS, offsets);
    this.#set(BYTES, values);
  }

  #get(place: number): number {
    return this.#memory.u32[this.#header.address / 4 + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[this.#header.address / 4 + place] = value;
  }
}
