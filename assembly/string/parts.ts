// Texts looked for in texts.
import { find } from '../shared/search';
import { points } from './points';

/** Place of the first occurrence in code points, or -1. */
export function places(offsets: usize, values: usize, text: usize, bytes: i32, out: usize, length: i32): void {
  for (let i: usize = 0, rows = <usize>length << 2; i < rows; i += 4) {
    const from = values + load<i32>(offsets + i), found = find(from, values + load<i32>(offsets + i, 4), text, bytes);
    store<i32>(out + i, found == 0 ? -1 : points(from, found));
  }
}

/** How often a text occurs, not counting overlaps. */
export function occurrences(from: usize, to: usize, text: usize, bytes: i32): i32 {
  let count = 0;
  for (let found = find(from, to, text, bytes); found != 0; found = find(found + bytes, to, text, bytes)) count++;
  return count;
}

/**
 * Part n of each text, cut where `text` occurs; from its end when n is negative. Writes offsets from 0, bytes, and bits: 0 where there are
 * too few parts.
 */
export function part(offsets: usize, values: usize, text: usize, bytes: i32, n: i32, length: i32, outOffsets: usize, out: usize, bits: usize): void {
  const begin = out;
  store<i32>(outOffsets, 0);
  memory.fill(bits, 0, <usize>((length + 7) >> 3));
  for (let row = 0; row < length; row++) {
    const at = <usize>row << 2;
    let from = values + load<i32>(offsets + at);
    const to = values + load<i32>(offsets + at, 4);
    let left = n < 0 ? occurrences(from, to, text, bytes) + 1 + n : n;
    let found = from;
    for (; left > 0; left--) {
      found = find(from, to, text, bytes);
      if (found == 0) break;
      from = found + bytes;
    }
    if (left == 0) {
      found = find(from, to, text, bytes);
      const size = (found == 0 ? to : found) - from;
      memory.copy(out, from, size);
      out += size;
      const byte = bits + (row >> 3);
      store<u8>(byte, <u8>(<i32>load<u8>(byte) | (1 << (row & 7))));
    }
    store<i32>(outOffsets + at, <i32>(out - begin), 4);
  }
}

/** Texts with every occurrence of one text replaced. Writes offsets from 0 and, unless `out` is 0, bytes; returns their number, or -1 when it passes 2³¹ − 1. */
export function replace(offsets: usize, values: usize, text: usize, bytes: i32, by: usize, byBytes: i32, length: i32, outOffsets: usize, out: usize): i32 {
  let total: i64 = 0;
  store<i32>(outOffsets, 0);
  for (let i: usize = 0, rows = <usize>length << 2; i < rows; i += 4) {
    let from = values + load<i32>(offsets + i);
    const to = values + load<i32>(offsets + i, 4);
    if (out == 0) total += <i64>(to - from) + <i64>occurrences(from, to, text, bytes) * (byBytes - bytes);
    else {
      for (let found = find(from, to, text, bytes); ; found = find(from, to, text, bytes)) {
        const size = (found == 0 ? to : found) - from;
        memory.copy(out + <usize>total, from, size);
        total += size;
        if (found == 0) break;
        memory.copy(out + <usize>total, by, byBytes);
        total += byBytes;
        from = found + bytes;
      }
    }
    if (total > i32.MAX_VALUE) return -1;
    store<i32>(outOffsets + i, <i32>total, 4);
  }
  return <i32>total;
}
