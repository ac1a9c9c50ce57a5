// Comparisons to bits. `a` and `b` are columns of `length` values, or `b` is one value (…Scalar). `flip` (0 or 1) inverts the answer.
import { compare, Op, within } from './compare';
import { againstText, columns, lookUp, rowOf, Test } from './text';

/** a = b. */
export function eqI8(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i8>(Op.eq, false, a, b, out, length, flip); }

/** a = b; one b. */
export function eqI8Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i8>(Op.eq, true, a, b, out, length, flip); }

/** a = b. */
export function eqI16(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i16>(Op.eq, false, a, b, out, length, flip); }

/** a = b; one b. */
export function eqI16Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i16>(Op.eq, true, a, b, out, length, flip); }

/** a = b. */
export function eqI32(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i32>(Op.eq, false, a, b, out, length, flip); }

/** a = b; one b. */
export function eqI32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i32>(Op.eq, true, a, b, out, length, flip); }

/** a = b. */
export function eqI64(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i64>(Op.eq, false, a, b, out, length, flip); }

/** a = b; one b. */
export function eqI64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i64>(Op.eq, true, a, b, out, length, flip); }

/** a < b. */
export function ltI8(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i8>(Op.lt, false, a, b, out, length, flip); }

/** a < b; one b. */
export function ltI8Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i8>(Op.lt, true, a, b, out, length, flip); }

/** a > b; one b. */
export function gtI8Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i8>(Op.gt, true, a, b, out, length, flip); }

/** a < b. */
export function ltU8(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u8>(Op.lt, false, a, b, out, length, flip); }

/** a < b; one b. */
export function ltU8Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u8>(Op.lt, true, a, b, out, length, flip); }

/** a > b; one b. */
export function gtU8Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u8>(Op.gt, true, a, b, out, length, flip); }

/** a < b. */
export function ltI16(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i16>(Op.lt, false, a, b, out, length, flip); }

/** a < b; one b. */
export function ltI16Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i16>(Op.lt, true, a, b, out, length, flip); }

/** a > b; one b. */
export function gtI16Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i16>(Op.gt, true, a, b, out, length, flip); }

/** a < b. */
export function ltU16(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u16>(Op.lt, false, a, b, out, length, flip); }

/** a < b; one b. */
export function ltU16Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u16>(Op.lt, true, a, b, out, length, flip); }

/** a > b; one b. */
export function gtU16Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u16>(Op.gt, true, a, b, out, length, flip); }

/** a < b. */
export function ltI32(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i32>(Op.lt, false, a, b, out, length, flip); }

/** a < b; one b. */
export function ltI32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i32>(Op.lt, true, a, b, out, length, flip); }

/** a > b; one b. */
export function gtI32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i32>(Op.gt, true, a, b, out, length, flip); }

/** a < b. */
export function ltU32(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u32>(Op.lt, false, a, b, out, length, flip); }

/** a < b; one b. */
export function ltU32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u32>(Op.lt, true, a, b, out, length, flip); }

/** a > b; one b. */
export function gtU32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u32>(Op.gt, true, a, b, out, length, flip); }

/** a < b. */
export function ltI64(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i64>(Op.lt, false, a, b, out, length, flip); }

/** a < b; one b. */
export function ltI64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i64>(Op.lt, true, a, b, out, length, flip); }

/** a > b; one b. */
export function gtI64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<i64>(Op.gt, true, a, b, out, length, flip); }

/** a < b. */
export function ltU64(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u64>(Op.lt, false, a, b, out, length, flip); }

/** a < b; one b. */
export function ltU64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u64>(Op.lt, true, a, b, out, length, flip); }

/** a > b; one b. */
export function gtU64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<u64>(Op.gt, true, a, b, out, length, flip); }

/** a = b; false when either is NaN (before `flip`). */
export function eqF32(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f32>(Op.eq, false, a, b, out, length, flip); }

/** a < b; false when either is NaN (before `flip`). */
export function ltF32(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f32>(Op.lt, false, a, b, out, length, flip); }

/** a ≤ b; false when either is NaN (before `flip`). */
export function leF32(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f32>(Op.le, false, a, b, out, length, flip); }

/** a = b; one b; false when either is NaN (before `flip`). */
export function eqF32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f32>(Op.eq, true, a, b, out, length, flip); }

/** a < b; one b; false when either is NaN (before `flip`). */
export function ltF32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f32>(Op.lt, true, a, b, out, length, flip); }

/** a ≤ b; one b; false when either is NaN (before `flip`). */
export function leF32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f32>(Op.le, true, a, b, out, length, flip); }

/** a > b; one b; false when either is NaN (before `flip`). */
export function gtF32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f32>(Op.gt, true, a, b, out, length, flip); }

/** a ≥ b; one b; false when either is NaN (before `flip`). */
export function geF32Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f32>(Op.ge, true, a, b, out, length, flip); }

/** a = b; false when either is NaN (before `flip`). */
export function eqF64(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f64>(Op.eq, false, a, b, out, length, flip); }

/** a < b; false when either is NaN (before `flip`). */
export function ltF64(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f64>(Op.lt, false, a, b, out, length, flip); }

/** a ≤ b; false when either is NaN (before `flip`). */
export function leF64(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f64>(Op.le, false, a, b, out, length, flip); }

/** a = b; one b; false when either is NaN (before `flip`). */
export function eqF64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f64>(Op.eq, true, a, b, out, length, flip); }

/** a < b; one b; false when either is NaN (before `flip`). */
export function ltF64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f64>(Op.lt, true, a, b, out, length, flip); }

/** a ≤ b; one b; false when either is NaN (before `flip`). */
export function leF64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f64>(Op.le, true, a, b, out, length, flip); }

/** a > b; one b; false when either is NaN (before `flip`). */
export function gtF64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f64>(Op.gt, true, a, b, out, length, flip); }

/** a ≥ b; one b; false when either is NaN (before `flip`). */
export function geF64Scalar(a: usize, b: usize, out: usize, length: i32, flip: i32): void { compare<f64>(Op.ge, true, a, b, out, length, flip); }

/** a is one of the `count` values at `set`. */
export function withinI8(a: usize, set: usize, count: i32, out: usize, length: i32, flip: i32): void { within<i8>(a, set, count, out, length, flip); }

/** a is one of the `count` values at `set`. */
export function withinI16(a: usize, set: usize, count: i32, out: usize, length: i32, flip: i32): void { within<i16>(a, set, count, out, length, flip); }

/** a is one of the `count` values at `set`. */
export function withinI32(a: usize, set: usize, count: i32, out: usize, length: i32, flip: i32): void { within<i32>(a, set, count, out, length, flip); }

/** a is one of the `count` values at `set`. */
export function withinI64(a: usize, set: usize, count: i32, out: usize, length: i32, flip: i32): void { within<i64>(a, set, count, out, length, flip); }

/** a is one of the `count` values at `set`. */
export function withinF32(a: usize, set: usize, count: i32, out: usize, length: i32, flip: i32): void { within<f32>(a, set, count, out, length, flip); }

/** a is one of the `count` values at `set`. */
export function withinF64(a: usize, set: usize, count: i32, out: usize, length: i32, flip: i32): void { within<f64>(a, set, count, out, length, flip); }

/** Row of the utf8 column = the text at `text`. */
export function eqUtf8Scalar(offsets: usize, values: usize, text: usize, textBytes: i32, out: usize, length: i32, flip: i32): void { againstText(Test.eq, offsets, values, text, textBytes, out, length, flip); }

/** Row of the utf8 column < the text at `text`. */
export function ltUtf8Scalar(offsets: usize, values: usize, text: usize, textBytes: i32, out: usize, length: i32, flip: i32): void { againstText(Test.lt, offsets, values, text, textBytes, out, length, flip); }

/** Row of the utf8 column ≤ the text at `text`. */
export function leUtf8Scalar(offsets: usize, values: usize, text: usize, textBytes: i32, out: usize, length: i32, flip: i32): void { againstText(Test.le, offsets, values, text, textBytes, out, length, flip); }

/** Row of the utf8 column starts with the text at `text`. */
export function startsWithUtf8Scalar(offsets: usize, values: usize, text: usize, textBytes: i32, out: usize, length: i32, flip: i32): void { againstText(Test.startsWith, offsets, values, text, textBytes, out, length, flip); }

/** Row of the utf8 column ends with the text at `text`. */
export function endsWithUtf8Scalar(offsets: usize, values: usize, text: usize, textBytes: i32, out: usize, length: i32, flip: i32): void { againstText(Test.endsWith, offsets, values, text, textBytes, out, length, flip); }

/** Row of the utf8 column contains the text at `text`. */
export function containsUtf8Scalar(offsets: usize, values: usize, text: usize, textBytes: i32, out: usize, length: i32, flip: i32): void { againstText(Test.contains, offsets, values, text, textBytes, out, length, flip); }

/** a = b of two utf8 columns. */
export function eqUtf8(aOffsets: usize, aValues: usize, bOffsets: usize, bValues: usize, out: usize, length: i32, flip: i32): void { columns(Test.eq, aOffsets, aValues, bOffsets, bValues, out, length, flip); }

/** a < b of two utf8 columns. */
export function ltUtf8(aOffsets: usize, aValues: usize, bOffsets: usize, bValues: usize, out: usize, length: i32, flip: i32): void { columns(Test.lt, aOffsets, aValues, bOffsets, bValues, out, length, flip); }

/** a ≤ b of two utf8 columns. */
export function leUtf8(aOffsets: usize, aValues: usize, bOffsets: usize, bValues: usize, out: usize, length: i32, flip: i32): void { columns(Test.le, aOffsets, aValues, bOffsets, bValues, out, length, flip); }

/** First row in [from, length) of the utf8 column that equals the text, or -1. */
export function findUtf8(offsets: usize, values: usize, from: i32, length: i32, text: usize, textBytes: i32): i32 { return rowOf(offsets, values, from, length, text, textBytes); }

/** Bit codes[i] of `bits` for each row; a code of `count` or more (under a null) reads bit 0. */
export function lookUpBits(codes: usize, bits: usize, count: i32, out: usize, length: i32, flip: i32): void { lookUp(codes, bits, count, out, length, flip); }
