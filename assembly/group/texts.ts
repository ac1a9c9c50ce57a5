import { LONG, difference, hashOf, highAnywhere, highOf, ifLong, lastWhole, lowAnywhere, lowOf } from './digest';
import { NONE, bitAt, eightBits, nullAt } from './rows';

/**
 * Texts (or any bytes) to dense ids. The distinct texts lie as a utf8 column: `offsets` and `bytes`. Beside them, by id, lie their digests,
 * so that of a short text no byte is touched to find it; a slot of the hash table is an id, `NONE` when it is free.
 */
@unmanaged
export class TextTable {
  slots: u32;
  /** Bits to shift a hash down to a slot number. */
  shift: u32;
  /** Address of size + 1 offsets (i32). */
  offsets: u32;
  /** Ids given so far. */
  size: u32;
  /** Ids there is room for. */
  limit: u32;
  bytes: u32;
  /** Bytes there is room for. */
  capacity: u32;
  nullId: u32;
  keepNull: u32;
  /** Address of limit + 1 digests (two u64); the first is no text's, and stands before that of id 0: what `NONE` reads. */
  digests: u32;
  /** Address of `BLOCK` row numbers (u32), for rows whose first slot is not theirs. */
  misses: u32;
}

// @ts-ignore: decorator
@inline
function slotOf(low: u64, high: u64, shift: u32): usize { return <usize>(hashOf(low, high) >> shift); }

/** Whether the text of this digest is not that with this id. */
// @ts-ignore: decorator
@inline
function differs(digests: usize, id: u32, low: u64, high: u64): u32 {
  const at = digests + (<usize>id << 4);
  return u32(((load<u64>(at, 16) ^ low) | (load<u64>(at, 24) ^ high)) != 0);
}

/** Whether a long text is not that with this id, though their digests are the same. */
function differsLong(table: TextTable, id: u32, at: usize, length: u32): bool {
  const start = load<u32>(<usize>table.offsets + (<usize>id << 2));
  if (load<u32>(<usize>table.offsets + (<usize>id << 2), 4) - start != length) return true;
  return v128.any_true(difference(at, <usize>table.bytes + <usize>start, length));
}

/** Address of the slot that holds the text, or of the free one where it belongs. */
// @ts-ignore: decorator
@inline
function slotFor(table: TextTable, at: usize, length: u32, low: u64, high: u64): usize {
  const slots = <usize>table.slots, digests = <usize>table.digests;
  const mask = <usize>(0xffff_ffff >> table.shift);
  let slot = slotOf(low, high, table.shift);
  while (true) {
    const entry = slots + (slot << 2);
    const id = load<u32>(entry);
    if (id == NONE) return entry;
    if (!differs(digests, id, low, high) && (length < LONG || !differsLong(table, id, at, length))) return entry;
    slot = (slot + 1) & mask;
  }
}

/** The id of the text, a new one if need be; `NONE` when the table is full. */
function idOf(table: TextTable, at: usize, length: u32): u32 {
  const low = lowAnywhere(at, length), high = highAnywhere(at, length);
  const entry = slotFor(table, at, length, low, high);
  let id = load<u32>(entry);
  if (id != NONE) return id;
  id = table.size;
  if (id == table.limit) return NONE;
  const offsets = <usize>table.offsets + (<usize>id << 2);
  const start = load<u32>(offsets);
  if (start + length > table.capacity) return NONE;
  memory.copy(<usize>table.bytes + <usize>start, at, <usize>length);
  store<u32>(offsets, start + length, 4);
  storeDigest(table, id, low, high);
  store<u32>(entry, id);
  table.size = id + 1;
  return id;
}

// @ts-ignore: decorator
@inline
function storeDigest(table: TextTable, id: u32, low: u64, high: u64): void {
  const at = <usize>table.digests + (<usize>id << 4);
  store<u64>(at, low, 16);
  store<u64>(at, high, 24);
}

/** The id of null, made if need be; `NONE` when the table is full. */
function nullIdOf(table: TextTable): u32 {
  if (table.nullId != NONE) return table.nullId;
  if (table.size == table.limit) return NONE;
  const id = table.size, offsets = <usize>table.offsets + (<usize>id << 2);
  store<u32>(offsets, load<u32>(offsets), 4);
  table.nullId = id;
  table.size = id + 1;
  return id;
}

const BLOCK: i32 = 1024;

/**
 * Ids of rows [from, length); see `ids` of integers. Returns the rows done: fewer than `length` when there is no room for
 * one more text.
 *
 * As with integers, first a look at each row's own slot, without a branch, then the rows that were not lucky, in their order.
 */
export function textIds(tableAt: usize, offsets: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 {
  const table = changetype<TextTable>(tableAt);
  const misses = <usize>table.misses;
  for (let start = from; start < length; start += BLOCK) {
    const missed = look(table, offsets, values, validity, mask, start, min(start + BLOCK, length), target);
    for (let miss = misses; miss < missed; miss += 4) {
      const row = load<i32>(miss);
      let id: u32;
      if (validity == 0 || bitAt(validity, row) != 0) {
        const begin = load<u32>(offsets + (<usize>row << 2));
        id = idOf(table, values + <usize>begin, load<u32>(offsets + (<usize>row << 2), 4) - begin);
      } else id = nullIdOf(table);
      if (id == NONE) return row;
      store<u32>(target + (<usize>row << 2), id);
    }
  }
  return length;
}

/**
 * Ids of rows [from, to) whose text is that of its first slot; `NONE` for rows that are left out, or null. Others, and null rows where null is a
 * key, are noted at `misses`; returns the end of these notes.
 */
function look(table: TextTable, offsets: usize, values: usize, validity: usize, mask: usize, from: i32, to: i32, target: usize): usize {
  if (values + <usize>load<u32>(offsets + (<usize>to << 2)) > lastWhole()) return noteAll(table, validity, mask, from, to, target);
  if (longestOf(offsets, from, to) < LONG) {
    if ((validity | mask) == 0) return firstLook(table, offsets, values, 0, 0, false, true, from, to, target);
    return firstLook(table, offsets, values, validity, mask, true, true, from, to, target);
  }
  const missed = firstLook(table, offsets, values, validity, mask, true, false, from, to, target);
  return sameLongs(table, offsets, values, from, to, target) ? missed : noteAll(table, validity, mask, from, to, target);
}

/** Bytes of the longest text of rows [from, to). */
// @ts-ignore: decorator
@inline
function longestOf(offsets: usize, from: i32, to: i32): u32 {
  let most = i32x4.splat(0), row = from;
  for (; row + 4 <= to; row += 4) {
    const at = offsets + (<usize>row << 2);
    most = v128.max<u32>(most, i32x4.sub(v128.load(at, 4), v128.load(at)));
  }
  let longest = max(max(v128.extract_lane<u32>(most, 0), v128.extract_lane<u32>(most, 1)), max(v128.extract_lane<u32>(most, 2), v128.extract_lane<u32>(most, 3)));
  for (; row < to; row++) longest = max(longest, load<u32>(offsets + (<usize>row << 2), 4) - load<u32>(offsets + (<usize>row << 2)));
  return longest;
}

// @ts-ignore: decorator
@inline
function firstLook(table: TextTable, offsets: usize, values: usize, validity: usize, mask: usize, masked: bool, short: bool, from: i32, to: i32, target: usize): usize {
  const slots = <usize>table.slots, shift = table.shift, digests = <usize>table.digests, keepNull = table.keepNull != 0;
  let missed = <usize>table.misses, bits = masked ? eightBits(validity, mask, from) >> (from & 7) : 0, at = values + <usize>load<u32>(offsets + (<usize>from << 2));
  for (let row = from; row < to; row++) {
    const end = values + <usize>load<u32>(offsets + (<usize>row << 2), 4), length = <u32>(end - at);
    const low = lowOf(at, length, short), high = highOf(at, length, short);
    let id = load<u32>(slots + (slotOf(low, high, shift) << 2));
    let miss = differs(digests, id, low, high);
    if (masked) {
      if ((row & 7) == 0) bits = eightBits(validity, mask, row);
      id |= (bits & 1) - 1;
      miss &= bits;
      bits >>= 1;
      if (keepNull) miss |= nullAt(validity, mask, row);
    }
    store<u32>(target + (<usize>row << 2), id | (0 - miss));
    store<u32>(missed, row);
    missed += <usize>miss << 2;
    at = end;
  }
  return missed;
}

/** Whether the long texts of rows [from, to) are those with the ids at `ids`. In a loop of its own, where one row's bytes don't wait for its slot: 15 → 11 ns a row of 20 bytes. */
function sameLongs(table: TextTable, offsets: usize, values: usize, from: i32, to: i32, ids: usize): bool {
  const known = <usize>table.offsets, bytes = <usize>table.bytes;
  let bits = i64x2.splat(0);
  for (let row = from; row < to; row++) {
    const begin = load<u32>(offsets + (<usize>row << 2)), length = load<u32>(offsets + (<usize>row << 2), 4) - begin;
    const id = load<u32>(ids + (<usize>row << 2)), at = values + <usize>begin;
    // a row that is not compared with its id's is compared with itself, or its own branch would be one that nobody foresees
    const counts = ifLong(length) & (u32(id == NONE) - 1);
    const entry = known + (<usize>(id & counts) << 2), start = load<u32>(entry) & counts;
    if ((((load<u32>(entry, 4) - start) ^ length) & counts) != 0) return false;
    bits = v128.or(bits, difference(bytes + (<usize>(at - bytes) & counts), bytes + <usize>start, (length & counts) | (LONG & ~counts)));
  }
  return !v128.any_true(bits);
}

/** Notes all rows that have a group. */
function noteAll(table: TextTable, validity: usize, mask: usize, from: i32, to: i32, target: usize): usize {
  let missed = <usize>table.misses;
  for (let row = from; row < to; row++) {
    store<u32>(target + (<usize>row << 2), NONE);
    store<u32>(missed, row);
    missed += <usize>u32(((eightBits(validity, mask, row) >> (row & 7)) & 1) != 0 || (table.keepNull != 0 && nullAt(validity, mask, row) != 0)) << 2;
  }
  return missed;
}

/**
 * Ids of rows [from, length) of a dictionary column. `codeIds` (u32 per code, `NONE` = not met yet) remembers each code's id, so
 * that a text is hashed once per dictionary.
 */
export function codeIds(tableAt: usize, known: usize, offsets: usize, texts: usize, codes: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 {
  const table = changetype<TextTable>(tableAt);
  let row = from;
  for (; row < length; row++) {
    if ((row & 15) == 0 && table.keepNull == 0) row = knownCodes(known, codes, validity, mask, row, length, target);
    if (row == length) break;
    let id = NONE;
    if (mask == 0 || bitAt(mask, row) != 0) {
      if (validity == 0 || bitAt(validity, row) != 0) {
        const code = <usize>load<u32>(codes + (<usize>row << 2)) << 2;
        id = load<u32>(known + code);
        if (id == NONE) {
          const start = load<u32>(offsets + code);
          id = idOf(table, texts + <usize>start, load<u32>(offsets + code, 4) - start);
          if (id == NONE) return row;
          store<u32>(known + code, id);
        }
      } else if (table.keepNull != 0) {
        id = nullIdOf(table);
        if (id == NONE) return row;
      }
    }
    store<u32>(target + (<usize>row << 2), id);
  }
  return length;
}

/** Four rows at a time, from a multiple of 4 on, as long as their codes are known; without a branch on nulls and rows that are left out. Returns the rows done. */
// @ts-ignore: decorator
@inline
function knownCodes(known: usize, codes: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 {
  let row = from;
  if ((validity | mask) == 0) {
    for (; row + 4 <= length; row += 4) {
      const at = codes + (<usize>row << 2);
      const a = load<i32>(known + (<usize>load<u32>(at) << 2)), b = load<i32>(known + (<usize>load<u32>(at, 4) << 2));
      const c = load<i32>(known + (<usize>load<u32>(at, 8) << 2)), d = load<i32>(known + (<usize>load<u32>(at, 12) << 2));
      if ((a | b | c | d) < 0) break;
      storeFour(target + (<usize>row << 2), a, b, c, d);
    }
    return row;
  }
  for (; row + 4 <= length; row += 4) {
    const bits = <i32>eightBits(validity, mask, row) >> (row & 4), at = codes + (<usize>row << 2);
    // all bits set for rows that take part; the code of a null may be anything
    const p = -(bits & 1), q = -((bits >> 1) & 1), r = -((bits >> 2) & 1), s = -((bits >> 3) & 1);
    const a = load<i32>(known + (<usize>(load<u32>(at) & p) << 2)), b = load<i32>(known + (<usize>(load<u32>(at, 4) & q) << 2));
    const c = load<i32>(known + (<usize>(load<u32>(at, 8) & r) << 2)), d = load<i32>(known + (<usize>(load<u32>(at, 12) & s) << 2));
    if (((a & p) | (b & q) | (c & r) | (d & s)) < 0) break;
    storeFour(target + (<usize>row << 2), a | ~p, b | ~q, c | ~r, d | ~s);
  }
  return row;
}

// @ts-ignore: decorator
@inline
function storeFour(at: usize, a: i32, b: i32, c: i32, d: i32): void {
  store<i32>(at, a);
  store<i32>(at, b, 4);
  store<i32>(at, c, 8);
  store<i32>(at, d, 12);
}

/** The id of one text that is known, else `NONE`. */
export function findText(tableAt: usize, at: usize, length: u32): u32 {
  const table = changetype<TextTable>(tableAt);
  return load<u32>(slotFor(table, at, length, lowAnywhere(at, length), highAnywhere(at, length)));
}

/** As `textIds`, but texts that are not known get `NONE`, and nothing is added. */
export function findTexts(tableAt: usize, offsets: usize, values: usize, validity: usize, mask: usize, length: i32, target: usize): void {
  const table = changetype<TextTable>(tableAt);
  const misses = <usize>table.misses;
  for (let start = 0; start < length; start += BLOCK) {
    const missed = look(table, offsets, values, validity, mask, start, min(start + BLOCK, length), target);
    for (let miss = misses; miss < missed; miss += 4) {
      const row = load<i32>(miss);
      let id = table.nullId;
      if (validity == 0 || bitAt(validity, row) != 0) {
        const begin = load<u32>(offsets + (<usize>row << 2));
        id = findText(tableAt, values + <usize>begin, load<u32>(offsets + (<usize>row << 2), 4) - begin);
      }
      store<u32>(target + (<usize>row << 2), id);
    }
  }
}

/** Ids of dictionary codes, where `found` holds the id of each code. */
export function findCodes(tableAt: usize, found: usize, codes: usize, validity: usize, mask: usize, length: i32, target: usize): void {
  const table = changetype<TextTable>(tableAt);
  for (let row = 0; row < length; row++) {
    let id = NONE;
    if (mask == 0 || bitAt(mask, row) != 0) {
      if (validity == 0 || bitAt(validity, row) != 0) id = load<u32>(found + (<usize>load<u32>(codes + (<usize>row << 2)) << 2));
      else if (table.keepNull != 0) id = table.nullId;
    }
    store<u32>(target + (<usize>row << 2), id);
  }
}

/** Fills the empty slots, and the digests, from the texts. */
export function rebuildTexts(tableAt: usize): void {
  const table = changetype<TextTable>(tableAt);
  const mask = <usize>(0xffff_ffff >> table.shift), slots = <usize>table.slots;
  for (let id: u32 = 0; id < table.size; id++) {
    if (id == table.nullId) continue;
    const offsets = <usize>table.offsets + (<usize>id << 2), start = load<u32>(offsets);
    const at = <usize>table.bytes + <usize>start, length = load<u32>(offsets, 4) - start;
    const low = lowAnywhere(at, length), high = highAnywhere(at, length);
    storeDigest(table, id, low, high);
    let slot = slotOf(low, high, table.shift);
    while (load<u32>(slots + (slot << 2)) != NONE) slot = (slot + 1) & mask;
    store<u32>(slots + (slot << 2), id);
  }
}

/** Sum of the lengths of the texts with these ids (all `count` when `ids` is 0). */
export function textBytes(tableAt: usize, ids: usize, count: i32): f64 {
  const table = changetype<TextTable>(tableAt);
  let total: f64 = 0;
  for (let i = 0; i < count; i++) {
    const id = ids == 0 ? <u32>i : load<u32>(ids + (<usize>i << 2));
    if (id == NONE) continue;
    const offsets = <usize>table.offsets + (<usize>id << 2);
    total += <f64>(load<u32>(offsets, 4) - load<u32>(offsets));
  }
  return total;
}

/** The texts with these ids as a utf8 column: `offsets` (count + 1) and `bytes` are written. */
export function takeTexts(tableAt: usize, ids: usize, count: i32, offsets: usize, bytes: usize): void {
  const table = changetype<TextTable>(tableAt);
  let end: u32 = 0;
  store<u32>(offsets, 0);
  for (let i = 0; i < count; i++) {
    const id = ids == 0 ? <u32>i : load<u32>(ids + (<usize>i << 2));
    if (id != NONE) {
      const entry = <usize>table.offsets + (<usize>id << 2), start = load<u32>(entry), length = load<u32>(entry, 4) - start;
      memory.copy(bytes + <usize>end, <usize>table.bytes + <usize>start, <usize>length);
      end += length;
    }
    store<u32>(offsets + (<usize>i << 2), end, 4);
  }
}
