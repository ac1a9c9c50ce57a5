// Down, up, or to the nearest: multiples of a stretch of time, and units of the calendar, by the clock of a place.
import { daysToMonth, floorDiv, monthOf } from './calendar';
import { offsetOf, present, spanAt, startOf, toUtc, Zone } from './zone';

export const enum Mode { floor, ceil, round }

/**
 * Where units begin, by the local clock.
 *
 * `months` = 0: at `origin` + k × `size` ticks. Else: every `months` months, counted from the year 0; `size` is the ticks of a day.
 */
@unmanaged
export class Unit {
  size: i64;
  origin: i64;
  months: i32;
  /** A day or more: a unit begins once, at its first midnight. Shorter ones begin whenever the clock shows a multiple. */
  calendar: i32;
  /** The unit of the row before: its number, and the instants [start, end). Rows mostly follow one another. */
  number: i64;
  start: i64;
  end: i64;
}

/** Number of the unit that holds a local time. */
// @ts-ignore: decorator
@inline
function unitAt(unit: Unit, local: i64): i64 {
  if (unit.months == 0) return floorDiv(local - unit.origin, unit.size);
  return floorDiv(monthOf(floorDiv(local, unit.size)), unit.months);
}

/** The local time at which a unit begins. */
// @ts-ignore: decorator
@inline
function begin(unit: Unit, number: i64): i64 {
  return unit.months == 0 ? unit.origin + number * unit.size : daysToMonth(number * unit.months) * unit.size;
}

/** Finds the greatest beginning at or before an instant, and the next one. */
function find(unit: Unit, zone: Zone, instant: i64): void {
  if (changetype<usize>(zone) == 0) {
    const number = unitAt(unit, instant);
    unit.number = number;
    unit.start = begin(unit, number);
    unit.end = begin(unit, number + 1);
    return;
  }
  const span = spanAt(zone, instant), offset = offsetOf(zone, span), number = unitAt(unit, instant + offset);
  unit.number = number;
  if (unit.calendar) {
    unit.start = toUtc(zone, begin(unit, number));
    unit.end = toUtc(zone, begin(unit, number + 1));
    if (unit.end > instant) return;
    // set back over midnight: the new day has begun all the same
    unit.number = number + 1;
    unit.start = unit.end;
    unit.end = toUtc(zone, begin(unit, number + 2));
    return;
  }
  //           before │ after                 before │ after
  //  gap      01:59  │ 03:00     overlap     02:59  │ 02:00       a beginning that the clock leaves out is at the jump
  const first = startOf(zone, span), local0 = begin(unit, number);
  let start = local0 - offset;
  if (start < first && span > 0) {
    const before = offsetOf(zone, span - 1), shown = first + before;
    start = local0 >= shown ? first : begin(unit, unitAt(unit, shown - 1)) - before;
  }
  unit.start = start;
  let end = local0 + unit.size - offset;
  if (span + 1 < zone.count && end >= startOf(zone, span + 1)) {
    const jump = startOf(zone, span + 1), after = offsetOf(zone, span + 1);
    const least = min(local0 + unit.size, jump + after);
    end = max(jump, begin(unit, unitAt(unit, least - 1) + 1) - after);
  }
  unit.end = end;
}

/** Returns how many rows were done: those before the first that the zone's table does not know. Halves go to the even unit. */
// @ts-ignore: decorator
@inline
export function round(unit: Unit, zone: Zone, mode: i32, from: usize, validity: usize, row: i32, length: i32, out: usize): i32 {
  for (; row < length; row++) {
    const at = <usize>row << 3, instant = load<i64>(from + at);
    if (!present(validity, row)) {
      store<i64>(out + at, 0);
      continue;
    }
    if (instant < unit.start || instant >= unit.end) {
      if (changetype<usize>(zone) != 0 && (instant < zone.low || instant >= zone.high)) break;
      find(unit, zone, instant);
    }
    let result = unit.start;
    if (instant != result && mode != Mode.floor) {
      const past = instant - result, left = unit.end - instant;
      if (mode == Mode.ceil || past > left || (past == left && (unit.number & 1) != 0)) result = unit.end;
    }
    store<i64>(out + at, result);
  }
  return row;
}
