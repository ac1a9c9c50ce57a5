import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import { type GroupRoom, groupRoom } from '../kernel/group.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, type Kind, widthOf } from '../schema/data-type.ts';
import type { KeyColumn, KeyColumnOptions } from './_key-column.ts';
import { misfit } from './_saved.ts';
import { noGroup } from './accumulator.ts';

// IntegerTable in assembly/group/integers.ts, in u32 places
const slots = 0;
const shift = 1;
const keys = 2;
const size = 3;
const limit = 4;
const map = 5;
const range = 6;
const nullId = 7;
const keepNull = 8;
const misses = 9;
const low = 5; // in i64 places

const headerBytes = 64;
/** Rows that the kernel looks up at a time; it notes those to look up again. */
export const missBytes = 1024 * 4 + 64;
const tileRows = 4096;
/** Keys there is room for at first. */
const firstLimit = 512;
/** The direct map may always have this many entries (256 KiB, which the L2 cache holds); more when the rows pay for it. */
const freeRange = 1 << 16;
const greatestRange = 1 << 24;

/** Slots for each id: more while they fit the caches, so that the first is mostly right (texts of 3 bytes: 11.5 → 9.3 ns a row of 1,000 groups). */
export const slotsFor = (limit: number): number => (limit <= 1 << 15 ? 4 : 2);

/** Entries of the direct map for each key that are sooner gone through than the keys are sorted. */
const mostEntries = 32;

type Suffix = 'I8' | 'U8' | 'I16' | 'U16' | 'I32' | 'I64';

const SUFFIX: Readonly<Partial<Record<Kind, Suffix>>> = /* @__PURE__ */ Object.freeze({
  bool: 'U8',
  int8: 'I8',
  uint8: 'U8',
  int16: 'I16',
  uint16: 'U16',
  int32: 'I32',
  uint32: 'I32',
  date32: 'I32',
  float32: 'I32',
  int64: 'I64',
  uint64: 'I64',
  timestamp: 'I64',
  float64: 'I64',
});

type OverIntegers = (values: number, validity: number, length: number, mask: number, target: number) => void;

/** Keys of fixed width: integers, times, bool, and floats as normalised bits. */
export class IntegerKeys implements KeyColumn {
  readonly type: DataType;
  readonly #memory: Memory;
  readonly #room: GroupRoom;
  readonly #owner: string;
  readonly #keepNull: boolean;
  readonly #width: 4 | 8;
  readonly #suffix: Suffix;
  /** Address of the IntegerTable; two i64 for ranges and one key for `find` lie behind it. */
  readonly #table: number;
  /** Rows made ready (unpacked bits, normalised floats); 0 until needed. */
  #ready = 0;

  constructor(memory: Memory, options: KeyColumnOptions) {
    this.#memory = memory;
    this.#room = groupRoom(memory);
    this.#owner = options.owner;
    this.type = options.type;
    this.#keepNull = options.keepNull;
    this.#suffix = SUFFIX[options.type.kind]!;
    this.#width = this.#suffix === 'I64' ? 8 : 4;
    this.#table = memory.allocate(headerBytes + 64, options.owner);
    this.#start();
  }

  get size(): number {
    return this.#get(size);
  }

  get bytes(): number {
    const blocks = [this.#table, this.#get(keys), this.#get(map), this.#get(slots), this.#get(misses), this.#ready];
    return blocks.reduce((sum, block) => sum + this.#memory.sizeOf(block), 0);
  }

  ids(vector: ChunkVector, length: number, mask: number, target: number): void {
    this.#each(vector, length, mask, target, this.#integers);
  }

  lookup(vector: ChunkVector, length: number, mask: number, target: number): void {
    this.#each(vector, length, mask, target, this.#known);
  }

  gather(ids: number, count: number, scratch: Scratch): ChunkVector {
    const from = this.#get(keys);
    const width = widthOf(this.type) || 1;
    let values = scratch.take(count * width);
    if (width === 8) this.#room.gatherI64(from, ids, count, values);
    else if (width === 4) this.#room.gatherI32(from, ids, count, values);
    else if (width === 2) this.#room.gatherI16(from, ids, count, values);
    else this.#room.gatherI8(from, ids, count, values);
    if (this.type.kind === 'bool') {
      const bytes = values;
      values = scratch.take((count + 7) >> 3);
      this.#room.pack(bytes, count, values);
    }
    return chunkVector(this.type, values, absentBits(this.#room, ids, count, this.#get(nullId), scratch));
  }

  find(value: unknown): number {
    if (value === null || value === undefined) return this.#get(nullId);
    const at = this.#table + headerBytes + 16;
    const { memory, room } = { memory: this.#memory, room: this.#room };
    switch (this.type.kind) {
      case 'float32':
        memory.f32[at >>> 2] = value as number;
        room.normalizeF32(at, 1, at);
        break;
      case 'float64':
        memory.f64[at >>> 3] = value as number;
        room.normalizeF64(at, 1, at);
        break;
      case 'date32':
        memory.i32[at >>> 2] = value instanceof Date ? Math.floor(value.getTime() / 86_400_000) : Number(value);
        break;
      case 'timestamp': {
        const ticks = value instanceof Date ? value.getTime() / (this.type.unit === 's' ? 1000 : 1) : value;
        memory.i64[at >>> 3] = BigInt(ticks as bigint);
        break;
      }
      case 'int64':
      case 'uint64':
        memory.i64[at >>> 3] = BigInt(value as bigint);
        break;
      default:
        memory.i32[at >>> 2] = Number(value);
    }
    if (this.#width === 8) room.findI64(this.#table, at, 0, 0, 1, at + 8);
    else room.findI32(this.#table, at, 0, 0, 1, at + 8);
    return memory.u32[(at + 8) >>> 2]!;
  }

  /** Splits keys that are pairs of ids; see `KeyTable`. */
  split(ids: number, count: number, first: number, second: number): void {
    this.#room.split(this.#get(keys), ids, count, first, second);
  }

  sortKeys(ids: number, count: number, scratch: Scratch): number {
    const missing = this.#get(nullId);
    if (ids === 0) return this.#sortable(this.#get(keys), count, missing, scratch);
    const target = scratch.take(count * 8);
    if (missing !== noGroup || count >= this.size) {
      this.#room.spread(this.#sortable(this.#get(keys), this.size, missing, scratch), ids, count, target);
      return target;
    }
    if (this.#width === 4) this.#room.gatherI32(this.#get(keys), ids, count, target);
    else this.#room.gatherI64(this.#get(keys), ids, count, target);
    return this.#sortable(target, count, noGroup, scratch);
  }

  sorted(scratch: Scratch): number {
    const [missing, entries, { kind }] = [this.#get(nullId), this.#get(range), this.type];
    if (this.#get(map) === 0 || entries > mostEntries * this.size || kind.startsWith('float')) return 0;
    const ids = scratch.take(this.size * 4 + 4);
    // unsigned keys are kept as signed ones: negative, they are the greatest
    const least = Number(this.#memory.i64[(this.#table >>> 3) + low]!);
    const first = kind.startsWith('uint') && least < 0 && least + entries > 0 ? -least : 0;
    const found = this.#room.mapOrder(this.#get(map), entries, first, ids);
    if (missing !== noGroup) this.#memory.u32[(ids >>> 2) + found] = missing;
    return ids;
  }

  #sortable(raw: number, count: number, missing: number, scratch: Scratch): number {
    const target = scratch.take(count * 8);
    const { kind } = this.type;
    const order = kind.startsWith('float') ? 2 : kind.startsWith('uint') || kind === 'bool' ? 1 : 0;
    if (this.#width === 4) this.#room.sortKeysI32(raw, count, order, missing, target);
    else this.#room.sortKeysI64(raw, count, order, missing, target);
    // 64-bit keys use all ones themselves: ranks set null apart
    if (this.#width === 8 && missing !== noGroup) this.#rank(target, count, missing, scratch);
    return target;
  }

  #rank(target: number, count: number, missing: number, scratch: Scratch): void {
    const [ids, spare, counts] = [scratch.take(count * 4), scratch.take(count * 4), scratch.take(1024)];
    this.#room.countUp(ids, count);
    this.#room.ranks(this.#room.sortBy(target, ids, count, spare, counts), count, target);
    this.#memory.u64[(target >>> 3) + missing] = 0xffff_ffff_ffff_ffffn;
  }

  /** Keeps what it holds for the next keys, which mostly are much like the last: a window of a stream. */
  clear(): void {
    if (this.#get(range) > freeRange || this.#get(limit) > freeRange) {
      this.#free();
      this.#start();
      return;
    }
    const block = this.#get(map) || this.#get(slots);
    this.#memory.bulk.fill(block, 255, this.#memory.sizeOf(block));
    this.#set(size, 0);
    this.#set(nullId, noGroup);
  }

  snapshot(): Uint8Array {
    const count = this.size;
    const bytes = new Uint8Array(8 + count * this.#width);
    new Uint32Array(bytes.buffer, 0, 2).set([count, this.#get(nullId)]);
    const from = this.#get(keys);
    bytes.set(this.#memory.u8.subarray(from, from + count * this.#width), 8);
    return bytes;
  }

  restore(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = bytes.length >= 8 ? view.getUint32(0, true) : -1;
    if (bytes.length !== 8 + count * this.#width) throw new StateError(misfit(this.#owner));
    this.clear();
    this.#reserveKeys(count);
    const to = this.#get(keys);
    this.#memory.write(bytes.subarray(8), to);
    this.#set(size, count);
    this.#set(nullId, view.getUint32(4, true));
    this.#fit(0, 0, 0);
  }

  dispose(): void {
    this.#free();
    this.#memory.free(this.#ready);
    this.#memory.free(this.#table);
  }

  /** Makes rows ready where the kernels don't take them as they are, some thousand at a time. */
  #each(vector: ChunkVector, length: number, mask: number, target: number, run: OverIntegers): void {
    const { kind } = this.type;
    if (kind !== 'bool' && kind !== 'float32' && kind !== 'float64') {
      run(vector.values, vector.validity, length, mask, target);
      return;
    }
    this.#ready ||= this.#memory.allocate(tileRows * 8, this.#owner);
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      if (kind === 'bool') this.#room.unpack(vector.values + start / 8, rows, this.#ready);
      else if (kind === 'float32') this.#room.normalizeF32(vector.values + start * 4, rows, this.#ready);
      else this.#room.normalizeF64(vector.values + start * 8, rows, this.#ready);
      const bits = (address: number): number => (address === 0 ? 0 : address + start / 8);
      run(this.#ready, bits(vector.validity), rows, bits(mask), target + start * 4);
    }
  }

  readonly #integers: OverIntegers = (values, validity, length, mask, target) => {
    const kernel = this.#room[`ids${this.#suffix}`];
    let row = kernel(this.#table, values, validity, mask, 0, length, target);
    while (row < length) {
      if (this.#get(size) === this.#get(limit)) this.#grow();
      else this.#fit(values, row, length);
      row = kernel(this.#table, values, validity, mask, row, length, target);
    }
  };

  readonly #known: OverIntegers = (values, validity, length, mask, target) =>
    this.#room[`find${this.#suffix}`](this.#table, values, validity, mask, length, target);

  #start(): void {
    this.#memory.bulk.fill(this.#table, 0, headerBytes);
    this.#set(nullId, noGroup);
    this.#set(keepNull, this.#keepNull ? 1 : 0);
    this.#set(map, this.#memory.allocate(64, this.#owner));
    this.#reserveKeys(firstLimit);
  }

  #reserveKeys(count: number): void {
    const used = this.#get(size) * this.#width;
    this.#set(
      keys,
      this.#memory.reallocate(this.#get(keys), used, Math.max(count, firstLimit) * this.#width, this.#owner),
    );
    this.#set(limit, Math.max(count, firstLimit));
  }

  // Room is taken before anything changes, so that a MemoryError leaves a table that still knows its keys.
  #grow(): void {
    const count = this.#get(limit) * 2;
    if (this.#get(map) === 0) {
      const [least, greatest] = this.#rangeOfKeys();
      const allowed = this.#allowed(0);
      // keys that lay far apart while they were few may be close enough by now: 1 M of them 33 → 20 ns a row
      if (greatest - least < allowed) this.#mapRange(least, greatest, allowed);
      else this.#rehash(count);
    }
    this.#reserveKeys(count);
  }

  /** Makes the direct map reach the keys of rows [row, length), or goes over to hashing when they lie too far apart. */
  #fit(values: number, row: number, length: number): void {
    const [a, b] = this.#rangeOfKeys();
    const [c, d] = this.#rangeOf(this.#suffix, values, row, length);
    const [least, greatest] = [a < c ? a : c, b > d ? b : d];
    const allowed = this.#allowed(length);
    if (greatest - least < allowed) this.#mapRange(least, greatest, allowed);
    else this.#rehash(this.#get(limit));
  }

  /** Entries that the direct map may have, with so many rows at hand. */
  #allowed(length: number): number {
    return Math.min(greatestRange, Math.max(freeRange, 4 * length, 16 * this.size));
  }

  #rangeOfKeys(): readonly [bigint, bigint] {
    return this.#rangeOf(this.#width === 8 ? 'I64' : 'I32', this.#get(keys), 0, this.size);
  }

  /** Least and greatest; of no keys the greatest is below the least. */
  #rangeOf(suffix: Suffix, values: number, from: number, to: number): readonly [bigint, bigint] {
    const found = this.#table + headerBytes;
    this.#room[`range${suffix}`](values, from, to, found);
    return [this.#memory.i64[found >>> 3]!, this.#memory.i64[(found >>> 3) + 1]!];
  }

  /** A direct map of keys from `least` to `greatest`, with room on both sides, so that keys that keep climbing don't bring us here for every batch. */
  #mapRange(least: bigint, greatest: bigint, allowed: number): void {
    const span = least > greatest ? 0 : Number(greatest - least) + 1;
    const entries = Math.min(allowed, Math.max(1024, span * 2));
    const start = least - BigInt(Math.floor((entries - span) / 4));
    const bytes = entries * 4;
    const address = this.#memory.allocate(bytes, this.#owner);
    this.#memory.bulk.fill(address, 255, bytes);
    this.#memory.free(this.#get(map));
    this.#memory.free(this.#get(slots));
    this.#set(slots, 0);
    this.#set(map, address);
    this.#set(range, entries);
    this.#memory.i64[(this.#table >>> 3) + low] = start;
    this.#rebuild();
  }

  /** Goes over to hashing, or to a larger table, with room for `count` ids. */
  #rehash(count: number): void {
    let bits = 10;
    while (2 ** bits < count * slotsFor(count)) bits++;
    const bytes = 2 ** bits * (this.#width === 8 ? 16 : 8);
    const address = this.#memory.allocate(bytes, this.#owner);
    if (this.#get(misses) === 0) this.#set(misses, this.#memory.allocate(missBytes, this.#owner));
    this.#memory.bulk.fill(address, 255, bytes);
    this.#memory.free(this.#get(map));
    this.#memory.free(this.#get(slots));
    this.#set(map, 0);
    this.#set(slots, address);
    this.#set(shift, 32 - bits);
    this.#rebuild();
  }

  #rebuild(): void {
    if (this.#width === 8) this.#room.rebuildI64(this.#table);
    else this.#room.rebuildI32(this.#table);
  }

  #free(): void {
    for (const block of [keys, map, slots, misses]) this.#memory.free(this.#get(block));
  }

  #get(place: number): number {
    return this.#memory.u32[(this.#table >>> 2) + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[(this.#table >>> 2) + place] = value;
  }
}

/** Validity bits for gathered keys, or 0 when none of them is null. */
export function absentBits(room: GroupRoom, ids: number, count: number, missing: number, scratch: Scratch): number {
  if (missing === noGroup) return 0;
  const bits = scratch.take((count + 7) >> 3);
  return room.absentBits(ids, count, missing, bits) > 0 ? bits : 0;
}
