import { copyOut } from '../column/_copy.ts';
import { ArrowId, type ArrowType, typeFromArrow } from '../column/arrow-type.ts';
import { vectorFromArrow } from '../column/arrow-vector.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { importVector } from '../column/import-batch.ts';
import type { Vector } from '../column/vector.ts';
import { DataError } from '../errors.ts';
import { columnRoom } from '../kernel/column.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { widthOf } from '../schema/data-type.ts';
import { inflateBuffer } from './_arrow-compression.ts';
import type { ArrowField } from './_arrow-schema.ts';
import type { FlatReader } from './_flat.ts';

/** Rows of one record batch; more would not fit int32 offsets, and is surely damage. */
const maxRows = 0x7fff_fff0;
/** Null columns have no bytes that would bound their length. */
const maxNullRows = 1 << 24;

/** Where a column's parts begin among the batch's nodes, buffers and variadic counts. */
export interface Place {
  node: number;
  buffer: number;
  view: number;
}

/**
 * The body of one record batch (or dictionary batch) in linear memory, and the metadata that tells what lies where.
 *
 * Columns are taken where they lie. Only compressed buffers, those that are not aligned, and types of another layout move to
 * `scratch`. Nothing is believed: lengths, offsets and codes are checked before a vector is given out.
 */
export class ArrowBody {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #flat: FlatReader;
  length = 0;
  #body = 0;
  #bodyBytes = 0;
  #nodes = 0;
  #nodeCount = 0;
  #buffers = 0;
  #bufferCount = 0;
  #variadic = 0;
  #variadicCount = 0;
  #codec = -1;
  // the buffer that #buffer found
  #at = 0;
  #bytes = 0;

  constructor(memory: Memory, scratch: Scratch, flat: FlatReader) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#flat = flat;
  }

  /** Turns to the RecordBatch table at `table`, whose body lies at `body`. @throws DataError */
  open(table: number, body: number, bodyBytes: number): void {
    const flat = this.#flat;
    this.#body = body;
    this.#bodyBytes = bodyBytes;
    const length = flat.field(table, 0);
    this.length = length ? flat.size(length) : 0;
    if (this.length > maxRows) throw new DataError(`a record batch of ${this.length} rows`);
    this.#nodes = flat.reference(table, 1);
    this.#nodeCount = flat.count(this.#nodes, 16);
    this.#buffers = flat.reference(table, 2);
    this.#bufferCount = flat.count(this.#buffers, 16);
    const compression = flat.reference(table, 3);
    const codec = compression && flat.field(compression, 0);
    this.#codec = compression === 0 ? -1 : codec ? flat.u8(codec) : 0;
    this.#variadic = flat.reference(table, 4);
    this.#variadicCount = flat.count(this.#variadic, 8);
  }

  /** Moves `place` over one field. @throws DataError */
  skip(field: ArrowField, place: Place): void {
    place.node += field.nodes;
    place.buffer += field.buffers;
    for (let i = 0; i < field.views; i++) place.buffer += this.#viewBuffers(place.view++);
  }

  #viewBuffers(view: number): number {
    if (view >= this.#variadicCount) throw new DataError('a record batch lacks the count of its view buffers');
    return this.#flat.size(this.#variadic + 4 + view * 8);
  }

  /** Finds buffer `number`: its address and bytes, decompressed, aligned to `width` bytes. */
  #buffer(number: number, width: number): void {
    if (number >= this.#bufferCount) throw new DataError('a record batch has fewer buffers than its columns need');
    const entry = this.#buffers + 4 + number * 16;
    const offset = this.#flat.size(entry);
    const bytes = this.#flat.size(entry + 8);
    if (offset + bytes > this.#bodyBytes) {
      throw new DataError(`a buffer of ${bytes} bytes at ${offset} lies outside its body of ${this.#bodyBytes} bytes`);
    }
    this.#at = this.#body + offset;
    this.#bytes = bytes;
    if (this.#codec >= 0 && bytes > 0) {
      const plain = inflateBuffer(this.#codec, this.#memory, this.#scratch, this.#at, bytes);
      this.#at = plain.address;
      this.#bytes = plain.bytes;
    }
    if (this.#at & (width - 1)) {
      const moved = this.#scratch.take(this.#bytes);
      this.#memory.bulk.copy(moved, this.#at, this.#bytes);
      this.#at = moved;
    }
  }

  /** The address of a buffer that holds `bytes` bytes at least. */
  #take(number: number, bytes: number, width: number): number {
    this.#buffer(number, width);
    if (this.#bytes < bytes) throw new DataError(`a buffer has ${this.#bytes} bytes where ${bytes} are needed`);
    // a buffer of no bytes needs an address all the same: 0 would mean "none"
    return bytes === 0 ? this.#scratch.take(0) : this.#at;
  }

  /** Takes the column of `field` at `place`, without a dictionary's values: codes are int32 but unchecked. @throws DataError */
  column(field: ArrowField, place: Place, words: Vector | null = null): ChunkVector {
    const { type } = field;
    const at = { ...place };
    this.skip(field, place);
    if (at.node >= this.#nodeCount) throw new DataError('a record batch has fewer nodes than columns');
    const node = this.#nodes + 4 + at.node * 16;
    if (this.#flat.size(node) !== this.length) {
      throw new DataError(`a column of ${this.#flat.size(node)} rows in a record batch of ${this.length}`);
    }
    const bits = (this.length + 7) >> 3;
    if (type.id === ArrowId.Null && !type.index) return this.#nulls(type);
    const hasNulls = this.#flat.size(node + 8) > 0 && this.length > 0;
    const validity = hasNulls ? this.#take(at.buffer, bits, 8) : 0;
    if (type.index) return this.#codes(field, at, validity, words);
    const column = typeFromArrow(type)!;
    switch (type.id) {
      case ArrowId.Bool:
        return chunkVector(column, this.#take(at.buffer + 1, bits, 8), validity);
      case ArrowId.Utf8:
      case ArrowId.Binary:
      case ArrowId.LargeUtf8:
      case ArrowId.LargeBinary:
        return this.#texts(type, at, validity);
      case ArrowId.Utf8View:
      case ArrowId.BinaryView:
        return this.#views(type, at, validity);
      case ArrowId.FixedSizeBinary:
      case ArrowId.Decimal:
        return this.#converted(type, at, validity, null);
    }
    if (type.id === ArrowId.Float && type.precision === 0) return this.#converted(type, at, validity, null);
    const width = widthOf(column);
    return chunkVector(column, this.#take(at.buffer + 1, this.length * width, width), validity);
  }

  #nulls(type: ArrowType): ChunkVector {
    if (this.length > maxNullRows) throw new DataError(`a null column of ${this.length} rows`);
    const offsets = this.#scratch.takeZeroed((this.length + 1) * 4);
    const validity = this.#scratch.takeZeroed((this.length + 7) >> 3);
    return chunkVector(typeFromArrow(type)!, this.#scratch.take(0), validity, offsets);
  }

  #texts(type: ArrowType, at: Place, validity: number): ChunkVector {
    const room = columnRoom(this.#memory);
    const { length } = this;
    const isLarge = type.id === ArrowId.LargeUtf8 || type.id === ArrowId.LargeBinary;
    const column = typeFromArrow(type)!;
    this.#buffer(at.buffer + 2, 1);
    const values = this.#bytes === 0 ? this.#scratch.take(0) : this.#at;
    const limit = Math.min(this.#bytes, 0x7fff_ffff);
    // no rows may come without even the first offset
    if (length === 0) return chunkVector(column, values, 0, this.#scratch.takeZeroed(4));
    let offsets: number;
    let bad: number;
    if (isLarge) {
      const wide = this.#take(at.buffer + 1, (length + 1) * 8, 8);
      offsets = this.#scratch.take((length + 1) * 4);
      bad = room.narrowOffsets(wide, offsets, length, limit);
    } else {
      offsets = this.#take(at.buffer + 1, (length + 1) * 4, 4);
      bad = room.checkOffsets(offsets, length, limit);
    }
    if (bad >= 0) throw new DataError(`the offsets of row ${bad} lie outside the text of ${limit} bytes`);
    return chunkVector(column, values, validity, offsets);
  }

  #views(type: ArrowType, at: Place, validity: number): ChunkVector {
    const room = columnRoom(this.#memory);
    const { length } = this;
    const count = this.#viewBuffers(at.view);
    const views = this.#take(at.buffer + 1, length * 16, 8);
    const offsets = this.#scratch.take((length + 1) * 4);
    const bytes = room.viewOffsets(views, validity, length, offsets);
    if (bytes < 0) throw new DataError('texts of 2 GiB or more in one record batch');
    if (count > this.#bufferCount) throw new DataError('a record batch has fewer buffers than its views need');
    const table = this.#scratch.take(count * 8);
    for (let i = 0; i < count; i++) {
      this.#buffer(at.buffer + 2 + i, 1);
      this.#memory.u32[(table >>> 2) + i * 2] = this.#at;
      this.#memory.u32[(table >>> 2) + i * 2 + 1] = this.#bytes;
    }
    this.#boundViews(bytes, table, count, length);
    const values = this.#scratch.take(bytes);
    const bad = room.viewBytes(views, offsets, length, table, count, values);
    if (bad >= 0) throw new DataError(`the view in row ${bad} points outside its buffers`);
    return chunkVector(typeFromArrow(type)!, values, validity, offsets);
  }

  /** Many views may share bytes, but a small message that asks for gigabytes is damage, not data. */
  #boundViews(bytes: number, table: number, count: number, length: number): void {
    let longest = 12;
    for (let i = 0; i < count; i++) longest = Math.max(longest, this.#memory.u32[(table >>> 2) + i * 2 + 1]!);
    if (bytes > longest * length) throw new DataError('views are longer than the buffers they point into');
  }

  /** Types of another layout, by way of the heap. */
  #converted(type: ArrowType, at: Place, validity: number, words: Vector | null): ChunkVector {
    this.#buffer(at.buffer + 1, 1);
    const { length } = this;
    if (type.id === ArrowId.FixedSizeBinary && !(type.byteWidth! > 0 && this.#bytes >= length * type.byteWidth!)) {
      throw new DataError(`a buffer has ${this.#bytes} bytes where ${length} values of ${type.byteWidth} are needed`);
    }
    const { u8 } = this.#memory;
    const vector = vectorFromArrow(type, {
      length,
      validity: validity ? copyOut(u8, validity, (length + 7) >> 3) : null,
      bitOffset: 0,
      values: copyOut(u8, this.#at, this.#bytes),
      offsets: undefined,
      variadic: [],
      dictionary: words,
    });
    return importVector(vector, this.#memory, this.#scratch);
  }

  #codes({ type }: ArrowField, at: Place, validity: number, words: Vector | null): ChunkVector {
    const column = typeFromArrow(type)!;
    if (column.kind !== 'dictionary') return this.#converted(type, at, validity, words);
    const { bits, signed } = type.index!;
    const { length } = this;
    const width = bits / 8;
    const codes = this.#take(at.buffer + 1, length * width, width);
    if (bits === 32) return chunkVector(column, codes, validity);
    const room = columnRoom(this.#memory);
    const wide = this.#scratch.take(length * 4);
    if (bits === 64) room.narrowCodes(codes, wide, length);
    else if (bits === 16) (signed ? room.widenI16 : room.widenU16)(codes, wide, length);
    else (signed ? room.widenI8 : room.widenU8)(codes, wide, length);
    return chunkVector(column, wide, validity);
  }
}
