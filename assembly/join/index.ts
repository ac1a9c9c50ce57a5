// Which rows of two tables belong together. Row number 0 is the missing row: what a left row without a partner is paired with.
import * as side from './entries';
import * as lookup from './lookup';
import * as timed from './timed';

export const heapBase: usize = __heap_base;

/** The row (u32) of each of the `length` keys (u32 ids), 0 for those without; returns how many have one. */
export function rowsByKey(ids: usize, length: i32, rowOf: usize, out: usize): i32 { return lookup.rowsByKey(ids, length, rowOf, out); }

/** Bits of the rows that are not the missing one; whole bytes are written. */
export function foundBits(rows: usize, length: i32, bits: usize): void { lookup.foundBits(rows, length, bits); }

/** The rows first, first + 1, … are the latest of their keys. */
export function latest(ids: usize, length: i32, first: u32, rowOf: usize): void { lookup.latest(ids, length, first, rowOf); }

/** Sets the bit of each of the `count` rows (u32), 0xffffffff apart. */
export function mark(rows: usize, count: i32, bits: usize): void { lookup.mark(rows, count, bits); }

/** Writes map[rows[i]] = i, u32. */
export function invert(rows: usize, count: i32, map: usize): void { lookup.invert(rows, count, map); }

/** Lists the rows first, first + 1, … by key at `starts` (groups + 2 zeros) and `rows`; returns the most that a key has. */
export function listByKey(ids: usize, length: i32, first: u32, groups: i32, starts: usize, rows: usize): i32 { return lookup.listByKey(ids, length, first, groups, starts, rows); }

/** Pairs of left rows and the rows of their keys; see lookup.ts. Returns how many, at most `capacity`. */
export function expand(ids: usize, length: i32, starts: usize, rows: usize, outer: i32, cursor: usize, left: usize, right: usize, capacity: i32): i32 { return lookup.expand(ids, length, starts, rows, outer != 0, cursor, left, right, capacity); }

/** Entries for rows that came, at entries[count …]; see entries.ts. Returns the new count. */
export function arrive(times: usize, validity: usize, ids: usize, length: i32, first: u32, entries: usize, count: i32, progress: usize): i32 { return side.arrive(times, validity, ids, length, first, entries, count, progress); }

/** Puts the latest entries [from, count) in their places among all; 1 when any had to move. */
export function order(entries: usize, from: i32, count: i32, spare: usize): i32 { return side.order(entries, from, count, spare); }

/** Sets the bit of each entry's row. */
export function markRows(entries: usize, count: i32, bits: usize): void { side.markRows(entries, count, bits); }

/** Sets the byte of each entry's key. */
export function markIds(entries: usize, count: i32, bytes: usize): void { side.markIds(entries, count, bytes); }

/** Sets the byte of each place whose row (u32) is not 0. */
export function markFound(rows: usize, count: i32, bytes: usize): void { side.markFound(rows, count, bytes); }

/** The places (u32) of the bytes that are set, at `out`; returns how many. */
export function marked(bytes: usize, count: i32, out: usize): i32 { return side.marked(bytes, count, out); }

/** New row numbers for entries: map[old]. */
export function renumberRows(entries: usize, count: i32, map: usize): void { side.renumber(entries, count, map, false); }

/** New key ids for entries: map[old]. */
export function renumberIds(entries: usize, count: i32, map: usize): void { side.renumber(entries, count, map, true); }

/** Looks at how far the sides of a join (as in timed.ts) have come. */
export function refresh(join: usize): void { timed.refresh(join); }

/** Puts right entries whose order is final into the chains of their keys. */
export function link(join: usize): void { timed.link(join); }

/** Left rows whose partner is certain, and it; returns how many, at most `capacity`. */
export function asof(join: usize, exact: i32, left: usize, right: usize, capacity: i32): i32 { return timed.asof(join, exact != 0, left, right, capacity); }

/** Pairs of rows within an interval of each other; returns how many, at most `capacity`. */
export function interval(join: usize, outer: i32, left: usize, right: usize, capacity: i32): i32 { return timed.interval(join, outer != 0, left, right, capacity); }

/** How many of the right's entries no left row can reach any more. */
export function dead(join: usize): i32 { return timed.dead(join); }

/** Forgets the last rows of keys that are further away than the tolerance from every left row to come. */
export function expire(join: usize, groups: i32): void { timed.expire(join, groups); }
