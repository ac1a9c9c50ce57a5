// CSV records whose quotes, if any, only enclose whole fields: where all fields end is found first, 64 bytes at a time, then
// the cells are read. No cell waits for the one before it: integers 12.6 → 6.7 ns, short texts 8.9 → 5.0 ns a cell.
import { boolWord, isNullText, putText, textEnds, textStart } from './cell';
import {
  Field, fieldAt, K_BINARY, K_BOOL, K_DATE, K_FLOAT32, K_FLOAT64, K_INT, K_SKIP, K_TIMESTAMP, K_UTF8, setNull,
  State, unsetNull,
} from './field';
import { dayCell, instantCell } from './instant';
import { digitErrors, eightDigits, intCell, readFloat, ZEROS } from './number';
import { isUtf8 } from './string';

/** Bytes that are looked at together. */
const WINDOW: usize = 4096;

// @ts-ignore: decorator
@inline
function bitsOf(a: v128, b: v128, c: v128, d: v128): u64 {
  return <u64>i8x16.bitmask(a) | (<u64>i8x16.bitmask(b) << 16) | (<u64>i8x16.bitmask(c) << 32) | (<u64>i8x16.bitmask(d) << 48);
}

// @ts-ignore: decorator
@inline
function either(v: v128, a: v128, b: v128): v128 {
  return v128.or(i8x16.eq(v, a), i8x16.eq(v, b));
}

/**
 * Addresses of the delimiters and newlines in [at, end) that are not inside quotes, as u32 at `list`; the address behind the
 * last. state.extra tells whether there are quotes. `at` is outside quotes.
 *
 * ```
 * text     a,"b,c",d\n
 * quotes   ..1...1...
 * inside   ..1111....     parity of the quotes so far: xor of the bits shifted by 1, 2, 4, … 32
 * ends     .1.....1.1
 * ```
 * @see Langdale & Lemire 2019, "Parsing gigabytes of JSON per second", section 3.1.1
 */
function findEnds(s: State, at: usize, end: usize, list: usize): usize {
  const delimiters = i8x16.splat(<i8>s.delimiter), newlines = i8x16.splat(10), quotes = i8x16.splat(<i8>s.quote);
  const quoting = s.quote != 0;
  const first = list;
  let inside: u64 = 0;
  s.extra = 0;
  for (; at < end; at += 64) {
    const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32), d = v128.load(at, 48);
    let mask = bitsOf(
      either(a, delimiters, newlines), either(b, delimiters, newlines), either(c, delimiters, newlines),
      either(d, delimiters, newlines),
    );
    if (quoting) {
      const qa = i8x16.eq(a, quotes), qb = i8x16.eq(b, quotes), qc = i8x16.eq(c, quotes), qd = i8x16.eq(d, quotes);
      if (v128.any_true(v128.or(v128.or(qa, qb), v128.or(qc, qd)))) {
        let parity = bitsOf(qa, qb, qc, qd);
        parity ^= parity << 1;
        parity ^= parity << 2;
        parity ^= parity << 4;
        parity ^= parity << 8;
        parity ^= parity << 16;
        parity ^= parity << 32;
        parity ^= inside;
        inside = <u64>(<i64>parity >> 63);
        mask &= ~parity;
        s.extra = 1;
      } else mask &= ~inside;
    }
    while (mask) {
      store<u32>(list, <u32>at + <u32>ctz(mask));
      list += 4;
      mask &= mask - 1;
    }
  }
  while (list > first && <usize>load<u32>(list - 4) >= end) list -= 4;
  return list;
}

/** Whether no byte of [at, stop) is `quote`. */
// @ts-ignore: decorator
@inline
function isBare(at: usize, stop: usize, quote: i32): bool {
  const quotes = i8x16.splat(<i8>quote);
  for (; at < stop; at += 16) {
    let mask = i8x16.bitmask(i8x16.eq(v128.load(at), quotes));
    if (stop - at < 16) mask &= (1 << <i32>(stop - at)) - 1;
    if (mask) return false;
  }
  return true;
}

/** Whether the text [at, stop) became the cell of a utf8 column. */
// @ts-ignore: decorator
@inline
function text(f: Field, at: usize, stop: usize, row: i32): bool {
  const length = <i32>(stop - at);
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

/** Whether the field [at, stop) is a value of a kind other than text. */
// @ts-ignore: decorator
@inline
function value(s: State, f: Field, kind: i32, at: usize, stop: usize, row: i32): bool {
  switch (kind) {
    case K_INT: return integer(s, f, at, stop, row);
    case K_FLOAT64: return readFloat<f64>(s, at, f.values + (<usize>row << 3)) == stop;
    case K_FLOAT32: return readFloat<f32>(s, at, f.values + (<usize>row << 2)) == stop;
    case K_TIMESTAMP: return instantCell(s, f, at, row) == stop;
    case K_DATE: return dayCell(s, f, at, row) == stop;
    case K_BOOL: return boolWord(s, f, at, row) == stop;
    default: return intCell(s, f, at, row) == stop; // uint64
  }
}

/** Whether the field [at, stop) was read. */
// @ts-ignore: decorator
@inline
function cell(s: State, f: Field, at: usize, stop: usize, row: i32): bool {
  const kind = f.kind;
  let quoted = false;
  if (s.extra) {
    // Where fields end is right as long as quotes enclose whole fields: the careful parser reads all else.
    if (at < stop && load<u8>(at) == <u8>s.quote) {
      if (stop - at < 2 || load<u8>(stop - 1) != <u8>s.quote) return false;
      at++;
      stop--;
      quoted = true;
    }
    if (!isBare(at, stop, s.quote)) return false;
  }
  if (kind == K_SKIP) return true;
  if (kind == K_UTF8 || kind == K_BINARY) {
    if (quoted || !isNullText(s, at, <i32>(stop - at))) {
      return kind == K_UTF8 ? text(f, at, stop, row) : putText(s, f, at, stop, row) != 0;
    }
  } else {
    // no null text looks like a value here (state.nullsFirst): it is looked for last
    if (at != stop && value(s, f, kind, at, stop, row)) return true;
    if (at != stop && (quoted || !isNullText(s, at, <i32>(stop - at)))) return false;
  }
  setNull(f, row);
  return true;
}

/**
 * Rows [row, limit) as far as their records hold nothing unusual; the row it came to, with state.cursor at its
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
