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
  type TimeUnit,
  timestamp,
  u8,
  u16,
  u32,
  u64,
  utf8,
} from '../schema/data-type.ts';

const NAMES: Readonly<Record<string, () => DataType>> = /* @__PURE__ */ Object.freeze({
  bool,
  boolean: bool,
  i8,
  int8: i8,
  i16,
  int16: i16,
  i32,
  int32: i32,
  i64,
  int64: i64,
  int: i64,
  u8,
  uint8: u8,
  u16,
  uint16: u16,
  u32,
  uint32: u32,
  u64,
  uint64: u64,
  f32,
  float32: f32,
  f64,
  float64: f64,
  float: f64,
  double: f64,
  utf8,
  str: utf8,
  string: utf8,
  text: utf8,
  object: utf8,
  dictionary,
  category: dictionary,
  binary,
  date32,
  date: date32,
});

/** The type a text names: ours (`f64`, `timestamp[ms, Europe/Oslo]`), Arrow's (`float64`) or pandas' (`datetime64[ns]`, `str`). */
export function typeNamed(text: string): DataType | undefined {
  const name = text.trim();
  if (Object.hasOwn(NAMES, name)) return NAMES[name]!();
  const time = /^(?:timestamp|datetime64)(?:\[(s|ms|us|ns)(?:,\s*([^\]]+))?\])?$/.exec(name);
  return time ? timestamp((time[1] ?? 'ms') as TimeUnit, time[2]?.trim() ?? null) : undefined;
}
