import { at, fullPairs, Roll, startOf } from './roll';

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
  const whole = spans == 0 && missing == 0;
  while (row < to) {
    const start = startOf(row, rows, spans, from);
    if (start < middle) {
      const pairs = whole ? fullPairs(row, to, middle, rows, spans) : 0;
      if (pairs > 0) {
        if (count == 0) anchor = roll.suffixAnchor;
        roll.sum = sum;
        roll.error = square;
        squarePrefix(roll, at(tape, row), anchor, count, at(sums, start - base), at(squared, start - base), pairs, rows, by, root, at(out, row - from));
        sum = roll.sum;
        square = roll.error;
        const end = row + 2 * pairs;
        count += end - row;
        if (counts != 0) for (let i = row; i < end; i++) store<i32>(counts + (<usize>(i - from) << 2), rows);
        row = end;
        continue;
      }
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
      let i = row;
      if (whole) {
        anchor = load<f64>(at(tape, row));
        i = squareSuffix(roll, at(tape, start), row + 1 - start, anchor, sums, squared, numbers) + start;
        sum = roll.sum;
        square = roll.error;
        count = row - i;
      }
      for (; i >= start; i--) {
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
      if (whole && roll.next0 != 0 && start + rows == middle && row + 1 + rows <= to) {
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

/**
 * Two rows at a time of a prefix that holds `count` rows, none missing, where all windows are full. Its sums are in `roll`; `sums` and `squared` are those of the
 * suffix, from the first window's start on. Where batches are short, or not of whole blocks, most rows go here: 7.0 → 2.3 ns a row.
 */
function squarePrefix(roll: Roll, tape: usize, anchor: f64, count: i32, sums: usize, squared: usize, pairs: i32, rows: i32, by: f64, root: i32, out: usize): void {
  const zero = f64x2.splat(0), two = f64x2.splat(2), share = f64x2.splat(1 / <f64>rows), divisor = f64x2.splat(by), centre = f64x2.splat(anchor);
  // the prefix's differences, to the suffix's value
  const apart = anchor - roll.suffixAnchor, gap = f64x2.splat(apart);
  let sum = f64x2.splat(roll.sum), square = f64x2.splat(roll.error), n = f64x2(<f64>count + 1, <f64>count + 2);
  for (let end = <usize>pairs << 4, i: usize = 0; i < end; i += 16) {
    const d = f64x2.sub(v128.load(tape + i), centre), dd = f64x2.mul(d, d);
    const a = f64x2.add(sum, f64x2.add(d, i64x2.shuffle(zero, d, 0, 2))), b = f64x2.add(square, f64x2.add(dd, i64x2.shuffle(zero, dd, 0, 2)));
    sum = i64x2.shuffle(a, a, 1, 1);
    square = i64x2.shuffle(b, b, 1, 1);
    let s = f64x2.add(a, v128.load(sums + i)), q = f64x2.add(b, v128.load(squared + i));
    if (apart != 0) {
      const moved = f64x2.mul(n, gap);
      s = f64x2.add(s, moved);
      q = f64x2.add(q, f64x2.mul(gap, f64x2.add(f64x2.mul(two, a), moved)));
      n = f64x2.add(n, two);
    }
    const answer = f64x2.div(f64x2.pmax(f64x2.sub(q, f64x2.mul(f64x2.mul(s, s), share)), zero), divisor);
    v128.store(out + i, root != 0 ? f64x2.sqrt(answer) : answer);
  }
  roll.sum = f64x2.extract_lane(sum, 0);
  roll.error = f64x2.extract_lane(square, 0);
}

/** The suffix of `length` values, none missing, two at a time from the last; returns the place of the first one that is left to do, or -1. */
function squareSuffix(roll: Roll, tape: usize, length: i32, anchor: f64, sums: usize, squared: usize, numbers: usize): i32 {
  const zero = f64x2.splat(0), two = f64x2.splat(2), centre = f64x2.splat(anchor);
  let sum = zero, square = zero, n = f64x2(2, 1), i = length - 2;
  for (; i >= 0; i -= 2) {
    const d = f64x2.sub(v128.load(at(tape, i)), centre), dd = f64x2.mul(d, d);
    const a = f64x2.add(sum, f64x2.add(d, i64x2.shuffle(d, zero, 1, 2))), b = f64x2.add(square, f64x2.add(dd, i64x2.shuffle(dd, zero, 1, 2)));
    sum = i64x2.shuffle(a, a, 0, 0);
    square = i64x2.shuffle(b, b, 0, 0);
    v128.store(at(sums, i), a);
    v128.store(at(squared, i), b);
    v128.store(at(numbers, i), n);
    n = f64x2.add(n, two);
  }
  roll.sum = f64x2.extract_lane(sum, 0);
  roll.error = f64x2.extract_lane(square, 0);
  return i + 1;
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
