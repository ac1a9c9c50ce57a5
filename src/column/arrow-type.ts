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
  type Kind,
  type TimeUnit,
  timestamp,
  u8,
  u16,
  u32,
  u64,
  utf8,
} from '../schema/data-type.ts';

/** Arrow's type numbers: `Type` in Schema.fbs, the same in apache-arrow. */
export const ArrowId = /* @__PURE__ */ Object.freeze({
  Null: 1,
  Int: 2,
  Float: 3,
  Binary: 4,
  Utf8: 5,
  Bool: 6,
  Decimal: 7,
  Date: 8,
  Time: 9,
  Timestamp: 10,
  Interval: 11,
  List: 12,
  Struct: 13,
  Union: 14,
  FixedSizeBinary: 15,
  FixedSizeList: 16,
  Map: 17,
  Duration: 18,
  LargeBinary: 19,
  LargeUtf8: 20,
  LargeList: 21,
  RunEndEncoded: 22,
  BinaryView: 23,
  Utf8View: 24,
} as const);

/** An Arrow type as Schema.fbs tells it; parts that a type lacks are undefined. */
export interface ArrowType {
  readonly id: number;
  /** Int: 8 to 64; Time: 32, 64; Decimal: 32 to 256. */
  readonly bits?: number;
  readonly signed?: boolean;
  /** Float: 0 half, 1 single, 2 double. */
  readonly precision?: number;
  /** Timestamp, Time, Duration: 0 s, 1 ms, 2 us, 3 ns; Date: 0 day, 1 ms. */
  readonly unit?: number;
  readonly timezone?: string | null;
  /** Decimal: digits after the point. */
  readonly scale?: number;
  /** FixedSizeBinary. */
  readonly byteWidth?: number;
  /** The codes of a dictionary-encoded field; the other parts then tell of its values. */
  readonly index?: { readonly bits: number; readonly signed: boolean };
}

export const UNITS: readonly TimeUnit[] = /* @__PURE__ */ Object.freeze(['s', 'ms', 'us', 'ns'] as const);

const INTS: Readonly<Record<number, readonly [() => DataType, () => DataType]>> = /* @__PURE__ */ Object.freeze({
  8: [u8, i8] as const,
  16: [u16, i16] as const,
  32: [u32, i32] as const,
  64: [u64, i64] as const,
});

/**
 * The column type that holds values of an Arrow type, or null when none does.
 *
 * Most are the same. date64 becomes timestamp[ms]; decimals and half floats float64 and float32 (a decimal of more than 15 digits is
 * rounded); times of day and durations the integers that they are; null columns utf8; large and view texts utf8; a dictionary of
 * anything but text the values themselves.
 */
export function typeFromArrow(arrow: ArrowType): DataType | null {
  const value = valueType(arrow);
  return arrow.index && value?.kind === 'utf8' ? dictionary() : value;
}

function valueType(arrow: ArrowType): DataType | null {
  switch (arrow.id) {
    case ArrowId.Null:
    case ArrowId.Utf8:
    case ArrowId.LargeUtf8:
    case ArrowId.Utf8View:
      return utf8();
    case ArrowId.Binary:
    case ArrowId.LargeBinary:
    case ArrowId.BinaryView:
    case ArrowId.FixedSizeBinary:
      return binary();
    case ArrowId.Int:
      return INTS[arrow.bits!]?.[arrow.signed ? 1 : 0]() ?? null;
    case ArrowId.Float:
      return arrow.precision === 2 ? f64() : f32();
    case ArrowId.Bool:
      return bool();
    case ArrowId.Decimal:
      return f64();
    case ArrowId.Date:
      return arrow.unit === 0 ? date32() : timestamp('ms');
    case ArrowId.Time:
      return arrow.bits === 32 ? i32() : i64();
    case ArrowId.Duration:
      return i64();
    case ArrowId.Timestamp:
      return timestamp(UNITS[arrow.unit!]!, arrow.timezone || null);
    default:
      return null;
  }
}

/** The Arrow type of a column type; a dictionary's codes are int32. */
export function arrowFromType(type: DataType): ArrowType {
  const int = /^(u?)int(\d+)$/.exec(type.kind);
  if (int) return { id: ArrowId.Int, bits: Number(int[2]), signed: int[1] === '' };
  if (type.kind === 'timestamp') {
    return { id: ArrowId.Timestamp, unit: UNITS.indexOf(type.unit), timezone: type.timezone };
  }
  return PLAIN[type.kind]!;
}

const PLAIN: Readonly<Partial<Record<Kind, ArrowType>>> = /* @__PURE__ */ Object.freeze({
  bool: { id: ArrowId.Bool },
  float32: { id: ArrowId.Float, precision: 1 },
  float64: { id: ArrowId.Float, precision: 2 },
  utf8: { id: ArrowId.Utf8 },
  binary: { id: ArrowId.Binary },
  dictionary: { id: ArrowId.Utf8, index: { bits: 32, signed: true } },
  date32: { id: ArrowId.Date, unit: 0 },
});

/** An Arrow type as error texts show it: `List`, `Decimal`. */
export function arrowTypeText({ id }: ArrowType): string {
  return Object.entries(ArrowId).find(([, number]) => number === id)?.[0] ?? `type ${id}`;
}
