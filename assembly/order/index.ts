import * as order from './keys';

export const heapBase: usize = __heap_base;

/** Keys (i64, in the order of the values) and presence bits of i8 values; returns how many are present: valid, in the mask, not NaN. */
export function keysI8(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<i8>(values, validity, mask, length, keys, present); }

/** The i8 values of keys. */
export function valuesI8(keys: usize, length: i32, values: usize): void { order.valuesOf<i8>(keys, length, values); }

/** Keys (i64, in the order of the values) and presence bits of i16 values; returns how many are present: valid, in the mask, not NaN. */
export function keysI16(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<i16>(values, validity, mask, length, keys, present); }

/** The i16 values of keys. */
export function valuesI16(keys: usize, length: i32, values: usize): void { order.valuesOf<i16>(keys, length, values); }

/** Keys (i64, in the order of the values) and presence bits of i32 values; returns how many are present: valid, in the mask, not NaN. */
export function keysI32(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<i32>(values, validity, mask, length, keys, present); }

/** The i32 values of keys. */
export function valuesI32(keys: usize, length: i32, values: usize): void { order.valuesOf<i32>(keys, length, values); }

/** Keys (i64, in the order of the values) and presence bits of i64 values; returns how many are present: valid, in the mask, not NaN. */
export function keysI64(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<i64>(values, validity, mask, length, keys, present); }

/** The i64 values of keys. */
export function valuesI64(keys: usize, length: i32, values: usize): void { order.valuesOf<i64>(keys, length, values); }

/** Keys (i64, in the order of the values) and presence bits of u8 values; returns how many are present: valid, in the mask, not NaN. */
export function keysU8(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<u8>(values, validity, mask, length, keys, present); }

/** The u8 values of keys. */
export function valuesU8(keys: usize, length: i32, values: usize): void { order.valuesOf<u8>(keys, length, values); }

/** Keys (i64, in the order of the values) and presence bits of u16 values; returns how many are present: valid, in the mask, not NaN. */
export function keysU16(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<u16>(values, validity, mask, length, keys, present); }

/** The u16 values of keys. */
export function valuesU16(keys: usize, length: i32, values: usize): void { order.valuesOf<u16>(keys, length, values); }

/** Keys (i64, in the order of the values) and presence bits of u32 values; returns how many are present: valid, in the mask, not NaN. */
export function keysU32(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<u32>(values, validity, mask, length, keys, present); }

/** The u32 values of keys. */
export function valuesU32(keys: usize, length: i32, values: usize): void { order.valuesOf<u32>(keys, length, values); }

/** Keys (i64, in the order of the values) and presence bits of u64 values; returns how many are present: valid, in the mask, not NaN. */
export function keysU64(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<u64>(values, validity, mask, length, keys, present); }

/** The u64 values of keys. */
export function valuesU64(keys: usize, length: i32, values: usize): void { order.valuesOf<u64>(keys, length, values); }

/** Keys (i64, in the order of the values) and presence bits of f32 values; returns how many are present: valid, in the mask, not NaN. */
export function keysF32(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<f32>(values, validity, mask, length, keys, present); }

/** The f32 values of keys. */
export function valuesF32(keys: usize, length: i32, values: usize): void { order.valuesOf<f32>(keys, length, values); }

/** Keys (i64, in the order of the values) and presence bits of f64 values; returns how many are present: valid, in the mask, not NaN. */
export function keysF64(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOf<f64>(values, validity, mask, length, keys, present); }

/** The f64 values of keys. */
export function valuesF64(keys: usize, length: i32, values: usize): void { order.valuesOf<f64>(keys, length, values); }

/** Keys 0 and 1 of bits. */
export function keysBits(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOfBits(values, validity, mask, length, keys, present); }

/** The bits of keys 0 and 1. */
export function valuesBits(keys: usize, length: i32, values: usize): void { order.bitsOfKeys(keys, length, values); }

/** Codes as keys, through `map` (u32 by code; 0: as they are). */
export function keysCodes(codes: usize, map: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 { return order.keysOfCodes(codes, map, validity, mask, length, keys, present); }
