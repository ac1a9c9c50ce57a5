import { high16, high32, low16, low32, low8 } from './_lanes';

// Up to eight neighbouring fields of one byte: eight rows of eight bytes, turned on their diagonal.

// @ts-ignore: decorator
@inline
function columnOf(step: usize, k: i32): usize {
  return <usize>load<u32>(step + (<usize>k << 2), 16);
}

/** Behind the first `free` rows 8 bytes can be read. */
export function unpackOctets(from: usize, stride: usize, count: i32, free: i32, step: usize, first: i32): void {
  let row = first;
  const end = first + count, fast = first + free - 7, width = load<i32>(step, 8);
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; row < fast; row += 8) {
    const a0 = low8(v128.load_zero<u64>(from), v128.load_zero<u64>(from + stride));
    const a1 = low8(v128.load_zero<u64>(from + two), v128.load_zero<u64>(from + three));
    from += four;
    const a2 = low8(v128.load_zero<u64>(from), v128.load_zero<u64>(from + stride));
    const a3 = low8(v128.load_zero<u64>(from + two), v128.load_zero<u64>(from + three));
    from += four;
    const b0 = low16(a0, a1), b1 = low16(a2, a3);
    put(step, 0, width, row, low32(b0, b1));
    if (width <= 2) continue;
    put(step, 2, width, row, high32(b0, b1));
    if (width <= 4) continue;
    const b2 = high16(a0, a1), b3 = high16(a2, a3);
    put(step, 4, width, row, low32(b2, b3));
    if (width > 6) put(step, 6, width, row, high32(b2, b3));
  }
  for (; row < end; row++, from += stride) {
    for (let k = 0; k < width; k++) store<u8>(columnOf(step, k) + row, load<u8>(from + k));
  }
}

/** Fields k and k + 1 of eight rows. */
// @ts-ignore: decorator
@inline
function put(step: usize, k: i32, width: i32, row: i32, both: v128): void {
  v128.store_lane<u64>(columnOf(step, k) + row, both, 0);
  if (width > k + 1) v128.store_lane<u64>(columnOf(step, k + 1) + row, both, 1);
}

/** Behind the first `free` rows 8 bytes can be written; fields that there are not have the column of another. */
export function packOctets(to: usize, stride: usize, count: i32, free: i32, step: usize, first: i32): void {
  let row = first;
  const end = first + count, fast = first + free - 7, width = load<i32>(step, 8);
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; row < fast; row += 8) {
    const a0 = take(step, 0, row), a1 = take(step, 2, row), a2 = take(step, 4, row), a3 = take(step, 6, row);
    const b0 = low16(a0, a1), b1 = high16(a0, a1), b2 = low16(a2, a3), b3 = high16(a2, a3);
    const r01 = low32(b0, b2), r23 = high32(b0, b2), r45 = low32(b1, b3), r67 = high32(b1, b3);
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
    for (let k = 0; k < width; k++) store<u8>(to + k, load<u8>(columnOf(step, k) + row));
  }
}

/** Fields k and k + 1 of eight rows, in turns. */
// @ts-ignore: decorator
@inline
function take(step: usize, k: i32, row: i32): v128 {
  return low8(v128.load_zero<u64>(columnOf(step, k) + row), v128.load_zero<u64>(columnOf(step, k + 1) + row));
}
