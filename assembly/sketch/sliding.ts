// HyperLogLog of a window whose oldest rows leave: a register is the greatest rank among its rows, so each keeps the rows that can still
// be that, of falling ranks, the oldest first (a monotone deque). What comes out is what a fresh HyperLogLog of the window would say.
//
// Chabchoub & Hébrail 2010, "Sliding HyperLogLog: Estimating cardinality in a data stream over a sliding window"
//
//   table   (group, register) -> the newest row      rows   │ place │ row number │ next │ rank │      a ring: newest -> oldest -> …

import { count, RANKS, rankOf, registerOf } from './distinct';

@unmanaged
export class Sliding {
  nodes: usize; // Node[capacity]; number 0 is never used
  capacity: u32;
  used: u32;
  free: u32; // list of freed nodes, through `next`
  slots: usize; // u32[mask + 1]: number of a newest node, or 0
  mask: u32;
  lists: u32; // registers that have rows
  ranks: usize; // u32[64] for each group
  precision: i32;
  arrived: u32; // numbers of rows, mod 2^32
  left: u32;
}

@unmanaged
class Node {
  place: u64; // group << precision | register
  row: u32;
  next: u32;
  rank: u32;
  unused: u32;
}

const NONE: u32 = 0xffff_ffff;
export const nodeBytes: i32 = offsetof<Node>();

// @ts-ignore: decorator
@inline
function nodeAt(sliding: Sliding, number: u32): Node { return changetype<Node>(sliding.nodes + <usize>number * offsetof<Node>()); }

// @ts-ignore: decorator
@inline
function isSet(bits: usize, row: i32): bool {
  return bits == 0 || ((load<u8>(bits + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
}

// @ts-ignore: decorator
@inline
function homeOf(place: u64, mask: u32): u32 {
  return <u32>((place * 0xd6e8_feb8_6659_fd93) >> 32) & mask;
}

/** Address of the slot of a register, or of the empty one where it belongs. */
function slotOf(sliding: Sliding, place: u64): usize {
  const slots = sliding.slots, mask = sliding.mask;
  let at = homeOf(place, mask);
  while (true) {
    const slot = slots + (<usize>at << 2), number = load<u32>(slot);
    if (number == 0 || nodeAt(sliding, number).place == place) return slot;
    at = (at + 1) & mask;
  }
}

/** Empties a slot; those behind it that would not be found any more move up. */
function vacate(sliding: Sliding, slot: usize): void {
  const slots = sliding.slots, mask = sliding.mask;
  let hole = <u32>((slot - slots) >> 2);
  for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
    const number = load<u32>(slots + (<usize>at << 2));
    if (number == 0) break;
    const home = homeOf(nodeAt(sliding, number).place, mask);
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    store<u32>(slots + (<usize>hole << 2), number);
    hole = at;
  }
  store<u32>(slots + (<usize>hole << 2), 0);
  sliding.lists--;
}

// @ts-ignore: decorator
@inline
function give(sliding: Sliding, number: u32): void {
  nodeAt(sliding, number).next = sliding.free;
  sliding.free = number;
}

/** Rows [from, length) arrive; returns the row at which nodes or slots ran out, or `length`. */
export function push(at: usize, groupIds: usize, hashes: usize, present: usize, from: i32, length: i32): i32 {
  const sliding = changetype<Sliding>(at), precision = sliding.precision;
  for (let row = from; row < length; row++) {
    const group: u32 = groupIds == 0 ? 0 : load<u32>(groupIds + (<usize>row << 2));
    if (group == NONE || !isSet(present, row)) continue;
    if (sliding.lists >= sliding.mask >> 1) return row;
    const hash = load<u64>(hashes + (<usize>row << 3)), rank = rankOf(hash, precision);
    let number = sliding.free;
    if (number != 0) sliding.free = nodeAt(sliding, number).next;
    else if (sliding.used < sliding.capacity) number = sliding.used++;
    else return row;
    const place = (<u64>group << precision) | registerOf(hash, precision);
    const slot = slotOf(sliding, place), ranks = sliding.ranks + <usize>group * RANKS;
    const node = nodeAt(sliding, number);
    node.place = place;
    node.row = sliding.arrived + <u32>row;
    node.rank = rank;
    const newest = load<u32>(slot);
    if (newest == 0) {
      node.next = number;
      sliding.lists++;
      count(ranks, rank, 1);
    } else enter(sliding, newest, number, ranks);
    store<u32>(slot, number);
  }
  return length;
}

/** A row joins the ring whose newest row is known; rows of no greater rank go. */
function enter(sliding: Sliding, newest: u32, number: u32, ranks: usize): void {
  const node = nodeAt(sliding, number), oldest = nodeAt(sliding, newest).next;
  const greatest = nodeAt(sliding, oldest).rank;
  if (node.rank >= greatest) {
    for (let old = oldest; ; ) {
      const next = nodeAt(sliding, old).next;
      give(sliding, old);
      if (old == newest) break;
      old = next;
    }
    node.next = number;
    count(ranks, greatest, -1);
    count(ranks, node.rank, 1);
    return;
  }
  // from the oldest on, as far as ranks are greater: there are few
  let kept = oldest;
  while (kept != newest && nodeAt(sliding, nodeAt(sliding, kept).next).rank > node.rank) kept = nodeAt(sliding, kept).next;
  while (kept != newest) {
    const old = nodeAt(sliding, kept).next;
    if (old == newest) {
      give(sliding, old);
      break;
    }
    nodeAt(sliding, kept).next = nodeAt(sliding, old).next;
    give(sliding, old);
  }
  nodeAt(sliding, kept).next = number;
  node.next = oldest;
}

/** The oldest rows leave. */
export function drop(at: usize, groupIds: usize, hashes: usize, present: usize, length: i32): void {
  const sliding = changetype<Sliding>(at), precision = sliding.precision;
  for (let row = 0; row < length; row++) {
    const group: u32 = groupIds == 0 ? 0 : load<u32>(groupIds + (<usize>row << 2));
    if (group == NONE || !isSet(present, row)) continue;
    const place = (<u64>group << precision) | registerOf(load<u64>(hashes + (<usize>row << 3)), precision);
    const slot = slotOf(sliding, place), newest = load<u32>(slot);
    if (newest == 0) continue;
    const oldest = nodeAt(sliding, newest).next, node = nodeAt(sliding, oldest);
    if (node.row != sliding.left + <u32>row) continue;
    const ranks = sliding.ranks + <usize>group * RANKS;
    count(ranks, node.rank, -1);
    if (oldest == newest) vacate(sliding, slot);
    else {
      nodeAt(sliding, newest).next = node.next;
      count(ranks, nodeAt(sliding, node.next).rank, 1);
    }
    give(sliding, oldest);
  }
}

/** Other slots, empty ones; all lists move there. */
export function rehash(at: usize, slots: usize, mask: u32): void {
  const sliding = changetype<Sliding>(at), old = sliding.slots, oldMask = sliding.mask;
  memory.fill(slots, 0, (<usize>mask + 1) << 2);
  sliding.slots = slots;
  sliding.mask = mask;
  if (old == 0) return;
  for (let place: u32 = 0; place <= oldMask; place++) {
    const number = load<u32>(old + (<usize>place << 2));
    if (number != 0) store<u32>(slotOf(sliding, nodeAt(sliding, number).place), number);
  }
}

/** All rows of the group leave. */
export function forget(at: usize, group: u32): void {
  const sliding = changetype<Sliding>(at), ranks = sliding.ranks + <usize>group * RANKS;
  let some = false;
  for (let rank: usize = 0; rank < RANKS; rank += 4) if (load<u32>(ranks + rank) != 0) some = true;
  if (!some) return; // they left one by one
  for (let register: u64 = 0; register < <u64>1 << sliding.precision; register++) {
    const slot = slotOf(sliding, (<u64>group << sliding.precision) | register), newest = load<u32>(slot);
    if (newest == 0) continue;
    vacate(sliding, slot);
    for (let old = nodeAt(sliding, newest).next; ; ) {
      const next = nodeAt(sliding, old).next;
      give(sliding, old);
      if (old == newest) break;
      old = next;
    }
  }
  memory.fill(ranks, 0, RANKS);
}
