import { mapOrder as orderOfMap } from './direct-map';
import { find, ids, pair as pairIds, rangeOf, rebuild } from './integers';
import { absentBits as absent, gather, normalize, pack as packBits, unpack as unpackBits } from './prepare';
import { countUp as count, orderAmong as among, ranks as rank, sortBy as sort, sortFew as few, sortKeys, sortTexts as sortText, split as splitPairs, spread as spreadKeys } from './sorted';
import { codeIds, findCodes as codesFound, findText as findOne, findTexts as findAll, rebuildTexts as rebuildAll, takeTexts as take, textBytes as bytesOf, textIds } from './texts';

export const heapBase: usize = __heap_base;

/** Group ids of i8 keys in rows [from, length); returns the rows done, fewer when the table must grow. */
export function idsI8(table: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 { return ids<i8, i32>(table, values, validity, mask, from, length, target); }

/** Ids of i8 keys that are known, all bits set for others. */
export function findI8(table: usize, values: usize, validity: usize, mask: usize, length: i32, target: usize): void { find<i8, i32>(table, values, validity, mask, length, target); }

/** Least and greatest of i8 rows [from, length), two i64 at `target`. */
export function rangeI8(values: usize, from: i32, length: i32, target: usize): void { rangeOf<i8>(values, from, length, target); }

/** Group ids of u8 keys in rows [from, length); returns the rows done, fewer when the table must grow. */
export function idsU8(table: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 { return ids<u8, i32>(table, values, validity, mask, from, length, target); }

/** Ids of u8 keys that are known, all bits set for others. */
export function findU8(table: usize, values: usize, validity: usize, mask: usize, length: i32, target: usize): void { find<u8, i32>(table, values, validity, mask, length, target); }

/** Least and greatest of u8 rows [from, length), two i64 at `target`. */
export function rangeU8(values: usize, from: i32, length: i32, target: usize): void { rangeOf<u8>(values, from, length, target); }

/** Group ids of i16 keys in rows [from, length); returns the rows done, fewer when the table must grow. */
export function idsI16(table: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 { return ids<i16, i32>(table, values, validity, mask, from, length, target); }

/** Ids of i16 keys that are known, all bits set for others. */
export function findI16(table: usize, values: usize, validity: usize, mask: usize, length: i32, target: usize): void { find<i16, i32>(table, values, validity, mask, length, target); }

/** Least and greatest of i16 rows [from, length), two i64 at `target`. */
export function rangeI16(values: usize, from: i32, length: i32, target: usize): void { rangeOf<i16>(values, from, length, target); }

/** Group ids of u16 keys in rows [from, length); returns the rows done, fewer when the table must grow. */
export function idsU16(table: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 { return ids<u16, i32>(table, values, validity, mask, from, length, target); }

/** Ids of u16 keys that are known, all bits set for others. */
export function findU16(table: usize, values: usize, validity: usize, mask: usize, length: i32, target: usize): void { find<u16, i32>(table, values, validity, mask, length, target); }

/** Least and greatest of u16 rows [from, length), two i64 at `target`. */
export function rangeU16(values: usize, from: i32, length: i32, target: usize): void { rangeOf<u16>(values, from, length, target); }

/** Group ids of i32 keys in rows [from, length); returns the rows done, fewer when the table must grow. */
export function idsI32(table: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 { return ids<i32, i32>(table, values, validity, mask, from, length, target); }

/** Ids of i32 keys that are known, all bits set for others. */
export function findI32(table: usize, values: usize, validity: usize, mask: usize, length: i32, target: usize): void { find<i32, i32>(table, values, validity, mask, length, target); }

/** Least and greatest of i32 rows [from, length), two i64 at `target`. */
export function rangeI32(values: usize, from: i32, length: i32, target: usize): void { rangeOf<i32>(values, from, length, target); }

/** Group ids of i64 keys in rows [from, length); returns the rows done, fewer when the table must grow. */
export function idsI64(table: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 { return ids<i64, i64>(table, values, validity, mask, from, length, target); }

/** Ids of i64 keys that are known, all bits set for others. */
export function findI64(table: usize, values: usize, validity: usize, mask: usize, length: i32, target: usize): void { find<i64, i64>(table, values, validity, mask, length, target); }

/** Least and greatest of i64 rows [from, length), two i64 at `target`. */
export function rangeI64(values: usize, from: i32, length: i32, target: usize): void { rangeOf<i64>(values, from, length, target); }

/** Fills empty slots, or the empty direct map, from the keys. */
export function rebuildI32(table: usize): void { rebuild<i32>(table); }

/** Order-preserving u64 of each key; kind 0 signed, 1 unsigned, 2 float. */
export function sortKeysI32(keys: usize, count: i32, kind: i32, nullId: u32, target: usize): void { sortKeys<i32>(keys, count, kind, nullId, target); }

/** Fills empty slots, or the empty direct map, from the keys. */
export function rebuildI64(table: usize): void { rebuild<i64>(table); }

/** Order-preserving u64 of each key; kind 0 signed, 1 unsigned, 2 float. */
export function sortKeysI64(keys: usize, count: i32, kind: i32, nullId: u32, target: usize): void { sortKeys<i64>(keys, count, kind, nullId, target); }

/** Group ids of utf8 or binary keys in rows [from, length); returns the rows done, fewer when the table must grow. */
export function idsText(table: usize, offsets: usize, values: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 { return textIds(table, offsets, values, validity, mask, from, length, target); }

/** Group ids of dictionary codes in rows [from, length); `known` holds the id of each code met before. */
export function idsCode(table: usize, known: usize, offsets: usize, texts: usize, codes: usize, validity: usize, mask: usize, from: i32, length: i32, target: usize): i32 { return codeIds(table, known, offsets, texts, codes, validity, mask, from, length, target); }

/** The id of one known text, or all bits set. */
export function findText(table: usize, at: usize, length: u32): u32 { return findOne(table, at, length); }

/** Ids of utf8 or binary keys that are known, all bits set for others. */
export function findTexts(table: usize, offsets: usize, values: usize, validity: usize, mask: usize, length: i32, target: usize): void { findAll(table, offsets, values, validity, mask, length, target); }

/** Ids of dictionary codes by the id of each code at `found`. */
export function findCodes(table: usize, found: usize, codes: usize, validity: usize, mask: usize, length: i32, target: usize): void { codesFound(table, found, codes, validity, mask, length, target); }

/** Fills empty slots from the texts. */
export function rebuildTexts(table: usize): void { rebuildAll(table); }

/** Bytes of the texts with these ids. */
export function textBytes(table: usize, ids: usize, count: i32): f64 { return bytesOf(table, ids, count); }

/** The texts with these ids as a utf8 column. */
export function takeTexts(table: usize, ids: usize, count: i32, offsets: usize, bytes: usize): void { take(table, ids, count, offsets, bytes); }

/** The ids of a direct map in ascending order of their keys, from entry `first` on and then those before it; room for one more than there are. Returns how many. */
export function mapOrder(map: usize, range: u32, first: u32, target: usize): i32 { return orderOfMap(map, range, first, target); }

/** Two columns of ids as 64-bit keys, and validity bits that say where both are groups. */
export function pair(a: usize, b: usize, length: i32, target: usize, validity: usize): void { pairIds(a, b, length, target, validity); }

/** Pair keys of these groups as two columns of ids. */
export function split(keys: usize, ids: usize, count: i32, first: usize, second: usize): void { splitPairs(keys, ids, count, first, second); }

/** f32 as i32 that are equal when the floats are. */
export function normalizeF32(values: usize, length: i32, target: usize): void { normalize<f32, i32>(values, length, target); }

/** f64 as i64 that are equal when the floats are. */
export function normalizeF64(values: usize, length: i32, target: usize): void { normalize<f64, i64>(values, length, target); }

/** Bits to bytes 0 and 1. */
export function unpack(bits: usize, length: i32, target: usize): void { unpackBits(bits, length, target); }

/** Bytes 0 and 1 to bits. */
export function pack(bytes: usize, length: i32, target: usize): void { packBits(bytes, length, target); }

/** Keys kept as i32 of these ids, written as i8. */
export function gatherI8(keys: usize, ids: usize, count: i32, target: usize): void { gather<i32, i8>(keys, ids, count, target); }

/** Keys kept as i32 of these ids, written as i16. */
export function gatherI16(keys: usize, ids: usize, count: i32, target: usize): void { gather<i32, i16>(keys, ids, count, target); }

/** Keys kept as i32 of these ids, written as i32. */
export function gatherI32(keys: usize, ids: usize, count: i32, target: usize): void { gather<i32, i32>(keys, ids, count, target); }

/** Keys kept as i64 of these ids, written as i64. */
export function gatherI64(keys: usize, ids: usize, count: i32, target: usize): void { gather<i64, i64>(keys, ids, count, target); }

/** Validity bits of ids: 0 where the id is `missing`, or none. Returns how many. */
export function absentBits(ids: usize, count: i32, missing: u32, target: usize): i32 { return absent(ids, count, missing, target); }

/** Stable radix sort of ids by `keys[id]` (u64); returns the address of the result, `ids` or `spare`. */
export function sortBy(keys: usize, ids: usize, count: i32, spare: usize, counts: usize): usize { return sort(keys, ids, count, spare, counts); }

/** Stable insertion sort of a few ids by `keys[id]` (u64), in place. */
export function sortFew(keys: usize, ids: usize, count: i32): void { few(keys, ids, count); }

/** The numbers of `count` ids in the order in which they stand among the `size` ids at `sorted`; `places` has room for `size` u32, `out` for one more than `count`. */
export function orderAmong(sorted: usize, size: i32, ids: usize, count: i32, places: usize, out: usize): void { among(sorted, size, ids, count, places, out); }

/** Stable sort of text ids by bytes; `keys` has room for a u64 by id, `counts` 1 KiB. Returns the address of the result, `ids` or `spare`. */
export function sortTexts(table: usize, ids: usize, count: i32, spare: usize, keys: usize, counts: usize): usize { return sortText(table, ids, count, spare, keys, counts); }

/** `target[i] = keys[ids[i]]`, u64. */
export function spread(keys: usize, ids: usize, count: i32, target: usize): void { spreadKeys(keys, ids, count, target); }

/** `target[ids[i]] = i`, u64. */
export function ranks(ids: usize, count: i32, target: usize): void { rank(ids, count, target); }

/** 0, 1, 2, … as u32. */
export function countUp(target: usize, length: i32): void { count(target, length); }
