// One deque of rows for each group, for windows that forget their oldest rows.
//
// A deque holds the rows that can still become the answer: for a maximum those with no greater row after them, so its head is
// the maximum (the monotone deque); for `first` all rows, for `last` the newest only. Where rows never leave, the maximum alone is held.
// Deques are lists through one pool of nodes.
// A row is known by its number within its group (mod 2^32), so to forget rows only their groups need be told.

import { compareTexts } from '../shared/text-order';

/** When a new row drops the last one of its deque. */
const KEEP = 0, REPLACE = 1, NOT_ABOVE = 2, BELOW = 3;
/** Modes of nth.ts, from here on. */
const NTH = 4;

@unmanaged
export class Fifo {
  nodes: usize; // Node[capacity]; number 0 is never used
  capacity: u32;
  used: u32;
  free: u32; // list of freed nodes, through `next`
  groups: usize; // Group[]
  mode: i32;
  flip: i32; // -1: keys are complemented, so that the least is the greatest
  texts: usize; // for codes of text: offsets and bytes of their dictionary
  bytes: usize;
  payloads: usize; // i64[capacity], or 0
  limit: u32; // for nth.ts
  evicting: i32;
}

@unmanaged
export class Group {
  arrived: u32;
  left: u32;
  head: u32;
  tail: u32;
  tailKey: i64;
}

@unmanaged
export class Node {
  key: i64;
  row: u32;
  next: u32;
  previous: u32;
  unused: u32;
}

// @ts-ignore: decorator
@inline
export function nodeAt(nodes: usize, number: u32): Node { return changetype<Node>(nodes + <usize>number * offsetof<Node>()); }

// @ts-ignore: decorator
@inline
export function groupAt(fifo: Fifo, id: u32): Group { return changetype<Group>(fifo.groups + <usize>id * offsetof<Group>()); }

// @ts-ignore: decorator
@inline
export function isSet(bits: usize, row: i32): bool {
  return bits == 0 || ((load<u8>(bits + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
}

/** A free node, or 0. */
// @ts-ignore: decorator
@inline
export function take(fifo: Fifo): u32 {
  const number = fifo.free;
  if (number != 0) {
    fifo.free = nodeAt(fifo.nodes, number).next;
    return number;
  }
  if (fifo.used >= fifo.capacity) return 0;
  return fifo.used++;
}

// @ts-ignore: decorator
@inline
export function give(fifo: Fifo, number: u32): void {
  nodeAt(fifo.nodes, number).next = fifo.free;
  fifo.free = number;
}

/** Whether the arrival of `key` makes a row with key `old` useless. */
// @ts-ignore: decorator
@inline
function drops(fifo: Fifo, key: i64, old: i64): bool {
  if (fifo.mode < NOT_ABOVE) return fifo.mode == REPLACE;
  if (fifo.texts != 0) {
    const order = (compareTexts(fifo.texts, fifo.bytes, old, key) ^ fifo.flip) - fifo.flip;
    return fifo.mode == BELOW ? order < 0 : order <= 0;
  }
  return fifo.mode == BELOW ? old < key : old <= key;
}

/** Whether a row is of no use, because a better one is there and stays. */
// @ts-ignore: decorator
@inline
function isNeedless(fifo: Fifo, key: i64, group: Group): bool {
  return !fifo.evicting && fifo.mode >= NOT_ABOVE && group.tail != 0 && !drops(fifo, key, group.tailKey);
}

/** Rows arrive, from row `from` on; returns the row at which nodes ran out, or `length`. */
export function push(at: usize, keys: usize, present: usize, groupIds: usize, payloads: usize, from: i32, length: i32): i32 {
  const fifo = changetype<Fifo>(at);
  const nodes = fifo.nodes, mode = fifo.mode;
  const flip: i64 = fifo.texts != 0 ? 0 : <i64>fifo.flip;
  for (let row = from; row < length; row++) {
    let id: u32 = 0;
    if (groupIds != 0) {
      id = load<u32>(groupIds + (<usize>row << 2));
      if (id == 0xffff_ffff) continue;
    }
    const group = groupAt(fifo, id);
    if (isSet(present, row)) {
      const key = load<i64>(keys + (<usize>row << 3)) ^ flip;
      if (isNeedless(fifo, key, group)) {
        group.arrived++;
        continue;
      }
      let tail = group.tail;
      if (tail != 0 && mode != KEEP && drops(fifo, key, group.tailKey)) {
        do {
          const node = nodeAt(nodes, tail), previous = node.previous;
          give(fifo, tail);
          tail = previous;
        } while (tail != 0 && drops(fifo, key, nodeAt(nodes, tail).key));
        if (tail == 0) group.head = 0;
        else {
          nodeAt(nodes, tail).next = 0;
          group.tailKey = nodeAt(nodes, tail).key;
        }
        group.tail = tail;
      }
      const number = take(fifo);
      if (number == 0) return row;
      append(fifo, group, number, key, group.arrived);
      if (fifo.payloads != 0) store<i64>(fifo.payloads + (<usize>number << 3), load<i64>(payloads + (<usize>row << 3)));
    }
    group.arrived++;
  }
  return length;
}

// @ts-ignore: decorator
@inline
function append(fifo: Fifo, group: Group, number: u32, key: i64, row: u32): void {
  const node = nodeAt(fifo.nodes, number), tail = group.tail;
  node.key = key;
  node.row = row;
  node.next = 0;
  node.previous = tail;
  if (tail == 0) group.head = number;
  else nodeAt(fifo.nodes, tail).next = number;
  group.tail = number;
  group.tailKey = key;
}

/**
 * Rows of group 0 arrive, by greatest key. Only rows with no greater one after them matter, and those are few: they are found
 * from the end, eight rows a step. Returns 1, or 0 when nodes ran out and nothing was done.
 */
export function pushAll(at: usize, keys: usize, present: usize, payloads: usize, length: i32): i32 {
  const fifo = changetype<Fifo>(at);
  const nodes = fifo.nodes, flip = <i64>fifo.flip, strict = fifo.mode == BELOW;
  const group = groupAt(fifo, 0);
  let best: i64 = 0, head: u32 = 0, tail: u32 = 0;
  let row = length;
  while (row > 0) {
    if (head != 0 && row >= 8) {
      // skip eight rows when none is greater (or, if equal rows count, at least as great)
      const block = keys + (<usize>(row - 8) << 3), limit = i64x2.splat(best), by = i64x2.splat(flip);
      const a = v128.xor(v128.load(block), by), b = v128.xor(v128.load(block, 16), by);
      const c = v128.xor(v128.load(block, 32), by), d = v128.xor(v128.load(block, 48), by);
      const above = strict
        ? v128.or(v128.or(i64x2.ge_s(a, limit), i64x2.ge_s(b, limit)), v128.or(i64x2.ge_s(c, limit), i64x2.ge_s(d, limit)))
        : v128.or(v128.or(i64x2.gt_s(a, limit), i64x2.gt_s(b, limit)), v128.or(i64x2.gt_s(c, limit), i64x2.gt_s(d, limit)));
      if (!v128.any_true(above)) {
        row -= 8;
        continue;
      }
    }
    const stop = max(0, row - 8);
    while (row > stop) {
      row--;
      const key = load<i64>(keys + (<usize>row << 3)) ^ flip;
      if (head != 0 && (strict ? key < best : key <= best)) continue;
      if (!isSet(present, row)) continue;
      const number = take(fifo);
      if (number == 0) {
        for (let back = head; back != 0; ) {
          const next = nodeAt(nodes, back).next;
          give(fifo, back);
          back = next;
        }
        return 0;
      }
      const node = nodeAt(nodes, number);
      node.key = key;
      node.row = group.arrived + <u32>row;
      node.next = head;
      node.previous = 0;
      if (head == 0) tail = number;
      else nodeAt(nodes, head).previous = number;
      if (fifo.payloads != 0) store<i64>(fifo.payloads + (<usize>number << 3), load<i64>(payloads + (<usize>row << 3)));
      head = number;
      best = key;
    }
  }
  if (head != 0) {
    let old = group.tail;
    while (old != 0 && (strict ? nodeAt(nodes, old).key < best : nodeAt(nodes, old).key <= best)) {
      const previous = nodeAt(nodes, old).previous;
      give(fifo, old);
      old = previous;
    }
    nodeAt(nodes, head).previous = old;
    if (old == 0) group.head = head;
    else nodeAt(nodes, old).next = head;
    group.tail = tail;
    group.tailKey = nodeAt(nodes, tail).key;
  }
  group.arrived += <u32>length;
  return 1;
}

/** The oldest `length` rows leave. */
export function drop(at: usize, groupIds: usize, length: i32): void {
  const fifo = changetype<Fifo>(at);
  if (groupIds == 0) {
    const group = groupAt(fifo, 0);
    group.left += <u32>length;
    trim(fifo, group);
    return;
  }
  for (let row = 0; row < length; row++) {
    const id = load<u32>(groupIds + (<usize>row << 2));
    if (id == 0xffff_ffff) continue;
    const group = groupAt(fifo, id);
    group.left++;
    trim(fifo, group);
  }
}

// @ts-ignore: decorator
@inline
function trim(fifo: Fifo, group: Group): void {
  let head = group.head;
  if (head == 0 || <i32>(nodeAt(fifo.nodes, head).row - group.left) >= 0) return;
  do {
    const next = nodeAt(fifo.nodes, head).next;
    give(fifo, head);
    head = next;
  } while (head != 0 && <i32>(nodeAt(fifo.nodes, head).row - group.left) < 0);
  group.head = head;
  if (head == 0) group.tail = 0;
  else nodeAt(fifo.nodes, head).previous = 0;
}

/** Keys at the heads of `count` groups, and whether they have one; with `payloads` the heads' payloads instead. Returns how many have one. */
export function heads(at: usize, ids: usize, count: i32, payloads: i32, keys: usize, present: usize): i32 {
  const fifo = changetype<Fifo>(at);
  const flip: i64 = fifo.texts != 0 ? 0 : <i64>fifo.flip;
  let found = 0;
  memory.fill(present, 0, <usize>((count + 7) >> 3));
  for (let i = 0; i < count; i++) {
    const head = groupAt(fifo, ids != 0 ? load<u32>(ids + (<usize>i << 2)) : <u32>i).head;
    let key: i64 = 0;
    if (head != 0) {
      key = payloads != 0 ? load<i64>(fifo.payloads + (<usize>head << 3)) : nodeAt(fifo.nodes, head).key ^ flip;
      const byte = present + <usize>(i >> 3);
      store<u8>(byte, <u8>(<i32>load<u8>(byte) | (1 << (i & 7))));
      found++;
    }
    store<i64>(keys + (<usize>i << 3), key);
  }
  return found;
}

/** Empties the deques of `count` groups. */
export function forget(at: usize, ids: usize, count: i32): void {
  const fifo = changetype<Fifo>(at);
  for (let i = 0; i < count; i++) {
    const group = groupAt(fifo, load<u32>(ids + (<usize>i << 2)));
    for (let number = group.head; number != 0; ) {
      const next = nodeAt(fifo.nodes, number).next;
      give(fifo, number);
      number = next;
    }
    memory.fill(changetype<usize>(group), 0, offsetof<Group>());
  }
}

/** Nodes on the free list and never used: how many rows surely fit. */
export function room(at: usize): i32 {
  const fifo = changetype<Fifo>(at);
  let count = <i32>(fifo.capacity - fifo.used);
  for (let number = fifo.free; number != 0; number = nodeAt(fifo.nodes, number).next) count++;
  return count;
}

/**
 * The rows of `other`'s group i arrive in group map[i], after those that are there. Keys of text pass through `codes` (u32 by code), payloads
 * of text through `payloadCodes`.
 * Needs as many free nodes as `other` has in use.
 */
export function merge(at: usize, other: usize, map: usize, groups: i32, codes: usize, payloadCodes: usize): void {
  const fifo = changetype<Fifo>(at), from = changetype<Fifo>(other);
  for (let i = 0; i < groups; i++) {
    const id = load<u32>(map + (<usize>i << 2));
    if (id == 0xffff_ffff) continue;
    const source = groupAt(from, <u32>i), group = groupAt(fifo, id);
    for (let number = source.head; number != 0; number = nodeAt(from.nodes, number).next) {
      const node = nodeAt(from.nodes, number);
      const key = codes != 0 ? <i64>load<u32>(codes + (<usize>node.key << 2)) : node.key;
      if (isNeedless(fifo, key, group)) continue;
      while (group.tail != 0 && drops(fifo, key, group.tailKey)) {
        const tail = group.tail, previous = nodeAt(fifo.nodes, tail).previous;
        give(fifo, tail);
        group.tail = previous;
        if (previous == 0) group.head = 0;
        else {
          nodeAt(fifo.nodes, previous).next = 0;
          group.tailKey = nodeAt(fifo.nodes, previous).key;
        }
      }
      const target = take(fifo);
      append(fifo, group, target, key, group.arrived + node.row - source.left);
      if (fifo.payloads != 0) {
        const payload = load<i64>(from.payloads + (<usize>number << 3));
        store<i64>(fifo.payloads + (<usize>target << 3), payloadCodes != 0 ? <i64>load<u32>(payloadCodes + (<usize>payload << 2)) : payload);
      }
    }
    group.arrived += source.arrived - source.left;
  }
}

/** Reads the keys (or payloads) of all rows that are held, as u32 codes, or (`back`) writes them in the same order. Returns how many. */
export function recode(at: usize, groups: i32, payloads: i32, back: i32, codes: usize): i32 {
  const fifo = changetype<Fifo>(at);
  let count = 0;
  for (let id = 0; id < groups; id++) {
    const group = groupAt(fifo, <u32>id);
    for (let number = group.head; number != 0; number = nodeAt(fifo.nodes, number).next) {
      const place = payloads != 0 ? fifo.payloads + (<usize>number << 3) : changetype<usize>(nodeAt(fifo.nodes, number));
      const code = codes + (<usize>count << 2);
      if (back != 0) store<i64>(place, <i64>load<u32>(code));
      else store<u32>(code, <u32>load<i64>(place));
      count++;
    }
    if (group.tail != 0 && fifo.mode < NTH) group.tailKey = nodeAt(fifo.nodes, group.tail).key;
  }
  return count;
}

/** How many rows are held. */
export function held(at: usize): i32 {
  const fifo = changetype<Fifo>(at);
  let count = <i32>fifo.used - 1;
  for (let number = fifo.free; number != 0; number = nodeAt(fifo.nodes, number).next) count--;
  return count;
}
