import { type Chunk, type ChunkVector, chunkVector } from '../column/chunk.ts';
import { GrowingDictionary } from '../column/growing-dictionary.ts';
import type { TextRoom } from '../kernel/text.ts';
import type { Memory } from '../memory/memory.ts';
import { type DataType, isText, isVariable, widthOf } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';

const firstRows = 1024;
/** Text of one column in one chunk; beyond that a chunk ends early. Offsets are int32. */
const mostText = 1 << 30;

interface Column {
  readonly type: DataType;
  values: number;
  validity: number;
  offsets: number;
  /** Bytes at `values`, for text and binary. */
  capacity: number;
  /** Dictionary: where the codes go when the text is complete. */
  codes: number;
  readonly dictionary: GrowingDictionary | null;
  /** Some validity bit may be 0. */
  hasNulls: boolean;
}

/** The column buffers that a decoder writes to; used again for each chunk. */
export class Columns {
  readonly schema: Schema;
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #chunkRows: number;
  readonly #columns: Column[];
  /** Rows that fit. */
  rows = 0;

  constructor(memory: Memory, schema: Schema, chunkRows: number, owner: string) {
    this.#memory = memory;
    this.schema = schema;
    this.#owner = owner;
    this.#chunkRows = chunkRows;
    this.#columns = schema.fields.map(({ type }) => ({
      type,
      values: 0,
      validity: 0,
      offsets: 0,
      capacity: 0,
      codes: 0,
      dictionary: type.kind === 'dictionary' ? new GrowingDictionary(memory) : null,
      hasNulls: true, // so that the first chunk's bits are set
    }));
  }

  /** Ready for row 0. `fieldOf(i)` is the field in the kernel's table that writes column i. */
  begin(room: TextRoom, fields: number, fieldOf: readonly number[]): void {
    if (this.rows === 0) this.#resize(Math.min(this.#chunkRows, firstRows), 0);
    for (const column of this.#columns) {
      if (!column.hasNulls) continue;
      this.#memory.bulk.fill(column.validity, 0xff, (this.rows + 7) >> 3);
      column.hasNulls = false;
    }
    this.place(room, fields, fieldOf);
  }

  /** Tells the kernel where the columns are. */
  place(room: TextRoom, fields: number, fieldOf: readonly number[]): void {
    for (const [i, { values, validity, offsets, capacity }] of this.#columns.entries()) {
      room.setColumn(fields, fieldOf[i]!, values, validity, offsets, capacity);
    }
  }

  /** Remembers which columns have nulls, before the kernel's counts are lost. */
  collect(room: TextRoom, fields: number, fieldOf: readonly number[]): void {
    for (const [i, column] of this.#columns.entries()) {
      column.hasNulls ||= room.getNulls(fields, fieldOf[i]!) !== 0;
    }
  }

  /** Room for more rows than the `used` ones; false when the chunk is full. */
  grow(used: number): boolean {
    if (this.rows >= this.#chunkRows) return false;
    this.#resize(Math.min(this.#chunkRows, this.rows * 4), used);
    return true;
  }

  /** More space for the text of column i, which holds `used` rows; false when the chunk should end first. */
  growText(i: number, used: number): boolean {
    const column = this.#columns[i]!;
    const have = this.#memory.i32[(column.offsets >>> 2) + used]!;
    if (have > mostText / 2 && used > 0) return false;
    const bytes = Math.max(4096, column.capacity * 2);
    column.values = this.#memory.reallocate(column.values, have, bytes, this.#owner);
    column.capacity = this.#memory.sizeOf(column.values);
    return true;
  }

  /** The rows written, as a chunk. */
  chunk(length: number): Chunk {
    const { schema } = this;
    return { memory: this.#memory, schema, length, vectors: this.#columns.map(column => this.#vector(column, length)) };
  }

  dispose(): void {
    for (const column of this.#columns) {
      for (const part of ['values', 'validity', 'offsets', 'codes'] as const) {
        this.#memory.free(column[part]);
        column[part] = 0;
      }
    }
    this.rows = 0;
  }

  #vector({ type, values, validity, offsets, codes, dictionary, hasNulls }: Column, length: number): ChunkVector {
    const present = hasNulls ? validity : 0;
    if (!dictionary) return chunkVector(type, values, present, isVariable(type) ? offsets : 0);
    dictionary.encode(offsets, values, present, length, codes);
    return chunkVector(type, codes, present, 0, dictionary);
  }

  #resize(rows: number, used: number): void {
    const memory = this.#memory;
    const owner = this.#owner;
    const move = (from: number, usedBytes: number, bytes: number) => memory.reallocate(from, usedBytes, bytes, owner);
    for (const column of this.#columns) {
      const { type } = column;
      column.validity = move(column.validity, (used + 7) >> 3, (rows + 7) >> 3);
      // `used` is a multiple of 8: a chunk grows only when all its rows are used
      if (used > 0) memory.bulk.fill(column.validity + (used >> 3), 0xff, ((rows + 7) >> 3) - (used >> 3));
      if (isText(type) || isVariable(type)) {
        column.offsets = move(column.offsets, (used + 1) * 4, (rows + 1) * 4);
        if (used === 0) memory.i32[column.offsets >>> 2] = 0;
        const have = memory.i32[(column.offsets >>> 2) + used]!;
        column.values = move(column.values, have, Math.max(4096, rows * 8, column.capacity));
        column.capacity = memory.sizeOf(column.values);
        if (column.dictionary) column.codes = move(column.codes, 0, rows * 4);
      } else if (type.kind === 'bool') {
        column.values = move(column.values, (used + 7) >> 3, (rows + 7) >> 3);
      } else {
        column.values = move(column.values, used * widthOf(type), rows * widthOf(type));
      }
    }
    this.rows = rows;
  }
}
