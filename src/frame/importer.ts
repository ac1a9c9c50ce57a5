import type { Batch } from '../column/batch.ts';
import { type Chunk, type ChunkVector, chunkVector } from '../column/chunk.ts';
import { VIEW } from '../column/export-chunk.ts';
import { copyIn, copyTo, type Dictionaries, importVector } from '../column/import-batch.ts';
import { sliceVector } from '../column/pick-rows.ts';
import { type Values, Vector } from '../column/vector.ts';
import { arrayOf } from '../column/vector-of.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, widthOf } from '../schema/data-type.ts';
import type { Field, Schema } from '../schema/schema.ts';
import type { Landing } from './operators/landing.ts';

/** Bytes of a piece of a large batch: they are still in the L2 cache when they are read. */
const pieceBytes = 256 * 1024;
/** Blocks that are cut from a piece have this many rows; see operators/source.ts. */
const rowStep = 4096;

/** A typed array of a column without nulls, or what needs a closer look. */
type Cells = Values | Vector;

/**
 * Copies the columns that are read of one batch after the other into linear memory, large ones piece by piece. What a batch needs beside
 * its bytes is made once for all batches of a schema: a batch of 100 rows costs about as much to copy as to describe.
 */
export class Importer {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #dictionaries: Dictionaries = new Map();
  #schema: Schema | null = null;
  #names: readonly string[] = [];
  #places: readonly number[] = [];
  #chunkSchema!: Schema;
  #vectors: ChunkVector[] = [];
  #pieceRows = rowStep;
  #landing: Landing | null = null;
  /** By column its number there; -1 when it is not kept. */
  #landed: number[] = [];
  /** The columns of the open batch. */
  readonly #cells: Cells[] = [];
  /** All columns of a schema, and what is given for them; see `openColumns`. */
  #given: readonly Given[] = [];
  #givenSchema: Schema | null = null;
  /** Rows of the open batch. */
  length = 0;

  constructor(memory: Memory, scratch: Scratch) {
    this.#memory = memory;
    this.#scratch = scratch;
  }

  /** How many rows to take at a time. */
  get pieceRows(): number {
    return this.#pieceRows;
  }

  /** Begins with the named columns of `batch`. */
  open(batch: Batch, names: readonly string[]): void {
    this.#prepare(batch.schema, names);
    this.length = batch.length;
    for (let at = 0; at < names.length; at++)
      this.#cells[at] = plainOf(batch.vectors[this.#places[at]!]!, batch.length);
  }

  /**
   * Begins with columns by name, if they are all there, of one length, and typed arrays of their column's own kind or vectors of its type:
   * then no batch has to be made of them. Returns whether they are.
   */
  openColumns(columns: unknown, schema: Schema, names: readonly string[]): boolean {
    if (typeof columns !== 'object' || columns === null) return false;
    const prototype = Object.getPrototypeOf(columns);
    if (prototype !== Object.prototype && prototype !== null) return false;
    if (schema !== this.#givenSchema) {
      this.#given = schema.fields.map(givenOf);
      this.#givenSchema = schema;
    }
    const given = this.#given;
    let length = -1;
    for (let at = 0; at < given.length; at++) {
      const column = given[at]!;
      const cells = (columns as Readonly<Record<string, unknown>>)[column.name] as Cells | null | undefined;
      // a look at the constructor costs less than `instanceof`, which is left for all else
      if (cells?.constructor !== column.make && !isOwn(cells, column.type)) return false;
      if (length >= 0 && cells!.length !== length) return false;
      length = cells!.length;
      column.cells = cells!;
    }
    this.#prepare(schema, names);
    this.length = Math.max(0, length);
    for (let at = 0; at < names.length; at++) {
      const { make, cells } = given[this.#places[at]!]!;
      this.#cells[at] = cells.constructor !== make && cells instanceof Vector ? plainOf(cells, length) : cells;
    }
    return true;
  }

  /**
   * Rows [start, start + rows) of the open batch, in `scratch`; the chunk is good until the next call.
   *
   * @param landing keeps some columns: bytes that can go there do; it must have room
   */
  piece(start: number, rows: number, landing: Landing | null = null): Chunk {
    if (landing !== this.#landing) this.#landAt(landing);
    const vectors = this.#vectors;
    const all = start === 0 && rows === this.length;
    for (let at = 0; at < vectors.length; at++) {
      const cells = this.#cells[at]!;
      if (cells instanceof Vector) {
        const part = all ? cells : sliceVector(cells, start, start + rows);
        vectors[at] = importVector(part, this.#memory, this.#scratch, this.#names[at], this.#dictionaries);
        continue;
      }
      const to = vectors[at]!;
      const part = start === 0 && rows === cells.length ? cells : cells.subarray(start, start + rows);
      const column = this.#landed[at]!;
      const place = column < 0 ? 0 : landing!.tail(column);
      // bytes are copied fast where they lie as far behind a multiple of 8 as they do now; see `copyIn`
      const lands = place !== 0 && ((place ^ part.byteOffset) & 7) === 0;
      if (lands) copyTo(this.#memory, VIEW[to.type.kind], part, place);
      to.values = lands ? place : copyIn(this.#memory, this.#scratch, VIEW[to.type.kind], part);
      to.validity = 0;
    }
    return { memory: this.#memory, schema: this.#chunkSchema, length: rows, vectors };
  }

  /** All named columns of `batch`. */
  import(batch: Batch, names: readonly string[]): Chunk {
    this.open(batch, names);
    return this.piece(0, batch.length);
  }

  dispose(): void {
    for (const dictionary of this.#dictionaries.values()) dictionary.dispose();
    this.#dictionaries.clear();
  }

  #landAt(landing: Landing | null): void {
    this.#landing = landing;
    this.#landed = this.#names.map(name => landing?.columnOf(name) ?? -1);
  }

  #prepare(schema: Schema, names: readonly string[]): void {
    if (schema === this.#schema && names === this.#names) return;
    this.#schema = schema;
    this.#names = names;
    this.#places = names.map(name => schema.indexOf(name));
    this.#landAt(this.#landing);
    this.#chunkSchema = schema.select(names);
    this.#vectors = names.map(name => chunkVector(schema.field(name).type, 0));
    const rowBytes = this.#vectors.reduce((sum, { type }) => sum + (widthOf(type) || 4), 0);
    this.#pieceRows = Math.max(1, Math.floor(pieceBytes / (rowBytes * rowStep))) * rowStep;
  }
}

/** A column of a schema, and what was given for it last. */
interface Given {
  readonly name: string;
  readonly type: DataType;
  /** What makes arrays that are its values; null for types without. */
  readonly make: unknown;
  cells: Cells;
}

const noCells: Cells = /* @__PURE__ */ new Uint8Array(0);

const givenOf = ({ name, type }: Field): Given => ({
  name,
  type,
  make: hasOwn(type) ? arrayOf(type) : null,
  cells: noCells,
});

/** Whether the values of a column of this type are all of it, but for nulls. */
const hasOwn = (type: DataType): boolean => widthOf(type) > 0 && type.kind !== 'dictionary';

/** Whether a column of this type can be made of `cells` without looking at them one by one. */
function isOwn(cells: unknown, type: DataType): cells is Cells {
  if (cells instanceof Vector) return cells.type.kind === type.kind;
  return hasOwn(type) && cells instanceof arrayOf(type);
}

/** The values alone, where they say all. */
function plainOf(vector: Vector, length: number): Cells {
  const { type, values, validity, dictionary } = vector;
  if (widthOf(type) === 0 || validity !== null || dictionary !== null) return vector;
  return values.length === length ? values : values.subarray(0, length);
}
