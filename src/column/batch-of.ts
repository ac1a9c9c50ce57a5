import { nearest, OptionError, SchemaError } from '../errors.ts';
import { type DataType, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64 } from '../schema/data-type.ts';
import { type Columns, field, Schema, schemaOf } from '../schema/schema.ts';
import { Batch } from './batch.ts';
import { inferType } from './infer.ts';
import { Vector } from './vector.ts';
import { vectorOf } from './vector-of.ts';

/** Cells of one column: any array, typed array or vector. */
export type ColumnValues = ArrayLike<unknown> | Vector<any>;

/**
 * A batch from row objects, or from columns by name.
 *
 * Types come from `schema`, or else from the values: a typed array gives its own type, other values as `inferType` says. With a schema
 * its columns are taken, in its order; a key that a row lacks is null, keys and columns beyond the schema are left out. Vectors, and typed arrays of their column's own
 * kind, are taken without a copy.
 *
 * @throws SchemaError when types can't be told, a column is missing, or columns differ in length
 * @throws DataError naming column and record of a value that its type can't hold exactly
 */
export function batchOf<C extends Columns = Columns>(
  data: Iterable<object> | Readonly<Record<string, ColumnValues>>,
  schema?: Schema<C> | C,
): Batch<C> {
  if (typeof data !== 'object' || data === null) {
    throw new OptionError('data', 'batchOf: give row objects, or columns by name');
  }
  const wanted = schema && schemaOf(schema);
  return isIterable(data) ? batchOfRows([...data], wanted) : batchOfColumns(data, wanted);
}

const isIterable = (data: object): data is Iterable<object> => Symbol.iterator in data;

function batchOfRows<C extends Columns>(rows: readonly object[], schema?: Schema<C>): Batch<C> {
  for (const [at, row] of rows.entries()) {
    if (typeof row === 'object' && row !== null) continue;
    throw new SchemaError(`batchOf: row ${at} is ${row === null ? 'null' : typeof row}; give objects`);
  }
  const names = schema ? schema.names : [...new Set(rows.flatMap(row => Object.keys(row)))];
  const columns = Object.fromEntries(
    names.map(name => [name, rows.map(row => (row as Record<string, unknown>)[name])]),
  );
  return batchOfColumns(columns, schema, rows.length);
}

function batchOfColumns<C extends Columns>(
  columns: Readonly<Record<string, ColumnValues>>,
  schema?: Schema<C>,
  length = Math.max(0, ...Object.values(columns).map(values => values?.length ?? 0)),
): Batch<C> {
  const fields =
    schema?.fields ??
    Object.entries(columns).map(([name, values]) => field(name, typeOfColumn(listOf(values, name), name)));
  const vectors = fields.map(({ name, type }) => {
    const values = columns[name];
    if (values === undefined) {
      const near = nearest(name, Object.keys(columns));
      throw new SchemaError(`batchOf: column "${name}" is missing${near ? `; is it "${near}"?` : ''}`, {
        column: name,
      });
    }
    return columnVector(type, listOf(values, name), name);
  });
  return new Batch<C>(schema ?? (new Schema(fields) as Schema<C>), vectors, length);
}

/** @throws SchemaError for a single cell: columns are lists */
function listOf(values: ColumnValues, name: string): ColumnValues {
  if (typeof values === 'object' && values !== null && 'length' in values) return values;
  throw new SchemaError(
    `batchOf: column "${name}" is ${values === null ? 'null' : typeof values}, no list of cells; give columns as arrays, or rows in an array: [{ ${name}: … }]`,
    { column: name },
  );
}

function columnVector(type: DataType, values: ColumnValues, name: string): Vector {
  if (!(values instanceof Vector)) return vectorOf(type, values, name);
  return values.type.kind === type.kind ? values : vectorOf(type, values.toArray(), name);
}

function typeOfColumn(values: ColumnValues, name: string): DataType {
  if (values instanceof Vector) return values.type;
  if (ArrayBuffer.isView(values)) {
    const type = typeOfArray(values);
    if (type) return type;
  }
  return inferType(Array.from(values), name);
}

function typeOfArray(values: ArrayBufferView): DataType | undefined {
  if (values instanceof Float64Array) return f64();
  if (values instanceof Float32Array) return f32();
  if (values instanceof Int32Array) return i32();
  if (values instanceof BigInt64Array) return i64();
  if (values instanceof Uint8Array || values instanceof Uint8ClampedArray) return u8();
  if (values instanceof Int8Array) return i8();
  if (values instanceof Int16Array) return i16();
  if (values instanceof Uint16Array) return u16();
  if (values instanceof Uint32Array) return u32();
  if (values instanceof BigUint64Array) return u64();
  return undefined;
}
