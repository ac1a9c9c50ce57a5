// Plain twins of the kernels of dates and times, with Date and TimeZone.
import { type CalendarUnit, floorCalendar } from '../../src/schema/calendar.ts';
import type { TimeZone } from '../../src/schema/time-zone.ts';

const day = 86_400_000;

/** A part of a date (ms at midnight UTC) by its name in texts. */
export function datePart(part: string, ms: number): number {
  const date = new Date(ms);
  const dayOfYear = (ms - floorCalendar('year', ms)) / day + 1;
  const thursday = floorCalendar('week', ms) + 3 * day;
  switch (part) {
    case 'year':
      return date.getUTCFullYear();
    case 'month':
      return date.getUTCMonth() + 1;
    case 'day':
      return date.getUTCDate();
    case 'dayofyear':
      return dayOfYear;
    case 'quarter':
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case 'week':
      return Math.floor((thursday - floorCalendar('year', thursday)) / (7 * day)) + 1;
    case 'isoYear':
      return new Date(thursday).getUTCFullYear();
    case 'daysInMonth':
      return (floorCalendar('month', ms, 1) - floorCalendar('month', ms)) / day;
    default:
      return Number(isLeap(date.getUTCFullYear()));
  }
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/**
 * The greatest instant at or before `ms` (or the least at or after it) whose local time is a multiple of `size`, looked for minute by minute;
 * a multiple that the clock leaves out is the instant at which it jumps.
 */
export function roundByMinutes(zone: TimeZone, up: boolean, size: number, ms: number): number {
  const minute = 60_000;
  const begins = (at: number): boolean => {
    const [local, before] = [at + zone.offsetAt(at), at - minute + zone.offsetAt(at - minute)];
    if (local % size === 0) return true;
    // jumped over a multiple
    return local - before > minute && Math.floor(local / size) * size > before + minute - 1;
  };
  let at = (up ? Math.ceil(ms / minute) : Math.floor(ms / minute)) * minute;
  while (!begins(at)) at += up ? minute : -minute;
  return at;
}

/** The start of the `n` units of the calendar that hold an instant, and the start of the next: at their first midnight, or at the jump over it. */
export function unitOf(zone: TimeZone, unit: CalendarUnit, n: number, ms: number): [start: number, end: number] {
  const days = unit === 'day' ? 1 : 7;
  const firstDay = unit === 'week' ? 4 : 0; // 1970-01-05 was a Monday
  const months = { month: 1, quarter: 3, year: 12 }[unit as 'month'];
  const local = new Date(ms + zone.offsetAt(ms));
  const number = months
    ? Math.floor((local.getUTCFullYear() * 12 + local.getUTCMonth()) / (months * n))
    : Math.floor((local.getTime() / day - firstDay) / (days * n));
  const begin = (k: number): number =>
    zone.toUtc(months ? new Date(0).setUTCFullYear(0, k * months * n, 1) : (k * days * n + firstDay) * day);
  const begun = begin(number + 1) <= ms ? 1 : 0;
  return [begin(number + begun), begin(number + begun + 1)];
}
