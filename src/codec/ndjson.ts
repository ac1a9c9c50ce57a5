import { checkOptions, DataError } from '../errors.ts';
import { type TextRoom, textRoom } from '../kernel/text.ts';
import { inferSchema } from '../schema/infer.ts';
import { type Columns, type Schema, schemaOf } from '../schema/schema.ts';
import { fieldsOf } from './_field-table.ts';
import type { Input } from './_input.ts';
import { mustHaveColumns, RecordDecoder, type TextFormat, type TextLayout } from './_record-decoder.ts';
import { RecordEncoder } from './_record-encoder.ts';
import { type Codec, type DecoderOptions, policyElsewhere } from './codec.ts';

export interface NdjsonOptions {
  /** Without columns: how many records are kept back (or 1 MiB of them) to find the types. Default 10,000. */
  readonly inferRows?: number;
  /** A longer record is an error. Default 64 MiB. */
  readonly maxRecordBytes?: number;
}

/**
 * NDJSON: one JSON object a line. A text that is one array of objects is read as well.
 *
 * With `columns`, keys may come in any order, other keys are skipped, a missing key is null, and of a key that comes twice
 * the last value counts. Without, the columns are found in the first records: integers are i32 when all are
 * below 2^28, else i64; other numbers are f64, text that is a date or time throughout date32 or timestamp. A later value that does not
 * fit is a bad record: give a schema then.
 *
 * Read: numbers also in quotes; timestamps and days as ISO 8601 text or as numbers in the column's unit; binary as base64; for a text column a
 * value that is no string is kept as its JSON text; half a surrogate pair becomes U+FFFD. Written: timestamps as
 * `2001-01-31T14:05:00.000Z`, days as `2001-01-31`, binary as base64, NaN and infinities as null, like JSON.stringify.
 *
 * @throws SchemaError when two columns have one name
 */
export function ndjson<C extends Columns = Columns>(columns?: C | Schema<C>, options: NdjsonOptions = {}): Codec<C> {
  checkOptions('ndjson', options, ['inferRows', 'maxRecordBytes'], policyElsewhere);
  const schema = columns ? schemaOf(columns) : null;
  if (schema) mustHaveColumns('ndjson', schema);
  return {
    name: 'ndjson',
    schema,
    decoder: (place: DecoderOptions) => new RecordDecoder<C>(new NdjsonFormat(schema, options), schema, place),
    encoder: (rows: Schema, state?: unknown) => new RecordEncoder(rows, { name: 'ndjson' }, state),
    withSchema: known => ndjson(known, options) as Codec<any>,
  };
}

const inferBytes = 1 << 20;
const text = /* @__PURE__ */ new TextDecoder();

class NdjsonFormat implements TextFormat {
  readonly name = 'ndjson';
  readonly maxRecordBytes: number;
  #schema: Schema | null;
  readonly #inferRows: number;
  /** Null until the first character that is no space. */
  #array: boolean | null = null;

  constructor(schema: Schema | null, options: NdjsonOptions) {
    this.#schema = schema;
    this.#inferRows = options.inferRows ?? 10_000;
    this.maxRecordBytes = options.maxRecordBytes ?? 64 * 2 ** 20;
  }

  get lines(): boolean {
    return !this.#array;
  }

  open(input: Input, ended: boolean, source: string | undefined): TextLayout | null {
    if (this.#array === null && !this.#findForm(input)) return null;
    const schema = this.#schema ?? this.#infer(input, ended, source);
    return schema && { schema, fields: fieldsOf(schema) };
  }

  /** An array ends with its message; lines follow lines. */
  joins(input: Input, from: number): boolean {
    if (this.#array !== null) return !this.#array;
    const { u8 } = input.memory;
    let at = input.addressOf(from);
    while (at < input.end && u8[at]! <= 32) at++;
    return u8[at] !== 0x5b;
  }

  restart(schema: Schema): void {
    this.#schema = schema;
    this.#array = null;
  }

  get head(): boolean | null {
    return this.#array;
  }

  resume(head: boolean): void {
    this.#array = head;
  }

  configure(room: TextRoom, state: number, learn: boolean): void {
    room.setJson(state, this.#array ? 1 : 0, learn ? 1 : 0);
  }

  parse(room: TextRoom, state: number, at: number, end: number, row: number, limit: number): number {
    return room.parseNdjson(state, at, end, row, limit);
  }

  skip(room: TextRoom, state: number, at: number, end: number): number {
    return room.skipNdjson(state, at, end);
  }

  #findForm(input: Input): boolean {
    const { u8 } = input.memory;
    while (input.start < input.end && u8[input.start]! <= 32) input.start++;
    if (input.length === 0) return false;
    this.#array = u8[input.start] === 0x5b;
    if (this.#array) input.start++;
    return true;
  }

  /** The schema of the first records, which stay in the input; null when there are not enough. */
  #infer(input: Input, ended: boolean, source: string | undefined): Schema | null {
    const records = this.#records(input);
    const enough = records.length >= this.#inferRows || input.length >= inferBytes;
    if ((!enough && !ended && !this.#isClosed(input, records)) || (records.length === 0 && !ended)) return null;
    const rows: object[] = [];
    for (const [from, to] of records) {
      try {
        const row: unknown = JSON.parse(text.decode(input.copy(from, to)));
        if (typeof row === 'object' && row !== null && !Array.isArray(row)) rows.push(row);
      } catch {
        // the parser will tell, with the record's number, or skip it
      }
    }
    if (rows.some(row => Object.keys(row).length > 0)) return inferSchema(rows);
    if (rows.length === 0 && records.length === 0 && input.length === 0) return null;
    throw new DataError('no record is an object with a key, so there are no columns; give a schema', {
      ...(source === undefined ? {} : { source }),
      record: 1,
      byteOffset: input.offsetOf(input.start),
    });
  }

  #isClosed(input: Input, records: readonly (readonly [number, number])[]): boolean {
    if (!this.#array) return false;
    const { u8 } = input.memory;
    let at = records.at(-1)?.[1] ?? input.start;
    while (at < input.end && u8[at]! <= 32) at++;
    return at < input.end && u8[at] === 0x5d;
  }

  /** Where the first whole records lie. */
  #records(input: Input): (readonly [number, number])[] {
    const { memory } = input;
    const room = textRoom(memory);
    const state = memory.allocate(room.stateBytes.value, this.name);
    room.openState(state, 0, 0, 0, 0, 0, 0, 0);
    room.setJson(state, this.#array ? 1 : 0, 0);
    const found: (readonly [number, number])[] = [];
    let at = input.start;
    while (found.length < this.#inferRows) {
      while (at < input.end && (memory.u8[at]! <= 32 || (this.#array && memory.u8[at] === 0x2c))) at++;
      if (at >= input.end) break;
      const to = room.skipNdjson(state, at, input.end) >>> 0;
      if (to === 0 || to === at) break;
      found.push([at, to]);
      at = to;
    }
    memory.free(state);
    return found;
  }
}
