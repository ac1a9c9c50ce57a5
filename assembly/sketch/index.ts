import { addHash, estimate, hashOf, mix } from './distinct';
import { bucketOf } from './buckets';

const NONE: u32 = 0xffff_ffff;

// @ts-ignore: decorator
@inline
function isSet(bits: usize, row: i32): bool {
  return bits == 0 || ((load<u8>(bits + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
}

// @ts-ignore: decorator
@inline
function groupOf(ids: usize, row: i32): u32 { return ids == 0 ? 0 : load<u32>(ids + (<usize>row << 2)); }

/** Counts `length` keys (i64) in registers of 2^precision bytes per group; `ids` 0: all in group 0. */
export function distinctKeys(states: usize, precision: i32, ids: usize, keys: usize, present: usize, length: i32): void {
  for (let row = 0; row < length; row++) {
    const group = groupOf(ids, row);
    if (group == NONE || !isSet(present, row)) continue;
    addHash(states + (<usize>group << precision), precision, mix(load<u64>(keys + (<usize>row << 3))));
  }
}

/** Counts `length` texts; with `codes` those of a dictionary at `offsets` and `bytes`. */
export function distinctTexts(states: usize, precision: i32, ids: usize, offsets: usize, bytes: usize, codes: usize, validity: usize, mask: usize, length: i32): void {
  for (let row = 0; row < length; row++) {
    const group = groupOf(ids, row);
    if (group == NONE || !isSet(validity, row) || !isSet(mask, row)) continue;
    const text = codes == 0 ? row : load<i32>(codes + (<usize>row << 2));
    const start = load<u32>(offsets + (<usize>text << 2)), end = load<u32>(offsets + (<usize>text << 2), 4);
    addHash(states + (<usize>group << precision), precision, hashOf(bytes + <usize>start, end - start));
  }
}

/** The greater of each pair of registers: group i of `from` joins group map[i]; `NONE` joins nothing. */
export function distinctMerge(states: usize, from: usize, map: usize, groups: i32, precision: i32): void {
  for (let group = 0; group < groups; group++) {
    const id = load<u32>(map + (<usize>group << 2));
    if (id == NONE) continue;
    const to = states + (<usize>id << precision), other = from + (<usize>group << precision);
    for (let at: usize = 0; at < <usize>1 << precision; at += 16) {
      v128.store(to + at, i8x16.max_u(v128.load(to + at), v128.load(other + at)));
    }
  }
}

/** Estimates (i64) of `count` groups: those at `ids`, or the first when it is 0. */
export function distinctResult(states: usize, precision: i32, ids: usize, count: i32, out: usize): void {
  for (let at = 0; at < count; at++) {
    const group = ids == 0 ? <u32>at : load<u32>(ids + (<usize>at << 2));
    store<i64>(out + (<usize>at << 3), estimate(states + (<usize>group << precision), precision));
  }
}

/** Numbers of the buckets (i32) of f64 values; clears the bits at `present` of those that are NaN. `scale` is 1 / ln γ. */
export function buckets(values: usize, length: i32, scale: f64, out: usize, present: usize): void {
  for (let row = 0; row < length; row++) {
    const value = load<f64>(values + (<usize>row << 3));
    if (value != value) {
      const at = present + <usize>(row >> 3);
      store<u8>(at, load<u8>(at) & ~(<u8>1 << <u8>(row & 7)));
    }
    store<i32>(out + (<usize>row << 2), bucketOf(value, scale));
  }
}
