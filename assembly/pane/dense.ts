import { append, itemAt, NONE, Pane, Panes } from './panes';

/**
 * How many rows from `row` on, the row before which ends before `end`, do so too, and are in the order of time: the row behind the last of them.
 * Looked at eight at a time, so up to seven may be left.
 */
export function inOrder(times: usize, row: i32, length: i32, end: i64): i32 {
  for (; row + 8 <= length; row += 8) {
    const at = times + (<usize>row << 3), before = at - 8;
    const a = i64x2.gt_s(v128.load(before), v128.load(at)), b = i64x2.gt_s(v128.load(before, 16), v128.load(at, 16));
    const c = i64x2.gt_s(v128.load(before, 32), v128.load(at, 32)), d = i64x2.gt_s(v128.load(before, 48), v128.load(at, 48));
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d))) || load<i64>(at, 56) >= end) break;
  }
  return row;
}

/**
 * Gives rows [from, to) of a dense pane the numbers of their groups (u32 at `target`), and marks these; NONE for rows without a group. Returns how many have
 * one, or their complement when not all rows have the number `only`.
 */
export function numberDense(base: u32, marks: usize, groups: usize, target: usize, from: i32, to: i32, only: u32): i32 {
  const end = target + (<usize>to << 2);
  let out = target + (<usize>from << 2);
  if (groups == 0) {
    const number = i32x4.splat(base);
    for (; out + 16 <= end; out += 16) v128.store(out, number);
    for (; out < end; out += 4) store<u32>(out, base);
    store<u8>(marks + <usize>base, 1);
    return only == base ? to - from : ~(to - from);
  }
  const first = i32x4.splat(base), none = i32x4.splat(NONE), same = i32x4.splat(only);
  let at = groups + (<usize>from << 2), absent = i32x4.splat(0), unlike = absent;
  for (; out + 16 <= end; out += 16, at += 16) {
    const group = v128.load(at), lacks = i32x4.eq(group, none), number = v128.or(i32x4.add(group, first), lacks);
    v128.store(out, number);
    absent = i32x4.sub(absent, lacks);
    unlike = v128.or(unlike, v128.xor(number, same));
    store<u8>(marks + <usize>load<u32>(out), 1);
    store<u8>(marks + <usize>load<u32>(out, 4), 1);
    store<u8>(marks + <usize>load<u32>(out, 8), 1);
    store<u8>(marks + <usize>load<u32>(out, 12), 1);
  }
  let missing = i32x4.extract_lane(absent, 0) + i32x4.extract_lane(absent, 1) + i32x4.extract_lane(absent, 2) + i32x4.extract_lane(absent, 3);
  let differs = v128.any_true(unlike);
  for (; out < end; out += 4, at += 4) {
    const group = load<u32>(at), number = group == NONE ? NONE : base + group;
    store<u32>(out, number);
    store<u8>(marks + <usize>number, 1);
    missing += i32(number == NONE);
    differs = differs || number != only;
  }
  const kept = to - from - missing;
  return differs ? ~kept : kept;
}

/** How many groups a dense pane with a range of `room` numbers, a multiple of 8, has. */
export function countDense(at: usize, paneAt: usize, room: i32): i32 {
  const marks = <usize>changetype<Panes>(at).marks + <usize>changetype<Pane>(paneAt).base;
  let count: u64 = 0;
  for (let i = 0; i < room; i += 8) count += popcnt(load<u64>(marks + <usize>i));
  return <i32>count;
}

/** Numbers and groups of a dense pane, in the order of the `size` ids at `sorted` (0: of the ids); returns how many. */
export function collectDense(at: usize, paneAt: usize, sorted: usize, size: i32, numbers: usize, groups: usize): i32 {
  const base = changetype<Pane>(paneAt).base, marks = <usize>changetype<Panes>(at).marks;
  let out: usize = 0;
  for (let i = 0; i < size; i++) {
    const group: u32 = sorted == 0 ? <u32>i : load<u32>(sorted + (<usize>i << 2)), number = base + group;
    store<u32>(numbers + out, number);
    store<u32>(groups + out, group);
    out += <usize>load<u8>(marks + <usize>number) << 2;
  }
  return <i32>(out >> 2);
}

/** A dense pane is a pane as others from now on, without a map; the range of `room` numbers stays its own. */
export function list(at: usize, paneAt: usize, room: i32): void {
  const panes = changetype<Panes>(at), pane = changetype<Pane>(paneAt), base = pane.base;
  for (let group: u32 = 0; group < <u32>room; group++) {
    const number = base + group;
    if (load<u8>(<usize>panes.marks + <usize>number)) append(panes, pane, number, group);
  }
  memory.fill(<usize>panes.marks + <usize>base, 0, <usize>room);
  pane.base = NONE;
}

/** The pane, which has no map, is gone: its numbers are free, but for those of its range of `room` from `base` on. */
export function releaseOutside(at: usize, paneAt: usize, base: u32, room: i32): void {
  const panes = changetype<Panes>(at), items = <usize>panes.items, pane = changetype<Pane>(paneAt);
  for (let number = pane.head; number != NONE; ) {
    const item = itemAt(items, number), next = item.next;
    if (number - base >= <u32>room) {
      item.next = panes.free;
      panes.free = number;
    }
    number = next;
  }
  pane.head = pane.tail = pane.touched = NONE;
  pane.count = 0;
}

/** 1 at the mark of every number that a pane has. */
export function markNumbers(at: usize, paneAt: usize): void {
  const panes = changetype<Panes>(at);
  for (let number = changetype<Pane>(paneAt).head; number != NONE; number = itemAt(<usize>panes.items, number).next)
    store<u8>(<usize>panes.marks + <usize>number, 1);
}

/**
 * Numbers in use that are not marked are no pane's: every `room` of them side by side are a range, whose first is listed at `ranges` (u32), the others are those
 * that are free. Nothing is marked then. Returns how many ranges there are.
 */
export function freeUnmarked(at: usize, room: i32, ranges: usize): i32 {
  const panes = changetype<Panes>(at), marks = <usize>panes.marks, used = panes.used;
  let out = ranges;
  panes.free = NONE;
  for (let number: u32 = 0; number < used; ) {
    if (load<u8>(marks + <usize>number)) { number++; continue; }
    let end = number + 1;
    while (end < used && end - number < <u32>room && !load<u8>(marks + <usize>end)) end++;
    if (end - number == <u32>room) {
      store<u32>(out, number);
      out += 4;
    } else freeRange(at, number, end - number);
    number = end;
  }
  memory.fill(marks, 0, <usize>used);
  return <i32>((out - ranges) >> 2);
}

/** The numbers of a range of `room` that no pane has are free. */
export function freeRange(at: usize, base: u32, room: i32): void {
  const panes = changetype<Panes>(at);
  for (let number = base; number < base + <u32>room; number++) {
    itemAt(<usize>panes.items, number).next = panes.free;
    panes.free = number;
  }
}
