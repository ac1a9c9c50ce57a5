import { NONE } from './rows';
import { TextTable } from './texts';

/**
 * Sort keys: u64 that ascend as the values do; floats (kept as normalised bits) with NaN last. Null gives all ones.
 *
 * kind 0: signed, 1: unsigned, 2: float.
 */
// @ts-ignore: decorator
@inline
export function sortKeys<K>(keys: usize, count: i32, kind: i32, nullId: u32, target: usize): void {
  for (let id = 0; id < count; id++) {
    const raw = load<K>(keys + <usize>id * sizeof<K>());
    let key = <u64>raw;
    if (sizeof<K>() == 4) key &= 0xffff_ffff;
    const top: u64 = sizeof<K>() == 4 ? 0x8000_0000 : 0x8000_0000_0000_0000;
    if (kind == 0 || (kind == 2 && (key & top) == 0)) key ^= top;
    else if (kind == 2) key = sizeof<K>() == 4 ? key ^ 0xffff_ffff : ~key;
    if (<u32>id == nullId) key = u64.MAX_VALUE;
    store<u64>(target + (<usize>id << 3), key);
  }
}

/**
 * Stable radix sort of the u32 `ids` by `keys[ids[i]]`, 8 bits a pass, skipping digits that are all alike. `spare` has the size of
 * `ids`, `counts` 1 KiB. Returns where the result is: `ids` or `spare`.
 */
export function sortBy(keys: usize, ids: usize, count: i32, spare: usize, counts: usize): usize {
  let from = ids, to = spare;
  for (let shift: u64 = 0; shift < 64; shift += 8) {
    memory.fill(counts, 0, 1024);
    for (let i = 0; i < count; i++) {
      const digit = <usize>((load<u64>(keys + (<usize>load<u32>(from + (<usize>i << 2)) << 3)) >> shift) & 255);
      const at = counts + (digit << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
    let start: u32 = 0, alike = false;
    for (let digit: usize = 0; digit < 256; digit++) {
      const found = load<u32>(counts + (digit << 2));
      if (found == <u32>count) alike = true;
      store<u32>(counts + (digit << 2), start);
      start += found;
    }
    if (alike) continue;
    for (let i = 0; i < count; i++) {
      const id = load<u32>(from + (<usize>i << 2));
      const at = counts + (<usize>((load<u64>(keys + (<usize>id << 3)) >> shift) & 255) << 2);
      const place = load<u32>(at);
      store<u32>(at, place + 1);
      store<u32>(to + (<usize>place << 2), id);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/** `to[i] = keys[ids[i]]`, u64 each. */
export function spread(keys: usize, ids: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) {
    store<u64>(target + (<usize>i << 3), load<u64>(keys + (<usize>load<u32>(ids + (<usize>i << 2)) << 3)));
  }
}

/** 0, 1, 2, … */
export function countUp(target: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<i32>(target + (<usize>i << 2), i);
}

/** `keys[ids[i]] = i`: the rank of each id in a sorted list. */
export function ranks(ids: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) store<u64>(target + (<usize>load<u32>(ids + (<usize>i << 2)) << 3), <u64>i);
}

/** Negative when text `a` comes before text `b` by bytes, which for UTF-8 is by code point; null after all. */
// @ts-ignore: decorator
@inline
function order(table: TextTable, a: u32, b: u32): i32 {
  if (a == table.nullId || b == table.nullId) return i32(a == table.nullId) - i32(b == table.nullId);
  const ea = <usize>table.offsets + (<usize>a << 2), eb = <usize>table.offsets + (<usize>b << 2);
  const sa = load<i32>(ea), sb = load<i32>(eb);
  const la = load<i32>(ea, 4) - sa, lb = load<i32>(eb, 4) - sb;
  const by = memory.compare(<usize>table.bytes + <usize>sa, <usize>table.bytes + <usize>sb, <usize>min(la, lb));
  return by != 0 ? by : la - lb;
}

/** So few texts are compared: the passes over digits take 2 µs. */
const FEW: i32 = 32;

/**
 * Stable sort of text ids: by the eight bytes behind those that all texts begin with, then, where these are the same, by all of them (632,000
 * texts of 12 bytes: 530 → 90 ms). `keys` has room for a u64 by id, `counts` 1 KiB. Returns where the result is: `ids` or `spare`.
 */
export function sortTexts(tableAt: usize, ids: usize, count: i32, spare: usize, keys: usize, counts: usize): usize {
  const table = changetype<TextTable>(tableAt);
  if (count <= FEW) return mergeTexts(table, ids, count, spare);
  const skip = commonBytes(table, ids, count);
  for (let i = 0; i < count; i++) {
    const id = load<u32>(ids + (<usize>i << 2));
    store<u64>(keys + (<usize>id << 3), eightBytes(table, id, skip));
  }
  const sorted = sortBy(keys, ids, count, spare, counts), other = sorted == ids ? spare : ids;
  for (let start = 0; start < count; ) {
    const at = sorted + (<usize>start << 2), key = load<u64>(keys + (<usize>load<u32>(at) << 3));
    let end = start + 1;
    while (end < count && load<u64>(keys + (<usize>load<u32>(sorted + (<usize>end << 2)) << 3)) == key) end++;
    if (end - start > 1) {
      const found = mergeTexts(table, at, end - start, other + (<usize>start << 2));
      if (found != at) memory.copy(at, found, <usize>(end - start) << 2);
    }
    start = end;
  }
  return sorted;
}

/** How many bytes all these texts begin with; null is none. */
function commonBytes(table: TextTable, ids: usize, count: i32): u32 {
  const offsets = <usize>table.offsets, bytes = <usize>table.bytes;
  let first: usize = 0, common: u32 = 0;
  for (let i = 0; i < count; i++) {
    const id = load<u32>(ids + (<usize>i << 2)), entry = offsets + (<usize>id << 2);
    if (id == table.nullId) continue;
    const at = bytes + <usize>load<u32>(entry), length = load<u32>(entry, 4) - load<u32>(entry);
    if (first == 0) {
      first = at;
      common = length;
    }
    common = min(common, length);
    let same: u32 = 0;
    while (same < common && load<u8>(at + <usize>same) == load<u8>(first + <usize>same)) same++;
    common = same;
  }
  return common;
}

/** Bytes of a text from `skip` on as a number that ascends as they do; all ones for null. */
function eightBytes(table: TextTable, id: u32, skip: u32): u64 {
  if (id == table.nullId) return u64.MAX_VALUE;
  const entry = <usize>table.offsets + (<usize>id << 2), start = load<u32>(entry);
  const at = <usize>table.bytes + <usize>start + <usize>skip, length = load<u32>(entry, 4) - start - skip;
  let word: u64 = 0;
  if (length >= 8) word = load<u64>(at);
  else for (let i: u32 = 0; i < length; i++) word |= <u64>load<u8>(at + <usize>i) << <u64>(i << 3);
  return bswap<u64>(word);
}

/** Merge sort, bottom up. Returns where the result is. */
function mergeTexts(table: TextTable, ids: usize, count: i32, spare: usize): usize {
  let from = ids, to = spare;
  for (let width = 1; width < count; width <<= 1) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = min(start + width, count), end = min(start + 2 * width, count);
      let a = start, b = middle;
      for (let out = start; out < end; out++) {
        const left = a < middle ? load<u32>(from + (<usize>a << 2)) : 0;
        const right = b < end ? load<u32>(from + (<usize>b << 2)) : 0;
        const takeLeft = a < middle && (b >= end || order(table, left, right) <= 0);
        store<u32>(to + (<usize>out << 2), takeLeft ? left : right);
        if (takeLeft) a++;
        else b++;
      }
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/** Splits pair keys (see `pair`) of the groups into the ids of the first and of the second part. */
export function split(keys: usize, ids: usize, count: i32, first: usize, second: usize): void {
  for (let i = 0; i < count; i++) {
    const id = ids == 0 ? <u32>i : load<u32>(ids + (<usize>i << 2));
    const key = id == NONE ? u64.MAX_VALUE : load<u64>(keys + (<usize>id << 3));
    store<u32>(first + (<usize>i << 2), <u32>(key >> 32));
    store<u32>(second + (<usize>i << 2), <u32>key);
  }
}

/** Writes the numbers of the `count` ids, in the order in which they stand among the `size` ids at `sorted`. */
export function orderAmong(sorted: usize, size: i32, ids: usize, count: i32, places: usize, out: usize): void {
  memory.fill(places, 0xff, <usize>size << 2);
  for (let i = 0; i < count; i++) store<u32>(places + (<usize>load<u32>(ids + (<usize>i << 2)) << 2), i);
  for (let i = 0; i < size; i++) {
    const at = load<u32>(places + (<usize>load<u32>(sorted + (<usize>i << 2)) << 2));
    store<u32>(out, at);
    out += <usize>(at != NONE) << 2;
  }
}

/** Stable insertion sort of the u32 `ids` by `keys[id]`: for a few. */
export function sortFew(keys: usize, ids: usize, count: i32): void {
  for (let i = 1; i < count; i++) {
    const id = load<u32>(ids + (<usize>i << 2)), key = load<u64>(keys + (<usize>id << 3));
    let at = ids + (<usize>i << 2);
    for (; at > ids; at -= 4) {
      const before = load<u32>(at - 4);
      if (load<u64>(keys + (<usize>before << 3)) <= key) break;
      store<u32>(at, before);
    }
    store<u32>(at, id);
  }
}
