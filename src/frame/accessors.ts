import type { Op } from '../expr/ops.ts';
import type { Bool, Date32, Int32, TemporalType, Timestamp, Uint32, Utf8 } from '../schema/data-type.ts';
import type { Series } from './series.ts';

type Call = (op: Op, operands: readonly unknown[]) => Series<any>;

/** Operations on text: `t.name.str.upper()`. */
export class TextColumn {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Characters (code points). */
  length(): Series<Uint32> {
    return this.#call('length', []);
  }

  upper(): Series<Utf8> {
    return this.#call('upper', []);
  }

  lower(): Series<Utf8> {
    return this.#call('lower', []);
  }

  strip(): Series<Utf8> {
    return this.#call('strip', []);
  }

  /** Characters [start, end); negative numbers count from the end. */
  slice(start: number, end?: number): Series<Utf8> {
    return this.#call('slice', end === undefined ? [start] : [start, end]);
  }

  replace(text: string, by: string): Series<Utf8> {
    return this.#call('replace', [text, by]);
  }

  contains(text: string): Series<Bool> {
    return this.#call('contains', [text]);
  }

  startsWith(text: string): Series<Bool> {
    return this.#call('startsWith', [text]);
  }

  endsWith(text: string): Series<Bool> {
    return this.#call('endsWith', [text]);
  }

  /** Whether a regular expression finds something. */
  matches(pattern: string): Series<Bool> {
    return this.#call('matches', [pattern]);
  }
}

type Part = Series<Int32>;
type Flag = Series<Bool>;

/**
 * Parts, roundings and texts of dates and times: `t.at.dt.hour()`. A column with a time zone is read by the clock there, one without by UTC;
 * `t.at.dt.tz('Europe/Berlin').hour()` reads any.
 */
export class TimeColumn<T extends TemporalType = TemporalType> {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  year(): Part {
    return this.#call('year', []);
  }

  /** 1 to 12. */
  month(): Part {
    return this.#call('month', []);
  }

  /** 1 to 31. */
  day(): Part {
    return this.#call('day', []);
  }

  hour(): Part {
    return this.#call('hour', []);
  }

  minute(): Part {
    return this.#call('minute', []);
  }

  second(): Part {
    return this.#call('second', []);
  }

  /** 0 to 999. */
  millisecond(): Part {
    return this.#call('millisecond', []);
  }

  /** 0 to 999,999: milliseconds are among them, as in pandas. */
  microsecond(): Part {
    return this.#call('microsecond', []);
  }

  /** 0 to 999: those behind the microseconds, as in pandas. */
  nanosecond(): Part {
    return this.#call('nanosecond', []);
  }

  /** Monday is 0. */
  weekday(): Part {
    return this.#call('weekday', []);
  }

  /** As `weekday`, in pandas' word. */
  dayofweek(): Part {
    return this.#call('weekday', []);
  }

  /** 1 to 366. */
  dayofyear(): Part {
    return this.#call('dayofyear', []);
  }

  /** ISO 8601's week, 1 to 53, of the year `isoYear`. */
  week(): Part {
    return this.#call('week', []);
  }

  /** The year that the ISO week belongs to. */
  isoYear(): Part {
    return this.#call('isoYear', []);
  }

  /** 1 to 4. */
  quarter(): Part {
    return this.#call('quarter', []);
  }

  daysInMonth(): Part {
    return this.#call('daysInMonth', []);
  }

  isMonthStart(): Flag {
    return this.#call('isMonthStart', []);
  }

  isMonthEnd(): Flag {
    return this.#call('isMonthEnd', []);
  }

  isQuarterStart(): Flag {
    return this.#call('isQuarterStart', []);
  }

  isQuarterEnd(): Flag {
    return this.#call('isQuarterEnd', []);
  }

  isYearStart(): Flag {
    return this.#call('isYearStart', []);
  }

  isYearEnd(): Flag {
    return this.#call('isYearEnd', []);
  }

  isLeapYear(): Flag {
    return this.#call('isLeapYear', []);
  }

  date(): Series<Date32> {
    return this.#call('date', []);
  }

  /** The time of day as text, `'09:30:00.000'`, with the digits that the column has. */
  time(): Series<Utf8> {
    return this.#call('time', []);
  }

  /** `'Monday'`. */
  dayName(): Series<Utf8> {
    return this.#call('dayName', []);
  }

  /** `'January'`. */
  monthName(): Series<Utf8> {
    return this.#call('monthName', []);
  }

  /** As text by a format of Python's strftime: `'%Y-%m-%d %H:%M'`; `%3f` is a fraction of three digits. */
  strftime(format: string): Series<Utf8> {
    return this.#call('strftime', [format]);
  }

  /** Down to a multiple of a duration (`'5m'`), or to the start of a unit of the calendar (`'day'`, `'week'`, `'month'`, `'2q'`, `'year'`). */
  floor(span: string): Series<T> {
    return this.#call('floor', [span]);
  }

  /** Up, as `floor`. */
  ceil(span: string): Series<T> {
    return this.#call('ceil', [span]);
  }

  /** To the nearest, as `floor`; halves go to the even multiple. */
  round(span: string): Series<T> {
    return this.#call('round', [span]);
  }

  /** Read by the clock of this zone (an IANA name, or `'+05:30'`). */
  tz(zone: string): TimeColumn<Timestamp> {
    return this.tzConvert(zone).dt as TimeColumn<Timestamp>;
  }

  /** The same instants as a column of this zone. */
  tzConvert(zone: string): Series<Timestamp> {
    return this.#call('tz', [zone]);
  }

  /**
   * Times without a zone as what the clock of this zone showed: a column of instants. A time that the clock showed twice is the first of
   * both; one that it left out is the instant at which it jumped.
   */
  tzLocalize(zone: string): Series<Timestamp> {
    return this.#call('tzLocalize', [zone]);
  }
}
