import { NONE, idAt } from './rows';

/** Sets the states of these groups to `byte` (0 or 255). */
export function reset(states: usize, stride: i32, byte: i32, ids: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const id = idAt(ids, i);
    if (id != NONE) memory.fill(states + <usize>id * <usize>stride, <u8>byte, <usize>stride);
  }
}

/** u32 states of these groups. */
export function take32(states: usize, ids: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i++) store<u32>(out + (<usize>i << 2), load<u32>(states + (<usize>idAt(ids, i) << 2)));
}
