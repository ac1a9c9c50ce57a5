import { inOrder, numberDense } from './dense';
import { append, Item, NONE, Pane, Panes, SUMMED, UNCOUNTED, USED, itemAt } from './panes';
import { Watermark, watermarkOf } from '../shared/watermark';

// Why it stopped before a row.
const DONE: u32 = 0;
const UNKNOWN: u32 = 1; // no active pane holds its time
const DUE: u32 = 2; // the first window over its pane is due, and must not see it
const FULL: u32 = 3; // there is no free item

/**
 * Gives the rows [from, length) numbers (u32 at `target`): those of their groups in the panes that hold their times; NONE for rows that are late,
 * have no time or no group, or lie in no window. Returns the row it stopped before, `length` when all are done.
 *
 * The watermark moves row by row, so it makes no difference where batches are cut. A row is late when the last window over its pane takes
 * no more at the watermark that earlier rows made. With `track`, items that changed are chained. Late rows are listed at `late`, rows of panes that sums
 * hold at `listed` (u32 each; 0: not at all).
 */
export function assign(at: usize, markAt: usize, times: usize, validity: usize, groups: usize, from: i32, length: i32, track: bool, target: usize, late: usize, listed: usize): i32 {
  const panes = changetype<Panes>(at), mark = changetype<Watermark>(markAt), items = <usize>panes.items, marks = <usize>panes.marks;
  let highest = mark.highest, watermark = watermarkOf(mark, highest);
  let start = i64.MAX_VALUE, end = i64.MIN_VALUE, first: i64 = 0, last: i64 = 0, map: usize = 0, base = NONE, flags: u32 = 0, pane = changetype<Pane>(0);
  let kept: u32 = 0, lateRows: u32 = 0, untimed: u32 = 0, listedRows: u32 = 0, why = DONE, only = NONE;
  let i = from, unlike: u32 = 0;
  for (; i < length; i++) {
    const out = target + (<usize>i << 2);
    if (validity != 0 && !(load<u8>(validity + <usize>(i >> 3)) >> <u8>(i & 7) & 1)) { store<u32>(out, NONE); untimed++; continue; }
    const time = load<i64>(times + (<usize>i << 3));
    if (time < start || time >= end) {
      pane = find(panes, time);
      if (changetype<usize>(pane) == 0) { why = UNKNOWN; break; }
      start = pane.start; end = pane.end; first = pane.first; last = pane.last; map = <usize>pane.map; base = pane.base;
      pane.flags |= USED;
      flags = pane.flags;
    }
    let number = NONE;
    if (flags & UNCOUNTED) {
      // falls between windows
    } else if (last <= watermark) {
      if (late != 0) store<u32>(late + (<usize>lateRows << 2), i);
      lateRows++;
    } else {
      if (first <= watermark && panes.closed < watermark) { why = DUE; break; }
      const group: u32 = groups == 0 ? 0 : load<u32>(groups + (<usize>i << 2));
      if (group != NONE) {
        if (base != NONE) {
          number = base + group;
          store<u8>(marks + <usize>number, 1);
        } else {
          number = load<u32>(map + (<usize>group << 2));
          if (number == NONE) {
            number = take(panes, pane, group);
            if (number == NONE) { why = FULL; break; }
            store<u32>(map + (<usize>group << 2), number);
          }
        }
        if (track) touch(itemAt(items, number), number, pane);
        if (flags & SUMMED) { store<u32>(listed + (<usize>listedRows << 2), i); listedRows++; }
        if (kept == 0) only = number;
        unlike |= number ^ only;
        kept++;
      }
    }
    store<u32>(out, number);
    if (time > highest) { highest = time; watermark = watermarkOf(mark, highest); }
    if (track || (validity | usize(flags & (UNCOUNTED | SUMMED))) != 0 || (number == NONE && base == NONE)) continue;
    // Rows of the same pane that are surely not late, whatever comes before them: most rows are. Told apart from the others they take
    // 1.2 ns each and not 5.7 (1,000 groups, a tenth of the rows with a group that is new to the pane, Node 20).
    const most = watermarkOf(mark, max(highest, end - 1)), width = <u64>(end - start);
    if (last <= most || first <= most) continue;
    const began = ++i;
    if (base != NONE) {
      for (let ended = false; !ended && i < length; ) {
        i = inOrder(times, i, length, end);
        highest = max(highest, load<i64>(times + (<usize>(i - 1) << 3)));
        for (const stop = min(i + 8, length); i < stop; i++) {
          const next = load<i64>(times + (<usize>i << 3));
          if (<u64>(next - start) >= width) { ended = true; break; }
          highest = max(highest, next);
        }
      }
      if (began < i) {
        const group: u32 = groups == 0 ? 0 : load<u32>(groups + (<usize>began << 2));
        if (kept == 0) only = group == NONE ? NONE : base + group;
        const found = numberDense(base, marks, groups, target, began, i, only);
        unlike |= <u32>(found >> 31);
        kept += found ^ (found >> 31);
      }
      watermark = watermarkOf(mark, highest);
      i--;
      continue;
    }
    while (i < length) {
      const stop = min(i + 64, length), chunk = i;
      let fresh: u64 = 0;
      for (; i < stop; i++) {
        const next = load<i64>(times + (<usize>i << 3));
        if (<u64>(next - start) >= width) break;
        const group: u32 = groups == 0 ? 0 : load<u32>(groups + (<usize>i << 2));
        if (group == NONE) break;
        const known = load<u32>(map + (<usize>group << 2));
        store<u32>(target + (<usize>i << 2), known);
        fresh |= u64(known == NONE) << <u64>(i - chunk);
        unlike |= known ^ only;
        highest = max(highest, next);
      }
      const ended = i < stop;
      // groups that the pane did not have, in the order of their rows, without a branch above that nobody can foresee
      for (; fresh != 0; fresh &= fresh - 1) {
        const row = chunk + <i32>ctz(fresh);
        const place = map + (<usize>(groups == 0 ? 0 : load<u32>(groups + (<usize>row << 2))) << 2);
        let found = load<u32>(place);
        if (found == NONE) {
          found = take(panes, pane, <u32>((place - map) >> 2));
          if (found == NONE) {
            // rows behind it come again; none of them can be late
            i = row;
            why = FULL;
            break;
          }
          store<u32>(place, found);
        }
        store<u32>(target + (<usize>row << 2), found);
      }
      if (ended || why != DONE) break;
    }
    kept += i - began;
    watermark = watermarkOf(mark, highest);
    if (why != DONE) break;
    i--;
  }
  mark.highest = highest;
  panes.kept = kept;
  panes.late = lateRows;
  panes.untimed = untimed;
  panes.listed = listedRows;
  panes.why = why;
  panes.only = unlike != 0 ? NONE : only;
  return i;
}

function find(panes: Panes, time: i64): Pane {
  const end = <usize>panes.active + (<usize>panes.activeCount << 2);
  for (let at = <usize>panes.active; at < end; at += 4) {
    const pane = changetype<Pane>(<usize>load<u32>(at));
    if (time >= pane.start && time < pane.end) return pane;
  }
  return changetype<Pane>(0);
}

/** A number for a group that the pane did not have. */
function take(panes: Panes, pane: Pane, group: u32): u32 {
  let number = panes.free;
  if (number != NONE) panes.free = itemAt(<usize>panes.items, number).next;
  else if (panes.used < panes.capacity) number = panes.used++;
  else return NONE;
  append(panes, pane, number, group);
  return number;
}

// @ts-ignore: decorator
@inline
function touch(item: Item, number: u32, pane: Pane): void {
  if (item.changed) return;
  item.changed = 1;
  item.nextTouched = pane.touched;
  pane.touched = number;
}
