import * as blocks from './blocks';
import * as casts from './cast';
import * as counts from './count';
import * as extremes from './extreme';
import * as states_ from './states';
import * as sums from './sum';
import * as exacts from './exact';
import * as grids from './grid';
import * as firsts from './first';
import * as moment from './moments';
import * as pair from './pairs';
import * as both from './sum-moments';
import * as products from './product';
import * as texts from './text';

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

/** Copies the states of these groups to `out`, side by side. */
export function gatherStates(states: usize, stride: i32, ids: usize, count: i32, out: usize): void { states_.gather(states, stride, ids, count, out); }

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

/** Power sums up to order 1 that forget; `sign` -1 for rows that leave. */
export function exact1(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: f64): void { exacts.exact(states, ids, values, validity, mask, length, sign, 1, 56); }

/** Adds states. */
export function mergeExact1(states: usize, from: usize, map: usize, groups: i32): void { exacts.mergeExact(states, from, map, groups, 1, true, 56); }

/** Power sums up to order 2 that forget; `sign` -1 for rows that leave. */
export function exact2(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: f64): void { exacts.exact(states, ids, values, validity, mask, length, sign, 2, 64); }

/** Adds states. */
export function mergeExact2(states: usize, from: usize, map: usize, groups: i32): void { exacts.mergeExact(states, from, map, groups, 2, false, 64); }

/** Power sums up to order 4 that forget; `sign` -1 for rows that leave. */
export function exact4(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: f64): void { exacts.exact(states, ids, values, validity, mask, length, sign, 4, 112); }

/** Adds states. */
export function mergeExact4(states: usize, from: usize, map: usize, groups: i32): void { exacts.mergeExact(states, from, map, groups, 4, false, 112); }

/** `what`: 0 sum, 1 mean, 2 count. Returns the number of nulls. */
export function resultExact1(states: usize, ids: usize, groups: i32, what: i32, out: usize, bits: usize): i32 { return exacts.resultExactSum(states, ids, groups, what, out, bits); }

/** Sums that forget, by group or not (`ids` 0), at most 2^bits rows since they were settled; returns how many rows `limit` did not suit. */
export function gridSum(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: f64, limit: f64, bits: i32): i32 { return grids.gridSum(states, ids, values, validity, mask, length, sign, limit, bits); }

/** The greatest finite size of the values. */
export function greatest(values: usize, validity: usize, length: i32): f64 { return grids.greatest(values, validity, length); }

/** Empties the grids of sums. */
export function settleGrid(states: usize, groups: i32): void { grids.settle(states, groups); }

/** Adds states. */
export function mergeGrid(states: usize, from: usize, map: usize, groups: i32): void { grids.mergeGrid(states, from, map, groups); }

/** `what`: 0 sum, 1 mean, 2 count. Returns the number of nulls. */
export function resultGrid(states: usize, ids: usize, groups: i32, what: i32, out: usize, bits: usize): i32 { return grids.resultGrid(states, ids, groups, what, out, bits); }

/** Central moments up to order 2; `work` has 64 bytes. */
export function moments2(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, work: usize): void { moment.moments(states, ids, values, validity, mask, length, 2, 24, work); }

/** Joins states. */
export function mergeMoments2(states: usize, from: usize, map: usize, groups: i32): void { moment.mergeMoments(states, from, map, groups, 2, 24); }

/** Central moments up to order 4; `work` has 64 bytes. */
export function moments4(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, work: usize): void { moment.moments(states, ids, values, validity, mask, length, 4, 40, work); }

/** Joins states. */
export function mergeMoments4(states: usize, from: usize, map: usize, groups: i32): void { moment.mergeMoments(states, from, map, groups, 4, 40); }

/** `what`: 0 var, 1 std, 2 sem, 3 skew, 4 kurt; `work` has 128 bytes. Returns the number of nulls. */
export function resultMoments(states: usize, ids: usize, groups: i32, what: i32, ddof: f64, order: i32, exact: i32, work: usize, out: usize, bits: usize): i32 { return moment.resultMoments(states, ids, groups, what, ddof, order, exact, work, out, bits); }

/** Central moments of two columns; `work` has 48 bytes. */
export function pairs(states: usize, ids: usize, xs: usize, ys: usize, xBits: usize, yBits: usize, mask: usize, length: i32, work: usize): void { pair.pairs(states, ids, xs, ys, xBits, yBits, mask, length, work); }

/** Joins states. */
export function mergePairs(states: usize, from: usize, map: usize, groups: i32): void { pair.mergePairs(states, from, map, groups); }

/** Power sums of two columns that forget; `sign` -1 for rows that leave. */
export function exactPairs(states: usize, ids: usize, xs: usize, ys: usize, xBits: usize, yBits: usize, mask: usize, length: i32, sign: f64): void { pair.exactPairs(states, ids, xs, ys, xBits, yBits, mask, length, sign); }

/** Adds states. */
export function mergeExactPairs(states: usize, from: usize, map: usize, groups: i32): void { exacts.mergeExact(states, from, map, groups, 5, false, 136); }

/** `what`: 0 cov, 1 corr; `work` has 64 bytes. Returns the number of nulls. */
export function resultPairs(states: usize, ids: usize, groups: i32, what: i32, ddof: f64, exact: i32, work: usize, out: usize, bits: usize): i32 { return pair.resultPairs(states, ids, groups, what, ddof, exact, work, out, bits); }

/** Products that forget; `step` is -1 for rows that leave. */
export function productF64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, step: i32): void { products.productF64(states, ids, values, validity, mask, length, step); }

/** Multiplies states. */
export function mergeProductF64(states: usize, from: usize, map: usize, groups: i32): void { products.mergeProductF64(states, from, map, groups); }

/** The products; 1 of nothing. */
export function resultProductF64(states: usize, ids: usize, groups: i32, out: usize): void { products.resultProductF64(states, ids, groups, out); }

/** Products that forget; `step` is -1 for rows that leave. */
export function productI64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, step: i32): void { products.productI64(states, ids, values, validity, mask, length, step); }

/** Multiplies states. */
export function mergeProductI64(states: usize, from: usize, map: usize, groups: i32): void { products.mergeProductI64(states, from, map, groups); }

/** The products; 1 of nothing. */
export function resultProductI64(states: usize, ids: usize, groups: i32, out: usize): void { products.resultProductI64(states, ids, groups, out); }

/** First values, as raw 64 bits; `nan` 4 or 8 skips the NaN of f32 or f64. */
export function first(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, nan: i32): void { firsts.first(states, ids, values, validity, mask, length, nan, false); }

/** Last values, as raw 64 bits; `nan` 4 or 8 skips the NaN of f32 or f64. */
export function last(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, nan: i32): void { firsts.first(states, ids, values, validity, mask, length, nan, true); }

/** Joins states; `from` holds later rows. */
export function mergeFirst(states: usize, from: usize, map: usize, groups: i32, last: i32): void { firsts.mergeFirst(states, from, map, groups, last); }

/** Raw values of states, `value` and `seen` bytes into them; returns the number of nulls. */
export function resultTaken(states: usize, stride: i32, value: i32, seen: i32, ids: usize, groups: i32, out: usize, bits: usize): i32 { return firsts.resultTaken(states, stride, value, seen, ids, groups, out, bits); }

/** Raw values where `by` is least. */
export function argMinF64(states: usize, ids: usize, values: usize, by: usize, validity: usize, byValidity: usize, mask: usize, length: i32, nan: i32, flip: i64): void { firsts.arg<f64>(states, ids, values, by, validity, byValidity, mask, length, nan, flip, true); }

/** Joins states; `from` holds later rows. */
export function mergeArgMinF64(states: usize, from: usize, map: usize, groups: i32): void { firsts.mergeArg<f64>(states, from, map, groups, true); }

/** Raw values where `by` is least. */
export function argMinI64(states: usize, ids: usize, values: usize, by: usize, validity: usize, byValidity: usize, mask: usize, length: i32, nan: i32, flip: i64): void { firsts.arg<i64>(states, ids, values, by, validity, byValidity, mask, length, nan, flip, true); }

/** Joins states; `from` holds later rows. */
export function mergeArgMinI64(states: usize, from: usize, map: usize, groups: i32): void { firsts.mergeArg<i64>(states, from, map, groups, true); }

/** Raw values where `by` is greatest. */
export function argMaxF64(states: usize, ids: usize, values: usize, by: usize, validity: usize, byValidity: usize, mask: usize, length: i32, nan: i32, flip: i64): void { firsts.arg<f64>(states, ids, values, by, validity, byValidity, mask, length, nan, flip, false); }

/** Joins states; `from` holds later rows. */
export function mergeArgMaxF64(states: usize, from: usize, map: usize, groups: i32): void { firsts.mergeArg<f64>(states, from, map, groups, false); }

/** Raw values where `by` is greatest. */
export function argMaxI64(states: usize, ids: usize, values: usize, by: usize, validity: usize, byValidity: usize, mask: usize, length: i32, nan: i32, flip: i64): void { firsts.arg<i64>(states, ids, values, by, validity, byValidity, mask, length, nan, flip, false); }

/** Joins states; `from` holds later rows. */
export function mergeArgMaxI64(states: usize, from: usize, map: usize, groups: i32): void { firsts.mergeArg<i64>(states, from, map, groups, false); }

/** Texts per group, `mode` 0 least, 1 greatest, 2 first, 3 last; returns the rows done, fewer when the heap is full. */
export function keepText(states: usize, ids: usize, offsets: usize, values: usize, codes: usize, validity: usize, mask: usize, from: i32, length: i32, mode: i32, heap: usize, bytes: usize): i32 { return texts.keepText(states, ids, offsets, values, codes, validity, mask, from, length, mode, heap, bytes); }

/** Joins states; returns the groups done, fewer when the heap is full. */
export function mergeText(states: usize, later: usize, others: usize, map: usize, from: i32, groups: i32, mode: i32, heap: usize, bytes: usize): i32 { return texts.mergeText(states, later, others, map, from, groups, mode, heap, bytes); }

/** Moves the texts together; returns the new top. */
export function packText(states: usize, groups: i32, bytes: usize, target: usize): i32 { return texts.packText(states, groups, bytes, target); }

/** Bytes of the texts of these groups. */
export function sizeText(states: usize, ids: usize, groups: i32): f64 { return texts.sizeText(states, ids, groups); }

/** The texts as a utf8 column; returns the number of nulls. */
export function resultText(states: usize, ids: usize, groups: i32, bytes: usize, offsets: usize, values: usize, bits: usize): i32 { return texts.resultText(states, ids, groups, bytes, offsets, values, bits); }

/** Sums and central moments up to order 2 that are never taken from, of one group; `work` has 64 bytes. */
export function sumMoments(state: usize, values: usize, validity: usize, mask: usize, length: i32, work: usize): void { both.sumMoments(state, values, validity, mask, length, work); }

/** The open rows of a window become a block; `begins` 1: the sum of blocks is empty. */
export function closeBlock(plan: usize, states: i32, slot: usize, sum: usize, begins: i32): void { blocks.closeBlock(plan, states, slot, sum, begins); }

/** Each of the slots becomes the sum of itself and all behind it. */
export function sumSlots(plan: usize, states: i32, slots: usize, count: i32, slotBytes: usize): void { blocks.sumSlots(plan, states, slots, count, slotBytes); }

/** A window's results: what they have been fed (`cut` 1), two slots (0: none), and what is open (`open` 1). */
export function windowOfBlocks(plan: usize, states: i32, cut: i32, front: usize, back: usize, open: i32): void { blocks.windowOfBlocks(plan, states, cut, front, back, open); }
