import * as sliding from './sliding';
import * as rolling from './rolling';
import * as extreme from './rolling-extremes';
import * as square from './rolling-squares';
import * as sum from './rolling-sums';
import * as fifos from './fifo';
import * as nth from './nth';
import * as search from './search';

export const heapBase: usize = __heap_base;

/** First row whose time is above `limit`; `length` when there is none. Times must not decrease. */
export function firstAboveI64(times: usize, length: i32, limit: i64): i32 { return search.firstAbove(times, length, limit); }

/** How many leading times do not decrease: `length` when all are in order. */
export function sortedRowsI64(times: usize, length: i32): i32 { return search.sortedRows<i64>(times, length); }

/** How many leading times do not decrease: `length` when all are in order. */
export function sortedRowsI32(times: usize, length: i32): i32 { return search.sortedRows<i32>(times, length); }

/** How many leading times do not decrease: `length` when all are in order. */
export function sortedRowsF64(times: usize, length: i32): i32 { return search.sortedRows<f64>(times, length); }

/** For each row of [from, to): the first row inside (time - range, time], i32; `start` is that of the row before. Returns the last one. */
export function timeBoundsI64(times: usize, from: i32, to: i32, range: i64, start: i32, starts: usize): i32 { return search.timeBounds<i64>(times, from, to, range, start, starts); }

/** For each row of [from, to): the first row inside (time - range, time], i32; `start` is that of the row before. Returns the last one. */
export function timeBoundsI32(times: usize, from: i32, to: i32, range: i32, start: i32, starts: usize): i32 { return search.timeBounds<i32>(times, from, to, range, start, starts); }

/** For each row of [from, to): the first row inside (time - range, time], i32; `start` is that of the row before. Returns the last one. */
export function timeBoundsF64(times: usize, from: i32, to: i32, range: f64, start: i32, starts: usize): i32 { return search.timeBounds<f64>(times, from, to, range, start, starts); }

/** Rows [from, length) arrive at the deques `fifo`: i64 keys, presence bits (0: all), group ids (0: all in group 0), i64 payloads. Returns the row at which nodes ran out, or `length`. */
export function fifoPush(fifo: usize, keys: usize, present: usize, groupIds: usize, payloads: usize, from: i32, length: i32): i32 { return fifos.push(fifo, keys, present, groupIds, payloads, from, length); }

/** Like fifoPush, for group 0 and modes that keep the greatest key. Returns 1, or 0 when nodes ran out and nothing was done. */
export function fifoPushAll(fifo: usize, keys: usize, present: usize, payloads: usize, length: i32): i32 { return fifos.pushAll(fifo, keys, present, payloads, length); }

/** The oldest `length` rows leave the deques. */
export function fifoDrop(fifo: usize, groupIds: usize, length: i32): void { fifos.drop(fifo, groupIds, length); }

/** Keys (or, with `payloads` 1, payloads) at the heads of `count` groups, and presence bits. Returns how many have one. */
export function fifoHeads(fifo: usize, ids: usize, count: i32, payloads: i32, keys: usize, present: usize): i32 { return fifos.heads(fifo, ids, count, payloads, keys, present); }

/** Empties the deques of `count` groups. */
export function fifoForget(fifo: usize, ids: usize, count: i32): void { fifos.forget(fifo, ids, count); }

/** How many nodes are free. */
export function fifoRoom(fifo: usize): i32 { return fifos.room(fifo); }

/** Appends the deques of `other`: its group i to group map[i], codes of text through `codes` (0: as they are). Needs free nodes for all of them. */
export function fifoMerge(fifo: usize, other: usize, map: usize, groups: i32, codes: usize, payloadCodes: usize): void { fifos.merge(fifo, other, map, groups, codes, payloadCodes); }

/** Like fifoPush, for the modes of nth.ts. */
export function nthPush(fifo: usize, keys: usize, present: usize, groupIds: usize, from: i32, length: i32): i32 { return nth.push(fifo, keys, present, groupIds, from, length); }

/** Like fifoDrop, for the modes of nth.ts. */
export function nthDrop(fifo: usize, groupIds: usize, length: i32): void { nth.drop(fifo, groupIds, length); }

/** Keys of the n-th rows of `count` groups, and presence bits. Returns how many have one. */
export function nthRead(fifo: usize, ids: usize, count: i32, keys: usize, present: usize): i32 { return nth.read(fifo, ids, count, keys, present); }

/** Like fifoMerge, for the modes of nth.ts. */
export function nthMerge(fifo: usize, other: usize, map: usize, groups: i32, codes: usize): void { nth.merge(fifo, other, map, groups, codes); }

/** Writes first, first + 1, … as `length` i64. */
export function count(target: usize, first: i64, length: i32): void { for (let i = 0; i < length; i++) store<i64>(target + (<usize>i << 3), first + <i64>i); }

/** Compensated sums of windows of `rows` rows (or `spans`, i32 for each row) that end with rows [from, to) of the tape; missing values are 0. */
export function rollingSums(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void { sum.sums(state, tape, from, to, rows, spans, out); }

/** Least values of windows; missing ones are Infinity. */
export function rollingMins(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void { extreme.extremes<u16>(state, tape, from, to, rows, spans, out); }

/** Greatest values of windows; missing ones are -Infinity. */
export function rollingMaxs(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void { extreme.extremes<u8>(state, tape, from, to, rows, spans, out); }

/** Sums of squared differences to the mean, divided by `by`, with `root` 1 the square root, and counts (i32; 0: they are not wanted); missing values are NaN, and `missing` tells whether there are any. */
export function rollingSquares(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, counts: usize, missing: i32, by: f64, root: i32, out: usize): void { square.squares(state, tape, from, to, rows, spans, counts, missing, by, root, out); }

/** How many rows of windows have a value, i32, from a byte for each row of the tape (0: all have). */
export function rollingCounts(state: usize, have: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void { rolling.counts(state, have, from, to, rows, spans, out); }

/** First values of windows; missing ones are NaN. */
export function rollingFirsts(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void { rolling.firsts(state, tape, from, to, rows, spans, out); }

/** Last values of windows; missing ones are NaN. */
export function rollingLasts(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void { rolling.lasts(state, tape, from, to, rows, spans, out); }

/** Divides f64 by i32 counts less `ddof`; with `root` 1 takes the square root. NaN where the divisor is not positive. */
export function divideByCounts(values: usize, counts: usize, length: i32, ddof: i32, root: i32): void { rolling.divide(values, counts, length, ddof, root); }

/** Divides f64 by `by`. Returns 1 when an answer is NaN. */
export function scaleAnswers(values: usize, length: i32, by: f64): i32 { return rolling.scale(values, length, by); }

/** The greatest |x| and the least |x| above 0 of `length` f64, to out[0] and out[1]. */
export function magnitudes(values: usize, length: i32, out: usize): void { sliding.magnitudes(values, length, out); }

/** Sums, divided by `by`, of the `rows` rows that end with each of [from, to), from >= rows - 1; m is 1.5 · 2^k, 2^(k-1) at least `rows` times the greatest |x|; `ring` has 32 bytes for each of `rows`. Returns 0 when a value is NaN. */
export function slidingSums(tape: usize, from: i32, to: i32, rows: i32, m: f64, by: f64, ring: usize, out: usize): i32 { return sliding.slide(tape, from, to, rows, m, by, ring, out); }

/** Reads the keys (or payloads) of all rows held as u32 codes, or (`back` 1) writes them in the same order. Returns how many. */
export function fifoRecode(fifo: usize, groups: i32, payloads: i32, back: i32, codes: usize): i32 { return fifos.recode(fifo, groups, payloads, back, codes); }

/** How many rows are held. */
export function fifoHeld(fifo: usize): i32 { return fifos.held(fifo); }

/** NaN for windows with fewer than `least` values, and presence bits; NaN is absent. Returns how many are present. */
export function finishRolling(values: usize, counts: usize, length: i32, least: i32, present: usize): i32 { return rolling.finish(values, counts, length, least, present); }

/** The greatest of `length` > 0 i32. */
export function greatestI32(values: usize, length: i32): i32 { return rolling.greatest(values, length); }

/** Counts (i32) as f64. */
export function widenCounts(counts: usize, length: i32, out: usize): void { for (let i = 0; i < length; i++) store<f64>(out + (<usize>i << 3), <f64>load<i32>(counts + (<usize>i << 2))); }

/** Rows of windows from their starts: row + 1 - start, i32, for rows [from, to). */
export function spansOf(starts: usize, from: i32, to: i32, spans: usize): void { rolling.spansOf(starts, from, to, spans); }

/** Bools as f64; see tapeF64. */
export function tapeBits(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tapeBits(values, validity, length, missing, out, have); }

/** i8 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeI8(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<i8>(values, validity, length, missing, out, have); }

/** i16 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeI16(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<i16>(values, validity, length, missing, out, have); }

/** i32 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeI32(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<i32>(values, validity, length, missing, out, have); }

/** i64 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeI64(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<i64>(values, validity, length, missing, out, have); }

/** u8 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeU8(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<u8>(values, validity, length, missing, out, have); }

/** u16 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeU16(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<u16>(values, validity, length, missing, out, have); }

/** u32 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeU32(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<u32>(values, validity, length, missing, out, have); }

/** u64 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeU64(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<u64>(values, validity, length, missing, out, have); }

/** f32 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeF32(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<f32>(values, validity, length, missing, out, have); }

/** f64 as f64, `missing` where null or NaN, and a byte for each row: 1 = it has a value. Returns how many have none. */
export function tapeF64(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 { return rolling.tape<f64>(values, validity, length, missing, out, have); }
