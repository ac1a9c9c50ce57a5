/**
 * Joins of two sides in time; see entries.ts. Left rows come out in their order, each when its partners are known for certain.
 *
 * ```
 * right   0 ──────────── passed ─────────── linked ──────────── count
 *         the latest of   in chains by key   rows of their time may
 *         each key is     (ahead, interval)  still come before them
 *         remembered
 * ```
 */
import { firstFrom, idAt, Progress, rowAt, timeAt, watermark } from './entries';
import { NONE } from './lookup';

/** What a join knows; the sizes of all blocks are the caller's business. */
@unmanaged
export class Join {
  /** Left rows up to here are in their final order, and right rows up to here: the sides' watermarks. See `refresh`. */
  leftBound: i64;
  rightBound: i64;
  /** As-of: how far away a partner may be, u64. */
  tolerance: u64;
  /** Interval: right time − left time is at least `from` and at most `to`; as-of: 0. */
  from: i64;
  to: i64;
  /** Addresses of the sides' `Progress`. */
  leftProgress: u32;
  rightProgress: u32;
  /** Partners lie behind a row (as-of backward and nearest), and ahead of it (forward, nearest, interval). */
  back: u32;
  ahead: u32;
  /** Addresses of entries. */
  left: u32;
  right: u32;
  /** Left entries [leftHead, leftCount) wait. */
  leftHead: i32;
  leftCount: i32;
  rightCount: i32;
  passed: i32;
  linked: i32;
  /** Interval: the next entry for the left row at leftHead; NONE: it has not begun. */
  resume: u32;
  /** Per right entry the next of its key, NONE: none (u32). */
  links: u32;
  /** Per key the first and the last entry in its chain (u32), NONE: none. */
  firsts: u32;
  finals: u32;
  /** Per key the last row that was passed (u32, 0: none), and its time (i64). */
  lastRows: u32;
  lastTimes: u32;
}

/** Looks at how far the sides have come. */
export function refresh(at: usize): void {
  const join = changetype<Join>(at);
  join.leftBound = watermark(changetype<Progress>(<usize>join.leftProgress));
  join.rightBound = watermark(changetype<Progress>(<usize>join.rightProgress));
}

// @ts-ignore: decorator
@inline
function rightEnded(join: Join): bool { return changetype<Progress>(<usize>join.rightProgress).ended != 0; }

/** Right entries up to `time` (before it, unless `exact`) become the last of their keys, as far as their order is final. */
// @ts-ignore: decorator
@inline
function pass(join: Join, time: i64, exact: bool): void {
  const right = <usize>join.right, count = join.rightCount, rows = <usize>join.lastRows, times = <usize>join.lastTimes;
  const bound = join.rightBound;
  let at = join.passed;
  for (; at < count; at++) {
    const when = timeAt(right, at);
    if (when > bound || (exact ? when > time : when >= time)) break;
    const id = idAt(right, at);
    if (id == NONE) continue;
    store<u32>(rows + (<usize>id << 2), rowAt(right, at));
    store<i64>(times + (<usize>id << 3), when);
  }
  join.passed = at;
}

/** Puts right entries whose order is final into the chains of their keys. */
export function link(at: usize): void {
  const join = changetype<Join>(at);
  const right = <usize>join.right, links = <usize>join.links, firsts = <usize>join.firsts, finals = <usize>join.finals;
  const count = join.rightCount, bound = join.rightBound;
  let entry = join.linked;
  for (; entry < count && timeAt(right, entry) <= bound; entry++) {
    const id = idAt(right, entry);
    if (id == NONE) continue;
    store<u32>(links + (<usize>entry << 2), NONE);
    const final = finals + (<usize>id << 2), before = load<u32>(final);
    if (before == NONE) store<u32>(firsts + (<usize>id << 2), entry);
    else store<u32>(links + (<usize>before << 2), entry);
    store<u32>(final, entry);
  }
  join.linked = entry;
}

/** Drops entries before `time` (and at it, unless `exact`) from the chain of a key; returns what is first then. */
// @ts-ignore: decorator
@inline
function advance(join: Join, id: u32, time: i64, exact: bool): u32 {
  const right = <usize>join.right, links = <usize>join.links, first = <usize>join.firsts + (<usize>id << 2);
  let entry = load<u32>(first);
  const before = entry;
  while (entry != NONE) {
    const when = timeAt(right, entry);
    if (exact ? when >= time : when > time) break;
    entry = load<u32>(links + (<usize>entry << 2));
  }
  if (entry != before) {
    store<u32>(first, entry);
    if (entry == NONE) store<u32>(<usize>join.finals + (<usize>id << 2), NONE);
  }
  return entry;
}

/**
 * As-of join: left rows whose partner is certain, and it (row 0: none), at `left` and `right`; at most `capacity`. Returns how many.
 *
 * Backward, the partner is the last right row of the key at or before the left row's time; forward, the first at or after it; nearest, the
 * nearer of both, the earlier one of two as near. What may still come is at or after the right watermark.
 */
export function asof(at: usize, exact: bool, left: usize, right: usize, capacity: i32): i32 {
  const join = changetype<Join>(at);
  const back = join.back != 0, ahead = join.ahead != 0, ended = rightEnded(join);
  const entries = <usize>join.left, bound = join.rightBound, tolerance = join.tolerance, leftBound = join.leftBound;
  let entry = join.leftHead, written = 0;
  for (; entry < join.leftCount && written < capacity; entry++, written++) {
    const time = timeAt(entries, entry), id = idAt(entries, entry);
    if (time > leftBound) break;
    let row: u32 = 0;
    if (id != NONE) {
      let near = u64.MAX_VALUE;
      if (back) {
        if (!ended && (exact ? bound <= time : bound < time)) break;
        pass(join, time, exact);
        const last = load<u32>(<usize>join.lastRows + (<usize>id << 2));
        const distance = <u64>(time - load<i64>(<usize>join.lastTimes + (<usize>id << 3)));
        if (last != 0 && distance <= tolerance) {
          row = last;
          near = distance;
        }
      }
      if (ahead && near != 0) {
        const next = advance(join, id, time, exact);
        if (next != NONE) {
          const distance = <u64>(timeAt(<usize>join.right, next) - time);
          if (distance <= tolerance && distance < near) row = rowAt(<usize>join.right, next);
        } else if (!ended) {
          const reach = near == u64.MAX_VALUE ? tolerance : near - 1;
          if (bound < time || <u64>(bound - time) <= reach) break;
        }
      }
    }
    store<u32>(left + (<usize>written << 2), rowAt(entries, entry));
    store<u32>(right + (<usize>written << 2), row);
  }
  join.leftHead = entry;
  if (back) pass(join, earliest(join), exact);
  return written;
}

/** No left row that waits or comes is before this. */
// @ts-ignore: decorator
@inline
export function earliest(join: Join): i64 {
  const bound = join.leftBound;
  return join.leftHead < join.leftCount ? min(bound, timeAt(<usize>join.left, join.leftHead)) : bound;
}

/**
 * Interval join: pairs of left rows and right rows of their key with right time − left time in [from, to], in the order of both, at `left` and
 * `right`; at most `capacity`. With `outer`, a left row without a partner is paired with row 0. Returns how many.
 */
export function interval(at: usize, outer: bool, left: usize, right: usize, capacity: i32): i32 {
  const join = changetype<Join>(at);
  const entries = <usize>join.left, partners = <usize>join.right, links = <usize>join.links;
  const from = join.from, to = join.to, bound = join.rightBound, ended = rightEnded(join);
  let entry = join.leftHead, written = 0;
  for (; entry < join.leftCount && written < capacity; entry++) {
    const time = timeAt(entries, entry), id = idAt(entries, entry), row = rowAt(entries, entry);
    if (time > join.leftBound) break;
    let next = NONE, some = false;
    if (id != NONE) {
      if (!ended && bound <= time + to) break;
      some = join.resume != NONE;
      next = some ? join.resume : advance(join, id, time + from, true);
      for (; next != NONE && timeAt(partners, next) <= time + to; next = load<u32>(links + (<usize>next << 2))) {
        some = true;
        if (written == capacity) break;
        store<u32>(left + (<usize>written << 2), row);
        store<u32>(right + (<usize>written << 2), rowAt(partners, next));
        written++;
      }
      if (next != NONE && timeAt(partners, next) <= time + to) {
        join.resume = next;
        break;
      }
      join.resume = NONE;
    }
    if (!some && outer) {
      store<u32>(left + (<usize>written << 2), row);
      store<u32>(right + (<usize>written << 2), 0);
      written++;
    }
  }
  join.leftHead = entry;
  return written;
}

/** How many of the right's entries no left row that waits or comes can reach. */
export function dead(at: usize): i32 {
  const join = changetype<Join>(at);
  if (join.ahead == 0) return join.passed;
  const time = earliest(join), from = join.from, reached = time + from;
  let gone = join.linked;
  if (time != i64.MAX_VALUE) {
    // what wraps around is before all times, or after
    const limit = from < 0 && reached > time ? i64.MIN_VALUE : from > 0 && reached < time ? i64.MAX_VALUE : reached;
    gone = firstFrom(<usize>join.right, 0, join.linked, limit);
  }
  return join.back != 0 ? min(join.passed, gone) : gone;
}

/** Forgets the last rows of keys that no left row can reach: they are further away than the tolerance. */
export function expire(at: usize, groups: i32): void {
  const join = changetype<Join>(at);
  const time = earliest(join), tolerance = join.tolerance;
  for (let id = 0; id < groups; id++) {
    const last = load<i64>(<usize>join.lastTimes + (<usize>id << 3));
    if (last < time && <u64>(time - last) > tolerance) store<u32>(<usize>join.lastRows + (<usize>id << 2), 0);
  }
}
