// Operations on dates and times, from checked operands to kernels.
import { OptionError } from '../errors.ts';
import { calendarSpan, unitLength } from '../schema/calendar.ts';
import {
  bool,
  date32,
  i32,
  type TemporalType,
  TICKS_PER_SECOND,
  type Timestamp,
  timestamp,
  utf8,
} from '../schema/data-type.ts';
import { durationTicks } from '../schema/duration.ts';
import { isUtc } from '../schema/time-zone.ts';
import { castTo } from './cast.ts';
import { type Core, core, coreLiteral } from './core.ts';
import { programOf } from './time-format.ts';

/** A node whose type is a date or a time. */
export type TimeCore = Core & { readonly type: TemporalType };

// Part in assembly/time/calendar.ts
const dateParts: Readonly<Record<string, number>> = /* @__PURE__ */ Object.freeze({
  year: 0,
  month: 1,
  day: 2,
  dayofyear: 3,
  quarter: 4,
  week: 5,
  isoYear: 6,
  daysInMonth: 7,
});
const leap = 8;

/** Parts of the time of day: how many seconds one is, and after how many it begins anew. */
const clockParts: Readonly<Record<string, readonly [seconds: number, cycle: number]>> = /* @__PURE__ */ Object.freeze({
  hour: [3600, 24],
  minute: [60, 60],
  second: [1, 60],
});

/** Parts of a second: how many there are in it, and after how many it begins anew. */
const fractions: Readonly<Record<string, readonly [perSecond: number, cycle: number]>> = /* @__PURE__ */ Object.freeze({
  millisecond: [1e3, 1e3],
  microsecond: [1e6, 1e6],
  nanosecond: [1e9, 1e3],
});

const perSecondOf = ({ unit }: Timestamp): number => TICKS_PER_SECOND[unit];
const isZoned = (type: TemporalType): boolean => type.kind === 'timestamp' && !!type.timezone && !isUtc(type.timezone);

/** What the clock of the column's zone shows; dates have no clock. */
function local(x: TimeCore): Core & { readonly type: Timestamp } {
  if (x.type.kind === 'date32') return castTo(x, timestamp('s')) as Core & { type: Timestamp };
  const shown = timestamp(x.type.unit);
  return (isZoned(x.type) ? core('toLocal', shown, [x]) : castTo(x, shown)) as Core & { type: Timestamp };
}

const localDate = (x: TimeCore): Core => (x.type.kind === 'date32' ? x : castTo(local(x), date32()));

const datePart = (which: number, date: Core): Core => core('datePart', i32(), [date], { value: which });
const equals = (x: Core, value: number): Core => core('eq', bool(), [x, coreLiteral(i32(), value)]);
const both = (x: Core, y: Core): Core => core('and', bool(), [x, y]);

/** A part of a date or time by its name in texts, as the clock of the column's zone shows it. */
export function timePart(op: string, x: TimeCore): Core {
  const which = dateParts[op];
  if (which !== undefined) return datePart(which, localDate(x));
  const clock = clockParts[op];
  if (clock) {
    const time = local(x);
    const [seconds, cycle] = clock;
    return tickPart(time, BigInt(seconds * perSecondOf(time.type)), BigInt(cycle));
  }
  const fraction = fractions[op];
  if (fraction) return fractionOf(local(x), fraction);
  const date = localDate(x);
  switch (op) {
    case 'date':
      return date;
    case 'weekday': {
      // 1970-01-01 was a Thursday, Monday is 0
      const fromMonday = core('add', i32(), [castTo(date, i32()), coreLiteral(i32(), 3)]);
      return core('mod', i32(), [fromMonday, coreLiteral(i32(), 7)]);
    }
    case 'time':
      return formatTime(x, timeFormat(x.type));
    default:
      return boundary(op, date);
  }
}

const tickPart = (time: Core, size: bigint, cycle: bigint): Core =>
  core('tickPart', i32(), [time], { set: [size, cycle] });

function fractionOf(time: Core & { readonly type: Timestamp }, [perSecond, cycle]: readonly [number, number]): Core {
  const ticks = perSecondOf(time.type);
  if (ticks >= perSecond) return tickPart(time, BigInt(ticks / perSecond), BigInt(cycle));
  const coarse = tickPart(time, 1n, BigInt(ticks));
  return core('mul', i32(), [coarse, coreLiteral(i32(), (perSecond / ticks) % cycle)]);
}

/** Whether a date begins or ends a month, quarter or year. */
function boundary(op: string, date: Core): Core {
  const part = (name: string): Core => datePart(dateParts[name]!, date);
  const first = equals(part('day'), 1);
  const last = core('eq', bool(), [part('day'), part('daysInMonth')]);
  const third = core('mod', i32(), [part('month'), coreLiteral(i32(), 3)]);
  switch (op) {
    case 'isMonthStart':
      return first;
    case 'isMonthEnd':
      return last;
    case 'isQuarterStart':
      return both(first, equals(third, 1));
    case 'isQuarterEnd':
      return both(last, equals(third, 0));
    case 'isYearStart':
      return equals(part('dayofyear'), 1);
    case 'isYearEnd':
      return both(equals(part('month'), 12), equals(part('day'), 31));
    default:
      return equals(datePart(leap, date), 1);
  }
}

/** The time of day with as many digits as the column has. */
function timeFormat(type: TemporalType): string {
  const digits = type.kind === 'timestamp' ? String(perSecondOf(type)).length - 1 : 0;
  return digits > 0 ? `%T.%${digits}f` : '%T';
}

/** @throws OptionError for a format that says nothing */
export function formatTime(x: TimeCore, format: string): Core {
  const shown = local(x);
  programOf(format, true);
  const instants = x.type.kind === 'timestamp' && x.type.timezone ? [x] : [];
  return core('formatTime', utf8(), [shown, ...instants], { value: perSecondOf(shown.type), set: [format] });
}

/** Local times of a clock as instants. */
export const localize = (x: Core & { readonly type: Timestamp }, zone: string): Core =>
  core(isUtc(zone) ? 'alias' : 'toInstant', timestamp(x.type.unit, zone), [x]);

const modes = ['floor', 'ceil', 'round'] as const;
export type RoundingMode = (typeof modes)[number];

const dayMs = 86_400_000;

/**
 * Down, up, or to the nearest multiple of a duration (`'15m'`) or unit of the calendar (`'month'`, `'2q'`), by the clock of the column's zone.
 *
 * @throws OptionError when the span can't be read, is 0, or is shorter than what the column counts
 */
export function roundTime(mode: RoundingMode, x: TimeCore, span: string, verb: string): Core {
  if (x.type.kind === 'date32') {
    const { months, size, origin, lengthMs } = unitOf(span, 's', verb);
    if (months === 0 && size % 86_400n !== 0n) {
      throw new OptionError(
        mode,
        `${verb}: ${mode}() to ${span} has no meaning for dates; give whole days, or cast to a timestamp`,
      );
    }
    const seconds = castTo(x, timestamp('s'));
    return castTo(rounded(mode, seconds, size, origin, months, 1, lengthMs), date32());
  }
  const { months, size, origin, lengthMs } = unitOf(span, x.type.unit, verb);
  const whole = lengthMs % dayMs === 0 ? 1 : 0;
  return rounded(mode, x, size, origin, months, whole, lengthMs);
}

function rounded(
  mode: RoundingMode,
  x: Core,
  size: bigint,
  origin: bigint,
  months: number,
  whole: number,
  lengthMs: number,
): Core {
  return core('roundTime', x.type, [x], { set: [modes.indexOf(mode), size, origin, months, whole, lengthMs] });
}

/** A span as the kernel takes it. */
function unitOf(
  span: string,
  unit: Timestamp['unit'],
  verb: string,
): { size: bigint; origin: bigint; months: number; lengthMs: number } {
  const perDay = 86_400n * BigInt(TICKS_PER_SECOND[unit]);
  const calendar = calendarSpan(span);
  if (calendar) {
    const length = unitLength(calendar.unit);
    if ('months' in length) {
      const months = length.months * calendar.n;
      return { size: perDay, origin: 0n, months, lengthMs: months * 31 * dayMs };
    }
    const days = length.days * calendar.n;
    // the Monday after 1970-01-01
    return {
      size: perDay * BigInt(days),
      origin: calendar.unit === 'week' ? 4n * perDay : 0n,
      months: 0,
      lengthMs: days * dayMs,
    };
  }
  const size = durationTicks(span, unit, verb);
  if (size <= 0n) throw new OptionError(verb, `${verb}: a span of ${span} holds no time; give one above 0`);
  return { size, origin: 0n, months: 0, lengthMs: (Number(size) / TICKS_PER_SECOND[unit]) * 1000 };
}
