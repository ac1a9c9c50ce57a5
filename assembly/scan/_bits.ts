/** Whether bit `row` at `validity` is set; 0 stands for all ones. */
// @ts-ignore: decorator
@inline
export function present(validity: usize, row: i32): bool {
  return validity == 0 || (load<u8>(validity + <usize>(row >> 3)) >> <u8>(row & 7) & 1) != 0;
}

/** Writes bits one after another; `flush` after the last row that does not end a byte. */
// @ts-ignore: decorator
@inline
export function putBit(validity: usize, row: i32, bit: u32, byte: u32): u32 {
  const next = byte | bit << (row & 7);
  if ((row & 7) != 7) return next;
  store<u8>(validity + <usize>(row >> 3), <u8>next);
  return 0;
}

// @ts-ignore: decorator
@inline
export function flushBits(validity: usize, length: i32, byte: u32): void {
  if (length & 7) store<u8>(validity + <usize>(length >> 3), <u8>byte);
}

/** The id of a row without a group. */
export const NONE: u32 = 0xffff_ffff;

/** The state of a group, of `stride` bytes each. */
// @ts-ignore: decorator
@inline
export function stateOf(states: usize, stride: usize, id: u32): usize { return states + <usize>id * stride; }
