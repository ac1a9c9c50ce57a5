/**
 * Panes: the groups of stretches of time, side by side. Every group of a pane has a number, under which accumulators keep its state, so that
 * a block of rows of many panes is one call. Numbers of panes that are gone serve others.
 *
 * ```
 * Panes    ── active ──▶ │ Pane* │ Pane* │ …      the panes that rows are looked up in now, each with a map
 *
 * Pane     map ──▶ │ number of group 0 │ of group 1 │ …        NONE where the pane does not have the group
 *          head ─▶ Item ─▶ Item ─▶ … tail                      in order of first appearance: the place is the group's local number
 *
 * items    │ Item 0 │ Item 1 │ …   by number, whosever they are; free ones are chained
 * ```
 * A dense pane has a range of numbers for all groups there are instead, and neither map nor items: group g has number base + g, if the pane has
 * it at all.
 *
 * ```
 * marks    │ 0 │ 1 │ 1 │ …         by number, 1: its dense pane has the group; what has no group is marked before them
 * ```
 */
// @ts-ignore: decorator
@inline export const NONE: u32 = 0xffff_ffff;

/** Bits of `Pane.flags`. */
// @ts-ignore: decorator
@inline export const UNCOUNTED: u32 = 1; // no window covers it: its rows are left out
// @ts-ignore: decorator
@inline export const SUMMED: u32 = 2; // sums over several panes hold it already: its rows are listed
// @ts-ignore: decorator
@inline export const USED: u32 = 4; // had rows since the flag was cleared

@unmanaged
export class Pane {
  /** Rows with start <= time < end are its own. */
  start: i64;
  end: i64;
  /** Watermarks at which the first and the last window over it takes no more rows. */
  first: i64;
  last: i64;
  map: u32;
  head: u32;
  tail: u32;
  /** Groups so far. */
  count: u32;
  /** The items that changed since `settle`, the last first. */
  touched: u32;
  flags: u32;
  /** The number of group 0 in a dense pane; else NONE. */
  base: u32;
}

@unmanaged
export class Item {
  next: u32;
  group: u32;
  /** The group's place in its pane. */
  local: u32;
  pane: u32;
  nextTouched: u32;
  /** 1: changed since `settle`. */
  changed: u32;
}

@unmanaged
export class Panes {
  items: u32;
  capacity: u32;
  used: u32;
  free: u32;
  active: u32;
  activeCount: u32;
  /** Rows of the last call: kept, late, without time, in panes that sums hold. */
  kept: u32;
  late: u32;
  untimed: u32;
  listed: u32;
  /** Why the last call stopped: see assign.ts. */
  why: u32;
  /** The number of all kept rows of the last call; NONE when they have several. */
  only: u32;
  /** Address of the mark of number 0. */
  marks: u32;
  /** Windows that ended at or before this have been closed. */
  closed: i64;
}

// @ts-ignore: decorator
@inline
export function itemAt(items: usize, number: u32): Item { return changetype<Item>(items + <usize>number * offsetof<Item>()); }

/** Writes numbers and groups of the items of a pane (of those that changed, when `touched` is 1); returns how many. */
export function collect(at: usize, paneAt: usize, touched: i32, numbers: usize, groups: usize): i32 {
  const items = <usize>changetype<Panes>(at).items, pane = changetype<Pane>(paneAt);
  let out: usize = 0;
  for (let number = touched == 1 ? pane.touched : pane.head; number != NONE; out += 4) {
    const item = itemAt(items, number);
    store<u32>(numbers + out, number);
    store<u32>(groups + out, item.group);
    number = touched == 1 ? item.nextTouched : item.next;
  }
  return <i32>(out >> 2);
}

/** Nothing has changed since now. */
export function settle(at: usize, paneAt: usize): void {
  const items = <usize>changetype<Panes>(at).items, pane = changetype<Pane>(paneAt);
  for (let number = pane.touched; number != NONE; ) {
    const item = itemAt(items, number);
    item.changed = 0;
    number = item.nextTouched;
  }
  pane.touched = NONE;
}

/** Writes 1 at marks[group] (u8) for every group of the pane that changed. */
export function markTouched(at: usize, paneAt: usize, marks: usize): void {
  const items = <usize>changetype<Panes>(at).items;
  for (let number = changetype<Pane>(paneAt).touched; number != NONE; ) {
    const item = itemAt(items, number);
    store<u8>(marks + <usize>item.group, 1);
    number = item.nextTouched;
  }
}

/** For places that are shown: where each was shown before among remembered rows (u32 at `out`, without those that were not), and that it is row base + i now. Returns how many were. */
export function remember(rowOf: usize, places: usize, count: i32, base: u32, out: usize): i32 {
  let at = out;
  for (let i = 0; i < count; i++) {
    const row = rowOf + (<usize>(places == 0 ? <u32>i : load<u32>(places + (<usize>i << 2))) << 2), before = load<u32>(row);
    store<u32>(at, before);
    at += <usize>(before != NONE) << 2;
    store<u32>(row, base + i);
  }
  return <i32>((at - out) >> 2);
}

/** The rows of all places that show one (u32 at `out`), which get the numbers 0, 1, … in that order; returns how many. */
export function compactRows(rowOf: usize, places: i32, out: usize): i32 {
  let at = out;
  for (let place = 0; place < places; place++) {
    const row = rowOf + (<usize>place << 2), before = load<u32>(row);
    if (before == NONE) continue;
    store<u32>(row, <u32>(at - out) >> 2);
    store<u32>(at, before);
    at += 4;
  }
  return <i32>((at - out) >> 2);
}

/** Forgets what was shown at places: the rows (u32 at `out`, without places that showed nothing); returns how many. */
export function unremember(rowOf: usize, places: usize, count: i32, out: usize): i32 {
  let at = out;
  for (let i = 0; i < count; i++) {
    const row = rowOf + (<usize>load<u32>(places + (<usize>i << 2)) << 2), before = load<u32>(row);
    store<u32>(at, before);
    at += <usize>(before != NONE) << 2;
    store<u32>(row, NONE);
  }
  return <i32>((at - out) >> 2);
}

/** Numbers and groups of the items of a pane with a map, in the order of the `size` ids at `sorted`; returns how many. */
export function collectSorted(paneAt: usize, sorted: usize, size: i32, numbers: usize, groups: usize): i32 {
  const map = <usize>changetype<Pane>(paneAt).map;
  let out: usize = 0;
  for (let i = 0; i < size; i++) {
    const group = load<u32>(sorted + (<usize>i << 2)), number = load<u32>(map + (<usize>group << 2));
    store<u32>(numbers + out, number);
    store<u32>(groups + out, group);
    out += <usize>(number != NONE) << 2;
  }
  return <i32>(out >> 2);
}

/** The next group of a pane has this number. */
// @ts-ignore: decorator
@inline
export function append(panes: Panes, pane: Pane, number: u32, group: u32): void {
  const items = <usize>panes.items, item = itemAt(items, number);
  item.next = NONE;
  item.group = group;
  item.local = pane.count++;
  item.pane = <u32>changetype<usize>(pane);
  item.changed = 0;
  if (pane.head == NONE) pane.head = number;
  else itemAt(items, pane.tail).next = number;
  pane.tail = number;
}

/** Numbers of those of the `count` groups at `ids` that a pane with a map has, and their places there; returns how many. */
export function pick(paneAt: usize, ids: usize, count: i32, numbers: usize, places: usize): i32 {
  const map = <usize>changetype<Pane>(paneAt).map;
  let out: usize = 0;
  for (let i = 0; i < count; i++) {
    const number = load<u32>(map + (<usize>load<u32>(ids + (<usize>i << 2)) << 2));
    store<u32>(numbers + out, number);
    store<u32>(places + out, i);
    out += <usize>(number != NONE) << 2;
  }
  return <i32>(out >> 2);
}

/** target[ids[i]] = values[i], u32. */
export function scatter(values: usize, ids: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) store<u32>(target + (<usize>load<u32>(ids + (<usize>i << 2)) << 2), load<u32>(values + (<usize>i << 2)));
}

/** Gives the pane's map up: it is clean again, for another pane. */
export function leaveMap(at: usize, paneAt: usize): void {
  const items = <usize>changetype<Panes>(at).items, pane = changetype<Pane>(paneAt), map = <usize>pane.map;
  for (let number = pane.head; number != NONE; ) {
    const item = itemAt(items, number);
    store<u32>(map + (<usize>item.group << 2), NONE);
    number = item.next;
  }
  pane.map = 0;
}

/** As `leaveMap`, with the pane's groups at hand. */
export function wipeMap(paneAt: usize, groups: usize, count: i32): void {
  const pane = changetype<Pane>(paneAt), map = <usize>pane.map;
  for (let i = 0; i < count; i++) store<u32>(map + (<usize>load<u32>(groups + (<usize>i << 2)) << 2), NONE);
  pane.map = 0;
}

/** Makes a clean map the pane's. */
export function takeMap(at: usize, paneAt: usize, map: usize): void {
  const items = <usize>changetype<Panes>(at).items, pane = changetype<Pane>(paneAt);
  for (let number = pane.head; number != NONE; ) {
    const item = itemAt(items, number);
    store<u32>(map + (<usize>item.group << 2), number);
    number = item.next;
  }
  pane.map = <u32>map;
}

/** The pane, which has no map, is gone: its numbers are free. */
export function release(at: usize, paneAt: usize): void {
  const panes = changetype<Panes>(at), items = <usize>panes.items, pane = changetype<Pane>(paneAt);
  if (pane.head == NONE) return;
  itemAt(items, pane.tail).next = panes.free;
  panes.free = pane.head;
  pane.head = pane.tail = pane.touched = NONE;
  pane.count = 0;
}

/** Writes 1 at marks[group] (u8) for every group of the pane. */
export function markGroups(at: usize, paneAt: usize, marks: usize): void {
  const items = <usize>changetype<Panes>(at).items;
  for (let number = changetype<Pane>(paneAt).head; number != NONE; ) {
    const item = itemAt(items, number);
    store<u8>(marks + <usize>item.group, 1);
    number = item.next;
  }
}

/** Writes 1 at marks[id] (u8) for each of the `length` u32 ids; ids of NONE are no group. */
export function mark(ids: usize, length: i32, marks: usize): void {
  for (let i = 0; i < length; i++) {
    const id = load<u32>(ids + (<usize>i << 2));
    if (id != NONE) store<u8>(marks + <usize>id, 1);
  }
}

/** target |= source, bytes. */
export function either(target: usize, source: usize, length: i32): void {
  let i = 0;
  for (; i + 16 <= length; i += 16) v128.store(target + i, v128.or(v128.load(target + i), v128.load(source + i)));
  for (; i < length; i++) store<u8>(target + i, load<u8>(target + i) | load<u8>(source + i));
}

/** The `length` u32 ids whose marks (u8) are set, in order, at `out`; returns how many. */
export function pickMarked(ids: usize, length: i32, marks: usize, out: usize): i32 {
  let at = out;
  for (let i = 0; i < length; i++) {
    const id = load<u32>(ids + (<usize>i << 2));
    store<u32>(at, id);
    at += <usize>(load<u8>(marks + <usize>id) != 0) << 2;
  }
  return <i32>((at - out) >> 2);
}

/** Ids (u32) whose marks (u8, by place) are not set become NONE. */
export function dropUnmarked(ids: usize, length: i32, marks: usize): void {
  for (let i = 0; i < length; i++)
    if (load<u8>(marks + <usize>i) == 0) store<u32>(ids + (<usize>i << 2), NONE);
}

/** The places of marks (u8) that are set, as u32 at `out`; returns how many. */
export function marked(marks: usize, length: i32, out: usize): i32 {
  let at = out;
  for (let i = 0; i < length; i++) {
    store<u32>(at, i);
    at += <usize>(load<u8>(marks + <usize>i) != 0) << 2;
  }
  return <i32>((at - out) >> 2);
}

/** Group g of the pane becomes group map[g]. */
export function renumberGroups(at: usize, paneAt: usize, map: usize): void {
  const items = <usize>changetype<Panes>(at).items;
  for (let number = changetype<Pane>(paneAt).head; number != NONE; ) {
    const item = itemAt(items, number);
    item.group = load<u32>(map + (<usize>item.group << 2));
    number = item.next;
  }
}

/** Writes items' local numbers for the `length` numbers at `target`; NONE stays. */
export function locals(at: usize, target: usize, length: i32, out: usize): void {
  const items = <usize>changetype<Panes>(at).items;
  for (let i = 0; i < length; i++) {
    const number = load<u32>(target + (<usize>i << 2));
    store<u32>(out + (<usize>i << 2), number == NONE ? NONE : itemAt(items, number).local);
  }
}

/** Rows among `length` whose numbers at `target` are of the pane, as u32 at `rows`, and their local numbers at `out`; returns how many. */
export function rowsOf(at: usize, paneAt: usize, target: usize, length: i32, rows: usize, out: usize): i32 {
  const items = <usize>changetype<Panes>(at).items;
  let kept: usize = 0;
  for (let i = 0; i < length; i++) {
    const number = load<u32>(target + (<usize>i << 2));
    if (number == NONE) continue;
    const item = itemAt(items, number);
    store<u32>(rows + kept, <u32>i);
    store<u32>(out + kept, item.local);
    kept += <usize>(item.pane == <u32>paneAt) << 2;
  }
  return <i32>(kept >> 2);
}

/** The items of a pane lie there now: after a checkpoint was loaded. */
export function adopt(at: usize, paneAt: usize): void {
  const items = <usize>changetype<Panes>(at).items;
  for (let number = changetype<Pane>(paneAt).head; number != NONE; ) {
    const item = itemAt(items, number);
    item.pane = <u32>paneAt;
    number = item.next;
  }
}

/** Runs of equal numbers as pairs of number and end (u32), at most `most` of them; returns how many, -1 when there are more. */
export function runs(target: usize, length: i32, most: i32, out: usize): i32 {
  let count = 0;
  for (let i = 0; i < length; ) {
    if (count == most) return -1;
    const number = load<u32>(target + (<usize>i << 2));
    for (i++; i < length && load<u32>(target + (<usize>i << 2)) == number; ) i++;
    store<u32>(out + (<usize>count << 3), number);
    store<u32>(out + (<usize>count << 3), i, 4);
    count++;
  }
  return count;
}
