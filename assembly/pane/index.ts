import { assign as assignRows } from './assign';
import * as dense from './dense';
import * as panes from './panes';
import * as sessions from './session';

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

/** Bytes of a `Pane`, of an `Item` and of `Panes`; see panes.ts. */
export const paneBytes: i32 = offsetof<panes.Pane>();
export const itemBytes: i32 = offsetof<panes.Item>();
export const panesBytes: i32 = offsetof<panes.Panes>();

/** Gives rows the numbers of their groups in the panes that hold their times: see assign.ts. Returns the row it stopped before. */
export function assign(panes: usize, watermark: usize, times: usize, validity: usize, groups: usize, from: i32, length: i32, track: i32, target: usize, late: usize, listed: usize): i32 { return assignRows(panes, watermark, times, validity, groups, from, length, track != 0, target, late, listed); }

/** Numbers and groups of the items of a pane (of those that changed, when `touched` is 1), in u32; returns how many. */
export function collect(at: usize, pane: usize, touched: i32, numbers: usize, groups: usize): i32 { return panes.collect(at, pane, touched, numbers, groups); }

/** Nothing in the pane has changed since now. */
export function settle(at: usize, pane: usize): void { panes.settle(at, pane); }

/** 1 at marks[group] (u8) for every group of the pane that changed. */
export function markTouched(at: usize, pane: usize, marks: usize): void { panes.markTouched(at, pane, marks); }

/** Rows in which places were shown before, and that they are rows base, base + 1, … now: see panes.ts; `out` has room for one more than `count`. */
export function remember(rowOf: usize, places: usize, count: i32, base: i32, out: usize): i32 { return panes.remember(rowOf, places, count, <u32>base, out); }

/** The rows of all places that show one, which get the numbers 0, 1, … in that order; returns how many. */
export function compactRows(rowOf: usize, places: i32, out: usize): i32 { return panes.compactRows(rowOf, places, out); }

/** Rows in which places were shown, which are forgotten; `out` has room for one more than `count`. Returns how many. */
export function unremember(rowOf: usize, places: usize, count: i32, out: usize): i32 { return panes.unremember(rowOf, places, count, out); }

/** Numbers and groups of a pane with a map, in the order of the `size` ids at `sorted`; both have room for one more. Returns how many. */
export function collectSorted(pane: usize, sorted: usize, size: i32, numbers: usize, groups: usize): i32 { return panes.collectSorted(pane, sorted, size, numbers, groups); }

/** How many groups a dense pane with a range of `room` numbers, a multiple of 8, has. */
export function countDense(at: usize, pane: usize, room: i32): i32 { return dense.countDense(at, pane, room); }

/** Numbers and groups of a dense pane, in the order of the `size` ids at `sorted` (0: of the ids); both have room for one more. Returns how many. */
export function collectDense(at: usize, pane: usize, sorted: usize, size: i32, numbers: usize, groups: usize): i32 { return dense.collectDense(at, pane, sorted, size, numbers, groups); }

/** A dense pane with a range of `room` numbers becomes a pane as others, without a map. */
export function list(at: usize, pane: usize, room: i32): void { dense.list(at, pane, room); }

/** The pane, which has no map, is gone; its range of `room` numbers from `base` on is not free. */
export function releaseOutside(at: usize, pane: usize, base: u32, room: i32): void { dense.releaseOutside(at, pane, base, room); }

/** 1 at the mark of every number that a pane has. */
export function markNumbers(at: usize, pane: usize): void { dense.markNumbers(at, pane); }

/** Numbers that are not marked are free, or in ranges of `room`, which are listed at `ranges` (u32): returns how many. Then none is marked. */
export function freeUnmarked(at: usize, room: i32, ranges: usize): i32 { return dense.freeUnmarked(at, room, ranges); }

/** The `room` numbers from `base` on, which no pane has, are free. */
export function freeRange(at: usize, base: u32, room: i32): void { dense.freeRange(at, base, room); }

/** Numbers of those of the `count` groups at `ids` that a pane with a map has, and their places there (u32); both have room for one more. Returns how many. */
export function pick(pane: usize, ids: usize, count: i32, numbers: usize, places: usize): i32 { return panes.pick(pane, ids, count, numbers, places); }

/** target[ids[i]] = values[i], u32. */
export function scatter(values: usize, ids: usize, count: i32, target: usize): void { panes.scatter(values, ids, count, target); }

/** Gives the pane's map up, clean; `groups` are all of its `count` groups. */
export function wipeMap(pane: usize, groups: usize, count: i32): void { panes.wipeMap(pane, groups, count); }

/** Gives the pane's map up, clean. */
export function leaveMap(at: usize, pane: usize): void { panes.leaveMap(at, pane); }

/** Makes a clean map the pane's. */
export function takeMap(at: usize, pane: usize, map: usize): void { panes.takeMap(at, pane, map); }

/** The pane, which has no map, is gone. */
export function release(at: usize, pane: usize): void { panes.release(at, pane); }

/** The items of a pane lie there now. */
export function adopt(at: usize, pane: usize): void { panes.adopt(at, pane); }

/** 1 at marks[group] (u8) for every group of the pane. */
export function markGroups(at: usize, pane: usize, marks: usize): void { panes.markGroups(at, pane, marks); }

/** 1 at marks[id] (u8) for each of the `length` u32 ids; ids of 0xffffffff are no group. */
export function mark(ids: usize, length: i32, marks: usize): void { panes.mark(ids, length, marks); }

/** target |= source, bytes. */
export function either(target: usize, source: usize, length: i32): void { panes.either(target, source, length); }

/** The `length` u32 ids whose marks (u8) are set, in order; `out` has room for one more than `length`. Returns how many. */
export function pickMarked(ids: usize, length: i32, marks: usize, out: usize): i32 { return panes.pickMarked(ids, length, marks, out); }

/** Ids (u32) whose marks (u8, by place) are not set become 0xffffffff. */
export function dropUnmarked(ids: usize, length: i32, marks: usize): void { panes.dropUnmarked(ids, length, marks); }

/** The places of marks (u8) that are set, as u32; `out` has room for one more than `length`. Returns how many. */
export function marked(marks: usize, length: i32, out: usize): i32 { return panes.marked(marks, length, out); }

/** Group g of the pane becomes group map[g]. */
export function renumberGroups(at: usize, pane: usize, map: usize): void { panes.renumberGroups(at, pane, map); }

/** Local numbers of the items whose numbers are at `target`. */
export function locals(at: usize, target: usize, length: i32, out: usize): void { panes.locals(at, target, length, out); }

/** The rows of a pane among `length`, and their local numbers; returns how many. */
export function rowsOf(at: usize, pane: usize, target: usize, length: i32, rows: usize, out: usize): i32 { return panes.rowsOf(at, pane, target, length, rows, out); }

/** Runs of equal numbers as pairs of number and end (u32), at most `most` of them; returns how many, -1 when there are more. */
export function runs(target: usize, length: i32, most: i32, out: usize): i32 { return panes.runs(target, length, most, out); }

/** Bytes of a `Session` and of `Sessions`; see session.ts. */
export const sessionBytes: i32 = offsetof<sessions.Session>();
export const sessionsBytes: i32 = offsetof<sessions.Sessions>();

/** Gives rows their sessions: see session.ts. Returns the row it stopped before. */
export function sessionize(at: usize, watermark: usize, times: usize, validity: usize, groups: usize, from: i32, length: i32, gap: i64, keep: i64, current: usize, target: usize, late: usize): i32 { return sessions.sessionize(at, watermark, times, validity, groups, from, length, gap, keep, current, target, late); }

/** Begins a session; gives its number, 0xffffffff when there is no record for it. */
export function beginSession(at: usize, group: u32, time: i64, older: u32): u32 { return sessions.begin(changetype<sessions.Sessions>(at), group, time, older); }

/** Numbers (u32) of open sessions whose last row is at or before `limit`, those that have fired (1) or have not (0); `target` has room for one more than there are. Returns how many. */
export function closable(at: usize, limit: i64, fired: i32, target: usize): i32 { return sessions.closable(at, limit, <u32>fired, target); }

/** Starts and ends (i64) and key ids (u32) of sessions. */
export function describeSessions(at: usize, numbers: usize, count: i32, gap: i64, starts: usize, ends: usize, groups: usize): void { sessions.describe(at, numbers, count, gap, starts, ends, groups); }

/** Sorts out sessions that changed into late, closing and open ones: see session.ts. */
export function sortOutSessions(at: usize, numbers: usize, count: i32, limit: i64, late: usize, closing: usize, open: usize): void { sessions.sortOut(at, numbers, count, limit, late, closing, open); }

/** Sessions have fired. */
export function fireSessions(at: usize, numbers: usize, count: i32): void { sessions.fire(at, numbers, count); }

/** Takes sessions out of the chains of their groups. */
export function unlinkSessions(at: usize, numbers: usize, count: i32, current: usize): void { sessions.unlink(at, numbers, count, current); }

/** The numbers of sessions are free. */
export function releaseSessions(at: usize, numbers: usize, count: i32): void { sessions.release(at, numbers, count); }

/** 1 at marks[group] (u8) for every group that has a session. */
export function markSessionGroups(at: usize, marks: usize): void { sessions.markGroups(at, marks); }

/** Group g, of `groups`, becomes group map[g]; `work` has room for `groups` u32. */
export function renumberSessions(at: usize, map: usize, groups: i32, current: usize, work: usize): void { sessions.renumber(at, map, groups, current, work); }

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
