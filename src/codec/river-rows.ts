import type { Batch } from '../column/batch.ts';
import { type Chunk, type ChunkVector, chunkVector, isChunk } from '../column/chunk.ts';
import { importBatch } from '../column/import-batch.ts';
import { DataError, SchemaError, StateError } from '../errors.ts';
import { type RiverRoom, riverRoom, stepKind } from '../kernel/river.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { type DataType, isFloat, isVariable, sameType, typeText } from '../schema/data-type.ts';
import { type Columns, type Schema, schemaOf } from '../schema/schema.ts';
import { Input } from './_input.ts';
import type { Codec, Decoder, DecoderOptions, DecoderPosition, Encoder } from './codec.ts';
import { type FieldDefinition, StreamSchema, type StreamSchemaOptions } from './river-schema.ts';

export interface RiverRowsOptions extends StreamSchemaOptions {
  /** Other types for the same bytes, when the schema is River's: `{ at: timestamp('us'), symbol: utf8() }`. */
  readonly types?: Columns;
}

/** The row codec, with the way in that River's reader takes for samples of variable width. */
export interface RiverRowsCodec<C extends Columns = Columns> extends Codec<C> {
  readonly streamSchema: StreamSchema;
  decoder(options: DecoderOptions): RowDecoder<C>;
  encoder(schema: Schema): RowEncoder;
}

/**
 * River's packed rows: the fields one after the other, little-endian, without padding; nothing between rows.
 *
 * Rows of a variable-width field have no end of their own: in Redis each is an entry. In any other stream of bytes each has its length before
 * it, u32 little-endian; that form is millrace's.
 *
 * @param schema River's, or columns that River has types for
 * @throws SchemaError for columns that River can't hold
 */
export function riverRows<C extends Columns = Columns>(
  schema: StreamSchema | Schema<C> | C,
  options: RiverRowsOptions = {},
): RiverRowsCodec<C> {
  const rivers = schema instanceof StreamSchema;
  const streamSchema = rivers ? schema : StreamSchema.fromSchema(schema, options);
  const columns = (rivers ? schema.toSchema(options.types) : schemaOf(schema)) as Schema<C>;
  const { fieldDefinitions, hasVariableWidthField } = streamSchema;
  if (hasVariableWidthField && fieldDefinitions.length > 1) {
    throw new SchemaError('River: a field of variable width must be the only one');
  }
  return {
    name: 'river',
    schema: columns,
    streamSchema,
    decoder: place => new RowDecoder<C>(columns, streamSchema, place),
    encoder: rows => new RowEncoder(rows, columns, streamSchema),
  };
}

const stepWords = 12;
const lanes = /* @__PURE__ */ Object.freeze({ 8: 2, 4: 4, 2: 8 } as Readonly<Record<number, number>>);
const groupKind = /* @__PURE__ */ Object.freeze({
  8: stepKind.pairs,
  4: stepKind.fours,
  2: stepKind.eights,
} as Readonly<Record<number, number>>);

/** A field that moves: where it is in the row, how wide, and its column's number. */
interface Move {
  readonly offset: number;
  readonly width: number;
  readonly column: number;
}

/** The list of steps that the kernels read, with the column addresses left open. */
export class Steps {
  readonly count: number;
  readonly #words: Uint32Array;
  /** Word and column of each address. */
  readonly #addresses: readonly (readonly [number, number])[];

  constructor(moves: readonly Move[]) {
    const groups = grouped(moves);
    this.count = groups.length;
    this.#words = new Uint32Array(groups.length * stepWords);
    const addresses: (readonly [number, number])[] = [];
    for (const [i, group] of groups.entries()) {
      const { offset, width } = group[0]!;
      const at = i * stepWords;
      this.#words.set([group.length === 1 ? stepKind.single : groupKind[width]!, offset, width], at);
      for (const [lane, { column }] of group.entries()) addresses.push([at + 3 + lane, column]);
    }
    this.#addresses = addresses;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  /** Writes the list to `address`. */
  place(memory: Memory, address: number, columns: (column: number) => number): void {
    for (const [word, column] of this.#addresses) this.#words[word] = columns(column);
    memory.u32.set(this.#words, address >>> 2);
  }
}

/** Neighbours of one width together, as many as fill 16 bytes; the rest one by one. */
function grouped(moves: readonly Move[]): Move[][] {
  const groups: Move[][] = [];
  for (let at = 0; at < moves.length; ) {
    const { offset, width } = moves[at]!;
    const many = lanes[width] ?? 1;
    const group = moves.slice(at, at + many);
    const whole =
      group.length === many && group.every((move, i) => move.width === width && move.offset === offset + i * width);
    groups.push(whole ? group : [moves[at]!]);
    at += whole ? many : 1;
  }
  return groups;
}

function movesOf(fields: readonly FieldDefinition[], columnOf: (name: string) => number): Move[] {
  const moves: Move[] = [];
  let offset = 0;
  for (const { name, size } of fields) {
    const column = columnOf(name);
    if (column >= 0) moves.push({ offset, width: size, column });
    offset += size;
  }
  return moves;
}

/** What a length before a value may say at most: more is damage. */
const mostValueBytes = 1 << 30;
const firstRows = 1024;
const textDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true });

/** Packed rows, cut anywhere, to chunks. */
export class RowDecoder<C extends Columns = Columns> implements Decoder<C> {
  readonly schema: Schema<C>;
  /** A row has bytes of no meaning only when its length is wrong, which can't be skipped: always 0. */
  readonly skipped = 0;
  readonly #memory: Memory;
  readonly #room: RiverRoom;
  readonly #source: string | undefined;
  readonly #input: Input;
  readonly #fields: readonly FieldDefinition[];
  readonly #variable: boolean;
  readonly #stride: number;
  readonly #chunkRows: number;
  readonly #steps: Steps;
  /** Values and offsets of each column, then the steps; 0: not allocated. */
  readonly #values: number[];
  readonly #offsets: number[];
  #stepsAt = 0;
  #capacity = 0;
  #rows = 0;
  #ended = false;
  /** What ended is a message: another may follow. */
  #again = false;
  #disposed = false;
  #error: DataError | undefined;

  constructor(
    schema: Schema<C>,
    { fieldDefinitions, sampleSize, hasVariableWidthField }: StreamSchema,
    options: DecoderOptions,
  ) {
    const { memory, source, columns, chunkRows = 65_536, resume } = options;
    for (const name of columns ?? []) schema.field(name, 'river');
    const wanted = columns ? (schema.select(schema.names.filter(name => columns.includes(name))) as Schema) : schema;
    this.schema = wanted as Schema<C>;
    this.#memory = memory;
    this.#room = riverRoom(memory);
    this.#source = source;
    this.#input = new Input(memory, 'river', resume?.bytes);
    this.#rows = (resume?.state as number | undefined) ?? 0;
    this.#fields = wanted.names.map(name => fieldDefinitions[schema.indexOf(name)]!);
    this.#variable = hasVariableWidthField;
    this.#stride = sampleSize;
    this.#chunkRows = Math.max(1, chunkRows);
    this.#steps = new Steps(movesOf(fieldDefinitions, name => wanted.indexOf(name)));
    this.#values = wanted.names.map(() => 0);
    this.#offsets = wanted.names.map(() => 0);
  }

  get position(): DecoderPosition {
    return { bytes: this.#input.offsetOf(this.#input.start), state: this.#rows };
  }

  write(bytes: Uint8Array): void {
    this.#mustBeOpen('write');
    this.#input.write(bytes);
  }

  /** One value of a variable-width field, without its length. */
  writeValue(bytes: Uint8Array): void {
    const { length } = bytes;
    this.write(Uint8Array.of(length, length >> 8, length >> 16, length >> 24));
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
    this.#ended = this.#again = true;
    return false;
  }

  end(): void {
    this.#ended = true;
    this.#again = false;
  }

  next(): Chunk | null {
    if (this.#error) throw this.#error;
    if (this.#disposed) throw new StateError('river: the decoder was disposed');
    const rows = this.#variable ? this.#split() : this.#unpack();
    if (rows === 0) {
      if (this.#ended && this.#input.length > 0)
        this.#fail(
          `${this.#input.length} bytes are left, ${this.#variable ? 'the last value is cut off' : `a row has ${this.#stride}`}`,
        );
      if (this.#again) this.#ended = this.#again = false;
      return null;
    }
    this.#rows += rows;
    return {
      memory: this.#memory,
      schema: this.schema,
      length: rows,
      vectors: this.schema.fields.map((_, i) => this.#vector(i, rows)),
    };
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const address of [...this.#values, ...this.#offsets, this.#stepsAt]) this.#memory.free(address);
    this.#input.dispose();
  }

  #unpack(): number {
    const input = this.#input;
    const rows = Math.min(Math.floor(input.length / this.#stride), this.#chunkRows);
    if (rows === 0) return 0;
    this.#makeRoom(rows);
    this.#room.unpackRows(input.start, this.#stride, rows, this.#stepsAt, this.#steps.count);
    input.start += rows * this.#stride;
    return rows;
  }

  #split(): number {
    const input = this.#input;
    if (input.length === 0) return 0;
    const limit = this.#chunkRows;
    this.#makeRoom(limit);
    const memory = this.#memory;
    // No value of this input is longer than the input itself.
    if (memory.sizeOf(this.#values[0]!) < input.length) {
      memory.free(this.#values[0]!);
      this.#values[0] = 0;
      this.#values[0] = memory.allocate(input.length, 'river');
    }
    const room = Math.min(memory.sizeOf(this.#values[0]!), 0x7fff_ffff);
    const rows = this.#room.splitValues(
      input.start,
      input.end,
      limit,
      mostValueBytes,
      this.#values[0]!,
      room,
      this.#offsets[0]!,
      this.#stepsAt,
    );
    if (rows < 0) this.#fail(`the length of row ${this.#rows + ~rows + 1} says more than ${mostValueBytes} bytes`);
    input.start = memory.u32[this.#stepsAt >>> 2]!;
    return rows;
  }

  #vector(i: number, rows: number): ChunkVector {
    const { name, type } = this.schema.fields[i]!;
    const { type: kind, size } = this.#fields[i]!;
    const [values, offsets] = [this.#values[i]!, this.#offsets[i]!];
    if (kind === 'FIXED_WIDTH_BYTES') {
      if (type.kind === 'utf8') this.#room.trimNuls(values, size, rows, offsets);
      else this.#room.rampOffsets(offsets, rows, size);
    }
    if (type.kind === 'utf8') this.#mustBeText(values, this.#memory.i32[(offsets >>> 2) + rows]!, name);
    return chunkVector(type, values, 0, offsets);
  }

  #mustBeText(address: number, bytes: number, column: string): void {
    try {
      textDecoder.decode(this.#memory.u8.slice(address, address + bytes));
    } catch {
      this.#fail('the bytes are not UTF-8; read the column as binary', column);
    }
  }

  #makeRoom(rows: number): void {
    if (rows <= this.#capacity) return;
    const memory = this.#memory;
    this.#capacity = Math.min(this.#chunkRows, Math.max(rows, firstRows, this.#capacity * 2));
    for (const [i, { type, size }] of this.#fields.entries()) {
      const bytesField = type === 'FIXED_WIDTH_BYTES' || type === 'VARIABLE_WIDTH_BYTES';
      memory.free(this.#values[i]!);
      memory.free(this.#offsets[i]!);
      this.#values[i] = this.#offsets[i] = 0;
      this.#values[i] = memory.allocate(type === 'VARIABLE_WIDTH_BYTES' ? 4096 : this.#capacity * size, 'river');
      if (bytesField) this.#offsets[i] = memory.allocate((this.#capacity + 1) * 4, 'river');
    }
    this.#stepsAt ||= memory.allocate(Math.max(64, this.#steps.bytes), 'river');
    this.#steps.place(memory, this.#stepsAt, column => this.#values[column]!);
  }

  #mustBeOpen(verb: string): void {
    if (this.#disposed || this.#ended)
      throw new StateError(`${verb}: the river decoder was ${this.#disposed ? 'disposed' : 'ended'}`);
  }

  #fail(problem: string, column?: string): never {
    const input = this.#input;
    this.#error = new DataError(problem, {
      ...(this.#source === undefined ? {} : { source: this.#source }),
      record: this.#rows + 1,
      byteOffset: input.offsetOf(input.start),
      ...(column === undefined ? {} : { column }),
    });
    throw this.#error;
  }
}

const scratches = /* @__PURE__ */ new WeakMap<Memory, Scratch>();

/** The scratch space of all row encoders over a memory: emptied after each call. */
function scratchOf(memory: Memory): Scratch {
  let scratch = scratches.get(memory);
  if (!scratch) scratches.set(memory, (scratch = new Scratch(memory, 'river')));
  return scratch;
}

/** Rows and their bytes: all of one length, or `sizes` of them. */
export interface PackedRows {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Lengths of the values of a variable-width field, which stand in `bytes` one behind the other. */
  readonly sizes: Int32Array | null;
}

/** Batches and chunks to packed rows. */
export class RowEncoder implements Encoder {
  readonly #schema: Schema;
  readonly #stream: StreamSchema;

  /** @throws SchemaError when the rows have other columns than the stream */
  constructor(rows: Schema, columns: Schema, stream: StreamSchema) {
    for (const { name, type } of columns.fields) {
      const given = rows.field(name, 'river').type;
      if (fits(given, type)) continue;
      throw new SchemaError(
        `river: column "${name}" is ${typeText(given)}, the stream has ${typeText(type)}; cast it before`,
        {
          column: name,
          expected: typeText(type),
        },
      );
    }
    this.#schema = columns;
    this.#stream = stream;
  }

  /** @throws DataError for a null that the type can't show, or a value longer than its field */
  encode(rows: Batch | Chunk): Uint8Array {
    const { bytes, sizes, count } = this.pack(rows);
    if (!sizes) return bytes;
    const framed = new Uint8Array(bytes.length + count * 4);
    const view = new DataView(framed.buffer);
    for (let row = 0, from = 0, to = 0; row < count; row++) {
      const size = sizes[row]!;
      view.setUint32(to, size, true);
      framed.set(bytes.subarray(from, from + size), to + 4);
      from += size;
      to += size + 4;
    }
    return framed;
  }

  end(): Uint8Array {
    return new Uint8Array(0);
  }

  /** A row is like any other. */
  get state(): null {
    return null;
  }

  /** The rows without anything between them. @throws DataError as `encode` does */
  pack(rows: Batch | Chunk): PackedRows {
    const memory = isChunk(rows) ? rows.memory : defaultMemory();
    const scratch = scratchOf(memory);
    try {
      const chunk = isChunk(rows) ? rows : importBatch(rows, memory, scratch);
      return this.#stream.hasVariableWidthField ? this.#values(chunk) : this.#packed(chunk, scratch);
    } finally {
      scratch.reset();
    }
  }

  #packed(chunk: Chunk, scratch: Scratch): PackedRows {
    const { memory, length } = chunk;
    const { fieldDefinitions, sampleSize } = this.#stream;
    const columns = fieldDefinitions.map(definition => this.#column(chunk, definition, scratch));
    const steps = new Steps(movesOf(fieldDefinitions, name => this.#schema.indexOf(name)));
    const stepsAt = scratch.take(steps.bytes);
    const target = scratch.take(length * sampleSize);
    steps.place(memory, stepsAt, column => columns[column]!);
    riverRoom(memory).packRows(target, sampleSize, length, stepsAt, steps.count);
    return { bytes: memory.u8.slice(target, target + length * sampleSize), count: length, sizes: null };
  }

  #values({ memory, length, schema, vectors }: Chunk): PackedRows {
    const { name, size } = this.#stream.fieldDefinitions[0]!;
    const { values, offsets, validity } = vectors[schema.indexOf(name)]!;
    mustBePresent(memory, validity, length, name);
    const sizes = new Int32Array(length);
    const at = offsets >>> 2;
    for (let row = 0; row < length; row++) {
      sizes[row] = memory.i32[at + row + 1]! - memory.i32[at + row]!;
      if (sizes[row]! > size) throw tooLong(row, name, size);
    }
    const [from, to] = length === 0 ? [0, 0] : [memory.u32[at]!, memory.u32[at + length]!];
    return { bytes: memory.u8.slice(values + from, values + to), count: length, sizes };
  }

  /** The address of a column's values as they stand in rows. */
  #column(
    { memory, length, schema, vectors }: Chunk,
    { name, size, type: kind }: FieldDefinition,
    scratch: Scratch,
  ): number {
    const { type, values, offsets, validity } = vectors[schema.indexOf(name)]!;
    const room = riverRoom(memory);
    if (validity !== 0 && isFloat(type)) {
      const copy = scratch.take(length * size);
      memory.bulk.copy(copy, values, length * size);
      room.nanWhereNull(validity, copy, length, size);
      return copy;
    }
    mustBePresent(memory, validity, length, name);
    if (kind !== 'FIXED_WIDTH_BYTES') return values;
    const padded = scratch.take(length * size);
    const long = room.padBytes(offsets, values, length, size, padded);
    if (long >= 0) throw tooLong(long, name, size);
    return padded;
  }
}

const tooLong = (row: number, column: string, bytes: number): DataError =>
  new DataError(`the value is longer than the ${bytes} bytes of its field`, { record: row + 1, column });

/** River has no nulls: floats show them as NaN, other types can't. */
function mustBePresent(memory: Memory, validity: number, length: number, column: string): void {
  if (validity === 0) return;
  for (let row = 0; row < length; row++) {
    if ((memory.u8[validity + (row >> 3)]! >> (row & 7)) & 1) continue;
    throw new DataError('River has no nulls; fill them before', { record: row + 1, column });
  }
}

/** Whether values of one type have the bytes of the other, and mean the same. */
function fits(given: DataType, wanted: DataType): boolean {
  if (sameType(given, wanted) || (isVariable(given) && isVariable(wanted))) return true;
  if (given.kind !== 'timestamp') return given.kind === 'date32' && wanted.kind === 'int32';
  return wanted.kind === 'int64' || (wanted.kind === 'timestamp' && wanted.unit === given.unit);
}
