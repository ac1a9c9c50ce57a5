/** Copies bytes that do not overlap; texts are short, and memory.copy costs a call of the host each time. */
// @ts-ignore: decorator
@inline
export function copySmall(target: usize, source: usize, bytes: u32): void {
  if (bytes > 64) {
    memory.copy(target, source, bytes);
    return;
  }
  if (bytes >= 8) {
    const last = bytes - 8;
    for (let i: u32 = 0; i < last; i += 8) store<u64>(target + i, load<u64>(source + i));
    store<u64>(target + last, load<u64>(source + last));
    return;
  }
  if (bytes >= 4) {
    const last = bytes - 4;
    const low = load<u32>(source), high = load<u32>(source + last);
    store<u32>(target, low);
    store<u32>(target + last, high);
    return;
  }
  for (let i: u32 = 0; i < bytes; i++) store<u8>(target + i, load<u8>(source + i));
}
