import { NONE, stepAt, wordAt } from '../shared/steps';

// Columns of the pool of rows: 8 bytes a slot, and a byte that says whether there is a value.

// @ts-ignore: decorator
@inline
function bitAt(bits: usize, row: i32): u8 { return (load<u8>(bits + <usize>(row >> 3)) >> <u8>(row & 7)) & 1; }

/** Puts f64 values where their rows lie; NaN is no value. */
export function placeNumbers(steps: usize, length: i32, values: usize, slots: usize, have: usize): void {
  for (let row = 0; row < length; row++) {
    const slot = stepAt(steps, row).slot;
    if (slot == NONE) continue;
    const value = load<f64>(values + (<usize>row << 3));
    store<f64>(slots + (<usize>slot << 3), value);
    store<u8>(have + slot, u8(value == value));
  }
}

/** Puts 8-byte values of rows [from, to) where they lie; `values` and `present` (bits, 0: all are there) begin with row `from`. */
export function placeKeys(steps: usize, from: i32, to: i32, values: usize, present: usize, slots: usize, have: usize): void {
  for (let row = from; row < to; row++) {
    const slot = stepAt(steps, row).slot;
    if (slot == NONE) continue;
    store<i64>(slots + (<usize>slot << 3), load<i64>(values + (<usize>(row - from) << 3)));
    store<u8>(have + slot, present == 0 ? 1 : bitAt(present, row - from));
  }
}

/** The values at `count` slots (u32; NONE: none) and presence bits. Returns how many are present. */
export function takeSlots(rows: usize, count: i32, slots: usize, have: usize, out: usize, bits: usize): i32 {
  let found = 0;
  for (let row = 0; row < count; row += 8) {
    let byte: u32 = 0;
    const some = min(8, count - row);
    for (let i = 0; i < some; i++) {
      const slot = wordAt(rows, row + i), to = out + (<usize>(row + i) << 3);
      if (slot != NONE && load<u8>(have + slot) != 0) {
        store<i64>(to, load<i64>(slots + (<usize>slot << 3)));
        byte |= 1 << i;
      } else store<i64>(to, 0);
    }
    store<u8>(bits + <usize>(row >> 3), <u8>byte);
    found += popcnt<u32>(byte);
  }
  return found;
}

/** Text codes of `count` slots through `map` (u32 by code). */
export function recode(rows: usize, count: i32, map: usize, slots: usize, have: usize): void {
  for (let row = 0; row < count; row++) {
    const slot = wordAt(rows, row), at = slots + (<usize>slot << 3);
    if (load<u8>(have + slot) != 0) store<i64>(at, <i64>wordAt(map, load<u32>(at)));
  }
}

/** Marks the codes that `count` slots hold: a u32 1 by code. */
export function markCodes(rows: usize, count: i32, slots: usize, have: usize, marks: usize): void {
  for (let row = 0; row < count; row++) {
    const slot = wordAt(rows, row);
    if (load<u8>(have + slot) != 0) store<u32>(marks + (<usize>load<u32>(slots + (<usize>slot << 3)) << 2), 1);
  }
}
