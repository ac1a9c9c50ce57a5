/** Fills `offsets` (count + 1) with 0, width, 2·width, … */
export function ramp(offsets: usize, count: i32, width: i32): void {
  for (let i = 0, at = 0; i <= count; i++, at += width) store<i32>(offsets + (<usize>i << 2), at);
}

/** Moves values of fixed width together, each without the NULs at its end. */
export function trim(values: usize, width: i32, count: i32, offsets: usize): i32 {
  let out: usize = values;
  let total = 0;
  store<i32>(offsets, 0);
  for (let i = 0; i < count; i++) {
    const from = values + <usize>i * width;
    let length = width;
    while (length > 0 && load<u8>(from + length - 1) == 0) length--;
    // out never overtakes from: what is overwritten was read
    for (let at: usize = 0; at < <usize>length; at++) store<u8>(out + at, load<u8>(from + at));
    out += length;
    total += length;
    store<i32>(offsets + (<usize>i << 2), total, 4);
  }
  return total;
}

/** Values of any length to a fixed width, NUL behind the short ones; the number of the first that is longer, or -1. */
export function pad(offsets: usize, values: usize, count: i32, width: i32, to: usize): i32 {
  for (let i = 0; i < count; i++) {
    const start = load<i32>(offsets + (<usize>i << 2));
    const length = load<i32>(offsets + (<usize>i << 2), 4) - start;
    if (length > width) return i;
    memory.copy(to, values + start, length);
    memory.fill(to + length, 0, width - length);
    to += width;
  }
  return -1;
}

/** Reads values that follow u32 lengths; returns how many are whole within [at, end) and at most `limit`. */
export function split(at: usize, end: usize, limit: i32, most: u32, values: usize, room: usize, offsets: usize, ends: usize): i32 {
  let row = 0;
  let total: usize = 0;
  store<i32>(offsets, 0);
  while (row < limit && at + 4 <= end) {
    const length = <usize>load<u32>(at);
    if (length > <usize>most) {
      store<u32>(ends, <u32>at);
      return ~row;
    }
    if (at + 4 + length > end || total + length > room) break;
    memory.copy(values + total, at + 4, length);
    total += length;
    at += 4 + length;
    row++;
    store<i32>(offsets + (<usize>row << 2), <i32>total);
  }
  store<u32>(ends, <u32>at);
  return row;
}

/** Writes each value behind its length; the number of the first longer than `most`, or -1. */
export function join(offsets: usize, values: usize, count: i32, most: i32, to: usize): i32 {
  for (let i = 0; i < count; i++) {
    const start = load<i32>(offsets + (<usize>i << 2));
    const length = load<i32>(offsets + (<usize>i << 2), 4) - start;
    if (length > most) return i;
    store<u32>(to, length);
    memory.copy(to + 4, values + start, length);
    to += 4 + length;
  }
  return -1;
}

/** A quiet NaN of `width` bytes (4 or 8) where the validity bit is 0. */
export function nanWhereNull(validity: usize, values: usize, count: i32, width: i32): void {
  for (let i = 0; i < count; i++) {
    if ((load<u8>(validity + (<usize>i >> 3)) >> (i & 7)) & 1) continue;
    if (width == 8) store<u64>(values + (<usize>i << 3), 0x7ff8000000000000);
    else store<u32>(values + (<usize>i << 2), 0x7fc00000);
  }
}
