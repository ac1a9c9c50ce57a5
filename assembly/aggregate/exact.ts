import { lost, SPLIT } from '../shared/compensated';
import { eightBits, groupOf, idAt, markAbsent, NONE } from './rows';
import { lanes } from './sum';

/**
 * Sums that forget: power sums as three f64 that together hold some 160 bits, so that what was added can be taken away with nothing left
 * behind (as long as one state holds no three values each 2^53 times the next, beside smaller ones). NaN is skipped; infinite values are counted apart, and so are those too large for the arithmetic.
 *
 *   order 1, 56 bytes    [ count | +inf | -inf | unused ] u32   [ s1 ×3 ]   [ big ×2 ]
 *   order 2, 64 bytes    [ count | +inf | -inf | huge ] u32     [ s1 ×3 ]   [ s2 ×3 ]
 *   order 4, 112 bytes   the same, and                          [ s3 ×3 ]   [ s4 ×3 ]
 *
 * `big` holds 2^-128 times the values of 2^900 and more, whose sum might overflow before others bring it back.
 *
 * TwoSum: Knuth, TAOCP 2, 4.2.2; TwoProduct: Dekker 1971; cascaded sums: Klein 2006, "A Generalized Kahan-Babuška-Summation-Algorithm".
 */
const BIG: f64 = 8.452712498170644e270; // 2^900
export const DOWN: f64 = 2.938735877055719e-39; // 2^-128
export const UP: f64 = 3.402823669209385e38; // 2^128
/** Squares of values below 2^450, and sums of 2^32 of them, leave room for Dekker's splitting. */
const HUGE2: f64 = 2.9073548971824276e135; // 2^450
const HUGE4: f64 = 1.7254365866976409e69; // 2^230

/** Adds `x` to the three f64 at `at`. */
// @ts-ignore: decorator
@inline
export function cascade(at: usize, x: f64): void {
  const high = load<f64>(at), s = high + x, z = s - high;
  const e = high - (s - z) + (x - z);
  store<f64>(at, s);
  const middle = load<f64>(at, 8), t = middle + e, y = t - middle;
  store<f64>(at, t, 8);
  store<f64>(at, load<f64>(at, 16) + (middle - (t - y) + (e - y)), 16);
}

/** Adds sign · (1, x, x², …) to the power sums. */
// @ts-ignore: decorator
@inline
export function put(at: usize, x: f64, sign: f64, order: i32): void {
  store<i32>(at, load<i32>(at) + <i32>sign);
  const size = abs(x), limit = order == 1 ? BIG : order == 2 ? HUGE2 : HUGE4;
  if (!(size < limit)) return putLarge(at, x, sign, order);
  cascade(at + 16, sign * x);
  if (order == 1) return;
  const p = x * x, e = lost(x, x, p);
  cascade(at + 40, sign * p);
  cascade(at + 40, sign * e);
  if (order == 2) return;
  const q = p * x, r = e * x;
  cascade(at + 64, sign * q);
  cascade(at + 64, sign * lost(p, x, q));
  cascade(at + 64, sign * r);
  cascade(at + 64, sign * lost(e, x, r));
  const u = p * p, v = 2 * p * e;
  cascade(at + 88, sign * u);
  cascade(at + 88, sign * lost(p, p, u));
  cascade(at + 88, sign * v);
  cascade(at + 88, sign * (lost(2 * p, e, v) + e * e));
}

function putLarge(at: usize, x: f64, sign: f64, order: i32): void {
  const step = <i32>sign;
  if (abs(x) == Infinity) {
    const place = at + (x > 0 ? 4 : 8);
    store<i32>(place, load<i32>(place) + step);
  } else if (order > 1) {
    store<i32>(at, load<i32>(at, 12) + step, 12);
  } else {
    const y = sign * x * DOWN, high = load<f64>(at, 40), s = high + y, z = s - high;
    store<f64>(at, s, 40);
    store<f64>(at, load<f64>(at, 48) + (high - (s - z) + (y - z)), 48);
  }
}

// @ts-ignore: decorator
@inline
export function exact(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, sign: f64, order: i32, stride: usize): void {
  let row = 0;
  while (row < length) {
    let until = length;
    if (ids == 0 && order == 1 && (validity | mask) == 0) {
      row = sumAlike(states, values, row, length, sign);
      if (row == length) return;
      until = min(row + ALIKE, length);
    }
    if (ids == 0 && order < 4) row = exactAll(states, values, validity, mask, row, until, sign, order);
    // grouped: all rows; ungrouped: those that stopped the fast loop
    for (let end = ids == 0 && order < 4 ? min(row + 2, until) : length; row < end; row++) {
      const x = load<f64>(values + (<usize>row << 3));
      const id = groupOf(ids, validity, mask, row);
      if (id == NONE || x != x) continue;
      put(states + <usize>id * stride, x, sign, order);
    }
  }
}

/** Rows that are added to one start; fewer than 64 are not worth it. */
export const ALIKE: i32 = 1024;

/** The exponent of 2^6 times the power of two above the first 16 values; 0 where they are too large or too small. */
// @ts-ignore: decorator
@inline
export function exponentAlike(values: usize): u64 {
  let first: f64 = 0;
  for (let i: usize = 0; i < 128; i += 8) first = max(first, abs(load<f64>(values + i)));
  // NaN and infinite values have the greatest exponent
  const exponent = (reinterpret<u64>(first) >> 52) + 7;
  return exponent < 128 || exponent > 1900 ? 0 : exponent;
}

/**
 * Adds rows as long as none is much larger than the first ones of its thousand, and returns the rows done. Sums start so far above all values that
 * they stay in one binade: what an addition rounds off is then found in two operations and not in five (Dekker's FastTwoSum), and is some 2^-37 of
 * the largest value; of it, sums as f64 lose less than 2^-76. 1.5 → 0.35 ns a row (1,000 rows in the L1 cache, Node 20).
 *
 * @see Rump, Ogita & Oishi 2008, "Accurate Floating-Point Summation Part I" (extraction by a large power of two)
 */
function sumAlike(state: usize, values: usize, from: i32, length: i32, sign: f64): i32 {
  let row = from;
  while (length - row >= 64) {
    const end = row + (min(ALIKE, length - row) & ~7);
    const exponent = exponentAlike(values + (<usize>row << 3));
    if (exponent == 0) break;
    const limit = reinterpret<f64>(exponent << 52), start = 1.5 * reinterpret<f64>((exponent + 10) << 52);
    const most = f64x2.splat(limit), base = f64x2.splat(start);
    let a = base, b = base, c = base, d = base, alike = i64x2.splat(-1);
    let p = f64x2.splat(0), q = p, r = p, s = p;
    for (let i = row; i < end; i += 8) {
      const at = values + (<usize>i << 3);
      const w = v128.load(at), x = v128.load(at, 16), y = v128.load(at, 32), z = v128.load(at, 48);
      const an = f64x2.add(a, w), bn = f64x2.add(b, x), cn = f64x2.add(c, y), dn = f64x2.add(d, z);
      p = f64x2.add(p, f64x2.sub(w, f64x2.sub(an, a)));
      q = f64x2.add(q, f64x2.sub(x, f64x2.sub(bn, b)));
      r = f64x2.add(r, f64x2.sub(y, f64x2.sub(cn, c)));
      s = f64x2.add(s, f64x2.sub(z, f64x2.sub(dn, d)));
      a = an; b = bn; c = cn; d = dn;
      alike = v128.and(alike, v128.and(v128.and(f64x2.le(f64x2.abs(w), most), f64x2.le(f64x2.abs(x), most)), v128.and(f64x2.le(f64x2.abs(y), most), f64x2.le(f64x2.abs(z), most))));
    }
    if (!i64x2.all_true(alike)) break;
    // multiples of one power of two, and few bits of it: their sum is not rounded
    const high = f64x2.add(f64x2.add(f64x2.sub(a, base), f64x2.sub(b, base)), f64x2.add(f64x2.sub(c, base), f64x2.sub(d, base)));
    const low = f64x2.add(f64x2.add(p, q), f64x2.add(r, s));
    cascade(state + 16, sign * (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1)));
    cascade(state + 16, sign * (f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1)));
    store<i32>(state, load<i32>(state) + <i32>sign * (end - row));
    row = end;
  }
  return row;
}

/**
 * The ungrouped case, two rows at a time with the sums of both lanes in registers, from an even row on. Stops at infinite and large values;
 * returns the rows done.
 */
// @ts-ignore: decorator
@inline
function exactAll(state: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, sign: f64, order: i32): i32 {
  const limit = f64x2.splat(order == 1 ? BIG : HUGE2), split = f64x2.splat(SPLIT);
  let a = f64x2.splat(0), b = a, c = a, p = a, q = a, r = a, n = i64x2.splat(0);
  let row = from;
  for (; row + 2 <= length; row += 2) {
    let x = v128.load(values + (<usize>row << 3)), counted = f64x2.eq(x, x);
    if ((validity | mask) != 0) {
      const bits = eightBits(validity, mask, row) >> (row & 6);
      counted = v128.and(counted, lanes(i64x2.splat(<i64>bits), i64x2(1, 2)));
    }
    x = v128.and(x, counted);
    if (!i64x2.all_true(f64x2.lt(f64x2.abs(x), limit))) break;
    n = i64x2.sub(n, counted);
    const s = f64x2.add(a, x), z = f64x2.sub(s, a);
    const e = f64x2.add(f64x2.sub(a, f64x2.sub(s, z)), f64x2.sub(x, z));
    a = s;
    const t = f64x2.add(b, e), y = f64x2.sub(t, b);
    c = f64x2.add(c, f64x2.add(f64x2.sub(b, f64x2.sub(t, y)), f64x2.sub(e, y)));
    b = t;
    if (order == 2) {
      const square = f64x2.mul(x, x), cx = f64x2.mul(split, x), xh = f64x2.sub(cx, f64x2.sub(cx, x)), xl = f64x2.sub(x, xh);
      const cross = f64x2.mul(xh, xl);
      const left = f64x2.sub(f64x2.mul(xl, xl), f64x2.sub(f64x2.sub(f64x2.sub(square, f64x2.mul(xh, xh)), cross), cross));
      const s2 = f64x2.add(p, square), z2 = f64x2.sub(s2, p);
      const e2 = f64x2.add(f64x2.sub(p, f64x2.sub(s2, z2)), f64x2.sub(square, z2));
      p = s2;
      // `left` and e2 are both small: their own sum must not be rounded either
      const both = f64x2.add(e2, left), w = f64x2.sub(both, e2);
      const rest = f64x2.add(f64x2.sub(e2, f64x2.sub(both, w)), f64x2.sub(left, w));
      const t2 = f64x2.add(q, both), y2 = f64x2.sub(t2, q);
      r = f64x2.add(r, f64x2.add(rest, f64x2.add(f64x2.sub(q, f64x2.sub(t2, y2)), f64x2.sub(both, y2))));
      q = t2;
    }
  }
  store<i32>(state, load<i32>(state) + <i32>sign * <i32>(i64x2.extract_lane(n, 0) + i64x2.extract_lane(n, 1)));
  drain(state + 16, a, b, c, sign);
  if (order == 2) drain(state + 40, p, q, r, sign);
  return row;
}

function drain(at: usize, a: v128, b: v128, c: v128, sign: f64): void {
  cascade(at, sign * f64x2.extract_lane(a, 0));
  cascade(at, sign * f64x2.extract_lane(a, 1));
  cascade(at, sign * f64x2.extract_lane(b, 0));
  cascade(at, sign * f64x2.extract_lane(b, 1));
  cascade(at, sign * f64x2.extract_lane(c, 0));
  cascade(at, sign * f64x2.extract_lane(c, 1));
}

/** Adds states: `counts` u32, then `sums` triples, then two f64 more if `big`. */
// @ts-ignore: decorator
@inline
export function mergeExact(states: usize, from: usize, map: usize, groups: i32, sums: i32, big: bool, stride: usize): void {
  for (let i = 0; i < groups; i++) {
    const id = idAt(map, i);
    if (id == NONE) continue;
    const to = states + <usize>id * stride, at = from + <usize>i * stride;
    for (let w: usize = 0; w < 16; w += 4) store<u32>(to + w, load<u32>(to + w) + load<u32>(at + w));
    const end: usize = 16 + <usize>sums * 24;
    for (let s: usize = 16; s < end; s += 24) {
      cascade(to + s, load<f64>(at + s));
      cascade(to + s, load<f64>(at + s, 8));
      cascade(to + s, load<f64>(at + s, 16));
    }
    if (big) {
      const y = load<f64>(at, 40), high = load<f64>(to, 40), s = high + y, z = s - high;
      store<f64>(to, s, 40);
      store<f64>(to, load<f64>(to, 48) + (high - (s - z) + (y - z)) + load<f64>(at, 48), 48);
    }
  }
}

/** The three f64 at `at` as one. */
// @ts-ignore: decorator
@inline
export function rounded(at: usize): f64 {
  const a = load<f64>(at), b = load<f64>(at, 8), s = a + b, z = s - a;
  return s + (a - (s - z) + (b - z) + load<f64>(at, 16));
}

/** `what` as for sums: 0 sum, 1 mean, 2 count. Returns the number of nulls. */
export function resultExactSum(states: usize, ids: usize, groups: i32, what: i32, out: usize, bits: usize): i32 {
  let nulls = 0;
  for (let i = 0; i < groups; i++) {
    const at = states + <usize>idAt(ids, i) * 56;
    const n = load<u32>(at), up = load<u32>(at, 4), down = load<u32>(at, 8);
    if (what == 2) {
      store<u32>(out + (<usize>i << 2), n);
      continue;
    }
    let sum = rounded(at + 16);
    const big = load<f64>(at, 40);
    let tiny = <f64>1;
    if (big != 0) {
      sum = big + (load<f64>(at, 48) + sum * DOWN);
      tiny = UP;
    }
    if (up != 0) sum = down != 0 ? NaN : Infinity;
    else if (down != 0) sum = -Infinity;
    store<f64>(out + (<usize>i << 3), what == 0 ? sum * tiny : (sum / <f64>n) * tiny);
    if (what == 1 && n == 0) markAbsent(bits, i, groups, nulls++);
  }
  return nulls;
}

// Four f64 at `work` and four behind them: a number of some 210 bits while results are made.

// @ts-ignore: decorator
@inline
export function clear4(work: usize): void { memory.fill(work, 0, 32); }

/** Adds `x` to the four f64. */
export function add4(work: usize, x: f64): void {
  for (let level: usize = 0; level < 24; level += 8) {
    const a = load<f64>(work + level), s = a + x, z = s - a;
    x = a - (s - z) + (x - z);
    store<f64>(work + level, s);
  }
  store<f64>(work, load<f64>(work, 24) + x, 24);
}

/** Adds a · b. */
export function addProduct4(work: usize, a: f64, b: f64): void {
  const p = a * b;
  add4(work, p);
  add4(work, lost(a, b, p));
}

/** Adds factor · (the triple at `at`). */
export function addTriple4(work: usize, at: usize, factor: f64): void {
  addProduct4(work, load<f64>(at), factor);
  addProduct4(work, load<f64>(at, 8), factor);
  addProduct4(work, load<f64>(at, 16), factor);
}

/** Multiplies by `factor`. */
function scale4(work: usize, factor: f64): void {
  memory.copy(work + 32, work, 32);
  clear4(work);
  for (let level: usize = 0; level < 32; level += 8) addProduct4(work, load<f64>(work + 32 + level), factor);
}

/** The number at `work` as one f64; its parts are put in order first, for they may cancel. */
export function rounded4(work: usize): f64 {
  for (let pass = 0; pass < 3; pass++) {
    for (let level: usize = 24; level > 0; level -= 8) {
      const at = work + level, a = load<f64>(at - 8), b = load<f64>(at), s = a + b, z = s - a;
      store<f64>(at - 8, s);
      store<f64>(at, a - (s - z) + (b - z));
    }
  }
  return load<f64>(work) + (load<f64>(work, 8) + (load<f64>(work, 16) + load<f64>(work, 24)));
}

/**
 * Writes the count and the central sums Σ(x − m)ᵏ, k = 2 (3, 4), of one state as [ n | mean | m2 | m3 | m4 ] f64 at `out`.
 * The sums are moved to the rounded mean by Horner's rule in 210 bits, where they cancel; what is left of the mean is then small.
 */
export function central(state: usize, order: i32, work: usize, out: usize): void {
  const n = <f64>load<u32>(state);
  store<f64>(out, n);
  if (n == 0) return memory.fill(out + 8, 0, 32);
  const endless = load<u32>(state, 4) + load<u32>(state, 8), huge = load<u32>(state, 12);
  if ((endless | huge) != 0) {
    const spread = endless != 0 ? NaN : n == 1 ? 0 : Infinity;
    for (let k: usize = 8; k < 40; k += 8) store<f64>(out + k, spread);
    return;
  }
  const shift = rounded(state + 16) / n;
  clear4(work);
  addTriple4(work, state + 16, 1);
  addProduct4(work, n, -shift);
  const rest = rounded4(work) / n; // mean - shift
  // Σ(x − shift)² = s2 − shift (2 s1 − shift n)
  clear4(work);
  addTriple4(work, state + 16, 2);
  addProduct4(work, n, -shift);
  scale4(work, -shift);
  addTriple4(work, state + 40, 1);
  const t2 = rounded4(work);
  store<f64>(out, shift + rest, 8);
  const m2 = max(0, t2 - n * rest * rest);
  store<f64>(out, m2, 16);
  if (order == 2) return;
  // Σ(x − shift)³ = s3 − shift (3 s2 − shift (3 s1 − shift n)), and so on
  clear4(work);
  addTriple4(work, state + 16, 3);
  addProduct4(work, n, -shift);
  scale4(work, -shift);
  addTriple4(work, state + 40, 3);
  scale4(work, -shift);
  addTriple4(work, state + 64, 1);
  const t3 = rounded4(work);
  clear4(work);
  addTriple4(work, state + 16, 4);
  addProduct4(work, n, -shift);
  scale4(work, -shift);
  addTriple4(work, state + 40, 6);
  scale4(work, -shift);
  addTriple4(work, state + 64, 4);
  scale4(work, -shift);
  addTriple4(work, state + 88, 1);
  const t4 = rounded4(work);
  store<f64>(out, t3 - 3 * rest * t2 + 2 * n * rest * rest * rest, 24);
  store<f64>(out, max(0, t4 - 4 * rest * t3 + 6 * rest * rest * t2 - 3 * n * rest * rest * rest * rest), 32);
}
