import type { Batch } from '../column/batch.ts';
import { type Chunk, isChunk } from '../column/chunk.ts';
import { exportChunk } from '../column/export-chunk.ts';
import { Vector } from '../column/vector.ts';
import { vectorOf } from '../column/vector-of.ts';
import { SchemaError } from '../errors.ts';
import { isVariable, utf8, widthOf } from '../schema/data-type.ts';
import { type Schema, sameSchema } from '../schema/schema.ts';
import { DICTIONARY_BATCH, RECORD_BATCH, SCHEMA, writeSchema } from './_arrow-schema.ts';
import { FlatWriter } from './_flat.ts';
import type { Encoder } from './codec.ts';
import { joinBytes } from './join-bytes.ts';

/** MetadataVersion.V5, of Arrow 1.0 and later. */
const VERSION = 4;

const pad8 = (bytes: number): number => (bytes + 7) & ~7;

/** Where a message lies in a file: offset, bytes of its metadata with the 8 before it, bytes of its body. */
type Block = readonly [number, number, number];

/** What an encoder has written. */
export interface ArrowEncoderState {
  readonly isOpen: boolean;
  readonly position: number;
  /** Texts of each dictionary column that was sent, in the order of their codes; null for other columns. */
  readonly words: readonly (readonly string[] | null)[];
  /** Three numbers for each message, for the footer of a file. */
  readonly dictionaryBlocks: Float64Array;
  readonly batchBlocks: Float64Array;
}

/** Batches to Arrow IPC, uncompressed. Dictionaries are sent once; values that come later follow as deltas. */
export class ArrowEncoder implements Encoder {
  readonly #schema: Schema;
  readonly #isFile: boolean;
  readonly #words: readonly (SentWords | null)[];
  #dictionaryBlocks: Block[] = [];
  #batchBlocks: Block[] = [];
  #parts: Uint8Array[] = [];
  #position = 0;
  #isOpen = false;

  /** @param state of an encoder whose bytes are to be followed */
  constructor(schema: Schema, isFile: boolean, state?: ArrowEncoderState) {
    this.#schema = schema;
    this.#isFile = isFile;
    this.#words = schema.fields.map(({ type }, at) =>
      type.kind === 'dictionary' ? new SentWords(state?.words[at] ?? []) : null,
    );
    if (!state) return;
    this.#isOpen = state.isOpen;
    this.#position = state.position;
    this.#dictionaryBlocks = blocksOf(state.dictionaryBlocks);
    this.#batchBlocks = blocksOf(state.batchBlocks);
  }

  get state(): ArrowEncoderState {
    return {
      isOpen: this.#isOpen,
      position: this.#position,
      words: this.#words.map(words => words && [...words.texts]),
      dictionaryBlocks: Float64Array.from(this.#dictionaryBlocks.flat()),
      batchBlocks: Float64Array.from(this.#batchBlocks.flat()),
    };
  }

  encode(rows: Batch | Chunk): Uint8Array {
    if (!sameSchema(rows.schema, this.#schema)) {
      throw new SchemaError(`encode: the columns are ${rows.schema}, the stream's are ${this.#schema}`, {
        expected: String(this.#schema),
      });
    }
    this.#open();
    const batch = isChunk(rows) ? exportChunk(rows) : rows;
    const body = new Body(batch.length);
    for (const [place, vector] of batch.vectors.entries()) {
      const words = this.#words[place];
      body.add(words ? this.#translate(words, vector, place) : vector);
    }
    this.#batchBlocks.push(this.#message(RECORD_BATCH, (flat, header) => body.describe(flat, header), body));
    return this.#take();
  }

  end(): Uint8Array {
    this.#open();
    this.#put(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0));
    if (this.#isFile) this.#footer();
    return this.#take();
  }

  #put(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#position += bytes.length;
  }

  /** What was put since the last time, in one piece. */
  #take(): Uint8Array {
    const out = joinBytes(this.#parts);
    this.#parts = [];
    return out;
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (this.#isFile) this.#put(new TextEncoder().encode('ARROW1\0\0'));
    this.#message(SCHEMA, (flat, header) => writeSchema(flat, header, this.#schema), null);
  }

  #message(kind: number, write: (flat: FlatWriter, header: number) => void, body: Body | null): Block {
    const flat = new FlatWriter();
    const bodyBytes = body?.bytes ?? 0;
    const [, , header] = flat.table(0, [[2, VERSION], [1, kind], 'reference', [8, bodyBytes]]);
    write(flat, header!);
    const metadata = flat.finish();
    const block: Block = [this.#position, metadata.length + 8, bodyBytes];
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(0, 0xffff_ffff, true);
    new DataView(head.buffer).setUint32(4, metadata.length, true);
    this.#put(head);
    this.#put(metadata);
    for (const part of body?.parts ?? []) {
      this.#put(part);
      const pad = pad8(part.length) - part.length;
      if (pad > 0) this.#put(new Uint8Array(pad));
    }
    return block;
  }

  #translate(words: SentWords, vector: Vector, place: number): Vector {
    const isFirst = !words.isKnown;
    words.isKnown = true;
    const { vector: translated, fresh } = words.translate(vector);
    if (fresh.length > 0 || isFirst) {
      const values = vectorOf(utf8(), fresh);
      const body = new Body(values.length);
      body.add(values);
      const write = (flat: FlatWriter, header: number): void => {
        const [, data] = flat.table(header, [[8, place], 'reference', [1, isFirst ? 0 : 1]]);
        body.describe(flat, data!);
      };
      this.#dictionaryBlocks.push(this.#message(DICTIONARY_BATCH, write, body));
    }
    return translated;
  }

  #footer(): void {
    const flat = new FlatWriter();
    const [, schema, dictionaries, batches] = flat.table(0, [[2, VERSION], 'reference', 'reference', 'reference']);
    writeSchema(flat, schema!, this.#schema);
    flat.structs(dictionaries!, this.#dictionaryBlocks);
    flat.structs(batches!, this.#batchBlocks);
    const footer = flat.finish();
    const tail = new Uint8Array(10);
    new DataView(tail.buffer).setUint32(0, footer.length, true);
    tail.set(new TextEncoder().encode('ARROW1'), 4);
    this.#put(footer);
    this.#put(tail);
  }
}

const blocksOf = (numbers: Float64Array): Block[] =>
  Array.from({ length: numbers.length / 3 }, (_, at) => [...numbers.subarray(at * 3, at * 3 + 3)] as unknown as Block);

/** The buffers of a record batch as they follow its metadata, each padded to 8 bytes. */
class Body {
  readonly parts: Uint8Array[] = [];
  bytes = 0;
  readonly #length: number;
  readonly #nodes: [number, number][] = [];
  readonly #buffers: [number, number][] = [];

  constructor(length: number) {
    this.#length = length;
  }

  add(vector: Vector): void {
    const { type, length, validity, values, offsets } = vector;
    const bits = (length + 7) >> 3;
    const nulls = validity ? length - ones(validity, length) : 0;
    this.#nodes.push([length, nulls]);
    this.#put(nulls > 0 ? validity!.subarray(0, bits) : new Uint8Array(0));
    if (isVariable(type)) {
      const from = offsets![0] ?? 0;
      const end = offsets![length] ?? from;
      const rebased = from === 0 ? offsets!.subarray(0, length + 1) : offsets!.map(offset => offset - from);
      this.#put(length === 0 ? new Uint8Array(4) : bytesOf(rebased, (length + 1) * 4));
      this.#put((values as Uint8Array).subarray(from, end));
    } else this.#put(bytesOf(values, type.kind === 'bool' ? bits : length * widthOf(type)));
  }

  #put(part: Uint8Array): void {
    this.#buffers.push([this.bytes, part.length]);
    this.parts.push(part);
    this.bytes += pad8(part.length);
  }

  /** Writes the RecordBatch table. */
  describe(flat: FlatWriter, from: number): void {
    const [, nodes, buffers] = flat.table(from, [[8, this.#length], 'reference', 'reference']);
    flat.structs(nodes!, this.#nodes);
    flat.structs(buffers!, this.#buffers);
  }
}

const bytesOf = (view: ArrayBufferView, bytes: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, bytes);

function ones(bits: Uint8Array, length: number): number {
  let count = 0;
  for (let row = 0; row < length; row += 8) {
    let byte = bits[row >> 3]! & (length - row < 8 ? (1 << (length - row)) - 1 : 255);
    for (; byte; byte &= byte - 1) count++;
  }
  return count;
}

/** The values of a dictionary column that the stream knows, and their codes in it. */
class SentWords {
  readonly #codes = new Map<string, number>();
  readonly #maps = new WeakMap<Vector, Int32Array>();

  /** A first dictionary was sent; it may have been empty. */
  isKnown: boolean;

  /** @param texts those that were sent before */
  constructor(texts: readonly string[]) {
    this.isKnown = texts.length > 0;
    for (const text of texts) this.#codes.set(text, this.#codes.size);
  }

  get texts(): Iterable<string> {
    return this.#codes.keys();
  }

  /** The column with the stream's codes, and the values that must be sent before it. */
  translate(vector: Vector): { vector: Vector; fresh: string[] } {
    const fresh: string[] = [];
    const dictionary = vector.dictionary!;
    let map = this.#maps.get(dictionary);
    if (!map) {
      map = Int32Array.from({ length: dictionary.length }, (_, i) =>
        this.#codeOf(dictionary.get(i) as string | null, fresh),
      );
      this.#maps.set(dictionary, map);
    }
    if (map.every((code, i) => code === i)) return { vector, fresh };
    const { length, type } = vector;
    const codes = new Int32Array(length);
    const validity = new Uint8Array((length + 7) >> 3);
    for (let row = 0; row < length; row++) {
      const code = vector.isValid(row) ? map[vector.values[row] as number]! : -1;
      if (code < 0) continue;
      codes[row] = code;
      validity[row >> 3]! |= 1 << (row & 7);
    }
    return { vector: new Vector(type, length, { values: codes, validity, dictionary }), fresh };
  }

  #codeOf(text: string | null, fresh: string[]): number {
    if (text === null) return -1;
    let code = this.#codes.get(text);
    if (code === undefined) {
      this.#codes.set(text, (code = this.#codes.size));
      fresh.push(text);
    }
    return code;
  }
}
