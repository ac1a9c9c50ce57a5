import * as columns from './columns';
import * as counters from './counts';
import * as extreme from './extremes';
import * as pick from './picks';
import * as rows from './rows';
import * as stacks from './stacks';
import { Step } from '../shared/steps';

export const heapBase: usize = __heap_base;

/** Bytes of a step. */
export const stepBytes: i32 = offsetof<Step>();

/** The steps of `length` rows: their group ids (u32, 0: all in group 0), and for windows over time their times (i64, not decreasing). */
export function enter(pool: usize, ids: usize, times: usize, length: i32, steps: usize): void { rows.enter(pool, ids, times, length, steps); }

/** Steps of at most `most` groups whose rows are all at or before `edge`, which leave. Returns how many. */
export function expire(pool: usize, edge: i64, most: i32, steps: usize): i32 { return rows.expire(pool, edge, most, steps); }

/** Frees the slots of rows that left in `count` steps. */
export function release(pool: usize, steps: usize, count: i32): void { rows.release(pool, steps, count); }

/** The slots of all rows that are held, u32. Returns how many. */
export function heldSlots(pool: usize, out: usize): i32 { return rows.heldSlots(pool, out); }

/** The ids below `keys` of keys whose group has rows, ascending, u32. Returns how many. */
export function liveKeys(pool: usize, keys: i32, out: usize): i32 { return rows.liveKeys(pool, keys, out); }

/** Key keys[i] becomes key i, for i < count; the others below `before` are gone. */
export function renumberKeys(pool: usize, keys: usize, count: i32, before: i32): void { rows.renumberKeys(pool, keys, count, before); }

/** Puts f64 values where their rows lie; NaN is no value. */
export function placeNumbers(steps: usize, length: i32, values: usize, slots: usize, have: usize): void { columns.placeNumbers(steps, length, values, slots, have); }

/** Puts 8-byte values of rows [from, to), with presence bits (0: all there), where they lie. */
export function placeKeys(steps: usize, from: i32, to: i32, values: usize, present: usize, slots: usize, have: usize): void { columns.placeKeys(steps, from, to, values, present, slots, have); }

/** Values at `count` slots (u32; all ones: none), and presence bits. Returns how many are present. */
export function takeSlots(places: usize, count: i32, slots: usize, have: usize, out: usize, bits: usize): i32 { return columns.takeSlots(places, count, slots, have, out, bits); }

/** Codes at `count` slots through `map` (u32 by code). */
export function recodeSlots(places: usize, count: i32, map: usize, slots: usize, have: usize): void { columns.recode(places, count, map, slots, have); }

/** A u32 1 by code for each code at `count` slots. */
export function markCodes(places: usize, count: i32, slots: usize, have: usize, marks: usize): void { columns.markCodes(places, count, slots, have, marks); }

/** Rows of each window, i32; -1 for rows without a group. */
export function rowsOf(steps: usize, length: i32, out: usize): void { counters.rowsOf(steps, length, out); }

/** Rows with a value (in both columns; `other` 0: in the one) of each window, i32; -1 for rows without a group. State: i32 by group. */
export function counts(next: usize, steps: usize, length: i32, total: i32, have: usize, other: usize, states: usize, out: usize): void { counters.counts(next, steps, length, total, have, other, states, out); }

/** Values of each window that are not 0, i32. State: i32 by group. */
export function truths(next: usize, steps: usize, length: i32, total: i32, values: usize, states: usize, out: usize): void { counters.truths(next, steps, length, total, values, states, out); }

/** Whether any (`every` 0) or all (1) values are true, as bits. */
export function truthBits(truths: usize, counts: usize, length: i32, every: i32, out: usize): void { counters.truthBits(truths, counts, length, every, out); }

/** i32 as f64. */
export function widen(counts: usize, length: i32, out: usize): void { counters.widen(counts, length, out); }

/** Presence bits of windows with at least `least` values, among those in `present` (0: all). Returns how many. */
export function enough(counts: usize, length: i32, least: i32, present: usize, bits: usize): i32 { return counters.enough(counts, length, least, present, bits); }

/** As enough, of f64 answers, of which NaN is none. */
export function enoughNumbers(values: usize, counts: usize, length: i32, least: i32, present: usize, bits: usize): i32 { return counters.enoughNumbers(values, counts, length, least, present, bits); }

/** Sums of windows, f64. States of 16 bytes by group and by slot, as for all below their bytes. */
export function sums(prev: usize, steps: usize, length: i32, total: i32, xs: usize, prefixes: usize, suffixes: usize, out: usize): void { stacks.roll<stacks.Sum>(prev, steps, length, total, xs, xs, prefixes, suffixes, out); }

/** [ n | mean | m2 ] of windows, 24 bytes. */
export function seconds(prev: usize, steps: usize, length: i32, total: i32, xs: usize, prefixes: usize, suffixes: usize, out: usize): void { stacks.roll<stacks.Second>(prev, steps, length, total, xs, xs, prefixes, suffixes, out); }

/** [ n | mean | m2 | m3 | m4 ] of windows, 40 bytes. */
export function fourths(prev: usize, steps: usize, length: i32, total: i32, xs: usize, prefixes: usize, suffixes: usize, out: usize): void { stacks.roll<stacks.Fourth>(prev, steps, length, total, xs, xs, prefixes, suffixes, out); }

/** [ n | mean x | mean y | m2x | m2y | cxy ] of windows, 48 bytes. */
export function pairs(prev: usize, steps: usize, length: i32, total: i32, xs: usize, ys: usize, prefixes: usize, suffixes: usize, out: usize): void { stacks.roll<stacks.Pair>(prev, steps, length, total, xs, ys, prefixes, suffixes, out); }

/** Products of windows, f64; states of 40 bytes, and `out` has as many behind its last row. */
export function products(prev: usize, steps: usize, length: i32, total: i32, xs: usize, prefixes: usize, suffixes: usize, out: usize): void { stacks.roll<stacks.Product>(prev, steps, length, total, xs, xs, prefixes, suffixes, out); }

/** Slots (u32; all ones: none) of the rows with the greatest keys (`flip` -1: the least), the earliest of several. States of 16 bytes by group and slot. */
export function extremes(prev: usize, steps: usize, length: i32, total: i32, keys: usize, have: usize, other: usize, texts: usize, bytes: usize, flip: i64, prefixes: usize, suffixes: usize, out: usize): void { extreme.extremes(prev, steps, length, total, keys, have, other, texts, bytes, flip, prefixes, suffixes, out); }

/** Slots (u32; all ones: none) of the n-th rows with a value; below 0 from the end. States: 16 bytes by group, u32 by slot. */
export function picks(next: usize, steps: usize, length: i32, total: i32, have: usize, n: i32, states: usize, links: usize, out: usize): void { pick.picks(next, steps, length, total, have, n, states, links, out); }

/** Slots of the oldest rows of windows of `rows` rows; all ones where there are fewer. */
export function oldest(steps: usize, length: i32, rows: i32, out: usize): void { pick.oldest(steps, length, rows, out); }
