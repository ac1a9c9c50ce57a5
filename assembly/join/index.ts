// Which rows of two tables belong together. Row number 0 is the missing row: what a left row without a partner is paired with.
import { expand as expandRows, foundBits as bitsOfFound, invert as invertRows, latest as latestRows, listByKey as listRows, mark as markRows, rowsByKey as rowOfEach } from './lookup';

export const heapBase: usize = __heap_base;

/** The row (u32) of each of the `length` keys (u32 ids), 0 for those without; returns how many have one. */
export function rowsByKey(ids: usize, length: i32, rowOf: usize, out: usize): i32 { return rowOfEach(ids, length, rowOf, out); }

/** Bits of the rows that are not the missing one; whole bytes are written. */
export function foundBits(rows: usize, length: i32, bits: usize): void { bitsOfFound(rows, length, bits); }

/** The rows first, first + 1, … are the latest of their keys. */
export function latest(ids: usize, length: i32, first: u32, rowOf: usize): void { latestRows(ids, length, first, rowOf); }

/** Sets the bit of each of the `count` rows (u32), 0xffffffff apart. */
export function mark(rows: usize, count: i32, bits: usize): void { markRows(rows, count, bits); }

/** Writes map[rows[i]] = i, u32. */
export function invert(rows: usize, count: i32, map: usize): void { invertRows(rows, count, map); }

/** Lists the rows first, first + 1, … by key at `starts` (groups + 2 zeros) and `rows`; returns the most that a key has. */
export function listByKey(ids: usize, length: i32, first: u32, groups: i32, starts: usize, rows: usize): i32 { return listRows(ids, length, first, groups, starts, rows); }

/** Pairs of left rows and the rows of their keys; see lookup.ts. Returns how many, at most `capacity`. */
export function expand(ids: usize, length: i32, starts: usize, rows: usize, outer: i32, cursor: usize, left: usize, right: usize, capacity: i32): i32 { return expandRows(ids, length, starts, rows, outer != 0, cursor, left, right, capacity); }
