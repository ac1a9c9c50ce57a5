// Conversions that always succeed, four rows at a time: every source is first four i32 (or u32) lanes.

// @ts-ignore: decorator
@inline
function four<F>(a: usize): v128 {
  if (sizeof<F>() == 1) {
    const bytes = v128.load32_zero(a);
    return isSigned<F>() ? i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes)) : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  }
  if (sizeof<F>() == 2) return isSigned<F>() ? v128.load16x4_s(a) : v128.load16x4_u(a);
  return v128.load(a);
}

/** Integers of up to 32 bits to i32, i64, f32 or f64. */
// @ts-ignore: decorator
@inline
export function widen<F, T>(a: usize, out: usize, length: i32): void {
  const whole = length & ~3;
  let i = 0;
  for (; i < whole; i += 4) {
    const x = four<F>(a + (<usize>i << alignof<F>())), to = out + (<usize>i << alignof<T>());
    if (sizeof<T>() == 4) {
      if (isFloat<T>()) v128.store(to, isSigned<F>() ? f32x4.convert_i32x4_s(x) : f32x4.convert_i32x4_u(x));
      else v128.store(to, x);
    } else if (isFloat<T>()) {
      const high = v128.shuffle<i32>(x, x, 2, 3, 2, 3);
      v128.store(to, isSigned<F>() ? f64x2.convert_low_i32x4_s(x) : f64x2.convert_low_i32x4_u(x));
      v128.store(to, isSigned<F>() ? f64x2.convert_low_i32x4_s(high) : f64x2.convert_low_i32x4_u(high), 16);
    } else {
      v128.store(to, isSigned<F>() ? i64x2.extend_low_i32x4_s(x) : i64x2.extend_low_i32x4_u(x));
      v128.store(to, isSigned<F>() ? i64x2.extend_high_i32x4_s(x) : i64x2.extend_high_i32x4_u(x), 16);
    }
  }
  for (; i < length; i++) store<T>(out + (<usize>i << alignof<T>()), <T>load<F>(a + (<usize>i << alignof<F>())));
}

/** One value at a time: i64 and u64 to f64, f64 to f32 and back. */
// @ts-ignore: decorator
@inline
export function each<F, T>(a: usize, out: usize, length: i32): void {
  for (let i = 0; i < length; i++) store<T>(out + (<usize>i << alignof<T>()), <T>load<F>(a + (<usize>i << alignof<F>())));
}

/** Bits to 0 and 1. */
// @ts-ignore: decorator
@inline
export function spread(bits: usize, out: usize, length: i32): void {
  for (let i = 0; i < length; i++) store<i32>(out + (<usize>i << 2), (<i32>load<u8>(bits + (i >> 3)) >> (i & 7)) & 1);
}

// @ts-ignore: decorator
@inline
function present(validity: usize, row: i32): bool {
  return validity == 0 || ((<i32>load<u8>(validity + (row >> 3)) >> (row & 7)) & 1) != 0;
}

/** Integers to narrower ones, keeping the low bits; returns the first present row whose value does not fit, or -1. */
// @ts-ignore: decorator
@inline
export function narrow<F, T>(a: usize, validity: usize, out: usize, length: i32): i32 {
  // One flag for the whole column first: no branch per row on the way that succeeds.
  let lost: F = 0;
  for (let i = 0; i < length; i++) {
    const value = load<F>(a + (<usize>i << alignof<F>())), kept = <T>value;
    store<T>(out + (<usize>i << alignof<T>()), kept);
    // a change of sign (i64 ↔ u64) loses no bits, but the meaning
    lost |= (<F>kept ^ value) | (sizeof<F>() == sizeof<T>() ? value >> (sizeof<F>() * 8 - 1) : 0);
  }
  if (lost == 0) return -1;
  for (let i = 0; i < length; i++) {
    const value = load<F>(a + (<usize>i << alignof<F>()));
    const fits = sizeof<F>() == sizeof<T>() ? value >> (sizeof<F>() * 8 - 1) == 0 : <F>(<T>value) == value;
    if (!fits && present(validity, i)) return i;
  }
  return -1;
}

/** Floats to integers, towards zero; returns the first present row that is NaN or outside T, or -1 (such rows hold 0 or the nearest limit). */
// @ts-ignore: decorator
@inline
export function truncate<T>(a: usize, validity: usize, out: usize, length: i32): i32 {
  const low = isSigned<T>() ? -9223372036854775808.0 : 0.0, high = isSigned<T>() ? 9223372036854775808.0 : 18446744073709551616.0;
  let lost = 0;
  for (let i = 0; i < length; i++) {
    const value = trunc<f64>(load<f64>(a + (<usize>i << 3)));
    lost |= i32(!(value >= low && value < high));
    // compiles to the saturating conversion, which never traps
    store<T>(out + (<usize>i << 3), <T>value);
  }
  if (lost == 0) return -1;
  for (let i = 0; i < length; i++) {
    const value = trunc<f64>(load<f64>(a + (<usize>i << 3)));
    if (!(value >= low && value < high) && present(validity, i)) return i;
  }
  return -1;
}
