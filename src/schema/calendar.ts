/** Units of the calendar; their lengths differ. Weeks begin on Monday, as in ISO 8601. */
export type CalendarUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';

const day = 86_400_000;

/** Months of the units that are counted in months. */
const months = { month: 1, quarter: 3, year: 12 } as const;

/**
 * The start of the unit that holds the instant, and of the one `n` units later: `floorCalendar('month', t, 1)` is the next month.
 * Milliseconds since 1970-01-01T00:00 on a clock without zone.
 */
export function floorCalendar(unit: CalendarUnit, ms: number, n = 0): number {
  if (unit === 'day') return Math.floor(ms / day + n) * day;
  // 1970-01-01 was a Thursday
  if (unit === 'week') return (Math.floor((ms / day + 3) / 7 + n) * 7 - 3) * day;
  const date = new Date(ms);
  const length = months[unit];
  const month = Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / length + n) * length;
  return firstOfMonth(month);
}

/** The same time of day `n` units later; a day that a month lacks becomes its last: January 31 and a month is February 28 or 29. */
export function addCalendar(unit: CalendarUnit, n: number, ms: number): number {
  if (unit === 'day') return ms + n * day;
  if (unit === 'week') return ms + n * 7 * day;
  const date = new Date(ms);
  const first = firstOfMonth(date.getUTCFullYear() * 12 + date.getUTCMonth() + n * months[unit]);
  const room = (floorCalendar('month', first, 1) - first) / day - 1;
  return first + Math.min(date.getUTCDate() - 1, room) * day + (ms - Math.floor(ms / day) * day);
}

/** `month` counts from January of the year 0. `Date.UTC` would take the years 0 to 99 for 1900 to 1999. */
const firstOfMonth = (month: number): number =>
  new Date(0).setUTCFullYear(Math.floor(month / 12), month - Math.floor(month / 12) * 12, 1);

/** Some units of the calendar. */
export interface CalendarSpan {
  readonly unit: CalendarUnit;
  readonly n: number;
}

const words: Readonly<Record<string, CalendarUnit>> = /* @__PURE__ */ Object.freeze({
  day: 'day',
  week: 'week',
  month: 'month',
  mo: 'month',
  quarter: 'quarter',
  q: 'quarter',
  year: 'year',
  y: 'year',
});

/** `'month'`, `'3mo'`, `'2 weeks'`, `'1q'`, `'year'`; undefined for anything else, such as the durations `'1d'` and `'1w'`. */
export function calendarSpan(text: string): CalendarSpan | undefined {
  const parts = /^\s*(\d{0,6})\s*(day|week|month|mo|quarter|q|year|y)s?\s*$/.exec(text);
  const n = parts ? Number(parts[1] || 1) : 0;
  return n > 0 ? { unit: words[parts![2]!]!, n } : undefined;
}

/** How many months, or days, a unit of the calendar has: those of months vary in days. */
export function unitLength(unit: CalendarUnit): { readonly months: number } | { readonly days: number } {
  return unit === 'day' || unit === 'week' ? { days: unit === 'day' ? 1 : 7 } : { months: months[unit] };
}
