import { typeFromArrow } from '../column/arrow-type.ts';
import type { Chunk, ChunkVector } from '../column/chunk.ts';
import { sliceChunk } from '../column/slice-chunk.ts';
import { DataError, type MillraceError, StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { type Schema, sameSchema } from '../schema/schema.ts';
import { ArrowBody, type Place } from './_arrow-body.ts';
import { ArrowDictionary } from './_arrow-dictionary.ts';
import { ArrowHead } from './_arrow-head.ts';
import { type ArrowField, columnsOf, DICTIONARY_BATCH, RECORD_BATCH, readSchema, SCHEMA } from './_arrow-schema.ts';
import { FlatReader } from './_flat.ts';
import type { Decoder, DecoderOptions, DecoderPosition } from './codec.ts';

/** What a position keeps beside the offset. */
interface ArrowState {
  /** Rows of the record batch at the position (and of those behind it) that were handed out. */
  readonly rows: number;
  /** The last message of a file was read: its footer follows. */
  readonly pastEnd: boolean;
}

const owner = 'arrow decoder';
const maxMetadata = 64 << 20;
const maxBody = 0x7fff_ffff;
/** `ARROW1` and two zeros open the file format. */
const magic: readonly number[] = /* @__PURE__ */ Object.freeze([0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]);
/** MetadataVersion.V4, of Arrow 0.8 and later. */
const oldest = 3;

/**
 * Arrow IPC, stream or file format, to chunks that point into the message as it lies in linear memory.
 *
 * ```
 * ffff ffff | i32 metadata bytes | metadata | body         since Arrow 0.15
 *             i32 metadata bytes | metadata | body         before; 0 bytes of metadata end the stream
 * ```
 * After the end of a stream another may follow, if its columns are the same: transports send one small stream a message.
 */
export class ArrowDecoder implements Decoder {
  schema: Schema | null = null;
  skipped = 0;
  readonly #memory: Memory;
  readonly #options: DecoderOptions;
  readonly #chunkRows: number;
  readonly #scratch: Scratch;
  readonly #flat = new FlatReader();
  readonly #body: ArrowBody;
  // unread bytes: [#from, #to) of the block at #block
  #block = 0;
  #capacity = 0;
  #from = 0;
  #to = 0;
  #reserved = 0;
  /** A block that was outgrown while a batch in it was being handed out. */
  #outgrown = 0;
  /** How many bytes were written before the byte at #from. */
  #position = 0;
  readonly #head: ArrowHead;
  /** Bytes that must be there before it is worth looking. */
  #need = 0;
  #format: 'unknown' | 'stream' | 'file' = 'unknown';
  #isPastEnd = false;
  #ended = false;
  /** What ended is a message: another stream or file may follow. */
  #again = false;
  #failure: unknown = null;
  #schemaBytes = new Uint8Array(0);
  #fields: readonly ArrowField[] = [];
  #wanted: readonly boolean[] = [];
  #dictionaries = new Map<number, ArrowDictionary>();
  #batch: Chunk | null = null;
  /** `#position` of its message. */
  #batchAt = 0;
  #handedOut = 0;
  /** Rows of all batches that were handed out, and those that are left out because they were before. */
  #rows = 0;
  #leaveOut: number;
  /** The schema was found at the end of the file. */
  #soughtSchema = false;

  constructor(options: DecoderOptions) {
    this.#options = options;
    this.#memory = options.memory;
    const rows = Math.max(1, options.chunkRows ?? 65_536);
    // whole words of validity bits: slices of a batch need no shifting
    this.#chunkRows = rows >= 64 ? rows - (rows % 64) : rows;
    this.#scratch = new Scratch(this.#memory, owner);
    this.#body = new ArrowBody(this.#memory, this.#scratch, this.#flat);
    this.#head = new ArrowHead(options.resume);
    const { rows: left = 0, pastEnd = false } = (options.resume?.state ?? {}) as Partial<ArrowState>;
    this.#leaveOut = this.#rows = left;
    this.#isPastEnd = pastEnd;
  }

  get position(): DecoderPosition {
    // all of the file is needed again
    if (this.#soughtSchema) return { bytes: 0, state: { rows: this.#rows, pastEnd: false } satisfies ArrowState };
    const { resume } = this.#options;
    if (resume && this.#position < this.#head.replayed) return resume;
    const rows = this.#batch ? this.#handedOut : this.#leaveOut;
    const state: ArrowState = { rows, pastEnd: this.#isPastEnd };
    const bytes = this.#head.offsetOf(this.#batch ? this.#batchAt : this.#position);
    return { bytes, before: this.#isPastEnd ? [] : this.#head.ranges, state };
  }

  write(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#memory.write(bytes, this.#block + this.#to);
    this.#to += bytes.length;
  }

  reserve(bytes: number): Uint8Array {
    this.#makeRoom(bytes);
    this.#reserved = this.#capacity - this.#to;
    return this.#memory.u8.subarray(this.#block + this.#to, this.#block + this.#capacity);
  }

  commit(bytes: number): void {
    if (bytes < 0 || bytes > this.#reserved)
      throw new StateError(`commit: ${bytes} bytes of ${this.#reserved} reserved`);
    this.#reserved = 0;
    this.#to += bytes;
  }

  endMessage(): boolean {
    this.#ended = this.#again = true;
    return false;
  }

  end(): void {
    this.#ended = true;
    this.#again = false;
  }

  next(): Chunk | null {
    if (this.#failure) throw this.#failure;
    try {
      for (;;) {
        if (this.#batch) return this.#slice();
        this.#memory.free(this.#outgrown);
        this.#outgrown = 0;
        if (this.#message()) continue;
        if (this.#again) this.#restart();
        return null;
      }
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #restart(): void {
    this.#consume(this.#to - this.#from);
    this.#format = 'unknown';
    this.#isPastEnd = this.#ended = this.#again = false;
  }

  dispose(): void {
    this.#memory.free(this.#block);
    this.#memory.free(this.#outgrown);
    this.#block = this.#outgrown = this.#capacity = this.#from = this.#to = 0;
    this.#batch = null;
    this.#scratch.dispose();
    this.#forgetDictionaries();
    this.#failure ??= new StateError('next: this decoder was disposed');
  }

  /** Room for `bytes` more after #to. Unread bytes keep their alignment when they move. */
  #makeRoom(bytes: number): void {
    const unread = this.#to - this.#from;
    if (unread === 0 && !this.#batch) this.#from = this.#to = this.#position % 8;
    if (this.#to + bytes <= this.#capacity) return;
    // Moved to the front when that frees at least half of the block: bytes move once or so, however small the writes.
    const shift = this.#position % 8;
    if (!this.#batch && shift + unread + bytes <= this.#capacity && unread + shift <= this.#capacity / 2) {
      this.#memory.bulk.copy(this.#block + shift, this.#block + this.#from, unread);
      this.#from = shift;
      this.#to = shift + unread;
      return;
    }
    const need = Number.isFinite(this.#need) ? this.#need : 0;
    const capacity = Math.max(64 * 1024, need, (shift + unread + bytes) * 2);
    const block = this.#memory.allocate(Math.min(capacity, 0xffff_0000), owner);
    if (unread > 0) this.#memory.bulk.copy(block + shift, this.#block + this.#from, unread);
    if (this.#batch && this.#outgrown === 0) this.#outgrown = this.#block;
    else this.#memory.free(this.#block);
    this.#block = block;
    this.#capacity = this.#memory.sizeOf(block);
    this.#from = shift;
    this.#to = shift + unread;
  }

  #consume(bytes: number): void {
    this.#from += bytes;
    this.#position += bytes;
    this.#need = 0;
  }

  /** Reads one message; false when more bytes are needed, or there are none left. */
  #message(): boolean {
    const unread = this.#to - this.#from;
    if (this.#isPastEnd) {
      this.#consume(unread);
      return false;
    }
    if (unread === 0) return this.#noMore();
    if (unread < Math.max(this.#need, 8) && !this.#ended) return false;
    if (this.#format === 'unknown' && !this.#readMagic()) return true;
    const at = this.#block + this.#from;
    const view = new DataView(this.#memory.wasm.buffer, at, Math.min(unread, 8));
    if (unread < 4) throw this.#truncated(unread, 4);
    const hasMark = view.getInt32(0, true) === -1;
    const head = hasMark ? 8 : 4;
    if (unread < head) throw this.#truncated(unread, head);
    const metadata = view.getInt32(head - 4, true);
    if (metadata === 0) return this.#endOfStream(head);
    if (metadata < 8 || metadata > maxMetadata) throw this.#bad(this.#notArrow(metadata));
    if (unread < head + metadata) return this.#waitFor(head + metadata, unread);
    try {
      return this.#read(at + head, head + metadata, metadata, unread);
    } catch (error) {
      throw error instanceof DataError && error.byteOffset === undefined ? this.#bad(error.message, error) : error;
    }
  }

  #noMore(): boolean {
    if (this.#ended && this.schema === null) throw this.#bad('no Arrow stream: there are no bytes');
    return false;
  }

  /** Tells stream from file; false when the magic was consumed. */
  #readMagic(): boolean {
    const { u8 } = this.#memory;
    const at = this.#block + this.#from;
    const isFile = this.#to - this.#from >= 8 && magic.every((byte, i) => u8[at + i] === byte);
    this.#format = isFile ? 'file' : 'stream';
    if (this.#format === 'file') {
      this.#head.open(this.#position, 8, false);
      this.#consume(8);
    }
    return this.#format === 'stream';
  }

  #endOfStream(head: number): boolean {
    this.#consume(head);
    // after the last message of a file comes its footer, which repeats what was said
    this.#isPastEnd = this.#format === 'file';
    this.#format = 'unknown';
    return true;
  }

  #waitFor(bytes: number, unread: number): boolean {
    if (this.#ended) throw this.#truncated(unread, bytes);
    this.#need = bytes;
    return false;
  }

  /** Reads the message whose metadata lies at `at`; `head` bytes precede its body. */
  #read(at: number, head: number, metadata: number, unread: number): boolean {
    const flat = this.#flat;
    const root = flat.open(this.#memory.wasm.buffer, at, at + metadata);
    const versionAt = flat.field(root, 0);
    const kindAt = flat.field(root, 1);
    const bodyAt = flat.field(root, 3);
    const version = versionAt ? flat.u16(versionAt) : 0;
    const kind = kindAt ? flat.u8(kindAt) : 0;
    const bodyBytes = bodyAt ? flat.size(bodyAt) : 0;
    if (version < oldest) throw new DataError(`metadata version ${version + 1} is from before Arrow 0.8`);
    if (bodyBytes > maxBody) throw new DataError(`a message of ${bodyBytes} bytes; write record batches below 2 GiB`);
    if (unread < head + bodyBytes) return this.#waitFor(head + bodyBytes, unread);
    const header = flat.reference(root, 2);
    const body = this.#block + this.#from + head;
    if (kind === SCHEMA) this.#takeSchema(header, at, metadata, head + bodyBytes);
    else if (this.schema === null && this.#format === 'file') return this.#seekSchema();
    else if (kind === DICTIONARY_BATCH) this.#takeDictionary(header, body, bodyBytes, head + bodyBytes);
    else if (kind === RECORD_BATCH) this.#takeBatch(header, body, bodyBytes);
    else throw new DataError(`message type ${kind} is no schema, dictionary or record batch`);
    this.#consume(head + bodyBytes);
    return true;
  }

  /** @param message bytes of the whole message */
  #takeSchema(header: number, at: number, bytes: number, message: number): void {
    const { u8 } = this.#memory;
    const known = this.#schemaBytes;
    // the usual case of many small streams: the very same schema again
    if (known.length === bytes && known.every((byte, i) => byte === u8[at + i])) return;
    const fields = readSchema(this.#flat, header);
    const schema = columnsOf(fields, this.#options.columns ?? null);
    if (this.schema && !sameSchema(this.schema, schema)) {
      throw new DataError(`the columns change from ${this.schema} to ${schema}`);
    }
    this.schema ??= schema;
    this.#fields = fields;
    this.#wanted = fields.map(({ name }) => schema.has(name));
    this.#forgetDictionaries();
    this.#head.open(this.#position, message, true);
    this.#schemaBytes = u8.slice(at, at + bytes);
  }

  /** Some writers (apache-arrow) give a file's schema in its footer only: all of it must be here first. */
  #seekSchema(): boolean {
    if (!this.#ended) {
      this.#need = Number.POSITIVE_INFINITY;
      return false;
    }
    const { u8, wasm } = this.#memory;
    const end = this.#block + this.#to;
    const bytes = this.#to - this.#from;
    const footer = bytes > 10 ? new DataView(wasm.buffer, end - 10, 4).getInt32(0, true) : 0;
    if (!magic.every((byte, i) => u8[end - 6 + i] === byte) || footer < 8 || footer > bytes - 10) {
      throw new DataError('a file without a schema has no footer either; it is truncated');
    }
    const at = end - 10 - footer;
    const schema = this.#flat.reference(this.#flat.open(wasm.buffer, at, at + footer), 1);
    if (schema === 0) throw new DataError('the footer of a file has no schema');
    this.#soughtSchema = true;
    this.#takeSchema(schema, at, footer, footer);
    return true;
  }

  #forgetDictionaries(): void {
    for (const dictionary of this.#dictionaries.values()) dictionary.dispose();
    this.#dictionaries.clear();
  }

  #dictionary(id: number): ArrowDictionary {
    let dictionary = this.#dictionaries.get(id);
    if (!dictionary) this.#dictionaries.set(id, (dictionary = new ArrowDictionary(this.#memory)));
    return dictionary;
  }

  #takeDictionary(header: number, body: number, bodyBytes: number, message: number): void {
    const flat = this.#flat;
    const idAt = flat.field(header, 0);
    const id = idAt ? flat.size(idAt) : 0;
    const deltaAt = flat.field(header, 2);
    const isDelta = deltaAt !== 0 && flat.u8(deltaAt) !== 0;
    const field = this.#fields.find(({ dictionary }, i) => dictionary === id && this.#wanted[i]);
    if (!field) return;
    this.#scratch.reset();
    const data = flat.reference(header, 1);
    if (data === 0) throw new DataError(`dictionary ${id} has no values`);
    this.#body.open(data, body, bodyBytes);
    const type = { ...field.type, index: undefined };
    const values = this.#body.column({ ...field, type, dictionary: -1, views: 0 }, { node: 0, buffer: 0, view: 0 });
    const dictionary = this.#dictionary(id);
    this.#head.dictionary(id, isDelta, this.#position, message);
    if (typeFromArrow(type)!.kind === 'utf8') dictionary.addTexts(values, this.#body.length, isDelta);
    else dictionary.addOthers(values, this.#body.length, isDelta);
  }

  #takeBatch(header: number, body: number, bodyBytes: number): void {
    if (!this.schema) throw new DataError('a record batch comes before the schema');
    if (header === 0) throw new DataError('a record batch has no header');
    this.#scratch.reset();
    this.#body.open(header, body, bodyBytes);
    const { length } = this.#body;
    try {
      const vectors = this.#vectors();
      if (length === 0) return;
      this.#batch = { memory: this.#memory, schema: this.schema, length, vectors };
      this.#batchAt = this.#position;
      this.#handedOut = Math.min(this.#leaveOut, length);
      this.#leaveOut -= this.#handedOut;
      if (this.#handedOut === length) this.#batch = null;
    } catch (error) {
      if (this.#options.onBadRecord !== 'skip' || !(error instanceof DataError)) throw error;
      this.skipped += Math.max(length, 1);
    }
  }

  #vectors(): ChunkVector[] {
    const place: Place = { node: 0, buffer: 0, view: 0 };
    const vectors: ChunkVector[] = [];
    for (const [i, field] of this.#fields.entries()) {
      if (!this.#wanted[i]) {
        this.#body.skip(field, place);
        continue;
      }
      try {
        vectors.push(this.#vector(field, place));
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        throw this.#bad(error.message, error, field.name);
      }
    }
    return vectors;
  }

  #vector(field: ArrowField, place: Place): ChunkVector {
    if (field.dictionary < 0) return this.#body.column(field, place);
    const dictionary = this.#dictionary(field.dictionary);
    const codes = this.#body.column(field, place, dictionary.others);
    if (codes.type.kind !== 'dictionary') return codes;
    return dictionary.translate(codes, this.#body.length, this.#scratch);
  }

  /** The next rows of the batch in hand, at most #chunkRows. */
  #slice(): Chunk {
    const batch = this.#batch!;
    const start = this.#handedOut;
    const length = Math.min(batch.length - start, this.#chunkRows);
    this.#handedOut += length;
    this.#rows += length;
    if (this.#handedOut === batch.length) this.#batch = null;
    return sliceChunk(batch, start, length, this.#scratch);
  }

  #notArrow(metadata: number): string {
    if (this.schema === null) return 'these bytes are no Arrow stream or file';
    return `${metadata} bytes of metadata make no message`;
  }

  #bad(problem: string, cause?: MillraceError, column?: string): DataError {
    const byteOffset = this.#head.offsetOf(this.#position);
    const place = { source: this.#options.source, byteOffset, column };
    return new DataError(problem, place, cause && { cause });
  }

  #truncated(have: number, need: number): DataError {
    return this.#bad(`the input ends inside a message: ${have} bytes of ${need}`);
  }
}
