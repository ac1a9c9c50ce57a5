// Clocks of places: a table of the instants at which a clock is set, and how far it is ahead of UTC then.

/**
 * Spans of a clock, all in ticks of the column. Span i begins at at[i] and ends where the next begins.
 *
 * ```
 * at      i64 × count      offset  i64 × count      known for instants in [low, high)
 * ```
 */
@unmanaged
export class Zone {
  at: usize;
  offset: usize;
  low: i64;
  high: i64;
  count: i32;
  /** The span that the last look-up found: rows mostly follow one another. */
  last: i32;
}

// @ts-ignore: decorator
@inline
export function startOf(zone: Zone, span: i32): i64 {
  return load<i64>(zone.at + (<usize>span << 3));
}

// @ts-ignore: decorator
@inline
export function offsetOf(zone: Zone, span: i32): i64 {
  return load<i64>(zone.offset + (<usize>span << 3));
}

/** The span that holds an instant. */
export function spanAt(zone: Zone, instant: i64): i32 {
  const last = zone.last;
  if (instant >= startOf(zone, last) && (last + 1 == zone.count || instant < startOf(zone, last + 1))) return last;
  let low = 0, high = zone.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startOf(zone, middle) <= instant) low = middle;
    else high = middle - 1;
  }
  zone.last = low;
  return low;
}

/** The first instant at which the clock shows `local`, or that of the jump which leaves it out. */
export function toUtc(zone: Zone, local: i64): i64 {
  // the first span whose end, by its own clock, lies behind it
  let low = 0, high = zone.count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(zone, middle + 1) + offsetOf(zone, middle) > local) high = middle;
    else low = middle + 1;
  }
  return max(startOf(zone, low), local - offsetOf(zone, low));
}

// @ts-ignore: decorator
@inline
export function present(validity: usize, row: i32): bool {
  return validity == 0 || ((load<u8>(validity + (row >> 3)) >> (row & 7)) & 1) != 0;
}

/** Instants as local times, or local times as instants. Returns how many rows were done: those before the first that the table does not know. */
// @ts-ignore: decorator
@inline
export function convert(zone: Zone, toLocal: bool, from: usize, validity: usize, row: i32, length: i32, out: usize): i32 {
  for (; row < length; row++) {
    const at = <usize>row << 3, ticks = load<i64>(from + at);
    if (!present(validity, row)) {
      store<i64>(out + at, 0);
      continue;
    }
    if (ticks < zone.low || ticks >= zone.high) break;
    store<i64>(out + at, toLocal ? ticks + offsetOf(zone, spanAt(zone, ticks)) : toUtc(zone, ticks));
  }
  return row;
}
