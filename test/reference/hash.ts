const [P1, P2, P3, P4, P5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotate = (x: bigint, by: bigint): bigint => u64(x << by) | (u64(x) >> (64n - by));
const round = (sum: bigint, lane: bigint): bigint => u64(rotate(u64(sum + lane * P2), 31n) * P1);

/** XXH64 as its specification says it. */
export function plainXxh64(bytes: Uint8Array, seed = 0n): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sums = [seed + P1 + P2, seed + P2, seed, seed - P1].map(u64);
  let at = 0;
  for (; at + 32 <= bytes.length; at += 32) {
    for (let lane = 0; lane < 4; lane++) sums[lane] = round(sums[lane]!, view.getBigUint64(at + lane * 8, true));
  }
  let hash = seed + P5;
  if (at > 0) {
    hash = sums.reduce((all, sum, lane) => all + rotate(sum, [1n, 7n, 12n, 18n][lane]!), 0n);
    for (const sum of sums) hash = u64((u64(hash) ^ round(0n, sum)) * P1 + P4);
  }
  hash = u64(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8)
    hash = u64(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  if (at + 4 <= bytes.length) {
    hash = u64(rotate(hash ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = u64(rotate(hash ^ u64(BigInt(bytes[at]!) * P5), 11n) * P1);
  hash = u64((hash ^ (hash >> 33n)) * P2);
  hash = u64((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}
