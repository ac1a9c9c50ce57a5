import { Batch } from '../column/batch.ts';
import { batchOf } from '../column/batch-of.ts';
import { inferType } from '../column/infer.ts';
import { type BatchLike, toBatch } from '../column/to-batch.ts';
import { Vector } from '../column/vector.ts';
import { SchemaError } from '../errors.ts';
import { type DataType, f64 } from '../schema/data-type.ts';
import { type Columns, field, Schema, schemaOf } from '../schema/schema.ts';

/** What tells the columns of a user function's results, if running it on no rows does not. */
export interface ResultOptions {
  /** Names and types of the result's columns. */
  readonly schema?: Columns | Schema;
  /** Rows that look like a result's. */
  readonly example?: BatchLike;
  /** The type of results that are single values. */
  readonly type?: DataType;
}

/** Turns what users' functions give into batches: a `Batch`, columns, row objects, one row, values, or one value. */
export class ResultRows {
  /** Null: they are not known. */
  readonly schema: Schema | null;
  readonly #verb: string;
  readonly #name: string;

  /**
   * @param verb what the user called
   * @param name of the column that holds single values
   */
  constructor(verb: string, name: string, { schema, example, type }: ResultOptions) {
    this.#verb = verb;
    this.#name = name;
    if (schema) this.schema = schemaOf(schema as Schema);
    else if (type) this.schema = new Schema([field(name, type)]);
    else this.schema = example === undefined ? null : toBatch(example).schema;
  }

  /** The result of running the function on no rows. @throws SchemaError when it fails, or shows no columns */
  example(run: () => unknown): Batch {
    let value: unknown;
    try {
      value = run();
    } catch (cause) {
      throw new SchemaError(
        `${this.#verb}: the function fails for a batch without rows, so its columns are not known; let it take one, or give { schema }`,
        { cause },
      );
    }
    const batch = this.#shown(value);
    if (batch.schema.length > 0) return batch;
    throw new SchemaError(
      `${this.#verb}: the function's result for a batch without rows shows no columns; give { schema }`,
    );
  }

  /** @throws SchemaError or DataError when the value does not fit `schema` */
  of(value: unknown, schema: Schema): Batch {
    if (value instanceof Batch && value.schema === schema) return value;
    const rows = isRow(value) ? [value] : isValues(value) ? { [schema.names[0]!]: value } : value;
    if (!isScalar(rows)) return this.#fitting(rows as BatchLike, schema);
    const { name } = schema.fields[0]!;
    return batchOf([{ [name]: rows }], schema);
  }

  #fitting(rows: BatchLike, schema: Schema): Batch {
    try {
      return toBatch(rows, schema);
    } catch (cause) {
      if (!(cause instanceof SchemaError)) throw cause;
      const hint = this.schema ? '' : `; ${schema} is what it gave for no rows, so say its columns: { schema: { … } }`;
      throw new SchemaError(`${this.#verb}: the function's result does not fit; ${cause.message}${hint}`, { cause });
    }
  }

  #shown(value: unknown): Batch {
    if (isScalar(value)) return oneRow({ [this.#name]: value });
    if (isRow(value)) return oneRow(value as Record<string, unknown>);
    if (isValues(value)) return toBatch({ [this.#name]: value as Vector } as BatchLike);
    return toBatch(value as BatchLike);
  }
}

/** A null is taken for a missing number: what an aggregation of nothing mostly is. */
function oneRow(row: Record<string, unknown>): Batch {
  const fields = Object.entries(row).map(([name, value]) =>
    field(name, value === null || value === undefined ? f64() : inferType([value], name)),
  );
  return batchOf([row], new Schema(fields));
}

const isScalar = (value: unknown): boolean =>
  value === null || typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array;

/** An object of single values, and not of columns. */
function isRow(value: unknown): value is Record<string, unknown> {
  if (isScalar(value) || value instanceof Batch || value instanceof Vector || isIterable(value)) return false;
  const cells = Object.values(value as object);
  return cells.length > 0 && cells.every(isScalar);
}

/** Cells of one column: a vector, a typed array, or an array of single values. */
const isValues = (value: unknown): boolean =>
  value instanceof Vector ||
  (ArrayBuffer.isView(value) && !(value instanceof Uint8Array)) ||
  (Array.isArray(value) && value.length > 0 && value.every(isScalar));

const isIterable = (value: unknown): boolean => typeof value === 'object' && value !== null && Symbol.iterator in value;
