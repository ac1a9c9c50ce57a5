import { lost } from './exact';
import { groupOf, idAt, NONE } from './rows';

/**
 * Products that forget. Floats: zeros, signs and infinities are counted, the rest is a mantissa of two f64 in [1, 2) with an exponent of
 * its own, so that nothing overflows on the way and each row costs some 2^-100 of relative error.
 *
 *   [ high f64, 0 = 1 | low f64 | exponent i64 | zeros | negatives | infinities | count ] 40 bytes
 */
export function productF64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, step: i32): void {
  for (let row = 0; row < length; row++) {
    const x = load<f64>(values + (<usize>row << 3)), id = groupOf(ids, validity, mask, row);
    if (id == NONE || x != x) continue;
    const at = states + <usize>id * 40;
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

export function mergeProductF64(states: usize, from: usize, map: usize, groups: i32): void {
  for (let i = 0; i < groups; i++) {
    const id = idAt(map, i);
    if (id == NONE) continue;
    const to = states + <usize>id * 40, at = from + <usize>i * 40;
    if (load<f64>(at) != 0) {
      const a = load<f64>(to) == 0 ? 1 : load<f64>(to), b = load<f64>(at), p = a * b;
      put(to, p, lost(a, b, p) + a * load<f64>(at, 8) + load<f64>(to, 8) * b, load<i64>(to, 16) + load<i64>(at, 16));
    }
    for (let w: usize = 24; w < 40; w += 4) store<u32>(to + w, load<u32>(to + w) + load<u32>(at + w));
  }
}

export function resultProductF64(states: usize, ids: usize, groups: i32, out: usize): void {
  for (let i = 0; i < groups; i++) {
    const at = states + <usize>idAt(ids, i) * 40;
    const zeros = load<u32>(at, 24), endless = load<u32>(at, 32);
    let x = load<f64>(at) == 0 ? 1 : load<f64>(at) + load<f64>(at, 8);
    if (endless != 0) x = zeros != 0 ? NaN : Infinity;
    else if (zeros != 0) x = 0;
    else x = scaled(x, load<i64>(at, 16));
    store<f64>(out + (<usize>i << 3), (load<u32>(at, 28) & 1) != 0 ? -x : x);
  }
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

/**
 * Integers, modulo 2^64 as numpy's: x = odd · 2^twos. Odd numbers have an inverse modulo 2^64, so factors can leave exactly.
 *
 *   [ odd u64, 0 = 1 | twos u32 | zeros u32 | count u32 | unused ] 24 bytes
 */
export function productI64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, step: i32): void {
  for (let row = 0; row < length; row++) {
    const id = groupOf(ids, validity, mask, row), at = states + <usize>id * 24;
    if (id == NONE) continue;
    const x = load<u64>(values + (<usize>row << 3));
    store<i32>(at, load<i32>(at, 16) + step, 16);
    if (x == 0) {
      store<i32>(at, load<i32>(at, 12) + step, 12);
      continue;
    }
    const twos = ctz<u64>(x), odd = x >> twos;
    store<i32>(at, load<i32>(at, 8) + step * <i32>twos, 8);
    const before = load<u64>(at) == 0 ? 1 : load<u64>(at);
    store<u64>(at, before * (step > 0 ? odd : inverse(odd)));
  }
}

/** Newton's iteration: an odd number is its own inverse modulo 8, and each turn doubles the bits. */
function inverse(odd: u64): u64 {
  let x = odd;
  for (let i = 0; i < 5; i++) x *= 2 - odd * x;
  return x;
}

export function mergeProductI64(states: usize, from: usize, map: usize, groups: i32): void {
  for (let i = 0; i < groups; i++) {
    const to = states + <usize>idAt(map, i) * 24, at = from + <usize>i * 24;
    const a = load<u64>(to) == 0 ? 1 : load<u64>(to), b = load<u64>(at) == 0 ? 1 : load<u64>(at);
    store<u64>(to, a * b);
    for (let w: usize = 8; w < 20; w += 4) store<u32>(to + w, load<u32>(to + w) + load<u32>(at + w));
  }
}

export function resultProductI64(states: usize, ids: usize, groups: i32, out: usize): void {
  for (let i = 0; i < groups; i++) {
    const at = states + <usize>idAt(ids, i) * 24, twos = load<u32>(at, 8);
    const odd = load<u64>(at) == 0 ? 1 : load<u64>(at);
    store<u64>(out + (<usize>i << 3), load<u32>(at, 12) != 0 || twos > 63 ? 0 : odd << <u64>twos);
  }
}
