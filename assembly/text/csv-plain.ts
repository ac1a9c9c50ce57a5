// CSV records without quotes: where all fields end is found first, 64 bytes at a time, then the cells are read. No cell
// waits for the one before it, which makes this 1.5 times as fast as reading them one after the other.
import { textEnds, textStart } from './cell';
import {
  Field, fieldAt, K_BINARY, K_DATE, K_FLOAT32, K_FLOAT64, K_INT, K_SKIP, K_TIMESTAMP, K_UTF8, setNull, State, unsetNull,
} from './field';
import { dayCell, instantCell } from './instant';
import { digitErrors, eightDigits, intCell, readFloat, ZEROS } from './number';
import { isUtf8 } from './string';

/** Bytes that are looked at together. */
const WINDOW: usize = 4096;

// @ts-ignore: decorator
@inline
function bits(at: usize, a: v128, b: v128): u64 {
  const v = v128.load(at);
  return <u64>i8x16.bitmask(v128.or(i8x16.eq(v, a), i8x16.eq(v, b)));
}

/** Addresses of the delimiters and newlines in [at, end) up to the first 64 bytes with a quote, as u32 at `list`; the address behind the last. */
function findEnds(s: State, at: usize, end: usize, list: usize): usize {
  const delimiters = i8x16.splat(<i8>s.delimiter), newlines = i8x16.splat(10), quotes = i8x16.splat(<i8>s.quote);
  const quoted = s.quote != 0;
  const first = list;
  for (; at < end; at += 64) {
    if (quoted) {
      const any = v128.or(
        v128.or(i8x16.eq(v128.load(at), quotes), i8x16.eq(v128.load(at, 16), quotes)),
        v128.or(i8x16.eq(v128.load(at, 32), quotes), i8x16.eq(v128.load(at, 48), quotes)),
      );
      if (v128.any_true(any)) break;
    }
    let mask = bits(at, delimiters, newlines) | (bits(at + 16, delimiters, newlines) << 16) |
      (bits(at + 32, delimiters, newlines) << 32) | (bits(at + 48, delimiters, newlines) << 48);
    while (mask) {
      store<u32>(list, <u32>at + <u32>ctz(mask));
      list += 4;
      mask &= mask - 1;
    }
  }
  while (list > first && <usize>load<u32>(list - 4) >= end) list -= 4;
  return list;
}

/** Whether the text [at, stop) became the cell of a utf8 column. */
// @ts-ignore: decorator
@inline
function text(s: State, f: Field, at: usize, stop: usize, row: i32): bool {
  const length = <i32>(stop - at);
  if ((s.nullLengths >> min(length, 63)) & 1) {
    if (length) return false; // perhaps null: the careful way tells
    setNull(f, row);
    return true;
  }
  const begin = textStart(f, row);
  if (begin + length + 16 > f.values + f.capacity) return false;
  let seen = v128.load(at);
  v128.store(begin, seen);
  if (length <= 16) {
    if ((i8x16.bitmask(seen) & ((1 << length) - 1)) && !isUtf8(at, stop)) return false;
  } else {
    for (let i: i32 = 16; i < length; i += 16) {
      const v = v128.load(at + i);
      v128.store(begin + i, v);
      seen = v128.or(seen, v);
    }
    if (i8x16.bitmask(seen) && !isUtf8(at, stop)) return false;
  }
  textEnds(f, row, begin + length);
  return true;
}

// @ts-ignore: decorator
@inline
function integer(s: State, f: Field, at: usize, stop: usize, row: i32): bool {
  const negative = load<u8>(at) == 45;
  const from = at + <usize>negative;
  const length = <i32>(stop - from);
  if (<u32>(length - 1) < 8) {
    const x = (load<u64>(from) ^ ZEROS) << (64 - (<u64>length << 3));
    if (digitErrors(x)) return false;
    const value = negative ? -<i64>eightDigits(x) : <i64>eightDigits(x);
    if (value < f.low || value > f.high) return false;
    if (f.width == 4) store<u32>(f.values + (<usize>row << 2), <u32>value);
    else if (f.width == 8) store<i64>(f.values + (<usize>row << 3), value);
    else if (f.width == 2) store<u16>(f.values + (<usize>row << 1), <u16>value);
    else store<u8>(f.values + row, <u8>value);
    return true;
  }
  return intCell(s, f, at, row) == stop;
}

/** Whether the field [at, stop) was read. */
// @ts-ignore: decorator
@inline
function cell(s: State, f: Field, at: usize, stop: usize, row: i32): bool {
  const kind = f.kind;
  if (kind == K_SKIP) return true;
  if (kind == K_UTF8) return text(s, f, at, stop, row);
  if (at == stop && kind != K_BINARY) {
    setNull(f, row);
    return true;
  }
  switch (kind) {
    case K_INT: return integer(s, f, at, stop, row);
    case K_FLOAT64: return readFloat<f64>(s, at, f.values + (<usize>row << 3)) == stop;
    case K_FLOAT32: return readFloat<f32>(s, at, f.values + (<usize>row << 2)) == stop;
    case K_TIMESTAMP: return instantCell(s, f, at, row) == stop;
    case K_DATE: return dayCell(s, f, at, row) == stop;
    default: return false;
  }
}

/**
 * Rows [row, limit) as far as their records hold no quotes and nothing unusual; the row it came to, with state.cursor at its
 * record. Whatever this can't read is left to the careful parser, errors too.
 */
export function plainRows(s: State, at: usize, end: usize, row: i32, limit: i32, list: usize): i32 {
  const count = s.fieldCount;
  const delimiter = <u8>s.delimiter;
  const begin = s.fields;
  const last = begin + <usize>(count - 1) * offsetof<Field>();
  while (row < limit) {
    const windowEnd = min(at + WINDOW, end);
    const listEnd = findEnds(s, at, windowEnd, list);
    const before = at;
    let ends = list;
    while (row < limit && ends + (<usize>count << 2) <= listEnd) {
      let from = at;
      let field = begin;
      for (; field < last; field += offsetof<Field>(), ends += 4) {
        const stop = <usize>load<u32>(ends);
        if (load<u8>(stop) != delimiter || !cell(s, changetype<Field>(field), from, stop, row)) break;
        from = stop + 1;
      }
      let done = false;
      if (field == last) {
        const stop = <usize>load<u32>(ends);
        const cr = <usize>(stop > from && load<u8>(stop - 1) == 13);
        done = load<u8>(stop) == 10 && cell(s, changetype<Field>(last), from, stop - cr, row);
        ends += 4;
        from = stop + 1;
      }
      if (!done) {
        for (let i = 0; i < count; i++) {
          const f = fieldAt(s, i);
          if (f.kind != K_SKIP) unsetNull(f, row);
        }
        s.cursor = at;
        return row;
      }
      at = from;
      row++;
    }
    if (at == before) break;
  }
  s.cursor = at;
  return row;
}
