// DDSketch's buckets: bucket i of the positive numbers is (γ^(i-1), γ^i], so that one value stands for all of it with a relative error of
// at most (γ - 1) / (γ + 1). Numbers of buckets have the order of the values:
//
//   -2^30   -2^28 - i   0   2^28 + i   2^30
//   -inf    negative    0   positive   inf

const ZERO: i32 = 1 << 28;
const INFINITE: i32 = 1 << 30;
const LN2: f64 = 0.693147180559945309417;

/**
 * ln of a positive, finite number, to some units in the last place. The standard library's brings 10 kB of tables along.
 *
 * x = 2ⁿ·m with m in [√½, √2); ln m = 2 artanh f with f = (m - 1) / (m + 1), |f| ≤ 0.172.
 */
function ln(x: f64): f64 {
  let bits = reinterpret<u64>(x), exponent = 0;
  if (bits < 0x0010_0000_0000_0000) {
    // subnormal
    bits = reinterpret<u64>(x * 18014398509481984.0);
    exponent = -54;
  }
  exponent += <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const f = (m - 1) / (m + 1), s = f * f;
  let sum: f64 = 0;
  for (let k = 23; k > 1; k -= 2) sum = (sum + 1.0 / <f64>k) * s;
  return <f64>exponent * LN2 + 2 * f * (1 + sum);
}

/** `scale` is 1 / ln γ. */
export function bucketOf(value: f64, scale: f64): i32 {
  const size = abs(value);
  if (size == 0) return 0;
  const bucket = size == Infinity ? INFINITE : ZERO + <i32>ceil(ln(size) * scale);
  return value < 0 ? -bucket : bucket;
}
