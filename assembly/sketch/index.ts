import * as hyper from './distinct';
import { hashOf, mix, RANKS } from './distinct';
import { bucketOf } from './buckets';
import * as slidings from './sliding';
import * as summaries from './summary';

const NONE: u32 = 0xffff_ffff;

/** Bytes of a node of a sliding sketch. */
export const slidingNodeBytes: i32 = slidings.nodeBytes;

// @ts-ignore: decorator
@inline
function isSet(bits: usize, row: i32): bool {
  return bits == 0 || ((load<u8>(bits + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
}

/** Hashes (u64) of `length` keys (i64). */
export function hashKeys(keys: usize, length: i32, out: usize): void { for (let at: usize = 0, bytes = <usize>length << 3; at < bytes; at += 8) store<u64>(out + at, mix(load<u64>(keys + at))); }

/** Hashes of `length` texts; with `codes` those of a dictionary at `offsets` and `bytes`. Rows without a bit are left alone. */
export function hashTexts(offsets: usize, bytes: usize, codes: usize, present: usize, length: i32, out: usize): void {
  for (let row = 0; row < length; row++) {
    if (!isSet(present, row)) continue;
    const text = codes == 0 ? row : load<i32>(codes + (<usize>row << 2));
    const start = load<u32>(offsets + (<usize>text << 2)), end = load<u32>(offsets + (<usize>text << 2), 4);
    store<u64>(out + (<usize>row << 3), hashOf(bytes + <usize>start, end - start));
  }
}

/** Counts `length` hashes in states of `stride` bytes, 2^precision registers and their ranks; `ids` 0: all in group 0. */
export function distinctPush(states: usize, stride: i32, precision: i32, ids: usize, hashes: usize, present: usize, length: i32): void {
  for (let row = 0; row < length; row++) {
    const group: u32 = ids == 0 ? 0 : load<u32>(ids + (<usize>row << 2));
    if (group == NONE || !isSet(present, row)) continue;
    hyper.addHash(states + <usize>group * stride, precision, load<u64>(hashes + (<usize>row << 3)));
  }
}

/** Group i of `from` joins group map[i]; `NONE` joins nothing. */
export function distinctMerge(states: usize, stride: i32, precision: i32, from: usize, map: usize, groups: i32): void {
  for (let group = 0; group < groups; group++) {
    const id = load<u32>(map + (<usize>group << 2));
    if (id != NONE) hyper.merge(states + <usize>id * stride, from + <usize>group * stride, precision);
  }
}

/** Estimates (i64) of `count` groups, those at `ids` or the first when it is 0, from ranks that lie `stride` bytes apart. */
export function distinctResult(ranks: usize, stride: i32, precision: i32, ids: usize, count: i32, out: usize): void {
  for (let at = 0; at < count; at++) {
    const group = ids == 0 ? <u32>at : load<u32>(ids + (<usize>at << 2));
    store<i64>(out + (<usize>at << 3), hyper.estimate(ranks + <usize>group * stride, precision));
  }
}

/** Rows [from, length) arrive at a sliding sketch; returns the row at which nodes or slots ran out, or `length`. */
export function slidingPush(sliding: usize, ids: usize, hashes: usize, present: usize, from: i32, length: i32): i32 { return slidings.push(sliding, ids, hashes, present, from, length); }

/** The oldest rows leave a sliding sketch. */
export function slidingDrop(sliding: usize, ids: usize, hashes: usize, present: usize, length: i32): void { slidings.drop(sliding, ids, hashes, present, length); }

/** Moves all registers to `mask` + 1 other slots (u32). */
export function slidingRehash(sliding: usize, slots: usize, mask: u32): void { slidings.rehash(sliding, slots, mask); }

/** The rows of `count` groups leave. */
export function slidingForget(sliding: usize, ids: usize, count: i32): void { for (let i = 0; i < count; i++) slidings.forget(sliding, load<u32>(ids + (<usize>i << 2))); }

/** Bytes of the records of a summary. */
export const summaryGroupBytes: i32 = summaries.groupBytes;
export const summaryCounterBytes: i32 = summaries.counterBytes;
export const summaryBucketBytes: i32 = summaries.bucketBytes;

/** Rows [from, length) arrive at a summary; returns the row at which counters, buckets or slots ran out, or `length`. */
export function summaryPush(summary: usize, ids: usize, keys: usize, present: usize, from: i32, length: i32): i32 { return summaries.push(summary, ids, keys, present, from, length); }

/** Rows leave a summary that has a counter for every key. */
export function summaryDrop(summary: usize, ids: usize, keys: usize, present: usize, length: i32): void { summaries.drop(summary, ids, keys, present, length); }

/** Empties `count` groups. */
export function summaryForget(summary: usize, ids: usize, count: i32): void { for (let i = 0; i < count; i++) summaries.forget(summary, load<u32>(ids + (<usize>i << 2))); }

/** Moves all counters to `mask` + 1 other slots (u32). */
export function summaryRehash(summary: usize, slots: usize, mask: u32, groups: i32): void { summaries.rehash(summary, slots, mask, groups); }

/** Groups i (or ids[i]) in [begin, groups) of `other` join groups map[i]; `entries` is room for 24 bytes a counter of both. Returns the place at which room for counters ran out, or `groups`. */
export function summaryMerge(summary: usize, other: usize, map: usize, ids: usize, codes: usize, begin: i32, groups: i32, entries: usize): i32 { return summaries.merge(summary, other, map, ids, codes, begin, groups, entries); }

/** The `k` keys counted most of `count` groups, as entries key, count, error (i64 each), and how many there are (i32). */
export function summaryTop(summary: usize, ids: usize, count: i32, k: i32, entries: usize, found: usize): void { summaries.top(summary, ids, count, k, entries, found); }

/** Reads the keys of all counters as u32 codes, or (`back`) writes them; then they must be moved. Returns how many. */
export function summaryRecode(summary: usize, groups: i32, back: i32, codes: usize): i32 { return summaries.recode(summary, groups, back, codes); }

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
