/**
 * One side of a join in time: an entry for each row, in ascending order of time, rows of one time in the order in which they came.
 *
 * ```
 * entry   0  i64  time    8  u32  row number    12  u32  key id (NONE: no partner)
 * ```
 */
import { Watermark, watermarkOf } from '../shared/watermark';
import { NONE } from './lookup';

// @ts-ignore: decorator
@inline
export function timeAt(entries: usize, at: i32): i64 { return load<i64>(entries + (<usize>at << 4)); }

// @ts-ignore: decorator
@inline
export function rowAt(entries: usize, at: i32): u32 { return load<u32>(entries + (<usize>at << 4), 8); }

// @ts-ignore: decorator
@inline
export function idAt(entries: usize, at: i32): u32 { return load<u32>(entries + (<usize>at << 4), 12); }

/** How far a side has come. */
@unmanaged
export class Progress {
  /** Address of its `Watermark`. */
  mark: u32;
  late: u32;
  untimed: u32;
  /** No more rows will come. */
  ended: u32;
}

/** The time before which a row is late; rows up to it are in their final order. */
// @ts-ignore: decorator
@inline
export function watermark(progress: Progress): i64 {
  if (progress.ended != 0) return i64.MAX_VALUE;
  const mark = changetype<Watermark>(<usize>progress.mark);
  return watermarkOf(mark, mark.highest);
}

/**
 * Writes entries for `length` rows, numbered from `first` on, at entries[count …] in the order in which they come. Rows before the watermark,
 * which moves row by row, are late; they and rows without a time get no entry. `ids` 0: all rows have key 0. Returns the new count.
 */
export function arrive(times: usize, validity: usize, ids: usize, length: i32, first: u32, entries: usize, count: i32, at: usize): i32 {
  const progress = changetype<Progress>(at), side = changetype<Watermark>(<usize>progress.mark);
  let highest = side.highest, mark = watermark(progress);
  for (let row = 0; row < length; row++) {
    if (validity != 0 && ((load<u8>(validity + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) == 0) {
      progress.untimed++;
      continue;
    }
    const time = load<i64>(times + (<usize>row << 3));
    if (time < mark) {
      progress.late++;
      continue;
    }
    if (time > highest) {
      highest = time;
      mark = watermarkOf(side, highest);
    }
    const entry = entries + (<usize>count << 4);
    store<i64>(entry, time);
    store<u32>(entry, first + row, 8);
    store<u32>(entry, ids == 0 ? 0 : load<u32>(ids + (<usize>row << 2)), 12);
    count++;
  }
  side.highest = highest;
  return count;
}

/**
 * Puts entries [from, count), the latest, in their places among all; those before are in order. `spare` has room for count − from. Returns 1
 * when any had to move.
 */
export function order(entries: usize, from: i32, count: i32, spare: usize): i32 {
  if (from == count) return 0;
  const start = entries + (<usize>from << 4), end = entries + (<usize>count << 4);
  let sorted = true;
  for (let entry = start + 16; entry < end; entry += 16) sorted = sorted && load<i64>(entry) >= load<i64>(entry - 16);
  if (!sorted) sort(start, count - from, spare);
  if (from == 0 || load<i64>(start) >= load<i64>(start - 16)) return i32(!sorted);
  // From the back: the new ones go behind old ones of the same time.
  memory.copy(spare, start, end - start);
  let old = start - 16, fresh = spare + (end - start) - 16, out = end - 16;
  while (fresh >= spare) {
    const takeOld = old >= entries && load<i64>(old) > load<i64>(fresh);
    v128.store(out, v128.load(takeOld ? old : fresh));
    if (takeOld) old -= 16;
    else fresh -= 16;
    out -= 16;
  }
  return 1;
}

/** Stable merge sort by time, bottom up; `spare` is as large. */
function sort(entries: usize, count: i32, spare: usize): void {
  let from = entries, to = spare;
  for (let width = 1; width < count; width <<= 1) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = min(start + width, count), end = min(start + 2 * width, count);
      let a = start, b = middle;
      for (let out = start; out < end; out++) {
        const left = a < middle && (b >= end || timeAt(from, a) <= timeAt(from, b));
        v128.store(to + (<usize>out << 4), v128.load(from + (<usize>(left ? a : b) << 4)));
        if (left) a++;
        else b++;
      }
    }
    const swap = from;
    from = to;
    to = swap;
  }
  if (from != entries) memory.copy(entries, from, <usize>count << 4);
}

/** First of the entries [from, count) whose time is at or after `time`, or `count`. */
export function firstFrom(entries: usize, from: i32, count: i32, time: i64): i32 {
  while (from < count) {
    const middle = (from + count) >>> 1;
    if (timeAt(entries, middle) < time) from = middle + 1;
    else count = middle;
  }
  return from;
}

/** Sets the bit of each entry's row. */
export function markRows(entries: usize, count: i32, bits: usize): void {
  for (let at = 0; at < count; at++) {
    const row = rowAt(entries, at), byte = bits + <usize>(row >> 3);
    store<u8>(byte, load<u8>(byte) | <u8>(<u32>1 << (row & 7)));
  }
}

/** Sets the byte of each entry's key. */
export function markIds(entries: usize, count: i32, bytes: usize): void {
  for (let at = 0; at < count; at++) {
    const id = idAt(entries, at);
    if (id != NONE) store<u8>(bytes + <usize>id, 1);
  }
}

/** New numbers for the entries' rows, or with `ofIds` for their keys: map[old]. */
export function renumber(entries: usize, count: i32, map: usize, ofIds: bool): void {
  for (let at = 0; at < count; at++) {
    const entry = entries + (<usize>at << 4) + (ofIds ? 12 : 8), old = load<u32>(entry);
    if (old != NONE) store<u32>(entry, load<u32>(map + (<usize>old << 2)));
  }
}

/** Sets the byte of each place whose row is not 0. */
export function markFound(rows: usize, count: i32, bytes: usize): void {
  for (let at = 0; at < count; at++) if (load<u32>(rows + (<usize>at << 2)) != 0) store<u8>(bytes + <usize>at, 1);
}

/** The places (u32) of bytes that are not 0; returns how many. */
export function marked(bytes: usize, count: i32, out: usize): i32 {
  const start = out;
  for (let at = 0; at < count; at++) {
    store<u32>(out, at);
    out += <usize>(load<u8>(bytes + <usize>at) != 0) << 2;
  }
  return <i32>((out - start) >> 2);
}
