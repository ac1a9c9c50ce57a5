// DDSketch's buckets: bucket i of the positive numbers is (γ^(i-1), γ^i], so that one value stands for all of it with a relative error of
// at most (γ - 1) / (γ + 1). Numbers of buckets have the order of the values:
//
//   -2^30   -2^28 - i   0   2^28 + i   2^30
//   -inf    negative    0   positive   inf

const ZERO: i32 = 1 << 28;
const INFINITE: i32 = 1 << 30;

export function bucketOf(value: f64, scale: f64): i32 {
  const size = Math.abs(value);
  if (size == 0) return 0;
  const bucket = size == Infinity ? INFINITE : ZERO + <i32>Math.ceil(Math.log(size) * scale);
  return value < 0 ? -bucket : bucket;
}

export function valueOf(bucket: i32, gamma: f64): f64 {
  if (bucket == 0) return 0;
  const size = bucket < 0 ? -bucket : bucket;
  // from the lower bound, which is never infinite; the bucket of the greatest numbers reaches beyond them
  const finite = Math.min((2 * gamma / (gamma + 1)) * Math.pow(gamma, <f64>(size - ZERO - 1)), f64.MAX_VALUE);
  const value = size == INFINITE ? Infinity : finite;
  return bucket < 0 ? -value : value;
}
