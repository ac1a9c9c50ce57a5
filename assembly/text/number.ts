// Integers and floats from decimal text, exactly.
import { fail, Field, RANGE, State, TYPE } from './field';
import { exactRound, scale } from './float';

export const ZEROS: u64 = 0x3030303030303030;

/** How many of the 8 bytes of `x` (text xor '00000000', first character lowest) are digits before the first that is none. */
// @ts-ignore: decorator
@inline
export function digitRun(x: u64): i32 {
  return <i32>(ctz(digitErrors(x)) >> 3);
}

/** Not 0 when one of the 8 bytes of `x` (text xor zeros) is no digit. */
// @ts-ignore: decorator
@inline
export function digitErrors(x: u64): u64 {
  return ((x + 0x7676767676767676) | x) & 0x8080808080808080;
}

/** Number of 8 digits; missing ones are zero bytes in front. @see Langdale & Lemire, "Quickly parsing eight digits" (2018) */
// @ts-ignore: decorator
@inline
export function eightDigits(x: u64): u64 {
  x = x * 10 + (x >> 8);
  return (((x & 0x000000ff000000ff) * 0x000f424000000064) + (((x >> 16) & 0x000000ff000000ff) * 0x0000271000000001)) >> 32;
}

const TENS = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000]);

/** Goes on after 8 digits worth `value`: the whole number to state.number, the address after it returned; 0 beyond uint64. */
function moreDigits(s: State, value: u64, at: usize): usize {
  while (true) {
    const digit = <u32>load<u8>(at) - 48;
    if (digit > 9) break;
    if (value >= 1844674407370955161 && (value > 1844674407370955161 || digit > 5)) return 0;
    value = value * 10 + digit;
    at++;
  }
  s.number = value;
  return at;
}

/** `5.0` or `2e3` in an integer column: taken when it is a whole number that a double holds exactly. */
function wholeFloat(s: State, at: usize): usize {
  const end = readFloat<f64>(s, at, s.scratch);
  if (!end) return 0;
  const value = load<f64>(s.scratch);
  if (!(abs(value) <= 9007199254740992) || trunc(value) != value) return fail(s, RANGE, at);
  s.number = <u64><i64>value;
  return end;
}

/** An integer of `f.width` bytes within [f.low, f.high], or uint64 when `f.low` is 1. Returns the address after it. */
export function intCell(s: State, f: Field, at: usize, row: i32): usize {
  const negative = <usize>(load<u8>(at) == 45);
  const from = at + negative;
  const x = load<u64>(from) ^ ZEROS;
  const n = digitRun(x);
  if (n == 0) return fail(s, TYPE, at);
  let value = eightDigits(x << (64 - (<u64>n << 3)));
  let end = from + n;
  if (n == 8) {
    end = moreDigits(s, value, end);
    if (!end) return fail(s, RANGE, at);
    value = s.number;
  }
  const c = load<u8>(end);
  let signed: i64;
  if (c == 46 || (c | 32) == 101) {
    end = wholeFloat(s, at);
    if (!end) return 0;
    signed = <i64>s.number;
    if (f.low == 1) {
      if (signed < 0) return fail(s, RANGE, at);
      store<i64>(f.values + (<usize>row << 3), signed);
      return end;
    }
  } else {
    if (end > from + 1 && load<u8>(from) == 48 && s.strict) return fail(s, SYNTAX_NUMBER, at);
    if (f.low == 1) {
      if (negative && value) return fail(s, RANGE, at);
      store<u64>(f.values + (<usize>row << 3), value);
      return end;
    }
    if (value > 0x7fffffffffffffff && !(negative && value == 0x8000000000000000)) return fail(s, RANGE, at);
    signed = negative ? -<i64>value : <i64>value;
  }
  if (signed < f.low || signed > f.high) return fail(s, RANGE, at);
  const width = f.width;
  if (width == 4) store<u32>(f.values + (<usize>row << 2), <u32>signed);
  else if (width == 8) store<i64>(f.values + (<usize>row << 3), signed);
  else if (width == 2) store<u16>(f.values + (<usize>row << 1), <u16>signed);
  else store<u8>(f.values + row, <u8>signed);
  return end;
}

const SYNTAX_NUMBER: i32 = 1;

// @ts-ignore: decorator
@inline
function isWord(at: usize, word: u64, bytes: i32): bool {
  const mask = <u64>-1 >> (64 - (bytes << 3));
  return ((load<u64>(at) ^ word) & mask) == 0;
}

/** NaN, Infinity, inf, … at `at` to `out`; 0 when it is none of them. */
function readWord<T>(s: State, at: usize, out: usize): usize {
  const first = load<u8>(at);
  const sign = first == 45;
  const from = at + <usize>(sign || first == 43);
  const lower = load<u64>(from) | 0x2020202020202020;
  let end: usize = 0;
  let value: T = <T>NaN;
  if ((lower & 0xffffff) == 0x6e616e) end = from + 3; // nan
  else if (lower == 0x7974696e69666e69) { // infinity
    end = from + 8;
    value = <T>Infinity;
  } else if ((lower & 0xffffff) == 0x666e69) { // inf
    end = from + 3;
    value = <T>Infinity;
  }
  if (!end) return fail(s, TYPE, at);
  store<T>(out, sign ? -value : value);
  return end;
}

/**
 * The correctly rounded float at `at` to `out`; the address after it, or 0.
 *
 * Up to 19 digits go into one u64; Clinger's fast path or Eisel–Lemire scale it. Longer mantissas are compared exactly
 * with the midpoint between the two candidates.
 */
export function readFloat<T>(s: State, at: usize, out: usize): usize {
  const first = load<u8>(at);
  const negative = first == 45;
  let p = at + <usize>(negative || (first == 43 && !s.strict));
  const begin = p;
  let x = load<u64>(p) ^ ZEROS;
  let n = digitRun(x);
  let m: u64 = 0;
  if (n) {
    m = eightDigits(x << (64 - (<u64>n << 3)));
    p += n;
    while (n == 8) {
      x = load<u64>(p) ^ ZEROS;
      n = digitRun(x);
      if (!n) break;
      m = m * load<u64>(TENS + (<usize>n << 3)) + eightDigits(x << (64 - (<u64>n << 3)));
      p += n;
    }
  }
  let digits = <i32>(p - begin);
  if (s.strict && (digits == 0 || (digits > 1 && load<u8>(begin) == 48))) {
    return digits ? fail(s, SYNTAX_NUMBER, at) : readWord<T>(s, at, out);
  }
  let exponent = 0;
  let c = load<u8>(p);
  if (c == 46) {
    const point = ++p;
    do {
      x = load<u64>(p) ^ ZEROS;
      n = digitRun(x);
      if (!n) break;
      m = m * load<u64>(TENS + (<usize>n << 3)) + eightDigits(x << (64 - (<u64>n << 3)));
      p += n;
    } while (n == 8);
    exponent = -<i32>(p - point);
    if (exponent == 0 && s.strict) return fail(s, SYNTAX_NUMBER, at);
    digits -= exponent;
    c = load<u8>(p);
  }
  if (digits == 0) return readWord<T>(s, at, out);
  const mantissaEnd = p;
  let written = 0;
  if ((c | 32) == 101) {
    let q = p + 1;
    const sign = load<u8>(q);
    if (sign == 45 || sign == 43) q++;
    const exponentAt = q;
    while (true) {
      const digit = <u32>load<u8>(q) - 48;
      if (digit > 9) break;
      if (written < 100000000) written = written * 10 + <i32>digit;
      q++;
    }
    if (q == exponentAt) return fail(s, SYNTAX_NUMBER, at);
    if (sign == 45) written = -written;
    p = q;
  }
  const bits = digits <= 19 ? scale<T>(s, m, exponent + written) : longFloat<T>(s, begin, mantissaEnd, written);
  if (sizeof<T>() == 8) store<u64>(out, bits | (<u64>negative << 63));
  else store<u32>(out, <u32>bits | (<u32>negative << 31));
  return p;
}

/** More than 19 digits at [begin, end), a point among them perhaps, times 10^exponent. */
function longFloat<T>(s: State, begin: usize, end: usize, exponent: i32): u64 {
  let w: u64 = 0;
  let taken = 0;
  let pointSeen = false;
  let cut = false;
  for (let p = begin; p < end; p++) {
    const c = load<u8>(p);
    if (c == 46) {
      pointSeen = true;
      continue;
    }
    if (taken < 19) {
      w = w * 10 + (c - 48);
      taken += <i32>(w != 0);
      exponent -= <i32>pointSeen;
    } else {
      cut = cut || c != 48;
      exponent += <i32>!pointSeen;
    }
  }
  const bits = scale<T>(s, w, exponent);
  return cut ? exactRound<T>(s, bits, begin, end, exponent) : bits;
}
