// Texts made longer.
import { points } from './points';

export const enum Side { start, end, zeros }

// @ts-ignore: decorator
@inline
function fillWith(out: usize, fill: usize, fillBytes: i32, times: i32): usize {
  for (; times > 0; times--, out += fillBytes) memory.copy(out, fill, fillBytes);
  return out;
}

/**
 * Texts of at least `width` code points, filled at their start, end, or with zeros behind a sign; `fill` is one code point. Writes offsets
 * from 0 and, unless `out` is 0, bytes; returns their number, or -1 when it passes 2³¹ − 1.
 */
export function pad(offsets: usize, values: usize, width: i32, fill: usize, fillBytes: i32, side: i32, length: i32, outOffsets: usize, out: usize): i32 {
  let total: i64 = 0;
  store<i32>(outOffsets, 0);
  for (let i: usize = 0, rows = <usize>length << 2; i < rows; i += 4) {
    let from = values + load<i32>(offsets + i);
    const to = values + load<i32>(offsets + i, 4);
    const missing = max(0, width - points(from, to));
    if (out != 0) {
      let target = out + <usize>total;
      if (side == Side.zeros && from < to && (load<u8>(from) == 43 || load<u8>(from) == 45)) store<u8>(target++, load<u8>(from++));
      if (side != Side.end) target = fillWith(target, fill, fillBytes, missing);
      memory.copy(target, from, to - from);
      target += to - from;
      if (side == Side.end) target = fillWith(target, fill, fillBytes, missing);
      total = <i64>(target - out);
    } else total += <i64>(to - from) + <i64>missing * fillBytes;
    if (total > i32.MAX_VALUE) return -1;
    store<i32>(outOffsets + i, <i32>total, 4);
  }
  return <i32>total;
}

/** Texts `times` times. Writes offsets and bytes as `pad`. */
export function repeat(offsets: usize, values: usize, times: i32, length: i32, outOffsets: usize, out: usize): i32 {
  let total: i64 = 0;
  store<i32>(outOffsets, 0);
  for (let i: usize = 0, rows = <usize>length << 2; i < rows; i += 4) {
    const from = values + load<i32>(offsets + i), size = load<i32>(offsets + i, 4) - load<i32>(offsets + i);
    if (out != 0) fillWith(out + <usize>total, from, size, times);
    total += <i64>size * times;
    if (total > i32.MAX_VALUE) return -1;
    store<i32>(outOffsets + i, <i32>total, 4);
  }
  return <i32>total;
}
