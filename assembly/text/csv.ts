// CSV (RFC 4180) into columns.
import { boolWord, hasSpare, isNullText, noRoom, putText, textEnds, textStart } from './cell';
import {
  BAD, ENCODING, END, fail, FEW, Field, fieldAt, FULL, K_BINARY, K_BOOL, K_DATE, K_FLOAT32, K_FLOAT64,
  K_INT, K_SKIP, K_TIMESTAMP, K_UINT64, K_UTF8, MANY, NO_ROOM, NO_SPARE, QUOTE, ROOM, setNull,
  SPARE, State, TYPE, unsetNull,
} from './field';
import { plainRows } from './csv-plain';
import { dayCell, instantCell } from './instant';
import { intCell, readFloat } from './number';
import { isUtf8 } from './string';

/** More bytes are needed to know. */
const MORE: i32 = 64;

/** The delimiter or newline at or after `at`; `end` or beyond when there is none before it. */
// @ts-ignore: decorator
@inline
function fieldEnd(s: State, at: usize, end: usize): usize {
  const delimiters = i8x16.splat(<i8>s.delimiter);
  for (; at < end; at += 16) {
    const v = v128.load(at);
    const mask = i8x16.bitmask(v128.or(i8x16.eq(v, delimiters), i8x16.eq(v, i8x16.splat(10))));
    if (mask) return at + ctz(mask);
  }
  return at;
}

/** The closing quote for a field whose text begins at `at`; state.extra tells whether quotes were doubled. 0: not before `end`. */
function closingQuote(s: State, at: usize, end: usize): usize {
  const quotes = i8x16.splat(<i8>s.quote);
  s.extra = 0;
  while (true) {
    let mask = 0;
    for (; at < end; at += 16) {
      mask = i8x16.bitmask(i8x16.eq(v128.load(at), quotes));
      if (mask) break;
    }
    if (!mask) return 0;
    at += ctz(mask);
    if (at + 1 >= end) return 0;
    if (load<u8>(at, 1) != <u8>s.quote) return at;
    s.extra = 1;
    at += 2;
  }
}

/** Whether a field may end at `at`. */
// @ts-ignore: decorator
@inline
function isTerminator(s: State, at: usize): bool {
  const c = load<u8>(at);
  return c == <u8>s.delimiter || c == 10 || (c == 13 && load<u8>(at, 1) == 10);
}

/** A value that is no text; the address behind it, or 0. */
// @ts-ignore: decorator
@inline
function plainCell(s: State, f: Field, at: usize, row: i32): usize {
  switch (f.kind) {
    case K_INT:
    case K_UINT64:
      return intCell(s, f, at + <usize>(load<u8>(at) == 43 && load<u8>(at, 1) != 45), row);
    case K_FLOAT64: return readFloat<f64>(s, at, f.values + (<usize>row << 3));
    case K_FLOAT32: return readFloat<f32>(s, at, f.values + (<usize>row << 2));
    case K_BOOL: return boolWord(s, f, at, row);
    case K_TIMESTAMP:
    case K_DATE: {
      const end = f.kind == K_DATE ? dayCell(s, f, at, row) : instantCell(s, f, at, row);
      // ticks or days as a number
      return end ? end : intCell(s, f, at, row);
    }
    default: return 0;
  }
}

function valueCell(s: State, f: Field, at: usize, row: i32): usize {
  return plainCell(s, f, at, row);
}

/** Unquoted utf8; the address of its terminator, or 0. */
// @ts-ignore: decorator
@inline
function utf8Cell(s: State, f: Field, at: usize, end: usize, row: i32): usize {
  const begin = textStart(f, row);
  const limit = f.values + f.capacity - 16;
  const delimiters = i8x16.splat(<i8>s.delimiter);
  const from = at;
  let out = begin;
  let seen = i8x16.splat(0);
  while (true) {
    if (at >= end) return fail(s, MORE, at);
    if (out > limit) return noRoom(s, f, at);
    const v = v128.load(at);
    v128.store(out, v);
    const mask = i8x16.bitmask(v128.or(i8x16.eq(v, delimiters), i8x16.eq(v, i8x16.splat(10))));
    if (mask) {
      const n = ctz(mask);
      if (i8x16.bitmask(v) & ((1 << n) - 1)) seen = i8x16.splat(-1);
      at += n;
      break;
    }
    seen = v128.or(seen, v);
    at += 16;
    out += 16;
  }
  if (at >= end) return fail(s, MORE, at);
  let stop = at;
  if (load<u8>(at) == 10 && at > from && load<u8>(at - 1) == 13) stop--;
  const length = <i32>(stop - from);
  if (isNullText(s, from, length)) {
    setNull(f, row);
    return stop;
  }
  if (i8x16.bitmask(seen) && !isUtf8(from, stop)) return fail(s, ENCODING, from);
  textEnds(f, row, begin + length);
  return stop;
}

/** A cell that needs its extent first: text of other kinds, nulls, spaces around a value. The address of its terminator, or 0. */
function boundedCell(s: State, f: Field, at: usize, end: usize, row: i32): usize {
  let stop = fieldEnd(s, at, end);
  if (stop >= end) return fail(s, MORE, stop);
  if (load<u8>(stop) == 10 && stop > at && load<u8>(stop - 1) == 13) stop--;
  if (isNullText(s, at, <i32>(stop - at))) {
    setNull(f, row);
    return stop;
  }
  if (f.kind == K_BINARY || f.kind == K_UTF8) return putText(s, f, at, stop, row) ? stop : 0;
  let last = stop;
  while (at < last && load<u8>(at) <= 32) at++;
  while (at < last && load<u8>(last - 1) <= 32) last--;
  if (at == last || isNullText(s, at, <i32>(last - at))) {
    setNull(f, row);
    return stop;
  }
  const p = valueCell(s, f, at, row);
  if (!p) return 0;
  return p == last ? stop : fail(s, TYPE, p);
}

/** A quoted field, `at` behind its opening quote; the address behind the closing one, or 0. */
function quotedCell(s: State, f: Field, at: usize, end: usize, row: i32): usize {
  const close = closingQuote(s, at, end);
  if (!close) return fail(s, MORE, end);
  if (!isTerminator(s, close + 1)) return close + 2 >= end ? fail(s, MORE, end) : fail(s, QUOTE, close + 1);
  if (f.kind == K_SKIP) return close + 1;
  let from = at;
  let stop = close;
  if (s.extra) {
    if (!hasSpare(s, close - at)) return fail(s, NO_SPARE, at);
    let out = s.spare;
    for (let p = at; p < close; p++) {
      const c = load<u8>(p);
      store<u8>(out++, c);
      p += <usize>(c == <u8>s.quote);
    }
    from = s.spare;
    stop = out;
    store<u8>(stop, s.quote);
  }
  if (f.kind == K_BINARY || f.kind == K_UTF8) return putText(s, f, from, stop, row) ? close + 1 : 0;
  if (from == stop) {
    setNull(f, row);
    return close + 1;
  }
  const p = valueCell(s, f, from, row);
  if (!p) return 0;
  return p == stop ? close + 1 : fail(s, TYPE, at);
}

/** Rows [row, limit) from the records at [at, end); bytes up to `end` + 64 can be read. */
export function parse(s: State, at: usize, end: usize, row: i32, limit: i32): i32 {
  const count = s.fieldCount;
  const delimiter = <u8>s.delimiter;
  const quote = s.quote ? <u32>s.quote : 256;
  // one column has blank lines that count, comments and odd null texts want a closer look
  const plain = count > 1 && !s.comment && !s.nullsFirst;
  let careful = 0;
  let status = FULL;
  let from = at;
  while (row < limit) {
    if (plain && --careful < 0) {
      const before = row;
      row = plainRows(s, at, end, row, limit, s.scratch + 8192);
      from = at = s.cursor;
      if (row == limit) break;
      careful = row == before ? 8 : 1;
    }
    from = at;
    if (at >= end) {
      status = END;
      break;
    }
    let c = <u32>load<u8>(at);
    if (c == s.comment && c) {
      while (at < end && load<u8>(at) != 10) at++;
      if (at < end) {
        at++;
        continue;
      }
      status = END;
      break;
    }
    if (count > 1 && (c == 10 || c == 13)) {
      if (c == 10 || load<u8>(at, 1) == 10) {
        at += c == 10 ? 1 : 2;
        continue;
      }
    }
    let f = changetype<Field>(s.fields);
    let i = 0;
    while (true) {
      let p: usize = 0;
      c = load<u8>(at);
      if (c == quote) p = quotedCell(s, f, at + 1, end, row);
      else {
        switch (f.kind) {
          case K_SKIP:
            p = fieldEnd(s, at, end);
            if (p < end && load<u8>(p) == 10 && p > at && load<u8>(p - 1) == 13) p--;
            break;
          case K_UTF8:
            p = utf8Cell(s, f, at, end, row);
            break;
          case K_BINARY:
            p = boundedCell(s, f, at, end, row);
            break;
          default:
            if (!s.nullsFirst && c != delimiter && c > 32) {
              p = plainCell(s, f, at, row);
              if (p && isTerminator(s, p)) break;
            }
            p = boundedCell(s, f, at, end, row);
        }
      }
      if (!p) break;
      if (p >= end) {
        at = fail(s, MORE, p);
        break;
      }
      c = load<u8>(p);
      if (c == delimiter) {
        if (++i == count) {
          at = fail(s, MANY, p);
          break;
        }
        at = p + 1;
        f = changetype<Field>(changetype<usize>(f) + offsetof<Field>());
        continue;
      }
      if (i < count - 1) {
        at = fail(s, FEW, p);
        break;
      }
      at = p + (c == 13 ? 2 : 1);
      i = count;
      break;
    }
    if (i == count && at) {
      row++;
      from = at;
      continue;
    }
    for (let j = 0; j < count; j++) {
      const done = fieldAt(s, j);
      if (done.kind != K_SKIP) unsetNull(done, row);
    }
    if (s.code == NO_ROOM) status = ROOM;
    else if (s.code == NO_SPARE) status = SPARE;
    else if (s.code == MORE || s.at >= end) status = END;
    else status = BAD;
    s.field = i < count ? i : -1;
    break;
  }
  s.cursor = from;
  s.rows = row;
  return status;
}

/** Behind the record at `at`; 0 when its end is not in [at, end). */
export function skipRecord(s: State, at: usize, end: usize): usize {
  while (true) {
    if (at < end && s.quote && load<u8>(at) == <u8>s.quote) {
      at = closingQuote(s, at + 1, end);
      if (!at) return 0;
    }
    at = fieldEnd(s, at, end);
    if (at >= end) return 0;
    if (load<u8>(at) == 10) return at + 1;
    at++;
  }
}
