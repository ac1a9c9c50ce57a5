// XXH64 of Yann Collet: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

const P1: u64 = 0x9E3779B185EBCA87;
const P2: u64 = 0xC2B2AE3D27D4EB4F;
const P3: u64 = 0x165667B19E3779F9;
const P4: u64 = 0x85EBCA77C2B2AE63;
const P5: u64 = 0x27D4EB2F165667C5;

/** Bytes that are mixed at a time: a lane of 8 for each accumulator. */
export const STRIPE: i32 = 32;

/** What has been hashed: four accumulators and the number of bytes. */
@unmanaged
export class Xxh64 {
  a: u64;
  b: u64;
  c: u64;
  d: u64;
  bytes: u64;
}

// @ts-ignore: decorator
@inline
function round(sum: u64, lane: u64): u64 { return rotl<u64>(sum + lane * P2, 31) * P1; }

// @ts-ignore: decorator
@inline
function merge(hash: u64, sum: u64): u64 { return (hash ^ round(0, sum)) * P1 + P4; }

export function start(s: Xxh64, seed: u64): void {
  s.a = seed + P1 + P2;
  s.b = seed + P2;
  s.c = seed;
  s.d = seed - P1;
  s.bytes = 0;
}

/** Mixes in `bytes` bytes, a multiple of the stripe. */
export function mix(s: Xxh64, from: usize, bytes: i32): void {
  let a = s.a, b = s.b, c = s.c, d = s.d;
  for (const end = from + <usize>bytes; from < end; from += <usize>STRIPE) {
    a = round(a, load<u64>(from));
    b = round(b, load<u64>(from, 8));
    c = round(c, load<u64>(from, 16));
    d = round(d, load<u64>(from, 24));
  }
  s.a = a; s.b = b; s.c = c; s.d = d;
  s.bytes += <u64>bytes;
}

/** The hash, with the last `bytes` bytes, fewer than a stripe. `s` stays as it is. */
export function finish(s: Xxh64, from: usize, bytes: i32): u64 {
  let hash: u64;
  if (s.bytes == 0) hash = s.c + P5; // c is still the seed
  else {
    hash = rotl<u64>(s.a, 1) + rotl<u64>(s.b, 7) + rotl<u64>(s.c, 12) + rotl<u64>(s.d, 18);
    hash = merge(merge(merge(merge(hash, s.a), s.b), s.c), s.d);
  }
  hash += s.bytes + <u64>bytes;
  const end = from + <usize>bytes;
  for (; from + 8 <= end; from += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(from)), 27) * P1 + P4;
  if (from + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(from) * P1), 23) * P2 + P3;
    from += 4;
  }
  for (; from < end; from++) hash = rotl<u64>(hash ^ (<u64>load<u8>(from) * P5), 11) * P1;
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}
