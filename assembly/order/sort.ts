/** Sorts `length` keys (i64) with their rows (u32) by key; equal keys stay in order. 2 · length of each must fit `keys` and `rows`. */
// Radix sort, a byte at a time from the last. Bytes that are the same in all keys cost nothing but their count. All eight
// histograms are made in one pass, in `counters` (8 · 256 u32).
export function radixSort(keys: usize, rows: usize, length: i32, counters: usize): void {
  memory.fill(counters, 0, 8 * 256 * 4);
  const bytes = <usize>length << 3;
  for (let at = keys, end = keys + bytes; at < end; at += 8) {
    const key = load<u64>(at) ^ 0x8000_0000_0000_0000;
    bump(counters, key & 255);
    bump(counters + 1024, (key >> 8) & 255);
    bump(counters + 2048, (key >> 16) & 255);
    bump(counters + 3072, (key >> 24) & 255);
    bump(counters + 4096, (key >> 32) & 255);
    bump(counters + 5120, (key >> 40) & 255);
    bump(counters + 6144, (key >> 48) & 255);
    bump(counters + 7168, key >> 56);
  }
  let from = keys, to = keys + bytes, fromRows = rows, toRows = rows + (bytes >> 1);
  const first = load<u64>(keys) ^ 0x8000_0000_0000_0000;
  for (let digit: u64 = 0; digit < 8; digit++) {
    const counts = counters + (<usize>digit << 10), shift = digit << 3;
    if (load<u32>(counts + (<usize>((first >> shift) & 255) << 2)) == <u32>length) continue;
    let sum: u32 = 0;
    for (let i: usize = 0; i < 1024; i += 4) {
      const count = load<u32>(counts + i);
      store<u32>(counts + i, sum);
      sum += count;
    }
    for (let at = from, end = from + bytes, row = fromRows; at < end; at += 8, row += 4) {
      const key = load<u64>(at);
      const counter = counts + (<usize>(((key ^ 0x8000_0000_0000_0000) >> shift) & 255) << 2);
      const place = load<u32>(counter);
      store<u32>(counter, place + 1);
      store<u64>(to + (<usize>place << 3), key);
      store<u32>(toRows + (<usize>place << 2), load<u32>(row));
    }
    let swap = from;
    from = to;
    to = swap;
    swap = fromRows;
    fromRows = toRows;
    toRows = swap;
  }
  if (from != keys) {
    memory.copy(keys, from, bytes);
    memory.copy(rows, fromRows, bytes >> 1);
  }
}

// @ts-ignore: decorator
@inline
function bump(counters: usize, digit: u64): void {
  const at = counters + (<usize>digit << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Moves the key of place `place` to where it belongs, lesser ones before it, others after it. */
export function select(keys: usize, length: i32, place: i32): i64 {
  let low = 0, high = length - 1;
  while (low < high) {
    // the median of three keeps sorted input fast; a few rounds that shrink badly only cost time
    const a = keyAt(keys, low), b = keyAt(keys, (low + high) >> 1), c = keyAt(keys, high);
    const pivot = max(min(a, b), min(max(a, b), c));
    let i = low, j = high;
    while (i <= j) {
      while (keyAt(keys, i) < pivot) i++;
      while (keyAt(keys, j) > pivot) j--;
      if (i <= j) {
        const swap = keyAt(keys, i);
        store<i64>(keys + (<usize>i << 3), keyAt(keys, j));
        store<i64>(keys + (<usize>j << 3), swap);
        i++;
        j--;
      }
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return keyAt(keys, place);
}

// @ts-ignore: decorator
@inline
function keyAt(keys: usize, i: i32): i64 { return load<i64>(keys + (<usize>i << 3)); }
