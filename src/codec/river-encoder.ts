import type { Batch } from '../column/batch.ts';
import { type Chunk, isChunk } from '../column/chunk.ts';
import { importBatch } from '../column/import-batch.ts';
import { DataError, SchemaError } from '../errors.ts';
import { columnRoom } from '../kernel/column.ts';
import { riverRoom } from '../kernel/river.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { type DataType, isFloat, isVariable, sameType, typeText } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import type { Encoder } from './codec.ts';
import type { FieldDefinition, StreamSchema } from './river-schema.ts';
import { movesOf, Steps } from './river-steps.ts';

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
  readonly #stream: StreamSchema;
  readonly #steps: Steps;

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
    this.#stream = stream;
    this.#steps = new Steps(
      movesOf(stream.fieldDefinitions, name => columns.indexOf(name)),
      stream.sampleSize,
    );
  }

  /** @throws DataError for a null that the type can't show, or a value longer than its field */
  encode(rows: Batch | Chunk): Uint8Array {
    return this.#imported(rows, (chunk, scratch) =>
      this.#stream.hasVariableWidthField ? this.#framed(chunk, scratch) : this.#packed(chunk, scratch),
    );
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
    return this.#imported(rows, (chunk, scratch) =>
      this.#stream.hasVariableWidthField
        ? this.#values(chunk)
        : { bytes: this.#packed(chunk, scratch), count: chunk.length, sizes: null },
    );
  }

  #imported<T>(rows: Batch | Chunk, work: (chunk: Chunk, scratch: Scratch) => T): T {
    const memory = isChunk(rows) ? rows.memory : defaultMemory();
    const scratch = scratchOf(memory);
    try {
      return work(isChunk(rows) ? rows : importBatch(rows, memory, scratch), scratch);
    } finally {
      scratch.reset();
    }
  }

  #packed(chunk: Chunk, scratch: Scratch): Uint8Array {
    const { memory, length } = chunk;
    const { fieldDefinitions, sampleSize } = this.#stream;
    const columns = fieldDefinitions.map(definition => this.#column(chunk, definition, scratch));
    const steps = this.#steps;
    const stepsAt = scratch.take(steps.bytes);
    const target = scratch.take(length * sampleSize);
    steps.place(memory, stepsAt, column => columns[column]!);
    riverRoom(memory).packRows(target, sampleSize, length, stepsAt, steps.count, steps.blockRows);
    return memory.u8.slice(target, target + length * sampleSize);
  }

  /** Values of variable width, each behind its length. */
  #framed({ memory, length, schema, vectors }: Chunk, scratch: Scratch): Uint8Array {
    const { name, size } = this.#stream.fieldDefinitions[0]!;
    const { values, offsets, validity } = vectors[schema.indexOf(name)]!;
    mustBePresent(memory, validity, length, name);
    if (length === 0) return new Uint8Array(0);
    const bytes = memory.u32[(offsets >>> 2) + length]! - memory.u32[offsets >>> 2]! + length * 4;
    const target = scratch.take(bytes);
    const long = riverRoom(memory).joinValues(offsets, values, length, size, target);
    if (long >= 0) throw tooLong(long, name, size);
    return memory.u8.slice(target, target + bytes);
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
  if (validity === 0 || columnRoom(memory).countBits(validity, length) === length) return;
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
