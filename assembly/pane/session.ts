import { NONE } from './panes';
import { Watermark, watermarkOf } from '../shared/watermark';

/**
 * Sessions: rows of one group less than `gap` apart. A session reaches from its first row to its last row + gap, and takes rows until the
 * watermark is its last row + `keep`.
 *
 * ```
 * current    per group id, u32: its latest session, NONE when it has none
 * target     per row, u32: its session, NONE when the row takes part in none
 * ```
 * A row before its group's latest session (only with out-of-order input) may join an older session, or two: that is the caller's
 * rare business.
 */
@unmanaged
export class Session {
  first: i64;
  last: i64;
  /** Id of its key. */
  group: u32;
  /** The older session of the group; of a free record, the next free one. */
  older: u32;
  open: u32;
  /** The watermark has passed its end, and it has shown what it has. */
  fired: u32;
}

@unmanaged
export class Sessions {
  records: u32;
  capacity: u32;
  used: u32;
  free: u32;
  late: u32;
  untimed: u32;
  /** Why the last call stopped before a row. */
  why: u32;
  /** Answers of `sortOut`. */
  lateCount: u32;
  closingCount: u32;
  openCount: u32;
}

const DONE: u32 = 0;
const FULL: u32 = 1; // there is no free record
const EARLIER: u32 = 2; // the row begins before its group's latest session

// @ts-ignore: decorator
@inline
function sessionAt(records: usize, number: u32): Session {
  return changetype<Session>(records + <usize>number * offsetof<Session>());
}

/** Gives rows [from, length) their sessions; returns the row it stopped before. Late rows are listed at `late` (u32; 0: not at all). */
export function sessionize(at: usize, markAt: usize, times: usize, validity: usize, groups: usize, from: i32, length: i32, gap: i64, keep: i64, current: usize, target: usize, late: usize): i32 {
  const sessions = changetype<Sessions>(at), mark = changetype<Watermark>(markAt), records = <usize>sessions.records;
  let highest = mark.highest, watermark = watermarkOf(mark, highest), why = DONE, i = from;
  for (; i < length; i++) {
    const group: u32 = groups == 0 ? 0 : load<u32>(groups + (<usize>i << 2)), out = target + (<usize>i << 2);
    store<u32>(out, NONE);
    if (validity != 0 && !(load<u8>(validity + <usize>(i >> 3)) >> <u8>(i & 7) & 1)) { sessions.untimed++; continue; }
    const time = load<i64>(times + (<usize>i << 3));
    if (group != NONE) { // else there is no key, but time goes on
      const slot = current + (<usize>group << 2), latest = load<u32>(slot);
      let number = NONE;
      if (latest != NONE) {
        const session = sessionAt(records, latest);
        if (session.open == 1) {
          if (time < session.first) { why = EARLIER; break; }
          if (session.last + keep > watermark && time < session.last + gap) {
            if (time > session.last) session.last = time;
            number = latest;
          }
        }
      }
      if (number == NONE) {
        if (time + keep <= watermark) {
          if (late != 0) { store<u32>(late, i); late += 4; }
          sessions.late++;
        } else {
          number = begin(sessions, group, time, latest);
          if (number == NONE) { why = FULL; break; }
          store<u32>(slot, number);
        }
      }
      store<u32>(out, number);
    }
    if (time > highest) { highest = time; watermark = watermarkOf(mark, highest); }
  }
  mark.highest = highest;
  sessions.why = why;
  return i;
}

/** A new session, NONE when there is no record for it. */
export function begin(sessions: Sessions, group: u32, time: i64, older: u32): u32 {
  const records = <usize>sessions.records;
  let number = sessions.free;
  if (number != NONE) sessions.free = sessionAt(records, number).older;
  else if (sessions.used < sessions.capacity) number = sessions.used++;
  else return NONE;
  const session = sessionAt(records, number);
  session.first = session.last = time;
  session.group = group;
  session.older = older;
  session.open = 1;
  session.fired = 0;
  return number;
}

/** Numbers (u32) of open sessions whose last row is at or before `limit`, those that have fired or those that have not, at `target`; returns how many. */
export function closable(at: usize, limit: i64, fired: u32, target: usize): i32 {
  const sessions = changetype<Sessions>(at);
  let out = target;
  for (let number: u32 = 0; number < sessions.used; number++) {
    const session = sessionAt(<usize>sessions.records, number);
    store<u32>(out, number);
    out += <usize>(u32(session.open == 1) & u32(session.fired == fired) & u32(session.last <= limit)) << 2;
  }
  return <i32>((out - target) >> 2);
}

/** What is shown of sessions: starts and ends (i64) and key ids (u32). */
export function describe(at: usize, numbers: usize, count: i32, gap: i64, starts: usize, ends: usize, groups: usize): void {
  const records = <usize>changetype<Sessions>(at).records;
  for (let i = 0; i < count; i++) {
    const session = sessionAt(records, load<u32>(numbers + (<usize>i << 2)));
    store<i64>(starts + (<usize>i << 3), session.first);
    store<i64>(ends + (<usize>i << 3), session.last + gap);
    store<u32>(groups + (<usize>i << 2), session.group);
  }
}

/**
 * Sorts out sessions that changed, `limit` being the greatest last row of those whose end the watermark has passed:
 *
 * ```
 * late     have shown that they are over
 * closing  have not, but are
 * open     are not, or not any more
 * ```
 * Each has room for `count` numbers (u32); how many there are is in the header.
 */
export function sortOut(at: usize, numbers: usize, count: i32, limit: i64, late: usize, closing: usize, open: usize): void {
  const sessions = changetype<Sessions>(at);
  let lateAt = late, closingAt = closing, openAt = open;
  for (let i = 0; i < count; i++) {
    const number = load<u32>(numbers + (<usize>i << 2)), session = sessionAt(<usize>sessions.records, number);
    if (session.open != 1) continue;
    if (session.last > limit) {
      session.fired = 0;
      store<u32>(openAt, number);
      openAt += 4;
    } else if (session.fired) {
      store<u32>(lateAt, number);
      lateAt += 4;
    } else {
      store<u32>(closingAt, number);
      closingAt += 4;
    }
  }
  sessions.lateCount = <u32>(lateAt - late) >> 2;
  sessions.closingCount = <u32>(closingAt - closing) >> 2;
  sessions.openCount = <u32>(openAt - open) >> 2;
}

export function fire(at: usize, numbers: usize, count: i32): void {
  const records = <usize>changetype<Sessions>(at).records;
  for (let i = 0; i < count; i++) sessionAt(records, load<u32>(numbers + (<usize>i << 2))).fired = 1;
}

/** Takes sessions out of the chains of their groups; they are not open any more. */
export function unlink(at: usize, numbers: usize, count: i32, current: usize): void {
  const records = <usize>changetype<Sessions>(at).records;
  for (let i = 0; i < count; i++) {
    const number = load<u32>(numbers + (<usize>i << 2)), session = sessionAt(records, number);
    const slot = current + (<usize>session.group << 2);
    session.open = 0;
    if (load<u32>(slot) == number) {
      store<u32>(slot, session.older);
      continue;
    }
    let newer = sessionAt(records, load<u32>(slot));
    while (newer.older != number) newer = sessionAt(records, newer.older);
    newer.older = session.older;
  }
}

/** Their numbers are free. */
export function release(at: usize, numbers: usize, count: i32): void {
  const sessions = changetype<Sessions>(at);
  for (let i = 0; i < count; i++) {
    const number = load<u32>(numbers + (<usize>i << 2));
    sessionAt(<usize>sessions.records, number).older = sessions.free;
    sessions.free = number;
  }
}

/** Writes 1 at marks[group] (u8) for every group that has a session. */
export function markGroups(at: usize, marks: usize): void {
  const sessions = changetype<Sessions>(at);
  for (let number: u32 = 0; number < sessions.used; number++) {
    const session = sessionAt(<usize>sessions.records, number);
    if (session.open == 1) store<u8>(marks + <usize>session.group, 1);
  }
}

/** Group g, of `groups`, becomes group map[g]; NONE for groups without sessions. */
export function renumber(at: usize, map: usize, groups: i32, current: usize, currentBefore: usize): void {
  const sessions = changetype<Sessions>(at);
  for (let number: u32 = 0; number < sessions.used; number++) {
    const session = sessionAt(<usize>sessions.records, number);
    if (session.open == 1) session.group = load<u32>(map + (<usize>session.group << 2));
  }
  memory.copy(currentBefore, current, <usize>groups << 2);
  memory.fill(current, 0xff, <usize>groups << 2);
  for (let group = 0; group < groups; group++) {
    const to = load<u32>(map + (<usize>group << 2));
    if (to != NONE) store<u32>(current + (<usize>to << 2), load<u32>(currentBefore + (<usize>group << 2)));
  }
}
