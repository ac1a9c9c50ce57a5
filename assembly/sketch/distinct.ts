// HyperLogLog with 64-bit hashes: 2^precision registers of one byte, each the longest run of zeros seen (plus one) among its hashes, and
// behind them how many registers hold each of these ranks (u32 × 64, rank 0 not counted): an estimate is made of the latter alone.

export const RANKS: usize = 256;

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
export function registerOf(hash: u64, precision: i32): u32 {
  return <u32>(hash >> <u64>(64 - precision));
}

// @ts-ignore: decorator
@inline
export function rankOf(hash: u64, precision: i32): u32 {
  return <u32>clz<u64>((hash << <u64>precision) | (<u64>1 << <u64>(precision - 1))) + 1;
}

/** One register more (or with -1 less) has this rank. */
// @ts-ignore: decorator
@inline
export function count(ranks: usize, rank: u32, by: i32): void {
  const at = ranks + (<usize>rank << 2);
  store<u32>(at, load<u32>(at) + by);
}

// @ts-ignore: decorator
@inline
export function addHash(registers: usize, precision: i32, hash: u64): void {
  const at = registers + <usize>registerOf(hash, precision);
  const rank = rankOf(hash, precision), before = <u32>load<u8>(at);
  if (rank <= before) return;
  store<u8>(at, <u8>rank);
  const ranks = registers + (<usize>1 << precision);
  if (before != 0) count(ranks, before, -1);
  count(ranks, rank, 1);
}

/** The greater of each pair of registers. */
export function merge(registers: usize, from: usize, precision: i32): void {
  const size = <usize>1 << precision, ranks = registers + size;
  for (let at: usize = 0; at < size; at += 16) {
    v128.store(registers + at, i8x16.max_u(v128.load(registers + at), v128.load(from + at)));
  }
  memory.fill(ranks, 0, RANKS);
  for (let at: usize = 0; at < size; at++) {
    const rank = <u32>load<u8>(registers + at);
    if (rank != 0) count(ranks, rank, 1);
  }
}

/**
 * How many distinct hashes made the registers whose ranks these are, without tables of biases over the whole range.
 *
 * @see Ertl 2017, "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6
 */
export function estimate(ranks: usize, precision: i32): i64 {
  const most = 64 - precision;
  const m = <f64>(1 << precision);
  let used: f64 = 0, sum: f64 = 0;
  // the least shares first
  for (let rank = most; rank > 0; rank--) {
    const registers = <f64>load<u32>(ranks + (<usize>rank << 2));
    used += registers;
    sum += registers * reinterpret<f64>(<u64>(1023 - rank) << 52); // 2^-rank
  }
  const full = <f64>load<u32>(ranks + (<usize>(most + 1) << 2)), zeros = m - used - full;
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
