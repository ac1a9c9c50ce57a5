// Comparisons write bits, 16 rows at a time: lanes that are all ones or all zeros are narrowed to bytes, whose sign bits are the result.
//
//   f64  8 × [r0 r1]          even words of each pair → 4 × i32x4
//   i32  4 × [r0 r1 r2 r3]    narrow → 2 × i16x8
//   i16  2 × [r0 … r7]        narrow → 1 × i8x16 → bitmask
//
// `flip` inverts the bits (a ≠ b is a = b flipped). Bits of the last byte beyond `length` are zero.

export const enum Op { eq, lt, le, gt, ge }

// @ts-ignore: decorator
@inline
function lanes<T>(op: i32, a: v128, b: v128): v128 {
  if (op == Op.eq) return v128.eq<T>(a, b);
  if (sizeof<T>() == 8 && isInteger<T>() && !isSigned<T>()) {
    // wasm compares i64 signed only: moving both by 2⁶³ keeps the order
    const low = i64x2.splat(i64.MIN_VALUE), x = v128.xor(a, low), y = v128.xor(b, low);
    return op == Op.lt ? v128.lt<i64>(x, y) : op == Op.le ? v128.le<i64>(x, y) : op == Op.gt ? v128.gt<i64>(x, y) : v128.ge<i64>(x, y);
  }
  return op == Op.lt ? v128.lt<T>(a, b) : op == Op.le ? v128.le<T>(a, b) : op == Op.gt ? v128.gt<T>(a, b) : v128.ge<T>(a, b);
}

// @ts-ignore: decorator
@inline
function one<T>(op: i32, a: T, b: T): bool {
  if (op == Op.eq) return a == b;
  return op == Op.lt ? a < b : op == Op.le ? a <= b : op == Op.gt ? a > b : a >= b;
}

/** Lanes of the 16 bytes at `offset` behind the row pointer. */
// @ts-ignore: decorator
@inline
function at<T>(op: i32, scalar: bool, a: usize, b: usize, right: v128, offset: usize): v128 {
  return lanes<T>(op, v128.load(a + offset), scalar ? right : v128.load(b + offset));
}

// @ts-ignore: decorator
@inline
function words<T>(op: i32, scalar: bool, a: usize, b: usize, right: v128, offset: usize): v128 {
  return v128.shuffle<i32>(at<T>(op, scalar, a, b, right, offset), at<T>(op, scalar, a, b, right, offset + 16), 0, 2, 4, 6);
}

/** 16 rows to 16 bits. */
// @ts-ignore: decorator
@inline
function sixteen<T>(op: i32, scalar: bool, a: usize, b: usize, right: v128): i32 {
  if (sizeof<T>() == 1) return i8x16.bitmask(at<T>(op, scalar, a, b, right, 0));
  if (sizeof<T>() == 2) return i8x16.bitmask(i8x16.narrow_i16x8_s(at<T>(op, scalar, a, b, right, 0), at<T>(op, scalar, a, b, right, 16)));
  if (sizeof<T>() == 4) {
    const low = i16x8.narrow_i32x4_s(at<T>(op, scalar, a, b, right, 0), at<T>(op, scalar, a, b, right, 16));
    const high = i16x8.narrow_i32x4_s(at<T>(op, scalar, a, b, right, 32), at<T>(op, scalar, a, b, right, 48));
    return i8x16.bitmask(i8x16.narrow_i16x8_s(low, high));
  }
  const low = i16x8.narrow_i32x4_s(words<T>(op, scalar, a, b, right, 0), words<T>(op, scalar, a, b, right, 32));
  const high = i16x8.narrow_i32x4_s(words<T>(op, scalar, a, b, right, 64), words<T>(op, scalar, a, b, right, 96));
  return i8x16.bitmask(i8x16.narrow_i16x8_s(low, high));
}

/** Bit i of `out` = a[i] op b[i] (or one b), xor `flip`. */
// @ts-ignore: decorator
@inline
export function compare<T>(op: i32, scalar: bool, a: usize, b: usize, out: usize, length: i32, flip: i32): void {
  const single: T = load<T>(b), right = v128.splat<T>(single), inverse = flip ? 0xffff : 0;
  const whole = a + ((<usize>length & ~15) << alignof<T>());
  for (; a < whole; a += 16 << alignof<T>()) {
    store<u16>(out, <u16>(sixteen<T>(op, scalar, a, b, right) ^ inverse));
    out += 2;
    if (!scalar) b += 16 << alignof<T>();
  }
  const rest = length & 15;
  if (!rest) return;
  let bits = 0;
  for (let i = 0; i < rest; i++) {
    const place = <usize>i << alignof<T>();
    bits |= i32(one<T>(op, load<T>(a + place), scalar ? single : load<T>(b + place)) != <bool>(flip != 0)) << i;
  }
  if (rest > 8) store<u16>(out, <u16>bits);
  else store<u8>(out, <u8>bits);
}

/** Bit i of `out` = a[i] is one of the `count` values of T at `set`, xor `flip`. */
// @ts-ignore: decorator
@inline
export function within<T>(a: usize, set: usize, count: i32, out: usize, length: i32, flip: i32): void {
  const end = set + (<usize>count << alignof<T>());
  let bits = 0;
  for (let i = 0; i < length; i++) {
    const value = load<T>(a + (<usize>i << alignof<T>()));
    let found = 0;
    for (let at = set; at < end; at += sizeof<T>()) found |= i32(load<T>(at) == value);
    bits |= (found ^ flip) << (i & 7);
    if ((i & 7) == 7) {
      store<u8>(out++, <u8>bits);
      bits = 0;
    }
  }
  if (length & 7) store<u8>(out, <u8>bits);
}
