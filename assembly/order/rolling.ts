import { floatOfKey, keyOfFloat } from './keys';
import { mix, placeOf } from './quantile';
import { radixSort } from './sort';

// All rows that the windows of a run of rows can see are sorted once. A window is then a set of places in that order, one bit each,
// and its quantile is a place that moves by one or two set bits a row: no comparison of values, and a cost that does not know
// the size of the window.

// @ts-ignore: decorator
@inline
function wordOf(bits: usize, place: i32): usize { return bits + (<usize>(place >> 6) << 3); }

/** The first set bit at or after `place`; there is one. */
// @ts-ignore: decorator
@inline
function next(bits: usize, place: i32): i32 {
  let at = wordOf(bits, place);
  let word = load<u64>(at) >> <u64>(place & 63);
  if (word != 0) return place + <i32>ctz(word);
  do {
    at += 8;
    word = load<u64>(at);
  } while (word == 0);
  return <i32>((at - bits) << 3) + <i32>ctz(word);
}

/** The last set bit before `place`; there is one. */
// @ts-ignore: decorator
@inline
function previous(bits: usize, place: i32): i32 {
  let at = wordOf(bits, place - 1);
  let word = load<u64>(at) << <u64>(63 - ((place - 1) & 63));
  if (word != 0) return place - 1 - <i32>clz(word);
  do {
    at -= 8;
    word = load<u64>(at);
  } while (word == 0);
  return <i32>((at - bits) << 3) + 63 - <i32>clz(word);
}

const NONE: u32 = 0xffff_ffff;

export function rollingQuantiles(tape: usize, from: i32, to: i32, rows: i32, spans: usize, q: f64, mode: i32, work: usize, out: usize): void {
  if (from >= to) return;
  const first = max(0, from + 1 - (spans != 0 ? load<i32>(spans) : rows));
  const length = to - first;
  const keys = work, order = keys + (<usize>length << 4), places = order + (<usize>length << 3), counters = (places + (<usize>length << 2) + 63) & ~63;
  const bits = counters + 8192;
  let sorted = 0;
  for (let i = 0; i < length; i++) {
    const value = load<f64>(tape + (<usize>(first + i) << 3));
    store<i64>(keys + (<usize>sorted << 3), keyOfFloat(value));
    store<u32>(order + (<usize>sorted << 2), i);
    store<u32>(places + (<usize>i << 2), NONE);
    sorted += i32(value == value);
  }
  if (sorted > 0) radixSort(keys, order, sorted, counters);
  for (let i = 0; i < sorted; i++) store<u32>(places + (<usize>load<u32>(order + (<usize>i << 2)) << 2), i);
  memory.fill(bits, 0, <usize>((sorted >> 6) + 1) << 3);

  // `below` rows of the window lie before `here`
  let here = 0, below = 0, count = 0, start = first;
  for (let row = first; row < from; row++) {
    const place = load<u32>(places + (<usize>(row - first) << 2));
    if (place == NONE) continue;
    const word = wordOf(bits, place);
    store<u64>(word, load<u64>(word) | (<u64>1 << (place & 63)));
    count++;
  }
  let known = -1, target = 0, fraction: f64 = 0;
  for (let row = from; row < to; row++) {
    const begin = max(0, row + 1 - (spans != 0 ? load<i32>(spans + (<usize>(row - from) << 2)) : rows));
    const place = load<u32>(places + (<usize>(row - first) << 2));
    if (place != NONE) {
      const word = wordOf(bits, place);
      store<u64>(word, load<u64>(word) | (<u64>1 << (place & 63)));
      below += i32(<i32>place < here);
      count++;
    }
    for (; start < begin; start++) {
      const old = load<u32>(places + (<usize>(start - first) << 2));
      if (old == NONE) continue;
      const word = wordOf(bits, old);
      store<u64>(word, load<u64>(word) & ~(<u64>1 << (old & 63)));
      below -= i32(<i32>old < here);
      count--;
    }
    let answer = NaN;
    if (count > 0) {
      if (count != known) {
        const exact = placeOf(q, count, mode);
        target = <i32>exact;
        fraction = exact - <f64>target;
        known = count;
      }
      while (below > target) {
        here = previous(bits, here);
        below--;
      }
      here = next(bits, here);
      while (below < target) {
        here = next(bits, here + 1);
        below++;
      }
      answer = floatOfKey(load<i64>(keys + (<usize>here << 3)));
      if (fraction > 0) answer = mix(answer, floatOfKey(load<i64>(keys + (<usize>next(bits, here + 1) << 3))), fraction);
    }
    store<f64>(out + (<usize>(row - from) << 3), answer);
  }
}
