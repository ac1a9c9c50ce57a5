// The digest of a text is two u64 that tell what it is, or nearly:
//
//   up to 15 bytes   [ the text, padded with 0: 15 bytes | its length ]
//   longer           [ hashes of all of it:     15 bytes | 255        ]
//
// Short texts are the same when their digests are; of long ones the bytes have the last word.

/** Bytes of the shortest text that is not its digest. */
export const LONG: u32 = 16;

const M: u64 = 0x9e3779b97f4a7c15;
const N: u64 = 0xd6e8feb86659fd93;

/** The bytes of sixteen that belong to a text of 0, 1, 2 … 16. */
const MASKS: usize = memory.data<u64>([
  0, 0, 0xff, 0, 0xffff, 0, 0xffffff, 0, 0xffffffff, 0, 0xffffffffff, 0, 0xffffffffffff, 0, 0xffffffffffffff, 0,
  0xffffffffffffffff, 0, 0xffffffffffffffff, 0xff, 0xffffffffffffffff, 0xffff, 0xffffffffffffffff, 0xffffff,
  0xffffffffffffffff, 0xffffffff, 0xffffffffffffffff, 0xffffffffff, 0xffffffffffffffff, 0xffffffffffff,
  0xffffffffffffffff, 0xffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
]);

/** Where texts must begin at most for sixteen bytes to be read at once: what lies behind a text may be the end of memory. */
// @ts-ignore: decorator
@inline
export function lastWhole(): usize { return <usize>((<u64>memory.size() << 16) - 16); }

/** All bits set for a long text. Choices below are made of bits: V8 makes branches of `select`, which texts of mixed lengths keep guessing wrong. */
// @ts-ignore: decorator
@inline
export function ifLong(length: u32): u32 { return 0 - u32(length >= LONG); }

/** The first half of a digest, and below the second; `short`: the text is shorter than `LONG`. The text begins at `lastWhole()` at most. */
// @ts-ignore: decorator
@inline
export function lowOf(at: usize, length: u32, short: bool): u64 {
  if (short) return load<u64>(at) & load<u64>(MASKS + (<usize>length << 4));
  const first = load<u64>(at) & load<u64>(maskOf(length));
  const rest = (load<u64>(tailOf(at, length)) ^ rotl(load<u64>(at, 8), 13)) & <u64>(<i64>(<i32>ifLong(length)));
  const low = first ^ (rest * M);
  return length > 32 ? low ^ middle(at, length) : low;
}

// @ts-ignore: decorator
@inline
export function highOf(at: usize, length: u32, short: bool): u64 {
  if (short) return (load<u64>(at, 8) & load<u64>(MASKS + (<usize>length << 4), 8)) | (<u64>length << 56);
  const first = load<u64>(at, 8) & load<u64>(maskOf(length), 8);
  // turned around, for the topmost byte is not kept
  const rest = rotl((load<u64>(tailOf(at, length), 8) & <u64>(<i64>(<i32>ifLong(length)))) * N, 32);
  return (first ^ rest) | (<u64>(length | ifLong(length)) << 56);
}

// @ts-ignore: decorator
@inline
function maskOf(length: u32): usize { return MASKS + (<usize>((length & ~ifLong(length)) | (LONG & ifLong(length))) << 4); }

/** The last sixteen bytes of a long text. */
// @ts-ignore: decorator
@inline
function tailOf(at: usize, length: u32): usize { return at + <usize>((length - LONG) & ifLong(length)); }

/** A hash of what lies between the first and the last sixteen bytes, and a little more. Not for hostile keys: it has no seed. */
// @ts-ignore: decorator
@inline
function middle(at: usize, length: u32): u64 {
  let h: u64 = <u64>length * M;
  const end = at + <usize>length;
  for (at += 16; at + 16 < end; at += 16) h = mix(mix(h, load<u64>(at)), load<u64>(at, 8));
  return h;
}

// @ts-ignore: decorator
@inline
function mix(h: u64, word: u64): u64 {
  const x = (h ^ word) * M;
  return x ^ (x >> 29);
}

/** The halves of the digest of a text anywhere. */
export function lowAnywhere(at: usize, length: u32): u64 { return at <= lastWhole() ? lowOf(at, length, false) : fewBytes(at, min(length, 8)); }
export function highAnywhere(at: usize, length: u32): u64 {
  if (at <= lastWhole()) return highOf(at, length, false);
  return (length > 8 ? fewBytes(at + 8, length - 8) : 0) | (<u64>length << 56);
}

function fewBytes(at: usize, length: u32): u64 {
  let word: u64 = 0;
  for (let i: u32 = 0; i < length; i++) word |= <u64>load<u8>(at + <usize>i) << (i << 3);
  return word;
}

/** 32 bits of a digest; the upper ones depend on all of it. */
// @ts-ignore: decorator
@inline
export function hashOf(low: u64, high: u64): u32 {
  const x = low * M;
  return <u32>(((x ^ (x >> 32) ^ high) * M) >> 32);
}

/** Bits that differ between two long texts of this length, or at least one. */
// @ts-ignore: decorator
@inline
export function difference(a: usize, b: usize, length: u32): v128 {
  const tail = <usize>length - 16;
  let bits = v128.or(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(a + tail), v128.load(b + tail)));
  if (length > 32) {
    for (let i: usize = 16; i < tail; i += 16) bits = v128.or(bits, v128.xor(v128.load(a + i), v128.load(b + i)));
  }
  return bits;
}
