import type { Op } from '../expr/ops.ts';
import { patternText } from '../expr/pattern.ts';
import type { Bool, Date32, Int32, TemporalType, TextType, Timestamp, Uint32, Utf8 } from '../schema/data-type.ts';
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

  /** Without white space at both ends. */
  strip(): Series<Utf8> {
    return this.#call('strip', []);
  }

  lstrip(): Series<Utf8> {
    return this.#call('lstrip', []);
  }

  rstrip(): Series<Utf8> {
    return this.#call('rstrip', []);
  }

  /** Characters [start, end); negative numbers count from the end. */
  slice(start: number, end?: number): Series<Utf8> {
    return this.#call('slice', end === undefined ? [start] : [start, end]);
  }

  /** Part `n` of what `separator` cuts the text into, from the end when it is negative; null when there are too few (pandas' `split(separator).str[n]`). */
  splitPart(separator: string, n: number): Series<Utf8> {
    return this.#call('splitPart', [separator, n]);
  }

  /** Place of the first occurrence, in characters; -1 when there is none. */
  find(text: string): Series<Int32> {
    return this.#call('find', [text]);
  }

  /** How often a text occurs, without overlaps. */
  count(text: string): Series<Int32> {
    return this.#call('occurrences', [text]);
  }

  /** Every occurrence of a text, or of what a regular expression finds; `$1` in `by` stands for what its first group found. */
  replace(what: string | RegExp, by: string): Series<Utf8> {
    return typeof what === 'string'
      ? this.#call('replace', [what, by])
      : this.#call('replacePattern', [patternText(what), by]);
  }

  /** Whether a text occurs, or a regular expression finds something. */
  contains(what: string | RegExp): Series<Bool> {
    return typeof what === 'string' ? this.#call('contains', [what]) : this.matches(what);
  }

  startsWith(text: string): Series<Bool> {
    return this.#call('startsWith', [text]);
  }

  endsWith(text: string): Series<Bool> {
    return this.#call('endsWith', [text]);
  }

  /** Whether a regular expression finds something anywhere. */
  matches(pattern: string | RegExp): Series<Bool> {
    return this.#call('matches', [patternText(pattern)]);
  }

  /** Whether a regular expression fits from the start on, as pandas' `match`. */
  match(pattern: string | RegExp): Series<Bool> {
    return this.#call('matches', [anchored(patternText(pattern), '')]);
  }

  /** Whether a regular expression fits the whole text. */
  fullmatch(pattern: string | RegExp): Series<Bool> {
    return this.#call('matches', [anchored(patternText(pattern), '$')]);
  }

  /** What a group of a regular expression found, by number (0: all of it) or name; null when it found nothing. */
  extract(pattern: string | RegExp, group?: number | string): Series<Utf8> {
    return this.#call('extract', group === undefined ? [patternText(pattern)] : [patternText(pattern), group]);
  }

  /** With the text of another column, or a constant, behind it. */
  cat(other: Series<TextType> | string, separator = ''): Series<Utf8> {
    const head = separator === '' ? null : this.#call('add', [separator]);
    return head ? head.add(other as any) : this.#call('add', [other]);
  }

  repeat(times: number): Series<Utf8> {
    return this.#call('repeat', [times]);
  }

  /** At least so many characters, filled at the start with `fill` (pandas' `rjust`). */
  padStart(width: number, fill = ' '): Series<Utf8> {
    return this.#call('padStart', [width, fill]);
  }

  /** At least so many characters, filled at the end with `fill` (pandas' `ljust`). */
  padEnd(width: number, fill = ' '): Series<Utf8> {
    return this.#call('padEnd', [width, fill]);
  }

  /** At least so many characters, with zeros behind a sign. */
  zfill(width: number): Series<Utf8> {
    return this.#call('zfill', [width]);
  }
}

/** The pattern at the start of a text, and up to `end`; flags stay in front. */
function anchored(pattern: string, end: string): string {
  const flags = /^\(\?[ims]+\)/.exec(pattern)?.[0] ?? '';
  return `${flags}^(?:${pattern.slice(flags.length)})${end}`;
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
