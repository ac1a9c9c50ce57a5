// Text, bytes and instants as text.
import { writeDigits, writeSigned, writeTwo } from './write-number';
import { loadWithin, stops } from './string';

/** `length` bytes as a JSON string; at most 6 × length + 2 bytes, and 16 more are touched. */
export function writeJsonString(out: usize, at: usize, length: i32): usize {
  const end = at + length;
  store<u8>(out++, 34);
  while (at < end) {
    const left = <i32>(end - at);
    const v = loadWithin(at, left);
    v128.store(out, v);
    const mask = stops(v);
    const plain = mask ? ctz(mask) : 16;
    if (plain >= left) {
      out += left;
      break;
    }
    at += plain;
    out += plain;
    if (mask) out = writeEscape(out, load<u8>(at++));
  }
  store<u8>(out, 34);
  return out + 1;
}

function writeEscape(out: usize, c: u32): usize {
  store<u8>(out, 92);
  let letter: u32 = 0;
  switch (c) {
    case 34: case 92: letter = c; break;
    case 8: letter = 98; break;
    case 12: letter = 102; break;
    case 10: letter = 110; break;
    case 13: letter = 114; break;
    case 9: letter = 116; break;
    default: {
      store<u32>(out, 0x30303075, 1); // u000
      const low = c & 15;
      store<u8>(out, 48 + (c >> 4), 4);
      store<u8>(out, low < 10 ? 48 + low : 87 + low, 5);
      return out + 6;
    }
  }
  store<u8>(out, letter, 1);
  return out + 2;
}

/** `length` bytes between quotes, quotes inside doubled; at most 2 × length + 2 bytes, and 16 more are touched. */
export function writeQuoted(out: usize, at: usize, length: i32, quote: u32): usize {
  const end = at + length;
  const quotes = i8x16.splat(<i8>quote);
  store<u8>(out++, quote);
  while (at < end) {
    const left = <i32>(end - at);
    const v = loadWithin(at, left);
    v128.store(out, v);
    const mask = i8x16.bitmask(i8x16.eq(v, quotes));
    const plain = mask ? ctz(mask) : 16;
    if (plain >= left) {
      out += left;
      break;
    }
    at += plain;
    out += plain;
    if (mask) {
      store<u16>(out, quote | (quote << 8));
      out += 2;
      at++;
    }
  }
  store<u8>(out, quote);
  return out + 1;
}

/** Copies `length` bytes; true when none of them is a, b, LF or CR. 16 bytes more are touched. */
export function copyPlain(out: usize, at: usize, length: i32, a: u32, b: u32): bool {
  const as = i8x16.splat(<i8>a), bs = i8x16.splat(<i8>b);
  for (; length > 0; length -= 16, at += 16, out += 16) {
    const v = loadWithin(at, length);
    v128.store(out, v);
    const special = v128.or(
      v128.or(i8x16.eq(v, as), i8x16.eq(v, bs)),
      v128.or(i8x16.eq(v, i8x16.splat(10)), i8x16.eq(v, i8x16.splat(13))),
    );
    let mask = i8x16.bitmask(special);
    if (length < 16) mask &= (1 << length) - 1;
    if (mask) return false;
  }
  return true;
}

function letterOf(sextet: u32): u32 {
  if (sextet < 26) return 65 + sextet;
  if (sextet < 52) return 71 + sextet;
  if (sextet < 62) return sextet - 4;
  return sextet == 62 ? 43 : 47;
}

/** `length` bytes as base64 with padding. */
export function writeBase64(out: usize, at: usize, length: i32): usize {
  for (; length >= 3; length -= 3, at += 3, out += 4) {
    const bits = (<u32>load<u8>(at) << 16) | (<u32>load<u8>(at, 1) << 8) | <u32>load<u8>(at, 2);
    store<u8>(out, letterOf(bits >> 18));
    store<u8>(out, letterOf((bits >> 12) & 63), 1);
    store<u8>(out, letterOf((bits >> 6) & 63), 2);
    store<u8>(out, letterOf(bits & 63), 3);
  }
  if (length == 0) return out;
  const bits = (<u32>load<u8>(at) << 16) | (length == 2 ? <u32>load<u8>(at, 1) << 8 : 0);
  store<u8>(out, letterOf(bits >> 18));
  store<u8>(out, letterOf((bits >> 12) & 63), 1);
  store<u8>(out, length == 2 ? letterOf((bits >> 6) & 63) : 61, 2);
  store<u8>(out, 61, 3);
  return out + 4;
}

/** Days from 0000-01-01 and from 10000-01-01 to the epoch. */
const FIRST_DAY: i64 = -719528;
const LAST_DAY: i64 = 2932896;

/** Whether the day has a year of four digits, as ISO 8601 wants. */
// @ts-ignore: decorator
@inline
function isPlainDay(days: i64): bool {
  return days >= FIRST_DAY && days <= LAST_DAY;
}

/** yyyy-mm-dd. @see Hinnant, "chrono-compatible low-level date algorithms", civil_from_days */
function writeCivil(out: usize, days: i32): usize {
  const z = days + 719468 + 146097; // one cycle more, for the days before 0000-03-01
  const era = z / 146097;
  const dayOfEra = z - era * 146097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const m = (5 * dayOfYear + 2) / 153;
  const month = m < 10 ? m + 3 : m - 9;
  const year = yearOfEra + (era - 1) * 400 + <i32>(month <= 2);
  writeTwo(out, year / 100);
  writeTwo(out + 2, year % 100);
  store<u8>(out, 45, 4);
  writeTwo(out + 5, month);
  store<u8>(out, 45, 7);
  writeTwo(out + 8, dayOfYear - (153 * m + 2) / 5 + 1);
  return out + 10;
}

/** A day as text between `quote`s (0: none), or as a number when its year has not four digits. */
export function writeDay(out: usize, days: i32, quote: u32): usize {
  if (!isPlainDay(days)) return writeSigned(out, days);
  if (quote) store<u8>(out++, quote);
  out = writeCivil(out, days);
  if (quote) store<u8>(out++, quote);
  return out;
}

/** An instant as 2001-01-31T14:05:06.123Z, with the digits of its unit (3, 6, 9) between `quote`s; else as a number. */
export function writeInstant(out: usize, value: i64, ticks: i32, quote: u32): usize {
  let seconds = value / ticks;
  let fraction = <i32>(value - seconds * ticks);
  if (fraction < 0) {
    fraction += ticks;
    seconds--;
  }
  let days = seconds / 86400;
  let second = <i32>(seconds - days * 86400);
  if (second < 0) {
    second += 86400;
    days--;
  }
  if (!isPlainDay(days)) return writeSigned(out, value);
  if (quote) store<u8>(out++, quote);
  out = writeCivil(out, <i32>days);
  const hour = second / 3600, minute = second / 60 % 60;
  store<u8>(out, 84);
  writeTwo(out + 1, hour);
  store<u8>(out, 58, 3);
  writeTwo(out + 4, minute);
  store<u8>(out, 58, 6);
  writeTwo(out + 7, second % 60);
  store<u8>(out, 46, 9);
  out = writeDigits(out + 10, fraction, ticks <= 1000 ? 3 : ticks == 1000000 ? 6 : 9);
  store<u8>(out++, 90);
  if (quote) store<u8>(out++, quote);
  return out;
}
