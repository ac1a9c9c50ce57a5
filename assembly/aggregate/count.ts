import { bitAt, groupOf, putBit, idAt } from './rows';

/** State: u32. Rows without a null (no null at all when `validity` is 0) are counted; `step` is 1 or -1. */
export function count(states: usize, ids: usize, validity: usize, mask: usize, length: i32, step: i32): void {
  if (ids == 0) {
    store<i32>(states, load<i32>(states) + step * countBits(validity, mask, length));
    return;
  }
  for (let row = 0; row < length; row++) {
    const at = states + (<usize>groupOf(ids, validity, mask, row) << 2);
    store<i32>(at, load<i32>(at) + step);
  }
}

/** Rows whose bits are set in both (address 0: all set). */
export function countBits(validity: usize, mask: usize, length: i32): i32 {
  if ((validity | mask) == 0) return length;
  let total: i64 = 0, row = 0;
  for (; row + 64 <= length; row += 64) {
    let word: u64 = u64.MAX_VALUE;
    if (validity != 0) word &= load<u64>(validity + <usize>(row >> 3));
    if (mask != 0) word &= load<u64>(mask + <usize>(row >> 3));
    total += popcnt<i64>(word);
  }
  for (; row < length; row++) {
    total += <i64>((validity == 0 ? 1 : bitAt(validity, row)) & (mask == 0 ? 1 : bitAt(mask, row)));
  }
  return <i32>total;
}

/** State: [ true u32 | all u32 ]. Values are f64, true when not 0. */
export function truth(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, step: i32): void {
  for (let row = 0; row < length; row++) {
    const x = load<f64>(values + (<usize>row << 3));
    let id = groupOf(ids, validity, mask, row);
    if (x != x) id = -1;
    const at = states + (<usize>id << 3);
    store<i32>(at, load<i32>(at) + step * i32(x != 0));
    store<i32>(at, load<i32>(at, 4) + step, 4);
  }
}

/** `every`: 1 for all, 0 for any. Of nothing: all is true, any is false. */
export function truthResult(states: usize, ids: usize, count: i32, every: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    const at = states + (<usize>idAt(ids, i) << 3);
    putBit(out, i, every != 0 ? load<u32>(at) == load<u32>(at, 4) : load<u32>(at) != 0);
  }
}

/** Adds states of `words` u32 each. */
export function mergeCounts(states: usize, from: usize, map: usize, groups: i32, words: i32): void {
  for (let i = 0; i < groups; i++) {
    const to = states + <usize>idAt(map, i) * (<usize>words << 2), at = from + <usize>i * (<usize>words << 2);
    for (let w: usize = 0; w < <usize>words << 2; w += 4) store<u32>(to + w, load<u32>(to + w) + load<u32>(at + w));
  }
}
