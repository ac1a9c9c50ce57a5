// What rounding loses, kept.

/** Error of the rounded sum t = a + b: Knuth, TAOCP 2, 4.2.2. */
// @ts-ignore: decorator
@inline
export function errorOf(a: f64, b: f64, t: f64): f64 {
  const c = t - a;
  return a - (t - c) + (b - c);
}

/** sum + error; the sum itself when it is infinite, for then its error is NaN. */
// @ts-ignore: decorator
@inline
export function total(sum: f64, error: f64): f64 {
  const exact = sum + error;
  return exact == exact ? exact : sum;
}

export const SPLIT: f64 = 134217729; // 2^27 + 1

/** What `p = a * b` lost, exactly: Dekker 1971. */
// @ts-ignore: decorator
@inline
export function lost(a: f64, b: f64, p: f64): f64 {
  const ca = SPLIT * a, ah = ca - (ca - a), al = a - ah;
  const cb = SPLIT * b, bh = cb - (cb - b), bl = b - bh;
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}
