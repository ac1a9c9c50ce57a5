// White space at the ends of texts: what String.prototype.trim takes away.

// @ts-ignore: decorator
@inline
function isNarrow(byte: u32): bool {
  return byte == 32 || (byte >= 9 && byte <= 13);
}

/** Whether three bytes are one of the wide spaces, from U+1680 on. */
function isWide(at: usize): bool {
  const first = <u32>load<u8>(at), rest = (<u32>load<u8>(at, 1) << 8) | <u32>load<u8>(at, 2);
  if (first == 0xe2) {
    if (rest >= 0x8080 && rest <= 0x808a) return true;
    return rest == 0x80a8 || rest == 0x80a9 || rest == 0x80af || rest == 0x819f;
  }
  return (first == 0xe1 && rest == 0x9a80) || (first == 0xe3 && rest == 0x8080) || (first == 0xef && rest == 0xbbbf);
}

// @ts-ignore: decorator
@inline
function isNoBreak(at: usize): bool {
  return load<u16>(at) == 0xa0c2;
}

export const START: i32 = 1;
export const END: i32 = 2;

/** Texts without white space at their start (1), end (2) or both (3). Writes offsets from 0 and bytes, never more than there were. */
export function strip(offsets: usize, values: usize, ends: i32, length: i32, outOffsets: usize, out: usize): void {
  const begin = out;
  store<i32>(outOffsets, 0);
  for (let i: usize = 0, rows = <usize>length << 2; i < rows; i += 4) {
    let from = values + load<i32>(offsets + i), to = values + load<i32>(offsets + i, 4);
    if (ends & START) {
      while (from < to) {
        if (isNarrow(load<u8>(from))) from++;
        else if (from + 2 <= to && isNoBreak(from)) from += 2;
        else if (from + 3 <= to && isWide(from)) from += 3;
        else break;
      }
    }
    if (ends & END) {
      while (from < to) {
        if (isNarrow(load<u8>(to - 1))) to--;
        else if (from + 2 <= to && isNoBreak(to - 2)) to -= 2;
        else if (from + 3 <= to && isWide(to - 3)) to -= 3;
        else break;
      }
    }
    memory.copy(out, from, to - from);
    out += to - from;
    store<i32>(outOffsets + i, <i32>(out - begin), 4);
  }
}
