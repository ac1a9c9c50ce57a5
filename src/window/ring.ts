import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import type { Dictionary } from '../column/dictionary.ts';
import { Recoder } from '../column/recoder.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, isVariable, widthOf } from '../schema/data-type.ts';

export interface RingOptions {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  /** The columns of a row; hidden ones (a u32 group id, an i64 time) are columns like the others. */
  readonly types: readonly DataType[];
}

/** Contiguous rows of a ring. */
export interface RingPiece {
  readonly length: number;
  readonly vectors: ChunkVector[];
}

/**
 * A run of rows in one block of linear memory:
 *
 * ```
 * │ column 0: validity bits │ values (or offsets) │ text bytes │ column 1: … │
 * ```
 */
interface Segment {
  readonly address: number;
  readonly bytes: number;
  /** The size that it was made for; what holds text may have another. */
  readonly target: number;
  readonly capacity: number;
  readonly places: readonly Place[];
  /** Rows [start, end) are held. */
  start: number;
  end: number;
}

/** Where a column lies in its segment. */
interface Place {
  /** 0: all rows are present. */
  readonly validity: number;
  /** Values, bits, or the offsets of text. */
  readonly values: number;
  readonly text: number;
  readonly textBytes: number;
  dictionary: Dictionary | null;
}

// Two segments at most are partly empty: 64 KiB for a small window, 1/16 of a large one.
const leastBytes = 32 * 1024;
const mostBytes = 2 * 1024 * 1024;
const shareOfRing = 32;
const leastRows = 32;
/** Room beyond the mean length of text seen so far, so that a segment mostly runs out of rows first. */
const textMargin = 1.04;

const align = (bytes: number): number => (bytes + 15) & ~15;
const bitBytes = (rows: number): number => (rows + 7) >> 3;

/**
 * A FIFO of rows in linear memory, for windows that must remember rows.
 *
 * Rows lie in segments, each with all columns of its rows, that are freed as their last row leaves: in the long run the ring
 * holds at most 1.1 times the bytes of its rows, and 64 KiB. Validity is stored from the first segment on that needs it.
 */
export class Ring {
  readonly types: readonly DataType[];
  readonly #memory: Memory;
  readonly #owner: string;
  /** Bytes of a value by column; 0 for bits and text. */
  readonly #widths: readonly number[];
  readonly #hasText: boolean;
  readonly #nullable: boolean[];
  /** Rows and text bytes (by column) that were ever pushed: how much room text gets. */
  #seenRows = 0;
  readonly #seenText: number[];
  /** One dictionary for columns that came with several. */
  readonly #recoders = new Map<number, Recoder>();
  #segments: Segment[] = [];
  /** An empty one for the next rows: to lay out and allocate another takes 0.5 µs, as long as to copy 1,000 rows. */
  #spare: Segment | null = null;
  /** Empty segments that another took the place of; what is pushed may lie there. */
  readonly #replaced: Segment[] = [];
  #length = 0;
  #bytes = 0;

  constructor({ memory, owner, types }: RingOptions) {
    this.types = types;
    this.#memory = memory;
    this.#owner = owner;
    this.#widths = types.map(type => (type.kind === 'bool' || isVariable(type) ? 0 : widthOf(type)));
    this.#hasText = types.some(isVariable);
    this.#nullable = types.map(() => false);
    this.#seenText = types.map(() => 0);
  }

  /** Rows held. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of a row, without texts and bits. */
  get rowBytes(): number {
    return this.#widths.reduce((sum, width) => sum + width, 0);
  }

  /** Bytes of linear memory held. */
  get stateBytes(): number {
    return this.#bytes;
  }

  /**
   * Appends rows [from, from + length) of these vectors, one for each type; their bytes are copied.
   *
   * @throws MemoryError when linear memory is used up; the rows copied so far stay
   */
  push(vectors: readonly ChunkVector[], length: number, from = 0): void {
    this.#observe(vectors, length, from);
    let at = from;
    const end = from + length;
    while (at < end) {
      let segment = this.#segments.at(-1);
      let rows = segment ? this.#fit(segment, vectors, at, end - at) : 0;
      if (rows === 0) {
        segment = this.#open(vectors, at);
        rows = this.#fit(segment, vectors, at, end - at);
      }
      this.#append(segment!, vectors, at, rows);
      at += rows;
    }
    for (const segment of this.#replaced.splice(0)) this.#release(segment);
  }

  /** Whether rows can be written where they will stay: no text, no single bits. */
  get takesLandings(): boolean {
    return this.types.every(type => widthOf(type) > 0);
  }

  /**
   * How many of the next `rows` rows may be written straight to `tail` of each column. They are rows of the ring once vectors that lie there
   * are pushed; until then nothing is promised to them.
   *
   * @throws MemoryError when linear memory is used up
   */
  room(rows: number): number {
    let last = this.#segments.at(-1);
    if (!last || last.end === last.capacity) last = this.#open([], 0);
    return Math.min(rows, last.capacity - last.end);
  }

  /** Where the next value of a column goes; see `room`. */
  tail(column: number): number {
    const { places, end } = this.#segments.at(-1)!;
    return places[column]!.values + end * widthOf(this.types[column]!);
  }

  /**
   * The oldest `count` rows, as pieces in order; bits that don't start a byte are copied to `scratch`. Valid until the ring
   * changes or `scratch` is reset.
   */
  oldest(count: number, scratch: Scratch): RingPiece[] {
    return this.pieces(0, count, scratch);
  }

  /** As `oldest`, of the `count` rows behind the oldest `from`. */
  pieces(from: number, count: number, scratch: Scratch): RingPiece[] {
    const pieces: RingPiece[] = [];
    let left = Math.min(count, this.#length - from);
    let [at, before] = this.#segmentOf(from);
    for (let skip = from - before; left > 0; at++, skip = 0) {
      const segment = this.#segments[at]!;
      const length = Math.min(left, segment.end - segment.start - skip);
      if (length > 0) pieces.push({ length, vectors: this.#vectors(segment, segment.start + skip, length, scratch) });
      left -= length;
    }
    return pieces;
  }

  /** All rows, oldest first, as one vector for each type in `scratch`. */
  rows(scratch: Scratch): ChunkVector[] {
    return this.types.map((type, column) => this.#gather(type, column, scratch));
  }

  /** Forgets the oldest `count` rows. */
  drop(count: number): void {
    let left = Math.min(count, this.#length);
    this.#length -= left;
    let gone = 0;
    for (const segment of this.#segments) {
      const rows = Math.min(left, segment.end - segment.start);
      segment.start += rows;
      left -= rows;
      // A segment that emptied but can still take rows is kept: it is the last one.
      if (segment.start < segment.end) break;
      if (segment === this.#segments.at(-1) && segment.end < segment.capacity) break;
      this.#release(segment);
      gone++;
    }
    if (gone > 0) this.#segments.splice(0, gone);
  }

  /** Forgets all rows. */
  clear(): void {
    for (const segment of [...this.#segments, ...this.#replaced.splice(0)]) this.#release(segment);
    this.#segments = [];
    this.#length = 0;
    this.#giveBack();
  }

  /** Frees linear memory. */
  dispose(): void {
    this.clear();
    for (const recoder of this.#recoders.values()) recoder.dispose();
    this.#recoders.clear();
  }

  /** The segment that has row `from`, and how many rows lie before it; looked for from the nearer end. */
  #segmentOf(from: number): [at: number, before: number] {
    const segments = this.#segments;
    const rows = (at: number): number => segments[at]!.end - segments[at]!.start;
    if (from * 2 > this.#length) {
      let at = segments.length;
      let before = this.#length;
      while (before > from) before -= rows(--at);
      return [at, before];
    }
    let at = 0;
    let before = 0;
    while (at < segments.length && before + rows(at) <= from) before += rows(at++);
    return [at, before];
  }

  /** The segment's rows are gone. */
  #release(segment: Segment): void {
    if (this.#spare === null && !this.#hasText) {
      segment.start = segment.end = 0;
      for (const place of segment.places) place.dictionary = null;
      this.#spare = segment;
    } else this.#free(segment);
  }

  #free({ address, bytes }: Segment): void {
    this.#memory.free(address);
    this.#bytes -= bytes;
  }

  #giveBack(): void {
    if (this.#spare) this.#free(this.#spare);
    this.#spare = null;
  }

  /** Learns the mean length of text, and which columns have nulls. */
  #observe(vectors: readonly ChunkVector[], length: number, from: number): void {
    this.#seenRows += length;
    for (let column = 0; column < vectors.length; column++) {
      const { validity, offsets } = vectors[column]!;
      if (validity !== 0 && !this.#nullable[column]) {
        this.#nullable[column] = true;
        this.#giveBack();
      }
      if (!this.#hasText || offsets === 0 || length === 0) continue;
      const { i32 } = this.#memory;
      this.#seenText[column]! += i32[offsets / 4 + from + length]! - i32[offsets / 4 + from]!;
    }
  }

  /** How many of `rows` rows from `at` on this segment can take. */
  #fit(segment: Segment, vectors: readonly ChunkVector[], at: number, rows: number): number {
    let fit = Math.min(rows, segment.capacity - segment.end);
    for (let column = 0; column < vectors.length; column++) {
      const { type, validity, offsets, dictionary } = vectors[column]!;
      const place = segment.places[column]!;
      if (validity !== 0 && place.validity === 0) return 0;
      if (dictionary !== place.dictionary) {
        if (segment.end > 0) return 0;
        place.dictionary = dictionary;
      }
      if (!this.#hasText || !isVariable(type)) continue;
      const { i32 } = this.#memory;
      const first = offsets / 4 + at;
      const limit = i32[first]! + place.textBytes - i32[place.values / 4 + segment.end]!;
      if (i32[first + fit]! <= limit) continue;
      let low = 0;
      let high = fit;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (i32[first + middle]! <= limit) low = middle;
        else high = middle - 1;
      }
      fit = low;
    }
    return fit;
  }

  /** A new last segment that can take at least the row at `at`; without text there need be none. */
  #open(vectors: readonly ChunkVector[], at: number): Segment {
    const last = this.#segments.at(-1);
    if (last && last.start === last.end) this.#replaced.push(this.#segments.pop()!);
    const wanted = 2 ** Math.floor(Math.log2(Math.max(1, this.#bytes / shareOfRing)));
    const target = Math.min(mostBytes, Math.max(leastBytes, wanted));
    if (this.#spare?.target === target) {
      const spare = this.#spare;
      this.#spare = null;
      this.#segments.push(spare);
      return spare;
    }
    this.#giveBack();
    const { i32 } = this.#memory;
    const need = this.types.map((type, column) => {
      if (!isVariable(type)) return 0;
      const { offsets } = vectors[column]!;
      return i32[offsets / 4 + at + 1]! - i32[offsets / 4 + at]!;
    });
    const mean = this.#seenText.map(bytes => (bytes / Math.max(1, this.#seenRows)) * textMargin);
    const bits = this.types.reduce((sum, type, i) => sum + bitsPerRow(type, this.#nullable[i]!) + mean[i]! * 8, 0);
    // 3 regions of a column lose at most 15 bytes each to alignment, one offset and a byte of bits
    const rows = Math.floor(((target - this.types.length * 64) * 8) / Math.max(1, bits));
    const capacity = Math.max(leastRows, rows);
    let size = 0;
    const layout = this.types.map((type, column) => {
      const validity = size;
      if (this.#nullable[column]) size += align(bitBytes(capacity));
      const values = size;
      size += align(isVariable(type) ? 4 * (capacity + 1) : bytesOf(type, capacity));
      const text = size;
      const textBytes = isVariable(type) ? align(Math.max(need[column]!, Math.floor(capacity * mean[column]!))) : 0;
      size += textBytes;
      return { validity, values, text, textBytes };
    });
    const address = this.#memory.allocate(size, this.#owner);
    const bytes = this.#memory.sizeOf(address);
    const places = layout.map(({ validity, values, text, textBytes }, column) => ({
      validity: this.#nullable[column] ? address + validity : 0,
      values: address + values,
      text: address + text,
      textBytes,
      dictionary: null,
    }));
    for (const [column, type] of this.types.entries()) {
      if (isVariable(type)) this.#memory.i32[places[column]!.values / 4] = 0;
    }
    const segment: Segment = { address, bytes, target, capacity, places, start: 0, end: 0 };
    this.#segments.push(segment);
    this.#bytes += bytes;
    return segment;
  }

  #append(segment: Segment, vectors: readonly ChunkVector[], from: number, rows: number): void {
    const { end, places } = segment;
    for (let column = 0; column < vectors.length; column++) {
      this.#write(column, vectors[column]!, from, rows, places[column]!, end);
    }
    segment.end += rows;
    this.#length += rows;
  }

  /** Copies `rows` rows of a vector to row `at` of a place. */
  #write(column: number, vector: ChunkVector, from: number, rows: number, place: Place, at: number): void {
    const { bulk } = this.#memory;
    const width = this.#widths[column]!;
    if (place.validity !== 0) {
      if (vector.validity === 0) bulk.fillBits(place.validity, at, 1, rows);
      else bulk.copyBits(place.validity, at, vector.validity, from, rows);
    }
    if (width > 0) {
      const [to, source] = [place.values + at * width, vector.values + from * width];
      if (to !== source) bulk.copy(to, source, rows * width); // else it landed there
    } else if (!isVariable(vector.type)) {
      bulk.copyBits(place.values, at, vector.values, from, rows);
    } else {
      const { i32 } = this.#memory;
      const first = i32[vector.offsets / 4 + from]!;
      const bytes = i32[vector.offsets / 4 + from + rows]! - first;
      const used = i32[place.values / 4 + at]!;
      bulk.shiftOffsets(place.values + 4 * (at + 1), vector.offsets + 4 * (from + 1), rows, used - first);
      bulk.copy(place.text + used, vector.values + first, bytes);
    }
  }

  #vectors({ places }: Segment, start: number, length: number, scratch: Scratch): ChunkVector[] {
    const vectors: ChunkVector[] = [];
    for (let column = 0; column < places.length; column++)
      vectors.push(this.#slice(start, column, places[column]!, length, scratch));
    return vectors;
  }

  #slice(start: number, column: number, place: Place, length: number, scratch: Scratch): ChunkVector {
    const type = this.types[column]!;
    const width = this.#widths[column]!;
    const validity = place.validity === 0 ? 0 : this.#bits(place.validity, start, length, scratch);
    if (width > 0) return chunkVector(type, place.values + start * width, validity, 0, place.dictionary);
    if (type.kind === 'bool') return chunkVector(type, this.#bits(place.values, start, length, scratch), validity);
    return chunkVector(type, place.text, validity, place.values + 4 * start);
  }

  #bits(bits: number, start: number, length: number, scratch: Scratch): number {
    if ((start & 7) === 0) return bits + (start >> 3);
    const copy = scratch.take(bitBytes(length));
    this.#memory.bulk.copyBits(copy, 0, bits, start, length);
    return copy;
  }

  /** Writes the codes of all rows of a column at `target`; they point into the one dictionary that is given back. */
  #recoded(column: number, target: number, scratch: Scratch): Dictionary {
    let recoder = this.#recoders.get(column);
    if (!recoder) this.#recoders.set(column, (recoder = new Recoder(this.#memory, this.#owner)));
    let at = target;
    for (const { length, vectors } of this.oldest(this.#length, scratch)) {
      recoder.encode(vectors[column]!, length, at);
      at += length * 4;
    }
    return recoder.dictionary;
  }

  /** One column of all segments, end to end. */
  #gather(type: DataType, column: number, scratch: Scratch): ChunkVector {
    const { i32 } = this.#memory;
    const segments = this.#segments;
    const nullable = segments.some(({ places }) => places[column]!.validity !== 0);
    let textBytes = 0;
    if (isVariable(type)) {
      for (const { places, start, end } of segments) {
        const offsets = places[column]!.values / 4;
        textBytes += i32[offsets + end]! - i32[offsets + start]!;
      }
    }
    const place: Place = {
      validity: nullable ? scratch.take(bitBytes(this.#length)) : 0,
      values: scratch.take(isVariable(type) ? 4 * (this.#length + 1) : bytesOf(type, this.#length)),
      text: isVariable(type) ? scratch.take(textBytes) : 0,
      textBytes,
      dictionary: null,
    };
    if (isVariable(type)) this.#memory.i32[place.values / 4] = 0;
    let at = 0;
    let mixed = false;
    for (const { places, start, end } of segments) {
      const { validity, values, text, dictionary } = places[column]!;
      if (end === start) continue;
      const from = isVariable(type)
        ? chunkVector(type, text, validity, values)
        : chunkVector(type, values, validity, 0, dictionary);
      this.#write(column, from, start, end - start, place, at);
      if (at > 0 && dictionary !== place.dictionary) mixed = true;
      place.dictionary = dictionary;
      at += end - start;
    }
    if (mixed) place.dictionary = this.#recoded(column, place.values, scratch);
    return isVariable(type)
      ? chunkVector(type, place.text, place.validity, place.values)
      : chunkVector(type, place.values, place.validity, 0, place.dictionary);
  }
}

const bytesOf = (type: DataType, rows: number): number =>
  type.kind === 'bool' ? bitBytes(rows) : rows * widthOf(type);

function bitsPerRow(type: DataType, nullable: boolean): number {
  const bits = type.kind === 'bool' ? 1 : isVariable(type) ? 32 : widthOf(type) * 8;
  return bits + (nullable ? 1 : 0);
}
