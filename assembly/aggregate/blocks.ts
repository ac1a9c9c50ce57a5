import { joinCentral, joinPair } from '../shared/central';
import { joinProduct } from '../shared/product';
import { mergeCounts } from './count';
import { mergeExact } from './exact';
import { mergeExtremeF64, mergeExtremeI64 } from './extreme';
import { mergeFirst } from './first';
import { mergeProductI64 } from './product';
import { mergeSumInt, mergeSumWide } from './sum';

// Windows of all rows are kept by blocks. The states of one block lie side by side in a slot; rows are fed to states that lie by
// themselves, `open` for those that are no block yet and `result` for what is shown:
//
//   plan   for each state [ join | bytes | initial | open | result ]      slot   │ state 0 │ state 1 │ …
//
// One call does for all states what else takes two to four calls for each, of 30 ns and more: to close a block costs 74 ns, to show a window 104, for sums
// and variances of 3 columns (Node 20, AMD EPYC).

@unmanaged
class Planned {
  join: i32; // see `joined`
  bytes: usize; // a multiple of 4
  initial: u32; // what an empty state is full of
  open: usize;
  result: usize;
}

// @ts-ignore: decorator
@inline
function copied(to: usize, from: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 8 <= bytes; at += 8) store<u64>(to + at, load<u64>(from + at));
  if (at < bytes) store<u32>(to + at, load<u32>(from + at));
}

/** Adds the state at `from`, of later rows, to the one at `to`. */
function joined(join: i32, to: usize, from: usize, bytes: usize): void {
  switch (join) {
    case 0: return mergeCounts(to, from, 0, 1, <i32>(bytes >> 2));
    case 1: return mergeSumInt(to, from, 0, 1);
    case 2: return mergeSumWide(to, from, 0, 1);
    case 3: return mergeExact(to, from, 0, 1, 1, true, 56);
    case 4: return joinCentral(to, from, 2);
    case 5: return joinCentral(to, from, 4);
    case 6: return mergeExtremeF64(to, from, 0, 1, true);
    case 7: return mergeExtremeF64(to, from, 0, 1, false);
    case 8: return mergeExtremeI64(to, from, 0, 1, true);
    case 9: return mergeExtremeI64(to, from, 0, 1, false);
    case 10: return mergeFirst(to, from, 0, 1, 0);
    case 11: return mergeFirst(to, from, 0, 1, 1);
    case 12: return joinPair(to, from);
    case 13: return joinProduct(to, from);
    case 14: return mergeProductI64(to, from, 0, 1);
    default:
      mergeExact(to, from, 0, 1, 1, true, 56);
      return joinCentral(to + 56, from + 56, 2);
  }
}

/** The open rows become the block in `slot`, and are added to `sum`, or begin it; nothing is open then. */
export function closeBlock(plan: usize, states: i32, slot: usize, sum: usize, begins: i32): void {
  for (let i = 0; i < states; i++, plan += offsetof<Planned>()) {
    const planned = changetype<Planned>(plan), join = planned.join, bytes = planned.bytes, open = planned.open;
    copied(slot, open, bytes);
    if (begins != 0) copied(sum, open, bytes);
    else joined(join, sum, open, bytes);
    emptied(open, planned);
    slot += bytes;
    sum += bytes;
  }
}

// @ts-ignore: decorator
@inline
function emptied(state: usize, planned: Planned): void {
  for (let at: usize = 0; at < planned.bytes; at += 4) store<u32>(state + at, planned.initial);
}

/** Each of the `count` slots at `slots` becomes the sum of itself and all behind it. */
export function sumSlots(plan: usize, states: i32, slots: usize, count: i32, slotBytes: usize): void {
  if (count < 2) return;
  for (let to = slots + <usize>(count - 2) * slotBytes; to >= slots; to -= slotBytes) {
    for (let i = 0, at = to; i < states; i++) {
      const planned = changetype<Planned>(plan + <usize>i * offsetof<Planned>());
      joined(planned.join, at, at + slotBytes, planned.bytes);
      at += planned.bytes;
    }
  }
}

/** Results are what they have been fed, if `cut`, then the slots at `front` and `back` (0: none), then what is open, if `open`. */
export function windowOfBlocks(plan: usize, states: i32, cut: i32, front: usize, back: usize, open: i32): void {
  for (let i = 0; i < states; i++, plan += offsetof<Planned>()) {
    const planned = changetype<Planned>(plan), join = planned.join, bytes = planned.bytes, result = planned.result;
    let begins = cut == 0;
    if (front != 0) {
      if (begins) copied(result, front, bytes);
      else joined(join, result, front, bytes);
      front += bytes;
      begins = false;
    }
    if (back != 0) {
      if (begins) copied(result, back, bytes);
      else joined(join, result, back, bytes);
      back += bytes;
      begins = false;
    }
    if (open != 0) {
      if (begins) copied(result, planned.open, bytes);
      else joined(join, result, planned.open, bytes);
      begins = false;
    }
    if (begins) emptied(result, planned);
  }
}
