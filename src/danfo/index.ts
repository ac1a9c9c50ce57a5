/**
 * `millrace/danfo`: danfojs frames in and out. danfojs-node is an optional peer, loaded at the first `toDanfo`.
 */
import type { DataFrame } from 'danfojs-node';
import type { Batch } from '../column/batch.ts';
import { batchOf } from '../column/batch-of.ts';
import type { Vector } from '../column/vector.ts';
import { DataError, OptionError, SchemaError } from '../errors.ts';
import { bool, type DataType, f64, i32, type Timestamp, utf8 } from '../schema/data-type.ts';
import { type Columns, field, Schema, schemaOf } from '../schema/schema.ts';

/** What is used of danfojs: its frame class. */
export interface DanfoLibrary {
  readonly DataFrame: new (data: object, options: object) => DataFrame;
}

export interface ToDanfoOptions {
  /**
   * What becomes of int64 and uint64, which danfo lacks: `'number'` (default) where every value is exact as a number (below
   * 2^53), else an error; `'string'`: their decimal digits.
   */
  readonly int64?: 'number' | 'string';
  /** The danfojs module to use; default danfojs-node, which only Node can load. */
  readonly danfo?: DanfoLibrary;
}

/** danfo's own names of types. */
type Dtype = 'float32' | 'int32' | 'string' | 'boolean';

/**
 * A danfojs DataFrame with the rows of `batch`.
 *
 * Numbers stay JavaScript numbers (danfo calls them float32 but keeps all their bits, until it makes a tensor of them); text stays text; dates and
 * timestamps become ISO 8601 text, which danfo's `toDateTime` reads; null stays null.
 *
 * @throws DataError for an int64 that no number holds exactly, naming column and record
 * @throws SchemaError for binary columns
 * @throws OptionError when danfojs-node is not installed
 */
export function toDanfo(batch: Batch<any>, { int64 = 'number', danfo = danfoNode() }: ToDanfoOptions = {}): DataFrame {
  const { fields } = batch.schema;
  const cells = batch.vectors.map((vector, i) => cellsOf(vector, fields[i]!.name, int64));
  const dtypes = fields.map(({ type }) => dtypeOf(type, int64));
  const columns = fields.map(({ name }) => name);
  // danfo can't make columns of no rows
  if (batch.length === 0) return new danfo.DataFrame([], { columns, dtypes });
  return new danfo.DataFrame(Object.fromEntries(columns.map((name, i) => [name, cells[i]])), { columns, dtypes });
}

/**
 * The rows of a danfojs DataFrame (its index is left out).
 *
 * Without a schema: int32 columns are i32 (f64 when a value is too large), other numbers f64, text utf8, booleans bool. A schema
 * gives other types: times from ISO text, int64 from digits' numbers, …
 *
 * @throws DataError for a value that its column can't hold, naming column and record
 */
export function fromDanfo<C extends Columns = Columns>(frame: DataFrame, schema?: Schema<C> | C): Batch<C> {
  const names = frame.columns as string[];
  const columns = Object.fromEntries(names.map((name, i) => [name, columnOf(frame, i)]));
  const wanted = schema ? schemaOf(schema) : guessed(frame, columns);
  for (const { name, type } of wanted.fields) {
    if ((type.kind === 'int64' || type.kind === 'uint64') && columns[name]) columns[name] = columns[name].map(digits);
  }
  return batchOf<C>(columns, wanted as Schema<C>);
}

/** One column as an array, missing values null. */
function columnOf(frame: DataFrame, place: number): unknown[] {
  return frame.shape[0] === 0 ? [] : (frame.values as unknown[][]).map(row => row[place] ?? null);
}

function guessed(frame: DataFrame, columns: Record<string, unknown[]>): Schema {
  const dtypes = frame.dtypes as string[];
  return new Schema(Object.entries(columns).map(([name, cells], i) => field(name, guess(dtypes[i]!, cells))));
}

function guess(dtype: string, cells: readonly unknown[]): DataType {
  if (dtype === 'boolean') return bool();
  if (dtype === 'float32') return f64();
  if (dtype === 'int32')
    return cells.every(cell => cell === null || Number(cell) === (Number(cell) | 0)) ? i32() : f64();
  return utf8();
}

const digits = (cell: unknown): unknown => (typeof cell === 'string' && /^-?\d+$/.test(cell) ? BigInt(cell) : cell);

function dtypeOf(type: DataType, int64: 'number' | 'string'): Dtype {
  switch (type.kind) {
    case 'bool':
      return 'boolean';
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
      return 'int32';
    case 'uint32':
    case 'float32':
    case 'float64':
      return 'float32';
    case 'int64':
    case 'uint64':
      return int64 === 'string' ? 'string' : 'float32';
    default:
      return 'string';
  }
}

function cellsOf(vector: Vector, column: string, int64: 'number' | 'string'): unknown[] {
  const { type } = vector;
  switch (type.kind) {
    case 'binary':
      throw new SchemaError(`toDanfo: column "${column}" is binary, which danfo lacks; select other columns`, {
        column,
      });
    case 'int64':
    case 'uint64':
      return vector.toArray().map((cell, row) => (cell === null ? null : numberOf(cell as bigint, column, row, int64)));
    case 'date32':
      return vector.toArray().map(cell => (cell as Date | null)?.toISOString().slice(0, 10) ?? null);
    case 'timestamp':
      return Array.from({ length: vector.length }, (_, row) =>
        vector.isValid(row) ? isoOf(vector.values[row] as bigint, type) : null,
      );
    default:
      return vector.toArray();
  }
}

function numberOf(big: bigint, column: string, row: number, int64: 'number' | 'string'): number | string {
  if (int64 === 'string') return String(big);
  const number = Number(big);
  if (Number.isSafeInteger(number)) return number;
  throw new DataError(`toDanfo: ${big} is beyond the exact numbers of danfo (2^53); use { int64: 'string' }`, {
    column,
    record: row + 1,
  });
}

const DIGITS = /* @__PURE__ */ Object.freeze({ s: 0, ms: 3, us: 6, ns: 9 });

/** `2001-02-03T04:05:06.789012Z`, with as many digits as the unit has. */
function isoOf(ticks: bigint, { unit }: Timestamp): string {
  const perSecond = 10n ** BigInt(DIGITS[unit]);
  const fraction = ((ticks % perSecond) + perSecond) % perSecond;
  const seconds = new Date(Number((ticks - fraction) / perSecond) * 1000).toISOString().slice(0, -5);
  return unit === 's' ? `${seconds}Z` : `${seconds}.${String(fraction).padStart(DIGITS[unit], '0')}Z`;
}

function danfoNode(): DanfoLibrary {
  const createRequire = globalThis.process?.getBuiltinModule?.('module')?.createRequire;
  if (!createRequire) throw new OptionError('danfo', 'toDanfo: in a page, give the module: { danfo }');
  try {
    return createRequire(import.meta.url)('danfojs-node') as DanfoLibrary;
  } catch (cause) {
    throw new OptionError('danfo', 'toDanfo: danfojs-node is not installed; npm install danfojs-node', { cause });
  }
}
