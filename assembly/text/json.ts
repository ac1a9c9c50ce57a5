// NDJSON (or one array of objects) into columns.
import { boolCell, hasSpare, noRoom, putText, textEnds, textStart } from './cell';
import {
  BAD, CLOSED, ENCODING, END, fail, Field, fieldAt, FULL, indexOf, K_BINARY, K_BOOL, K_DATE, 
  K_FLOAT32, K_FLOAT64, K_INT, K_SKIP, K_TIMESTAMP, K_UINT64, K_UTF8, KEY, NO_ROOM, NO_SPARE, ROOM, setNull, SPARE,
  State, STRING, SYNTAX, TYPE, UNKNOWN_KEY, unsetNull,
} from './field';
import { dayCell, instantCell } from './instant';
import { digitRun, eightDigits, intCell, readFloat, ZEROS } from './number';
import { hashBytes, isUtf8, lineEnd, plainEnd, readEscape, sameBytes, stops, stringEnd } from './string';

/** Spaces inside a record; a newline is one only when records are elements of an array. */
// @ts-ignore: decorator
@inline
function blank(s: State, at: usize): usize {
  while (true) {
    const c = load<u8>(at);
    if (c != 32 && c != 9 && c != 13 && (c != 10 || !s.array)) return at;
    at++;
  }
}

// ---- keys ----

/** Whether the field's `"name"` stands at `at`. */
// @ts-ignore: decorator
@inline
function isKey(f: Field, at: usize): bool {
  if (f.keyMask) return (i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(f.key))) & f.keyMask) == f.keyMask;
  return f.keyLength != 0 && sameBytes(at, f.key, f.keyLength);
}

/** Enters the fields' keys into the hash table. */
export function indexKeys(s: State): void {
  memory.fill(s.table, 0, <usize>(s.tableMask + 1) << 2);
  for (let i = 0; i < s.fieldCount; i++) {
    const f = fieldAt(s, i);
    let slot = hashBytes(f.key + 1, f.keyLength - 2);
    while (load<i32>(s.table + (<usize>(slot & s.tableMask) << 2))) slot++;
    store<i32>(s.table + (<usize>(slot & s.tableMask) << 2), i + 1);
  }
}

function fieldOf(s: State, name: usize, length: i32): usize {
  let slot = hashBytes(name, length);
  while (true) {
    const index = load<i32>(s.table + (<usize>(slot & s.tableMask) << 2));
    if (!index) return 0;
    const f = fieldAt(s, index - 1);
    if (f.keyLength - 2 == length && sameBytes(f.key + 1, name, length)) return changetype<usize>(f);
    slot++;
  }
}

const MOST_KEY_BYTES: i32 = 4096;

/**
 * The field whose key is at `at`; 0 when there is none or it failed (then state.code is set). state.number becomes the
 * address behind the key.
 */
function findField(s: State, at: usize): usize {
  s.code = 0;
  if (load<u8>(at) != 34) return fail(s, SYNTAX, at);
  const plain = plainEnd(at + 1);
  let c = load<u8>(plain);
  if (c == 34) {
    s.number = <u64>(plain + 1);
    const found = fieldOf(s, at + 1, <i32>(plain - at - 1));
    if (!found && s.learn) {
      s.extra = <i32>(plain + 1 - at);
      return fail(s, UNKNOWN_KEY, at);
    }
    return found;
  }
  // an escape in a key
  let p = at + 1;
  let out = s.scratch;
  const limit = s.scratch + MOST_KEY_BYTES;
  while (true) {
    c = load<u8>(p);
    if (c == 34) break;
    if (c < 32) return fail(s, STRING, p);
    if (c == 92) {
      const next = readEscape(s, p, out);
      if (!next) return fail(s, STRING, p);
      p = next;
      out = <usize>s.number;
    } else {
      store<u8>(out++, c);
      p++;
    }
    if (out > limit) out = limit; // too long to be a column
  }
  s.number = <u64>(p + 1);
  return out < limit ? fieldOf(s, s.scratch, <i32>(out - s.scratch)) : 0;
}

// ---- values ----

/** Behind the value at `at`, without reading it; 0 when it can't be followed. Depth costs no stack. */
export function skipValue(s: State, at: usize): usize {
  let c = load<u8>(at);
  if (c == 34) {
    const end = stringEnd(at + 1);
    return end ? end : fail(s, STRING, plainEnd(at + 1));
  }
  if ((c | 32) != 123) {
    const from = at;
    // a number or a word ends before , ] } or a space
    while (c > 32 && c != 44 && (c | 32) != 125 && c != 34 && (c | 32) != 123) c = load<u8>(++at);
    return at > from ? at : fail(s, SYNTAX, at);
  }
  let depth = 0;
  while (true) {
    const v = v128.load(at);
    const folded = v128.or(v, i8x16.splat(32));
    let mask = i8x16.bitmask(v128.or(i8x16.eq(folded, i8x16.splat(123)), i8x16.eq(folded, i8x16.splat(125)))) |
      i8x16.bitmask(v128.or(i8x16.eq(v, i8x16.splat(34)), i8x16.eq(v, i8x16.min_u(v, i8x16.splat(31)))));
    let next = at + 16;
    while (mask) {
      const p = at + ctz(mask);
      mask &= mask - 1;
      c = load<u8>(p);
      if (c == 34) {
        next = stringEnd(p + 1);
        if (!next) return fail(s, STRING, plainEnd(p + 1));
        mask = 0;
        continue;
      }
      if (c < 32) {
        if (c == 9 || c == 13 || (c == 10 && s.array)) continue;
        return fail(s, SYNTAX, p);
      }
      depth += (c | 32) == 123 ? 1 : -1;
      if (depth == 0) return p + 1;
    }
    at = next;
  }
}

/** JSON text, `at` behind its opening quote, straight into a utf8 column. */
function utf8Cell(s: State, f: Field, at: usize, row: i32): usize {
  const begin = textStart(f, row);
  const limit = f.values + f.capacity - 16;
  let out = begin;
  let seen = i8x16.splat(0);
  while (true) {
    if (out > limit) return noRoom(s, f, at);
    const v = v128.load(at);
    v128.store(out, v);
    const mask = stops(v);
    if (!mask) {
      seen = v128.or(seen, v);
      at += 16;
      out += 16;
      continue;
    }
    const n = ctz(mask);
    const high = i8x16.bitmask(v) & ((1 << n) - 1);
    if (high) seen = i8x16.splat(-1);
    at += n;
    out += n;
    const c = load<u8>(at);
    if (c == 34) break;
    if (c != 92) return fail(s, STRING, at);
    at = readEscape(s, at, out);
    if (!at) return fail(s, STRING, at);
    out = <usize>s.number;
  }
  if (i8x16.bitmask(seen) && !isUtf8(begin, out)) return fail(s, ENCODING, at);
  textEnds(f, row, out);
  return at + 1;
}

/** JSON text for a binary column; escapes are undone in the spare bytes. */
function textCell(s: State, f: Field, at: usize, row: i32): usize {
  let end = plainEnd(at);
  let c = load<u8>(end);
  if (c == 34) {
    return putText(s, f, at, end, row) ? end + 1 : 0;
  }
  end = stringEnd(at);
  if (!end) return fail(s, STRING, plainEnd(at));
  // escapes never make text longer
  const from = s.spare;
  if (!hasSpare(s, end - at)) return fail(s, NO_SPARE, at);
  let out = from;
  while (true) {
    c = load<u8>(at);
    if (c == 34) break;
    if (c == 92) {
      const next = readEscape(s, at, out);
      if (!next) return fail(s, STRING, at);
      at = next;
      out = <usize>s.number;
    } else {
      store<u8>(out++, c);
      at++;
    }
  }
  return putText(s, f, from, out, row) ? end : 0;
}

/** A value that is no string, kept as its JSON text in a text column. */
function rawCell(s: State, f: Field, at: usize, row: i32): usize {
  const end = skipValue(s, at);
  if (!end) return 0;
  return putText(s, f, at, end, row) ? end : 0;
}

/** The value at `at` into the cell; the address behind it, or 0. */
// @ts-ignore: decorator
@inline
function value(s: State, f: Field, at: usize, row: i32): usize {
  const c = load<u8>(at);
  if (c == 110 && load<u32>(at) == 0x6c6c756e) { // null
    setNull(f, row);
    return at + 4;
  }
  switch (f.kind) {
    case K_INT: {
      // the common form without a call, int32 of at most 7 digits: 13.9 → 11.8 ns a cell
      const from = at + <usize>(c == 45);
      const x = load<u64>(from) ^ ZEROS;
      const n = digitRun(x);
      const next = load<u8>(from + n);
      if (<u32>(n - 1) < 7 && f.width == 4 && (next == 44 || next == 125) && (n == 1 || (x & 255) != 0)) {
        const digits = <i32>eightDigits(x << (64 - (<u64>n << 3)));
        const number = c == 45 ? -digits : digits;
        if (number >= <i32>f.low) {
          store<i32>(f.values + (<usize>row << 2), number);
          return from + n;
        }
      }
      if (c == 34) return quoted(s, f, at + 1, row);
      return intCell(s, f, at, row);
    }
    case K_UINT64:
      if (c == 34) return quoted(s, f, at + 1, row);
      return intCell(s, f, at, row);
    case K_FLOAT64:
      if (c == 34) return quoted(s, f, at + 1, row);
      return readFloat<f64>(s, at, f.values + (<usize>row << 3));
    case K_FLOAT32:
      if (c == 34) return quoted(s, f, at + 1, row);
      return readFloat<f32>(s, at, f.values + (<usize>row << 2));
    case K_BOOL:
      return boolCell(s, f, at, row);
    case K_UTF8:
      if (c != 34) return rawCell(s, f, at, row);
      return utf8Cell(s, f, at + 1, row);
    case K_BINARY:
      if (c != 34) return fail(s, TYPE, at);
      return textCell(s, f, at + 1, row);
    case K_TIMESTAMP:
    case K_DATE:
      if (c != 34) return intCell(s, f, at, row);
      return quoted(s, f, at + 1, row);
    default:
      return skipValue(s, at);
  }
}

/** A number or an instant in quotes. */
function quoted(s: State, f: Field, at: usize, row: i32): usize {
  let end: usize = 0;
  switch (f.kind) {
    case K_FLOAT64: end = readFloat<f64>(s, at, f.values + (<usize>row << 3)); break;
    case K_FLOAT32: end = readFloat<f32>(s, at, f.values + (<usize>row << 2)); break;
    case K_TIMESTAMP: end = instantCell(s, f, at, row); break;
    case K_DATE: end = dayCell(s, f, at, row); break;
    default: end = intCell(s, f, at, row);
  }
  if (!end) return 0;
  if (load<u8>(end) != 34) return fail(s, TYPE, at);
  return end + 1;
}

// ---- records ----

/** Takes back what a record that failed left in `row`. */
function rollBack(s: State, row: i32): void {
  for (let i = 0; i < s.fieldCount; i++) {
    const f = fieldAt(s, i);
    if (f.kind != K_SKIP && f.stamp == s.serial) unsetNull(f, row);
  }
}

function fillMissing(s: State, row: i32): void {
  for (let i = 0; i < s.fieldCount; i++) {
    const f = fieldAt(s, i);
    if (f.kind != K_SKIP && f.stamp != s.serial) setNull(f, row);
  }
}

/** One object, `at` on its `{`, into `row`; the address behind its `}`, or 0. */
// @ts-ignore: decorator
@inline
function record(s: State, at: usize, row: i32): usize {
  let missing = s.wanted;
  const serial = ++s.serial;
  let previous = s.head;
  at++;
  if (load<u8>(at) != 34) at = blank(s, at);
  if (load<u8>(at) == 125) {
    if (missing) fillMissing(s, row);
    return at + 1;
  }
  while (true) {
    let f = changetype<Field>(previous.next);
    let wanted = false;
    if (isKey(f, at)) {
      at += f.keyLength;
      wanted = f.kind != K_SKIP;
    } else {
      const found = findField(s, at);
      if (!found) {
        s.field = -1;
        if (s.code) return 0;
      } else {
        f = changetype<Field>(found);
        wanted = f.kind != K_SKIP;
        previous.next = found;
      }
      at = <usize>s.number;
      if (!found) {
        at = blank(s, at);
        if (load<u8>(at) != 58) return fail(s, SYNTAX, at);
        at = skipValue(s, blank(s, at + 1));
        if (!at) return 0;
        at = blank(s, at);
        const c = load<u8>(at);
        if (c == 44) {
          at = blank(s, at + 1);
          continue;
        }
        if (c == 125) break;
        return fail(s, SYNTAX, at);
      }
    }
    if (load<u8>(at) != 58) {
      at = blank(s, at);
      if (load<u8>(at) != 58) {
        s.field = -1;
        return fail(s, SYNTAX, at);
      }
    }
    at++;
    if (load<u8>(at) <= 32) at = blank(s, at);
    if (wanted) {
      if (f.stamp == serial) unsetNull(f, row); // the key came before: the last one wins
      else missing--;
      f.stamp = serial;
    }
    const end = value(s, f, at, row);
    if (!end) {
      s.field = indexOf(s, f);
      return 0;
    }
    at = end;
    let c = load<u8>(at);
    if (c <= 32) {
      at = blank(s, at);
      c = load<u8>(at);
    }
    if (c == 44) {
      at++;
      if (load<u8>(at) != 34) at = blank(s, at);
      previous = f;
      continue;
    }
    if (c == 125) break;
    s.field = indexOf(s, f);
    return fail(s, TYPE, at);
  }
  if (missing) fillMissing(s, row);
  return at + 1;
}

/** Rows [row, limit) from the records at [at, end), where load<u8>(end) is 0. */
export function parse(s: State, at: usize, end: usize, row: i32, limit: i32): i32 {
  const array = s.array;
  let status = FULL;
  let from = at;
  while (row < limit) {
    // what stands between records
    let c = load<u8>(at);
    while (c == 10 || c == 13 || c == 32 || c == 9) c = load<u8>(++at);
    from = at;
    if (at >= end) {
      status = END;
      break;
    }
    if (array) {
      if (c == 93) {
        status = CLOSED;
        from = at + 1;
        break;
      }
      if (s.comma) {
        if (c != 44) {
          s.field = -1;
          fail(s, SYNTAX, at);
          status = BAD;
          break;
        }
        s.comma = 0;
        at++;
        continue;
      }
    }
    if (c != 123) {
      s.field = -1;
      fail(s, SYNTAX, at);
      status = BAD;
      break;
    }
    let next = record(s, at, row);
    if (next && !array) {
      if (load<u8>(next) != 10) {
        next = blank(s, next);
        if (load<u8>(next) != 10) {
          s.field = -1;
          next = fail(s, SYNTAX, next);
        }
      }
    }
    if (!next) {
      rollBack(s, row);
      if (s.code == NO_ROOM) status = ROOM;
      else if (s.code == UNKNOWN_KEY) status = KEY;
      else if (s.code == NO_SPARE) status = SPARE;
      else status = s.at >= end ? END : BAD;
      break;
    }
    at = from = next;
    if (array) s.comma = 1;
    row++;
  }
  s.cursor = from;
  s.rows = row;
  return status;
}

/** Behind the bad record at `at`; 0 when its end is not in [at, end). */
export function skipRecord(s: State, at: usize, end: usize): usize {
  if (!s.array) return lineEnd(at, end);
  // up to the comma or bracket at depth 0; a raw newline ends a string, so that a lost quote doesn't swallow the rest
  let depth = 0;
  let quoted = false;
  for (; at < end; at++) {
    const c = load<u8>(at);
    if (quoted) {
      if (c == 92) at++;
      else if (c == 34 || c == 10) quoted = false;
    } else if (c == 34) quoted = true;
    else if (c == 123 || c == 91) depth++;
    else if (depth == 0 && c == 44) {
      s.comma = 1;
      return at;
    } else if (c == 93 && depth == 0) return at;
    else if ((c == 125 || c == 93) && depth > 0) {
      depth--;
      if (depth == 0 && c == 125) {
        s.comma = 1;
        return at + 1;
      }
    }
  }
  return 0;
}
