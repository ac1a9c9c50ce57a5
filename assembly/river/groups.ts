import { even16, high16, high32, high64, low16, low32, low64, odd16 } from './_lanes';

// @ts-ignore: decorator
@inline
function columnOf(step: usize, field: i32): usize {
  return <usize>load<u32>(step + (<usize>field << 2), 16);
}

//   row r     | a0 b0 |      | a0 a1 |  column a
//   row r+1   | a1 b1 |  ↔   | b0 b1 |  column b
export function unpackPairs(from: usize, stride: usize, count: i32, step: usize, first: i32): void {
  let a = columnOf(step, 0) + (<usize>first << 3), b = columnOf(step, 1) + (<usize>first << 3);
  const two = stride << 1;
  for (; count >= 2; count -= 2, from += two, a += 16, b += 16) {
    const r0 = v128.load(from), r1 = v128.load(from + stride);
    v128.store(a, low64(r0, r1));
    v128.store(b, high64(r0, r1));
  }
  if (count == 0) return;
  store<u64>(a, load<u64>(from));
  store<u64>(b, load<u64>(from, 8));
}

export function packPairs(to: usize, stride: usize, count: i32, step: usize, first: i32): void {
  let a = columnOf(step, 0) + (<usize>first << 3), b = columnOf(step, 1) + (<usize>first << 3);
  const two = stride << 1;
  for (; count >= 2; count -= 2, to += two, a += 16, b += 16) {
    const c0 = v128.load(a), c1 = v128.load(b);
    v128.store(to, low64(c0, c1));
    v128.store(to + stride, high64(c0, c1));
  }
  if (count == 0) return;
  store<u64>(to, load<u64>(a));
  store<u64>(to, load<u64>(b), 8);
}

// Four rows of four values of 4 bytes, turned on their diagonal.
export function unpackFours(from: usize, stride: usize, count: i32, step: usize, first: i32): void {
  const skip = <usize>first << 2;
  let a = columnOf(step, 0) + skip, b = columnOf(step, 1) + skip, c = columnOf(step, 2) + skip, d = columnOf(step, 3) + skip;
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; count >= 4; count -= 4, from += four, a += 16, b += 16, c += 16, d += 16) {
    const r0 = v128.load(from), r1 = v128.load(from + stride), r2 = v128.load(from + two), r3 = v128.load(from + three);
    const ab01 = low32(r0, r1), cd01 = high32(r0, r1), ab23 = low32(r2, r3), cd23 = high32(r2, r3);
    v128.store(a, low64(ab01, ab23));
    v128.store(b, high64(ab01, ab23));
    v128.store(c, low64(cd01, cd23));
    v128.store(d, high64(cd01, cd23));
  }
  for (; count > 0; count--, from += stride, a += 4, b += 4, c += 4, d += 4) {
    store<u32>(a, load<u32>(from));
    store<u32>(b, load<u32>(from, 4));
    store<u32>(c, load<u32>(from, 8));
    store<u32>(d, load<u32>(from, 12));
  }
}

export function packFours(to: usize, stride: usize, count: i32, step: usize, first: i32): void {
  const skip = <usize>first << 2;
  let a = columnOf(step, 0) + skip, b = columnOf(step, 1) + skip, c = columnOf(step, 2) + skip, d = columnOf(step, 3) + skip;
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; count >= 4; count -= 4, to += four, a += 16, b += 16, c += 16, d += 16) {
    const c0 = v128.load(a), c1 = v128.load(b), c2 = v128.load(c), c3 = v128.load(d);
    const ab01 = low32(c0, c1), ab23 = high32(c0, c1), cd01 = low32(c2, c3), cd23 = high32(c2, c3);
    v128.store(to, low64(ab01, cd01));
    v128.store(to + stride, high64(ab01, cd01));
    v128.store(to + two, low64(ab23, cd23));
    v128.store(to + three, high64(ab23, cd23));
  }
  for (; count > 0; count--, to += stride, a += 4, b += 4, c += 4, d += 4) {
    store<u32>(to, load<u32>(a));
    store<u32>(to, load<u32>(b), 4);
    store<u32>(to, load<u32>(c), 8);
    store<u32>(to, load<u32>(d), 12);
  }
}

// Eight rows of eight values of 2 bytes.
export function unpackEights(from: usize, stride: usize, count: i32, step: usize, first: i32): void {
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

export function packEights(to: usize, stride: usize, count: i32, step: usize, first: i32): void {
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

// Two values of 2 bytes: rows that are nothing else lie side by side.
export function unpackTwos(from: usize, stride: usize, count: i32, step: usize, first: i32): void {
  let a = columnOf(step, 0) + (<usize>first << 1), b = columnOf(step, 1) + (<usize>first << 1);
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; count >= 8; count -= 8, a += 16, b += 16, from += four << 1) {
    if (stride == 4) {
      const r0123 = v128.load(from), r4567 = v128.load(from, 16);
      v128.store(a, even16(r0123, r4567));
      v128.store(b, odd16(r0123, r4567));
    } else {
      const half = from + four;
      const r01 = low16(v128.load_zero<u32>(from), v128.load_zero<u32>(from + stride));
      const r23 = low16(v128.load_zero<u32>(from + two), v128.load_zero<u32>(from + three));
      const r45 = low16(v128.load_zero<u32>(half), v128.load_zero<u32>(half + stride));
      const r67 = low16(v128.load_zero<u32>(half + two), v128.load_zero<u32>(half + three));
      const ab0123 = low32(r01, r23), ab4567 = low32(r45, r67);
      v128.store(a, low64(ab0123, ab4567));
      v128.store(b, high64(ab0123, ab4567));
    }
  }
  for (; count > 0; count--, from += stride, a += 2, b += 2) {
    store<u16>(a, load<u16>(from));
    store<u16>(b, load<u16>(from, 2));
  }
}

export function packTwos(to: usize, stride: usize, count: i32, step: usize, first: i32): void {
  let a = columnOf(step, 0) + (<usize>first << 1), b = columnOf(step, 1) + (<usize>first << 1);
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; count >= 8; count -= 8, a += 16, b += 16, to += four << 1) {
    const c0 = v128.load(a), c1 = v128.load(b);
    const r0123 = low16(c0, c1), r4567 = high16(c0, c1);
    if (stride == 4) {
      v128.store(to, r0123);
      v128.store(to, r4567, 16);
    } else {
      const half = to + four;
      v128.store_lane<u32>(to, r0123, 0);
      v128.store_lane<u32>(to + stride, r0123, 1);
      v128.store_lane<u32>(to + two, r0123, 2);
      v128.store_lane<u32>(to + three, r0123, 3);
      v128.store_lane<u32>(half, r4567, 0);
      v128.store_lane<u32>(half + stride, r4567, 1);
      v128.store_lane<u32>(half + two, r4567, 2);
      v128.store_lane<u32>(half + three, r4567, 3);
    }
  }
  for (; count > 0; count--, to += stride, a += 2, b += 2) {
    store<u16>(to, load<u16>(a));
    store<u16>(to, load<u16>(b), 2);
  }
}
