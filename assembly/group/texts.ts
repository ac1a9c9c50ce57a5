import { NONE, bitAt } from './integers';

/**
 * Texts (or any bytes) to dense ids. The distinct texts lie as a utf8 column: `offsets` and `bytes`.
 *
 * A slot of the hash table is [ hash: 4 | id: 4 ].
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
}

const M: u64 = 0x9e3779b97f4a7c15;

// @ts-ignore: decorator
@inline
function mix(h: u64, word: u64): u64 {
  const x = (h ^ word) * M;
  return x ^ (x >> 29);
}

/**
 * Hash of bytes. Texts of 8 to 32 bytes take four words that overlap as need be, without a branch on their length:
 *
 *   length 13   0─────7            length 22   0─────7
 *                    5─────12                        8─────15
 *                                                    6─────13
 *                                                          14─────21
 *
 * Not for hostile keys: it has no seed.
 */
// @ts-ignore: decorator
@inline
function hashOf(at: usize, length: i32): u32 {
  let h: u64 = <u64>length * M;
  const end = at + <usize>length;
  if (length >= 8) {
    for (; at + 32 < end; at += 16) h = mix(mix(h, load<u64>(at)), load<u64>(at, 8));
    const a = mix(mix(h, load<u64>(at)), load<u64>(min(at + 8, end - 8)));
    const b = mix(mix(h ^ 0x2545f4914f6cdd1d, load<u64>(max(at + 16, end) - 16)), load<u64>(end - 8));
    h = a ^ rotl(b, 23);
  } else if (length >= 4) {
    h = mix(h, <u64>load<u32>(at) | (<u64>load<u32>(end - 4) << 32));
  } else if (length > 0) {
    h = mix(h, <u64>load<u8>(at) | (<u64>load<u8>(at + <usize>(length >> 1)) << 8) | (<u64>load<u8>(end - 1) << 16));
  }
  return <u32>((h * M) >> 32);
}

// @ts-ignore: decorator
@inline
function same(a: usize, b: usize, length: i32): bool {
  const endA = a + <usize>length, endB = b + <usize>length;
  if (length >= 8) {
    for (; a + 32 < endA; a += 16, b += 16) {
      if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
    }
    const second = min(a + 8, endA - 8) - a, third = max(a + 16, endA) - 16 - a;
    return ((load<u64>(a) ^ load<u64>(b)) | (load<u64>(a + second) ^ load<u64>(b + second))
      | (load<u64>(a + third) ^ load<u64>(b + third)) | (load<u64>(endA - 8) ^ load<u64>(endB - 8))) == 0;
  }
  if (length >= 4) return ((load<u32>(a) ^ load<u32>(b)) | (load<u32>(endA - 4) ^ load<u32>(endB - 4))) == 0;
  for (; a < endA; a++, b++) {
    if (load<u8>(a) != load<u8>(b)) return false;
  }
  return true;
}

/** Address of the slot that holds the text, or of the free one where it belongs. */
// @ts-ignore: decorator
@inline
function slotFor(table: TextTable, at: usize, length: i32, hash: u32): usize {
  const slots = <usize>table.slots, offsets = <usize>table.offsets, bytes = <usize>table.bytes;
  const mask = <usize>(0xffff_ffff >> table.shift);
  let slot = <usize>(hash >> table.shift);
  while (true) {
    const entry = slots + (slot << 3);
    const id = load<u32>(entry, 4);
    if (id == NONE) return entry;
    if (load<u32>(entry) == hash) {
      const start = load<i32>(offsets + (<usize>id << 2));
      if (load<i32>(offsets + (<usize>id << 2), 4) - start == length && same(at, bytes + <usize>start, length)) return entry;
    }
    slot = (slot + 1) & mask;
  }
}

/** The id of the text, a new one if need be; `NONE` when the table is full. */
function idOf(table: TextTable, at: usize, length: i32): u32 {
  const hash = hashOf(at, length);
  const entry = slotFor(table, at, length, hash);
  let id = load<u32>(entry, 4);
  if (id != NONE) return id;
  id = table.size;
  if (id == table.limit) return NONE;
  const offsets = <usize>table.offsets + (<usize>id << 2);
  const start = load<u32>(offsets);
  if (start + <u32>length > table.capacity) return NONE;
  memory.copy(<usize>table.bytes + <usize>start, at, <usize>length);
  store<u32>(offsets, start + <u32>length, 4);
  store<u32>(entry, hash);
  store<u32>(entry, id, 4);
  table.size = id + 1;
  return id;
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

/**
 * Ids of rows [from, length); see `ids` of integers. Returns the rows done: fewer than `length` when there is no room for
 * one more text.
 */
export function textIds(tableAt: usize, offsets: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 {
  const table = changetype<TextTable>(tableAt);
  for (let row = from; row < length; row++) {
    let id = NONE;
    if (mask == 0 || bitAt(mask, row) != 0) {
      if (validity == 0 || bitAt(validity, row) != 0) {
        const start = load<i32>(offsets + (<usize>row << 2));
        id = idOf(table, values + <usize>start, load<i32>(offsets + (<usize>row << 2), 4) - start);
        if (id == NONE) return row;
      } else if (table.keepNull != 0) {
        id = nullIdOf(table);
        if (id == NONE) return row;
      }
    }
    store<u32>(target + (<usize>row << 2), id);
  }
  return length;
}

/**
 * Ids of rows [from, length) of a dictionary column. `codeIds` (u32 per code, `NONE` = not met yet) remembers each code's id, so
 * that a text is hashed once per dictionary.
 */
export function codeIds(tableAt: usize, known: usize, offsets: usize, texts: usize, codes: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 {
  const table = changetype<TextTable>(tableAt);
  let row = from;
  for (; row < length; row++) {
    if ((validity | mask) == 0 && (row & 15) == (from & 15)) {
      row = knownCodes(known, codes, row, length, target);
      if (row == length) break;
    }
    let id = NONE;
    if (mask == 0 || bitAt(mask, row) != 0) {
      if (validity == 0 || bitAt(validity, row) != 0) {
        const code = <usize>load<u32>(codes + (<usize>row << 2)) << 2;
        id = load<u32>(known + code);
        if (id == NONE) {
          const start = load<i32>(offsets + code);
          id = idOf(table, texts + <usize>start, load<i32>(offsets + code, 4) - start);
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

/** Four rows at a time as long as their codes are known; returns the rows done. */
// @ts-ignore: decorator
@inline
function knownCodes(known: usize, codes: usize, from: i32, length: i32, target: usize): i32 {
  let row = from;
  for (; row + 4 <= length; row += 4) {
    const at = codes + (<usize>row << 2);
    const a = load<i32>(known + (<usize>load<u32>(at) << 2)), b = load<i32>(known + (<usize>load<u32>(at, 4) << 2));
    const c = load<i32>(known + (<usize>load<u32>(at, 8) << 2)), d = load<i32>(known + (<usize>load<u32>(at, 12) << 2));
    if ((a | b | c | d) < 0) break;
    const out = target + (<usize>row << 2);
    store<i32>(out, a);
    store<i32>(out, b, 4);
    store<i32>(out, c, 8);
    store<i32>(out, d, 12);
  }
  return row;
}

/** The id of one text that is known, else `NONE`. */
export function findText(tableAt: usize, at: usize, length: i32): u32 {
  const table = changetype<TextTable>(tableAt);
  return load<u32>(slotFor(table, at, length, hashOf(at, length)), 4);
}

/** As `textIds`, but texts that are not known get `NONE`, and nothing is added. */
export function findTexts(tableAt: usize, offsets: usize, values: usize, validity: usize, mask: usize, length: i32, target: usize): void {
  const table = changetype<TextTable>(tableAt);
  for (let row = 0; row < length; row++) {
    let id = NONE;
    if (mask == 0 || bitAt(mask, row) != 0) {
      if (validity == 0 || bitAt(validity, row) != 0) {
        const start = load<i32>(offsets + (<usize>row << 2));
        id = findText(tableAt, values + <usize>start, load<i32>(offsets + (<usize>row << 2), 4) - start);
      } else if (table.keepNull != 0) id = table.nullId;
    }
    store<u32>(target + (<usize>row << 2), id);
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

/** Fills the empty slots from the texts. */
export function rebuildTexts(tableAt: usize): void {
  const table = changetype<TextTable>(tableAt);
  const mask = <usize>(0xffff_ffff >> table.shift), slots = <usize>table.slots;
  for (let id: u32 = 0; id < table.size; id++) {
    if (id == table.nullId) continue;
    const offsets = <usize>table.offsets + (<usize>id << 2), start = load<i32>(offsets);
    const hash = hashOf(<usize>table.bytes + <usize>start, load<i32>(offsets, 4) - start);
    let slot = <usize>(hash >> table.shift);
    while (load<u32>(slots + (slot << 3), 4) != NONE) slot = (slot + 1) & mask;
    store<u32>(slots + (slot << 3), hash);
    store<u32>(slots + (slot << 3), id, 4);
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
