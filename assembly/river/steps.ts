// A step says how one field, or a group of neighbouring fields of one width, moves between rows and columns. Layout, u32 each:
//
//    0 kind   4 offset in the row   8 width in bytes   12 lanes of the first columns, 16 · 20 · 24 · 28 … up to 8 addresses
//
// kind: 0 one field of 2, 4, 8 or any number of bytes; 1 two fields of 8; 2 four fields of 4; 3 eight fields of 2
export const stepBytes: usize = 48;

// @ts-ignore: decorator
@inline
const single: u32 = 0;
// @ts-ignore: decorator
@inline
const pairs: u32 = 1;
// @ts-ignore: decorator
@inline
const fours: u32 = 2;

// Rows go in blocks that stay in the L1 cache while every step passes over them.
const blockBytes: u32 = 16384;

// @ts-ignore: decorator
@inline
function blockRows(stride: u32): i32 {
  return max<i32>(8, <i32>(blockBytes / stride) & ~7);
}

// @ts-ignore: decorator
@inline
function columnOf(step: usize, lane: i32): usize {
  return <usize>load<u32>(step + (<usize>lane << 2), 12);
}

/** Rows of `stride` bytes to columns. */
export function unpack(rows: usize, stride: u32, count: i32, steps: usize, stepCount: i32): void {
  const block = blockRows(stride);
  for (let first = 0; first < count; first += block) {
    const some = min<i32>(block, count - first);
    for (let s = 0; s < stepCount; s++) {
      const step = steps + <usize>s * stepBytes;
      const from = rows + <usize>first * stride + load<u32>(step, 4);
      const kind = load<u32>(step);
      const width = load<u32>(step, 8);
      if (kind == pairs) unpackPairs(from, stride, some, step, first);
      else if (kind == fours) unpackFours(from, stride, some, step, first);
      else if (kind > fours) unpackEights(from, stride, some, step, first);
      else if (width == 8) unpackOne<u64>(from, stride, some, columnOf(step, 0) + (<usize>first << 3));
      else if (width == 4) unpackOne<u32>(from, stride, some, columnOf(step, 0) + (<usize>first << 2));
      else if (width == 2) unpackOne<u16>(from, stride, some, columnOf(step, 0) + (<usize>first << 1));
      else unpackBytes(from, stride, some, columnOf(step, 0) + <usize>first * width, width);
    }
  }
}

/** Columns to rows of `stride` bytes. */
export function pack(rows: usize, stride: u32, count: i32, steps: usize, stepCount: i32): void {
  const block = blockRows(stride);
  for (let first = 0; first < count; first += block) {
    const some = min<i32>(block, count - first);
    for (let s = 0; s < stepCount; s++) {
      const step = steps + <usize>s * stepBytes;
      const to = rows + <usize>first * stride + load<u32>(step, 4);
      const kind = load<u32>(step);
      const width = load<u32>(step, 8);
      if (kind == pairs) packPairs(to, stride, some, step, first);
      else if (kind == fours) packFours(to, stride, some, step, first);
      else if (kind > fours) packEights(to, stride, some, step, first);
      else if (width == 8) packOne<u64>(to, stride, some, columnOf(step, 0) + (<usize>first << 3));
      else if (width == 4) packOne<u32>(to, stride, some, columnOf(step, 0) + (<usize>first << 2));
      else if (width == 2) packOne<u16>(to, stride, some, columnOf(step, 0) + (<usize>first << 1));
      else packBytes(to, stride, some, columnOf(step, 0) + <usize>first * width, width);
    }
  }
}

// ---- one field ----

function unpackOne<T>(from: usize, stride: usize, count: i32, to: usize): void {
  const end = to + (<usize>count << alignof<T>());
  if (stride == sizeof<T>()) {
    memory.copy(to, from, end - to);
    return;
  }
  const blockEnd = to + (<usize>(count & ~3) << alignof<T>());
  const four = stride << 2, two = stride << 1, three = two + stride;
  for (; to < blockEnd; to += 4 * sizeof<T>(), from += four) {
    const a = load<T>(from), b = load<T>(from + stride), c = load<T>(from + two), d = load<T>(from + three);
    store<T>(to, a);
    store<T>(to, b, sizeof<T>());
    store<T>(to, c, 2 * sizeof<T>());
    store<T>(to, d, 3 * sizeof<T>());
  }
  for (; to < end; to += sizeof<T>(), from += stride) store<T>(to, load<T>(from));
}

function packOne<T>(to: usize, stride: usize, count: i32, from: usize): void {
  const end = from + (<usize>count << alignof<T>());
  if (stride == sizeof<T>()) {
    memory.copy(to, from, end - from);
    return;
  }
  const blockEnd = from + (<usize>(count & ~3) << alignof<T>());
  const four = stride << 2, two = stride << 1, three = two + stride;
  for (; from < blockEnd; from += 4 * sizeof<T>(), to += four) {
    const a = load<T>(from), b = load<T>(from, sizeof<T>()), c = load<T>(from, 2 * sizeof<T>()), d = load<T>(from, 3 * sizeof<T>());
    store<T>(to, a);
    store<T>(to + stride, b);
    store<T>(to + two, c);
    store<T>(to + three, d);
  }
  for (; from < end; from += sizeof<T>(), to += stride) store<T>(to, load<T>(from));
}

/** Any width. Eight bytes at a time, and the last eight once more: no loop over single bytes from 8 bytes on. */
// @ts-ignore: decorator
@inline
function copyBytes(to: usize, from: usize, width: usize): void {
  if (width >= 8) {
    const last = width - 8;
    for (let at: usize = 0; at < last; at += 8) store<u64>(to + at, load<u64>(from + at));
    store<u64>(to + last, load<u64>(from + last));
  } else if (width >= 4) {
    const last = width - 4;
    const head = load<u32>(from), tail = load<u32>(from + last);
    store<u32>(to, head);
    store<u32>(to + last, tail);
  } else if (width >= 2) {
    const head = load<u16>(from), tail = load<u8>(from + width - 1);
    store<u16>(to, head);
    store<u8>(to + width - 1, tail);
  } else store<u8>(to, load<u8>(from));
}

function unpackBytes(from: usize, stride: usize, count: i32, to: usize, width: usize): void {
  if (stride == width) {
    memory.copy(to, from, <usize>count * width);
    return;
  }
  const end = to + <usize>count * width;
  for (; to < end; to += width, from += stride) copyBytes(to, from, width);
}

function packBytes(to: usize, stride: usize, count: i32, from: usize, width: usize): void {
  if (stride == width) {
    memory.copy(to, from, <usize>count * width);
    return;
  }
  const end = from + <usize>count * width;
  for (; from < end; from += width, to += stride) copyBytes(to, from, width);
}

// ---- groups: small transposes in registers ----

//   row r     | a0 b0 |      | a0 a1 |  column a
//   row r+1   | a1 b1 |  →   | b0 b1 |  column b
function unpackPairs(from: usize, stride: usize, count: i32, step: usize, first: i32): void {
  let a = columnOf(step, 0) + (<usize>first << 3), b = columnOf(step, 1) + (<usize>first << 3);
  let row = 0;
  const two = stride << 1;
  for (; row + 2 <= count; row += 2, from += two, a += 16, b += 16) {
    const r0 = v128.load(from), r1 = v128.load(from + stride);
    v128.store(a, v128.shuffle<u64>(r0, r1, 0, 2));
    v128.store(b, v128.shuffle<u64>(r0, r1, 1, 3));
  }
  for (; row < count; row++, from += stride, a += 8, b += 8) {
    store<u64>(a, load<u64>(from));
    store<u64>(b, load<u64>(from, 8));
  }
}

function packPairs(to: usize, stride: usize, count: i32, step: usize, first: i32): void {
  let a = columnOf(step, 0) + (<usize>first << 3), b = columnOf(step, 1) + (<usize>first << 3);
  let row = 0;
  const two = stride << 1;
  for (; row + 2 <= count; row += 2, to += two, a += 16, b += 16) {
    const c0 = v128.load(a), c1 = v128.load(b);
    v128.store(to, v128.shuffle<u64>(c0, c1, 0, 2));
    v128.store(to + stride, v128.shuffle<u64>(c0, c1, 1, 3));
  }
  for (; row < count; row++, to += stride, a += 8, b += 8) {
    store<u64>(to, load<u64>(a));
    store<u64>(to, load<u64>(b), 8);
  }
}

function unpackFours(from: usize, stride: usize, count: i32, step: usize, first: i32): void {
  const skip = <usize>first << 2;
  let a = columnOf(step, 0) + skip, b = columnOf(step, 1) + skip, c = columnOf(step, 2) + skip, d = columnOf(step, 3) + skip;
  let row = 0;
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; row + 4 <= count; row += 4, from += four, a += 16, b += 16, c += 16, d += 16) {
    const r0 = v128.load(from), r1 = v128.load(from + stride), r2 = v128.load(from + two), r3 = v128.load(from + three);
    const ab01 = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5), cd01 = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
    const ab23 = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5), cd23 = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
    v128.store(a, v128.shuffle<u64>(ab01, ab23, 0, 2));
    v128.store(b, v128.shuffle<u64>(ab01, ab23, 1, 3));
    v128.store(c, v128.shuffle<u64>(cd01, cd23, 0, 2));
    v128.store(d, v128.shuffle<u64>(cd01, cd23, 1, 3));
  }
  for (; row < count; row++, from += stride, a += 4, b += 4, c += 4, d += 4) {
    store<u32>(a, load<u32>(from));
    store<u32>(b, load<u32>(from, 4));
    store<u32>(c, load<u32>(from, 8));
    store<u32>(d, load<u32>(from, 12));
  }
}

function packFours(to: usize, stride: usize, count: i32, step: usize, first: i32): void {
  const skip = <usize>first << 2;
  let a = columnOf(step, 0) + skip, b = columnOf(step, 1) + skip, c = columnOf(step, 2) + skip, d = columnOf(step, 3) + skip;
  let row = 0;
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; row + 4 <= count; row += 4, to += four, a += 16, b += 16, c += 16, d += 16) {
    const c0 = v128.load(a), c1 = v128.load(b), c2 = v128.load(c), c3 = v128.load(d);
    const ab01 = v128.shuffle<u32>(c0, c1, 0, 4, 1, 5), ab23 = v128.shuffle<u32>(c0, c1, 2, 6, 3, 7);
    const cd01 = v128.shuffle<u32>(c2, c3, 0, 4, 1, 5), cd23 = v128.shuffle<u32>(c2, c3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<u64>(ab01, cd01, 0, 2));
    v128.store(to + stride, v128.shuffle<u64>(ab01, cd01, 1, 3));
    v128.store(to + two, v128.shuffle<u64>(ab23, cd23, 0, 2));
    v128.store(to + three, v128.shuffle<u64>(ab23, cd23, 1, 3));
  }
  for (; row < count; row++, to += stride, a += 4, b += 4, c += 4, d += 4) {
    store<u32>(to, load<u32>(a));
    store<u32>(to, load<u32>(b), 4);
    store<u32>(to, load<u32>(c), 8);
    store<u32>(to, load<u32>(d), 12);
  }
}

// @ts-ignore: decorator
@inline
function low16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function high16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: decorator
@inline
function low32(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
function high32(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline
function low64(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
function high64(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 3);
}

function unpackEights(from: usize, stride: usize, count: i32, step: usize, first: i32): void {
  const skip = <usize>first << 1;
  const eight = stride << 3;
  let at = skip;
  let row = 0;
  for (; row + 8 <= count; row += 8, from += eight, at += 16) {
    let p = from;
    const r0 = v128.load(p), r1 = v128.load((p += stride)), r2 = v128.load((p += stride)), r3 = v128.load((p += stride));
    const r4 = v128.load((p += stride)), r5 = v128.load((p += stride)), r6 = v128.load((p += stride)), r7 = v128.load((p += stride));
    const a0 = low16(r0, r1), a1 = high16(r0, r1), a2 = low16(r2, r3), a3 = high16(r2, r3);
    const a4 = low16(r4, r5), a5 = high16(r4, r5), a6 = low16(r6, r7), a7 = high16(r6, r7);
    const b0 = low32(a0, a2), b1 = high32(a0, a2), b2 = low32(a1, a3), b3 = high32(a1, a3);
    const b4 = low32(a4, a6), b5 = high32(a4, a6), b6 = low32(a5, a7), b7 = high32(a5, a7);
    v128.store(columnOf(step, 0) + at, low64(b0, b4));
    v128.store(columnOf(step, 1) + at, high64(b0, b4));
    v128.store(columnOf(step, 2) + at, low64(b1, b5));
    v128.store(columnOf(step, 3) + at, high64(b1, b5));
    v128.store(columnOf(step, 4) + at, low64(b2, b6));
    v128.store(columnOf(step, 5) + at, high64(b2, b6));
    v128.store(columnOf(step, 6) + at, low64(b3, b7));
    v128.store(columnOf(step, 7) + at, high64(b3, b7));
  }
  for (; row < count; row++, from += stride, at += 2) {
    for (let lane = 0; lane < 8; lane++) store<u16>(columnOf(step, lane) + at, load<u16>(from + (<usize>lane << 1)));
  }
}

function packEights(to: usize, stride: usize, count: i32, step: usize, first: i32): void {
  const eight = stride << 3;
  let at = <usize>first << 1;
  let row = 0;
  for (; row + 8 <= count; row += 8, to += eight, at += 16) {
    const r0 = v128.load(columnOf(step, 0) + at), r1 = v128.load(columnOf(step, 1) + at);
    const r2 = v128.load(columnOf(step, 2) + at), r3 = v128.load(columnOf(step, 3) + at);
    const r4 = v128.load(columnOf(step, 4) + at), r5 = v128.load(columnOf(step, 5) + at);
    const r6 = v128.load(columnOf(step, 6) + at), r7 = v128.load(columnOf(step, 7) + at);
    const a0 = low16(r0, r1), a1 = high16(r0, r1), a2 = low16(r2, r3), a3 = high16(r2, r3);
    const a4 = low16(r4, r5), a5 = high16(r4, r5), a6 = low16(r6, r7), a7 = high16(r6, r7);
    const b0 = low32(a0, a2), b1 = high32(a0, a2), b2 = low32(a1, a3), b3 = high32(a1, a3);
    const b4 = low32(a4, a6), b5 = high32(a4, a6), b6 = low32(a5, a7), b7 = high32(a5, a7);
    let p = to;
    v128.store(p, low64(b0, b4));
    v128.store((p += stride), high64(b0, b4));
    v128.store((p += stride), low64(b1, b5));
    v128.store((p += stride), high64(b1, b5));
    v128.store((p += stride), low64(b2, b6));
    v128.store((p += stride), high64(b2, b6));
    v128.store((p += stride), low64(b3, b7));
    v128.store((p += stride), high64(b3, b7));
  }
  for (; row < count; row++, to += stride, at += 2) {
    for (let lane = 0; lane < 8; lane++) store<u16>(to + (<usize>lane << 1), load<u16>(columnOf(step, lane) + at));
  }
}
