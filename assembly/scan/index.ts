import { cumulate, Op } from './cumulate';
import * as weighted from './ewm';
import { fill } from './fill';

export const heapBase: usize = __heap_base;

/** Running sum of f64: see cumulate.ts. States of 24 bytes by group (u32 at `ids`, 0: all in group 0). */
export function sumF64(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { cumulate<f64>(Op.sum, values, validity, ids, length, states, out, outValidity); }

/** Running sum of i64; wraps. */
export function sumI64(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { cumulate<i64>(Op.sum, values, validity, ids, length, states, out, outValidity); }

/** Running product of f64. */
export function prodF64(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { cumulate<f64>(Op.prod, values, validity, ids, length, states, out, outValidity); }

/** Running product of i64; wraps. */
export function prodI64(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { cumulate<i64>(Op.prod, values, validity, ids, length, states, out, outValidity); }

/** Running minimum of f64. */
export function minF64(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { cumulate<f64>(Op.min, values, validity, ids, length, states, out, outValidity); }

/** Running minimum of i64. */
export function minI64(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { cumulate<i64>(Op.min, values, validity, ids, length, states, out, outValidity); }

/** Running maximum of f64. */
export function maxF64(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { cumulate<f64>(Op.max, values, validity, ids, length, states, out, outValidity); }

/** Running maximum of i64. */
export function maxI64(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { cumulate<i64>(Op.max, values, validity, ids, length, states, out, outValidity); }

/** The last present value carried on, 8-byte values: see fill.ts. States of 16 bytes by group. */
export function fill64(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { fill<u64>(values, validity, ids, length, states, out, outValidity); }

/** The last present value carried on, 4-byte values. */
export function fill32(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { fill<u32>(values, validity, ids, length, states, out, outValidity); }

/** The last present value carried on, 2-byte values. */
export function fill16(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { fill<u16>(values, validity, ids, length, states, out, outValidity); }

/** The last present value carried on, 1-byte values. */
export function fill8(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void { fill<u8>(values, validity, ids, length, states, out, outValidity); }

/** Exponentially weighted mean (`total` 1: sum) of f64: see ewm.ts. States of 24 bytes. */
export function ewmMean(values: usize, validity: usize, ids: usize, length: i32, decay: f64, adjust: i32, ignoreMissing: i32, total: i32, least: i32, states: usize, out: usize, outValidity: usize): void { weighted.ewmMean(values, validity, ids, length, decay, adjust != 0, ignoreMissing != 0, total != 0, least, states, out, outValidity); }

/** Exponentially weighted covariance (`what` 0), correlation (1) or standard deviation (2) of f64. States of 72 bytes. */
export function ewmMoments(xs: usize, ys: usize, xBits: usize, yBits: usize, ids: usize, length: i32, decay: f64, adjust: i32, ignoreMissing: i32, what: i32, bias: i32, least: i32, states: usize, out: usize, outValidity: usize): void { weighted.ewmMoments(xs, ys, xBits, yBits, ids, length, decay, adjust != 0, ignoreMissing != 0, what, bias != 0, least, states, out, outValidity); }
