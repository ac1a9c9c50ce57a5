import { lost } from './compensated';

// Products that forget. Zeros, signs and infinities are counted, the rest is a mantissa of two f64 in [1, 2) with an exponent of its own, so
// that nothing overflows on the way and each row costs some 2^-100 of relative error.
//
//   [ high f64, 0 = 1 | low f64 | exponent i64 | zeros | negatives | infinities | count ] 40 bytes

/** A factor comes (`step` 1), or leaves (-1). */
export function factor(at: usize, x: f64, step: i32): void {
  store<i32>(at, load<i32>(at, 36) + step, 36);
  if (x < 0) store<i32>(at, load<i32>(at, 28) + step, 28);
  const size = abs(x);
  if (size == 0) store<i32>(at, load<i32>(at, 24) + step, 24);
  else if (size == Infinity) store<i32>(at, load<i32>(at, 32) + step, 32);
  else if (step > 0) times(at, size);
  else over(at, size);
  // the last factor left: exactly 1 again
  if (load<i32>(at, 36) == load<i32>(at, 24) + load<i32>(at, 32)) memory.fill(at, 0, 24);
}

const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
const ONE: u64 = 0x3ff0_0000_0000_0000;

/** The exponent of a positive finite number. */
// @ts-ignore: decorator
@inline
function exponentOf(x: f64): i64 { return <i64>((reinterpret<u64>(x) >> 52) & 2047) - 1023; }

// @ts-ignore: decorator
@inline
function mantissaOf(x: f64): f64 { return reinterpret<f64>((reinterpret<u64>(x) & MANTISSA) | ONE); }

function put(at: usize, high: f64, low: f64, exponent: i64): void {
  let sum = high + low, rest = high - sum + low;
  if (sum >= 2) {
    sum *= 0.5;
    rest *= 0.5;
    exponent++;
  } else if (sum < 1) {
    sum *= 2;
    rest *= 2;
    exponent--;
  }
  store<f64>(at, sum);
  store<f64>(at, rest, 8);
  store<i64>(at, exponent, 16);
}

function times(at: usize, x: f64): void {
  let shift: i64 = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18446744073709551616.0;
    shift = 64;
  }
  const high = load<f64>(at) == 0 ? 1 : load<f64>(at), m = mantissaOf(x), p = high * m;
  put(at, p, lost(high, m, p) + load<f64>(at, 8) * m, load<i64>(at, 16) + exponentOf(x) - shift);
}

function over(at: usize, x: f64): void {
  let shift: i64 = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18446744073709551616.0;
    shift = 64;
  }
  const high = load<f64>(at), m = mantissaOf(x), q = high / m, p = q * m;
  put(at, q, (high - p - lost(q, m, p) + load<f64>(at, 8)) / m, load<i64>(at, 16) - exponentOf(x) + shift);
}

/** The factors of `at` come to `to`. */
export function joinProduct(to: usize, at: usize): void {
  if (load<f64>(at) != 0) {
    const a = load<f64>(to) == 0 ? 1 : load<f64>(to), b = load<f64>(at), p = a * b;
    put(to, p, lost(a, b, p) + a * load<f64>(at, 8) + load<f64>(to, 8) * b, load<i64>(to, 16) + load<i64>(at, 16));
  }
  for (let w: usize = 24; w < 40; w += 4) store<u32>(to + w, load<u32>(to + w) + load<u32>(at + w));
}

/** The product as one f64; 1 of nothing. */
export function productOf(at: usize): f64 {
  const zeros = load<u32>(at, 24), endless = load<u32>(at, 32);
  let x = load<f64>(at) == 0 ? 1 : load<f64>(at) + load<f64>(at, 8);
  if (endless != 0) x = zeros != 0 ? NaN : Infinity;
  else if (zeros != 0) x = 0;
  else x = scaled(x, load<i64>(at, 16));
  return (load<u32>(at, 28) & 1) != 0 ? -x : x;
}

/** x · 2^exponent, in steps that don't overflow before they must. */
function scaled(x: f64, exponent: i64): f64 {
  exponent = max<i64>(-2200, min<i64>(2200, exponent));
  while (exponent > 1000) {
    x *= 1.0715086071862673e301; // 2^1000
    exponent -= 1000;
  }
  while (exponent < -1000) {
    x *= 9.332636185032189e-302; // 2^-1000
    exponent += 1000;
  }
  return x * reinterpret<f64>(<u64>(exponent + 1023) << 52);
}
