// Text: finding its end, JSON's escapes, UTF-8.
import { State } from './field';

/** Lanes of `v` that end plain JSON text: quote, backslash, control characters. */
// @ts-ignore: decorator
@inline
export function stops(v: v128): i32 {
  return i8x16.bitmask(
    v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(34)), i8x16.eq(v, i8x16.splat(92))),
      i8x16.eq(v, i8x16.min_u(v, i8x16.splat(31))),
    ),
  );
}

/** The first quote, backslash or control character from `at` on; a 0 stands at the end of the input. */
export function plainEnd(at: usize): usize {
  while (true) {
    const mask = stops(v128.load(at));
    if (mask) return at + ctz(mask);
    at += 16;
  }
}

/** Behind the next newline in [at, end); 0 when there is none. */
export function lineEnd(at: usize, end: usize): usize {
  for (; at < end; at += 16) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(10)));
    if (mask) {
      at += ctz(mask) + 1;
      return at <= end ? at : 0;
    }
  }
  return 0;
}

/** From behind an opening quote to behind the closing one; 0 when a control character comes first. */
export function stringEnd(at: usize): usize {
  while (true) {
    at = plainEnd(at);
    const c = load<u8>(at);
    if (c == 34) return at + 1;
    if (c != 92 || load<u8>(at, 1) < 32) return 0;
    at += 2;
  }
}

function hexDigit(c: u32): i32 {
  if (c - 48 < 10) return c - 48;
  c |= 32;
  return c - 97 < 6 ? c - 87 : -1;
}

function hex4(at: usize): i32 {
  let value = 0;
  for (let i = 0; i < 4; i++, at++) {
    const digit = hexDigit(load<u8>(at));
    if (digit < 0) return -1;
    value = (value << 4) | digit;
  }
  return value;
}

/** Writes the code point as UTF-8; returns the address after it. At most 4 bytes. */
function writeUtf8(out: usize, point: u32): usize {
  if (point < 0x80) {
    store<u8>(out, point);
    return out + 1;
  }
  if (point < 0x800) {
    store<u8>(out, 0xc0 | (point >> 6));
    store<u8>(out, 0x80 | (point & 63), 1);
    return out + 2;
  }
  if (point < 0x10000) {
    store<u8>(out, 0xe0 | (point >> 12));
    store<u8>(out, 0x80 | ((point >> 6) & 63), 1);
    store<u8>(out, 0x80 | (point & 63), 2);
    return out + 3;
  }
  store<u8>(out, 0xf0 | (point >> 18));
  store<u8>(out, 0x80 | ((point >> 12) & 63), 1);
  store<u8>(out, 0x80 | ((point >> 6) & 63), 2);
  store<u8>(out, 0x80 | (point & 63), 3);
  return out + 4;
}

/**
 * The escape whose backslash is at `at`, to `out`. Returns the address behind it, with the address behind what was
 * written in state.number; 0 when it is no escape. Half a surrogate pair becomes U+FFFD: UTF-8 has no form for it.
 */
export function readEscape(s: State, at: usize, out: usize): usize {
  const c = load<u8>(at, 1);
  let plain: u32 = 0;
  switch (c) {
    case 34: case 92: case 47: plain = c; break;
    case 98: plain = 8; break;
    case 102: plain = 12; break;
    case 110: plain = 10; break;
    case 114: plain = 13; break;
    case 116: plain = 9; break;
    case 117: {
      let point = hex4(at + 2);
      if (point < 0) return 0;
      at += 6;
      if ((point & 0xf800) == 0xd800) {
        let whole = 0xfffd;
        if (point < 0xdc00 && load<u16>(at) == 0x755c) {
          const low = hex4(at + 2);
          if ((low & 0xfc00) == 0xdc00 && low >= 0) {
            whole = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
            at += 6;
          }
        }
        point = whole;
      }
      s.number = <u64>writeUtf8(out, point);
      return at;
    }
    default: return 0;
  }
  store<u8>(out, plain);
  s.number = <u64>(out + 1);
  return at + 2;
}

/** Whether the bytes are UTF-8: no overlong forms, surrogates, or points above U+10FFFF. */
export function isUtf8(at: usize, end: usize): bool {
  while (at < end) {
    // whole ASCII lanes first: text that needs this is often mostly ASCII
    if (at + 16 <= end && !v128.any_true(v128.and(v128.load(at), i8x16.splat(-128)))) {
      at += 16;
      continue;
    }
    const c = <u32>load<u8>(at);
    if (c < 0x80) at++;
    else if (c < 0xe0) {
      if (c < 0xc2 || at + 2 > end || (load<u8>(at, 1) & 0xc0) != 0x80) return false;
      at += 2;
    } else if (c < 0xf0) {
      if (at + 3 > end) return false;
      const b = <u32>load<u8>(at, 1);
      if ((b & 0xc0) != 0x80 || (load<u8>(at, 2) & 0xc0) != 0x80) return false;
      if ((c == 0xe0 && b < 0xa0) || (c == 0xed && b > 0x9f)) return false;
      at += 3;
    } else {
      if (c > 0xf4 || at + 4 > end) return false;
      const b = <u32>load<u8>(at, 1);
      if ((b & 0xc0) != 0x80 || (load<u8>(at, 2) & 0xc0) != 0x80 || (load<u8>(at, 3) & 0xc0) != 0x80) return false;
      if ((c == 0xf0 && b < 0x90) || (c == 0xf4 && b > 0x8f)) return false;
      at += 4;
    }
  }
  return true;
}

/** Whether `length` bytes at `a` and `b` are the same; reads up to 7 beyond at `a`, and at `b` within its page. */
export function sameBytes(a: usize, b: usize, length: i32): bool {
  for (; length >= 8; length -= 8, a += 8, b += 8) if (load<u64>(a) != load<u64>(b)) return false;
  if (length == 0) return true;
  if ((b & 0xffff) <= 0xfff8) return ((load<u64>(a) ^ load<u64>(b)) << (64 - (<u64>length << 3))) == 0;
  // the next page may not exist
  for (let i = 0; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

const LANES: v128 = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

/** 16 bytes from `at`, of which `left` are meant; never reads a page that none of these is in, for it may not exist. */
// @ts-ignore: decorator
@inline
export function loadWithin(at: usize, left: i32): v128 {
  if (left >= 16 || (at & 0xffff) <= 0xfff0) return v128.load(at);
  return i8x16.swizzle(v128.load(at + left - 16), i8x16.add(LANES, i8x16.splat(<i8>(16 - left))));
}

/** A hash of `length` bytes; reads up to 7 beyond. */
// @ts-ignore: decorator
@inline
export function hashBytes(at: usize, length: i32): u32 {
  let h: u64 = <u64>length * 0x9e3779b97f4a7c15;
  for (; length >= 8; length -= 8, at += 8) {
    h = (h ^ load<u64>(at)) * 0x9fb21c651e98df25;
    h ^= h >> 32;
  }
  if (length) {
    h = (h ^ (load<u64>(at) << (64 - (<u64>length << 3)))) * 0x9fb21c651e98df25;
    h ^= h >> 32;
  }
  h *= 0x9e3779b97f4a7c15;
  return <u32>(h >> 32);
}
