// What windows of each row need beside sums, extremes and squares: see roll.ts.
import { at, Roll, startOf } from './roll';

/** Rows with a value in each window, i32; `have` holds a byte for each row of the tape, 1 = it has one (0: all rows have). */
export function counts(state: usize, have: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void {
  const roll = changetype<Roll>(state);
  if (from >= to) return;
  if (have == 0) {
    for (let row = from; row < to; row++) store<i32>(out + (<usize>(row - from) << 2), row + 1 - startOf(row, rows, spans, from));
    roll.heldFrom = startOf(to - 1, rows, spans, from);
    roll.held = to - roll.heldFrom;
    return;
  }
  let start = roll.heldFrom, count = roll.held;
  for (let row = from; row < to; row++) {
    count += <i32>load<u8>(have + <usize>row);
    for (const first = startOf(row, rows, spans, from); start < first; start++) count -= <i32>load<u8>(have + <usize>start);
    store<i32>(out + (<usize>(row - from) << 2), count);
  }
  roll.heldFrom = start;
  roll.held = count;
}

/** The greatest of `length` > 0 i32. */
export function greatest(values: usize, length: i32): i32 {
  let most = i32.MIN_VALUE;
  for (let i = 0; i < length; i++) most = max(most, load<i32>(values + (<usize>i << 2)));
  return most;
}

/** First values; missing ones are NaN on the tape, as are the answers of windows without values. */
export function firsts(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void {
  const roll = changetype<Roll>(state);
  let next = roll.last;
  for (let row = from; row < to; row++) {
    next = max(next, startOf(row, rows, spans, from));
    let value = load<f64>(at(tape, next));
    while (value != value && next < row) value = load<f64>(at(tape, ++next));
    store<f64>(at(out, row - from), value);
  }
  roll.last = next;
}

/** Last values. */
export function lasts(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void {
  const roll = changetype<Roll>(state);
  let last = roll.last;
  for (let row = from; row < to; row++) {
    const value = load<f64>(at(tape, row));
    if (value == value) last = row;
    store<f64>(at(out, row - from), last >= startOf(row, rows, spans, from) ? load<f64>(at(tape, last)) : NaN);
  }
  roll.last = last;
}

/** Divides by the counts less `ddof` (0 · x stays 0); with `root` takes the square root. Not positive divisors give NaN. */
export function divide(values: usize, counts: usize, length: i32, ddof: i32, root: i32): void {
  let row = 0;
  for (; row + 2 <= length; row += 2) {
    const n = i32x4.sub(v128.load64_zero(counts + (<usize>row << 2)), i32x4.splat(ddof));
    const by = f64x2.convert_low_i32x4_s(n);
    let value = f64x2.div(v128.load(at(values, row)), by);
    value = v128.bitselect(value, f64x2.splat(NaN), f64x2.gt(by, f64x2.splat(0)));
    if (root != 0) value = f64x2.sqrt(value);
    v128.store(at(values, row), value);
  }
  for (; row < length; row++) {
    const by = <f64>(load<i32>(counts + (<usize>row << 2)) - ddof);
    let value = by > 0 ? load<f64>(at(values, row)) / by : NaN;
    if (root != 0) value = Math.sqrt(value);
    store<f64>(at(values, row), value);
  }
}

/** Divides by `by`; returns 1 when an answer is NaN. */
export function scale(values: usize, length: i32, by: f64): i32 {
  let row = 0, odd = f64x2.splat(0);
  const all = f64x2.splat(by);
  if (by == 1) {
    for (; row + 2 <= length; row += 2) {
      const value = v128.load(at(values, row));
      odd = v128.or(odd, f64x2.ne(value, value));
    }
  } else {
    for (; row + 2 <= length; row += 2) {
      const value = f64x2.div(v128.load(at(values, row)), all);
      v128.store(at(values, row), value);
      odd = v128.or(odd, f64x2.ne(value, value));
    }
  }
  let nan = v128.any_true(odd);
  for (; row < length; row++) {
    const value = load<f64>(at(values, row)) / by;
    store<f64>(at(values, row), value);
    nan = nan || value != value;
  }
  return i32(nan);
}

/** Makes answers of windows with fewer than `least` values NaN, and writes presence bits; NaN answers are absent. Returns how many are present. */
export function finish(values: usize, counts: usize, length: i32, least: i32, present: usize): i32 {
  let found = 0;
  for (let row = 0; row < length; row += 8) {
    let bits: u32 = 0;
    const rows = min(8, length - row);
    for (let i = 0; i < rows; i++) {
      const value = load<f64>(at(values, row + i));
      const there = load<i32>(counts + (<usize>(row + i) << 2)) >= least && value == value;
      if (!there) store<f64>(at(values, row + i), NaN);
      bits |= <u32>there << i;
    }
    store<u8>(present + <usize>(row >> 3), <u8>bits);
    found += popcnt<u32>(bits);
  }
  return found;
}

/** Writes values as f64; `missing` for those that are null or NaN; a byte for each in `have`, 1 = it has a value. Returns how many have none. */
// @ts-ignore: decorator
@inline
export function tape<T>(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 {
  let row = 0, absent = 0;
  if (isFloat<T>() && sizeof<T>() == 8 && validity == 0) {
    // 8 rows a step, as long as none is NaN
    const ones: u64 = 0x0101_0101_0101_0101;
    for (; row + 8 <= length; row += 8) {
      const a = v128.load(at(values, row)), b = v128.load(at(values, row), 16), c = v128.load(at(values, row), 32), d = v128.load(at(values, row), 48);
      const real = v128.and(v128.and(f64x2.eq(a, a), f64x2.eq(b, b)), v128.and(f64x2.eq(c, c), f64x2.eq(d, d)));
      if (!i64x2.all_true(real)) break;
      v128.store(at(out, row), a);
      v128.store(at(out, row), b, 16);
      v128.store(at(out, row), c, 32);
      v128.store(at(out, row), d, 48);
      store<u64>(have + <usize>row, ones);
    }
  }
  for (; row < length; row++) {
    const value = <f64>load<T>(values + <usize>row * sizeof<T>());
    const there = value == value && (validity == 0 || ((load<u8>(validity + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0);
    store<f64>(at(out, row), there ? value : missing);
    store<u8>(have + <usize>row, <u8>there);
    absent += i32(!there);
  }
  return absent;
}

/** Bools as 0 and 1. */
export function tapeBits(values: usize, validity: usize, length: i32, missing: f64, out: usize, have: usize): i32 {
  let absent = 0;
  for (let row = 0; row < length; row++) {
    const there = validity == 0 || ((load<u8>(validity + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
    const value = <f64>((load<u8>(values + <usize>(row >> 3)) >> <u8>(row & 7)) & 1);
    store<f64>(at(out, row), there ? value : missing);
    store<u8>(have + <usize>row, <u8>there);
    absent += i32(!there);
  }
  return absent;
}

/** Rows in each window (time - range, time], itself included, i32, for rows [from, to). Returns the last start. */
export function spansOf(starts: usize, from: i32, to: i32, spans: usize): void {
  for (let row = from; row < to; row++) {
    const offset = <usize>(row - from) << 2;
    store<i32>(spans + offset, row + 1 - load<i32>(starts + offset));
  }
}
