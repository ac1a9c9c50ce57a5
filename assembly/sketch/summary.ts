// Space-Saving: the most frequent keys of each group in a bounded number of counters.
//
// Metwally, Agrawal & El Abbadi 2005, "Efficient Computation of Frequent and Top-k Elements in Data Streams"; states add up as in Cafaro,
// Pulimeno & Tempesta 2016, "A Parallel Space Saving Algorithm For Frequent Items and the Hurwitz Zeta Distribution"
//
// A key without a counter takes that of the least count m, and may have been counted m times already: its count is too high by m at most.
// With an unbounded number of counters keys are counted exactly, and rows can leave.
//
//   group   least ─▶ │ count 1 │ ◀─▶ │ count 4 │ ◀─▶ … ◀─ greatest      buckets: counters of one count, in the order in which they came
//   table   (group, key) -> counter
import { compareTexts } from '../shared/text-order';

const NONE: u32 = 0xffff_ffff;

@unmanaged
export class Summary {
  counters: usize; // Counter[counterCapacity]; number 0 is never used
  counterCapacity: u32;
  counterUsed: u32;
  counterFree: u32; // list of freed counters, through `next`
  buckets: usize; // Bucket[bucketCapacity], likewise
  bucketCapacity: u32;
  bucketUsed: u32;
  bucketFree: u32;
  slots: usize; // u32[mask + 1]: numbers of counters, or 0
  mask: u32;
  held: u32; // counters in use
  groups: usize; // Group[]
  limit: u32; // counters of a group; 0: any number
  texts: usize; // for codes of text: offsets and bytes of their dictionary
  bytes: usize;
}

@unmanaged
class Group {
  least: u32;
  greatest: u32;
  counters: u32;
  unused: u32;
}

@unmanaged
class Counter {
  key: i64;
  error: i64;
  group: u32;
  bucket: u32;
  next: u32;
  previous: u32;
}

@unmanaged
class Bucket {
  count: i64;
  first: u32;
  last: u32;
  next: u32; // the next greater count
  previous: u32;
}

export const groupBytes: i32 = offsetof<Group>();
export const counterBytes: i32 = offsetof<Counter>();
export const bucketBytes: i32 = offsetof<Bucket>();

// @ts-ignore: decorator
@inline
function counterAt(s: Summary, number: u32): Counter { return changetype<Counter>(s.counters + <usize>number * offsetof<Counter>()); }
// @ts-ignore: decorator
@inline
function bucketAt(s: Summary, number: u32): Bucket { return changetype<Bucket>(s.buckets + <usize>number * offsetof<Bucket>()); }
// @ts-ignore: decorator
@inline
function groupAt(s: Summary, id: u32): Group { return changetype<Group>(s.groups + <usize>id * offsetof<Group>()); }
// @ts-ignore: decorator
@inline
function isSet(bits: usize, row: i32): bool {
  return bits == 0 || ((load<u8>(bits + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
}
// @ts-ignore: decorator
@inline
function homeOf(group: u32, key: i64, mask: u32): u32 {
  return <u32>(((<u64>key ^ (<u64>group * 0x9e37_79b9_7f4a_7c15)) * 0xd6e8_feb8_6659_fd93) >> 32) & mask;
}

/** Address of the slot of a key, or of the empty one where it belongs. */
function slotOf(s: Summary, group: u32, key: i64): usize {
  const mask = s.mask;
  let at = homeOf(group, key, mask);
  while (true) {
    const slot = s.slots + (<usize>at << 2), number = load<u32>(slot);
    if (number == 0) return slot;
    const counter = counterAt(s, number);
    if (counter.key == key && counter.group == group) return slot;
    at = (at + 1) & mask;
  }
}

/** Empties a slot; those behind it that would not be found any more move up. */
function vacate(s: Summary, slot: usize): void {
  const mask = s.mask;
  let hole = <u32>((slot - s.slots) >> 2);
  for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
    const number = load<u32>(s.slots + (<usize>at << 2));
    if (number == 0) break;
    const counter = counterAt(s, number);
    if (((at - homeOf(counter.group, counter.key, mask)) & mask) < ((at - hole) & mask)) continue;
    store<u32>(s.slots + (<usize>hole << 2), number);
    hole = at;
  }
  store<u32>(s.slots + (<usize>hole << 2), 0);
}

/** Whether a key more surely fits. */
// @ts-ignore: decorator
@inline
function hasRoom(s: Summary): bool {
  return (
    s.held < s.mask >> 1 &&
    (s.counterFree != 0 || s.counterUsed < s.counterCapacity) &&
    (s.bucketFree != 0 || s.bucketUsed < s.bucketCapacity)
  );
}

/** A bucket of this count between two others (0: none). */
function insertBucket(s: Summary, group: Group, count: i64, previous: u32, next: u32): u32 {
  let number = s.bucketFree;
  if (number != 0) s.bucketFree = bucketAt(s, number).next;
  else number = s.bucketUsed++;
  const bucket = bucketAt(s, number);
  bucket.count = count;
  bucket.first = bucket.last = 0;
  bucket.previous = previous;
  bucket.next = next;
  if (previous == 0) group.least = number;
  else bucketAt(s, previous).next = number;
  if (next == 0) group.greatest = number;
  else bucketAt(s, next).previous = number;
  return number;
}

function removeBucket(s: Summary, group: Group, number: u32): void {
  const bucket = bucketAt(s, number), previous = bucket.previous, next = bucket.next;
  if (previous == 0) group.least = next;
  else bucketAt(s, previous).next = next;
  if (next == 0) group.greatest = previous;
  else bucketAt(s, next).previous = previous;
  bucket.next = s.bucketFree;
  s.bucketFree = number;
}

/** A counter joins a bucket, as its last. */
function join(s: Summary, bucketNumber: u32, number: u32): void {
  const bucket = bucketAt(s, bucketNumber), counter = counterAt(s, number), last = bucket.last;
  counter.bucket = bucketNumber;
  counter.previous = last;
  counter.next = 0;
  if (last == 0) bucket.first = number;
  else counterAt(s, last).next = number;
  bucket.last = number;
}

function leave(s: Summary, bucket: Bucket, counter: Counter): void {
  if (counter.previous == 0) bucket.first = counter.next;
  else counterAt(s, counter.previous).next = counter.next;
  if (counter.next == 0) bucket.last = counter.previous;
  else counterAt(s, counter.next).previous = counter.previous;
}

/** One more (or with -1 one less) of a key: its counter moves to the bucket beside its own. */
function move(s: Summary, group: Group, number: u32, by: i64): void {
  const counter = counterAt(s, number), from = counter.bucket, bucket = bucketAt(s, from), count = bucket.count + by;
  const beside = by > 0 ? bucket.next : bucket.previous;
  if (beside == 0 || bucketAt(s, beside).count != count) {
    if (bucket.first == bucket.last) {
      bucket.count = count; // it is alone
      return;
    }
    leave(s, bucket, counter);
    join(s, by > 0 ? insertBucket(s, group, count, from, beside) : insertBucket(s, group, count, beside, from), number);
    return;
  }
  leave(s, bucket, counter);
  join(s, beside, number);
  if (bucket.first == 0) removeBucket(s, group, from);
}

/** A counter for a key that has none, in the bucket of this count, which is the least there is or becomes it. */
function open(s: Summary, id: u32, key: i64, count: i64, error: i64, slot: usize): void {
  const group = groupAt(s, id);
  let number = s.counterFree;
  if (number != 0) s.counterFree = counterAt(s, number).next;
  else number = s.counterUsed++;
  const counter = counterAt(s, number);
  counter.key = key;
  counter.group = id;
  counter.error = error;
  store<u32>(slot, number);
  s.held++;
  group.counters++;
  const least = group.least;
  const bucket = least != 0 && bucketAt(s, least).count == count ? least : insertBucket(s, group, count, 0, least);
  join(s, bucket, number);
}

function close(s: Summary, id: u32, number: u32, slot: usize): void {
  const group = groupAt(s, id), counter = counterAt(s, number), bucket = bucketAt(s, counter.bucket);
  vacate(s, slot);
  leave(s, bucket, counter);
  if (bucket.first == 0) removeBucket(s, group, counter.bucket);
  counter.next = s.counterFree;
  s.counterFree = number;
  s.held--;
  group.counters--;
}

/** Rows [from, length) arrive; returns the row at which room ran out, or `length`. */
export function push(at: usize, ids: usize, keys: usize, present: usize, from: i32, length: i32): i32 {
  const s = changetype<Summary>(at);
  for (let row = from; row < length; row++) {
    const id: u32 = ids == 0 ? 0 : load<u32>(ids + (<usize>row << 2));
    if (id == NONE || !isSet(present, row)) continue;
    if (!hasRoom(s)) return row;
    const key = load<i64>(keys + (<usize>row << 3)), slot = slotOf(s, id, key), number = load<u32>(slot);
    const group = groupAt(s, id);
    if (number != 0) move(s, group, number, 1);
    else if (s.limit == 0 || group.counters < s.limit) open(s, id, key, 1, 0, slot);
    else take(s, group, id, key);
  }
  return length;
}

/** The oldest counter of the least count is given to another key. */
function take(s: Summary, group: Group, id: u32, key: i64): void {
  const least = bucketAt(s, group.least), number = least.first, counter = counterAt(s, number);
  vacate(s, slotOf(s, id, counter.key));
  counter.key = key;
  counter.error = least.count;
  store<u32>(slotOf(s, id, key), number);
  move(s, group, number, 1);
}

/** Rows leave; every key has its counter. */
export function drop(at: usize, ids: usize, keys: usize, present: usize, length: i32): void {
  const s = changetype<Summary>(at);
  for (let row = 0; row < length; row++) {
    const id: u32 = ids == 0 ? 0 : load<u32>(ids + (<usize>row << 2));
    if (id == NONE || !isSet(present, row)) continue;
    const slot = slotOf(s, id, load<i64>(keys + (<usize>row << 3))), number = load<u32>(slot);
    if (number == 0) continue;
    if (bucketAt(s, counterAt(s, number).bucket).count == 1) close(s, id, number, slot);
    else move(s, groupAt(s, id), number, -1);
  }
}

export function forget(at: usize, id: u32): void {
  const s = changetype<Summary>(at), group = groupAt(s, id);
  while (group.greatest != 0) {
    const number = bucketAt(s, group.greatest).first;
    close(s, id, number, slotOf(s, id, counterAt(s, number).key));
  }
}

/** Other slots; all counters move there. */
export function rehash(at: usize, slots: usize, mask: u32, groups: i32): void {
  const s = changetype<Summary>(at);
  memory.fill(slots, 0, (<usize>mask + 1) << 2);
  s.slots = slots;
  s.mask = mask;
  for (let id: u32 = 0; id < <u32>groups; id++) {
    for (let bucket = groupAt(s, id).least; bucket != 0; bucket = bucketAt(s, bucket).next) {
      for (let number = bucketAt(s, bucket).first; number != 0; number = counterAt(s, number).next) {
        store<u32>(slotOf(s, id, counterAt(s, number).key), number);
      }
    }
  }
}

/** The least count that stands for a key without a counter: 0 while there is room for it. */
// @ts-ignore: decorator
@inline
function floorOf(s: Summary, group: Group): i64 {
  return s.limit != 0 && group.counters >= s.limit ? bucketAt(s, group.least).count : 0;
}

// Entries of a merge: │ key i64 │ count i64 │ error i64 │
const ENTRY: usize = 24;

/**
 * Group i of `other` (with `ids` ids[i]) joins group map[i], from `begin` on. Keys of text pass through `codes` (u32 by code); `entries` is
 * room for the counters of both groups. Returns the place at which room for counters ran out, or `groups`.
 */
export function merge(at: usize, other: usize, map: usize, ids: usize, codes: usize, begin: i32, groups: i32, entries: usize): i32 {
  const s = changetype<Summary>(at), from = changetype<Summary>(other);
  for (let i = begin; i < groups; i++) {
    const id = load<u32>(map + (<usize>i << 2));
    const source = groupAt(from, ids == 0 ? <u32>i : load<u32>(ids + (<usize>i << 2)));
    if (id == NONE || source.counters == 0) continue;
    const more = source.counters, group = groupAt(s, id);
    // as many counters and buckets as both have, and as many slots
    if (s.held + more >= s.mask >> 1 || s.counterUsed + more >= s.counterCapacity || s.bucketUsed + more + group.counters >= s.bucketCapacity) return i;
    const own = floorOf(s, group), theirs = floorOf(from, source);
    let count = 0;
    for (let bucket = source.greatest; bucket != 0; bucket = bucketAt(from, bucket).previous) {
      for (let number = bucketAt(from, bucket).first; number != 0; number = counterAt(from, number).next) {
        const counter = counterAt(from, number);
        const key = codes != 0 ? <i64>load<u32>(codes + (<usize>counter.key << 2)) : counter.key;
        const slot = slotOf(s, id, key), here = load<u32>(slot), entry = entries + <usize>(count++) * ENTRY;
        let counted = own, error = own;
        if (here != 0) {
          counted = bucketAt(s, counterAt(s, here).bucket).count;
          error = counterAt(s, here).error;
          close(s, id, here, slot);
        }
        write(entry, key, counted + bucketAt(from, bucket).count, error + counter.error);
      }
    }
    for (; group.greatest != 0; count++) {
      const number = bucketAt(s, group.greatest).first, counter = counterAt(s, number);
      write(entries + <usize>count * ENTRY, counter.key, bucketAt(s, counter.bucket).count + theirs, counter.error + theirs);
      close(s, id, number, slotOf(s, id, counter.key));
    }
    sort(entries, count);
    const kept = s.limit != 0 ? min(count, <i32>s.limit) : count;
    for (let n = 0; n < kept; n++) {
      const entry = entries + <usize>n * ENTRY, key = load<i64>(entry);
      open(s, id, key, load<i64>(entry, 8), load<i64>(entry, 16), slotOf(s, id, key));
    }
  }
  return groups;
}

// @ts-ignore: decorator
@inline
function write(entry: usize, key: i64, count: i64, error: i64): void {
  store<i64>(entry, key);
  store<i64>(entry, count, 8);
  store<i64>(entry, error, 16);
}

/** By falling count, the surer of equal ones first. Heapsort, whose root is the last. */
function sort(entries: usize, length: i32): void {
  for (let start = (length >> 1) - 1; start >= 0; start--) sift(entries, start, length);
  for (let end = length - 1; end > 0; end--) {
    swap(entries, entries + <usize>end * ENTRY);
    sift(entries, 0, end);
  }
}

// @ts-ignore: decorator
@inline
function isBehind(a: usize, b: usize): bool {
  const countA = load<i64>(a, 8), countB = load<i64>(b, 8);
  if (countA != countB) return countA < countB;
  const errorA = load<i64>(a, 16), errorB = load<i64>(b, 16);
  return errorA != errorB ? errorA > errorB : load<i64>(a) > load<i64>(b);
}

function sift(entries: usize, start: i32, length: i32): void {
  let root = start;
  while (true) {
    let child = root * 2 + 1;
    if (child >= length) return;
    if (child + 1 < length && isBehind(entries + <usize>(child + 1) * ENTRY, entries + <usize>child * ENTRY)) child++;
    if (!isBehind(entries + <usize>child * ENTRY, entries + <usize>root * ENTRY)) return;
    swap(entries + <usize>child * ENTRY, entries + <usize>root * ENTRY);
    root = child;
  }
}

// @ts-ignore: decorator
@inline
function swap(a: usize, b: usize): void {
  for (let at: usize = 0; at < ENTRY; at += 8) {
    const value = load<i64>(a + at);
    store<i64>(a + at, load<i64>(b + at));
    store<i64>(b + at, value);
  }
}

/** As many of equal counts are looked at, beyond those that are wanted. */
const TIED: i32 = 1024;

/**
 * The `k` keys of each of `count` groups that are counted most, as entries k apart, and their number (i32 at `found`). Those of equal counts
 * in the order of the keys; of very many the first in the bucket.
 */
export function top(at: usize, ids: usize, count: i32, k: i32, entries: usize, found: usize): void {
  const s = changetype<Summary>(at);
  for (let i = 0; i < count; i++) {
    const group = groupAt(s, ids == 0 ? <u32>i : load<u32>(ids + (<usize>i << 2)));
    const begin = entries + <usize>i * <usize>k * ENTRY;
    let filled = 0;
    for (let number = group.greatest; number != 0 && filled < k; number = bucketAt(s, number).previous) {
      filled += leastOf(s, bucketAt(s, number), begin + <usize>filled * ENTRY, k - filled);
    }
    store<i32>(found + (<usize>i << 2), filled);
  }
}

/** The least `wanted` keys of a bucket, in order. */
function leastOf(s: Summary, bucket: Bucket, entries: usize, wanted: i32): i32 {
  let filled = 0, left = TIED + wanted;
  for (let number = bucket.first; number != 0 && left > 0; number = counterAt(s, number).next, left--) {
    const counter = counterAt(s, number);
    let place = filled;
    while (place > 0 && isBelow(s, counter.key, load<i64>(entries + <usize>(place - 1) * ENTRY))) place--;
    if (place == wanted) continue;
    if (filled < wanted) filled++;
    const entry = entries + <usize>place * ENTRY;
    memory.copy(entry + ENTRY, entry, <usize>(filled - 1 - place) * ENTRY);
    write(entry, counter.key, bucket.count, counter.error);
  }
  return filled;
}

// @ts-ignore: decorator
@inline
function isBelow(s: Summary, a: i64, b: i64): bool {
  return s.texts == 0 ? a < b : compareTexts(s.texts, s.bytes, a, b) < 0;
}

/** Reads the keys of all counters as u32 codes, or (`back`) writes them in the same order; then `rehash`. Returns how many. */
export function recode(at: usize, groups: i32, back: i32, codes: usize): i32 {
  const s = changetype<Summary>(at);
  let count = 0;
  for (let id: u32 = 0; id < <u32>groups; id++) {
    for (let bucket = groupAt(s, id).least; bucket != 0; bucket = bucketAt(s, bucket).next) {
      for (let number = bucketAt(s, bucket).first; number != 0; number = counterAt(s, number).next) {
        const code = codes + (<usize>(count++) << 2);
        if (back != 0) counterAt(s, number).key = <i64>load<u32>(code);
        else store<u32>(code, <u32>counterAt(s, number).key);
      }
    }
  }
  return count;
}
