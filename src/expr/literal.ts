import {
  bool,
  type DataType,
  f64,
  i32,
  i64,
  isFloat,
  isInteger,
  isTemporal,
  type TemporalType,
  timestamp,
  u64,
  utf8,
  widthOf,
} from '../schema/data-type.ts';
import { type Core, coreLiteral } from './core.ts';
import type { Constant, Literal } from './expression.ts';
import { fits } from './promote.ts';
import { nanosecondsOf, ticksOf } from './time-text.ts';

/** A constant that stands alone: int32 when it fits, else int64; undefined for null, which has no type. */
export function naturalLiteral({ value, float }: Literal): Core | undefined {
  if (value === null) return undefined;
  if (typeof value === 'boolean') return coreLiteral(bool(), value);
  if (typeof value === 'string') return coreLiteral(utf8(), value);
  if (value instanceof Date) return coreLiteral(timestamp('ms'), BigInt(value.getTime()));
  if (typeof value === 'number' && (float || !Number.isSafeInteger(value) || Object.is(value, -0)))
    return coreLiteral(f64(), value);
  const whole = BigInt(value);
  const type = fits(whole, i32()) ? i32() : fits(whole, i64()) ? i64() : fits(whole, u64()) ? u64() : f64();
  return literalAs(whole, type);
}

/** The constant as `type` stores it, undefined when the type can't hold it. Floats take the nearest value. */
export function literalAs(value: Constant, type: DataType): Core | undefined {
  if (value === null) return coreLiteral(type, null);
  if (type.kind === 'bool') return typeof value === 'boolean' ? coreLiteral(type, value) : undefined;
  if (typeof value === 'string')
    return type.kind === 'utf8' || type.kind === 'dictionary' ? coreLiteral(type, value) : undefined;
  if (value instanceof Date || isTemporal(type)) return undefined;
  if (isFloat(type)) {
    return coreLiteral(type, type.kind === 'float32' ? Math.fround(Number(value)) : Number(value));
  }
  if (!isInteger(type) || (typeof value === 'number' && !Number.isInteger(value))) return undefined;
  const whole = BigInt(value);
  if (!fits(whole, type)) return undefined;
  return coreLiteral(type, widthOf(type) === 8 ? whole : Number(whole));
}

/** Ticks of a date or time constant: ISO text, `Date`, or an integer already in the type's unit. */
export function temporalLiteral(value: Constant, type: TemporalType): { value: bigint; exact: boolean } | undefined {
  const unit = type.kind === 'date32' ? 'day' : type.unit;
  if (typeof value === 'bigint') return { value, exact: true };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { value: BigInt(value), exact: true } : undefined;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? undefined : ticksOf(BigInt(value.getTime()) * 1_000_000n, unit);
  }
  const nanoseconds = typeof value === 'string' ? nanosecondsOf(value) : undefined;
  return nanoseconds === undefined ? undefined : ticksOf(nanoseconds, unit);
}
