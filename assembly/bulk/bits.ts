/** The `count` (1–8) bits from bit `at` at `source`; reads the next byte only when a bit lies in it. */
// @ts-ignore: decorator
@inline
function bitsAt(source: usize, at: i32, count: i32): u32 {
  const byte = source + <usize>(at >> 3), shift = at & 7;
  let bits = <u32>load<u8>(byte) >> shift;
  if (shift + count > 8) bits |= <u32>load<u8>(byte, 1) << (8 - shift);
  return bits & ((1 << count) - 1);
}

export function copyBits(target: usize, targetBit: i32, source: usize, sourceBit: i32, count: i32): void {
  // Up to a byte boundary of the target, then whole bytes, then the rest.
  const head = min((8 - (targetBit & 7)) & 7, count);
  if (head > 0) {
    putBits(target, targetBit, bitsAt(source, sourceBit, head), head);
    targetBit += head; sourceBit += head; count -= head;
  }
  let to = target + <usize>(targetBit >> 3);
  const whole = count >> 3;
  if ((sourceBit & 7) == 0) memory.copy(to, source + <usize>(sourceBit >> 3), whole);
  else {
    const shift = sourceBit & 7;
    let from = source + <usize>(sourceBit >> 3), left = whole;
    // eight bytes at a time; reads nine, so the last few go one by one
    for (; left >= 9; left -= 8, from += 8, to += 8) store<u64>(to, load<u64>(from) >> shift | <u64>load<u8>(from, 8) << (64 - shift));
    for (; left > 0; left--, from++, to++) store<u8>(to, <u8>(<u32>load<u8>(from) >> shift | <u32>load<u8>(from, 1) << (8 - shift)));
  }
  const rest = count & 7;
  if (rest > 0) putBits(target, targetBit + (whole << 3), bitsAt(source, sourceBit + (whole << 3), rest), rest);
}

/** Sets `count` bits within one byte. */
// @ts-ignore: decorator
@inline
function putBits(target: usize, at: i32, bits: u32, count: i32): void {
  const byte = target + <usize>(at >> 3), shift = at & 7;
  const mask = ((1 << count) - 1) << shift;
  store<u8>(byte, <u8>((<i32>load<u8>(byte) & ~mask) | (<i32>bits << shift & mask)));
}

export function fillBits(target: usize, targetBit: i32, value: i32, count: i32): void {
  const all: u32 = value ? 0xff : 0;
  const head = min((8 - (targetBit & 7)) & 7, count);
  if (head > 0) { putBits(target, targetBit, all, head); targetBit += head; count -= head; }
  const to = target + <usize>(targetBit >> 3), whole = count >> 3;
  memory.fill(to, <u8>all, whole);
  if (count & 7) putBits(target, targetBit + (whole << 3), all, count & 7);
}
