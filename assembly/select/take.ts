// Rows by number: a selection is a list of u32 row numbers, ascending when made from a mask.

/** Row numbers of the 1 bits among the first `length`, plus `base`; returns how many. `out` has room for `length` numbers. */
// @ts-ignore: decorator
@inline
export function rowsOf(mask: usize, length: i32, base: i32, out: usize): i32 {
  const start = out;
  let row = 0;
  for (; row + 64 <= length; row += 64, mask += 8) {
    let word = load<u64>(mask);
    if (word == 0) continue;
    if (popcnt<u64>(word) > 16) {
      // Dense: write always, advance by the bit. Sparse words hop from bit to bit; they meet near 16 of 64.
      for (let i = 0; i < 64; i += 4) {
        const at = base + row + i;
        store<i32>(out, at);
        out += <usize>(word & 1) << 2;
        store<i32>(out, at + 1);
        out += <usize>((word >> 1) & 1) << 2;
        store<i32>(out, at + 2);
        out += <usize>((word >> 2) & 1) << 2;
        store<i32>(out, at + 3);
        out += <usize>((word >> 3) & 1) << 2;
        word >>= 4;
      }
    } else {
      for (; word; word &= word - 1, out += 4) store<i32>(out, base + row + <i32>ctz<u64>(word));
    }
  }
  for (; row < length; row += 8, mask++) {
    let byte = <i32>load<u8>(mask);
    if (length - row < 8) byte &= (1 << (length - row)) - 1;
    for (; byte; byte &= byte - 1, out += 4) store<i32>(out, base + row + ctz<i32>(byte));
  }
  return <i32>((out - start) >> 2);
}

/** out[i] = values[rows[i]]. */
// @ts-ignore: decorator
@inline
export function take<T>(values: usize, rows: usize, out: usize, count: i32): void {
  const end = rows + (<usize>count << 2), unrolled = rows + (<usize>(count & ~3) << 2);
  for (; rows < unrolled; rows += 16, out += 4 << alignof<T>()) {
    const a = load<T>(values + (<usize>load<u32>(rows) << alignof<T>())), b = load<T>(values + (<usize>load<u32>(rows, 4) << alignof<T>()));
    const c = load<T>(values + (<usize>load<u32>(rows, 8) << alignof<T>())), d = load<T>(values + (<usize>load<u32>(rows, 12) << alignof<T>()));
    store<T>(out, a);
    store<T>(out, b, sizeof<T>());
    store<T>(out, c, 2 * sizeof<T>());
    store<T>(out, d, 3 * sizeof<T>());
  }
  for (; rows < end; rows += 4, out += sizeof<T>()) store<T>(out, load<T>(values + (<usize>load<u32>(rows) << alignof<T>())));
}

/** Bit i of `out` = bit rows[i] of `bits`; returns the number of 1 bits. */
// @ts-ignore: decorator
@inline
export function takeBits(bits: usize, rows: usize, out: usize, count: i32): i32 {
  let byte = 0, ones = 0;
  for (let i = 0; i < count; i++, rows += 4) {
    const row = load<u32>(rows), bit = (<i32>load<u8>(bits + (row >> 3)) >> (row & 7)) & 1;
    ones += bit;
    byte |= bit << (i & 7);
    if ((i & 7) == 7) {
      store<u8>(out++, <u8>byte);
      byte = 0;
    }
  }
  if (count & 7) store<u8>(out, <u8>byte);
  return ones;
}

/** Offsets (from 0, count + 1) of the texts at `rows`; returns their bytes, or -1 when they pass 2³¹ − 1. */
// @ts-ignore: decorator
@inline
export function takeOffsets(offsets: usize, rows: usize, out: usize, count: i32): i32 {
  let total: i64 = 0;
  store<i32>(out, 0);
  for (let i = 0; i < count; i++, rows += 4) {
    const at = offsets + (<usize>load<u32>(rows) << 2);
    total += load<i32>(at, 4) - load<i32>(at);
    out += 4;
    store<i32>(out, <i32>total);
  }
  return total > i32.MAX_VALUE ? -1 : <i32>total;
}

/** Bytes of the texts at `rows`, one after the other. */
// @ts-ignore: decorator
@inline
export function takeBytes(offsets: usize, values: usize, rows: usize, out: usize, count: i32): void {
  for (let i = 0; i < count; i++, rows += 4) {
    const at = offsets + (<usize>load<u32>(rows) << 2), from = load<i32>(at), bytes = load<i32>(at, 4) - from;
    const source = values + from;
    if (bytes > 32) memory.copy(out, source, bytes);
    else {
      let j = 0;
      for (; j + 8 <= bytes; j += 8) store<u64>(out + j, load<u64>(source + j));
      for (; j < bytes; j++) store<u8>(out + j, load<u8>(source + j));
    }
    out += bytes;
  }
}

/** out[i] = bit i ? a[i] : b[i]. */
// @ts-ignore: decorator
@inline
export function blend<T>(bits: usize, a: usize, b: usize, out: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const at = <usize>i << alignof<T>();
    const bit = (<i32>load<u8>(bits + (i >> 3)) >> (i & 7)) & 1;
    store<T>(out + at, select<T>(load<T>(a + at), load<T>(b + at), bit));
  }
}

/** Offsets of the texts bit ? a : b; returns their bytes, or -1 when they pass 2³¹ − 1. */
// @ts-ignore: decorator
@inline
export function blendOffsets(bits: usize, a: usize, b: usize, out: usize, length: i32): i32 {
  let total: i64 = 0;
  store<i32>(out, 0);
  for (let i = 0; i < length; i++) {
    const bit = (<i32>load<u8>(bits + (i >> 3)) >> (i & 7)) & 1, at = (bit ? a : b) + (<usize>i << 2);
    total += load<i32>(at, 4) - load<i32>(at);
    store<i32>(out + (<usize>i << 2), <i32>total, 4);
  }
  return total > i32.MAX_VALUE ? -1 : <i32>total;
}

/** Bytes of the texts bit ? a : b. */
// @ts-ignore: decorator
@inline
export function blendBytes(bits: usize, aOffsets: usize, aValues: usize, bOffsets: usize, bValues: usize, out: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const bit = (<i32>load<u8>(bits + (i >> 3)) >> (i & 7)) & 1, at = (bit ? aOffsets : bOffsets) + (<usize>i << 2);
    const from = load<i32>(at), bytes = load<i32>(at, 4) - from;
    memory.copy(out, (bit ? aValues : bValues) + from, bytes);
    out += bytes;
  }
}

/** Offsets of the texts a ‖ b; returns their bytes, or -1 when they pass 2³¹ − 1. */
// @ts-ignore: decorator
@inline
export function joinOffsets(a: usize, b: usize, out: usize, length: i32): i32 {
  const aFrom = load<i32>(a), bFrom = load<i32>(b);
  let total: i64 = 0;
  for (let i: usize = 0, end = (<usize>length + 1) << 2; i < end; i += 4) {
    total = <i64>(load<i32>(a + i) - aFrom) + (load<i32>(b + i) - bFrom);
    store<i32>(out + i, <i32>total);
  }
  return total > i32.MAX_VALUE ? -1 : <i32>total;
}

/** Bytes of the texts a ‖ b. */
// @ts-ignore: decorator
@inline
export function joinBytes(aOffsets: usize, aValues: usize, bOffsets: usize, bValues: usize, out: usize, length: i32): void {
  for (let i: usize = 0, end = <usize>length << 2; i < end; i += 4) {
    const a = load<i32>(aOffsets + i), aBytes = load<i32>(aOffsets + i, 4) - a, b = load<i32>(bOffsets + i), bBytes = load<i32>(bOffsets + i, 4) - b;
    memory.copy(out, aValues + a, aBytes);
    out += aBytes;
    memory.copy(out, bValues + b, bBytes);
    out += bBytes;
  }
}
