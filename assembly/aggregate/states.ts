import { NONE, idAt } from './rows';

/** Sets the states of these groups to `byte` (0 or 255). */
export function reset(states: usize, stride: i32, byte: i32, ids: usize, count: i32): void {
  if (stride > 64) {
    for (let i = 0; i < count; i++) {
      const id = idAt(ids, i);
      if (id != NONE) memory.fill(states + <usize>id * <usize>stride, <u8>byte, <usize>stride);
    }
    return;
  }
  // a call of memory.fill takes as long as some ten stores
  const word: u32 = byte == 0 ? 0 : 0xffff_ffff;
  if (stride == 16) {
    // sums: one store for each group
    const initial = i32x4.splat(word);
    for (let i = 0; i < count; i++) {
      const id = idAt(ids, i);
      if (id != NONE) v128.store(states + (<usize>id << 4), initial);
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    const id = idAt(ids, i);
    if (id == NONE) continue;
    const end = states + (<usize>id + 1) * <usize>stride;
    for (let at = end - <usize>stride; at < end; at += 4) store<u32>(at, word);
  }
}

/** Copies the states of these groups to `out`, side by side. */
export function gather(states: usize, stride: i32, ids: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i++, out += <usize>stride)
    memory.copy(out, states + <usize>load<u32>(ids + (<usize>i << 2)) * <usize>stride, <usize>stride);
}

/** u32 states of these groups. */
export function take32(states: usize, ids: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i++) store<u32>(out + (<usize>i << 2), load<u32>(states + (<usize>idAt(ids, i) << 2)));
}
