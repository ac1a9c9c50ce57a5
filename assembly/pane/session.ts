/**
 * Sessions: rows of one group less than `gap` apart. A session reaches from its first row to its last row + gap.
 *
 * ```
 * sessions   a record of 32 bytes each
 *            0  i64  first    8  i64  last    16  u32  group id    20  u32  older session of the group (0xffffffff: none)
 *           24  u32  1 = open
 * current    per group id, u32: its latest session, 0xffffffff when it has none
 * target     per row, u32: its session, 0xffffffff when the row takes part in none
 * stats      0  i64  highest time so far    8  i32  number of session records in use    12  i32  late rows    16  i32  rows without time
 *           20  i32  why it stopped: 0 all done, 1 no free record, 2 this row begins before its group's latest session
 * ```
 * A row before its group's latest session (only with out-of-order input) may join an older session, or two: that is the caller's
 * rare business. Free records are found by the caller, who hands over the chain of free numbers by `older` from stats[24] on.
 */
// @ts-ignore: decorator
@inline const NONE: u32 = 0xffffffff;

export function sessionize(times: usize, validity: usize, groupIds: usize, from: i32, length: i32, gap: i64, delay: i64, sessions: usize, capacity: i32, current: usize, target: usize, stats: usize): i32 {
  let highest = load<i64>(stats), used = load<i32>(stats, 8), late = load<i32>(stats, 12), nulls = load<i32>(stats, 16), free = load<u32>(stats, 24);
  let why = 0, i = from;
  const to = from + length;
  for (; i < to; i++) {
    const group = groupIds == 0 ? 0 : load<u32>(groupIds + (<usize>i << 2)), out = target + (<usize>i << 2);
    if (validity != 0 && !(load<u8>(validity + <usize>(i >> 3)) >> <u8>(i & 7) & 1)) { store<u32>(out, NONE); nulls++; continue; }
    const time = load<i64>(times + (<usize>i << 3));
    if (group == NONE) { store<u32>(out, NONE); if (time > highest) highest = time; continue; } // no key, but time went on
    const slot = current + (<usize>group << 2), latest = load<u32>(slot);
    const watermark = highest == i64.MIN_VALUE ? i64.MIN_VALUE : highest - delay;
    if (latest != NONE) {
      const session = sessions + (<usize>latest << 5), last = load<i64>(session, 8);
      const stillOpen = load<u32>(session, 24) == 1 && last + gap > watermark;
      if (stillOpen && time >= load<i64>(session) && time < last + gap) {
        if (time > last) store<i64>(session, time, 8);
        if (time > highest) highest = time;
        store<u32>(out, latest);
        continue;
      }
      if (load<u32>(session, 24) == 1 && time < load<i64>(session)) { why = 2; break; }
    }
    if (time + gap <= watermark) { store<u32>(out, NONE); late++; continue; }
    let number: u32 = 0;
    if (free != NONE) { number = free; free = load<u32>(sessions + (<usize>free << 5), 20); }
    else if (used < capacity) { number = <u32>used; used++; }
    else { why = 1; break; }
    const session = sessions + (<usize>number << 5);
    store<i64>(session, time);
    store<i64>(session, time, 8);
    store<u32>(session, group, 16);
    store<u32>(session, latest, 20);
    store<u32>(session, 1, 24);
    store<u32>(slot, number);
    if (time > highest) highest = time;
    store<u32>(out, number);
  }
  store<i64>(stats, highest);
  store<i32>(stats, used, 8);
  store<i32>(stats, late, 12);
  store<i32>(stats, nulls, 16);
  store<i32>(stats, why, 20);
  store<u32>(stats, free, 24);
  return i - from;
}

export function closable(sessions: usize, length: i32, limit: i64, target: usize): i32 {
  let out = target;
  for (let number = 0; number < length; number++, sessions += 32) {
    if (load<u32>(sessions, 24) != 1) continue;
    store<u32>(out, number);
    out += <usize>(load<i64>(sessions, 8) <= limit) << 2;
  }
  return <i32>((out - target) >> 2);
}
