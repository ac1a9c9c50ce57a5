import type { RecordBatch } from 'apache-arrow';
import { OptionError, SchemaError } from '../errors.ts';
import type { DataType, ValueOf } from '../schema/data-type.ts';
import { type Columns, type Schema, schemaOf } from '../schema/schema.ts';
import { shownClass } from '../shown.ts';
import { arrowModule } from './_arrow-module.ts';
import { tableText } from './text-table.ts';
import { recordBatchOf } from './to-arrow.ts';
import type { Vector } from './vector.ts';

/** A row as JavaScript sees it: column name to value or null. */
export type Row<C extends Columns> = { [K in keyof C]: ValueOf<C[K]> | null };

/** `console.log` shows the first and last rows. */
const ShownRows = /* @__PURE__ */ shownClass((batch: Batch) =>
  batch.length === 0 || batch.vectors.length === 0 ? String(batch) : `${batch}\n${tableText(batch)}`,
);

/**
 * Rows of one schema as columns on the JavaScript heap: what callbacks receive and what may be kept for ever.
 */
export class Batch<C extends Columns = Columns> extends ShownRows implements Iterable<Row<C>> {
  readonly schema: Schema<C>;
  readonly length: number;
  readonly vectors: readonly Vector[];
  /** The frame's index for these rows, which may be no column; null for frames without one. */
  readonly index: Vector | null;

  /** @throws SchemaError when a vector's length or the number of vectors does not fit the schema */
  constructor(
    schema: Schema<C> | C,
    vectors: readonly Vector[],
    length = vectors[0]?.length ?? 0,
    index: Vector | null = null,
  ) {
    super();
    this.schema = schemaOf(schema);
    if (vectors.length !== this.schema.length) {
      throw new SchemaError(`Batch: ${vectors.length} vectors for the ${this.schema.length} columns of ${this.schema}`);
    }
    for (let place = 0; place < vectors.length; place++) {
      const vector = vectors[place]!;
      if (vector.length === length) continue;
      const column = this.schema.fields[place]!.name;
      throw new SchemaError(`Batch: column "${column}" has ${vector.length} rows, the batch has ${length}`, { column });
    }
    this.vectors = vectors;
    this.length = length;
    this.index = index;
  }

  /** @throws SchemaError when there is no such column */
  column<K extends keyof C & string>(name: K): Vector<C[K]> {
    this.schema.field(name, 'column');
    return this.vectors[this.schema.indexOf(name)] as unknown as Vector<C[K]>;
  }

  /** The row as an object. @throws OptionError outside [0, length) */
  row(at: number): Row<C> {
    if (!(at >= 0 && at < this.length)) {
      throw new OptionError('at', `row: ${at} is outside this batch of ${this.length} rows`);
    }
    const row: Record<string, ValueOf<DataType> | null> = {};
    for (const [place, { name }] of this.schema.fields.entries()) row[name] = this.vectors[place]!.get(at);
    return row as Row<C>;
  }

  *[Symbol.iterator](): IterableIterator<Row<C>> {
    for (let at = 0; at < this.length; at++) yield this.row(at);
  }

  /** Row objects; for display and small results. */
  toArray(): Row<C>[] {
    return Array.from(this);
  }

  /**
   * An apache-arrow RecordBatch over the same buffers: nothing is copied, so neither may be written to.
   *
   * apache-arrow is loaded at the first call, in Node only; in a browser use `toArrow` of `millrace/arrow`.
   */
  toArrow(): RecordBatch {
    return recordBatchOf(this, arrowModule());
  }

  override toString(): string {
    return `Batch${this.schema} × ${this.length}`;
  }
}
