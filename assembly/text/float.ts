// Decimal to binary: w × 10^q to the nearest float, ties to even.
import { State } from './field';

/** Powers of ten that a double holds exactly. */
const EXACT_TENS = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
  1e22,
]);

/** The upper half of a 64 × 64 bit product. */
// @ts-ignore: decorator
@inline
export function mulHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff, aHigh = a >> 32, bLow = b & 0xffffffff, bHigh = b >> 32;
  const low = aLow * bLow;
  const mid = aHigh * bLow + (low >> 32);
  const mid2 = aLow * bHigh + (mid & 0xffffffff);
  return aHigh * bHigh + (mid >> 32) + (mid2 >> 32);
}

/**
 * Bits of the T nearest to w × 10^q.
 *
 * @see Clinger 1990, "How to read floating point numbers accurately"; Lemire 2021, "Number parsing at a gigabyte per
 * second"; Mushtak & Lemire 2023, "Fast number parsing without fallback": 128 bits of the power are enough for any u64
 */
export function scale<T>(s: State, w: u64, q: i32): u64 {
  if (sizeof<T>() == 8 && w <= 9007199254740992 && q >= -22 && q <= 22) {
    return reinterpret<u64>(
      q < 0 ? <f64>w / load<f64>(EXACT_TENS + (<usize>-q << 3)) : <f64>w * load<f64>(EXACT_TENS + (<usize>q << 3)),
    );
  }
  return eiselLemire<T>(s, w, q);
}

function eiselLemire<T>(s: State, w: u64, q: i32): u64 {
  const fractionBits: i32 = sizeof<T>() == 8 ? 52 : 23;
  const bias: i32 = sizeof<T>() == 8 ? 1023 : 127;
  const infinity: i32 = sizeof<T>() == 8 ? 0x7ff : 0xff;
  if (w == 0 || q < (sizeof<T>() == 8 ? -342 : -65)) return 0;
  if (q > (sizeof<T>() == 8 ? 308 : 38)) return <u64>infinity << fractionBits;
  const leading = <i32>clz(w);
  w <<= leading;
  const power = s.powers + (<usize>(q + 342) << 4);
  const factor = load<u64>(power);
  let low = w * factor;
  let high = mulHigh(w, factor);
  const mask: u64 = <u64>-1 >> (fractionBits + 3);
  if ((high & mask) == mask) {
    const carry = mulHigh(w, load<u64>(power, 8));
    low += carry;
    if (carry > low) high++;
  }
  const upper = <i32>(high >> 63);
  const shift = upper + 64 - fractionBits - 3;
  let mantissa = high >> shift;
  let exponent = ((217706 * q) >> 16) + 63 + upper - leading + bias;
  if (exponent <= 0) {
    // subnormal: shift right first, then round
    if (1 - exponent >= 64) return 0;
    mantissa >>= 1 - exponent;
    mantissa += mantissa & 1;
    return mantissa >> 1;
  }
  // Halfway cases are possible only where 5^q fits 64 bits.
  const leastTie = sizeof<T>() == 8 ? -4 : -17;
  const mostTie = sizeof<T>() == 8 ? 23 : 10;
  if (low <= 1 && q >= leastTie && q <= mostTie && (mantissa & 3) == 1 && mantissa << shift == high) mantissa &= ~1;
  mantissa += mantissa & 1;
  mantissa >>= 1;
  if (mantissa >= <u64>2 << fractionBits) {
    mantissa = <u64>1 << fractionBits;
    exponent++;
  }
  if (exponent >= infinity) return <u64>infinity << fractionBits;
  return (mantissa & ~(<u64>1 << fractionBits)) | (<u64>exponent << fractionBits);
}

// ---- natural numbers of up to 1023 u32 limbs, lowest first; the count stands before them ----

function multiplyAdd(number: usize, factor: u32, addend: u32): void {
  const count = load<i32>(number);
  let carry: u64 = addend;
  let at = number + 4;
  for (let i = 0; i < count; i++, at += 4) {
    carry += <u64>load<u32>(at) * factor;
    store<u32>(at, <u32>carry);
    carry >>= 32;
  }
  if (carry) {
    store<u32>(at, <u32>carry);
    store<i32>(number, count + 1);
  }
}

function timesPowerOfFive(number: usize, power: i32): void {
  for (; power >= 13; power -= 13) multiplyAdd(number, 1220703125, 0);
  for (; power > 0; power--) multiplyAdd(number, 5, 0);
}

function shiftLeft(number: usize, bits: i32): void {
  const limbs = bits >> 5;
  multiplyAdd(number, 1 << (bits & 31), 0);
  const count = load<i32>(number);
  memory.copy(number + 4 + (<usize>limbs << 2), number + 4, <usize>count << 2);
  memory.fill(number + 4, 0, <usize>limbs << 2);
  store<i32>(number, count + limbs);
}

function compare(a: usize, b: usize): i32 {
  const count = load<i32>(a);
  if (count != load<i32>(b)) return count < load<i32>(b) ? -1 : 1;
  for (let i = <usize>count << 2; i > 0; i -= 4) {
    const x = load<u32>(a + i), y = load<u32>(b + i);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Digits that can decide a double: a midpoint has at most 767; the last one here stands for all that follow. */
const MOST_DIGITS: i32 = 770;

/**
 * `bits`, rounded from the first 19 significant digits w at [begin, end) × 10^exponent, or the float above it: whichever
 * all digits are nearer to.
 */
export function exactRound<T>(s: State, bits: u64, begin: usize, end: usize, exponent: i32): u64 {
  const fractionBits: i32 = sizeof<T>() == 8 ? 52 : 23;
  const infinity: u64 = sizeof<T>() == 8 ? 0x7ff : 0xff;
  const biased = <i32>(bits >> fractionBits);
  if (<u64>biased == infinity || exponent < (sizeof<T>() == 8 ? -342 : -65)) return bits;
  const text = s.scratch, middle = s.scratch + 4096;
  store<i32>(text, 0);
  let taken = 0;
  let power = exponent; // 10^power scales the digits taken
  for (let p = begin; p < end; p++) {
    const c = load<u8>(p);
    if (c == 46 || (c == 48 && taken == 0)) continue;
    if (taken < MOST_DIGITS) {
      if (taken >= 19) power--;
      multiplyAdd(text, 10, c - 48);
      taken++;
    } else if (c != 48) {
      multiplyAdd(text, 10, 1);
      power--;
      break;
    }
  }
  // the midpoint is (2 m + 1) × 2^(k − 1)
  const fraction = bits & ((<u64>1 << fractionBits) - 1);
  const m = biased ? fraction | (<u64>1 << fractionBits) : fraction;
  const k = (biased ? biased : 1) - (sizeof<T>() == 8 ? 1075 : 150);
  const twice = 2 * m + 1;
  store<u32>(middle, <u32>twice, 4);
  store<u32>(middle, <u32>(twice >> 32), 8);
  store<i32>(middle, twice >> 32 ? 2 : 1);
  if (power >= 0) timesPowerOfFive(text, power);
  else timesPowerOfFive(middle, -power);
  const shift = power - (k - 1);
  if (shift > 0) shiftLeft(text, shift);
  else if (shift < 0) shiftLeft(middle, -shift);
  const order = compare(text, middle);
  return bits + <u64>(order > 0 || (order == 0 && (bits & 1) != 0));
}
