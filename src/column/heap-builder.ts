import { columnRoom } from '../kernel/column.ts';
import type { Memory } from '../memory/memory.ts';
import { type DataType, isVariable } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import { type ArrayLike, fillFrom, heapArray } from './_copy.ts';
import type { ChunkVector } from './chunk.ts';
import { viewOf } from './export-chunk.ts';
import { type Values, Vector } from './vector.ts';

interface Filling {
  readonly type: DataType;
  values: Values | null;
  /** Null while no cell is. */
  validity: Uint8Array | null;
}

/**
 * Columns on the JavaScript heap that are filled block by block, when it is known how many rows there will be: a cell is copied once, from the
 * cache, where a `ChunkBuilder` copies it in linear memory first. Rolling mean of 10 M rows in one batch: 67 → 55 ms.
 */
export class HeapBuilder {
  readonly #memory: Memory;
  readonly #columns: readonly Filling[];
  #capacity = 0;
  #length = 0;

  constructor(memory: Memory, schema: Schema) {
    this.#memory = memory;
    this.#columns = schema.fields.map(({ type }) => ({ type, values: null, validity: null }));
  }

  /** Whether all columns have cells of one width that mean the same in every block. */
  static takes(schema: Schema): boolean {
    return schema.fields.every(({ type }) => !isVariable(type) && type.kind !== 'dictionary' && type.kind !== 'bool');
  }

  /** Rows so far. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for so many rows. */
  open(rows: number): void {
    this.clear();
    this.#capacity = rows;
    for (const column of this.#columns) {
      const view = viewOf(column.type, this.#memory);
      column.values = heapArray(view.constructor as unknown as ArrayLike<Values>, rows, view.BYTES_PER_ELEMENT);
    }
  }

  /** Adds `length` rows; all blocks before the last have a multiple of 8. */
  append(vectors: readonly ChunkVector[], length: number): void {
    for (let at = 0; at < this.#columns.length; at++) {
      const column = this.#columns[at]!;
      const { values, validity } = vectors[at]!;
      fillFrom(column.values!, this.#length, viewOf(column.type, this.#memory), values, length);
      if (validity !== 0) this.#appendValidity(column, validity, length);
    }
    this.#length += length;
  }

  /** The columns, all of whose rows were added. */
  finish(): Vector[] {
    const vectors = this.#columns.map(
      ({ type, values, validity }) => new Vector(type, this.#length, { values: values!, validity }),
    );
    this.clear();
    return vectors;
  }

  clear(): void {
    this.#capacity = this.#length = 0;
    for (const column of this.#columns) column.values = column.validity = null;
  }

  #appendValidity(column: Filling, validity: number, length: number): void {
    if (columnRoom(this.#memory).countBits(validity, length) === length) return;
    column.validity ??= new Uint8Array((this.#capacity + 7) >> 3).fill(255);
    fillFrom(column.validity, this.#length >> 3, this.#memory.u8, validity, (length + 7) >> 3);
  }
}
