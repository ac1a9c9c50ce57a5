import { assign as assignRows } from './assign';
import { sessionize as sessionizeRows, closable as closableSessions } from './session';

export const heapBase: usize = __heap_base;

/** Widens `length` i32 to i64, times `factor`. */
export function widenI32(source: usize, length: i32, factor: i64, target: usize): void {
  const end = source + (<usize>length << 2);
  for (; source < end; source += 4, target += 8) store<i64>(target, <i64>load<i32>(source) * factor);
}

/** Counts rows in: live[id] += 1 for each of the `length` u32 ids; ids of 0xffffffff are no group. */
export function enter(ids: usize, length: i32, live: usize): void {
  const end = ids + (<usize>length << 2);
  for (; ids < end; ids += 4) {
    const id = load<u32>(ids);
    if (id == u32.MAX_VALUE) continue;
    const at = live + (<usize>id << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

/** Counts rows out; writes the ids of groups that became empty at `target` and returns how many did. */
export function leave(ids: usize, length: i32, live: usize, target: usize): i32 {
  const end = ids + (<usize>length << 2);
  let out = target;
  for (; ids < end; ids += 4) {
    const id = load<u32>(ids);
    if (id == u32.MAX_VALUE) continue;
    const at = live + (<usize>id << 2), left = load<u32>(at) - 1;
    store<u32>(at, left);
    store<u32>(out, id);
    out += <usize>(left == 0) << 2;
  }
  return <i32>((out - target) >> 2);
}

/** Of the `length` u32 ids, those with rows (live[id] > 0), in order, at `target`; returns their number. */
export function alive(ids: usize, length: i32, live: usize, target: usize): i32 {
  const end = ids + (<usize>length << 2);
  let out = target;
  for (; ids < end; ids += 4) {
    const id = load<u32>(ids);
    store<u32>(out, id);
    out += <usize>(load<u32>(live + (<usize>id << 2)) > 0) << 2;
  }
  return <i32>((out - target) >> 2);
}

/**
 * Assigns rows to tumbling windows (or slices): see assign.ts. Writes kept row numbers (u32) at `rows`, and per run of rows of one
 * window [start (i64), end in `rows` (i32), 0] at `runs` (16 bytes each); counters at `stats`. Returns the number of runs.
 */
export function assign(times: usize, validity: usize, from: i32, length: i32, size: i64, offset: i64, delay: i64, reach: i64, step: i64, rows: usize, runs: usize, stats: usize): i32 { return assignRows(times, validity, from, length, size, offset, delay, reach, step, rows, runs, stats); }

/** Assigns rows to sessions: see session.ts. Returns the number of rows it got through. */
export function sessionize(times: usize, validity: usize, groupIds: usize, from: i32, length: i32, gap: i64, delay: i64, sessions: usize, capacity: i32, current: usize, target: usize, stats: usize): i32 { return sessionizeRows(times, validity, groupIds, from, length, gap, delay, sessions, capacity, current, target, stats); }

/** Numbers (u32) of open sessions whose last row is at or before `limit`, at `target`; returns how many. */
export function closable(sessions: usize, length: i32, limit: i64, target: usize): i32 { return closableSessions(sessions, length, limit, target); }

/** Appends those of the `length` u32 ids that are not marked to the `count` ids at `list`, and marks them (a byte each); returns the new count. */
export function touch(ids: usize, length: i32, marks: usize, list: usize, count: i32): i32 {
  const end = ids + (<usize>length << 2);
  let out = list + (<usize>count << 2);
  for (; ids < end; ids += 4) {
    const id = load<u32>(ids);
    if (id == u32.MAX_VALUE || load<u8>(marks + <usize>id) != 0) continue;
    store<u8>(marks + <usize>id, 1);
    store<u32>(out, id);
    out += 4;
  }
  return <i32>((out - list) >> 2);
}

/** Clears the marks of the `count` ids at `list`. */
export function untouch(list: usize, count: i32, marks: usize): void {
  const end = list + (<usize>count << 2);
  for (; list < end; list += 4) store<u8>(marks + <usize>load<u32>(list), 0);
}

/** Writes map[id] for each of the `length` u32 ids at `target`; ids of 0xffffffff stay. */
export function renumber(ids: usize, length: i32, map: usize, target: usize): void {
  const end = ids + (<usize>length << 2);
  for (; ids < end; ids += 4, target += 4) {
    const id = load<u32>(ids);
    store<u32>(target, id == u32.MAX_VALUE ? id : load<u32>(map + (<usize>id << 2)));
  }
}
