import { addCentral, joinCentral } from '../shared/central';
import { central } from './exact';
import { eightBits, groupOf, idAt, markAbsent } from './rows';
import { lanes } from './sum';

/** Central moments of rows that stay: [ n | mean | m2 ] or [ n | mean | m2 | m3 | m4 ], f64, mk = Σ(x − mean)ᵏ. NaN is skipped. */
// @ts-ignore: decorator
@inline
export function moments(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, order: i32, stride: usize, work: usize): void {
  if (ids == 0) return momentsAll(states, values, validity, mask, length, order, work);
  for (let row = 0; row < length; row++) {
    const x = load<f64>(values + (<usize>row << 3));
    const id = groupOf(ids, validity, mask, row) | (0 - u32(x != x));
    addCentral(states + <usize>id * stride, x, order);
  }
}

// Rows of a block: 16 KiB, which a second pass finds in the L1 cache.
const BLOCK = 2048;

/** The ungrouped case: each block around its first value, or around its own mean in two passes, then joined to the state. */
// @ts-ignore: decorator
@inline
export function momentsAll(state: usize, values: usize, validity: usize, mask: usize, length: i32, order: i32, work: usize): void {
  for (let start = 0; start < length; start += BLOCK) {
    const end = min(start + BLOCK, length);
    if (order == 2 && (validity | mask) == 0 && aroundFirst(values, start, end, work)) {
      joinCentral(state, work, order);
      continue;
    }
    const n = blockCount(values, validity, mask, start, end, work);
    if (n == 0) continue;
    const mean = load<f64>(work, 8) / n;
    blockCentral(values, validity, mask, start, end, mean, order, work);
    store<f64>(work, n);
    // what the rounded mean is off by
    const off = load<f64>(work, 40) / n;
    store<f64>(work, mean + off, 8);
    const m2 = load<f64>(work, 16);
    store<f64>(work, max(0, m2 - n * off * off), 16);
    if (order > 2) {
      store<f64>(work, load<f64>(work, 32) - 4 * off * load<f64>(work, 24), 32);
      store<f64>(work, load<f64>(work, 24) - 3 * off * m2, 24);
    }
    joinCentral(state, work, order);
  }
}

/**
 * Writes count, mean and m2 of rows [start, end) to `work`, by one pass around the first of them: Σd² − (Σd)²/n. False where that would lose more
 * than three bits, as the first value is far from the others, or where one is not finite. 0.61 → 0.29 ns a row beside two passes.
 */
function aroundFirst(values: usize, start: i32, end: i32, work: usize): bool {
  const first = load<f64>(values + (<usize>start << 3)), centre = f64x2.splat(first);
  let a = f64x2.splat(0), b = a, c = a, d = a, aa = a, bb = a, cc = a, dd = a;
  let row = start;
  for (; row + 8 <= end; row += 8) {
    const at = values + (<usize>row << 3);
    const w = f64x2.sub(v128.load(at), centre), x = f64x2.sub(v128.load(at, 16), centre);
    const y = f64x2.sub(v128.load(at, 32), centre), z = f64x2.sub(v128.load(at, 48), centre);
    a = f64x2.add(a, w);
    b = f64x2.add(b, x);
    c = f64x2.add(c, y);
    d = f64x2.add(d, z);
    aa = f64x2.add(aa, f64x2.mul(w, w));
    bb = f64x2.add(bb, f64x2.mul(x, x));
    cc = f64x2.add(cc, f64x2.mul(y, y));
    dd = f64x2.add(dd, f64x2.mul(z, z));
  }
  a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  aa = f64x2.add(f64x2.add(aa, bb), f64x2.add(cc, dd));
  let one = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1), two = f64x2.extract_lane(aa, 0) + f64x2.extract_lane(aa, 1);
  for (; row < end; row++) {
    const x = load<f64>(values + (<usize>row << 3)) - first;
    one += x;
    two += x * x;
  }
  const n = <f64>(end - start), off = one / n;
  // not so where `two` is NaN or infinite either
  if (!(one * off <= 0.875 * two && two < Infinity)) return false;
  store<f64>(work, n);
  store<f64>(work, first + off, 8);
  store<f64>(work, max(0, two - one * off), 16);
  return true;
}

/** Writes the block's sum to work[1]; returns the number of its values. */
function blockCount(values: usize, validity: usize, mask: usize, start: i32, end: i32, work: usize): f64 {
  let a = f64x2.splat(0), b = a, n = i64x2.splat(0);
  let row = start;
  if ((validity | mask) == 0) {
    let c = a, d = a, m = n;
    for (; row + 8 <= end; row += 8) {
      const at = values + (<usize>row << 3);
      const p = v128.load(at), q = v128.load(at, 16), r = v128.load(at, 32), s = v128.load(at, 48);
      const pp = f64x2.eq(p, p), qq = f64x2.eq(q, q), rr = f64x2.eq(r, r), ss = f64x2.eq(s, s);
      a = f64x2.add(a, v128.and(p, pp));
      b = f64x2.add(b, v128.and(q, qq));
      c = f64x2.add(c, v128.and(r, rr));
      d = f64x2.add(d, v128.and(s, ss));
      n = i64x2.sub(n, i64x2.add(pp, qq));
      m = i64x2.sub(m, i64x2.add(rr, ss));
    }
    a = f64x2.add(a, c);
    b = f64x2.add(b, d);
    n = i64x2.add(n, m);
  }
  for (; row + 8 <= end; row += 8) {
    const at = values + (<usize>row << 3);
    const p = v128.load(at), q = v128.load(at, 16), r = v128.load(at, 32), s = v128.load(at, 48);
    const bits = i64x2.splat(<i64>eightBits(validity, mask, row));
    const pp = v128.and(lanes(bits, i64x2(1, 2)), f64x2.eq(p, p)), qq = v128.and(lanes(bits, i64x2(4, 8)), f64x2.eq(q, q));
    const rr = v128.and(lanes(bits, i64x2(16, 32)), f64x2.eq(r, r)), ss = v128.and(lanes(bits, i64x2(64, 128)), f64x2.eq(s, s));
    a = f64x2.add(a, f64x2.add(v128.and(p, pp), v128.and(r, rr)));
    b = f64x2.add(b, f64x2.add(v128.and(q, qq), v128.and(s, ss)));
    n = i64x2.sub(n, i64x2.add(i64x2.add(pp, qq), i64x2.add(rr, ss)));
  }
  a = f64x2.add(a, b);
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  let count = <f64>(i64x2.extract_lane(n, 0) + i64x2.extract_lane(n, 1));
  for (; row < end; row++) {
    const x = load<f64>(values + (<usize>row << 3));
    if (x != x || groupOf(0, validity, mask, row) != 0) continue;
    sum += x;
    count += 1;
  }
  store<f64>(work, sum, 8);
  return count;
}

/** Writes Σd², (Σd³, Σd⁴ to work[2…4]) and Σd to work[5], d = x − mean. */
// @ts-ignore: decorator
@inline
function blockCentral(values: usize, validity: usize, mask: usize, start: i32, end: i32, mean: f64, order: i32, work: usize): void {
  const centre = f64x2.splat(mean);
  let one = f64x2.splat(0), two = one, three = one, four = one;
  let row = start;
  if ((validity | mask) == 0 && order == 2) {
    // four chains: 11.1 → 7.6 ms per 10 M f64 (bench/kernel/aggregate)
    let o = one, p = one, q = one, a = one, b = one, c = one;
    for (; row + 8 <= end; row += 8) {
      const at = values + (<usize>row << 3);
      let w = v128.load(at), x = v128.load(at, 16), y = v128.load(at, 32), z = v128.load(at, 48);
      w = v128.and(f64x2.sub(w, centre), f64x2.eq(w, w));
      x = v128.and(f64x2.sub(x, centre), f64x2.eq(x, x));
      y = v128.and(f64x2.sub(y, centre), f64x2.eq(y, y));
      z = v128.and(f64x2.sub(z, centre), f64x2.eq(z, z));
      one = f64x2.add(one, w);
      o = f64x2.add(o, x);
      p = f64x2.add(p, y);
      q = f64x2.add(q, z);
      two = f64x2.add(two, f64x2.mul(w, w));
      a = f64x2.add(a, f64x2.mul(x, x));
      b = f64x2.add(b, f64x2.mul(y, y));
      c = f64x2.add(c, f64x2.mul(z, z));
    }
    one = f64x2.add(f64x2.add(one, o), f64x2.add(p, q));
    two = f64x2.add(f64x2.add(two, a), f64x2.add(b, c));
  }
  for (; row + 8 <= end; row += 8) {
    const bits = i64x2.splat(<i64>eightBits(validity, mask, row));
    let pick = i64x2(1, 2);
    for (let i: usize = 0; i < 64; i += 16) {
      const x = v128.load(values + (<usize>row << 3) + i);
      const d = v128.and(f64x2.sub(x, centre), v128.and(lanes(bits, pick), f64x2.eq(x, x)));
      pick = i64x2.shl(pick, 2);
      const dd = f64x2.mul(d, d);
      one = f64x2.add(one, d);
      two = f64x2.add(two, dd);
      if (order > 2) {
        three = f64x2.add(three, f64x2.mul(dd, d));
        four = f64x2.add(four, f64x2.mul(dd, dd));
      }
    }
  }
  let s1 = f64x2.extract_lane(one, 0) + f64x2.extract_lane(one, 1), s2 = f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
  let s3 = f64x2.extract_lane(three, 0) + f64x2.extract_lane(three, 1), s4 = f64x2.extract_lane(four, 0) + f64x2.extract_lane(four, 1);
  for (; row < end; row++) {
    const x = load<f64>(values + (<usize>row << 3));
    if (x != x || groupOf(0, validity, mask, row) != 0) continue;
    const d = x - mean;
    s1 += d;
    s2 += d * d;
    s3 += d * d * d;
    s4 += d * d * d * d;
  }
  store<f64>(work, s2, 16);
  store<f64>(work, s3, 24);
  store<f64>(work, s4, 32);
  store<f64>(work, s1, 40);
}

// @ts-ignore: decorator
@inline
export function mergeMoments(states: usize, from: usize, map: usize, groups: i32, order: i32, stride: usize): void {
  for (let i = 0; i < groups; i++) joinCentral(states + <usize>idAt(map, i) * stride, from + <usize>i * stride, order);
}

// `what`: 0 var, 1 std, 2 sem, 3 skew, 4 kurt (excess).

/**
 * Results of states of either form: `exact` 1 when they are power sums. `work` has 128 bytes. Skew and kurt have pandas' correction for bias.
 * Null where there are too few values: n ≤ ddof, n < 3 for skew, n < 4 for kurt. Returns the number of nulls.
 */
export function resultMoments(states: usize, ids: usize, groups: i32, what: i32, ddof: f64, order: i32, exact: i32, work: usize, out: usize, bits: usize): i32 {
  let nulls = 0;
  const stride: usize = exact != 0 ? (order == 2 ? 64 : 112) : order == 2 ? 24 : 40;
  for (let i = 0; i < groups; i++) {
    const state = states + <usize>idAt(ids, i) * stride;
    let at = state;
    if (exact != 0) {
      central(state, order, work + 64, work);
      at = work;
    }
    const n = load<f64>(at);
    const enough = what == 3 ? n >= 3 : what == 4 ? n >= 4 : n > ddof;
    if (!enough) markAbsent(bits, i, groups, nulls++);
    store<f64>(out + (<usize>i << 3), enough ? answer(at, n, what, ddof) : 0);
  }
  return nulls;
}

function answer(at: usize, n: f64, what: i32, ddof: f64): f64 {
  const m2 = max(0, load<f64>(at, 16));
  if (what <= 2) {
    const variance = m2 / (n - ddof);
    return what == 0 ? variance : what == 1 ? sqrt(variance) : sqrt(variance / n);
  }
  const m3 = load<f64>(at, 24), m4 = load<f64>(at, 32);
  // all alike: pandas says 0; beside the mean's rounding, m2 of this size is noise
  if (m2 <= 1e-28 * n * load<f64>(at, 8) * load<f64>(at, 8)) return 0;
  if (what == 3) return (n * sqrt(n - 1) / (n - 2)) * (m3 / (m2 * sqrt(m2)));
  const up = n * (n + 1) * (n - 1) * m4, down = (n - 2) * (n - 3) * m2 * m2;
  return up / down - (3 * (n - 1) * (n - 1)) / ((n - 2) * (n - 3));
}
