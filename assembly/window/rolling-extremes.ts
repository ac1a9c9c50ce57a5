import { at, fullPairs, Roll, startOf } from './roll';

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
      const pairs = fullPairs(row, to, middle, rows, spans);
      if (pairs > 0) {
        extreme = extremePrefix<MAX>(extreme, at(tape, row), pairs, at(suffix, start - base), at(out, row - from));
        row += 2 * pairs;
        continue;
      }
      extreme = best<MAX>(extreme, load<f64>(at(tape, row)));
      store<f64>(at(out, row - from), best<MAX>(extreme, load<f64>(at(suffix, start - base))));
    } else {
      extreme = none;
      let i = row - 1;
      for (let most = f64x2.splat(none); i >= start; i -= 2) {
        const x = v128.load(at(tape, i)), a = bests<MAX>(most, bests<MAX>(x, i64x2.shuffle(x, x, 1, 1)));
        most = i64x2.shuffle(a, a, 0, 0);
        extreme = f64x2.extract_lane(a, 0);
        v128.store(at(suffix, i - start), a);
      }
      for (i++; i >= start; i--) {
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

/** Two rows at a time of the prefix with this extreme; gives the new one. `suffix` from the first window's start on. 2.6 → 0.9 ns a row, as for sums. */
// @ts-ignore: decorator
@inline
function extremePrefix<MAX>(extreme: f64, tape: usize, pairs: i32, suffix: usize, out: usize): f64 {
  let most = f64x2.splat(extreme);
  for (let end = <usize>pairs << 4, i: usize = 0; i < end; i += 16) {
    const x = v128.load(tape + i), a = bests<MAX>(most, bests<MAX>(x, i64x2.shuffle(x, x, 0, 0)));
    most = i64x2.shuffle(a, a, 1, 1);
    v128.store(out + i, bests<MAX>(a, v128.load(suffix + i)));
  }
  return f64x2.extract_lane(most, 0);
}
