import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import type { Dictionary } from '../column/dictionary.ts';
import { Vector } from '../column/vector.ts';
import { type GroupRoom, groupRoom } from '../kernel/group.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, utf8 } from '../schema/data-type.ts';
import { absentBits, missBytes, slotsFor } from './_integer-keys.ts';
import type { KeyColumn, KeyColumnOptions } from './_key-column.ts';
import { joined, parted } from './_saved.ts';
import { noGroup } from './accumulator.ts';

// TextTable in assembly/group/texts.ts, in u32 places
const slots = 0;
const shift = 1;
const offsets = 2;
const size = 3;
const limit = 4;
const bytes = 5;
const capacity = 6;
const nullId = 7;
const keepNull = 8;
const digests = 9;
const misses = 10;
const parts = [slots, offsets, bytes, digests, misses] as const;
/** A digest whose last byte is neither a length nor the mark of a long text. */
const noDigest = 128;

const firstLimit = 512;
const firstBytes = 8192;
/** Ids and bytes that a cleared table holds on to. */
const keptLimit = 1 << 16;
const keptBytes = 1 << 22;
/** Dictionaries whose codes are remembered; a stream rarely has more at a time. */
const rememberedDictionaries = 4;

interface KnownCodes {
  readonly dictionary: Dictionary;
  address: number;
  count: number;
}

/** Keys of variable length: utf8, binary, and dictionaries, whatever dictionary their codes point into. */
export class TextKeys implements KeyColumn {
  readonly type: DataType;
  readonly #memory: Memory;
  readonly #room: GroupRoom;
  readonly #owner: string;
  readonly #keepNull: boolean;
  readonly #table: number;
  #known: KnownCodes[] = [];
  #looked: (KnownCodes & { readonly size: number }) | null = null;
  #dictionary: OwnDictionary;

  constructor(memory: Memory, options: KeyColumnOptions) {
    this.#memory = memory;
    this.#room = groupRoom(memory);
    this.#owner = options.owner;
    this.type = options.type;
    this.#keepNull = options.keepNull;
    this.#table = memory.allocate(64, options.owner);
    this.#dictionary = new OwnDictionary(memory, this.#table);
    this.#start();
  }

  get size(): number {
    return this.#get(size);
  }

  get bytes(): number {
    const blocks = [this.#table, ...parts.map(part => this.#get(part)), this.#looked?.address ?? 0];
    return [...blocks, ...this.#known.map(({ address }) => address)].reduce(
      (sum, block) => sum + this.#memory.sizeOf(block),
      0,
    );
  }

  ids(vector: ChunkVector, length: number, mask: number, target: number): void {
    const step =
      vector.dictionary === null
        ? this.#texts(vector, length, mask, target)
        : this.#codes(vector, length, mask, target);
    let row = step(0);
    while (row < length) {
      this.#makeRoom(vector, row);
      row = step(row);
    }
  }

  #texts(vector: ChunkVector, length: number, mask: number, target: number): (from: number) => number {
    return from =>
      this.#room.idsText(this.#table, vector.offsets, vector.values, vector.validity, mask, from, length, target);
  }

  #codes(vector: ChunkVector, length: number, mask: number, target: number): (from: number) => number {
    const dictionary = vector.dictionary!;
    const known = this.#knownCodes(dictionary);
    return from =>
      this.#room.idsCode(
        this.#table,
        known,
        dictionary.offsets,
        dictionary.values,
        vector.values,
        vector.validity,
        mask,
        from,
        length,
        target,
      );
  }

  lookup(vector: ChunkVector, length: number, mask: number, target: number): void {
    const { dictionary, offsets, values, validity } = vector;
    const room = this.#room;
    if (dictionary === null) room.findTexts(this.#table, offsets, values, validity, mask, length, target);
    else room.findCodes(this.#table, this.#found(dictionary), values, validity, mask, length, target);
  }

  gather(ids: number, count: number, scratch: Scratch, plainText = false): ChunkVector {
    const validity = absentBits(this.#room, ids, count, this.#get(nullId), scratch);
    if (this.type.kind === 'dictionary' && !plainText) {
      const codes = scratch.take(count * 4);
      if (ids === 0) this.#room.countUp(codes, count);
      else this.#memory.bulk.copy(codes, ids, count * 4);
      return chunkVector(this.type, codes, validity, 0, this.#dictionary);
    }
    const ends = scratch.take((count + 1) * 4);
    const values = scratch.take(this.#room.textBytes(this.#table, ids, count));
    this.#room.takeTexts(this.#table, ids, count, ends, values);
    return chunkVector(this.type.kind === 'dictionary' ? utf8() : this.type, values, validity, ends);
  }

  find(value: unknown): number {
    if (value === null || value === undefined) return this.#get(nullId);
    const text = value instanceof Uint8Array ? value : new TextEncoder().encode(String(value));
    const at = this.#memory.allocate(text.length, this.#owner);
    this.#memory.u8.set(text, at);
    const id = this.#room.findText(this.#table, at, text.length) >>> 0;
    this.#memory.free(at);
    return id;
  }

  sortKeys(ids: number, count: number, scratch: Scratch): number {
    const { size } = this;
    const some = ids !== 0 && count < size;
    const length = some ? count : size;
    const [sorted, spare] = [scratch.take(length * 4), scratch.take(length * 4)];
    if (some) this.#memory.bulk.copy(sorted, ids, count * 4);
    else this.#room.countUp(sorted, size);
    const ranks = scratch.take(size * 8); // by id; of those that are asked for
    const order = this.#room.sortTexts(this.#table, sorted, length, spare, ranks, scratch.take(1024));
    this.#room.ranks(order, length, ranks);
    if (ids === 0) return ranks;
    const target = scratch.take(count * 8);
    this.#room.spread(ranks, ids, count, target);
    return target;
  }

  sorted(): number {
    return 0;
  }

  /** Keeps what it holds for the next keys, unless that is a lot. */
  clear(): void {
    this.#dictionary = new OwnDictionary(this.#memory, this.#table);
    if (this.#get(limit) > keptLimit || this.#get(capacity) > keptBytes) {
      this.#free();
      this.#start();
      return;
    }
    this.#memory.bulk.fill(this.#get(slots), 255, this.#memory.sizeOf(this.#get(slots)));
    for (const { address, count } of this.#known) this.#memory.bulk.fill(address, 255, count * 4);
    this.#memory.free(this.#looked?.address ?? 0);
    this.#looked = null;
    this.#set(size, 0);
    this.#set(nullId, noGroup);
  }

  snapshot(): Uint8Array {
    const { u8 } = this.#memory;
    const count = this.size;
    const [ends, texts] = [this.#get(offsets), this.#get(bytes)];
    const used = this.#used();
    return joined([
      new Uint8Array(Uint32Array.of(count, this.#get(nullId)).buffer),
      u8.slice(ends, ends + 4 * (count + 1)),
      u8.slice(texts, texts + used),
    ]);
  }

  restore(saved: Uint8Array): void {
    const [head, ends, texts] = parted(saved, 3, this.#owner) as [Uint8Array, Uint8Array, Uint8Array];
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const count = view.getUint32(0, true);
    this.clear();
    this.#reserve(count, texts.length);
    this.#memory.u8.set(ends, this.#get(offsets));
    this.#memory.u8.set(texts, this.#get(bytes));
    this.#set(size, count);
    this.#set(nullId, view.getUint32(4, true));
    this.#rehash(this.#get(limit));
  }

  dispose(): void {
    this.#free();
    this.#memory.free(this.#table);
  }

  #start(): void {
    this.#memory.bulk.fill(this.#table, 0, 64);
    this.#set(nullId, noGroup);
    this.#set(keepNull, this.#keepNull ? 1 : 0);
    this.#set(misses, this.#memory.allocate(missBytes, this.#owner));
    this.#reserve(firstLimit, firstBytes);
    this.#memory.u32[this.#get(offsets) >>> 2] = 0;
    this.#rehash(this.#get(limit));
  }

  #used(): number {
    return this.#memory.u32[(this.#get(offsets) >>> 2) + this.size]!;
  }

  /** Twice the ids when they are used up, else bytes for the text at `row` and as much again. */
  #makeRoom(vector: ChunkVector, row: number): void {
    if (this.size === this.#get(limit)) {
      const count = this.size * 2;
      this.#rehash(count);
      this.#reserve(count, 0);
      return;
    }
    const { u32 } = this.#memory;
    const ends = vector.dictionary === null ? vector.offsets : vector.dictionary.offsets;
    const text = (ends >>> 2) + (vector.dictionary === null ? row : u32[(vector.values >>> 2) + row]!);
    this.#reserve(0, Math.max(this.#get(capacity) * 2, this.#used() + u32[text + 1]! - u32[text]!));
  }

  #reserve(count: number, textBytes: number): void {
    const used = this.#get(offsets) === 0 ? 0 : this.#used();
    const owner = this.#owner;
    if (count > 0) {
      const ends = this.#memory.reallocate(this.#get(offsets), 4 * (this.size + 1), 4 * (count + 1), owner);
      this.#set(offsets, ends);
      const first = this.#get(digests) === 0;
      const known = this.#memory.reallocate(this.#get(digests), 16 * (this.size + 1), 16 * (count + 1), owner);
      if (first) this.#memory.bulk.fill(known, noDigest, 16);
      this.#set(digests, known);
      this.#set(limit, count);
    }
    if (textBytes > 0) {
      const texts = this.#memory.reallocate(this.#get(bytes), used, textBytes, owner);
      this.#set(bytes, texts);
      this.#set(capacity, textBytes);
    }
  }

  /** A table of slots for `count` ids; taken before the old one goes, so that a MemoryError leaves the old one. */
  #rehash(count: number): void {
    let bits = 10;
    while (2 ** bits < count * 2 * slotsFor(count)) bits++; // twice as many as of integers, of half the size
    const address = this.#memory.allocate(2 ** bits * 4, this.#owner);
    this.#memory.bulk.fill(address, 255, 2 ** bits * 4);
    this.#memory.free(this.#get(slots));
    this.#set(slots, address);
    this.#set(shift, 32 - bits);
    this.#room.rebuildTexts(this.#table);
  }

  /** Address of the ids of a dictionary's codes, `noGroup` for those not met. */
  #knownCodes(dictionary: Dictionary): number {
    let known = this.#known.find(one => one.dictionary === dictionary);
    if (!known) {
      known = { dictionary, address: 0, count: 0 };
      this.#known.unshift(known);
      for (const old of this.#known.splice(rememberedDictionaries)) this.#memory.free(old.address);
    }
    if (known.count < dictionary.count) {
      const room = Math.max(dictionary.count, 2 * known.count, 16);
      known.address = this.#memory.reallocate(known.address, known.count * 4, room * 4, this.#owner);
      this.#memory.bulk.fill(known.address + known.count * 4, 255, (room - known.count) * 4);
      known.count = room;
    }
    return known.address;
  }

  /** Address of the ids of all texts of a dictionary; looked up again when there are more of them, or more keys. */
  #found(dictionary: Dictionary): number {
    const looked = this.#looked;
    const { count } = dictionary;
    if (looked?.dictionary === dictionary && looked.count === count && looked.size === this.size) return looked.address;
    const address = this.#memory.reallocate(looked?.address ?? 0, 0, Math.max(count, 16) * 4, this.#owner);
    this.#room.findTexts(this.#table, dictionary.offsets, dictionary.values, 0, 0, count, address);
    this.#looked = { dictionary, address, count, size: this.size };
    return address;
  }

  #free(): void {
    for (const part of parts) this.#memory.free(this.#get(part));
    for (const { address } of this.#known) this.#memory.free(address);
    this.#memory.free(this.#looked?.address ?? 0);
    this.#known = [];
    this.#looked = null;
  }

  #get(place: number): number {
    return this.#memory.u32[(this.#table >>> 2) + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[(this.#table >>> 2) + place] = value;
  }
}

/** The texts of a table, as the dictionary of the key columns it gives out. */
class OwnDictionary implements Dictionary {
  readonly memory: Memory;
  readonly #table: number;
  #vector: Vector | undefined;

  constructor(memory: Memory, table: number) {
    this.memory = memory;
    this.#table = table;
  }

  get count(): number {
    return this.memory.u32[(this.#table >>> 2) + size]!;
  }

  get offsets(): number {
    return this.memory.u32[(this.#table >>> 2) + offsets]!;
  }

  get values(): number {
    return this.memory.u32[(this.#table >>> 2) + bytes]!;
  }

  toVector(): Vector {
    const { count, offsets, values, memory } = this;
    if (this.#vector?.length === count) return this.#vector;
    const ends = memory.i32.slice(offsets >>> 2, (offsets >>> 2) + count + 1);
    const texts = memory.u8.slice(values, values + ends[count]!);
    this.#vector = new Vector(utf8(), count, { offsets: ends, values: texts });
    return this.#vector;
  }
}
