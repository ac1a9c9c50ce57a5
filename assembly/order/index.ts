import * as order from './keys';
import { radixSort as sortByKey } from './sort';
import * as trees from './tree';
import * as counts from './counts';
import * as mode from './modes';
import * as quantile from './quantile';
import * as steps_ from './steps';
import { rollingQuantiles as quantilesOfWindows } from './rolling';

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

/** Bytes of a node of the tree. */
export const treeNodeBytes: i32 = trees.nodeBytes;

/** Rows [from, length) arrive at a multiset: i64 keys, presence bits (0: all), group ids (0: all in group 0). Returns the row at which nodes ran out, or `length`. */
export function treePush(tree: usize, keys: usize, present: usize, groupIds: usize, from: i32, length: i32): i32 { return trees.push(tree, keys, present, groupIds, from, length); }

/** Rows leave a multiset. */
export function treePull(tree: usize, keys: usize, present: usize, groupIds: usize, length: i32): void { trees.pull(tree, keys, present, groupIds, length); }

/** All rows of `count` groups leave. */
export function treeForget(tree: usize, ids: usize, count: i32): void { trees.forget(tree, ids, count); }

/** Keys between which quantile q of `count` groups lies, the fraction between, and presence bits; mode 0 linear, 1 lower, 2 higher, 3 nearest, 4 midpoint. Returns how many groups have rows. */
export function treeQuantiles(tree: usize, ids: usize, count: i32, q: f64, mode: i32, below: usize, above: usize, fractions: usize, present: usize): i32 { return trees.quantiles(tree, ids, count, q, mode, below, above, fractions, present); }

/** For each row how many rows of its group are below its key, and how many at or below it (u32 each). */
export function treeRanks(tree: usize, keys: usize, present: usize, groupIds: usize, length: i32, below: usize, upTo: usize): void { trees.ranks(tree, keys, present, groupIds, length, below, upTo); }

/** Adds the rows of `other` from row `from` in order: its group i to group map[i], keys through `codes` (0: as they are). Returns the row at which nodes ran out, or -1. */
export function treeMerge(tree: usize, other: usize, map: usize, groups: i32, codes: usize, from: u32): i32 { return trees.merge(tree, other, map, groups, codes, from); }

/** Sorts i64 keys and their u32 rows by key, stable; both blocks have room for twice `length`, `counters` is 8 KiB. */
export function radixSort(keys: usize, rows: usize, length: i32, counters: usize): void { sortByKey(keys, rows, length, counters); }

/** f64 between pairs of keys; form 0: floats, 1: signed, 2: unsigned integers. */
export function mixNumbers(below: usize, above: usize, fractions: usize, count: i32, form: i32, out: usize): void { quantile.mixNumbers(below, above, fractions, count, form, out); }

/** Keys between pairs of keys, to the nearest whole one. */
export function mixTicks(below: usize, above: usize, fractions: usize, count: i32, out: usize): void { quantile.mixTicks(below, above, fractions, count, out); }

/** Keys in order of their group: those of group g are out[starts[g], starts[g + 1]). */
export function gatherKeys(keys: usize, ids: usize, length: i32, groups: i32, starts: usize, out: usize): void { quantile.gather(keys, ids, length, groups, starts, out); }

/** Like treeQuantiles, of gathered keys. */
export function keyQuantiles(keys: usize, starts: usize, ids: usize, count: i32, q: f64, mode: i32, below: usize, above: usize, fractions: usize, present: usize): i32 { return quantile.quantilesOf(keys, starts, ids, count, q, mode, below, above, fractions, present); }

/** Rows [from, length) arrive at a table of counts. Returns the row at which it was full, or `length`. */
export function countsPush(table: usize, keys: usize, present: usize, groupIds: usize, from: i32, length: i32): i32 { return counts.push(table, keys, present, groupIds, from, length); }

/** Rows leave a table of counts. */
export function countsPull(table: usize, keys: usize, present: usize, groupIds: usize, length: i32): void { counts.pull(table, keys, present, groupIds, length); }

/** Moves a table of counts to mask + 1 slots of 16 bytes at `slots`, and a u32 for each behind them. */
export function countsRehash(table: usize, slots: usize, mask: u32, groups: u32): void { counts.rehash(table, slots, mask, groups); }

/** All rows of `count` groups leave a table of counts. */
export function countsForget(table: usize, ids: usize, count: i32): void { counts.forget(table, ids, count); }

/** Adds the counts of `other` from slot `from` on: its group i < groups to group map[i], keys through `codes`. Returns the slot at which the table was full, or -1. */
export function countsMerge(table: usize, other: usize, map: usize, groups: i32, codes: usize, from: i32): i32 { return counts.merge(table, other, map, groups, codes, from); }

/** How many distinct keys `count` groups have, i64. */
export function countsDistinct(table: usize, ids: usize, count: i32, out: usize): void { counts.distinct(table, ids, count, out); }

/** Copies the keys that are present, with their group ids (0: group 0 all; rows of no group are left out). Returns how many. */
export function compactKeys(keys: usize, present: usize, groupIds: usize, length: i32, toKeys: usize, toIds: usize): i32 { return order.compact(keys, present, groupIds, length, toKeys, toIds); }

/** Quantiles of windows of `rows` rows (or `spans`) that end with rows [from, to) of the tape, where missing values are NaN; mode as in treeQuantiles. `work` has 29 bytes for each row from the first start on, and 8,320. */
export function rollingQuantiles(tape: usize, from: i32, to: i32, rows: i32, spans: usize, q: f64, mode: i32, work: usize, out: usize): void { quantilesOfWindows(tape, from, to, rows, spans, q, mode, work, out); }

/** Like rollingQuantiles, by a multiset that holds rows [start, from) of the tape: for batches that are short beside the window; `out` 0: rows only arrive. Returns the row at which nodes ran out, or `to`. */
export function treeRoll(tree: usize, tape: usize, from: i32, to: i32, start: i32, rows: i32, spans: usize, q: f64, mode: i32, out: usize): i32 { return trees.roll(tree, tape, from, to, start, rows, spans, q, mode, out); }

/** Reads the keys that count as u32 codes, or (`back` 1) writes them in the same order; then countsRehash must follow. Returns how many. */
export function countsRecode(table: usize, back: i32, codes: usize): i32 { return counts.recode(table, back, codes); }

/** As treeQuantiles, for the window of each row of the steps (assembly/shared/steps.ts) from step `from` on; keys and `have` (bytes) by slot. Returns the step at which nodes ran out, or `total`. */
export function treeStepQuantiles(tree: usize, next: usize, steps: usize, from: i32, length: i32, total: i32, keys: usize, have: usize, q: f64, mode: i32, below: usize, above: usize, fractions: usize, present: usize): i32 { return steps_.quantiles(tree, next, steps, from, length, total, keys, have, q, mode, below, above, fractions, present); }

/** Ranks of rows in their windows, f64: method 0 average, 1 min, 2 max, 3 dense (`distinct`: a tree of distinct keys). Returns as treeStepQuantiles. */
export function treeStepRanks(tree: usize, distinct: usize, next: usize, steps: usize, from: i32, length: i32, total: i32, keys: usize, have: usize, method: i32, falling: i32, share: i32, out: usize): i32 { return steps_.ranks(tree, distinct, next, steps, from, length, total, keys, have, method, falling, share, out); }

/** Numbers of distinct keys of windows, f64. Returns the step at which the table was full, or `total`. */
export function countsSteps(table: usize, next: usize, steps: usize, from: i32, length: i32, total: i32, keys: usize, have: usize, out: usize): i32 { return steps_.distincts(table, next, steps, from, length, total, keys, have, out); }

/** The most frequent keys of windows, i64, and presence bits. Returns the step at which nodes ran out, or `total`. */
export function modesSteps(modes: usize, next: usize, steps: usize, from: i32, length: i32, total: i32, keys: usize, have: usize, out: usize, present: usize): i32 { return mode.roll(modes, next, steps, from, length, total, keys, have, out, present); }

/** Lists the nodes of modes anew in mask + 1 lists (u32); keys pass through `map` (0: as they are). */
export function modesRelist(modes: usize, lists: usize, mask: u32, map: usize): void { mode.relist(modes, lists, mask, map); }

/** Rows [from, length) arrive at modes: i64 keys, presence bits (0: all), group ids (0: all in group 0). Returns the row at which nodes ran out, or `length`. */
export function modesPush(modes: usize, keys: usize, present: usize, groupIds: usize, from: i32, length: i32): i32 { return mode.push(modes, keys, present, groupIds, from, length); }

/** Rows leave modes. */
export function modesPull(modes: usize, keys: usize, present: usize, groupIds: usize, length: i32): void { mode.pull(modes, keys, present, groupIds, length); }

/** All rows of these groups leave. */
export function modesForget(modes: usize, ids: usize, count: i32): void { mode.forget(modes, ids, count); }

/** Adds what `other` holds from node `from` (1 at first) on. Returns the node at which nodes ran out, or 0. */
export function modesMerge(modes: usize, other: usize, map: usize, codes: usize, from: u32): u32 { return mode.merge(modes, other, map, codes, from); }

/** The most frequent keys of `count` groups, the least of several, i64, and presence bits. Returns how many are present. */
export function modesRead(modes: usize, ids: usize, count: i32, out: usize, present: usize): i32 { return mode.read(modes, ids, count, out, present); }

/** Reads the keys that count as u32 codes, or (`back`) writes them in the same order. Returns how many. */
export function modesRecode(modes: usize, back: i32, codes: usize): i32 { return mode.recode(modes, back, codes); }
