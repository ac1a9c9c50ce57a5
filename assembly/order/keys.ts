// Values of any type as i64 keys in the same order, and back. Rows without a value, with NaN, or masked out are not present.

/** f64 to i64 in the same order: the bits, those below the sign turned over when it is set. -0 counts as 0. */
// @ts-ignore: decorator
@inline
export function keyOfFloat(value: f64): i64 {
  const bits = reinterpret<i64>(value + 0.0);
  return bits ^ <i64>(<u64>(bits >> 63) >> 1);
}

// @ts-ignore: decorator
@inline
export function floatOfKey(key: i64): f64 {
  return reinterpret<f64>(key ^ <i64>(<u64>(key >> 63) >> 1));
}

// @ts-ignore: decorator
@inline
export function keyOf<T>(value: T): i64 {
  if (isFloat<T>()) return keyOfFloat(<f64>value);
  if (sizeof<T>() == 8 && !isSigned<T>()) return <i64>value ^ i64.MIN_VALUE;
  return <i64>value;
}

// @ts-ignore: decorator
@inline
export function valueOf<T>(key: i64): T {
  if (isFloat<T>()) return <T>floatOfKey(key);
  if (sizeof<T>() == 8 && !isSigned<T>()) return <T>(key ^ i64.MIN_VALUE);
  return <T>key;
}

/** The bits of 8 rows from `row` (a multiple of 8) on that may be present. */
// @ts-ignore: decorator
@inline
function mayBe(validity: usize, mask: usize, row: i32, length: i32): u32 {
  let bits: u32 = length - row >= 8 ? 0xff : (1 << (length - row)) - 1;
  if (validity != 0) bits &= <u32>load<u8>(validity + <usize>(row >> 3));
  if (mask != 0) bits &= <u32>load<u8>(mask + <usize>(row >> 3));
  return bits;
}

/** Writes keys and presence bits of `length` rows; returns how many are present. */
// @ts-ignore: decorator
@inline
export function keysOf<T>(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 {
  let count = 0;
  for (let row = 0; row < length; row += 8) {
    let bits = mayBe(validity, mask, row, length);
    const at = values + <usize>row * sizeof<T>(), to = keys + (<usize>row << 3);
    const rows = min(8, length - row);
    if (sizeof<T>() == 8 && isFloat<T>() && rows == 8) {
      let real: u32 = 0;
      for (let i = 0; i < 8; i += 2) {
        const pair = f64x2.add(v128.load(at + (<usize>i << 3)), f64x2.splat(0));
        real |= <u32>i64x2.bitmask(f64x2.eq(pair, pair)) << i;
        v128.store(to + (<usize>i << 3), v128.xor(pair, i64x2.shr_u(i64x2.shr_s(pair, 63), 1)));
      }
      bits &= real;
    } else {
      for (let i = 0; i < rows; i++) {
        const value = load<T>(at + <usize>i * sizeof<T>());
        if (isFloat<T>() && value != value) bits &= ~(<u32>1 << i);
        store<i64>(to + (<usize>i << 3), keyOf<T>(value));
      }
    }
    store<u8>(present + <usize>(row >> 3), <u8>bits);
    count += popcnt<u32>(bits);
  }
  return count;
}

/** The values of keys. */
// @ts-ignore: decorator
@inline
export function valuesOf<T>(keys: usize, length: i32, values: usize): void {
  for (let row = 0; row < length; row++) {
    store<T>(values + <usize>row * sizeof<T>(), valueOf<T>(load<i64>(keys + (<usize>row << 3))));
  }
}

/** Bools as keys 0 and 1. */
export function keysOfBits(values: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 {
  let count = 0;
  for (let row = 0; row < length; row++) {
    store<i64>(keys + (<usize>row << 3), <i64>((load<u8>(values + <usize>(row >> 3)) >> <u8>(row & 7)) & 1));
    if ((row & 7) == 0) {
      const bits = mayBe(validity, mask, row, length);
      store<u8>(present + <usize>(row >> 3), <u8>bits);
      count += popcnt<u32>(bits);
    }
  }
  return count;
}

export function bitsOfKeys(keys: usize, length: i32, values: usize): void {
  memory.fill(values, 0, <usize>((length + 7) >> 3));
  for (let row = 0; row < length; row++) {
    const byte = values + <usize>(row >> 3);
    store<u8>(byte, load<u8>(byte) | <u8>((load<i64>(keys + (<usize>row << 3)) & 1) << (row & 7)));
  }
}

/** Codes as keys; through `map` (u32 by code) unless it is 0. */
export function keysOfCodes(codes: usize, map: usize, validity: usize, mask: usize, length: i32, keys: usize, present: usize): i32 {
  let count = 0;
  for (let row = 0; row < length; row += 8) {
    const bits = mayBe(validity, mask, row, length), rows = min(8, length - row);
    for (let i = 0; i < rows; i++) {
      let code: u32 = 0;
      if (((bits >> i) & 1) != 0) {
        code = load<u32>(codes + (<usize>(row + i) << 2));
        if (map != 0) code = load<u32>(map + (<usize>code << 2));
      }
      store<i64>(keys + (<usize>(row + i) << 3), <i64>code);
    }
    store<u8>(present + <usize>(row >> 3), <u8>bits);
    count += popcnt<u32>(bits);
  }
  return count;
}

/** Copies present keys and their group ids, those of no group left out; returns how many. */
export function compact(keys: usize, present: usize, groupIds: usize, length: i32, toKeys: usize, toIds: usize): i32 {
  let count = 0;
  if (present == 0 && groupIds == 0) {
    memory.copy(toKeys, keys, <usize>length << 3);
    memory.fill(toIds, 0, <usize>length << 2);
    return length;
  }
  for (let row = 0; row < length; row++) {
    const id: u32 = groupIds != 0 ? load<u32>(groupIds + (<usize>row << 2)) : 0;
    const there = present == 0 || ((load<u8>(present + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
    store<i64>(toKeys + (<usize>count << 3), load<i64>(keys + (<usize>row << 3)));
    store<u32>(toIds + (<usize>count << 2), id);
    count += i32(there && id != 0xffff_ffff);
  }
  return count;
}
