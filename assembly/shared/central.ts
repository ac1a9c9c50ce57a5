// Central moments, as states that rows are added to and that join: [ n | mean | m2 ] or [ n | mean | m2 | m3 | m4 ], f64, mk = Σ(x − mean)ᵏ;
// of two columns [ n | mean x | mean y | m2x | m2y | cxy ].
//
// Welford 1962; Pébay 2008, "Formulas for Robust, One-Pass Parallel Computation of Covariances and Arbitrary-Order Statistical Moments".

/** Welford's update, and Pébay's for the third and fourth. */
// @ts-ignore: decorator
@inline
export function addCentral(at: usize, x: f64, order: i32): void {
  const n = load<f64>(at) + 1, mean = load<f64>(at, 8), m2 = load<f64>(at, 16);
  const d = x - mean, step = d / n, next = mean + step;
  const grown = d * (x - next);
  store<f64>(at, n);
  store<f64>(at, next, 8);
  store<f64>(at, m2 + grown, 16);
  if (order == 2) return;
  const m3 = load<f64>(at, 24), term = d * step * (n - 1), square = step * step;
  store<f64>(at, load<f64>(at, 32) + term * square * (n * n - 3 * n + 3) + 6 * square * m2 - 4 * step * m3, 32);
  store<f64>(at, m3 + term * step * (n - 2) - 3 * step * m2, 24);
}

/** Adds the state `b` to `a`: Chan's and Pébay's formulas. */
// @ts-ignore: decorator
@inline
export function joinCentral(a: usize, b: usize, order: i32): void {
  const na = load<f64>(a), nb = load<f64>(b), n = na + nb;
  if (nb == 0) return;
  if (na == 0) return memory.copy(a, b, order == 2 ? 24 : 40);
  const d = load<f64>(b, 8) - load<f64>(a, 8), step = d / n, m2a = load<f64>(a, 16), m2b = load<f64>(b, 16);
  store<f64>(a, n);
  store<f64>(a, load<f64>(a, 8) + step * nb, 8);
  store<f64>(a, m2a + m2b + d * step * na * nb, 16);
  if (order == 2) return;
  const m3a = load<f64>(a, 24), m3b = load<f64>(b, 24), cross = d * step * na * nb;
  store<f64>(a, load<f64>(a, 32) + load<f64>(b, 32) + cross * step * step * (na * na - na * nb + nb * nb)
    + 6 * step * step * (na * na * m2b + nb * nb * m2a) + 4 * step * (na * m3b - nb * m3a), 32);
  store<f64>(a, m3a + m3b + cross * step * (na - nb) + 3 * step * (na * m2b - nb * m2a), 24);
}

/** Adds a row of two columns. */
// @ts-ignore: decorator
@inline
export function addPair(at: usize, x: f64, y: f64): void {
  const n = load<f64>(at) + 1, dx = x - load<f64>(at, 8), dy = y - load<f64>(at, 16);
  const mx = load<f64>(at, 8) + dx / n, my = load<f64>(at, 16) + dy / n;
  store<f64>(at, n);
  store<f64>(at, mx, 8);
  store<f64>(at, my, 16);
  store<f64>(at, load<f64>(at, 24) + dx * (x - mx), 24);
  store<f64>(at, load<f64>(at, 32) + dy * (y - my), 32);
  // the last term is 0, or NaN when one of them is infinite
  store<f64>(at, load<f64>(at, 40) + dx * (y - my) + 0 * (x - mx), 40);
}

/** Adds the state `b` of two columns to `a`. */
// @ts-ignore: decorator
@inline
export function joinPair(a: usize, b: usize): void {
  const na = load<f64>(a), nb = load<f64>(b), n = na + nb;
  if (nb == 0) return;
  const dx = load<f64>(b, 8) - load<f64>(a, 8), dy = load<f64>(b, 16) - load<f64>(a, 16), weight = (na / n) * nb;
  store<f64>(a, n);
  store<f64>(a, load<f64>(a, 8) + (dx / n) * nb, 8);
  store<f64>(a, load<f64>(a, 16) + (dy / n) * nb, 16);
  store<f64>(a, load<f64>(a, 24) + load<f64>(b, 24) + dx * dx * weight, 24);
  store<f64>(a, load<f64>(a, 32) + load<f64>(b, 32) + dy * dy * weight, 32);
  store<f64>(a, load<f64>(a, 40) + load<f64>(b, 40) + dx * dy * weight, 40);
}
