import type { Batch } from '../column/batch.ts';
import { type Chunk, type ChunkVector, isChunk } from '../column/chunk.ts';
import { importBatch } from '../column/import-batch.ts';
import { DataError, SchemaError } from '../errors.ts';
import { powersOfFive, textRoom } from '../kernel/text.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { type Kind, TICKS_PER_SECOND, widthOf } from '../schema/data-type.ts';
import { type Schema, sameSchema } from '../schema/schema.ts';
import { type CsvDialect, looksLikeValue, writeNulls } from './_csv-dialect.ts';
import type { Encoder } from './codec.ts';
import { joinBytes } from './join-bytes.ts';

/** Which text is written. */
export type RecordForm = { readonly name: 'ndjson' } | { readonly name: 'csv'; readonly dialect: CsvDialect };

// K_CODES and K_UNSIGNED of assembly/text/encode.ts, beside the kinds of assembly/text/field.ts.
const sourceKind: Readonly<Record<Kind, number>> = /* @__PURE__ */ Object.freeze({
  bool: 5,
  int8: 1,
  int16: 1,
  int32: 1,
  int64: 1,
  uint8: 11,
  uint16: 11,
  uint32: 11,
  uint64: 2,
  float32: 4,
  float64: 3,
  utf8: 6,
  dictionary: 10,
  binary: 7,
  timestamp: 8,
  date32: 9,
});

const leastBytes = 64 * 1024;
const mostBytes = 4 << 20;
const utf8Bytes = /* @__PURE__ */ new TextEncoder();

/** NDJSON or CSV from the rows of one schema. Linear memory is held only during a call. */
export class RecordEncoder implements Encoder {
  readonly #schema: Schema;
  readonly #form: RecordForm;
  readonly #prefixes: readonly Uint8Array[];
  #header: Uint8Array;

  /** @param state of an encoder whose text is to be followed: whether its header is written */
  constructor(schema: Schema, form: RecordForm, state?: unknown) {
    this.#schema = schema;
    this.#form = form;
    const delimiter = form.name === 'csv' ? Uint8Array.of(form.dialect.delimiter) : undefined;
    this.#prefixes = schema.names.map((name, i) => {
      if (delimiter) return delimiter.subarray(0, Math.min(i, 1));
      return utf8Bytes.encode(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    });
    const isDue = form.name === 'csv' && form.dialect.header === true && state !== true;
    this.#header = isDue ? headerOf(schema, form.dialect) : new Uint8Array(0);
  }

  encode(rows: Batch | Chunk): Uint8Array {
    if (!sameSchema(rows.schema, this.#schema)) {
      throw new SchemaError(`encode: the rows have the columns ${rows.schema}, the encoder ${this.#schema}`);
    }
    const pieces = [this.end()];
    if (rows.length > 0) {
      if (isChunk(rows)) this.#write(rows, pieces);
      else this.#import(rows, pieces);
    }
    const filled = pieces.filter(piece => piece.length > 0);
    return filled.length === 1 ? filled[0]! : joinBytes(filled);
  }

  /** Whether the header is written, if there is one. */
  get state(): boolean {
    return this.#header.length === 0;
  }

  /** The header of a CSV without rows; else nothing. */
  end(): Uint8Array {
    const header = this.#header;
    this.#header = new Uint8Array(0);
    return header;
  }

  #import(rows: Batch, pieces: Uint8Array[]): void {
    const memory = defaultMemory();
    const scratch = new Scratch(memory, this.#form.name);
    try {
      this.#write(importBatch(rows, memory, scratch), pieces);
    } finally {
      scratch.dispose();
    }
  }

  #write(chunk: Chunk, pieces: Uint8Array[]): void {
    const { memory, length } = chunk;
    const { name } = this.#form;
    const room = textRoom(memory);
    const guess = length * chunk.vectors.length * 16;
    let bytes = Math.min(Math.max(guess, leastBytes), mostBytes);
    const state = this.#open(memory, chunk.vectors);
    let out = memory.allocate(bytes, name);
    try {
      for (let row = 0; row < length; ) {
        const written = room.encode(state, row, length, out, out + memory.sizeOf(out));
        const [end, column] = memory.u32.subarray(state >>> 2, (state >>> 2) + 2);
        if (written < 0) throw this.#needsQuotes(column!);
        if (written === 0) {
          // one row is larger than the buffer
          bytes = memory.sizeOf(out) * 4;
          memory.free(out);
          out = 0;
          out = memory.allocate(bytes, name);
          continue;
        }
        pieces.push(memory.u8.slice(out, end));
        row += written;
      }
    } finally {
      memory.free(out);
      memory.free(state);
    }
  }

  /** The state that the kernel reads, in one block: state, columns, prefixes, null texts. */
  #open(memory: Memory, vectors: readonly ChunkVector[]): number {
    const room = textRoom(memory);
    const form = this.#form;
    const nulls = form.name === 'csv' ? form.dialect.nulls : [];
    const stateBytes = (room.outputBytes.value + 63) & ~63;
    const sourcesBytes = (vectors.length * room.sourceBytes.value + 63) & ~63;
    const prefixBytes = this.#prefixes.reduce((sum, prefix) => sum + prefix.length + 16, 0);
    const nullsAt = stateBytes + sourcesBytes;
    const prefixesAt = nullsAt + nulls.length * 64;
    const state = memory.allocateZeroed(prefixesAt + prefixBytes + 64, form.name);
    const sources = state + stateBytes;
    writeNulls(memory, state + nullsAt, nulls);
    const { delimiter, quote, comment } = form.name === 'csv' ? form.dialect : { delimiter: 0, quote: 0, comment: 0 };
    const csv = form.name === 'csv' ? 1 : 0;
    const powers = powersOfFive(memory);
    const first = looksLikeValue(nulls) ? 1 : 0;
    room.openOutput(
      state,
      sources,
      vectors.length,
      csv,
      delimiter,
      quote,
      comment,
      powers,
      state + nullsAt,
      nulls.length,
      first,
    );
    let prefixAt = state + prefixesAt;
    for (const [i, { type, values, validity, offsets, dictionary }] of vectors.entries()) {
      const prefix = this.#prefixes[i]!;
      memory.u8.set(prefix, prefixAt);
      const kind = sourceKind[type.kind];
      const ticks = type.kind === 'timestamp' ? TICKS_PER_SECOND[type.unit] : 1;
      const [textOffsets, textValues] = [dictionary?.offsets ?? 0, dictionary?.values ?? 0];
      const width = widthOf(type);
      room.setSource(
        sources,
        i,
        kind,
        width,
        values,
        validity,
        offsets,
        ticks,
        textOffsets,
        textValues,
        prefixAt,
        prefix.length,
      );
      prefixAt += prefix.length + 16;
    }
    return state;
  }

  #needsQuotes(column: number): DataError {
    return new DataError('encode: a text holds the delimiter or a newline, and quotes are off; choose a quote', {
      column: this.#schema.names[column]!,
    });
  }
}

function headerOf(schema: Schema, { delimiter, quote, comment }: CsvDialect): Uint8Array {
  const [separator, mark] = [String.fromCharCode(delimiter), String.fromCharCode(quote)];
  const special = (name: string, i: number) =>
    name === '' ||
    [separator, mark, '\n', '\r'].some(char => name.includes(char)) ||
    (i === 0 && comment !== 0 && name.charCodeAt(0) === comment);
  const cells = schema.names.map((name, i) =>
    quote !== 0 && special(name, i) ? mark + name.replaceAll(mark, mark + mark) + mark : name,
  );
  return utf8Bytes.encode(`${cells.join(separator)}\n`);
}
