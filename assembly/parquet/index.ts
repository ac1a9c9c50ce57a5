// Parquet's encodings: https://parquet.apache.org/docs/file-format/data-pages/encodings/
// Rows of a page are described by `levels`, one byte each: 1 = present; 0 for the address when there are no nulls. Values of a page are its present rows only.
import { copySmall } from '../column/_copy';
import { delta } from './delta';

export const heapBase: usize = __heap_base;

// @ts-ignore: decorator
@inline
function hybrid<T>(source: usize, bytes: i32, width: i32, count: i32, target: usize): i32 {
  const end = source + bytes, valueBytes = <usize>((width + 7) >> 3), mask: u64 = ((<u64>1) << width) - 1;
  let at = source, done = 0;
  while (done < count) {
    let header: u32 = 0, shift = 0;
    for (;;) {
      if (at >= end || shift > 28) return -1;
      const byte = <u32>load<u8>(at++);
      header |= (byte & 127) << shift;
      if (byte < 128) break;
      shift += 7;
    }
    if (header & 1) {
      const groups = header >> 1;
      const run = <i32>min<u64>(<u64>groups << 3, <u64>(count - done));
      // the last run may be cut short by its writer
      const have = <u64>(end - at) * 8;
      if (<u64>run * width > have) return -1;
      let bit: u64 = 0;
      const out = target + (<usize>done << alignof<T>());
      for (let i = 0; i < run; i++, bit += width) {
        const from = at + <usize>(bit >> 3);
        let word: u64;
        if (from + 8 <= end) word = load<u64>(from);
        else {
          word = 0;
          for (let k: usize = 0; from + k < end; k++) word |= <u64>load<u8>(from + k) << (k << 3);
        }
        store<T>(out + (<usize>i << alignof<T>()), <T>((word >> (bit & 7)) & mask));
      }
      at += min<usize>(<usize>groups * width, end - at);
      done += run;
    } else {
      const run = <i32>min<u32>(header >> 1, <u32>(count - done));
      if (at + valueBytes > end || run == 0) return -1;
      let value: u32 = 0;
      for (let k: usize = 0; k < valueBytes; k++) value |= <u32>load<u8>(at + k) << <u32>(k << 3);
      at += valueBytes;
      const out = target + (<usize>done << alignof<T>());
      if (sizeof<T>() == 1) memory.fill(out, <u8>value, run);
      else for (let i = 0; i < run; i++) store<T>(out + (<usize>i << alignof<T>()), <T>value);
      done += run;
    }
  }
  return <i32>(at - source);
}

/** Decodes `count` values of up to 8 bits from the run-length/bit-packed hybrid to bytes; gives the bytes read, or -1. */
export function hybrid8(source: usize, bytes: i32, width: i32, count: i32, target: usize): i32 { return hybrid<u8>(source, bytes, width, count, target); }

/** Decodes `count` values of up to 32 bits from the run-length/bit-packed hybrid to u32; gives the bytes read, or -1. */
export function hybrid32(source: usize, bytes: i32, width: i32, count: i32, target: usize): i32 { return hybrid<u32>(source, bytes, width, count, target); }

/** Number of bytes that are not 0. */
export function countPresent(levels: usize, rows: i32): i32 {
  let total = 0;
  for (let i = 0; i < rows; i++) total += i32(load<u8>(levels + i) != 0);
  return total;
}

// @ts-ignore: decorator
@inline
function spread<T>(values: usize, levels: usize, rows: i32, target: usize): void {
  if (levels == 0) { memory.copy(target, values, <usize>rows << alignof<T>()); return; }
  for (let i = 0; i < rows; i++, target += sizeof<T>()) {
    const present = <usize>load<u8>(levels + i);
    // reads one value too many behind the last present one: pages are padded
    store<T>(target, present ? load<T>(values) : <T>0);
    values += present << alignof<T>();
  }
}

/** Puts the values of present rows in their places, 0 elsewhere; 1-byte values. */
export function spread8(values: usize, levels: usize, rows: i32, target: usize): void { spread<u8>(values, levels, rows, target); }
/** As spread8, 4-byte values. */
export function spread32(values: usize, levels: usize, rows: i32, target: usize): void { spread<u32>(values, levels, rows, target); }
/** As spread8, 8-byte values. */
export function spread64(values: usize, levels: usize, rows: i32, target: usize): void { spread<u64>(values, levels, rows, target); }

// @ts-ignore: decorator
@inline
function gather<T>(codes: usize, words: usize, size: u32, levels: usize, rows: i32, target: usize): i32 {
  for (let i = 0; i < rows; i++, target += sizeof<T>()) {
    if (levels != 0 && load<u8>(levels + i) == 0) {
      store<T>(target, <T>0);
      continue;
    }
    const code = load<u32>(codes);
    if (code >= size) return i;
    store<T>(target, load<T>(words + (<usize>code << alignof<T>())));
    codes += 4;
  }
  return -1;
}

/** Writes words[code] for present rows, 0 elsewhere; 4-byte words. -1, or the row whose code is not below `size`. */
export function gather32(codes: usize, words: usize, size: u32, levels: usize, rows: i32, target: usize): i32 { return gather<u32>(codes, words, size, levels, rows, target); }
/** As gather32, 8-byte words. */
export function gather64(codes: usize, words: usize, size: u32, levels: usize, rows: i32, target: usize): i32 { return gather<u64>(codes, words, size, levels, rows, target); }

/** Offsets and bytes of `count` texts, each with its u32 length before it; gives their bytes, or -1. */
export function plainTexts(source: usize, bytes: i32, count: i32, offsets: usize, target: usize): i32 {
  const end = source + bytes;
  let total: u32 = 0;
  store<u32>(offsets, 0);
  for (let i = 0; i < count; i++) {
    if (end - source < 4) return -1;
    const length = load<u32>(source);
    source += 4;
    if (length > <u32>(end - source)) return -1;
    copySmall(target + total, source, length);
    source += length;
    total += length;
    store<u32>(offsets + (<usize>(i + 1) << 2), total);
  }
  return <i32>total;
}

/**
 * Offsets of the rows of a page that is appended to a column whose text ends at `end`: offsets[0] is there, rows follow. Text `codes[i]` (0: i) of `size`
 * is the i-th present row. Gives the new end, or -1 for a code that is not below `size`, -2 when there are 2 GiB or more.
 */
export function appendOffsets(words: usize, size: u32, codes: usize, levels: usize, rows: i32, offsets: usize, end: u32): i32 {
  let total: u64 = end, next: u32 = 0;
  for (let i = 0; i < rows; i++) {
    if (levels == 0 || load<u8>(levels + i) != 0) {
      const code = codes == 0 ? next : load<u32>(codes + (<usize>next << 2));
      if (code >= size) return -1;
      const at = words + (<usize>code << 2);
      total += load<u32>(at, 4) - load<u32>(at);
      if (total > 0x7fff_ffff) return -2;
      next++;
    }
    store<u32>(offsets + (<usize>(i + 1) << 2), <u32>total);
  }
  return <i32>total;
}

/** The bytes of texts whose offsets `appendOffsets` wrote: text codes[i] (0: i) for the i-th of `count`. */
export function appendTexts(words: usize, values: usize, codes: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) {
    const code = codes == 0 ? <u32>i : load<u32>(codes + (<usize>i << 2));
    const at = words + (<usize>code << 2);
    const from = load<u32>(at), bytes = load<u32>(at, 4) - from;
    copySmall(target, values + from, bytes);
    target += bytes;
  }
}

/** INT96 (nanoseconds of the day, Julian day) to nanoseconds since 1970. */
export function int96(source: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) {
    const at = source + <usize>i * 12;
    const days = <i64>load<u32>(at, 8) - 2440588;
    store<i64>(target + (<usize>i << 3), days * 86_400_000_000_000 + load<i64>(at));
  }
}

/** int32 decimals to f64, divided by `divisor`. */
export function decimal32(source: usize, count: i32, divisor: f64, target: usize): void {
  for (let i = 0; i < count; i++) store<f64>(target + (<usize>i << 3), <f64>load<i32>(source + (<usize>i << 2)) / divisor);
}

/** int64 decimals to f64, divided by `divisor`. */
export function decimal64(source: usize, count: i32, divisor: f64, target: usize): void {
  for (let i = 0; i < count; i++) store<f64>(target + (<usize>i << 3), <f64>load<i64>(source + (<usize>i << 3)) / divisor);
}

/** Big-endian decimals of any width (offsets tell it) to f64, divided by `divisor`. */
export function decimalBytes(offsets: usize, values: usize, count: i32, divisor: f64, target: usize): void {
  for (let i = 0; i < count; i++) {
    const at = offsets + (<usize>i << 2);
    let from = values + load<u32>(at);
    const end = values + load<u32>(at, 4);
    let high: i64 = 0, low: u64 = 0;
    if (from < end && load<i8>(from) < 0) { high = -1; low = u64.MAX_VALUE; }
    for (; from < end; from++) {
      high = (high << 8) | <i64>(low >> 56);
      low = (low << 8) | <u64>load<u8>(from);
    }
    // small values are exact: only then is `high` nothing but the sign
    const value = high == (<i64>low >> 63) ? <f64><i64>low : <f64>high * 18446744073709551616.0 + <f64>low;
    store<f64>(target + (<usize>i << 3), value / divisor);
  }
}

/** int32 to 1 byte, in place or elsewhere. */
export function narrow8(source: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) store<u8>(target + i, load<u8>(source + (<usize>i << 2)));
}

/** int32 to 2 bytes, in place or elsewhere. */
export function narrow16(source: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) store<u16>(target + (<usize>i << 1), load<u16>(source + (<usize>i << 2)));
}

/** Bits to bytes, 0 or 1. */
export function unpackBits(bits: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i++) store<u8>(target + i, (load<u8>(bits + (i >> 3)) >> <u8>(i & 7)) & 1);
}

/** Interleaves `width` streams of `count` bytes: byte b of value i comes from stream b. */
export function mergeStreams(source: usize, width: i32, count: i32, target: usize): void {
  for (let b = 0; b < width; b++) {
    const stream = source + <usize>b * count;
    for (let i = 0; i < count; i++) store<u8>(target + <usize>i * width + b, load<u8>(stream + i));
  }
}

/** Decodes `count` DELTA_BINARY_PACKED values to i32; `target` has room for count + 1 words of 8 bytes. Gives the bytes read, or -1. */
export function delta32(source: usize, bytes: i32, count: i32, target: usize): i32 { return delta<i32>(source, bytes, count, target); }

/** Decodes `count` DELTA_BINARY_PACKED values to i64; `target` has room for count + 1 of them. Gives the bytes read, or -1. */
export function delta64(source: usize, bytes: i32, count: i32, target: usize): i32 { return delta<i64>(source, bytes, count, target); }
