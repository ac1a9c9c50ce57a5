/**
 * What all kernels here share. States are arrays of structs indexed by group id; the struct before group 0 is spare: rows that take no part
 * (id all ones, null, NaN) fall there, so that the loops need no branch.
 */
export const NONE: u32 = 0xffff_ffff;

// @ts-ignore: decorator
@inline
export function bitAt(bits: usize, row: i32): u32 {
  return (<u32>load<u8>(bits + <usize>(<u32>row >> 3)) >> (<u32>row & 7)) & 1;
}

/** The row's group (0 when `ids` is 0), or `NONE` when one of the bits says that it takes no part. */
// @ts-ignore: decorator
@inline
export function groupOf(ids: usize, validity: usize, mask: usize, row: i32): u32 {
  let id: u32 = ids == 0 ? 0 : load<u32>(ids + (<usize>row << 2));
  if (validity != 0) id |= bitAt(validity, row) - 1;
  if (mask != 0) id |= bitAt(mask, row) - 1;
  return id;
}

/** `id`, or `NONE` when `x` is NaN. */
// @ts-ignore: decorator
@inline
export function unlessNaN(id: u32, x: f64): u32 { return id | (0 - u32(x != x)); }

/** The i-th of these groups. */
// @ts-ignore: decorator
@inline
export function idAt(ids: usize, i: i32): u32 { return ids == 0 ? <u32>i : load<u32>(ids + (<usize>i << 2)); }

/** Eight bits of `validity` and `mask` from `row` on, a multiple of 8. */
// @ts-ignore: decorator
@inline
export function eightBits(validity: usize, mask: usize, row: i32): u32 {
  let bits: u32 = 255;
  if (validity != 0) bits &= <u32>load<u8>(validity + <usize>(row >> 3));
  if (mask != 0) bits &= <u32>load<u8>(mask + <usize>(row >> 3));
  return bits;
}

/** Sets or clears the bit of row `i`; rows come in order from 0, whole bytes are begun clean. */
// @ts-ignore: decorator
@inline
export function putBit(bits: usize, i: i32, value: bool): void {
  const at = bits + <usize>(i >> 3);
  const before: u32 = (i & 7) == 0 ? 0 : <u32>load<u8>(at);
  store<u8>(at, <u8>(before | (u32(value) << (i & 7))));
}

/**
 * Clears the presence bit of group `i` of `groups`, which is null; `nulls` groups before it were. Bits are written only when there are nulls:
 * one read and write of a byte for each group cost 3 ns.
 */
export function markAbsent(bits: usize, i: i32, groups: i32, nulls: i32): void {
  if (nulls == 0) memory.fill(bits, 255, <usize>((groups + 7) >> 3));
  const at = bits + <usize>(i >> 3);
  store<u8>(at, <u8>(<u32>load<u8>(at) & ~(<u32>1 << (i & 7))));
}
