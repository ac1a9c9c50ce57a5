// DELTA_BINARY_PACKED: first value, then blocks of deltas above each block's smallest
//
//   header  varint block size, varint miniblocks a block, varint values, zigzag first value
//   block   zigzag smallest delta, a byte of bit width per miniblock, miniblocks

/** End of a varint and its value: AssemblyScript has one result, so the value goes to memory. */
function varint(at: usize, end: usize, out: usize): usize {
  let value: u64 = 0, shift: u64 = 0;
  while (at < end && shift < 64) {
    const byte = <u64>load<u8>(at++);
    value |= (byte & 127) << shift;
    if (byte < 128) {
      store<u64>(out, value);
      return at;
    }
    shift += 7;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function zigzag(value: u64): i64 {
  return <i64>(value >> 1) ^ -<i64>(value & 1);
}

export function delta<T>(source: usize, bytes: i32, count: i32, target: usize): i32 {
  const end = source + bytes, word = target + (<usize>count << 3); // behind the values: kernels keep no static memory
  let at = varint(source, end, word);
  if (at == 0) return -1;
  const blockSize = load<u64>(word);
  at = varint(at, end, word);
  if (at == 0) return -1;
  const miniblocks = load<u64>(word);
  if (miniblocks == 0 || miniblocks > 1024 || blockSize > 1 << 24 || blockSize % miniblocks != 0) return -1;
  const perMiniblock = <i32>(blockSize / miniblocks);
  if (perMiniblock == 0 || (perMiniblock & 7) != 0) return -1;
  at = varint(at, end, word);
  if (at == 0 || load<u64>(word) < <u64>count) return -1;
  at = varint(at, end, word);
  if (at == 0) return -1;
  if (count == 0) return <i32>(at - source);
  let value = zigzag(load<u64>(word));
  store<T>(target, <T>value);
  let done = 1;
  while (done < count) {
    at = varint(at, end, word);
    if (at == 0) return -1;
    const least = zigzag(load<u64>(word));
    const widths = at;
    if (<u64>(end - at) < miniblocks) return -1;
    at += <usize>miniblocks;
    for (let i: usize = 0; i < <usize>miniblocks && done < count; i++) {
      const width = <u64>load<u8>(widths + i);
      if (width > 64) return -1;
      const size = <usize>(<u64>perMiniblock * width) >> 3;
      const run = min(perMiniblock, count - done);
      if (<u64>(end - at) < (<u64>run * width + 7) >> 3) return -1;
      const mask: u64 = width == 64 ? u64.MAX_VALUE : ((<u64>1) << width) - 1;
      let bit: u64 = 0;
      for (let j = 0; j < run; j++, bit += width) {
        const from = at + <usize>(bit >> 3), shift = bit & 7;
        // pages are padded: the words read behind the last value are there
        let packed = load<u64>(from) >> shift;
        if (shift + width > 64) packed |= <u64>load<u8>(from, 8) << (64 - shift);
        value += least + <i64>(packed & mask);
        store<T>(target + (<usize>(done + j) << alignof<T>()), <T>value);
      }
      done += run;
      at = min(at + size, end);
    }
  }
  return <i32>(at - source);
}
