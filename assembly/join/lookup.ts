// Rows of a table by key. Keys are dense u32 ids, NONE where there is no such key; rows are u32 numbers, 0 the missing row.

export const NONE: u32 = 0xffff_ffff;

/** The row of each key: rowOf[id], and 0 for NONE. Returns how many keys have a row. */
export function rowsByKey(ids: usize, length: i32, rowOf: usize, out: usize): i32 {
  let found = 0;
  for (const end = ids + (<usize>length << 2); ids < end; ids += 4, out += 4) {
    const id = load<u32>(ids);
    const row = id == NONE ? 0 : load<u32>(rowOf + (<usize>id << 2));
    store<u32>(out, row);
    found += i32(row != 0);
  }
  return found;
}

/** Bits of the rows that are not the missing one. */
export function foundBits(rows: usize, length: i32, bits: usize): void {
  for (let i = 0; i < length; i += 8, bits++) {
    let byte: u32 = 0;
    for (let j = 0, n = min(8, length - i); j < n; j++, rows += 4) byte |= u32(load<u32>(rows) != 0) << j;
    store<u8>(bits, <u8>byte);
  }
}

/** The rows first, first + 1, … are the latest of their keys; rows without a key are nobody's. */
export function latest(ids: usize, length: i32, first: u32, rowOf: usize): void {
  for (let i = 0; i < length; i++) {
    const id = load<u32>(ids + (<usize>i << 2));
    if (id != NONE) store<u32>(rowOf + (<usize>id << 2), first + i);
  }
}

/** Sets the bit of each row; rows of NONE have none. */
export function mark(rows: usize, count: i32, bits: usize): void {
  for (const end = rows + (<usize>count << 2); rows < end; rows += 4) {
    const row = load<u32>(rows);
    if (row == NONE) continue;
    const at = bits + <usize>(row >> 3);
    store<u8>(at, load<u8>(at) | <u8>(<u32>1 << (row & 7)));
  }
}

/** map[rows[i]] = i. */
export function invert(rows: usize, count: i32, map: usize): void {
  for (let i = 0; i < count; i++) store<u32>(map + (<usize>load<u32>(rows + (<usize>i << 2)) << 2), i);
}

/**
 * Lists the rows first, first + 1, … by key: those of key `id` are rows[starts[id]] up to rows[starts[id + 1]], in their order.
 * `starts` has room for groups + 2 numbers and is zero. Returns the most rows that a key has.
 *
 * Counted two places up, then summed, so that starts[id + 1] is where the next row of `id` goes, and its end when all are placed.
 */
export function listByKey(ids: usize, length: i32, first: u32, groups: i32, starts: usize, rows: usize): i32 {
  let most: u32 = 0;
  for (let i = 0; i < length; i++) {
    const id = load<u32>(ids + (<usize>i << 2));
    if (id == NONE) continue;
    const at = starts + (<usize>id << 2), count = load<u32>(at, 8) + 1;
    store<u32>(at, count, 8);
    most = max(most, count);
  }
  let sum: u32 = 0;
  for (let id = 0; id < groups; id++) {
    const at = starts + (<usize>id << 2);
    sum += load<u32>(at, 8);
    store<u32>(at, sum, 8);
  }
  for (let i = 0; i < length; i++) {
    const id = load<u32>(ids + (<usize>i << 2));
    if (id == NONE) continue;
    const at = starts + (<usize>id << 2), place = load<u32>(at, 4);
    store<u32>(at, place + 1, 4);
    store<u32>(rows + (<usize>place << 2), first + i);
  }
  return <i32>most;
}

/**
 * Pairs of left rows and the rows of their keys, in the order of both, until `capacity` are written or all `length` left rows are done.
 * With `outer`, a left row whose key has no rows is paired with the missing one. `cursor` says where to go on: the left row, and how many of
 * its pairs are written (u32 each). Returns the number of pairs.
 */
export function expand(ids: usize, length: i32, starts: usize, rows: usize, outer: bool, cursor: usize, left: usize, right: usize, capacity: i32): i32 {
  let at = load<u32>(cursor), done = load<u32>(cursor, 4), count = 0;
  while (at < <u32>length) {
    const id = load<u32>(ids + (<usize>at << 2));
    let from: u32 = 0, to: u32 = 0;
    if (id != NONE) {
      from = load<u32>(starts + (<usize>id << 2));
      to = load<u32>(starts + (<usize>id << 2), 4);
    }
    if (from == to) {
      if (outer) {
        if (count == capacity) break;
        store<u32>(left + (<usize>count << 2), at);
        store<u32>(right + (<usize>count << 2), 0);
        count++;
      }
    } else {
      const more = min(to - from - done, <u32>(capacity - count));
      for (let i: u32 = 0; i < more; i++, count++) {
        store<u32>(left + (<usize>count << 2), at);
        store<u32>(right + (<usize>count << 2), load<u32>(rows + (<usize>(from + done + i) << 2)));
      }
      done += more;
      if (from + done < to) break;
      done = 0;
    }
    at++;
  }
  store<u32>(cursor, at);
  store<u32>(cursor, done, 4);
  return count;
}
