/** The id of a row that is in no group. */
export const NONE: u32 = 0xffff_ffff;

// @ts-ignore: decorator
@inline
export function bitAt(bits: usize, row: i32): u32 {
  return (<u32>load<u8>(bits + <usize>(<u32>row >> 3)) >> (<u32>row & 7)) & 1;
}

/** 1 for a row that is null, and not left out. */
// @ts-ignore: decorator
@inline
export function nullAt(validity: usize, mask: usize, row: i32): u32 { return validity == 0 || (mask != 0 && bitAt(mask, row) == 0) ? 0 : bitAt(validity, row) ^ 1; }

/** Eight bits from a multiple of 8 at or below `row` on: 1 where a row is neither null nor left out. */
// @ts-ignore: decorator
@inline
export function eightBits(validity: usize, mask: usize, row: i32): u32 {
  const at = <usize>(row >> 3);
  return (validity == 0 ? 255 : <u32>load<u8>(validity + at)) & (mask == 0 ? 255 : <u32>load<u8>(mask + at));
}
