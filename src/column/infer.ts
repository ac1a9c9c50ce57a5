import { SchemaError } from '../errors.ts';
import { binary, bool, type DataType, f64, i64, timestamp, typeText, u64, utf8 } from '../schema/data-type.ts';

const maxInt64 = 2n ** 63n - 1n;

/**
 * The type of a column of JavaScript values; nulls say nothing.
 *
 * number → float64 (what a JavaScript number is, so that 1 in one batch and 1.5 in the next fit one column), bigint → int64
 * (uint64 when a value needs it), boolean → bool, string → utf8, Date → timestamp[ms], Uint8Array → binary, nothing but nulls → utf8.
 *
 * @throws SchemaError when the values are of two kinds, or of one that no column holds
 */
export function inferType(values: Iterable<unknown>, column: string): DataType {
  let found: DataType | undefined;
  let row = -1;
  for (const value of values) {
    row++;
    if (value === null || value === undefined) continue;
    const type = typeOfValue(value);
    if (type === undefined) {
      throw new SchemaError(
        `batchOf: row ${row} of column "${column}" is ${shown(value)}, which no column type holds; map it first`,
        { column },
      );
    }
    if (found === undefined || (found.kind === 'int64' && type.kind === 'uint64')) found = type;
    else if (found.kind !== type.kind && !(found.kind === 'uint64' && type.kind === 'int64')) {
      throw new SchemaError(
        `batchOf: column "${column}" holds ${typeText(found)} and, in row ${row}, ${typeText(type)}; give a schema or make them one`,
        { column, expected: typeText(found) },
      );
    }
  }
  return found ?? utf8();
}

function typeOfValue(value: unknown): DataType | undefined {
  switch (typeof value) {
    case 'number':
      return f64();
    case 'bigint':
      return value > maxInt64 ? u64() : i64();
    case 'boolean':
      return bool();
    case 'string':
      return utf8();
    case 'object':
      if (value instanceof Date) return timestamp('ms');
      if (value instanceof Uint8Array) return binary();
  }
  return undefined;
}

/** A value as error texts show it, short. */
export function shown(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return value.length > 40 ? `"${value.slice(0, 37)}…"` : JSON.stringify(value);
  if (value instanceof Date) return `Date ${Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString()}`;
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'no prototype'})`;
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  return Object.is(value, -0) ? '-0' : String(value);
}
