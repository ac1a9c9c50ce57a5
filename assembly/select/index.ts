// Masks (bits), selections (u32 row numbers), and rows by either.
import { append, combine, combineScalar, count, kleene, Op, shiftDown } from './bits';
import { blend, blendBytes, blendOffsets, joinBytes, joinOffsets, rowsOf, take, takeBits as takeBitsOf, takeBytes, takeOffsets } from './take';

/** a & b, `bytes` bytes. */
export function andBits(a: usize, b: usize, out: usize, bytes: i32): void { combine(Op.and, a, b, out, bytes); }

/** a | b. */
export function orBits(a: usize, b: usize, out: usize, bytes: i32): void { combine(Op.or, a, b, out, bytes); }

/** a ^ b. */
export function xorBits(a: usize, b: usize, out: usize, bytes: i32): void { combine(Op.xor, a, b, out, bytes); }

/** a & ~b. */
export function andNotBits(a: usize, b: usize, out: usize, bytes: i32): void { combine(Op.andNot, a, b, out, bytes); }

/** a | ~b. */
export function orNotBits(a: usize, b: usize, out: usize, bytes: i32): void { combine(Op.orNot, a, b, out, bytes); }

/** ~a. */
export function notBits(a: usize, out: usize, bytes: i32): void { combine(Op.not, a, a, out, bytes); }

/** a & b with the 8 bytes at `b` repeated. */
export function andBitsScalar(a: usize, b: usize, out: usize, bytes: i32): void { combineScalar(Op.and, a, b, out, bytes); }

/** a | b with the 8 bytes at `b` repeated. */
export function orBitsScalar(a: usize, b: usize, out: usize, bytes: i32): void { combineScalar(Op.or, a, b, out, bytes); }

/** a ^ b with the 8 bytes at `b` repeated. */
export function xorBitsScalar(a: usize, b: usize, out: usize, bytes: i32): void { combineScalar(Op.xor, a, b, out, bytes); }

/** Three-valued and: a false wins over null. */
export function kleeneAnd(a: usize, aValid: usize, b: usize, bValid: usize, out: usize, outValid: usize, bytes: i32): void { kleene(false, a, aValid, b, bValid, out, outValid, bytes); }

/** Three-valued or: a true wins over null. */
export function kleeneOr(a: usize, aValid: usize, b: usize, bValid: usize, out: usize, outValid: usize, bytes: i32): void { kleene(true, a, aValid, b, bValid, out, outValid, bytes); }

/** Number of 1 bits among the first `length`. */
export function countBits(bits: usize, length: i32): i32 { return count(bits, length); }

/** `length` bits from bit `from` on, moved to bit 0 of `out`. */
export function sliceBits(bits: usize, from: i32, out: usize, length: i32): void { shiftDown(bits, from, out, length); }

/** Writes the first `length` bits behind the `from` bits that `out` holds. */
export function appendBits(bits: usize, out: usize, from: i32, length: i32): void { append(bits, out, from, length); }

/** Selection of a mask: numbers of the 1 bits among the first `length`, each plus `base`; returns how many. `out` has room for `length` numbers. */
export function selection(mask: usize, length: i32, base: i32, out: usize): i32 { return rowsOf(mask, length, base, out); }

/** Values of 1 byte at `rows`. */
export function take8(values: usize, rows: usize, out: usize, count: i32): void { take<u8>(values, rows, out, count); }

/** Values of 2 bytes at `rows`. */
export function take16(values: usize, rows: usize, out: usize, count: i32): void { take<u16>(values, rows, out, count); }

/** Values of 4 bytes at `rows`. */
export function take32(values: usize, rows: usize, out: usize, count: i32): void { take<u32>(values, rows, out, count); }

/** Values of 8 bytes at `rows`. */
export function take64(values: usize, rows: usize, out: usize, count: i32): void { take<u64>(values, rows, out, count); }

/** Bits (bool, validity) at `rows`; returns the number of 1 bits. */
export function takeBits(bits: usize, rows: usize, out: usize, count: i32): i32 { return takeBitsOf(bits, rows, out, count); }

/** Offsets, from 0, of the texts at `rows`; returns their bytes, or -1 when they pass 2³¹ − 1. */
export function takeUtf8Offsets(offsets: usize, rows: usize, out: usize, count: i32): i32 { return takeOffsets(offsets, rows, out, count); }

/** Bytes of the texts at `rows`. */
export function takeUtf8Bytes(offsets: usize, values: usize, rows: usize, out: usize, count: i32): void { takeBytes(offsets, values, rows, out, count); }

/** bit ? a : b, values of 1 byte. */
export function blend8(bits: usize, a: usize, b: usize, out: usize, length: i32): void { blend<u8>(bits, a, b, out, length); }

/** bit ? a : b, values of 2 bytes. */
export function blend16(bits: usize, a: usize, b: usize, out: usize, length: i32): void { blend<u16>(bits, a, b, out, length); }

/** bit ? a : b, values of 4 bytes. */
export function blend32(bits: usize, a: usize, b: usize, out: usize, length: i32): void { blend<u32>(bits, a, b, out, length); }

/** bit ? a : b, values of 8 bytes. */
export function blend64(bits: usize, a: usize, b: usize, out: usize, length: i32): void { blend<u64>(bits, a, b, out, length); }

/** Offsets of the texts bit ? a : b; returns their bytes, or -1 when they pass 2³¹ − 1. */
export function blendUtf8Offsets(bits: usize, a: usize, b: usize, out: usize, length: i32): i32 { return blendOffsets(bits, a, b, out, length); }

/** Bytes of the texts bit ? a : b. */
export function blendUtf8Bytes(bits: usize, aOffsets: usize, aValues: usize, bOffsets: usize, bValues: usize, out: usize, length: i32): void { blendBytes(bits, aOffsets, aValues, bOffsets, bValues, out, length); }

/** Offsets of the texts a followed by b; returns their bytes, or -1 when they pass 2³¹ − 1. */
export function joinUtf8Offsets(a: usize, b: usize, out: usize, length: i32): i32 { return joinOffsets(a, b, out, length); }

/** Bytes of the texts a followed by b. */
export function joinUtf8Bytes(aOffsets: usize, aValues: usize, bOffsets: usize, bValues: usize, out: usize, length: i32): void { joinBytes(aOffsets, aValues, bOffsets, bValues, out, length); }
