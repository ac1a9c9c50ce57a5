import * as casts from './cast';
import * as counts from './count';
import * as extremes from './extreme';
import * as states_ from './states';
import * as sums from './sum';

export const heapBase: usize = __heap_base;

/** Values of a numbered type (see cast.ts) as f64. */
export function castF64(type: i32, values: usize, length: i32, target: usize): void { casts.castF64(type, values, length, target); }

/** Integers up to 32 bits and bool as i64. */
export function castI64(type: i32, values: usize, length: i32, target: usize): void { casts.castI64(type, values, length, target); }

/** i64 values as a narrower integer type; bool as bits. */
export function narrow(type: i32, values: usize, length: i32, target: usize): void { casts.narrow(type, values, length, target); }

/** f64 values as a type of at most 32 bits. */
export function narrowF64(type: i32, values: usize, length: i32, target: usize): void { casts.narrowF64(type, values, length, target); }

/** Sets the states of these groups to `byte`. */
export function reset(states: usize, stride: i32, byte: i32, ids: usize, count: i32): void { states_.reset(states, stride, byte, ids, count); }

/** Counts rows per group; `step` is 1, or -1 for rows that leave. */
export function count(states: usize, ids: usize, validity: usize, mask: usize, length: i32, step: i32): void { counts.count(states, ids, validity, mask, length, step); }

/** Counts true (not 0) values and all values per group. */
export function truth(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, step: i32): void { counts.truth(states, ids, values, validity, mask, length, step); }

/** Whether any (`every` 0) or all (1) were true, as bits. */
export function resultTruth(states: usize, ids: usize, groups: i32, every: i32, out: usize): void { counts.truthResult(states, ids, groups, every, out); }

/** Adds states of `words` u32. */
export function mergeCounts(states: usize, from: usize, map: usize, groups: i32, words: i32): void { counts.mergeCounts(states, from, map, groups, words); }

/** Sums of f64; NaN is skipped. */
export function sumF64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32): void { sums.sumF64(states, ids, values, validity, mask, length); }

/** Sums of i32, without overflow checks; `sign` -1 takes away. */
export function sumI32(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: i64): void { sums.sumInt<i32>(states, ids, values, validity, mask, length, sign); }

/** Sums of u32, without overflow checks; `sign` -1 takes away. */
export function sumU32(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: i64): void { sums.sumInt<u32>(states, ids, values, validity, mask, length, sign); }

/** Sums of i64, without overflow checks; `sign` -1 takes away. */
export function sumI64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: i64): void { sums.sumInt<i64>(states, ids, values, validity, mask, length, sign); }

/** Exact 128-bit sums of i64. */
export function sumWideI64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: i64): void { sums.sumWide<i64>(states, ids, values, validity, mask, length, sign); }

/** Exact 128-bit sums of u64. */
export function sumWideU64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: i64): void { sums.sumWide<u64>(states, ids, values, validity, mask, length, sign); }

/** Adds states. */
export function mergeSumF64(states: usize, from: usize, map: usize, groups: i32): void { sums.mergeSumF64(states, from, map, groups); }

/** `what`: 0 sum, 1 mean, 2 count. Returns the number of nulls. */
export function resultSumF64(states: usize, ids: usize, groups: i32, what: i32, out: usize, bits: usize): i32 { return sums.resultSumF64(states, ids, groups, what, out, bits); }

/** Adds states. */
export function mergeSumInt(states: usize, from: usize, map: usize, groups: i32): void { sums.mergeSumInt(states, from, map, groups); }

/** `what`: 0 sum, 1 mean, 2 count. Returns the number of nulls. */
export function resultSumInt(states: usize, ids: usize, groups: i32, what: i32, out: usize, bits: usize): i32 { return sums.resultSumInt(states, ids, groups, what, out, bits); }

/** Adds states. */
export function mergeSumWide(states: usize, from: usize, map: usize, groups: i32): void { sums.mergeSumWide(states, from, map, groups); }

/** `what`: 0 sum, 1 mean, 2 count. Returns the number of nulls. */
export function resultSumWide(states: usize, ids: usize, groups: i32, what: i32, out: usize, bits: usize): i32 { return sums.resultSumWide(states, ids, groups, what, out, bits); }

/** The min of f64; NaN is skipped. */
export function minF64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32): void { extremes.extremeF64(states, ids, values, validity, mask, length, true); }

/** The min of i64 (`flip` 0) or u64 (`flip` i64.MIN). */
export function minI64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, flip: i64): void { extremes.extremeI64(states, ids, values, validity, mask, length, flip, true); }

/** Joins states. */
export function mergeMinF64(states: usize, from: usize, map: usize, groups: i32): void { extremes.mergeExtremeF64(states, from, map, groups, true); }

/** Joins states. */
export function mergeMinI64(states: usize, from: usize, map: usize, groups: i32): void { extremes.mergeExtremeI64(states, from, map, groups, true); }

/** The max of f64; NaN is skipped. */
export function maxF64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32): void { extremes.extremeF64(states, ids, values, validity, mask, length, false); }

/** The max of i64 (`flip` 0) or u64 (`flip` i64.MIN). */
export function maxI64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, flip: i64): void { extremes.extremeI64(states, ids, values, validity, mask, length, flip, false); }

/** Joins states. */
export function mergeMaxF64(states: usize, from: usize, map: usize, groups: i32): void { extremes.mergeExtremeF64(states, from, map, groups, false); }

/** Joins states. */
export function mergeMaxI64(states: usize, from: usize, map: usize, groups: i32): void { extremes.mergeExtremeI64(states, from, map, groups, false); }

/** Extremes as f64; returns the number of nulls. */
export function resultExtremeF64(states: usize, ids: usize, groups: i32, out: usize, bits: usize): i32 { return extremes.resultExtremeF64(states, ids, groups, out, bits); }

/** Extremes as i64; returns the number of nulls. */
export function resultExtremeI64(states: usize, ids: usize, groups: i32, flip: i64, out: usize, bits: usize): i32 { return extremes.resultExtremeI64(states, ids, groups, flip, out, bits); }

/** u32 states of these groups. */
export function take32(states: usize, ids: usize, count: i32, out: usize): void { states_.take32(states, ids, count, out); }

/** f64 values as bits, 1 where not 0. */
export function truthBits(values: usize, length: i32, target: usize): void { casts.truthBits(values, length, target); }
