// Sliding sums of tame values, exact in their upper part.
//
// With m = 1.5 · 2^k the rounded sum x + m is x to a multiple of 2^(k-52): the upper part of x. When 2^(k-1) is at least
// `rows` times the greatest |x|, uppers and all their sums have no rounding at all, so adding what comes and subtracting what goes is
// exact for ever. The lower parts are 2^-40 of that and may round: what they lose is beyond the last bit of the answer, as long as
// the values lie within a range that the caller checks. 1.0 against 2.2 ns a row for two compensated scans (bench/kernel/window).

/** Writes the greatest |x| and the least |x| above 0 of `length` values; NaN is passed over. */
export function magnitudes(values: usize, length: i32, out: usize): void {
  const infinite = f64x2.splat(Infinity), zero = f64x2.splat(0);
  let most = zero, more = zero, least = infinite, less = infinite;
  const end = values + (<usize>length << 3);
  // two chains each: 0.30 → 0.16 ns a row
  for (; values + 32 <= end; values += 32) {
    const a = f64x2.abs(v128.load(values)), b = f64x2.abs(v128.load(values, 16));
    most = f64x2.pmax(most, a);
    more = f64x2.pmax(more, b);
    least = f64x2.pmin(least, v128.bitselect(infinite, a, f64x2.eq(a, zero)));
    less = f64x2.pmin(less, v128.bitselect(infinite, b, f64x2.eq(b, zero)));
  }
  most = f64x2.pmax(most, more);
  least = f64x2.pmin(least, less);
  let greatest = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  let smallest = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  for (; values < end; values += 8) {
    const size = abs(load<f64>(values));
    if (size > greatest) greatest = size;
    if (size > 0 && size < smallest) smallest = size;
  }
  store<f64>(out, greatest);
  store<f64>(out, smallest, 8);
}

/** Sums, divided by `by`, of the `rows` rows that end with each of [from, to), from >= rows - 1; see above for `m`. Returns 0 when a value is NaN. */
export function slide(tape: usize, from: i32, to: i32, rows: i32, m: f64, by: f64, out: usize): i32 {
  const length = to - from, half = length >> 1;
  // Two stretches side by side, one in each lane.
  let fresh = tape + (<usize>from << 3), old = fresh - (<usize>rows << 3);
  const bytes = <usize>half << 3;
  const magic = f64x2.splat(m), divisor = f64x2.splat(by);
  let upper = f64x2.splat(0), lower = f64x2.splat(0);
  if (half > 0) {
    // the window before the first row of each stretch, without the row that goes first (it may not be there)
    for (let at = old + 8; at < fresh; at += 8) {
      const value = v128.load64_lane(at + bytes, v128.load64_zero(at), 1), part = f64x2.sub(f64x2.add(value, magic), magic);
      upper = f64x2.add(upper, part);
      lower = f64x2.add(lower, f64x2.sub(value, part));
    }
    let gone = f64x2.splat(0);
    for (let end = out + bytes; out < end; out += 8) {
      const value = v128.load64_lane(fresh + bytes, v128.load64_zero(fresh), 1);
      const come = f64x2.add(value, magic), go = f64x2.add(gone, magic);
      upper = f64x2.add(upper, f64x2.sub(come, go));
      lower = f64x2.add(lower, f64x2.sub(f64x2.sub(value, f64x2.sub(come, magic)), f64x2.sub(gone, f64x2.sub(go, magic))));
      const answer = f64x2.div(f64x2.add(upper, lower), divisor);
      v128.store64_lane(out, answer, 0);
      v128.store64_lane(out + bytes, answer, 1);
      fresh += 8;
      old += 8;
      gone = v128.load64_lane(old + bytes, v128.load64_zero(old), 1);
    }
  }
  if ((length & 1) != 0) {
    let sum: f64 = 0, rest: f64 = 0;
    const end = tape + (<usize>to << 3);
    for (let at = end - (<usize>rows << 3); at < end; at += 8) {
      const value = load<f64>(at), part = value + m - m;
      sum += part;
      rest += value - part;
    }
    store<f64>(out + bytes, (sum + rest) / by);
    lower = f64x2.add(lower, f64x2.splat(rest));
  }
  // NaN never leaves a sum again
  return i32(i64x2.all_true(f64x2.eq(lower, lower)));
}
