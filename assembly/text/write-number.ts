// Numbers as text: integers, and floats with the fewest digits that read back as the same float.
import { mulHigh } from './float';

/** Writes two decimal digits. */
// @ts-ignore: decorator
@inline
export function writeTwo(out: usize, value: u32): void {
  const tens = value / 10;
  store<u16>(out, 0x3030 + tens + ((value - tens * 10) << 8));
}

/** Decimal digits of `value`, 1 to 20. */
function digitsOf(value: u64): i32 {
  // 1233 / 4096 ≈ log10 2
  if (value < 10) return 1;
  const guess = ((64 - <i32>clz(value)) * 1233) >> 12;
  return guess + <i32>(value >= load<u64>(POWERS + (<usize>guess << 3)));
}

const POWERS = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
  10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
  10000000000000000000,
]);

/** Writes `value` in `digits` digits, leading zeros included; the address behind them. */
export function writeDigits(out: usize, value: u64, digits: i32): usize {
  let at = out + digits;
  while (value > 0xffffffff) {
    const rest = value / 100;
    at -= 2;
    writeTwo(at, <u32>(value - rest * 100));
    value = rest;
  }
  let low = <u32>value;
  while (at >= out + 2) {
    const rest = low / 100;
    at -= 2;
    writeTwo(at, low - rest * 100);
    low = rest;
  }
  if (at > out) store<u8>(out, 48 + low);
  return out + digits;
}

export function writeUnsigned(out: usize, value: u64): usize {
  return writeDigits(out, value, digitsOf(value));
}

export function writeSigned(out: usize, value: i64): usize {
  if (value < 0) {
    store<u8>(out++, 45);
    return writeUnsigned(out, <u64>-value);
  }
  return writeUnsigned(out, <u64>value);
}

/** The upper 64 bits of (high, low) × factor / 2^64, with a last bit that is odd when anything was cut off. */
// @ts-ignore: decorator
@inline
function roundToOdd(high: u64, low: u64, factor: u64): u64 {
  const x = mulHigh(low, factor);
  const y = high * factor + x;
  return (mulHigh(high, factor) + <u64>(y < x)) | <u64>(y > 1);
}

/**
 * A finite float as JavaScript writes it; the address behind it. `powers` is the table of float.ts.
 *
 * @see Giulietti 2020, "The Schubfach way to render doubles"; Bolz's Drachennest for the form with 128-bit powers
 */
export function writeFloat(out: usize, value: f64, powers: usize): usize {
  const bits = reinterpret<u64>(value);
  if (bits >> 63) store<u8>(out++, 45);
  const fraction = bits & 0xfffffffffffff;
  const biased = <i32>(bits >> 52) & 0x7ff;
  if ((bits << 1) == 0) {
    store<u8>(out, 48);
    return out + 1;
  }
  const c = biased ? fraction | 0x10000000000000 : fraction;
  const q = (biased ? biased : 1) - 1075;
  if (q <= 0 && q > -53 && (c & ((<u64>1 << -q) - 1)) == 0) return writeUnsigned(out, c >> -q); // an integer below 2^53
  const closer = <u64>(fraction == 0 && biased > 1);
  const odd = c & 1;
  const k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
  const h = q + ((-k * 1741647) >> 19) + 1;
  const power = powers + (<usize>(342 - k) << 4);
  let high = load<u64>(power);
  let low = load<u64>(power, 8);
  // the table is cut off where Schubfach wants it rounded up
  if (-k < -27 || -k > 55) {
    low++;
    high += <u64>(low == 0);
  }
  const lower = roundToOdd(high, low, (4 * c - 2 + closer) << h) + odd;
  const middle = roundToOdd(high, low, (4 * c) << h);
  const upper = roundToOdd(high, low, (4 * c + 2) << h) - odd;
  let digits = middle >> 2;
  let exponent = k;
  let done = false;
  if (digits >= 10) {
    const tenth = digits / 10;
    const down = lower <= 40 * tenth;
    const up = 40 * tenth + 40 <= upper;
    if (down != up) {
      digits = tenth + <u64>up;
      exponent++;
      done = true;
    }
  }
  if (!done) {
    const down = lower <= 4 * digits;
    const up = 4 * digits + 4 <= upper;
    if (down != up) digits += <u64>up;
    else {
      const half = 4 * digits + 2;
      digits += <u64>(middle > half || (middle == half && (digits & 1) != 0));
    }
  }
  // trailing zeros
  if (digits % 100000000 == 0) {
    digits /= 100000000;
    exponent += 8;
  }
  if (digits % 10000 == 0) {
    digits /= 10000;
    exponent += 4;
  }
  if (digits % 100 == 0) {
    digits /= 100;
    exponent += 2;
  }
  if (digits % 10 == 0) {
    digits /= 10;
    exponent++;
  }
  return layOut(out, digits, exponent);
}

/** digits × 10^exponent as Number.prototype.toString lays it out. */
function layOut(out: usize, digits: u64, exponent: i32): usize {
  const count = digitsOf(digits);
  const point = count + exponent;
  if (exponent >= 0 && point <= 21) {
    out = writeDigits(out, digits, count);
    for (let i = 0; i < exponent; i++) store<u8>(out++, 48);
    return out;
  }
  if (point > 0 && point <= 21) {
    writeDigits(out + 1, digits, count);
    for (let i = 0; i < point; i++) store<u8>(out + i, load<u8>(out + i, 1));
    store<u8>(out + point, 46);
    return out + count + 1;
  }
  if (point > -6 && point <= 0) {
    store<u16>(out, 0x2e30);
    out += 2;
    for (let i = point; i < 0; i++) store<u8>(out++, 48);
    return writeDigits(out, digits, count);
  }
  writeDigits(out + 1, digits, count);
  store<u8>(out, load<u8>(out, 1));
  if (count > 1) {
    store<u8>(out, 46, 1);
    out += count + 1;
  } else out++;
  const power = point - 1;
  store<u16>(out, power < 0 ? 0x2d65 : 0x2b65);
  return writeUnsigned(out + 2, power < 0 ? -power : power);
}
