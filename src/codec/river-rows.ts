import { type Chunk, type ChunkVector, chunkVector } from '../column/chunk.ts';
import { DataError, SchemaError, StateError } from '../errors.ts';
import { type RiverRoom, riverRoom } from '../kernel/river.ts';
import type { Memory } from '../memory/memory.ts';
import { type Columns, type Schema, schemaOf } from '../schema/schema.ts';
import { Input } from './_input.ts';
import type { Codec, Decoder, DecoderOptions, DecoderPosition } from './codec.ts';
import { RowEncoder } from './river-encoder.ts';
import { type FieldDefinition, StreamSchema, type StreamSchemaOptions } from './river-schema.ts';
import { movesOf, Steps } from './river-steps.ts';

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
    this.#steps = new Steps(
      movesOf(fieldDefinitions, name => wanted.indexOf(name)),
      sampleSize,
    );
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
    this.#room.unpackRows(input.start, this.#stride, rows, this.#stepsAt, this.#steps.count, this.#steps.blockRows);
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
