import { floatOfKey } from './keys';
import { select } from './sort';

/** How a quantile between two rows is found. */
export const LINEAR = 0, LOWER = 1, HIGHER = 2, NEAREST = 3, MIDPOINT = 4;

/** The place of quantile `q` among `rows` sorted rows; its fraction says how far it is from that row to the next. */
// @ts-ignore: decorator
@inline
export function placeOf(q: f64, rows: u32, mode: i32): f64 {
  const place = q * <f64>(rows - 1);
  if (mode == LINEAR) return place;
  if (mode == LOWER) return Math.floor(place);
  if (mode == HIGHER) return Math.ceil(place);
  if (mode == NEAREST) return nearest(place); // halves to the even row, as numpy does
  const whole = Math.floor(place);
  return place > whole ? whole + 0.5 : whole;
}

// @ts-ignore: decorator
@inline
export function markPresent(present: usize, i: i32): void {
  const byte = present + <usize>(i >> 3);
  store<u8>(byte, <u8>(<i32>load<u8>(byte) | (1 << (i & 7))));
}

/** low + (high - low) · fraction; equal ends (infinite ones too) give themselves, and the middle is (low + high) / 2. */
// @ts-ignore: decorator
@inline
export function mix(low: f64, high: f64, fraction: f64): f64 {
  if (low == high || fraction == 0) return low;
  const span = high - low;
  if (fraction == 0.5 || abs(span) == Infinity) return low * (1 - fraction) + high * fraction;
  return fraction < 0.5 ? low + span * fraction : high - span * (1 - fraction);
}

/** What keys stand for. */
const FLOAT = 0, UNSIGNED = 2;

// @ts-ignore: decorator
@inline
export function numberOf(key: i64, form: i32): f64 {
  if (form == FLOAT) return floatOfKey(key);
  return form == UNSIGNED ? <f64><u64>(key ^ i64.MIN_VALUE) : <f64>key;
}

/** f64 between pairs of keys. */
export function mixNumbers(below: usize, above: usize, fractions: usize, count: i32, form: i32, out: usize): void {
  for (let at: usize = 0, end = <usize>count << 3; at < end; at += 8) {
    store<f64>(out + at, mix(numberOf(load<i64>(below + at), form), numberOf(load<i64>(above + at), form), load<f64>(fractions + at)));
  }
}

/** Keys between pairs of keys that are whole ticks; rounded to the nearest tick. */
export function mixTicks(below: usize, above: usize, fractions: usize, count: i32, out: usize): void {
  for (let at: usize = 0, end = <usize>count << 3; at < end; at += 8) {
    const low = load<i64>(below + at), span = <f64><u64>(load<i64>(above + at) - low);
    store<i64>(out + at, low + <i64>nearest(span * load<f64>(fractions + at)));
  }
}

/** Keys (and u32 groups) in order of their group: those of group g are out[starts[g], starts[g + 1]). Group ids above `groups` don't occur. */
export function gather(keys: usize, ids: usize, length: i32, groups: i32, starts: usize, out: usize): void {
  memory.fill(starts, 0, (<usize>groups + 1) << 2);
  for (let row = 0; row < length; row++) {
    const at = starts + (<usize>load<u32>(ids + (<usize>row << 2)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let total: u32 = 0;
  for (let id = 0; id <= groups; id++) {
    const at = starts + (<usize>id << 2), size = load<u32>(at);
    store<u32>(at, total);
    total += size;
  }
  for (let row = 0; row < length; row++) {
    const at = starts + (<usize>load<u32>(ids + (<usize>row << 2)) << 2), place = load<u32>(at);
    store<u32>(at, place + 1);
    store<i64>(out + (<usize>place << 3), load<i64>(keys + (<usize>row << 3)));
  }
  for (let id = groups; id > 0; id--) store<u32>(starts + (<usize>id << 2), load<u32>(starts + (<usize>(id - 1) << 2)));
  store<u32>(starts, 0);
}

/** Like tree quantiles, of gathered keys, whose order within a group changes. */
export function quantilesOf(keys: usize, starts: usize, ids: usize, count: i32, q: f64, mode: i32, below: usize, above: usize, fractions: usize, present: usize): i32 {
  let found = 0;
  memory.fill(present, 0, <usize>((count + 7) >> 3));
  for (let i = 0; i < count; i++) {
    const group = ids != 0 ? load<u32>(ids + (<usize>i << 2)) : <u32>i;
    const start = starts + (<usize>group << 2), first = load<u32>(start), rows = load<u32>(start, 4) - first;
    let low: i64 = 0, high: i64 = 0, fraction: f64 = 0;
    if (rows != 0) {
      const own = keys + (<usize>first << 3), place = placeOf(q, rows, mode), whole = <i32>place;
      fraction = place - <f64>whole;
      low = select(own, <i32>rows, whole);
      high = low;
      if (fraction > 0) {
        high = load<i64>(own + (<usize>(whole + 1) << 3));
        for (let row = whole + 2; row < <i32>rows; row++) high = min(high, load<i64>(own + (<usize>row << 3)));
      }
      markPresent(present, i);
      found++;
    }
    store<i64>(below + (<usize>i << 3), low);
    store<i64>(above + (<usize>i << 3), high);
    store<f64>(fractions + (<usize>i << 3), fraction);
  }
  return found;
}
