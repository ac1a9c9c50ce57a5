import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { OptionError } from '../errors.ts';
import { type GroupRoom, groupRoom } from '../kernel/group.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { type DataType, i64, isText } from '../schema/data-type.ts';
import { IntegerKeys } from './_integer-keys.ts';
import type { KeyColumn } from './_key-column.ts';
import { joined, parted } from './_saved.ts';
import { TextKeys } from './_text-keys.ts';
import { from, pointAt } from './_tile.ts';
import { type Accumulator, noGroup, type Rows } from './accumulator.ts';

/** Rows numbered at a time: ids (16 KiB) and what is made of them stay in the L1 and L2 caches. A multiple of 512, so slices stay aligned. */
const tileRows = 4096;
/** So many groups are sorted one by one: the passes over digits cost 2 µs, however few there are. */
const few = 32;
/** Most tables stay small, and a stream has many. */
const firstScratchBytes = 4096;

export interface KeyTableOptions {
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  /** Types of the key columns, at least one. */
  readonly types: readonly DataType[];
  /** Rows with a null key belong to no group (default, as in pandas); false: null is a key like any other. */
  readonly dropNull?: boolean;
}

/** One accumulator and the columns it reads, for `accumulate`. */
export interface Feed {
  readonly accumulator: Accumulator;
  readonly vectors: readonly ChunkVector[];
}

/**
 * Rows of key columns as dense group ids, in order of first appearance.
 *
 * NaN equals NaN and -0 equals 0. With several columns each has a table of its own, and pairs of ids are keys again:
 *
 * ```
 * a ─ ids ─┐
 *          ├─ (a, b) ─ ids ─┐
 * b ─ ids ─┘                ├─ ((a, b), c) ─ ids = group
 * c ─ ids ──────────────────┘
 * ```
 */
export class KeyTable {
  readonly types: readonly DataType[];
  readonly #memory: Memory;
  readonly #room: GroupRoom;
  readonly #owner: string;
  readonly #columns: readonly KeyColumn[];
  /** `#pairs[i]` numbers the pairs of (columns 0 … i, column i + 1). */
  readonly #pairs: readonly IntegerKeys[];
  /** What numbers the groups themselves. */
  readonly #groups: KeyColumn;
  readonly #scratch: Scratch;
  /** A tile of pairs, of one column's ids, and of validity bits; 0 until there are several keys. */
  #work = 0;
  #sorted = 0;
  #sortedCount = -1;
  /** Groups there were when the order of some was asked for. */
  #orderedCount = -1;
  /** The key columns of all groups in ascending order, while there are no more of them. */
  #ascending: { readonly count: number; readonly vectors: readonly ChunkVector[] } | null = null;
  readonly #ascendingSpace: Scratch;

  /** @throws OptionError without key columns */
  constructor(memory: Memory, options: KeyTableOptions) {
    if (options.types.length === 0) throw new OptionError('types', 'groupby: no key columns; name at least one');
    this.#memory = memory;
    this.#room = groupRoom(memory);
    this.types = options.types;
    this.#owner = options.owner;
    const { owner } = options;
    const keepNull = options.dropNull === false;
    this.#columns = options.types.map(type =>
      isText(type) || type.kind === 'binary'
        ? new TextKeys(memory, { owner, type, keepNull })
        : new IntegerKeys(memory, { owner, type, keepNull }),
    );
    this.#pairs = options.types.slice(1).map(() => new IntegerKeys(memory, { owner, type: i64(), keepNull: false }));
    this.#groups = this.#pairs.at(-1) ?? this.#columns[0]!;
    this.#scratch = new Scratch(memory, owner, firstScratchBytes);
    this.#ascendingSpace = new Scratch(memory, owner, firstScratchBytes);
  }

  /** Groups so far. */
  get size(): number {
    return this.#groups.size;
  }

  /** Bytes of linear memory held. */
  get bytes(): number {
    return [...this.#columns, ...this.#pairs].reduce(
      (sum, { bytes }) => sum + bytes,
      this.#memory.sizeOf(this.#sorted),
    );
  }

  /**
   * Group ids (u32) of `length` rows at `target`: `noGroup` where a key is null (unless nulls are kept) or the bit of `mask` is 0
   * (0: no mask); masked rows make no groups.
   *
   * @returns groups so far
   * @throws MemoryError when there is no room for more groups
   */
  ids(vectors: readonly ChunkVector[], length: number, target: number, mask = 0): number {
    if (this.#pairs.length === 0) this.#columns[0]!.ids(vectors[0]!, length, mask, target);
    else this.#eachPair(vectors, length, target, mask, 'ids');
    return this.size;
  }

  /** As `ids`, but keys that were never met get `noGroup`, and none is added: what a table of known keys answers. */
  lookup(vectors: readonly ChunkVector[], length: number, target: number, mask = 0): void {
    if (this.#pairs.length === 0) this.#columns[0]!.lookup(vectors[0]!, length, mask, target);
    else this.#eachPair(vectors, length, target, mask, 'lookup');
  }

  /**
   * Numbers the rows and hands them to the accumulators, some thousand at a time: the same as `ids`, `reserve` and `onNew`
   * for all rows at once, without writing all ids to memory and reading them back.
   *
   * @returns groups so far
   */
  accumulate(vectors: readonly ChunkVector[], length: number, feeds: readonly Feed[], mask = 0): number {
    this.#scratch.reset();
    const groupIds = this.#scratch.take(tileRows * 4);
    const keys = vectors.map(vector => ({ ...vector }));
    const rows: Rows[] = feeds.map(feed => ({
      length: 0,
      vectors: feed.vectors.map(vector => ({ ...vector })),
      groupIds,
      mask: 0,
    }));
    for (let start = 0; start < length; start += tileRows) {
      const count = Math.min(tileRows, length - start);
      for (const [i, key] of keys.entries()) pointAt(key, vectors[i]!, start);
      const groups = this.ids(keys, count, groupIds, mask === 0 ? 0 : mask + start / 8);
      for (const [f, { accumulator, vectors }] of feeds.entries()) {
        const part = rows[f]!;
        part.length = count;
        for (const [i, vector] of part.vectors.entries()) pointAt(vector, vectors[i]!, start);
        accumulator.reserve(groups);
        accumulator.onNew(part);
      }
    }
    return this.size;
  }

  /** The key columns of `count` groups: those with these ids (u32), or [0, count) when `ids` is 0; in `scratch`. */
  keys(ids: number, count: number, scratch: Scratch): ChunkVector[] {
    return this.#columnIds(ids, count, scratch).map((columnIds, i) =>
      this.#columns[i]!.gather(columnIds, count, scratch),
    );
  }

  /**
   * Address of the ids (u32) of all groups in ascending order of their keys: numbers and times by value with NaN last, false before true,
   * text by code point, null after all; several keys from the first to the last. Good until the next `ids`.
   */
  sorted(): number {
    const count = this.size;
    if (this.#sortedCount === count) return this.#sorted;
    this.#scratch.reset();
    const ids =
      (this.#pairs.length === 0 && this.#groups.sorted(this.#scratch)) || this.#order(0, count, this.#scratch);
    this.#sortedCount = -1;
    this.#memory.free(this.#sorted);
    this.#sorted = 0;
    this.#sorted = this.#memory.allocate(count * 4, this.#owner);
    this.#memory.bulk.copy(this.#sorted, ids, count * 4);
    this.#sortedCount = count;
    return this.#sorted;
  }

  /**
   * The order of some groups, those whose ids (u32, each once) are at `ids`: which of them is first, second … as `sorted` says; u32 at
   * an address in `scratch`.
   */
  order(ids: number, count: number, scratch: Scratch): number {
    const sorted = this.sortedFor(count);
    if (sorted === 0) return this.#order(ids, count, scratch);
    const all = this.size;
    const [places, out] = [scratch.take(all * 4), scratch.take(count * 4 + 4)];
    this.#room.orderAmong(sorted, all, ids, count, places, out);
    return out;
  }

  /** As `order` of ids that may come several times, and first by times (i64, one for each). */
  orderInTime(ids: number, times: number, count: number, scratch: Scratch): number {
    const order = this.#order(ids, count, scratch);
    const keys = scratch.take(count * 8);
    this.#room.sortKeysI64(times, count, 0, noGroup, keys);
    return this.#sortBy(keys, order, count, scratch);
  }

  /** What `sorted` gives, or 0 when `count` groups are put in order sooner by themselves. */
  sortedFor(count: number): number {
    // To sort 95 groups takes 2.5 µs, to find them among 1,000 takes 0.8. The order of all is made when it will serve again, as no keys
    // come any more, or when these are most of them.
    const all = this.size;
    const comparable = all <= 2048 || count * 8 >= all;
    const known = this.#sortedCount === all || this.#orderedCount === all || count * 2 >= all;
    this.#orderedCount = all;
    return comparable && known ? this.sorted() : 0;
  }

  /**
   * The key columns of the groups with these ids, if they are all groups in the order of `sorted()`: made once for all batches that bring
   * no new group. Null for other groups.
   */
  ascending(ids: number, count: number): readonly ChunkVector[] | null {
    if (ids === 0 || ids !== this.#sorted || count !== this.#sortedCount || count !== this.size) return null;
    if (this.#ascending?.count === count) return this.#ascending.vectors;
    this.#ascendingSpace.reset();
    const vectors = this.keys(ids, count, this.#ascendingSpace);
    for (const vector of vectors) vector.heap = { vector: null };
    this.#ascending = { count, vectors };
    return vectors;
  }

  /** The group with these key values (as `ValueOf` of the types, or null), or -1. */
  find(values: readonly unknown[]): number {
    let id = this.#columns[0]!.find(values[0]);
    for (const [i, pairs] of this.#pairs.entries()) {
      const next = this.#columns[i + 1]!.find(values[i + 1]);
      if (id === noGroup || next === noGroup) return -1;
      id = pairs.find(BigInt.asIntN(64, (BigInt(id) << 32n) | BigInt(next)));
    }
    return id === noGroup ? -1 : id;
  }

  /**
   * Keeps only the `count` groups whose ids (u32, ascending) are at `ids`; they become 0, 1, 2, …. Writes to `map` the new id of
   * each old group (u32), `noGroup` for those that went: what `Accumulator.merge` takes to follow.
   */
  compact(ids: number, count: number, map: number): void {
    const scratch = new Scratch(this.#memory, this.#owner);
    try {
      const kept = this.#columnIds(ids, count, scratch).map((columnIds, i) =>
        this.#columns[i]!.gather(columnIds, count, scratch, true),
      );
      const places = scratch.take(Math.max(count, 1) * 4);
      this.#memory.bulk.fill(map, 255, this.size * 4);
      const { u32 } = this.#memory;
      for (let i = 0; i < count; i++) u32[(map >>> 2) + u32[(ids >>> 2) + i]!] = i;
      this.clear();
      this.ids(kept, count, places);
    } finally {
      scratch.dispose();
    }
  }

  /** Forgets all groups. */
  clear(): void {
    for (const part of [...this.#columns, ...this.#pairs]) part.clear();
    this.#sortedCount = -1;
    this.#ascending = null;
  }

  snapshot(): Uint8Array {
    return joined([...this.#columns, ...this.#pairs].map(part => part.snapshot()));
  }

  /** @throws StateError when the bytes come from a table of other types */
  restore(bytes: Uint8Array): void {
    const parts = [...this.#columns, ...this.#pairs];
    for (const [i, saved] of parted(bytes, parts.length, this.#owner).entries()) parts[i]!.restore(saved);
    this.#sortedCount = -1;
    this.#ascending = null;
  }

  dispose(): void {
    for (const part of [...this.#columns, ...this.#pairs]) part.dispose();
    this.#memory.free(this.#sorted);
    this.#memory.free(this.#work);
    this.#sorted = this.#work = 0;
    this.#scratch.dispose();
    this.#ascendingSpace.dispose();
  }

  #order(ids: number, count: number, scratch: Scratch): number {
    let order = scratch.take(count * 4);
    this.#room.countUp(order, count);
    const columnIds = this.#columnIds(ids, count, scratch);
    // Least significant first: each pass is stable, so the first column decides last.
    for (let i = this.#columns.length - 1; i >= 0; i--) {
      const keys = this.#columns[i]!.sortKeys(columnIds[i]!, count, scratch);
      order = this.#sortBy(keys, order, count, scratch);
    }
    return order;
  }

  /** Sorts u32 numbers by their keys (u64), stable; gives where they are then. */
  #sortBy(keys: number, numbers: number, count: number, scratch: Scratch): number {
    if (count <= few) {
      this.#room.sortFew(keys, numbers, count);
      return numbers;
    }
    return this.#room.sortBy(keys, numbers, count, scratch.take(count * 4), scratch.take(1024)) >>> 0;
  }

  #eachPair(
    vectors: readonly ChunkVector[],
    length: number,
    target: number,
    mask: number,
    verb: 'ids' | 'lookup',
  ): void {
    this.#work ||= this.#memory.allocate(tileRows * (8 + 4) + tileRows / 8, this.#owner);
    const pairs = this.#work;
    const [next, both] = [pairs + tileRows * 8, pairs + tileRows * 12];
    const pairVector = chunkVector(i64(), pairs, both);
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const bits = mask === 0 ? 0 : mask + start / 8;
      const out = target + start * 4;
      this.#columns[0]![verb](from(vectors[0]!, start), rows, bits, out);
      for (const [i, table] of this.#pairs.entries()) {
        this.#columns[i + 1]![verb](from(vectors[i + 1]!, start), rows, bits, next);
        this.#room.pair(out, next, rows, pairs, both);
        table[verb](pairVector, rows, 0, out);
      }
    }
  }

  /** For each column, the ids within the column of these groups (0 = 0, 1, 2, …). */
  #columnIds(ids: number, count: number, scratch: Scratch): number[] {
    const found: number[] = [];
    let left = ids;
    for (let i = this.#pairs.length - 1; i >= 0; i--) {
      const [first, second] = [scratch.take(count * 4), scratch.take(count * 4)];
      this.#pairs[i]!.split(left, count, first, second);
      found.unshift(second);
      left = first;
    }
    return [left, ...found];
  }
}
