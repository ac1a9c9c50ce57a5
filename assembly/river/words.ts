import { even16, high16, high32, high64, low16, low32, low64, odd16 } from './_lanes';

// Neighbouring fields of 2 and 4 bytes, 8 bytes a row at most: eight rows are turned into four registers, of which register k holds word k (2 bytes)
// of each row. Fields of 4 bytes are two words. What a word is stands in 4 bits:
//
//    0 nothing   1 a field of 2 bytes   2, 3 the two words of a field of 4 bytes, both with its column's address

// @ts-ignore: decorator
@inline
const whole: u32 = 1;
// @ts-ignore: decorator
@inline
const lower: u32 = 2;
// @ts-ignore: decorator
@inline
const upper: u32 = 3;

// @ts-ignore: decorator
@inline
function wordOf(step: usize, k: i32): u32 {
  return (load<u32>(step, 12) >> (k << 2)) & 15;
}

// @ts-ignore: decorator
@inline
function columnOf(step: usize, k: i32): usize {
  return <usize>load<u32>(step + (<usize>k << 2), 16);
}

/** Behind the first `free` rows 8 bytes can be read. */
export function unpackWords(from: usize, stride: usize, count: i32, free: i32, step: usize, first: i32): void {
  let row = first;
  const end = first + count, fast = first + free - 7;
  const w0 = wordOf(step, 0), w1 = wordOf(step, 1), w2 = wordOf(step, 2), w3 = wordOf(step, 3);
  const c0 = columnOf(step, 0), c1 = columnOf(step, 1), c2 = columnOf(step, 2), c3 = columnOf(step, 3);
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; row < fast; row += 8) {
    const r0 = v128.load_zero<u64>(from), r1 = v128.load_zero<u64>(from + stride);
    const r2 = v128.load_zero<u64>(from + two), r3 = v128.load_zero<u64>(from + three);
    from += four;
    const r4 = v128.load_zero<u64>(from), r5 = v128.load_zero<u64>(from + stride);
    const r6 = v128.load_zero<u64>(from + two), r7 = v128.load_zero<u64>(from + three);
    from += four;
    const a0 = low16(r0, r1), a1 = low16(r2, r3), a2 = low16(r4, r5), a3 = low16(r6, r7);
    const b0 = low32(a0, a1), b1 = low32(a2, a3), b2 = high32(a0, a1), b3 = high32(a2, a3);
    const p0 = low64(b0, b1), p1 = high64(b0, b1), p2 = low64(b2, b3), p3 = high64(b2, b3);
    put(w0, c0, row, p0, p1);
    put(w1, c1, row, p1, p2);
    put(w2, c2, row, p2, p3);
    put(w3, c3, row, p3, p3);
  }
  for (; row < end; row++, from += stride) {
    for (let k = 0; k < 4; k++) {
      const word = wordOf(step, k);
      if (word == whole) store<u16>(columnOf(step, k) + (<usize>row << 1), load<u16>(from + (<usize>k << 1)));
      else if (word == lower) store<u32>(columnOf(step, k) + (<usize>row << 2), load<u32>(from + (<usize>k << 1)));
    }
  }
}

// @ts-ignore: decorator
@inline
function put(word: u32, column: usize, row: i32, p: v128, next: v128): void {
  if (word == whole) v128.store(column + (<usize>row << 1), p);
  else if (word == lower) {
    const to = column + (<usize>row << 2);
    v128.store(to, low16(p, next));
    v128.store(to, high16(p, next), 16);
  }
}

/** Behind the first `free` rows 8 bytes can be written. */
export function packWords(to: usize, stride: usize, count: i32, free: i32, step: usize, first: i32): void {
  let row = first;
  const end = first + count, fast = first + free - 7;
  const w0 = wordOf(step, 0), w1 = wordOf(step, 1), w2 = wordOf(step, 2), w3 = wordOf(step, 3);
  const c0 = columnOf(step, 0), c1 = columnOf(step, 1), c2 = columnOf(step, 2), c3 = columnOf(step, 3);
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; row < fast; row += 8) {
    const p0 = take(w0, c0, row), p1 = take(w1, c1, row), p2 = take(w2, c2, row), p3 = take(w3, c3, row);
    const a0 = low16(p0, p1), a1 = low16(p2, p3), a2 = high16(p0, p1), a3 = high16(p2, p3);
    const r01 = low32(a0, a1), r23 = high32(a0, a1), r45 = low32(a2, a3), r67 = high32(a2, a3);
    v128.store_lane<u64>(to, r01, 0);
    v128.store_lane<u64>(to + stride, r01, 1);
    v128.store_lane<u64>(to + two, r23, 0);
    v128.store_lane<u64>(to + three, r23, 1);
    to += four;
    v128.store_lane<u64>(to, r45, 0);
    v128.store_lane<u64>(to + stride, r45, 1);
    v128.store_lane<u64>(to + two, r67, 0);
    v128.store_lane<u64>(to + three, r67, 1);
    to += four;
  }
  for (; row < end; row++, to += stride) {
    for (let k = 0; k < 4; k++) {
      const word = wordOf(step, k);
      if (word == whole) store<u16>(to + (<usize>k << 1), load<u16>(columnOf(step, k) + (<usize>row << 1)));
      else if (word == lower) store<u32>(to + (<usize>k << 1), load<u32>(columnOf(step, k) + (<usize>row << 2)));
    }
  }
}

/** A word of eight rows. What stands where there is none is overwritten. */
// @ts-ignore: decorator
@inline
function take(word: u32, column: usize, row: i32): v128 {
  if (word < lower) return v128.load(column + (<usize>row << 1));
  const from = column + (<usize>row << 2);
  const a = v128.load(from), b = v128.load(from, 16);
  if (word == lower) return even16(a, b);
  return odd16(a, b);
}
