import { flushBits, NONE, present, putBit, stateOf } from './_bits';

// Exponentially weighted results, row by row: weights decay^age, where decay = 1 − alpha, as pandas' ewm(adjust, ignore_na).
//
// `adjust`: weights are normalised (pandas' default), else the first value has the weight of an infinite past. Null and NaN rows show what
// came before them; they age the weights unless `ignoreMissing`. Rows of a group (u32 at `ids`; 0: all are of one) have a state of their own.
// Fewer than `least` values give nothing.

@unmanaged
class Mean {
  mean: f64;
  weight: f64; // of the rows so far
  count: i32;
  unused: i32;
}

/** The mean; with `total` the sum of the weighted values, which only `adjust` has. */
export function ewmMean(values: usize, validity: usize, ids: usize, length: i32, decay: f64, adjust: bool, ignoreMissing: bool, total: bool, least: i32, states: usize, out: usize, outValidity: usize): void {
  const fresh = adjust ? 1.0 : 1.0 - decay;
  let byte: u32 = 0;
  for (let row = 0; row < length; row++) {
    const id: u32 = ids != 0 ? load<u32>(ids + (<usize>row << 2)) : 0;
    if (id == NONE) {
      byte = putBit(outValidity, row, 0, byte);
      continue;
    }
    const state = changetype<Mean>(stateOf(states, offsetof<Mean>(), id));
    const value = load<f64>(values + (<usize>row << 3)), ok = present(validity, row) && value == value;
    if (state.count != 0) {
      let weight = state.weight;
      if (ok || !ignoreMissing) weight *= decay;
      if (ok) {
        // equal values stay as they are, whatever the rounding
        if (state.mean != value) state.mean = (weight * state.mean + fresh * value) / (weight + fresh);
        weight = adjust ? weight + fresh : 1.0;
      }
      state.weight = weight;
    } else if (ok) {
      state.mean = value;
      state.weight = 1;
    }
    state.count += i32(ok);
    store<f64>(out + (<usize>row << 3), total ? state.mean * state.weight : state.mean);
    byte = putBit(outValidity, row, u32(state.count >= max(least, 1)), byte);
  }
  flushBits(outValidity, length, byte);
}

/** Weighted central moments of two columns; `weight` is that of the rows so far against a new one, w1 and w2 sum the weights and their squares. */
@unmanaged
class Moments {
  x: f64;
  y: f64;
  xx: f64; // mean of squared differences to the mean
  yy: f64;
  xy: f64;
  weight: f64;
  w1: f64;
  w2: f64;
  count: i64;
}

const COV = 0, CORR = 1;

/**
 * The covariance (of a column with itself: the variance), the correlation, or the standard deviation. Without `bias` the covariance is
 * multiplied by w1² / (w1² − w2), the correction for weights of which none counts rows. NaN answers are none.
 *
 * @see West 1979, "Updating Mean and Variance Estimates: An Improved Method"
 */
export function ewmMoments(xs: usize, ys: usize, xBits: usize, yBits: usize, ids: usize, length: i32, decay: f64, adjust: bool, ignoreMissing: bool, what: i32, bias: bool, least: i32, states: usize, out: usize, outValidity: usize): void {
  const fresh = adjust ? 1.0 : 1.0 - decay;
  let byte: u32 = 0;
  for (let row = 0; row < length; row++) {
    const id: u32 = ids != 0 ? load<u32>(ids + (<usize>row << 2)) : 0;
    if (id == NONE) {
      byte = putBit(outValidity, row, 0, byte);
      continue;
    }
    const state = changetype<Moments>(stateOf(states, offsetof<Moments>(), id));
    const x = load<f64>(xs + (<usize>row << 3)), y = load<f64>(ys + (<usize>row << 3));
    const ok = present(xBits, row) && present(yBits, row) && x == x && y == y;
    if (state.count != 0) {
      if (ok || !ignoreMissing) {
        state.weight *= decay;
        state.w1 *= decay;
        state.w2 *= decay * decay;
      }
      if (ok) add(state, x, y, fresh, adjust);
    } else if (ok) {
      state.x = x;
      state.y = y;
      state.weight = state.w1 = state.w2 = 1;
    }
    state.count += i64(ok);
    const answer = state.count >= <i64>max(least, 1) ? answerOf(state, what, bias) : NaN;
    store<f64>(out + (<usize>row << 3), answer);
    byte = putBit(outValidity, row, u32(answer == answer), byte);
  }
  flushBits(outValidity, length, byte);
}

// @ts-ignore: decorator
@inline
function add(state: Moments, x: f64, y: f64, fresh: f64, adjust: bool): void {
  const old = state.weight, all = old + fresh, meanX = state.x, meanY = state.y;
  // equal values stay as they are, whatever the rounding
  if (meanX != x) state.x = (old * meanX + fresh * x) / all;
  if (meanY != y) state.y = (old * meanY + fresh * y) / all;
  const dx = meanX - state.x, dy = meanY - state.y, ex = x - state.x, ey = y - state.y;
  state.xx = (old * (state.xx + dx * dx) + fresh * ex * ex) / all;
  state.yy = (old * (state.yy + dy * dy) + fresh * ey * ey) / all;
  state.xy = (old * (state.xy + dx * dy) + fresh * ex * ey) / all;
  state.w1 += fresh;
  state.w2 += fresh * fresh;
  state.weight = all;
  if (adjust) return;
  state.w1 /= all;
  state.w2 /= all * all;
  state.weight = 1;
}

// @ts-ignore: decorator
@inline
function answerOf(state: Moments, what: i32, bias: bool): f64 {
  if (what == CORR) return state.xy / Math.sqrt(state.xx * state.yy);
  let answer = state.xy;
  if (!bias) {
    const square = state.w1 * state.w1, rest = square - state.w2;
    answer = rest > 0 ? (square / rest) * answer : NaN;
  }
  return what == COV ? answer : Math.sqrt(answer);
}
