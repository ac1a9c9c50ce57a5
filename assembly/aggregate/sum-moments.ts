import { joinCentral } from '../shared/central';
import { lost } from '../shared/compensated';
import { ALIKE, cascade, exact, exponentAlike } from './exact';
import { moments } from './moments';

/**
 * Sums and moments of one column that are never taken from, ungrouped, in one state of 80 bytes:
 *
 *   [ sum as `exact` keeps it, order 1: 56 ][ n | mean | m2 ]
 *
 * Both from one pass, where values are alike: 0.83 → 0.6 ns a row beside one pass for each (Node 20).
 */
export function sumMoments(state: usize, values: usize, validity: usize, mask: usize, length: i32, work: usize): void {
  let row = 0;
  while (row < length) {
    if ((validity | mask) == 0) {
      row = bothAlike(state, values, row, length, work);
      if (row == length) return;
    }
    // what stopped the fast loop, and some more
    const end = (validity | mask) == 0 ? min(row + ALIKE, length) : length, at = values + (<usize>row << 3);
    exact(state, 0, at, validity, mask, end - row, 1, 1, 56);
    moments(state + 56, 0, at, validity, mask, end - row, 2, 24, work);
    row = end;
  }
}

/**
 * Adds rows as `sumAlike` does, with squares of distances from the first of each thousand; their sum need not be added up too, for it is what the sum
 * is off n times the first. Returns the rows done.
 */
function bothAlike(state: usize, values: usize, from: i32, length: i32, work: usize): i32 {
  let row = from;
  while (length - row >= 64) {
    const exponent = exponentAlike(values + (<usize>row << 3));
    if (exponent == 0) break;
    const end = row + min(ALIKE, length - row), whole = row + ((end - row) & ~7);
    const limit = reinterpret<f64>(exponent << 52), start = 1.5 * reinterpret<f64>((exponent + 10) << 52);
    const first = load<f64>(values + (<usize>row << 3));
    const base = f64x2.splat(start), centre = f64x2.splat(first);
    // two chains of each keep all of it in 16 registers
    let a = base, b = base, most = f64x2.splat(0);
    let p = most, q = most, aa = most, bb = most;
    for (let i = row; i < whole; i += 8) {
      const at = values + (<usize>i << 3);
      let w = v128.load(at), x = v128.load(at, 16);
      let an = f64x2.add(a, w), bn = f64x2.add(b, x), d = f64x2.sub(w, centre), e = f64x2.sub(x, centre);
      p = f64x2.add(p, f64x2.sub(w, f64x2.sub(an, a)));
      q = f64x2.add(q, f64x2.sub(x, f64x2.sub(bn, b)));
      aa = f64x2.add(aa, f64x2.mul(d, d));
      bb = f64x2.add(bb, f64x2.mul(e, e));
      most = f64x2.pmax(f64x2.pmax(most, f64x2.abs(w)), f64x2.abs(x));
      w = v128.load(at, 32);
      x = v128.load(at, 48);
      a = f64x2.add(an, w);
      b = f64x2.add(bn, x);
      d = f64x2.sub(w, centre);
      e = f64x2.sub(x, centre);
      p = f64x2.add(p, f64x2.sub(w, f64x2.sub(a, an)));
      q = f64x2.add(q, f64x2.sub(x, f64x2.sub(b, bn)));
      aa = f64x2.add(aa, f64x2.mul(d, d));
      bb = f64x2.add(bb, f64x2.mul(e, e));
      most = f64x2.pmax(f64x2.pmax(most, f64x2.abs(w)), f64x2.abs(x));
    }
    // multiples of one power of two, and few bits of it: their sum is not rounded
    const highs = f64x2.add(f64x2.sub(a, base), f64x2.sub(b, base)), lows = f64x2.add(p, q), squares = f64x2.add(aa, bb);
    let high = f64x2.extract_lane(highs, 0) + f64x2.extract_lane(highs, 1), low = f64x2.extract_lane(lows, 0) + f64x2.extract_lane(lows, 1);
    let two = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
    let greatest = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
    for (let i = whole; i < end; i++) {
      const x = load<f64>(values + (<usize>i << 3)), above = start + x, part = above - start, d = x - first;
      high += part;
      low += x - part;
      two += d * d;
      greatest = max(greatest, abs(x));
    }
    // NaN is lost to `pmax`, not to the sum
    if (!(greatest <= limit && high == high)) break;
    const n = <f64>(end - row), product = n * first, one = high - product - lost(n, first, product) + low, off = one / n;
    // as in `aroundFirst`: more than three bits would be lost
    if (one * off <= 0.875 * two && two < Infinity) {
      store<f64>(work, n);
      store<f64>(work, first + off, 8);
      store<f64>(work, max(0, two - one * off), 16);
      joinCentral(state + 56, work, 2);
    } else moments(state + 56, 0, values + (<usize>row << 3), 0, 0, end - row, 2, 24, work);
    cascade(state + 16, high);
    cascade(state + 16, low);
    store<i32>(state, load<i32>(state) + (end - row));
    row = end;
  }
  return row;
}
