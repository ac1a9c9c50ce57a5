/** Whether `bytes` bytes are the same. */
// @ts-ignore: decorator
@inline
export function same(a: usize, b: usize, bytes: i32): bool {
  let i = 0;
  for (; i + 8 <= bytes; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  for (; i < bytes; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

/**
 * Address of the first place in [from, to) where `bytes` bytes are those at `text`; 0 when there is none.
 *
 * Sixteen places a step: those where both the first and the last byte fit are looked at. Muła, "SIMD-friendly algorithms for substring
 * searching", 2016
 */
export function find(from: usize, to: usize, text: usize, bytes: i32): usize {
  if (bytes == 0) return from;
  if (<i32>(to - from) < bytes) return 0;
  const last = to - bytes, tail = <usize>(bytes - 1);
  const first = load<u8>(text), final = load<u8>(text + tail);
  const firsts = i8x16.splat(first), finals = i8x16.splat(final);
  let at = from;
  for (; at + 15 <= last; at += 16) {
    let mask = i8x16.bitmask(v128.and(i8x16.eq(v128.load(at), firsts), i8x16.eq(v128.load(at + tail), finals)));
    for (; mask != 0; mask &= mask - 1) {
      const place = at + ctz(mask);
      if (same(place, text, bytes)) return place;
    }
  }
  for (; at <= last; at++) if (load<u8>(at) == first && load<u8>(at + tail) == final && same(at, text, bytes)) return at;
  return 0;
}
