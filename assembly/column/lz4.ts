// LZ4 block format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
//
//   token  literals 4 bits | match 4 bits    15: more bytes follow, each added, until one is below 255
//   literals, offset (u16), match length - 4; the last sequence has literals only
export function block(source: usize, bytes: i32, origin: usize, target: usize, limit: usize): i32 {
  const end = source + bytes, start = target;
  while (source < end) {
    const token = <u32>load<u8>(source++);
    let count = token >> 4;
    if (count == 15) {
      let more: u32 = 255;
      while (more == 255) {
        if (source >= end) return -1;
        more = load<u8>(source++);
        count += more;
        if (count > 0x7fff_ffff) return -1;
      }
    }
    if (count > <u32>(end - source) || count > <u32>(limit - target)) return -1;
    memory.copy(target, source, count);
    source += count;
    target += count;
    if (source == end) return <i32>(target - start);
    if (end - source < 2) return -1;
    const offset = <usize>load<u16>(source);
    source += 2;
    if (offset == 0 || offset > target - origin) return -1;
    let match = (token & 15) + 4;
    if (match == 19) {
      let more: u32 = 255;
      while (more == 255) {
        if (source >= end) return -1;
        more = load<u8>(source++);
        match += more;
        if (match > 0x7fff_ffff) return -1;
      }
    }
    if (match > <u32>(limit - target)) return -1;
    let from = target - offset;
    const stop = target + match;
    // a match may overlap what it writes: whole words only when it lies far enough back
    if (offset >= 8) for (; target + 8 <= stop; target += 8, from += 8) store<u64>(target, load<u64>(from));
    for (; target < stop; target++, from++) store<u8>(target, load<u8>(from));
  }
  return <i32>(target - start);
}
