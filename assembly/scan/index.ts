import { cumulate, Op } from './cumulate';
import { ewm } from './ewm';
import { fill } from './fill';

export const heapBase: usize = __heap_base;

/** Running sum of f64: see cumulate.ts. */
export function sumF64(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { cumulate<f64>(Op.sum, values, validity, length, state, out, outValidity); }

/** Running sum of i64; wraps. */
export function sumI64(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { cumulate<i64>(Op.sum, values, validity, length, state, out, outValidity); }

/** Running product of f64. */
export function prodF64(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { cumulate<f64>(Op.prod, values, validity, length, state, out, outValidity); }

/** Running product of i64; wraps. */
export function prodI64(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { cumulate<i64>(Op.prod, values, validity, length, state, out, outValidity); }

/** Running minimum of f64. */
export function minF64(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { cumulate<f64>(Op.min, values, validity, length, state, out, outValidity); }

/** Running minimum of i64. */
export function minI64(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { cumulate<i64>(Op.min, values, validity, length, state, out, outValidity); }

/** Running maximum of f64. */
export function maxF64(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { cumulate<f64>(Op.max, values, validity, length, state, out, outValidity); }

/** Running maximum of i64. */
export function maxI64(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { cumulate<i64>(Op.max, values, validity, length, state, out, outValidity); }

/** The last present value carried on, 8-byte values: see fill.ts. */
export function fill64(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { fill<u64>(values, validity, length, state, out, outValidity); }

/** The last present value carried on, 4-byte values. */
export function fill32(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { fill<u32>(values, validity, length, state, out, outValidity); }

/** The last present value carried on, 2-byte values. */
export function fill16(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { fill<u16>(values, validity, length, state, out, outValidity); }

/** The last present value carried on, 1-byte values. */
export function fill8(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void { fill<u8>(values, validity, length, state, out, outValidity); }

/** Exponentially weighted mean of f64: see ewm.ts. */
export function ewmMean(values: usize, validity: usize, length: i32, decay: f64, adjust: i32, ignoreMissing: i32, state: usize, out: usize, outValidity: usize): void { ewm(values, validity, length, decay, adjust != 0, ignoreMissing != 0, state, out, outValidity); }
