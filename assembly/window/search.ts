/** First row of `[0, length)` whose time is above `limit` (or at it, when `orAt`); `length` when there is none. Times don't decrease. */
// @ts-ignore: decorator
@inline
export function first<T>(times: usize, length: i32, limit: T, orAt: bool): i32 {
  // gallops from the front: windows lose few rows at a time
  let low = 0, step = 1;
  while (low + step <= length && before<T>(load<T>(times + (<usize>(low + step - 1)) * sizeof<T>()), limit, orAt)) {
    low += step;
    step <<= 1;
  }
  let high = min(low + step - 1, length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before<T>(load<T>(times + <usize>middle * sizeof<T>()), limit, orAt)) low = middle + 1;
    else high = middle;
  }
  return low;
}

// @ts-ignore: decorator
@inline
function before<T>(time: T, limit: T, orAt: bool): bool {
  return orAt ? time < limit : time <= limit;
}

/** How many leading rows don't decrease; NaN ends them. */
// @ts-ignore: decorator
@inline
export function sortedRows<T>(times: usize, length: i32): i32 {
  if (length == 0) return 0;
  if (isFloat<T>() && load<T>(times) != load<T>(times)) return 0;
  const end = times + <usize>length * sizeof<T>();
  let at = times + sizeof<T>();
  for (; at + 64 <= end; at += 64) {
    const a = v128.ge<T>(v128.load(at), v128.load(at - sizeof<T>()));
    const b = v128.ge<T>(v128.load(at, 16), v128.load(at - sizeof<T>(), 16));
    const c = v128.ge<T>(v128.load(at, 32), v128.load(at - sizeof<T>(), 32));
    const d = v128.ge<T>(v128.load(at, 48), v128.load(at - sizeof<T>(), 48));
    if (!i32x4.all_true(v128.and(v128.and(a, b), v128.and(c, d)))) break;
  }
  for (; at < end; at += sizeof<T>()) if (!(load<T>(at) >= load<T>(at - sizeof<T>()))) break;
  return <i32>((at - times) / sizeof<T>());
}

/** Number of the window of `size` that holds `time`: floor((time - offset) / size). */
// @ts-ignore: decorator
@inline
export function windowOf<T>(time: T, size: T, offset: T): i64 {
  if (isFloat<T>()) return <i64>nearestFloor(<f64>time, <f64>size, <f64>offset);
  const from = <i64>time - <i64>offset, width = <i64>size;
  const quotient = from / width;
  return quotient - i64(from - quotient * width < 0);
}

// @ts-ignore: decorator
@inline
function nearestFloor(time: f64, size: f64, offset: f64): f64 {
  return Math.floor((time - offset) / size);
}

/** Cuts times that don't decrease into runs of one window each. */
// @ts-ignore: decorator
@inline
export function runsOf<T>(times: usize, length: i32, size: T, offset: T, ends: usize, numbers: usize): i32 {
  let row = 0, runs = 0;
  while (row < length) {
    const number = windowOf<T>(load<T>(times + <usize>row * sizeof<T>()), size, offset);
    let step = 1;
    while (row + step < length && windowOf<T>(load<T>(times + (<usize>(row + step)) * sizeof<T>()), size, offset) == number) {
      row += step;
      step <<= 1;
    }
    // row is inside the run, row + step (if it exists) is not
    let high = min(row + step, length);
    while (row + 1 < high) {
      const middle = (row + high) >>> 1;
      if (windowOf<T>(load<T>(times + <usize>middle * sizeof<T>()), size, offset) == number) row = middle;
      else high = middle;
    }
    row = high;
    store<i32>(ends + (<usize>runs << 2), row);
    store<i64>(numbers + (<usize>runs << 3), number);
    runs++;
  }
  return runs;
}

/** Window numbers of times in any order. */
// @ts-ignore: decorator
@inline
export function windowsOf<T>(times: usize, length: i32, size: T, offset: T, numbers: usize): void {
  // A division is 20-40 cycles, and neighbours mostly share their window: ask for the remembered one first.
  let number: i64 = 0, from: T = <T>1, to: T = <T>0;
  for (let row = 0; row < length; row++) {
    const time = load<T>(times + <usize>row * sizeof<T>());
    if (isFloat<T>() || !(time >= from && time < to)) {
      number = windowOf<T>(time, size, offset);
      if (!isFloat<T>()) {
        from = <T>(number * <i64>size + <i64>offset);
        to = <T>(<i64>from + <i64>size);
        if (<i64>to < <i64>from || <i64>to - <i64>from != <i64>size) to = from; // the window reaches beyond T: never reuse
      }
    }
    store<i64>(numbers + (<usize>row << 3), number);
  }
}

// @ts-ignore: decorator
@inline
function outside<T>(old: T, time: T, range: T): bool {
  if (isFloat<T>()) return old <= <T>(time - range);
  return <u64>(<i64>time - <i64>old) >= <u64><i64>range; // not time - range: that could wrap
}

/** For each row of [from, to): the first row inside (its time - range, its time]; `start` is the one of the row before. */
// @ts-ignore: decorator
@inline
export function timeBounds<T>(times: usize, from: i32, to: i32, range: T, start: i32, starts: usize): i32 {
  for (let row = from; row < to; row++) {
    const time = load<T>(times + <usize>row * sizeof<T>());
    while (start < row && outside<T>(load<T>(times + <usize>start * sizeof<T>()), time, range)) start++;
    store<i32>(starts, start);
    starts += 4;
  }
  return start;
}

/** Window numbers as small ids: number - first, or 0xffffffff outside [first, first + count). */
export function denseIds(numbers: usize, length: i32, first: i64, count: u32, ids: usize): void {
  for (let row = 0; row < length; row++) {
    const id = <u64>(load<i64>(numbers + (<usize>row << 3)) - first);
    store<u32>(ids + (<usize>row << 2), id < <u64>count ? <u32>id : 0xffff_ffff);
  }
}

/** Least and greatest. */
export function rangeI64(numbers: usize, length: i32, out: usize): void {
  let least = load<i64>(numbers), greatest = least;
  for (let row = 1; row < length; row++) {
    const number = load<i64>(numbers + (<usize>row << 3));
    least = min(least, number);
    greatest = max(greatest, number);
  }
  store<i64>(out, least);
  store<i64>(out, greatest, 8);
}
