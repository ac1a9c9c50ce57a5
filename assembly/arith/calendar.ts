// The proleptic Gregorian calendar from days since 1970-01-01, by integer arithmetic only.
// Years begin in March here, so that the leap day is the last: an era is 400 years, 146097 days.
// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"

export const enum Part { year, month, day, dayOfYear, quarter }

// @ts-ignore: decorator
@inline
function part(which: i32, days: i32): i32 {
  // i64: days near the ends of i32 must not wrap
  const shifted: i64 = <i64>days + 719468;
  const era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
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
  // from 1 March to 31 December there are 306 days
  if (inYear >= 306) return inYear - 305;
  const leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return inYear + 60 + i32(leap);
}

/** out[i] = a part of the date that is days[i] days after 1970-01-01. */
// @ts-ignore: decorator
@inline
export function calendar(which: i32, days: usize, out: usize, length: i32): void {
  for (let i: usize = 0, bytes = <usize>length << 2; i < bytes; i += 4) store<i32>(out + i, part(which, load<i32>(days + i)));
}
