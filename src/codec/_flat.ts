import { DataError } from '../errors.ts';

// FlatBuffers, as far as Arrow's metadata needs it: https://flatbuffers.dev/internals
//
//   table   i32 back to its vtable, then fields        vtable  u16 bytes, u16 bytes of the table, u16 offset per field (0: absent)
//   vector  u32 count, elements                        string  u32 bytes, UTF-8, 0
//   a reference is a u32 offset from where it stands

/** Reads a FlatBuffer where it lies; every position is checked, so damaged metadata can't lead outside or into a long loop. */
export class FlatReader {
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #end = 0;

  /** Turns to the bytes [start, end) of a buffer; gives its root table. */
  open(buffer: ArrayBufferLike, start: number, end: number): number {
    if (this.#view.buffer !== buffer || this.#view.byteLength !== buffer.byteLength) this.#view = new DataView(buffer);
    this.#start = start;
    this.#end = end;
    return this.follow(start);
  }

  #check(at: number, bytes: number): void {
    if (at < this.#start || at + bytes > this.#end)
      throw new DataError('the metadata of a message points outside itself');
  }

  u8(at: number): number {
    this.#check(at, 1);
    return this.#view.getUint8(at);
  }
  u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, true);
  }
  i32(at: number): number {
    this.#check(at, 4);
    return this.#view.getInt32(at, true);
  }
  u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, true);
  }
  /** An int64 that is a count or a position: not negative, below 2^53. */
  size(at: number): number {
    this.#check(at, 8);
    const high = this.#view.getInt32(at + 4, true);
    if (high < 0 || high > 0x1f_ffff) throw new DataError('the metadata of a message holds a count that is no count');
    return high * 0x1_0000_0000 + this.#view.getUint32(at, true);
  }
  bigint(at: number): bigint {
    this.#check(at, 8);
    return this.#view.getBigInt64(at, true);
  }

  /** Where the field `slot` of a table lies; 0 when it is absent (its default holds). */
  field(table: number, slot: number): number {
    const vtable = table - this.i32(table);
    const at = 4 + slot * 2;
    if (at >= this.u16(vtable)) return 0;
    const offset = this.u16(vtable + at);
    return offset === 0 ? 0 : table + offset;
  }

  /** Where the reference at `at` leads. */
  follow(at: number): number {
    const target = at + this.u32(at);
    this.#check(target, 4);
    return target;
  }

  /** The table, vector or string that a field refers to; 0 when it is absent. */
  reference(table: number, slot: number): number {
    const at = this.field(table, slot);
    return at === 0 ? 0 : this.follow(at);
  }

  /** Number of elements of the vector at `vector` (0: none); its elements of `width` bytes follow 4 bytes later. */
  count(vector: number, width: number): number {
    if (vector === 0) return 0;
    const count = this.u32(vector);
    this.#check(vector + 4, count * width);
    return count;
  }

  text(at: number): string {
    const bytes = this.count(at, 1);
    // a copy: decode refuses shared memory
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, at + 4, bytes).slice());
  }
}

/** A field of a table to write: [bytes, value], 'reference' to what is written later, or null to leave it out. */
export type FlatField = readonly [size: 1 | 2 | 4 | 8, value: number | bigint] | 'reference' | null;

/** Writes a FlatBuffer from its root on; what a field refers to is written afterwards and linked. */
export class FlatWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  constructor() {
    this.#reserve(4);
    this.#end = 4;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#end + bytes));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  /** Pads so that what comes `ahead` bytes later is aligned. */
  #align(bytes: number, ahead = 0): void {
    const pad = (bytes - ((this.#end + ahead) % bytes)) % bytes;
    this.#reserve(pad);
    this.#end += pad;
  }

  #put(at: number, size: number, value: number | bigint): void {
    if (size === 8) this.#view.setBigInt64(at, BigInt(value), true);
    else if (size === 4) this.#view.setInt32(at, Number(value), true);
    else if (size === 2) this.#view.setInt16(at, Number(value), true);
    else this.#view.setUint8(at, Number(value));
  }

  /** Writes a table and links `from` (a reference, 0 for the root) to it; gives where its references stand, by slot. */
  table(from: number, fields: readonly FlatField[]): number[] {
    const vtableBytes = 4 + fields.length * 2;
    this.#align(8, vtableBytes);
    const vtable = this.#end;
    // widest first keeps every field aligned; the table begins at a multiple of 8 with its 4 bytes of offset
    let used = 4;
    const places = fields.map(() => 0);
    for (const size of [8, 4, 2, 1]) {
      for (const [slot, field] of fields.entries()) {
        if (field === null || (field === 'reference' ? 4 : field[0]) !== size) continue;
        used += (size - (used % size)) % size;
        places[slot] = used;
        used += size;
      }
    }
    this.#reserve(vtableBytes + used);
    const table = vtable + vtableBytes;
    this.#put(vtable, 2, vtableBytes);
    this.#put(vtable + 2, 2, used);
    for (const [slot, place] of places.entries()) this.#put(vtable + 4 + slot * 2, 2, place);
    this.#put(table, 4, vtableBytes);
    for (const [slot, field] of fields.entries()) {
      if (field !== null && field !== 'reference') this.#put(table + places[slot]!, field[0], field[1]);
    }
    this.#end = table + used;
    this.#put(from, 4, table - from);
    return places.map(place => (place === 0 ? 0 : table + place));
  }

  /** Writes a vector of `count` references and links `from` to it; gives where they stand. */
  references(from: number, count: number): number[] {
    this.#align(4);
    this.#reserve(4 + count * 4);
    const at = this.#end;
    this.#put(from, 4, at - from);
    this.#put(at, 4, count);
    this.#end += 4 + count * 4;
    return Array.from({ length: count }, (_, i) => at + 4 + i * 4);
  }

  /** Writes a vector of structs of int64 words and links `from` to it. */
  structs(from: number, structs: readonly (readonly (number | bigint)[])[]): void {
    this.#align(8, 4);
    const words = structs.flat();
    this.#reserve(4 + words.length * 8);
    this.#put(from, 4, this.#end - from);
    this.#put(this.#end, 4, structs.length);
    for (const [i, word] of words.entries()) this.#put(this.#end + 4 + i * 8, 8, word);
    this.#end += 4 + words.length * 8;
  }

  text(from: number, text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#align(4);
    this.#reserve(5 + bytes.length);
    this.#put(from, 4, this.#end - from);
    this.#put(this.#end, 4, bytes.length);
    this.#bytes.set(bytes, this.#end + 4);
    this.#end += 5 + bytes.length;
  }

  /** All that was written, padded to 8 bytes. */
  finish(): Uint8Array {
    this.#align(8);
    return this.#bytes.subarray(0, this.#end);
  }
}
