import { packField, unpackField } from './field';
import { packEights, packFours, packPairs, packTwos, unpackEights, unpackFours, unpackPairs, unpackTwos } from './groups';
import { packOctets, unpackOctets } from './octets';
import { packWords, unpackWords } from './words';

// A step says how one field, or a group of neighbouring fields, moves between rows and columns. Layout, u32 each:
//
//    0 kind   4 offset in the row   8 width in bytes   12 what the words of a row are   16 · 20 · 24 … up to 8 column addresses
//
// kind: 0 one field of any width; 1 two fields of 8 bytes; 2 four of 4; 3 eight of 2; 4 two of 2; 5 up to 8 bytes of fields of 2 and 4;
// 6 up to eight fields of 1; with `exact`, nothing behind the fields may be written
const stepBytes: usize = 48;

// @ts-ignore: decorator
@inline
const pairs: u32 = 1;
// @ts-ignore: decorator
@inline
const fours: u32 = 2;
// @ts-ignore: decorator
@inline
const eights: u32 = 3;
// @ts-ignore: decorator
@inline
const twos: u32 = 4;
// @ts-ignore: decorator
@inline
const words: u32 = 5;
// @ts-ignore: decorator
@inline
const octets: u32 = 6;
// @ts-ignore: decorator
@inline
const exact: u32 = 256;

/** How many of the last rows have less than 8 bytes from `offset` on to the end of all; 1 at least, since columns end there too. */
// @ts-ignore: decorator
@inline
function lastRows(offset: u32, stride: u32): i32 {
  return max<i32>(1, <i32>((offset + 7) / stride));
}

/** Rows of `stride` bytes to columns, every step over `block` rows (a multiple of 8) before the next block. */
export function unpack(rows: usize, stride: u32, count: i32, steps: usize, stepCount: i32, block: i32): void {
  for (let first = 0; first < count; first += block) {
    const some = min<i32>(block, count - first);
    for (let s = 0; s < stepCount; s++) {
      const step = steps + <usize>s * stepBytes;
      const kind = load<u32>(step) & 255, offset = load<u32>(step, 4), width = load<u32>(step, 8);
      const from = rows + <usize>first * stride + offset;
      const free = min<i32>(some, count - first - lastRows(offset, stride));
      if (kind == pairs) unpackPairs(from, stride, some, step, first);
      else if (kind == fours) unpackFours(from, stride, some, step, first);
      else if (kind == eights) unpackEights(from, stride, some, step, first);
      else if (kind == twos) unpackTwos(from, stride, some, step, first);
      else if (kind == words) unpackWords(from, stride, some, free, step, first);
      else if (kind == octets) unpackOctets(from, stride, some, free, step, first);
      else unpackField(from, stride, some, free, width, <usize>load<u32>(step, 16) + <usize>first * width);
    }
  }
}

/** Columns to rows of `stride` bytes, in the same blocks. */
export function pack(rows: usize, stride: u32, count: i32, steps: usize, stepCount: i32, block: i32): void {
  for (let first = 0; first < count; first += block) {
    const some = min<i32>(block, count - first);
    for (let s = 0; s < stepCount; s++) {
      const step = steps + <usize>s * stepBytes;
      const kind = load<u32>(step) & 255, offset = load<u32>(step, 4), width = load<u32>(step, 8);
      const to = rows + <usize>first * stride + offset;
      const free = load<u32>(step) >= exact ? 0 : min<i32>(some, count - first - lastRows(offset, stride));
      if (kind == pairs) packPairs(to, stride, some, step, first);
      else if (kind == fours) packFours(to, stride, some, step, first);
      else if (kind == eights) packEights(to, stride, some, step, first);
      else if (kind == twos) packTwos(to, stride, some, step, first);
      else if (kind == words) packWords(to, stride, some, free, step, first);
      else if (kind == octets) packOctets(to, stride, some, free, step, first);
      else packField(to, stride, some, free, width, <usize>load<u32>(step, 16) + <usize>first * width);
    }
  }
}
