// Texts by code points: bytes 10xxxxxx continue one.

// @ts-ignore: decorator
@inline
function begins(at: usize): i32 {
  return i32((<i32>load<u8>(at) & 0xc0) != 0x80);
}

/** Number of code points in [from, to). */
// @ts-ignore: decorator
@inline
export function points(from: usize, to: usize): i32 {
  let count = 0;
  for (; from + 16 <= to; from += 16) {
    // signed: 0x80 … 0xbf are the bytes below -64
    count += popcnt<i32>(i8x16.bitmask(i8x16.ge_s(v128.load(from), i8x16.splat(-64))));
  }
  for (; from < to; from++) count += begins(from);
  return count;
}

// @ts-ignore: decorator
@inline
export function lengths(offsets: usize, values: usize, out: usize, length: i32): void {
  for (let i: usize = 0, bytes = <usize>length << 2; i < bytes; i += 4) {
    store<i32>(out + i, points(values + load<i32>(offsets + i), values + load<i32>(offsets + i, 4)));
  }
}

/** Address of code point `n` (at most `to`). */
// @ts-ignore: decorator
@inline
function point(from: usize, to: usize, n: i32): usize {
  for (; from < to; from++) {
    if (begins(from) && n-- == 0) return from;
  }
  return to;
}

/** Code points [start, stop) of each text; negative places count from its end. Writes offsets from 0 and, when `out` is not 0, the bytes; returns their number. */
// @ts-ignore: decorator
@inline
export function slice(offsets: usize, values: usize, start: i32, stop: i32, outOffsets: usize, out: usize, length: i32): i32 {
  let total = 0;
  store<i32>(outOffsets, 0);
  for (let i: usize = 0, bytes = <usize>length << 2; i < bytes; i += 4) {
    const from = values + load<i32>(offsets + i), to = values + load<i32>(offsets + i, 4);
    let low = start, high = stop;
    if (low < 0 || high < 0) {
      const count = points(from, to);
      if (low < 0) low = max(low + count, 0);
      if (high < 0) high = max(high + count, 0);
    }
    if (low < high) {
      const first = point(from, to, low), last = point(first, to, high - low);
      const size = <i32>(last - first);
      if (out) memory.copy(out + total, first, size);
      total += size;
    }
    store<i32>(outOffsets + i, total, 4);
  }
  return total;
}

/** Copies ASCII letters in the other case; returns 0, or 1 when there is a byte that is not ASCII (then `out` is of no use). */
// @ts-ignore: decorator
@inline
export function asciiCase(values: usize, first: i32, out: usize, bytes: i32): i32 {
  let seen = i8x16.splat(0);
  const low = i8x16.splat(<i8>first), high = i8x16.splat(<i8>(first + 25)), flip = i8x16.splat(0x20), end = <usize>bytes;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) {
    const text = v128.load(values + i);
    seen = v128.or(seen, text);
    const letter = v128.and(i8x16.ge_s(text, low), i8x16.le_s(text, high));
    v128.store(out + i, v128.xor(text, v128.and(letter, flip)));
  }
  let rest = i8x16.bitmask(seen);
  for (; i < end; i++) {
    const byte = <i32>load<u8>(values + i);
    rest |= byte & 0x80;
    store<u8>(out + i, <u8>(byte >= first && byte <= first + 25 ? byte ^ 0x20 : byte));
  }
  return i32(rest != 0);
}
