import { NONE, bitAt } from './rows';

/** Floats as integers that are equal when the floats are: every NaN one NaN, -0 as 0. */
// @ts-ignore: decorator
@inline
export function normalize<F, I>(values: usize, length: i32, target: usize): void {
  const zero = v128.splat<F>(0), nan = v128.splat<F>(<F>NaN), lanes: i32 = 16 / sizeof<F>();
  let row = 0;
  for (; row + lanes <= length; row += lanes) {
    const value = v128.add<F>(v128.load(values + <usize>row * sizeof<F>()), zero);
    v128.store(target + <usize>row * sizeof<I>(), v128.bitselect(value, nan, v128.eq<F>(value, value)));
  }
  for (; row < length; row++) {
    let value = load<F>(values + <usize>row * sizeof<F>()) + <F>0;
    if (value != value) value = <F>NaN;
    store<I>(target + <usize>row * sizeof<I>(), reinterpret<I>(value));
  }
}

/** Bits to bytes 0 and 1. */
export function unpack(bits: usize, length: i32, target: usize): void {
  const one = i8x16.splat(1);
  const pick = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const weights = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  let row = 0;
  for (; row + 16 <= length; row += 16) {
    const spread = i8x16.swizzle(v128.load16_splat(bits + <usize>(row >> 3)), pick);
    v128.store(target + <usize>row, v128.and(i8x16.eq(v128.and(spread, weights), weights), one));
  }
  for (; row < length; row++) store<u8>(target + <usize>row, <u8>bitAt(bits, row));
}

/** Bytes 0 and 1 to bits; writes whole bytes. */
export function pack(bytes: usize, length: i32, target: usize): void {
  for (let row = 0; row < length; row += 8) {
    let bits: u32 = 0;
    const end = min(8, length - row);
    for (let i = 0; i < end; i++) bits |= (<u32>load<u8>(bytes + <usize>(row + i)) & 1) << i;
    store<u8>(target + <usize>(row >> 3), <u8>bits);
  }
}

/** `values[ids[i]]` for each i (the first `count` values when `ids` is 0); `NONE` reads as 0. */
// @ts-ignore: decorator
@inline
export function gather<S, T>(values: usize, ids: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) {
    const id = ids == 0 ? <u32>i : load<u32>(ids + (<usize>i << 2));
    const value = id == NONE ? <S>0 : load<S>(values + <usize>id * sizeof<S>());
    store<T>(target + <usize>i * sizeof<T>(), <T>value);
  }
}

/** Validity bits: 0 where the id is `absent`. Returns how many are. */
export function absentBits(ids: usize, count: i32, absent: u32, target: usize): i32 {
  let bits: u32 = 0, found = 0;
  for (let i = 0; i < count; i++) {
    const id = ids == 0 ? <u32>i : load<u32>(ids + (<usize>i << 2));
    const present = u32(id != absent && id != NONE);
    found += <i32>(1 - present);
    bits |= present << (i & 7);
    if ((i & 7) == 7 || i == count - 1) {
      store<u8>(target + <usize>(i >> 3), <u8>bits);
      bits = 0;
    }
  }
  return found;
}
