import { DataError, OptionError } from '../errors.ts';
import { type CalendarSpan, calendarSpan, unitLength } from '../schema/calendar.ts';
import { type Duration, parseDuration } from '../schema/duration.ts';
import { type TimeZone, timeZone } from '../schema/time-zone.ts';
import { floorDiv, type Grid } from './grid.ts';

/** Ticks of a time index as milliseconds since 1970 and back; null for an index of plain numbers. */
export interface TickClock {
  msOf(ticks: bigint): number;
  ticksOf(ms: number): bigint;
}

/** What is behind a time, as milliseconds: times beyond have no place in a calendar. */
const mostMs = 8.64e15 - 400 * 366 * 86_400_000;
const dayMs = 86_400_000;

const fixedDays = /^\s*(\d{1,6})\s*(d|w)\s*$/;

/**
 * A span of the calendar, when it is one: `'3mo'`, `'1 quarter'`, `'day'`; in a named zone also `'1d'` and `'1w'`, which are 24 hours and
 * seven times that elsewhere.
 *
 * @throws OptionError for a zone with a span that is a length of time
 */
export function calendarSpanOf(span: Duration, zone: string | null, option: string): CalendarSpan | null {
  const found = typeof span === 'string' ? calendarSpan(span) : undefined;
  if (found) return found;
  if (zone === null) return null;
  const days = typeof span === 'string' ? fixedDays.exec(span) : null;
  if (days && Number(days[1]) > 0) return { unit: days[2] === 'd' ? 'day' : 'week', n: Number(days[1]) };
  throw new OptionError(
    'timeZone',
    `${option}: ${span} is as long in every time zone; give days, weeks, months, quarters or years, or shift it by { offset }`,
  );
}

/** How many steps a span of the calendar has. @throws OptionError when that is no whole number */
export function stepsOf(size: CalendarSpan, step: CalendarSpan): number {
  const [whole, part] = [lengthOf(size), lengthOf(step)];
  if (whole.family === part.family && whole.length % part.length === 0) return whole.length / part.length;
  throw new OptionError(
    'step',
    `sliding: windows of ${size.n} ${size.unit} have no whole number of steps of ${step.n} ${step.unit}; days and weeks go together, and months, quarters and years`,
  );
}

function lengthOf({ unit, n }: CalendarSpan): { readonly family: 'months' | 'days'; readonly length: number } {
  const length = unitLength(unit);
  return 'months' in length
    ? { family: 'months', length: length.months * n }
    : { family: 'days', length: length.days * n };
}

/**
 * Cells of some units of the calendar in a zone: they begin when its clock first shows midnight, plus `offset`, so that days have 23, 24 or
 * 25 hours. Several days, months … together are counted from those that hold 1970-01-01; weeks begin on Monday.
 *
 * @throws OptionError for an unknown zone
 */
export function calendarGrid(
  span: CalendarSpan,
  zoneName: string | null,
  offset: Duration,
  clock: TickClock,
  verb: string,
): Grid {
  const zone = timeZone(zoneName ?? 'UTC');
  const shift = parseDuration(offset, 'offset');
  const { family, length } = lengthOf(span);
  // 1970-01-01 was a Thursday: weeks are counted from the Monday before
  const first = span.unit === 'week' ? 3 : 0;
  const cellAt = (localMs: number): number => {
    if (family === 'days') return Math.floor((localMs / dayMs + first) / length);
    const date = new Date(localMs);
    return Math.floor(((date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()) / length);
  };
  const begins = (cell: number): number => {
    if (family === 'days') return (cell * length - first) * dayMs + shift;
    const months = cell * length;
    const year = 1970 + Math.floor(months / 12);
    return new Date(0).setUTCFullYear(year, months - (year - 1970) * 12, 1) + shift;
  };
  return {
    cellOf(time) {
      const ms = clock.msOf(time);
      if (!(Math.abs(ms) < mostMs)) throw new DataError(`${verb}: a time of ${time} ticks lies beyond the calendar`);
      const cell = cellAt(ms + zone.offsetAt(ms) - shift);
      return BigInt(nearest(zone, begins, cell, ms));
    },
    start: cell => clock.ticksOf(zone.toUtc(begins(Number(cell)))),
  };
}

/** The cell that holds an instant, near the one that the local time there tells: clocks set back show a time twice. */
function nearest(zone: TimeZone, begins: (cell: number) => number, cell: number, ms: number): number {
  if (zone.toUtc(begins(cell + 1)) <= ms) return cell + 1;
  return zone.toUtc(begins(cell)) > ms ? cell - 1 : cell;
}

/** The clock of a column that counts `perSecond` ticks a second. */
export function tickClock(perSecond: bigint): TickClock {
  if (perSecond === 1n) {
    return { msOf: ticks => Number(ticks) * 1000, ticksOf: ms => BigInt(Math.ceil(ms / 1000)) };
  }
  const perMs = perSecond / 1000n;
  return { msOf: ticks => Number(floorDiv(ticks, perMs)), ticksOf: ms => BigInt(Math.ceil(ms)) * perMs };
}
