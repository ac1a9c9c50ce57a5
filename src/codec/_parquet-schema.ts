import type { FileMetaData, SchemaElement } from 'hyparquet';
import { nearest, SchemaError } from '../errors.ts';
import {
  binary,
  bool,
  type DataType,
  date32,
  dictionary,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  timestamp,
  typeText,
  u8,
  u16,
  u32,
  u64,
  utf8,
} from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';

/** A leaf column of a Parquet file that a frame can hold. */
export interface ParquetColumn {
  readonly name: string;
  /** Its place among the column chunks of a row group. */
  readonly leaf: number;
  readonly type: DataType;
  readonly element: SchemaElement;
  readonly nullable: boolean;
  /** Decimals: what the integer is divided by; 0 for other types. */
  readonly divisor: number;
}

/** Text columns whose codes and dictionary take less than this per value are read as `dictionary`. */
const dictionaryBytes = 3;

/**
 * The columns that are wanted (null: all).
 *
 * Text is `dictionary` when the writer encoded it so in all row groups and few distinct values paid off (under 3 bytes a value, before compression),
 * else `utf8`; `declared` chooses for itself. Decimals are float64, INT96 timestamp[ns], times of day integers.
 *
 * @throws SchemaError for nested columns and types without counterpart, when they are wanted
 */
export function parquetColumns(
  metadata: FileMetaData,
  wanted: readonly string[] | null,
  declared: Schema | null,
): { schema: Schema; columns: ParquetColumn[] } {
  const leaves = leavesOf(metadata.schema);
  const names = wanted ?? declared?.names ?? null;
  for (const name of names ?? []) {
    if (leaves.some(leaf => leaf.name === name)) continue;
    const near = nearest(
      name,
      leaves.map(leaf => leaf.name),
    );
    throw new SchemaError(`parquet: no column "${name}" in the file${near ? `; did you mean "${near}"?` : ''}`, {
      column: name,
    });
  }
  const columns: ParquetColumn[] = [];
  for (const { name, leaf, element } of leaves) {
    if (names && !names.includes(name)) continue;
    if (!element) {
      throw new SchemaError(`parquet: column "${name}" is nested; choose other columns`, { column: name });
    }
    const found = typeOf(element, name);
    const natural = found.kind === 'utf8' && isDictionary(metadata, leaf) ? dictionary() : found;
    const type = chosen(natural, declared?.has(name) ? declared.field(name).type : undefined, name);
    const divisor = isDecimal(element) ? 10 ** (element.scale ?? 0) : 0;
    columns.push({ name, leaf, type, element, nullable: element.repetition_type !== 'REQUIRED', divisor });
  }
  return { schema: new Schema(columns.map(({ name, type, nullable }) => field(name, type, nullable))), columns };
}

/** The top-level columns, with the number of their first leaf; nested ones have no element. */
function leavesOf(schema: readonly SchemaElement[]): { name: string; leaf: number; element: SchemaElement | null }[] {
  const out: { name: string; leaf: number; element: SchemaElement | null }[] = [];
  let at = 1;
  let leaf = 0;
  const skip = (): void => {
    const children = schema[at++]?.num_children ?? 0;
    if (children === 0) leaf++;
    for (let i = 0; i < children; i++) skip();
  };
  while (at < schema.length) {
    const element = schema[at]!;
    const flat = !element.num_children && element.repetition_type !== 'REPEATED';
    out.push({ name: element.name, leaf, element: flat ? element : null });
    skip();
  }
  return out;
}

function isDictionary({ row_groups }: FileMetaData, leaf: number): boolean {
  return (
    row_groups.length > 0 &&
    row_groups.every(({ columns }) => {
      const meta = columns[leaf]?.meta_data;
      if (!meta) return false;
      const encoded = meta.encodings.some(name => name === 'RLE_DICTIONARY' || name === 'PLAIN_DICTIONARY');
      return encoded && Number(meta.total_uncompressed_size) < dictionaryBytes * Number(meta.num_values) + 1024;
    })
  );
}

const isText = (type: DataType): boolean => type.kind === 'utf8' || type.kind === 'dictionary';

function chosen(natural: DataType, wish: DataType | undefined, column: string): DataType {
  if (!wish || wish.kind === natural.kind) return natural;
  if (isText(wish) && (isText(natural) || natural.kind === 'binary')) return wish;
  throw new SchemaError(`parquet: column "${column}" is ${typeText(natural)} in the file, not ${typeText(wish)}`, {
    column,
    expected: typeText(wish),
  });
}

const isDecimal = ({ converted_type, logical_type }: SchemaElement): boolean =>
  converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';

const UNITS = /* @__PURE__ */ Object.freeze({ MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const);

function typeOf(element: SchemaElement, column: string): DataType {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (isDecimal(element)) return f64();
  switch (type) {
    case 'BOOLEAN':
      return bool();
    case 'INT32':
      if (converted === 'DATE' || logical?.type === 'DATE') return date32();
      return integer(element) ?? i32();
    case 'INT64':
      if (logical?.type === 'TIMESTAMP') return timestamp(UNITS[logical.unit], logical.isAdjustedToUTC ? 'UTC' : null);
      if (converted === 'TIMESTAMP_MILLIS') return timestamp('ms', 'UTC');
      if (converted === 'TIMESTAMP_MICROS') return timestamp('us', 'UTC');
      return integer(element) ?? i64();
    case 'INT96':
      return timestamp('ns');
    case 'FLOAT':
      return f32();
    case 'DOUBLE':
      return f64();
    case 'BYTE_ARRAY':
      return converted === 'UTF8' ||
        converted === 'ENUM' ||
        converted === 'JSON' ||
        /^(STRING|ENUM|JSON)$/.test(logical?.type ?? '')
        ? utf8()
        : binary();
    case 'FIXED_LEN_BYTE_ARRAY':
      if (logical?.type !== 'FLOAT16') return binary();
  }
  throw new SchemaError(`parquet: column "${column}" is ${logical?.type ?? type}, which has no counterpart`, {
    column,
  });
}

function integer({ converted_type: converted, logical_type: logical }: SchemaElement): DataType | undefined {
  const name = logical?.type === 'INTEGER' ? `${logical.isSigned ? 'INT' : 'UINT'}_${logical.bitWidth}` : converted;
  switch (name) {
    case 'INT_8':
      return i8();
    case 'INT_16':
      return i16();
    case 'UINT_8':
      return u8();
    case 'UINT_16':
      return u16();
    case 'UINT_32':
      return u32();
    case 'UINT_64':
      return u64();
    default:
      return undefined;
  }
}
