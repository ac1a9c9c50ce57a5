// The proleptic Gregorian calendar from days since 1970-01-01, by integer arithmetic only.
// Years begin in March here, so that the leap day is the last: an era is 400 years, 146097 days.
// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"

/** As src/expr/time-ops.ts numbers them. */
export const enum Part { year, month, day, dayOfYear, quarter, week, weekYear, daysInMonth, leap }

/** a / b rounded down, b above 0. */
// @ts-ignore: decorator
@inline
export function floorDiv(a: i64, b: i64): i64 {
  const quotient = a / b;
  return quotient - i64(a < quotient * b);
}

// @ts-ignore: decorator
@inline
function isLeap(year: i32): bool {
  return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
}

/** Days from 1970-01-01 to the first of a month that is counted from January of the year 0. */
export function daysToMonth(month: i64): i64 {
  const year = floorDiv(month - 2, 12); // from March on
  const inYear = month - 2 - year * 12;
  const era = floorDiv(year, 400), ofEra = year - era * 400;
  return era * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + (153 * inYear + 2) / 5 - 719468;
}

/** The month of a day, counted from January of the year 0. */
export function monthOf(days: i64): i64 {
  return <i64>part(Part.year, days) * 12 + part(Part.month, days) - 1;
}

/** Monday is 0. */
// @ts-ignore: decorator
@inline
export function weekdayOf(days: i64): i32 {
  // 1970-01-01 was a Thursday
  return <i32>(days + 3 - floorDiv(days + 3, 7) * 7);
}

export function part(which: i32, days: i64): i32 {
  if (which == Part.week || which == Part.weekYear) {
    // an ISO week belongs to the year of its Thursday
    const thursday = days - weekdayOf(days) + 3;
    return which == Part.week ? (part(Part.dayOfYear, thursday) - 1) / 7 + 1 : part(Part.year, thursday);
  }
  const shifted = days + 719468;
  const era = floorDiv(shifted, 146097);
  const inEra = <i32>(shifted - era * 146097);
  const yearOfEra = (inEra - inEra / 1460 + inEra / 36524 - inEra / 146096) / 365;
  const inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shiftedMonth = (5 * inYear + 2) / 153;
  if (which == Part.day) return inYear - (153 * shiftedMonth + 2) / 5 + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  if (which == Part.month) return month;
  if (which == Part.quarter) return (month + 2) / 3;
  const year = <i32>(<i64>yearOfEra + era * 400) + i32(month <= 2);
  if (which == Part.year) return year;
  if (which == Part.leap) return i32(isLeap(year));
  if (which == Part.daysInMonth) return month == 2 ? 28 + i32(isLeap(year)) : 30 + ((month + (month >> 3)) & 1);
  // from 1 March to 31 December there are 306 days
  return inYear >= 306 ? inYear - 305 : inYear + 60 + i32(isLeap(year));
}
