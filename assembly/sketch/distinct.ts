// HyperLogLog with 64-bit hashes: 2^precision registers of one byte, each the longest run of zeros seen (plus one) among its hashes.

/** Every bit of the key reaches every bit of the hash (splitmix64's finalizer). */
// @ts-ignore: decorator
@inline
export function mix(key: u64): u64 {
  let hash = key + 0x9e37_79b9_7f4a_7c15;
  hash = (hash ^ (hash >> 30)) * 0xbf58_476d_1ce4_e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d0_49bb_1331_11eb;
  return hash ^ (hash >> 31);
}

/** Of `length` bytes, eight at a time. */
export function hashOf(at: usize, length: u32): u64 {
  let hash: u64 = <u64>length * 0x9e37_79b9_7f4a_7c15;
  let left = length;
  for (; left >= 8; left -= 8, at += 8) hash = mix(hash ^ load<u64>(at));
  let tail: u64 = 0;
  for (let i: u32 = 0; i < left; i++) tail |= <u64>load<u8>(at + i) << (8 * i);
  return mix(hash ^ tail);
}

// @ts-ignore: decorator
@inline
export function addHash(registers: usize, precision: i32, hash: u64): void {
  const at = registers + <usize>(hash >> <u64>(64 - precision));
  const rank = <u8>clz<u64>((hash << <u64>precision) | (<u64>1 << <u64>(precision - 1))) + 1;
  if (rank > load<u8>(at)) store<u8>(at, rank);
}

/**
 * How many distinct hashes made these registers, without tables of biases over the whole range.
 *
 * @see Ertl 2017, "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6
 */
export function estimate(registers: usize, precision: i32): i64 {
  const size = 1 << precision, most = 64 - precision;
  const m = <f64>size;
  // a pass over the registers for each rank would be 50 passes: each adds its own share instead
  let zeros: f64 = 0, full: f64 = 0, sum: f64 = 0;
  for (let at = 0; at < size; at++) {
    const rank = <i32>load<u8>(registers + <usize>at);
    if (rank == 0) zeros += 1;
    else if (rank > most) full += 1;
    else sum += reinterpret<f64>(<u64>(1023 - rank) << 52); // 2^-rank
  }
  if (zeros == m) return 0;
  const z = m * tau(1 - full / m) * reinterpret<f64>(<u64>(1023 - most) << 52) + sum + m * sigma(zeros / m);
  return <i64>nearest<f64>((m * m) / (2 * Math.LN2 * z));
}

function sigma(share: f64): f64 {
  let x = share, y: f64 = 1, z = share, before: f64 = -1;
  while (z != before) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: f64): f64 {
  if (share == 0 || share == 1) return 0;
  let x = share, y: f64 = 1, z = 1 - share, before: f64 = -1;
  while (z != before) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}
