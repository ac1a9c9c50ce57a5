import {
  type DataType,
  f32,
  f64,
  i16,
  i32,
  i64,
  isFloat,
  isInteger,
  isUnsigned,
  type NumericType,
  u64,
  widthOf,
} from '../schema/data-type.ts';

const limits = /* @__PURE__ */ Object.freeze({ int8: 7n, int16: 15n, int32: 31n, int64: 63n } as const);

/** Least and greatest value of an integer type. */
export function rangeOf(type: DataType): readonly [bigint, bigint] {
  if (isUnsigned(type)) return [0n, (1n << BigInt(widthOf(type) * 8)) - 1n];
  const bits = limits[type.kind as keyof typeof limits];
  return [-(1n << bits), (1n << bits) - 1n];
}

export function fits(value: bigint, type: DataType): boolean {
  const [low, high] = rangeOf(type);
  return value >= low && value <= high;
}

/** Types whose sums and products are exact in int32: a third of the width to spare. */
const isNarrow = ({ kind }: DataType): boolean => kind === 'int8' || kind === 'int16' || kind === 'uint8';

/**
 * The type in which two columns are added or multiplied.
 *
 * Integers widen, so that results of up to 32 bits are exact: int8, uint8 and int16 give int32, all others int64, which
 * wraps (as numpy's and DuckDB's do not agree on more). Two uint64 stay uint64; uint64 beside a signed column is float64, as
 * in numpy. float32 stays among float32 and integers of 16 bits, else float64.
 */
export function arithmeticType(a: NumericType, b: NumericType): NumericType {
  if (isFloat(a) || isFloat(b)) return floatType(a, b);
  if (a.kind === 'uint64' || b.kind === 'uint64') return isUnsigned(a) && isUnsigned(b) ? u64() : f64();
  return isNarrow(a) && isNarrow(b) ? i32() : i64();
}

/** The smallest type that holds every value of both: for comparisons, `ifElse`, `fillNull`, `least`, `greatest`. */
export function commonType(a: NumericType, b: NumericType): NumericType {
  if (a.kind === b.kind) return a;
  if (isFloat(a) || isFloat(b)) return floatType(a, b);
  if (isUnsigned(a) === isUnsigned(b)) return widthOf(a) > widthOf(b) ? a : b;
  const [signed, unsigned] = isUnsigned(a) ? [b, a] : [a, b];
  if (unsigned.kind === 'uint64') return f64();
  if (widthOf(signed) > widthOf(unsigned)) return signed;
  return widthOf(unsigned) < 4 ? i32() : i64();
}

function floatType(a: NumericType, b: NumericType): NumericType {
  const stays = (type: NumericType): boolean => type.kind === 'float32' || (isInteger(type) && widthOf(type) <= 2);
  return stays(a) && stays(b) ? f32() : f64();
}

/** The type an integer constant counts as beside a column of `type`: the column's own when it fits. */
export function literalTypeBeside(value: bigint, type: NumericType): NumericType {
  return isInteger(type) && fits(value, type) ? type : smallestInteger(value);
}

/** The first of int16, int32, int64, uint64 and float64 that holds `value`. */
export function smallestInteger(value: bigint): NumericType {
  return [i16(), i32(), i64(), u64()].find(type => fits(value, type)) ?? f64();
}
