/**
 * Column types: Arrow's, as plain immutable objects that the compiler can tell apart by `kind`.
 *
 * A type's JavaScript value is `ValueOf<T>`: number for integers up to 32 bits and floats, bigint for 64-bit
 * integers (exact, never rounded), string for text, Uint8Array for binary, Date for date32 and for timestamps in
 * seconds or milliseconds, bigint (in the type's unit) for timestamps in micro- and nanoseconds, which a Date would round.
 */

import { SchemaError } from '../errors.ts';

export interface Bool {
  readonly kind: 'bool';
}
export interface Int8 {
  readonly kind: 'int8';
}
export interface Int16 {
  readonly kind: 'int16';
}
export interface Int32 {
  readonly kind: 'int32';
}
export interface Int64 {
  readonly kind: 'int64';
}
export interface Uint8 {
  readonly kind: 'uint8';
}
export interface Uint16 {
  readonly kind: 'uint16';
}
export interface Uint32 {
  readonly kind: 'uint32';
}
export interface Uint64 {
  readonly kind: 'uint64';
}
export interface Float32 {
  readonly kind: 'float32';
}
export interface Float64 {
  readonly kind: 'float64';
}
/** Variable-length UTF-8 text, int32 offsets. */
export interface Utf8 {
  readonly kind: 'utf8';
}
/** Variable-length bytes, int32 offsets. */
export interface Binary {
  readonly kind: 'binary';
}
/** Text as int32 codes into a dictionary of distinct utf8 values. */
export interface DictionaryUtf8 {
  readonly kind: 'dictionary';
}
/** Days since 1970-01-01, int32. */
export interface Date32 {
  readonly kind: 'date32';
}
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';
/** Instants since 1970-01-01T00:00Z, int64 in `unit`; `timezone` only tells how to show them. */
export interface Timestamp<U extends TimeUnit = TimeUnit> {
  readonly kind: 'timestamp';
  readonly unit: U;
  readonly timezone: string | null;
}

export type IntegerType = Int8 | Int16 | Int32 | Int64 | Uint8 | Uint16 | Uint32 | Uint64;
export type FloatType = Float32 | Float64;
export type NumericType = IntegerType | FloatType;
export type TextType = Utf8 | DictionaryUtf8;
export type TemporalType = Date32 | Timestamp;
export type DataType = Bool | NumericType | TextType | Binary | TemporalType;
export type Kind = DataType['kind'];

/** The JavaScript value of a cell that is present. */
export type ValueOf<T extends DataType> = T extends Bool
  ? boolean
  : T extends Int64 | Uint64
    ? bigint
    : T extends NumericType
      ? number
      : T extends TextType
        ? string
        : T extends Binary
          ? Uint8Array
          : T extends Date32 | Timestamp<'s'> | Timestamp<'ms'>
            ? Date
            : T extends Timestamp<'us'> | Timestamp<'ns'>
              ? bigint
              : Date | bigint;

const plain = <K extends Kind>(kind: K): { readonly kind: K } => /* @__PURE__ */ Object.freeze({ kind });

const BOOL = /* @__PURE__ */ plain('bool');
const INT8 = /* @__PURE__ */ plain('int8');
const INT16 = /* @__PURE__ */ plain('int16');
const INT32 = /* @__PURE__ */ plain('int32');
const INT64 = /* @__PURE__ */ plain('int64');
const UINT8 = /* @__PURE__ */ plain('uint8');
const UINT16 = /* @__PURE__ */ plain('uint16');
const UINT32 = /* @__PURE__ */ plain('uint32');
const UINT64 = /* @__PURE__ */ plain('uint64');
const FLOAT32 = /* @__PURE__ */ plain('float32');
const FLOAT64 = /* @__PURE__ */ plain('float64');
const UTF8 = /* @__PURE__ */ plain('utf8');
const BINARY = /* @__PURE__ */ plain('binary');
const DICTIONARY = /* @__PURE__ */ plain('dictionary');
const DATE32 = /* @__PURE__ */ plain('date32');

/** Booleans, one bit each. */
export const bool = (): Bool => BOOL;
export const i8 = (): Int8 => INT8;
export const i16 = (): Int16 => INT16;
export const i32 = (): Int32 => INT32;
/** 64-bit integers; bigint to JavaScript. */
export const i64 = (): Int64 => INT64;
export const u8 = (): Uint8 => UINT8;
export const u16 = (): Uint16 => UINT16;
export const u32 = (): Uint32 => UINT32;
/** Unsigned 64-bit integers; bigint to JavaScript. */
export const u64 = (): Uint64 => UINT64;
export const f32 = (): Float32 => FLOAT32;
export const f64 = (): Float64 => FLOAT64;
/** UTF-8 text. */
export const utf8 = (): Utf8 => UTF8;
/** Bytes of any length. */
export const binary = (): Binary => BINARY;
/** UTF-8 text, dictionary-encoded with int32 codes: for columns with few distinct values. */
export const dictionary = (): DictionaryUtf8 => DICTIONARY;
/** Calendar days. */
export const date32 = (): Date32 => DATE32;
/** Instants in `unit` since the epoch; `timezone` (an IANA name) is for display and calendar windows only. */
/** @throws SchemaError for a unit that there is not */
export function timestamp<U extends TimeUnit>(unit: U, timezone: string | null = null): Timestamp<U> {
  if (!['s', 'ms', 'us', 'ns'].includes(unit)) {
    throw new SchemaError(
      `timestamp: ${unit === undefined ? 'no unit is given' : `"${unit}" is no unit`}; give s, ms, us or ns`,
    );
  }
  return Object.freeze({ kind: 'timestamp', unit, timezone });
}

const WIDTH: Readonly<Record<Kind, number>> = /* @__PURE__ */ Object.freeze({
  bool: 0,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  float32: 4,
  float64: 8,
  utf8: 0,
  binary: 0,
  dictionary: 4,
  date32: 4,
  timestamp: 8,
});

/** Bytes of one value in the values buffer; 0 for bits (bool) and for types of variable length (utf8, binary). */
/** Whether this is a column type, and not its name or the function that makes it. */
export const isDataType = (type: unknown): type is DataType =>
  typeof type === 'object' && type !== null && Object.hasOwn(WIDTH, String((type as Partial<DataType>).kind));

export const widthOf = (type: DataType): number => WIDTH[type.kind];

export const isVariable = (type: DataType): type is Utf8 | Binary => type.kind === 'utf8' || type.kind === 'binary';
export const isText = (type: DataType): type is TextType => type.kind === 'utf8' || type.kind === 'dictionary';
export const isFloat = (type: DataType): type is FloatType => type.kind === 'float64' || type.kind === 'float32';
export const isTemporal = (type: DataType): type is TemporalType => type.kind === 'timestamp' || type.kind === 'date32';
export const isUnsigned = (type: DataType): boolean => type.kind.startsWith('uint');
export const isInteger = (type: DataType): type is IntegerType => /^u?int\d/.test(type.kind);
export const isNumeric = (type: DataType): type is NumericType => isInteger(type) || isFloat(type);

export function sameType(a: DataType, b: DataType): boolean {
  if (a.kind !== b.kind) return false;
  return a.kind !== 'timestamp' || (a.unit === (b as Timestamp).unit && a.timezone === (b as Timestamp).timezone);
}

const SHORT: Readonly<Partial<Record<Kind, string>>> = /* @__PURE__ */ Object.freeze({
  int8: 'i8',
  int16: 'i16',
  int32: 'i32',
  int64: 'i64',
  uint8: 'u8',
  uint16: 'u16',
  uint32: 'u32',
  uint64: 'u64',
  float32: 'f32',
  float64: 'f64',
});

/** The type as its maker is written in texts and schemas: `f64`, `utf8`, `timestamp[ms]`, `timestamp[us, Europe/Oslo]`. */
export function typeText(type: DataType): string {
  if (type.kind === 'timestamp') return `timestamp[${type.unit}${type.timezone ? `, ${type.timezone}` : ''}]`;
  return SHORT[type.kind] ?? type.kind;
}

/** Ticks of each unit in a second. */
export const TICKS_PER_SECOND: Readonly<Record<TimeUnit, number>> = /* @__PURE__ */ Object.freeze({
  s: 1,
  ms: 1e3,
  us: 1e6,
  ns: 1e9,
});
