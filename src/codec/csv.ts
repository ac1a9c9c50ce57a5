import { checkOptions, DataError, SchemaError } from '../errors.ts';
import { type TextRoom, textRoom } from '../kernel/text.ts';
import type { Memory } from '../memory/memory.ts';
import { type Guess, guessText, joinGuesses, typeOfGuess } from '../schema/infer.ts';
import { type Columns, field, Schema, schemaOf } from '../schema/schema.ts';
import { type CsvDialect, dialectOf, looksLikeValue, writeNulls } from './_csv-dialect.ts';
import { fieldsOf } from './_field-table.ts';
import type { Input } from './_input.ts';
import { mustHaveColumns, RecordDecoder, type TextFormat, type TextLayout } from './_record-decoder.ts';
import { RecordEncoder } from './_record-encoder.ts';
import { type Codec, type DecoderOptions, policyElsewhere } from './codec.ts';

export interface CsvOptions {
  /** One ASCII character, no letter, digit or sign. Default `,`. */
  readonly delimiter?: string;
  /** One ASCII character, or null: there are no quotes. Default `"`. */
  readonly quote?: string | null;
  /**
   * true: the first record holds the names. false: there is none; columns are taken in order, and called column0, column1, …
   * when none are given. A list: the names, in order, of a text without header. Default true.
   */
  readonly header?: boolean | readonly string[];
  /** Unquoted fields with these texts are null. Default `['']`. For columns other than text an empty field is always null. */
  readonly nulls?: readonly string[];
  /** Records that begin with this character are skipped. Default: there are none. */
  readonly comment?: string;
  /** Without columns: how many records are kept back (or 1 MiB of them) to find the types. Default 10,000. */
  readonly inferRows?: number;
  /** A longer record is an error. Default 64 MiB. */
  readonly maxRecordBytes?: number;
}

const csvOptions = ['delimiter', 'quote', 'header', 'nulls', 'comment', 'inferRows', 'maxRecordBytes'];

/**
 * CSV after RFC 4180: fields may be quoted, a quote inside is doubled, quoted fields may hold delimiters and newlines;
 * lines end in LF or CRLF. Every record must have as many fields as there are columns.
 *
 * With `columns` and a header, columns are found by name and others are skipped; without header they stand in order. Without
 * columns the types are found in the first records: integers are i32 when all are below 2^28, else i64; other numbers
 * are f64, true and false bool, dates and times date32 or timestamp. A later value that does not fit is a bad record: give a
 * schema then.
 *
 * Blank lines are skipped, but in a text of one column they are a null. Spaces around numbers, dates and bools are ignored.
 *
 * @throws OptionError for a delimiter, quote or comment that can't be one
 * @throws SchemaError when two columns have one name
 */
export function csv<C extends Columns = Columns>(columns?: C | Schema<C>, options: CsvOptions = {}): Codec<C> {
  checkOptions('csv', options, csvOptions, policyElsewhere);
  const schema = columns ? schemaOf(columns) : null;
  if (schema) mustHaveColumns('csv', schema);
  const dialect = dialectOf(options);
  return {
    name: 'csv',
    schema,
    decoder: (place: DecoderOptions) => new RecordDecoder<C>(new CsvFormat(schema, dialect, options), schema, place),
    encoder: (rows: Schema, state?: unknown) => new RecordEncoder(rows, { name: 'csv', dialect }, state),
    withSchema: known => csv(known, options) as Codec<any>,
  };
}

const inferBytes = 1 << 20;
const utf8Text = /* @__PURE__ */ new TextDecoder();

/** A field of a record as text. */
type Cell = { readonly text: string; readonly quoted: boolean };

class CsvFormat implements TextFormat {
  readonly name = 'csv';
  readonly lines = true;
  readonly maxRecordBytes: number;
  #schema: Schema | null;
  readonly #dialect: CsvDialect;
  readonly #inferRows: number;
  #header: readonly string[] | undefined;
  #memory: Memory | undefined;
  #nullTexts = 0;

  constructor(schema: Schema | null, dialect: CsvDialect, options: CsvOptions) {
    this.#schema = schema;
    this.#dialect = dialect;
    this.#inferRows = options.inferRows ?? 10_000;
    this.maxRecordBytes = options.maxRecordBytes ?? 64 * 2 ** 20;
  }

  open(input: Input, ended: boolean, source: string | undefined): TextLayout | null {
    this.#memory = input.memory;
    if (!this.#readHeader(input)) return null;
    const schema = this.#schema ?? this.#infer(input, ended, source);
    if (!schema) return null;
    if (!this.#header || this.#dialect.header === false) return { schema, fields: fieldsOf(schema) };
    const names = this.#header;
    for (const name of schema.names) {
      if (!names.includes(name)) {
        throw new SchemaError(`csv: no column "${name}" in the header (${names.join(', ')})`, { column: name });
      }
    }
    // of two columns with one name the first is taken
    const fields = names.map((name, i) => ({
      name,
      type: names.indexOf(name) === i && schema.has(name) ? schema.field(name).type : null,
    }));
    return { schema, fields };
  }

  /** Each message has its header. */
  joins(): boolean {
    return this.#dialect.header !== true;
  }

  restart(schema: Schema): void {
    this.#schema = schema;
    if (this.#dialect.header === true) this.#header = undefined;
  }

  get head(): readonly string[] | null {
    return this.#header ?? null;
  }

  resume(head: readonly string[] | null): void {
    this.#header = head ?? undefined;
  }

  configure(room: TextRoom, state: number): void {
    const { delimiter, quote, comment, nulls } = this.#dialect;
    const memory = this.#memory!;
    this.#nullTexts ||= memory.allocateZeroed(Math.max(nulls.length, 1) * 64, this.name);
    writeNulls(memory, this.#nullTexts, nulls);
    room.setCsv(state, delimiter, quote, comment, this.#nullTexts, nulls.length, looksLikeValue(nulls) ? 1 : 0);
  }

  parse(room: TextRoom, state: number, at: number, end: number, row: number, limit: number): number {
    return room.parseCsv(state, at, end, row, limit);
  }

  skip(room: TextRoom, state: number, at: number, end: number): number {
    return room.skipCsv(state, at, end);
  }

  dispose(): void {
    this.#memory?.free(this.#nullTexts);
    this.#nullTexts = 0;
  }

  #readHeader(input: Input): boolean {
    const { header } = this.#dialect;
    if (this.#header || header === false) return true;
    if (header !== true) {
      this.#header = [...header];
      return true;
    }
    const { cells, ends } = this.#records(input, 1);
    if (cells.length === 0) return false;
    this.#header = cells[0]!.map(({ text }) => text);
    input.start = ends[0]!;
    return true;
  }

  #infer(input: Input, ended: boolean, source: string | undefined): Schema | null {
    const { cells } = this.#records(input, this.#inferRows);
    if (cells.length < this.#inferRows && input.length < inferBytes && !ended) return null;
    const names = this.#header ?? cells[0]?.map((_, i) => `column${i}`);
    if (!names) {
      if (input.length === 0) return null;
      throw new DataError('there is no whole record to find the columns in; give a schema', {
        ...(source === undefined ? {} : { source }),
        record: 1,
        byteOffset: input.offsetOf(input.start),
      });
    }
    const guesses = names.map((): Guess => 'none');
    for (const record of cells) {
      for (const [i, { text, quoted }] of record.slice(0, names.length).entries()) {
        if (!quoted && (text === '' || this.#dialect.nulls.includes(text))) continue;
        // Quotes say nothing about the type: some programs quote every field.
        guesses[i] = joinGuesses(guesses[i]!, text === '' ? 'text' : guessText(text));
      }
    }
    return new Schema(names.map((name, i) => field(name, typeOfGuess(guesses[i]!))));
  }

  /** The first whole records, as text, and where each ends. */
  #records(input: Input, most: number): { cells: Cell[][]; ends: number[] } {
    const { memory } = input;
    const room = textRoom(memory);
    const state = memory.allocate(room.stateBytes.value, this.name);
    room.openState(state, 0, 0, 0, 0, 0, 0, 0);
    const { delimiter, quote, comment } = this.#dialect;
    room.setCsv(state, delimiter, quote, comment, 0, 0, 0);
    const found = { cells: [] as Cell[][], ends: [] as number[] };
    for (let at = input.start; found.cells.length < most && at < input.end; ) {
      const first = memory.u8[at]!;
      const plain = (comment !== 0 && first === comment) || first === 10 || first === 13;
      const to = (plain ? room.findLine(at, input.end) : room.skipCsv(state, at, input.end)) >>> 0;
      if (to === 0) break;
      if (!plain) {
        const text = utf8Text.decode(input.copy(at, to)).replace(/\r?\n$/, '');
        found.cells.push(splitRecord(text, String.fromCharCode(delimiter), quote && String.fromCharCode(quote)));
        found.ends.push(to);
      }
      at = to;
    }
    memory.free(state);
    return found;
  }
}

/** The fields of one record. */
function splitRecord(text: string, delimiter: string, quote: string | 0): Cell[] {
  const cells: Cell[] = [];
  for (let at = 0; ; at++) {
    const quoted = quote !== 0 && text[at] === quote;
    let value = '';
    if (quoted) {
      let close = text.indexOf(quote, ++at);
      while (close >= 0 && text[close + 1] === quote) {
        value += text.slice(at, close + 1);
        at = close + 2;
        close = text.indexOf(quote, at);
      }
      if (close < 0) close = text.length;
      value += text.slice(at, close);
      at = close + 1;
    }
    const stop = text.indexOf(delimiter, at);
    const end = stop < 0 ? text.length : stop;
    cells.push({ text: quoted ? value : text.slice(at, end), quoted });
    if (stop < 0) return cells;
    at = end;
  }
}
