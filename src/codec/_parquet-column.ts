import type { ColumnMetaData, PageHeader } from 'hyparquet';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { GrowingDictionary } from '../column/growing-dictionary.ts';
import { DataError } from '../errors.ts';
import { columnRoom } from '../kernel/column.ts';
import { parquetRoom } from '../kernel/parquet.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { isVariable, widthOf } from '../schema/data-type.ts';
import type { ParquetColumn } from './_parquet-schema.ts';

const owner = 'parquet';
/** Kernels may read a word behind the last value of a page. */
const slack = 64;
const maxPage = 0x4000_0000;

/** What is used of hyparquet: its thrift, its rarer encodings, its decompressors. Loaded when the first file is read. */
export interface ParquetParts {
  readonly pageHeader: (reader: Reader) => PageHeader;
  readonly inflate: (codec: string, bytes: Uint8Array, plainBytes: number) => Uint8Array;
  readonly deltaLengthByteArray: (reader: Reader, count: number, output: Uint8Array[]) => void;
  readonly deltaByteArray: (reader: Reader, count: number, output: Uint8Array[]) => void;
}

interface Reader {
  view: DataView;
  offset: number;
}

/** Present values in linear memory: fixed width at `values`, or texts. */
interface Values {
  readonly count: number;
  readonly values: number;
  /** count + 1 offsets from 0 for texts; else 0. */
  readonly offsets: number;
}

/**
 * Reads one column of a file, row group by row group, into linear memory: pages are decompressed on the heap and decoded by kernels,
 * with no JavaScript value per cell. The vector is good until the next row group is read.
 */
export class ParquetColumnReader {
  readonly #memory: Memory;
  readonly #column: ParquetColumn;
  readonly #parts: ParquetParts;
  readonly #group: Scratch;
  readonly #page: Scratch;
  /** Bytes of one value before narrowing: 1 (bool), 4, 8; 0 for texts. */
  readonly #width: number;
  readonly #words: GrowingDictionary | null;
  #text = 0;
  #textBytes = 0;
  // the row group in hand
  #rows = 0;
  #row = 0;
  #levels = 0;
  #values = 0;
  #offsets = 0;
  #dictionary: Values | null = null;
  #codes = 0;

  constructor(memory: Memory, column: ParquetColumn, parts: ParquetParts) {
    this.#memory = memory;
    this.#column = column;
    this.#parts = parts;
    this.#group = new Scratch(memory, owner);
    this.#page = new Scratch(memory, owner);
    this.#width = column.type.kind === 'bool' ? 1 : isVariable(column.type) ? 0 : Math.max(4, widthOf(column.type));
    this.#words = column.type.kind === 'dictionary' ? new GrowingDictionary(memory) : null;
  }

  dispose(): void {
    this.#memory.free(this.#text);
    this.#text = 0;
    this.#group.dispose();
    this.#page.dispose();
  }

  /** The column of a row group of `rows` rows from the bytes of its column chunk. @throws DataError */
  read(chunk: Uint8Array, meta: ColumnMetaData, rows: number): ChunkVector {
    this.#group.reset();
    this.#rows = rows;
    this.#row = this.#levels = this.#textBytes = 0;
    this.#dictionary = null;
    if (rows > 0x1000_0000) throw new DataError(`a row group of ${rows} rows`);
    if (this.#width > 0) this.#values = this.#group.take(rows * this.#width + slack);
    else {
      this.#offsets = this.#group.take((rows + 1) * 4);
      this.#memory.i32[this.#offsets >>> 2] = 0;
    }
    const reader: Reader = { view: new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength), offset: 0 };
    while (this.#row < rows) {
      if (reader.offset >= chunk.length) throw new DataError(`${this.#row} rows where there should be ${rows}`);
      this.#readPage(reader, meta.codec);
    }
    return this.#finish();
  }

  #readPage(reader: Reader, codec: string): void {
    const header = this.#parts.pageHeader(reader);
    const { view } = reader;
    const packed = header.compressed_page_size;
    if (!(packed >= 0 && reader.offset + packed <= view.byteLength) || !(header.uncompressed_page_size <= maxPage)) {
      throw new DataError('a page lies outside its column chunk');
    }
    const bytes = new Uint8Array(view.buffer, view.byteOffset + reader.offset, packed);
    reader.offset += packed;
    this.#page.reset();
    if (header.type === 'DICTIONARY_PAGE') this.#readDictionary(header, bytes, codec);
    else if (header.type === 'DATA_PAGE') this.#readV1(header, bytes, codec);
    else if (header.type === 'DATA_PAGE_V2') this.#readV2(header, bytes, codec);
  }

  #inflate(codec: string, bytes: Uint8Array, plainBytes: number): Uint8Array {
    const plain = codec === 'UNCOMPRESSED' ? bytes : this.#parts.inflate(codec, bytes, plainBytes);
    if (plain.length !== plainBytes) throw new DataError(`a page holds ${plain.length} bytes, not ${plainBytes}`);
    return plain;
  }

  /** Copies bytes of a page to linear memory. */
  #land(bytes: Uint8Array, scratch: Scratch): number {
    const address = scratch.take(bytes.length + slack);
    this.#memory.write(bytes, address);
    return address;
  }

  #readDictionary(header: PageHeader, bytes: Uint8Array, codec: string): void {
    const count = header.dictionary_page_header!.num_values;
    const plain = this.#inflate(codec, bytes, header.uncompressed_page_size);
    if (!(count >= 0 && count <= plain.length)) throw new DataError(`a dictionary of ${count} values`);
    this.#dictionary = this.#convert(
      this.#plain(this.#land(plain, this.#group), plain.length, count, this.#group),
      this.#group,
    );
    if (this.#words === null) return;
    const { offsets, values } = this.#dictionary;
    this.#codes = this.#group.take(count * 4);
    this.#words.encode(offsets, values, 0, count, this.#codes);
  }

  #readV1(header: PageHeader, bytes: Uint8Array, codec: string): void {
    const { num_values: rows, encoding } = header.data_page_header!;
    this.#checkRows(rows);
    const plain = this.#inflate(codec, bytes, header.uncompressed_page_size);
    const at = this.#land(plain, this.#page);
    let skip = 0;
    let levels = 0;
    if (this.#column.nullable) {
      if (plain.length < 4) throw new DataError('a page is cut short');
      const length = this.#u32(at);
      skip = 4 + length;
      if (skip > plain.length) throw new DataError('a page is cut short');
      levels = this.#readLevels(at + 4, length, rows);
    }
    this.#readValues(encoding, at + skip, plain.subarray(skip), rows, levels);
  }

  #readV2(header: PageHeader, bytes: Uint8Array, codec: string): void {
    const v2 = header.data_page_header_v2!;
    const rows = v2.num_rows;
    this.#checkRows(rows);
    const before = v2.repetition_levels_byte_length;
    const levelBytes = v2.definition_levels_byte_length;
    const skip = before + levelBytes;
    if (!(before >= 0 && levelBytes >= 0 && skip <= bytes.length)) throw new DataError('a page is cut short');
    const levels =
      this.#column.nullable && v2.num_nulls > 0
        ? this.#readLevels(this.#land(bytes.subarray(before, skip), this.#page), levelBytes, rows)
        : 0;
    const packed = v2.is_compressed === false ? 'UNCOMPRESSED' : codec;
    const plain = this.#inflate(packed, bytes.subarray(skip), header.uncompressed_page_size - skip);
    this.#readValues(v2.encoding, this.#land(plain, this.#page), plain, rows, levels);
  }

  #checkRows(rows: number): void {
    if (!(rows >= 0 && this.#row + rows <= this.#rows))
      throw new DataError('pages hold more rows than their row group');
  }

  /** Where the page's levels are, a byte a row; 0 when no row is null. */
  #readLevels(at: number, bytes: number, rows: number): number {
    const room = parquetRoom(this.#memory);
    const target = this.#page.take(rows + slack);
    if (room.hybrid8(at, bytes, 1, rows, target) < 0)
      throw new DataError('the definition levels of a page are damaged');
    return room.countPresent(target, rows) === rows ? 0 : target;
  }

  /** Levels of the whole row group: made when the first null is met. */
  #keepLevels(levels: number, rows: number): void {
    const { bulk } = this.#memory;
    if (levels === 0 && this.#levels === 0) return;
    if (this.#levels === 0) {
      this.#levels = this.#group.take(this.#rows + slack);
      bulk.fill(this.#levels, 1, this.#rows);
    }
    if (levels !== 0) bulk.copy(this.#levels + this.#row, levels, rows);
  }

  #readValues(encoding: string, at: number, bytes: Uint8Array, rows: number, levels: number): void {
    const room = parquetRoom(this.#memory);
    const count = levels === 0 ? rows : room.countPresent(levels, rows);
    this.#keepLevels(levels, rows);
    if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
      this.#readCodes(at, bytes.length, count, rows, levels);
    } else {
      const values = this.#convert(this.#present(encoding, at, bytes, count), this.#page);
      if (this.#width > 0) this.#spread(values, rows, levels);
      else this.#append(values, 0, rows, levels);
    }
    this.#row += rows;
  }

  #readCodes(at: number, bytes: number, count: number, rows: number, levels: number): void {
    const room = parquetRoom(this.#memory);
    const words = this.#dictionary;
    if (!words) throw new DataError('a page has codes, but there is no dictionary');
    const codes = this.#page.take(count * 4 + slack);
    const width = bytes > 0 ? this.#memory.u8[at]! : 0;
    if (width > 32) throw new DataError(`codes of ${width} bits`);
    // no bits at all: every code is 0
    if (width === 0) this.#memory.bulk.fill(codes, 0, count * 4);
    else if (room.hybrid32(at + 1, bytes - 1, width, count, codes) < 0)
      throw new DataError('the codes of a page are damaged');
    if (this.#width === 0) {
      this.#append(words, codes, rows, levels, count);
      return;
    }
    const target = this.#values + this.#row * this.#width;
    const from = this.#words ? this.#codes : words.values;
    const gather = this.#width === 8 ? room.gather64 : room.gather32;
    const bad = gather(codes, from, words.count, levels, rows, target);
    if (bad >= 0) throw new DataError(`row ${this.#row + bad} of the row group has a code outside its dictionary`);
  }

  /** The present values of a page, in Parquet's physical type. */
  #present(encoding: string, at: number, bytes: Uint8Array, count: number): Values {
    const { type, type_length: fixed } = this.#column.element;
    const room = parquetRoom(this.#memory);
    const reader = (): Reader => ({ view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 });
    switch (encoding) {
      case 'PLAIN':
        return this.#plain(at, bytes.length, count, this.#page);
      case 'RLE': {
        const values = this.#page.take(count + slack);
        if (room.hybrid8(at + 4, bytes.length - 4, 1, count, values) < 0) throw new DataError('booleans are damaged');
        return { count, values, offsets: 0 };
      }
      case 'BYTE_STREAM_SPLIT': {
        const width = type === 'FIXED_LEN_BYTE_ARRAY' ? fixed! : physicalWidth(type!);
        if (bytes.length < width * count) throw new DataError('a page is cut short');
        const merged = this.#page.take(width * count + slack);
        room.mergeStreams(at, width, count, merged);
        return this.#plain(merged, width * count, count, this.#page);
      }
      case 'DELTA_BINARY_PACKED': {
        const values = this.#page.take(count * 8 + slack);
        const unpack = type === 'INT32' ? room.delta32 : room.delta64;
        if (unpack(at, bytes.length, count, values) < 0) throw new DataError('the deltas of a page are damaged');
        return { count, values, offsets: 0 };
      }
      case 'DELTA_LENGTH_BYTE_ARRAY':
      case 'DELTA_BYTE_ARRAY': {
        const out: Uint8Array[] = new Array(count);
        if (encoding === 'DELTA_BYTE_ARRAY') this.#parts.deltaByteArray(reader(), count, out);
        else this.#parts.deltaLengthByteArray(reader(), count, out);
        return this.#texts(out);
      }
    }
    throw new DataError(`the encoding ${encoding} is not known`);
  }

  #texts(parts: readonly Uint8Array[]): Values {
    const count = parts.length;
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    const offsets = this.#page.take((count + 1) * 4);
    const values = this.#page.take(total + slack);
    const { i32, u8 } = this.#memory;
    let end = 0;
    i32[offsets >>> 2] = 0;
    for (const [i, part] of parts.entries()) {
      u8.set(part, values + end);
      end += part.length;
      i32[(offsets >>> 2) + i + 1] = end;
    }
    return { count, values, offsets };
  }

  #plain(at: number, bytes: number, count: number, scratch: Scratch): Values {
    const room = parquetRoom(this.#memory);
    const { type, type_length: fixed } = this.#column.element;
    const needs = (total: number): void => {
      if (!(bytes >= total)) throw new DataError(`a page of ${bytes} bytes holds fewer than ${count} values`);
    };
    if (type === 'BYTE_ARRAY') {
      needs(count * 4);
      const offsets = scratch.take((count + 1) * 4);
      const values = scratch.take(bytes + slack);
      if (room.plainTexts(at, bytes, count, offsets, values) < 0)
        throw new DataError('the texts of a page are damaged');
      return { count, values, offsets };
    }
    if (type === 'FIXED_LEN_BYTE_ARRAY') {
      needs(count * fixed!);
      const offsets = scratch.take((count + 1) * 4);
      for (let i = 0; i <= count; i++) this.#memory.i32[(offsets >>> 2) + i] = i * fixed!;
      return { count, values: at, offsets };
    }
    if (type === 'BOOLEAN') {
      needs((count + 7) >> 3);
      const values = scratch.take(count + slack);
      room.unpackBits(at, count, values);
      return { count, values, offsets: 0 };
    }
    needs(count * physicalWidth(type!));
    return { count, values: at, offsets: 0 };
  }

  /** From Parquet's physical type to that of the column: decimals and INT96. */
  #convert(from: Values, scratch: Scratch): Values {
    const { divisor, element } = this.#column;
    const room = parquetRoom(this.#memory);
    const { count, values, offsets } = from;
    if (divisor === 0 && element.type !== 'INT96') return from;
    const target = scratch.take(count * 8 + slack);
    if (element.type === 'INT96') room.int96(values, count, target);
    else if (element.type === 'INT32') room.decimal32(values, count, divisor, target);
    else if (element.type === 'INT64') room.decimal64(values, count, divisor, target);
    else room.decimalBytes(offsets, values, count, divisor, target);
    return { count, values: target, offsets: 0 };
  }

  #spread({ values, offsets, count }: Values, rows: number, levels: number): void {
    const room = parquetRoom(this.#memory);
    let from = values;
    if (this.#words) {
      from = this.#page.take(count * 4 + slack);
      this.#words.encode(offsets, values, 0, count, from);
    }
    const target = this.#values + this.#row * this.#width;
    if (this.#width === 8) room.spread64(from, levels, rows, target);
    else if (this.#width === 4) room.spread32(from, levels, rows, target);
    else room.spread8(from, levels, rows, target);
  }

  /** Appends the rows of a page to a text column; `codes` 0: the values one after the other. */
  #append(words: Values, codes: number, rows: number, levels: number, count = words.count): void {
    const room = parquetRoom(this.#memory);
    const { offsets, values, count: size } = words;
    const before = this.#textBytes;
    const end = room.appendOffsets(offsets, size, codes, levels, rows, this.#offsets + this.#row * 4, before);
    if (end === -1) throw new DataError('a page has a code outside its dictionary');
    if (end < 0) throw new DataError('a row group has 2 GiB of text or more in one column');
    if (end > this.#memory.sizeOf(this.#text)) {
      const size = Math.max(end, before * 2);
      this.#text = this.#memory.reallocate(this.#text, before, size, owner);
    }
    room.appendTexts(offsets, values, codes, count, this.#text + before);
    this.#textBytes = end;
  }

  #u32(at: number): number {
    return new DataView(this.#memory.wasm.buffer, at, 4).getUint32(0, true);
  }

  #finish(): ChunkVector {
    const rows = this.#rows;
    const room = columnRoom(this.#memory);
    const { type } = this.#column;
    let validity = 0;
    if (this.#levels !== 0) {
      validity = this.#group.take((rows + 7) >> 3);
      room.packBits(this.#levels, validity, rows);
    }
    if (isVariable(type)) return chunkVector(type, this.#text || this.#group.take(0), validity, this.#offsets);
    if (type.kind === 'bool') {
      const bits = this.#group.take((rows + 7) >> 3);
      room.packBits(this.#values, bits, rows);
      return chunkVector(type, bits, validity);
    }
    const narrow = widthOf(type);
    if (narrow === 1) parquetRoom(this.#memory).narrow8(this.#values, rows, this.#values);
    else if (narrow === 2) parquetRoom(this.#memory).narrow16(this.#values, rows, this.#values);
    return chunkVector(type, this.#values, validity, 0, this.#words);
  }
}

function physicalWidth(type: string): number {
  if (type === 'INT96') return 12;
  return type === 'INT64' || type === 'DOUBLE' ? 8 : 4;
}
