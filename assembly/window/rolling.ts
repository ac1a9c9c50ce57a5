// One answer for every row: that of the window which ends with it.
//
// Values lie on a tape: f64, oldest first, those of the batch in hand last. A window is cut in two at `middle`: what came before
// is a suffix that ends there (kept for each place it may start), what came after is one running prefix.
//
//      base ────────── middle ────────── row
//       │ suffix[start] │    prefix      │      answer = suffix[start] ⊕ prefix
//           └ start of the window
//
// Nothing is ever subtracted, so what left the window leaves no trace, and every row is taken in twice at most. When the start reaches
// the middle, the whole window becomes the suffix ("flip").

@unmanaged
export class Roll {
  middle: i32;
  base: i32;
  count: i32; // rows with a value in the prefix
  last: i32; // `first`: where to look on; `last`: the last row with a value, or -1
  sum: f64; // of the prefix: sum and its error, or sums of differences to `anchor`, or extreme
  error: f64;
  anchor: f64;
  heldFrom: i32; // `counts`: start of the window of the row before, and its rows with a value
  held: i32;
  suffixAnchor: f64;
  suffix0: usize; // f64[capacity] each
  suffix1: usize;
  suffix2: usize;
  next0: usize; // what blocks need: the suffix of the next block; 0: no room, go row by row
  next1: usize;
}

// @ts-ignore: decorator
@inline
function at(array: usize, i: i32): usize { return array + (<usize>i << 3); }

// @ts-ignore: decorator
@inline
function startOf(row: i32, rows: i32, spans: usize, from: i32): i32 {
  return max(0, row + 1 - (spans != 0 ? load<i32>(spans + (<usize>(row - from) << 2)) : rows));
}

/** Error of the rounded sum t = a + b. */
// @ts-ignore: decorator
@inline
function errorOf(a: f64, b: f64, t: f64): f64 {
  const c = t - a;
  return a - (t - c) + (b - c);
}

// @ts-ignore: decorator
@inline
function errorsOf(a: v128, b: v128, t: v128): v128 {
  const c = f64x2.sub(t, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(t, c)), f64x2.sub(b, c));
}

/** sum + error; the sum itself when it is infinite, for then its error is NaN. */
// @ts-ignore: decorator
@inline
function total(sum: f64, error: f64): f64 {
  const exact = sum + error;
  return exact == exact ? exact : sum;
}

/** Compensated sums; missing values are 0 on the tape. */
export function sums(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void {
  const roll = changetype<Roll>(state);
  const suffix = roll.suffix0, errors = roll.suffix1;
  let row = from, sum = roll.sum, error = roll.error, middle = roll.middle, base = roll.base;
  while (row < to) {
    const start = startOf(row, rows, spans, from);
    if (start < middle) {
      const value = load<f64>(at(tape, row)), t = sum + value;
      error += errorOf(sum, value, t);
      sum = t;
      const place = start - base, old = load<f64>(at(suffix, place)), both = sum + old;
      store<f64>(at(out, row - from), total(both, errorOf(sum, old, both) + error + load<f64>(at(errors, place))));
    } else {
      let s: f64 = 0, e: f64 = 0;
      for (let i = row; i >= start; i--) {
        const value = load<f64>(at(tape, i)), t = s + value;
        e += errorOf(s, value, t);
        s = t;
        store<f64>(at(suffix, i - start), s);
        store<f64>(at(errors, i - start), e);
      }
      store<f64>(at(out, row - from), total(s, e));
      base = start;
      middle = row + 1;
      sum = 0;
      error = 0;
      if (spans == 0 && roll.next0 != 0 && start + rows == middle && row + 1 + rows <= to) {
        const blocks = (to - row - 1) / rows;
        sumBlocks(roll, at(tape, row + 1), rows, blocks, at(out, row + 1 - from));
        row += blocks * rows;
        base = row + 1 - rows;
        middle = row + 1;
        // blocks swap the arrays
        if (roll.suffix0 != suffix) {
          memory.copy(suffix, roll.suffix0, <usize>rows << 3);
          memory.copy(errors, roll.suffix1, <usize>rows << 3);
          const swap0 = roll.suffix0, swap1 = roll.suffix1;
          roll.suffix0 = suffix;
          roll.suffix1 = errors;
          roll.next0 = swap0;
          roll.next1 = swap1;
        }
      }
    }
    row++;
  }
  roll.sum = sum;
  roll.error = error;
  roll.middle = middle;
  roll.base = base;
}

/**
 * Whole blocks of `rows` rows, after a flip: the suffix is that of the block before. Prefix (forward) and suffix (backward) of a
 * block go in the two lanes of one vector, two rows of each at a time: whole vectors are loaded and stored, and nothing is kept of the
 * prefix.
 */
function sumBlocks(roll: Roll, tape: usize, rows: i32, blocks: i32, out: usize): void {
  const bytes = <usize>rows << 3;
  for (let block = 0; block < blocks; block++) {
    const suffix = roll.suffix0, errors = roll.suffix1, next = roll.next0, nextErrors = roll.next1;
    let sum = f64x2.splat(0), error = f64x2.splat(0);
    let i: usize = 0, j = bytes - 8;
    for (; i + 16 < bytes; i += 16, j -= 16) {
      const here = v128.load(tape + i), there = v128.load(tape + j - 8);
      const a = i64x2.shuffle(here, there, 0, 3), b = i64x2.shuffle(here, there, 1, 2);
      const sumA = f64x2.add(sum, a), errorA = f64x2.add(error, errorsOf(sum, a, sumA));
      sum = f64x2.add(sumA, b);
      error = f64x2.add(errorA, errorsOf(sumA, b, sum));
      v128.store(next + j - 8, i64x2.shuffle(sum, sumA, 1, 3));
      v128.store(nextErrors + j - 8, i64x2.shuffle(error, errorA, 1, 3));
      const p = i64x2.shuffle(sumA, sum, 0, 2), q = v128.load(suffix + i, 8), t = f64x2.add(p, q);
      const exact = f64x2.add(t, f64x2.add(errorsOf(p, q, t), f64x2.add(i64x2.shuffle(errorA, error, 0, 2), v128.load(errors + i, 8))));
      v128.store(out + i, v128.bitselect(exact, t, f64x2.eq(exact, exact)));
    }
    for (; i < bytes; i += 8, j -= 8) {
      const value = v128.load64_lane(tape + j, v128.load64_zero(tape + i), 1), t = f64x2.add(sum, value);
      error = f64x2.add(error, errorsOf(sum, value, t));
      sum = t;
      v128.store64_lane(next + j, sum, 1);
      v128.store64_lane(nextErrors + j, error, 1);
      const p = f64x2.extract_lane(sum, 0), e = f64x2.extract_lane(error, 0);
      if (i + 8 == bytes) store<f64>(out + i, total(p, e));
      else {
        const q = load<f64>(suffix + i, 8), both = p + q;
        store<f64>(out + i, total(both, errorOf(p, q, both) + e + load<f64>(errors + i, 8)));
      }
    }
    roll.suffix0 = next;
    roll.suffix1 = nextErrors;
    roll.next0 = suffix;
    roll.next1 = errors;
    tape += bytes;
    out += bytes;
  }
}

// @ts-ignore: decorator
@inline
function best<MAX>(a: f64, b: f64): f64 { return sizeof<MAX>() == 1 ? (a > b ? a : b) : a < b ? a : b; }

// @ts-ignore: decorator
@inline
function bests<MAX>(a: v128, b: v128): v128 { return sizeof<MAX>() == 1 ? f64x2.pmax(a, b) : f64x2.pmin(a, b); }

/** Greatest (MAX is u8) or least values; missing ones are infinite on the tape. */
// @ts-ignore: decorator
@inline
export function extremes<MAX>(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, out: usize): void {
  const roll = changetype<Roll>(state);
  const suffix = roll.suffix0, none: f64 = sizeof<MAX>() == 1 ? -Infinity : Infinity;
  let row = from, extreme = roll.sum, middle = roll.middle, base = roll.base;
  while (row < to) {
    const start = startOf(row, rows, spans, from);
    if (start < middle) {
      extreme = best<MAX>(extreme, load<f64>(at(tape, row)));
      store<f64>(at(out, row - from), best<MAX>(extreme, load<f64>(at(suffix, start - base))));
    } else {
      extreme = none;
      for (let i = row; i >= start; i--) {
        extreme = best<MAX>(extreme, load<f64>(at(tape, i)));
        store<f64>(at(suffix, i - start), extreme);
      }
      store<f64>(at(out, row - from), extreme);
      extreme = none;
      base = start;
      middle = row + 1;
      if (spans == 0 && roll.next0 != 0 && start + rows == middle && row + 1 + rows <= to) {
        const blocks = (to - row - 1) / rows;
        extremeBlocks<MAX>(roll, at(tape, row + 1), rows, blocks, at(out, row + 1 - from));
        row += blocks * rows;
        base = row + 1 - rows;
        middle = row + 1;
        if (roll.suffix0 != suffix) {
          memory.copy(suffix, roll.suffix0, <usize>rows << 3);
          roll.next0 = roll.suffix0;
          roll.suffix0 = suffix;
        }
      }
    }
    row++;
  }
  roll.sum = extreme;
  roll.middle = middle;
  roll.base = base;
}

/** Whole blocks, as in `sumBlocks`. */
// @ts-ignore: decorator
@inline
function extremeBlocks<MAX>(roll: Roll, tape: usize, rows: i32, blocks: i32, out: usize): void {
  const bytes = <usize>rows << 3;
  for (let block = 0; block < blocks; block++) {
    const suffix = roll.suffix0, next = roll.next0;
    let extreme = f64x2.splat(sizeof<MAX>() == 1 ? -Infinity : Infinity);
    let i: usize = 0, j = bytes - 8;
    for (; i + 16 < bytes; i += 16, j -= 16) {
      const here = v128.load(tape + i), there = v128.load(tape + j - 8);
      const a = bests<MAX>(extreme, i64x2.shuffle(here, there, 0, 3));
      extreme = bests<MAX>(a, i64x2.shuffle(here, there, 1, 2));
      v128.store(next + j - 8, i64x2.shuffle(extreme, a, 1, 3));
      v128.store(out + i, bests<MAX>(i64x2.shuffle(a, extreme, 0, 2), v128.load(suffix + i, 8)));
    }
    for (; i < bytes; i += 8, j -= 8) {
      extreme = bests<MAX>(extreme, v128.load64_lane(tape + j, v128.load64_zero(tape + i), 1));
      v128.store64_lane(next + j, extreme, 1);
      const own = f64x2.extract_lane(extreme, 0);
      store<f64>(out + i, i + 8 == bytes ? own : best<MAX>(own, load<f64>(suffix + i, 8)));
    }
    roll.suffix0 = next;
    roll.next0 = suffix;
    tape += bytes;
    out += bytes;
  }
}

/**
 * Sums of squared differences to the mean, divided by `by`, and their roots if `root` is 1; missing values are NaN on the tape. Rows with a
 * value in each window go to `counts` (i32), if it is not 0.
 *
 * Each half keeps sums of differences to a value of its own, the one next to the middle, and of their squares. That value is in
 * every window that has any of the half, so the error is one of differences within the window: a level of 1e9 costs no digits.
 */
export function squares(state: usize, tape: usize, from: i32, to: i32, rows: i32, spans: usize, counts: usize, missing: i32, by: f64, root: i32, out: usize): void {
  const roll = changetype<Roll>(state);
  const sums = roll.suffix0, squared = roll.suffix1, numbers = roll.suffix2;
  let row = from, sum = roll.sum, square = roll.error, anchor = roll.anchor, count = roll.count;
  let middle = roll.middle, base = roll.base;
  while (row < to) {
    const start = startOf(row, rows, spans, from);
    if (start < middle) {
      const value = load<f64>(at(tape, row));
      if (value == value) {
        if (count == 0) anchor = value;
        const d = value - anchor;
        sum += d;
        square += d * d;
        count++;
      }
      const place = start - base, a = load<f64>(at(numbers, place)), b = <f64>count;
      let s = sum, q = square;
      if (a != 0) {
        s = load<f64>(at(sums, place));
        q = load<f64>(at(squared, place));
        if (count != 0) {
          // the prefix's differences, to the suffix's value
          const gap = anchor - roll.suffixAnchor;
          s += sum + b * gap;
          q += square + gap * (2 * sum + b * gap);
        }
      }
      const n = a + b;
      store<f64>(at(out, row - from), n == 0 ? 0 : spread(q - s * s / n, by, root));
      if (counts != 0) store<i32>(counts + (<usize>(row - from) << 2), <i32>n);
    } else {
      anchor = 0;
      sum = 0;
      square = 0;
      count = 0;
      for (let i = row; i >= start; i--) {
        const value = load<f64>(at(tape, i));
        if (value == value) {
          if (count == 0) anchor = value;
          const d = value - anchor;
          sum += d;
          square += d * d;
          count++;
        }
        store<f64>(at(sums, i - start), sum);
        store<f64>(at(squared, i - start), square);
        store<f64>(at(numbers, i - start), <f64>count);
      }
      store<f64>(at(out, row - from), count == 0 ? 0 : spread(square - sum * sum / <f64>count, by, root));
      if (counts != 0) store<i32>(counts + (<usize>(row - from) << 2), count);
      roll.suffixAnchor = anchor;
      sum = 0;
      square = 0;
      count = 0;
      base = start;
      middle = row + 1;
      if (spans == 0 && missing == 0 && roll.next0 != 0 && start + rows == middle && row + 1 + rows <= to) {
        const blocks = (to - row - 1) / rows;
        squareBlocks(roll, at(tape, row + 1), rows, blocks, by, root, at(out, row + 1 - from));
        if (counts != 0)
          for (let i = row + 1, end = row + 1 + blocks * rows; i < end; i++) store<i32>(counts + (<usize>(i - from) << 2), rows);
        row += blocks * rows;
        base = row + 1 - rows;
        middle = row + 1;
        if (roll.suffix0 != sums) {
          memory.copy(sums, roll.suffix0, <usize>rows << 3);
          memory.copy(squared, roll.suffix1, <usize>rows << 3);
          roll.next0 = roll.suffix0;
          roll.next1 = roll.suffix1;
          roll.suffix0 = sums;
          roll.suffix1 = squared;
        }
        for (let i = 0; i < rows; i++) store<f64>(at(numbers, i), <f64>(rows - i));
      }
    }
    row++;
  }
  roll.sum = sum;
  roll.error = square;
  roll.anchor = anchor;
  roll.count = count;
  roll.middle = middle;
  roll.base = base;
}

// @ts-ignore: decorator
@inline
function spread(squares: f64, by: f64, root: i32): f64 {
  const answer = max<f64>(squares, 0) / by;
  return root != 0 ? Math.sqrt(answer) : answer;
}

/**
 * Whole blocks, as in `sumBlocks`. The prefix's differences are to the value that the suffix's are to, the last of the block before: it is in
 * all windows but the last, which is the block itself. So halves meet with nothing but additions, and nothing is kept of the prefix: 3.4 → 2.0 ns a
 * row of `RollingColumn` (windows of 1,000 rows, AMD EPYC, bench/kernel/window).
 */
function squareBlocks(roll: Roll, tape: usize, rows: i32, blocks: i32, by: f64, root: i32, out: usize): void {
  const bytes = <usize>rows << 3, zero = f64x2.splat(0), share = f64x2.splat(1 / <f64>rows), divisor = f64x2.splat(by);
  for (let block = 0; block < blocks; block++) {
    const sums = roll.suffix0, squared = roll.suffix1, next = roll.next0, nextSquares = roll.next1;
    const anchor = v128.load64_lane(tape + bytes - 8, f64x2.splat(roll.suffixAnchor), 1);
    let sum = zero, square = zero;
    let i: usize = 0, j = bytes - 8;
    // two rows of each half at a time: the chains of additions are half as long, and whole vectors are loaded and stored
    for (; i + 16 < bytes; i += 16, j -= 16) {
      const here = v128.load(tape + i), there = v128.load(tape + j - 8);
      const a = f64x2.sub(i64x2.shuffle(here, there, 0, 3), anchor), b = f64x2.sub(i64x2.shuffle(here, there, 1, 2), anchor);
      const aSquare = f64x2.mul(a, a), bSquare = f64x2.mul(b, b);
      const sumA = f64x2.add(sum, a), squareA = f64x2.add(square, aSquare);
      sum = f64x2.add(sum, f64x2.add(a, b));
      square = f64x2.add(square, f64x2.add(aSquare, bSquare));
      v128.store(next + j - 8, i64x2.shuffle(sum, sumA, 1, 3));
      v128.store(nextSquares + j - 8, i64x2.shuffle(square, squareA, 1, 3));
      const s = f64x2.add(i64x2.shuffle(sumA, sum, 0, 2), v128.load(sums + i, 8));
      const q = f64x2.add(i64x2.shuffle(squareA, square, 0, 2), v128.load(squared + i, 8));
      const answer = f64x2.div(f64x2.pmax(f64x2.sub(q, f64x2.mul(f64x2.mul(s, s), share)), zero), divisor);
      v128.store(out + i, root != 0 ? f64x2.sqrt(answer) : answer);
    }
    for (; i < bytes; i += 8, j -= 8) {
      const d = f64x2.sub(v128.load64_lane(tape + j, v128.load64_zero(tape + i), 1), anchor);
      sum = f64x2.add(sum, d);
      square = f64x2.add(square, f64x2.mul(d, d));
      v128.store64_lane(next + j, sum, 1);
      v128.store64_lane(nextSquares + j, square, 1);
      const whole = i + 8 == bytes;
      const s = whole ? f64x2.extract_lane(sum, 1) : f64x2.extract_lane(sum, 0) + load<f64>(sums + i, 8);
      const q = whole ? f64x2.extract_lane(square, 1) : f64x2.extract_lane(square, 0) + load<f64>(squared + i, 8);
      store<f64>(out + i, spread(q - s * s / <f64>rows, by, root));
    }
    roll.suffix0 = next;
    roll.suffix1 = nextSquares;
    roll.suffixAnchor = f64x2.extract_lane(anchor, 1);
    roll.next0 = sums;
    roll.next1 = squared;
    tape += bytes;
    out += bytes;
  }
}

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
