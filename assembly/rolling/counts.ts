import { NONE, putWord, stepAt, wordAt } from '../shared/steps';

// Rows without a group have -1 values, fewer than any window asks for.

/** Rows of each window, i32. */
export function rowsOf(steps: usize, length: i32, out: usize): void {
  for (let row = 0; row < length; row++) {
    const step = stepAt(steps, row);
    putWord(out, row, step.group == NONE ? -1 : step.rows);
  }
}

/**
 * Rows with a value (in both columns, if there are two) in each window, as i32 at `out`; state: i32 by group. Of `total` steps the first
 * `length` are rows.
 */
export function counts(next: usize, steps: usize, length: i32, total: i32, have: usize, other: usize, states: usize, out: usize): void {
  const second = other != 0 ? other : have;
  for (let i = 0; i < total; i++) {
    const step = stepAt(steps, i), group = step.group;
    if (group == NONE) {
      putWord(out, i, -1);
      continue;
    }
    let count = wordAt(states, group), old = step.old;
    for (let k = step.leaving; k > 0; k--) {
      count -= load<u8>(have + old) & load<u8>(second + old);
      old = wordAt(next, old);
    }
    if (i < length) {
      count += load<u8>(have + step.slot) & load<u8>(second + step.slot);
      putWord(out, i, count);
    }
    putWord(states, group, count);
  }
}

/** Values that are not 0 in each window, i32; missing ones are NaN. */
export function truths(next: usize, steps: usize, length: i32, total: i32, values: usize, states: usize, out: usize): void {
  for (let i = 0; i < total; i++) {
    const step = stepAt(steps, i), group = step.group;
    if (group == NONE) {
      putWord(out, i, 0);
      continue;
    }
    let count = wordAt(states, group), old = step.old;
    for (let k = step.leaving; k > 0; k--) {
      count -= isTrue(values, old);
      old = wordAt(next, old);
    }
    if (i < length) {
      count += isTrue(values, step.slot);
      putWord(out, i, count);
    }
    putWord(states, group, count);
  }
}

// @ts-ignore: decorator
@inline
function isTrue(values: usize, slot: u32): u32 {
  const x = load<f64>(values + (<usize>slot << 3));
  return u32(x == x && x != 0);
}

/** Whether any (`every` 0) or all (1) of the values are true, as bits. */
export function truthBits(truths: usize, counts: usize, length: i32, every: i32, out: usize): void {
  for (let row = 0; row < length; row += 8) {
    let byte: u32 = 0;
    for (let i = 0, rows = min(8, length - row); i < rows; i++) {
      const found = wordAt(truths, row + i);
      byte |= u32(every != 0 ? found == wordAt(counts, row + i) : found != 0) << i;
    }
    store<u8>(out + <usize>(row >> 3), <u8>byte);
  }
}

/** i32 as f64. */
export function widen(counts: usize, length: i32, out: usize): void {
  for (let row = 0; row < length; row++) store<f64>(out + (<usize>row << 3), <f64>(<i32>wordAt(counts, row)));
}

/** Presence bits: those of windows with at least `least` values, anded with `present` (0: all). Returns how many are set. */
export function enough(counts: usize, length: i32, least: i32, present: usize, bits: usize): i32 {
  let found = 0;
  for (let row = 0; row < length; row += 8) {
    let byte: u32 = 0;
    for (let i = 0, rows = min(8, length - row); i < rows; i++) byte |= u32(<i32>wordAt(counts, row + i) >= least) << i;
    if (present != 0) byte &= <u32>load<u8>(present + <usize>(row >> 3));
    store<u8>(bits + <usize>(row >> 3), <u8>byte);
    found += popcnt<u32>(byte);
  }
  return found;
}

/** As `enough`, of f64 answers: NaN is no answer. */
export function enoughNumbers(values: usize, counts: usize, length: i32, least: i32, present: usize, bits: usize): i32 {
  let found = 0;
  for (let row = 0; row < length; row += 8) {
    let byte: u32 = 0;
    for (let i = 0, rows = min(8, length - row); i < rows; i++) {
      const value = load<f64>(values + (<usize>(row + i) << 3));
      byte |= u32(<i32>wordAt(counts, row + i) >= least && value == value) << i;
    }
    if (present != 0) byte &= <u32>load<u8>(present + <usize>(row >> 3));
    store<u8>(bits + <usize>(row >> 3), <u8>byte);
    found += popcnt<u32>(byte);
  }
  return found;
}

