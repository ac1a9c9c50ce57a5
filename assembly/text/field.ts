// What the text kernels share: the state of one decoder and its fields, as TypeScript laid them out.

/** How a parse call ended. */
export const END: i32 = 0; // no complete record is left
export const FULL: i32 = 1; // the row limit is reached
export const BAD: i32 = 2; // state.code, state.at, state.field say what is wrong
export const ROOM: i32 = 3; // the bytes of state.field are full
export const KEY: i32 = 4; // an unknown key of state.extra bytes (with quotes) at state.at
export const CLOSED: i32 = 5; // the array was closed
export const SPARE: i32 = 6; // state.extra spare bytes are needed

/** What is wrong with a record. */
export const SYNTAX: i32 = 1;
export const TYPE: i32 = 2;
export const RANGE: i32 = 3;
export const ENCODING: i32 = 4;
export const STRING: i32 = 5;
export const FEW: i32 = 6;
export const MANY: i32 = 7;
export const QUOTE: i32 = 8;
/** Not errors of the record: turned into statuses of the same name. */
export const NO_ROOM: i32 = 32;
export const UNKNOWN_KEY: i32 = 33;
export const NO_SPARE: i32 = 34;

/** Kinds of cells; `skip` is parsed over. */
export const K_SKIP: i32 = 0;
export const K_INT: i32 = 1;
export const K_UINT64: i32 = 2;
export const K_FLOAT64: i32 = 3;
export const K_FLOAT32: i32 = 4;
export const K_BOOL: i32 = 5;
export const K_UTF8: i32 = 6;
export const K_BINARY: i32 = 7;
export const K_TIMESTAMP: i32 = 8;
export const K_DATE: i32 = 9;

@unmanaged
export class Field {
  kind: i32;
  /** Bytes of a value. */
  width: i32;
  /** JSON: the field that came after this one last time. */
  next: usize;
  /** `"name"`, 16 readable bytes beyond its end; and a bit per byte when it is at most 16 long. */
  key: usize;
  keyLength: i32;
  keyMask: i32;
  values: usize;
  validity: usize;
  offsets: usize;
  /** Bytes at `values`, for utf8 and binary. */
  capacity: i32;
  /** Nulls in this chunk so far. */
  nulls: i32;
  /** Serial of the record that set it last. */
  stamp: i32;
  /** Ticks of a second, for timestamps. */
  ticks: i32;
  /** Integers must lie in [low, high]. */
  low: i64;
  high: i64;
}

@unmanaged
export class State {
  // TypeScript reads these five as int32 after each call.
  cursor: usize;
  rows: i32;
  field: i32;
  code: i32;
  at: usize;
  extra: i32;
  /** Set by `open…`. */
  fields: usize;
  fieldCount: i32;
  /** Fields that are no skips. */
  wanted: i32;
  /** JSON: key hash table, i32 field number + 1. */
  table: usize;
  tableMask: i32;
  /** 1: unknown keys are reported, to be learned. */
  learn: i32;
  /** 1: records are elements of one array. */
  array: i32;
  /** Array: a comma must come before the next record. */
  comma: i32;
  /** 1: JSON's grammar for numbers. */
  strict: i32;
  serial: i32;
  /** 128-bit powers of five, from 5^-342; see float.ts. */
  powers: usize;
  /** 8 KiB of working space; CSV has 16 KiB more, for where fields end. */
  scratch: usize;
  /** Space for one text whose escapes or doubled quotes are undone. */
  spare: usize;
  spareBytes: i32;
  /** CSV. */
  delimiter: i32;
  quote: i32;
  comment: i32;
  /** Null texts: count, then for each i32 length and 60 bytes. */
  nullTexts: usize;
  nullCount: i32;
  /** Bit n: some null text has n bytes. */
  nullLengths: u64;
  /** 1: a null text looks like a value, so look for it first. */
  nullsFirst: i32;
  /** The ten characters of the last day that an instant began with, and its days since 1970. */
  dayText: u64;
  dayTail: u16;
  days: i32;
  /** A value on its way between two functions. */
  number: u64;
  /** Heads the chain of predicted fields. */
  head: Field;
}

/** Notes what is wrong where; 0 is "no address". */
export function fail(s: State, code: i32, at: usize): usize {
  s.code = code;
  s.at = at;
  return 0;
}

/** Makes the cell null: validity bit cleared, value zero, so that equal input gives equal bytes. */
export function setNull(f: Field, row: i32): void {
  const at = f.validity + (row >> 3);
  const bit: u32 = 1 << (row & 7);
  const bits = <u32>load<u8>(at);
  f.nulls += <i32>((bits & bit) != 0);
  store<u8>(at, bits & ~bit);
  switch (f.width) {
    case 1: store<u8>(f.values + row, 0); break;
    case 2: store<u16>(f.values + (<usize>row << 1), 0); break;
    case 4: store<u32>(f.values + (<usize>row << 2), 0); break;
    case 8: store<u64>(f.values + (<usize>row << 3), 0); break;
    default:
      if (f.kind == K_BOOL) setBit(f, row, 0);
      else store<i32>(f.offsets + (<usize>row << 2), load<i32>(f.offsets + (<usize>row << 2)), 4);
  }
}

/** Takes a null back, for a record that failed or a key that came twice. */
export function unsetNull(f: Field, row: i32): void {
  const at = f.validity + (row >> 3);
  const bit: u32 = 1 << (row & 7);
  const bits = <u32>load<u8>(at);
  f.nulls -= <i32>((bits & bit) == 0);
  store<u8>(at, bits | bit);
}

// @ts-ignore: decorator
@inline
export function setBit(f: Field, row: i32, value: u32): void {
  const at = f.values + (row >> 3);
  const shift = row & 7;
  store<u8>(at, (<u32>load<u8>(at) & ~(1 << shift)) | (value << shift));
}

// @ts-ignore: decorator
@inline
export function fieldAt(s: State, index: i32): Field {
  return changetype<Field>(s.fields + <usize>index * offsetof<Field>());
}

// @ts-ignore: decorator
@inline
export function indexOf(s: State, f: Field): i32 {
  return <i32>((changetype<usize>(f) - s.fields) / offsetof<Field>());
}
