import type { Chunk } from '../column/chunk.ts';
import { DataError, MillraceError, SchemaError, StateError } from '../errors.ts';
import { parseStatus, type TextRoom } from '../kernel/text.ts';
import type { Memory } from '../memory/memory.ts';
import type { Columns as ColumnTypes, Schema } from '../schema/schema.ts';
import { Columns } from './_columns.ts';
import { FieldTable, type TextField } from './_field-table.ts';
import { Input } from './_input.ts';
import { problemOf } from './_record-fault.ts';
import type { Decoder, DecoderOptions, DecoderPosition, OnBadRecord } from './codec.ts';

/** What is known once the beginning of a text has been seen. */
export interface TextLayout {
  /** All columns of the text. */
  readonly schema: Schema;
  readonly fields: readonly TextField[];
}

/** One text format: how its beginning is understood, and which kernels read it. */
export interface TextFormat {
  readonly name: string;
  /** Whether a record always ends at the first newline. */
  readonly lines: boolean;
  /** The longest record, in bytes. */
  readonly maxRecordBytes: number;
  /**
   * Reads what stands before the first record (moving `input.start`) and finds the columns; null: more bytes are needed.
   *
   * @throws DataError, SchemaError
   */
  open(input: Input, ended: boolean, source: string | undefined): TextLayout | null;
  /** Whether the text that begins at the offset `from` of its source can be read on into another. */
  joins(input: Input, from: number): boolean;
  /** Another text follows, of the same columns: what stood before its first record is forgotten. */
  restart(schema: Schema): void;
  /** What stood before the first record, as plain data, for a format that goes on behind it. */
  readonly head: unknown;
  /** Nothing stands before the first record here: what stood there was this. */
  resume(head: unknown): void;
  /** Sets the options of a fresh kernel state. `learn`: unknown keys are welcome. */
  configure(room: TextRoom, state: number, learn: boolean): void;
  parse(room: TextRoom, state: number, at: number, end: number, row: number, limit: number): number;
  skip(room: TextRoom, state: number, at: number, end: number): number;
  dispose?(): void;
}

/** What a position keeps beside the offset, once the beginning of the text was read. */
interface TextState {
  readonly head: unknown;
  /** Records before the position, for errors. */
  readonly records: number;
  /** 1 when a comma must come before the next record of an array. */
  readonly comma: number;
  readonly closed: boolean;
  readonly discarding: boolean;
}

/** Unknown keys that are remembered, so that the next record with them is as quick as any other. */
const mostLearned = 256;
/** A record that needs more than this is tried again only when half as many more bytes came. */
const patience = 256 * 1024;

const utf8Text = /* @__PURE__ */ new TextDecoder();

/** The part that NDJSON and CSV share: bytes in, chunks out, bad records counted or thrown. */
export class RecordDecoder<C extends ColumnTypes> implements Decoder<C> {
  readonly #memory: Memory;
  readonly #format: TextFormat;
  readonly #options: DecoderOptions;
  readonly #policy: OnBadRecord;
  readonly #room: TextRoom;
  readonly #table: FieldTable;
  readonly #input: Input;
  #columns: Columns | undefined;
  #fields: TextField[] = [];
  /** Number in `#fields` of each column. */
  #fieldOf: number[] = [];
  #learned = 0;
  #schema: Schema<C> | null;
  #skipped = 0;
  #records = 0;
  #opened = false;
  #ended = false;
  /** What ended is a message: another text may follow. */
  #again = false;
  /** Offset in the source of the text that is read. */
  #began = 0;
  #closed = false;
  /** Bytes that must be there before a record is tried again. */
  #awaited = 0;
  /** The rest of a record that was too long is thrown away up to the next newline. */
  #discarding = false;
  /** A newline was added behind the last byte. */
  #padded = 0;
  #error: MillraceError | undefined;
  #disposed = false;

  constructor(format: TextFormat, schema: Schema<C> | null, options: DecoderOptions) {
    this.#memory = options.memory;
    this.#format = format;
    this.#options = options;
    this.#policy = options.onBadRecord ?? 'throw';
    this.#schema = schema;
    if (schema) for (const name of options.columns ?? []) schema.field(name, format.name);
    this.#table = new FieldTable(options.memory, format.name);
    this.#room = this.#table.room;
    const { resume } = options;
    this.#input = new Input(options.memory, format.name, resume?.bytes);
    if (resume?.state) this.#resume(resume.state as TextState);
  }

  get schema(): Schema<C> | null {
    return this.#schema;
  }

  get skipped(): number {
    return this.#skipped;
  }

  get position(): DecoderPosition {
    if (!this.#opened) return this.#options.resume ?? { bytes: this.#began };
    const state: TextState = {
      head: this.#format.head,
      // a record that made an error was counted
      records: this.#records - (this.#error ? 1 : 0),
      comma: this.#room.getComma(this.#table.state),
      closed: this.#closed,
      discarding: this.#discarding,
    };
    const { start, end } = this.#input;
    return { bytes: this.#input.offsetOf(Math.min(start, end - this.#padded)), state };
  }

  write(bytes: Uint8Array): void {
    this.#mustBeOpen('write');
    this.#input.write(bytes);
  }

  reserve(bytes: number): Uint8Array {
    this.#mustBeOpen('reserve');
    return this.#input.reserve(bytes);
  }

  commit(bytes: number): void {
    this.#input.commit(bytes);
  }

  endMessage(): boolean {
    this.#mustBeOpen('endMessage');
    this.#endRecord();
    const input = this.#input;
    if (this.#format.joins(input, this.#opened ? input.offsetOf(input.start) : this.#began)) return true;
    this.#ended = this.#again = true;
    return false;
  }

  end(): void {
    this.#again = false;
    if (this.#ended) return;
    this.#ended = true;
    this.#endRecord();
  }

  next(): Chunk | null {
    if (this.#error) throw this.#error;
    if (this.#disposed) throw new StateError(`${this.#format.name}: the decoder was disposed`);
    const rows = this.#opened || this.#open() ? this.#parse() : 0;
    if (rows > 0) return this.#columns!.chunk(rows);
    if (this.#error) throw this.#error;
    if (this.#again) this.#restart();
    return null;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#table.dispose();
    this.#columns?.dispose();
    this.#input.dispose();
    this.#format.dispose?.();
  }

  #resume({ head, records, closed, discarding }: TextState): void {
    this.#format.resume(head);
    this.#records = records;
    this.#closed = closed;
    this.#discarding = discarding;
  }

  #endRecord(): void {
    const input = this.#input;
    if (input.length === 0 || this.#memory.u8[input.end - 1] === 10) return;
    input.write(Uint8Array.of(10));
    this.#padded = 1;
  }

  #restart(): void {
    const input = this.#input;
    this.#ended = this.#again = this.#closed = this.#discarding = false;
    this.#awaited = 0;
    input.start = input.end;
    this.#began = input.offsetOf(input.end);
    if (!this.#schema) return;
    this.#opened = false;
    this.#format.restart(this.#schema);
  }

  #mustBeOpen(verb: string): void {
    if (this.#again) {
      throw new StateError(`${verb}: the message before is not read to its end; call next() until it gives null`);
    }
    if (this.#disposed || this.#ended) {
      throw new StateError(`${verb}: the ${this.#format.name} decoder was ${this.#disposed ? 'disposed' : 'ended'}`);
    }
  }

  // ---- opening ----

  #open(): boolean {
    const { name, maxRecordBytes } = this.#format;
    const input = this.#input;
    const bytes = input.length;
    if (bytes < this.#awaited && !this.#ended) return false;
    let layout: TextLayout | null;
    try {
      if (!this.#skipMark()) return false;
      layout = this.#format.open(input, this.#ended, this.#options.source);
    } catch (error) {
      if (error instanceof MillraceError) this.#error = error;
      throw error;
    }
    if (!layout) {
      this.#awaited = bytes > patience ? bytes * 1.5 : 0;
      if (bytes <= maxRecordBytes + patience) return false;
      throw (this.#error = this.#fault(
        `${name}: the first record is longer than ${maxRecordBytes} bytes`,
        input.start,
      ));
    }
    this.#awaited = 0;
    this.#schema = layout.schema as Schema<C>;
    this.#place(layout);
    this.#opened = true;
    const resumed = this.#options.resume?.state as TextState | undefined;
    if (resumed) this.#room.setComma(this.#table.state, resumed.comma);
    return true;
  }

  /** Behind a byte order mark; false when the bytes there can't tell. */
  #skipMark(): boolean {
    const input = this.#input;
    const { u8 } = this.#memory;
    if (input.offsetOf(input.start) > this.#began || input.length === 0) return true;
    const mark = [0xef, 0xbb, 0xbf];
    for (const [i, byte] of mark.entries()) {
      if (i >= input.length) return this.#ended;
      if (u8[input.start + i] !== byte) return true;
    }
    input.start += mark.length;
    return true;
  }

  #place({ schema, fields }: TextLayout): void {
    const { columns, chunkRows = 65_536 } = this.#options;
    const wanted = columns
      ? schema.names.filter(name => {
          for (const column of columns) schema.field(column, this.#format.name);
          return columns.includes(name);
        })
      : schema.names;
    const kept = new Set(wanted);
    this.#fields = fields.map(({ name, type }) => ({ name, type: kept.has(name) ? type : null }));
    this.#fieldOf = wanted.map(name => this.#fields.findIndex(field => field.name === name && field.type !== null));
    const rows = Math.max(1, Math.min(chunkRows, 1 << 24));
    this.#columns ??= new Columns(this.#memory, schema.select(wanted), rows, this.#format.name);
    this.#lay();
  }

  #lay(): void {
    this.#table.lay(this.#fields);
    this.#format.configure(this.#room, this.#table.state, this.#learned < mostLearned);
  }

  // ---- reading ----

  /** Parses until a chunk is full or the input used up; the rows it got. An error waits until they are delivered. */
  #parse(): number {
    const input = this.#input;
    const columns = this.#columns!;
    if (this.#closed) return this.#afterEnd();
    if (this.#discarding && !this.#discard()) return 0;
    if (input.length < this.#awaited && !this.#ended) return 0;
    if (input.length === 0 && (this.#format.lines || !this.#ended)) return 0;
    this.#awaited = 0;
    columns.begin(this.#room, this.#table.fields, this.#fieldOf);
    let row = 0;
    try {
      while (this.#error === undefined) {
        const status = this.#format.parse(this.#room, this.#table.state, input.start, input.end, row, columns.rows);
        const { cursor, rows } = this.#table.stop();
        this.#records += rows - row;
        row = rows;
        input.start = cursor;
        if (status === parseStatus.end) {
          this.#short();
          break;
        }
        if (status === parseStatus.full ? !columns.grow(row) : !this.#resolve(status, row)) break;
        if (status === parseStatus.full) columns.place(this.#room, this.#table.fields, this.#fieldOf);
      }
    } catch (error) {
      // out of memory: the chunk's buffers can't be trusted
      if (error instanceof MillraceError) this.#error = error;
      throw error;
    }
    columns.collect(this.#room, this.#table.fields, this.#fieldOf);
    return row;
  }

  /** Removes what stopped the kernel at `row`; false when the chunk ends here. */
  #resolve(status: number, row: number): boolean {
    const room = this.#room;
    const columns = this.#columns!;
    const { field, at, extra } = this.#table.stop();
    switch (status) {
      case parseStatus.room: {
        if (!columns.growText(this.#fieldOf.indexOf(field), row)) return false;
        columns.collect(room, this.#table.fields, this.#fieldOf);
        columns.place(room, this.#table.fields, this.#fieldOf);
        return true;
      }
      case parseStatus.spare: {
        this.#table.growSpare(extra);
        return true;
      }
      case parseStatus.key: {
        const comma = room.getComma(this.#table.state);
        columns.collect(room, this.#table.fields, this.#fieldOf);
        this.#learn(at, extra);
        columns.place(room, this.#table.fields, this.#fieldOf);
        room.setComma(this.#table.state, comma);
        return true;
      }
      case parseStatus.closed:
        this.#closed = true;
        this.#afterEnd();
        return false;
      default:
        return this.#bad();
    }
  }

  /** An unknown key becomes a field that is skipped. */
  #learn(at: number, bytes: number): void {
    const name = utf8Text.decode(this.#input.copy(at + 1, at + bytes - 1));
    // A key that is no UTF-8 is never found by its name: nothing more is learned.
    const learnable = !name.includes('\ufffd') && bytes < 4096;
    this.#learned = learnable ? this.#learned + 1 : mostLearned;
    if (learnable) this.#fields.push({ name, type: null });
    this.#lay();
  }

  /** Deals with a bad record; false when its end has not come yet. */
  #bad(): boolean {
    const input = this.#input;
    const stop = this.#table.stop();
    const comma = this.#room.getComma(this.#table.state);
    const next = this.#format.skip(this.#room, this.#table.state, input.start, input.end) >>> 0;
    if (next === 0 && !this.#ended) {
      this.#short();
      return false;
    }
    const problem = problemOf(stop, this.#fields, input, this.#format.name);
    this.#reject(problem, input.start, this.#fields[stop.field]?.name);
    // who goes on from here meets the bad record again
    if (this.#error) this.#room.setComma(this.#table.state, comma);
    else input.start = next === 0 ? input.end : next;
    return true;
  }

  /** The bytes left are no whole record. */
  #short(): void {
    const input = this.#input;
    const { name, maxRecordBytes, lines } = this.#format;
    const left = input.length;
    if (this.#ended) {
      if (left > 0) this.#reject('ends in the middle of a record', input.start);
      else if (!lines) this.#reject('the array is not closed; the text was cut off', input.start);
      if (this.#error) return;
      input.start = input.end;
      this.#closed = true;
      return;
    }
    if (left > maxRecordBytes) {
      this.#reject(`is longer than ${maxRecordBytes} bytes; raise maxRecordBytes of ${name}()`, input.start);
      if (this.#error) return;
      this.#discarding = true;
      this.#discard();
      return;
    }
    this.#awaited = left > patience ? Math.min(left * 1.5, maxRecordBytes + 1) : 0;
  }

  /** Throws bytes away up to a newline; false when there is none yet. */
  #discard(): boolean {
    const input = this.#input;
    const next = this.#room.findLine(input.start, input.end) >>> 0;
    input.start = next === 0 ? input.end : next;
    this.#discarding = next === 0;
    return next !== 0;
  }

  /** Only spaces may follow the end of an array. */
  #afterEnd(): 0 {
    const input = this.#input;
    const { u8 } = this.#memory;
    while (input.start < input.end && u8[input.start]! <= 32) input.start++;
    if (input.length > 0) {
      this.#reject('there is text behind the end of the array', input.start);
      if (!this.#error) input.start = input.end;
    }
    return 0;
  }

  // ---- errors ----

  #reject(problem: string, address: number, column?: string): void {
    this.#records++;
    this.#skipped++;
    if (this.#policy === 'throw') this.#error = this.#fault(problem, address, column);
  }

  #fault(problem: string, address: number, column?: string): DataError {
    const { source } = this.#options;
    return new DataError(problem, {
      ...(source === undefined ? {} : { source }),
      record: Math.max(this.#records, 1),
      byteOffset: this.#input.offsetOf(address),
      ...(column === undefined ? {} : { column }),
    });
  }
}

/** A schema without columns can't be read. */
export function mustHaveColumns(name: string, schema: Schema): void {
  if (schema.length === 0) throw new SchemaError(`${name}: the schema has no columns`);
}
