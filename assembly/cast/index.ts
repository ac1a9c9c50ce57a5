// Conversions between types. Checked ones return the first row whose value does not fit, or -1; rows without a value always fit.
import { each, narrow, spread, truncate, widen } from './convert';

/** i8 to i32. */
export function castI8I32(a: usize, out: usize, length: i32): void { widen<i8, i32>(a, out, length); }

/** i8 to i64. */
export function castI8I64(a: usize, out: usize, length: i32): void { widen<i8, i64>(a, out, length); }

/** i8 to f32. */
export function castI8F32(a: usize, out: usize, length: i32): void { widen<i8, f32>(a, out, length); }

/** i8 to f64. */
export function castI8F64(a: usize, out: usize, length: i32): void { widen<i8, f64>(a, out, length); }

/** u8 to i32. */
export function castU8I32(a: usize, out: usize, length: i32): void { widen<u8, i32>(a, out, length); }

/** u8 to i64. */
export function castU8I64(a: usize, out: usize, length: i32): void { widen<u8, i64>(a, out, length); }

/** u8 to f32. */
export function castU8F32(a: usize, out: usize, length: i32): void { widen<u8, f32>(a, out, length); }

/** u8 to f64. */
export function castU8F64(a: usize, out: usize, length: i32): void { widen<u8, f64>(a, out, length); }

/** i16 to i32. */
export function castI16I32(a: usize, out: usize, length: i32): void { widen<i16, i32>(a, out, length); }

/** i16 to i64. */
export function castI16I64(a: usize, out: usize, length: i32): void { widen<i16, i64>(a, out, length); }

/** i16 to f32. */
export function castI16F32(a: usize, out: usize, length: i32): void { widen<i16, f32>(a, out, length); }

/** i16 to f64. */
export function castI16F64(a: usize, out: usize, length: i32): void { widen<i16, f64>(a, out, length); }

/** u16 to i32. */
export function castU16I32(a: usize, out: usize, length: i32): void { widen<u16, i32>(a, out, length); }

/** u16 to i64. */
export function castU16I64(a: usize, out: usize, length: i32): void { widen<u16, i64>(a, out, length); }

/** u16 to f32. */
export function castU16F32(a: usize, out: usize, length: i32): void { widen<u16, f32>(a, out, length); }

/** u16 to f64. */
export function castU16F64(a: usize, out: usize, length: i32): void { widen<u16, f64>(a, out, length); }

/** i32 to i64. */
export function castI32I64(a: usize, out: usize, length: i32): void { widen<i32, i64>(a, out, length); }

/** i32 to f32. */
export function castI32F32(a: usize, out: usize, length: i32): void { widen<i32, f32>(a, out, length); }

/** i32 to f64. */
export function castI32F64(a: usize, out: usize, length: i32): void { widen<i32, f64>(a, out, length); }

/** u32 to i64. */
export function castU32I64(a: usize, out: usize, length: i32): void { widen<u32, i64>(a, out, length); }

/** u32 to f32. */
export function castU32F32(a: usize, out: usize, length: i32): void { widen<u32, f32>(a, out, length); }

/** u32 to f64. */
export function castU32F64(a: usize, out: usize, length: i32): void { widen<u32, f64>(a, out, length); }

/** i64 to f64, rounded. */
export function castI64F64(a: usize, out: usize, length: i32): void { each<i64, f64>(a, out, length); }

/** u64 to f64, rounded. */
export function castU64F64(a: usize, out: usize, length: i32): void { each<u64, f64>(a, out, length); }

/** f32 to f64, rounded. */
export function castF32F64(a: usize, out: usize, length: i32): void { each<f32, f64>(a, out, length); }

/** f64 to f32, rounded. */
export function castF64F32(a: usize, out: usize, length: i32): void { each<f64, f32>(a, out, length); }

/** Bits to 0 and 1, i32. */
export function castBoolI32(bits: usize, out: usize, length: i32): void { spread(bits, out, length); }

/** i64 to i8, checked. */
export function checkI64I8(a: usize, validity: usize, out: usize, length: i32): i32 { return narrow<i64, i8>(a, validity, out, length); }

/** i64 to u8, checked. */
export function checkI64U8(a: usize, validity: usize, out: usize, length: i32): i32 { return narrow<i64, u8>(a, validity, out, length); }

/** i64 to i16, checked. */
export function checkI64I16(a: usize, validity: usize, out: usize, length: i32): i32 { return narrow<i64, i16>(a, validity, out, length); }

/** i64 to u16, checked. */
export function checkI64U16(a: usize, validity: usize, out: usize, length: i32): i32 { return narrow<i64, u16>(a, validity, out, length); }

/** i64 to i32, checked. */
export function checkI64I32(a: usize, validity: usize, out: usize, length: i32): i32 { return narrow<i64, i32>(a, validity, out, length); }

/** i64 to u32, checked. */
export function checkI64U32(a: usize, validity: usize, out: usize, length: i32): i32 { return narrow<i64, u32>(a, validity, out, length); }

/** i64 to u64, checked. */
export function checkI64U64(a: usize, validity: usize, out: usize, length: i32): i32 { return narrow<i64, u64>(a, validity, out, length); }

/** u64 to i64, checked. */
export function checkU64I64(a: usize, validity: usize, out: usize, length: i32): i32 { return narrow<u64, i64>(a, validity, out, length); }

/** f64 to i64 towards zero, checked. */
export function checkF64I64(a: usize, validity: usize, out: usize, length: i32): i32 { return truncate<i64>(a, validity, out, length); }

/** f64 to u64 towards zero, checked. */
export function checkF64U64(a: usize, validity: usize, out: usize, length: i32): i32 { return truncate<u64>(a, validity, out, length); }
