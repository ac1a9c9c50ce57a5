/** First row of `[0, length)` whose time is above `limit`; `length` when there is none. Times don't decrease. */
export function firstAbove(times: usize, length: i32, limit: i64): i32 {
  // gallops from the front: windows lose few rows at a time
  let low = 0, step = 1;
  while (low + step <= length && load<i64>(times + (<usize>(low + step - 1) << 3)) <= limit) {
    low += step;
    step <<= 1;
  }
  let high = min(low + step - 1, length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (load<i64>(times + (<usize>middle << 3)) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
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
