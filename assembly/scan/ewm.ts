import { flushBits, present, putBit } from './_bits';

/**
 * Exponentially weighted mean, row by row: weights decay^age, where decay = 1 − alpha.
 *
 * ```
 * state   0  f64  mean    8  f64  weight of the rows so far    16  i32  1 when there was a value
 * ```
 * `adjust`: weights are normalised (pandas' default), else the first value has the weight of an infinite past. Null and NaN rows show the
 * mean so far; they age the weights unless `ignoreMissing`. As pandas' ewm(adjust, ignore_na).mean().
 */
export function ewm(values: usize, validity: usize, length: i32, decay: f64, adjust: bool, ignoreMissing: bool, state: usize, out: usize, outValidity: usize): void {
  let mean = load<f64>(state), weight = load<f64>(state, 8), any = load<i32>(state, 16) != 0, byte: u32 = 0;
  const fresh = adjust ? 1.0 : 1.0 - decay;
  for (let row = 0; row < length; row++) {
    const value = load<f64>(values + (<usize>row << 3));
    const ok = present(validity, row) && value == value;
    if (any) {
      if (ok || !ignoreMissing) weight *= decay;
      if (ok) {
        // equal values stay as they are, whatever the rounding
        if (mean != value) mean = (weight * mean + fresh * value) / (weight + fresh);
        weight = adjust ? weight + fresh : 1.0;
      }
    } else if (ok) { mean = value; weight = 1.0; any = true; }
    store<f64>(out + (<usize>row << 3), mean);
    byte = putBit(outValidity, row, u32(any), byte);
  }
  flushBits(outValidity, length, byte);
  store<f64>(state, mean);
  store<f64>(state, weight, 8);
  store<i32>(state, i32(any), 16);
}
