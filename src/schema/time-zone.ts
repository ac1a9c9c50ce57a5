import { OptionError } from '../errors.ts';
import { addCalendar, type CalendarUnit, floorCalendar } from './calendar.ts';

/** Spans of a zone's clock: from `at[i]` on, for as long as `at[i + 1]`, the clock is `offset[i]` ahead of UTC. Milliseconds. */
export interface Transitions {
  readonly at: Float64Array;
  readonly offset: Float64Array;
}

/**
 * The clock of a place. Instants are milliseconds since 1970-01-01T00:00Z; local times are those a clock there would show, as
 * milliseconds since its own 1970-01-01T00:00.
 */
export interface TimeZone {
  /** As it was asked for. */
  readonly name: string;
  /** How far the clock is ahead of UTC, in ms. */
  offsetAt(utcMs: number): number;
  /** The spans that cover `[fromMs, toMs]`, at least one: `at[0]` is `fromMs`, the others lie between the bounds. */
  transitions(fromMs: number, toMs: number): Transitions;
  /**
   * The instant at which the clock shows a local time. A time that comes twice is the first of both; one that the clock leaves out
   * is the instant at which it jumps (pandas' `ambiguous=True`, `nonexistent='shift_forward'`).
   */
  toUtc(localMs: number): number;
  /**
   * The start of the day, week, month, quarter or year that holds an instant, or of the `n`-th after it. A unit begins when its first
   * midnight is reached and lasts until the next one's is, so that units follow each other without gap or overlap even where a clock
   * is set back over midnight: days have 23, 24 or 25 hours.
   */
  startOf(unit: CalendarUnit, utcMs: number, n?: number): number;
  /** The same local time `n` units later, by the rules of `toUtc`; a day that a month lacks becomes its last. */
  add(unit: CalendarUnit, n: number, utcMs: number): number;
}

const zones = /* @__PURE__ */ new Map<string, TimeZone>();

/**
 * The zone of an IANA name (`'Europe/Berlin'`), `'UTC'`, or a fixed offset (`'+05:30'`). The runtime's own tables (`Intl`) are asked,
 * and only once for each stretch of time: a look-up is a comparison or a binary search.
 *
 * @throws OptionError when the runtime knows no such zone
 */
export function timeZone(name: string, option = 'timeZone'): TimeZone {
  let zone = zones.get(name);
  if (!zone) zones.set(name, (zone = new Zone(name, clockOf(name, option))));
  return zone;
}

/** What an `Intl` formatter or a fixed offset says: ms ahead of UTC at an instant, and whether that ever changes. */
interface Clock {
  readonly fixed: boolean;
  offset(utcMs: number): number;
}

const utcNames = /^(?:utc|gmt|z|etc\/(?:utc|gmt|uct|universal|zulu))$/i;

/** Whether a zone's clock always shows UTC. */
export const isUtc = (name: string): boolean => utcNames.test(name) || /^[+-]00:?(?:00)?$/.test(name);

const fixedOffset = /^([+-])(\d\d):?(\d\d)?$/;

function clockOf(name: string, option: string): Clock {
  const parts = utcNames.test(name) ? ['', '+', '00'] : fixedOffset.exec(name);
  if (parts) {
    const minutes = Number(parts[2]) * 60 + Number(parts[3] ?? 0);
    const ms = (parts[1] === '-' ? -minutes : minutes) * 60_000;
    return { fixed: true, offset: () => ms };
  }
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, ...fields });
  } catch (cause) {
    throw new OptionError(
      option,
      `${option}: "${name}" is no time zone that this runtime knows; write an IANA name such as "Europe/Berlin", "UTC", or an offset such as "+05:30"`,
      { cause },
    );
  }
  return { fixed: false, offset: utcMs => shownMs(format.format(utcMs)) - Math.floor(utcMs / 1000) * 1000 };
}

const fields = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

/** `3/28/2021, 03:00:00` as milliseconds. */
function shownMs(text: string): number {
  const [month, day, year, hour, minute, second] = text.match(/\d+/g)!.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

// The oldest change in the tables is of 1844. From some year on rules are the same for ever, and 400 years are a whole number of weeks.
const firstChange = /* @__PURE__ */ Date.UTC(1840, 0);
const cycle = 146_097 * 86_400_000;
const lastCycle = /* @__PURE__ */ Date.UTC(2100, 0);
/** What `Intl` takes. */
const dateLimit = 8.64e15;

// No clock was, or is to be, set twice within less than seven days (Boa Vista, October 2000; all zones of tzdata 2025c, 1800 to 2090).
const probe = 4 * 86_400_000;
/** Instants are looked at by the stretch: of 512 days, 128 questions of about 1 µs. */
const stretch = 128 * probe;

class Zone implements TimeZone {
  readonly name: string;
  readonly #clock: Clock;
  /** The stretches that have been looked at, and the spans that begin there; the first is that at the lower bound. */
  #low = 0;
  #high = 0;
  #at: number[];
  #offset: number[];
  /** The span that was asked for last, as far as it is known. */
  #from = 0;
  #to = 0;
  #last: number;

  constructor(name: string, clock: Clock) {
    this.name = name;
    this.#clock = clock;
    this.#last = clock.offset(0);
    this.#at = [0];
    this.#offset = [this.#last];
    if (!clock.fixed) return;
    this.#from = -Infinity;
    this.#to = Infinity;
  }

  offsetAt(utcMs: number): number {
    if (!(utcMs >= this.#from && utcMs < this.#to)) this.#find(utcMs);
    return this.#last;
  }

  transitions(fromMs: number, toMs: number): Transitions {
    const at = [fromMs];
    const offset = [this.offsetAt(fromMs)];
    while (this.#to <= toMs) {
      const next = this.#to;
      if (this.offsetAt(next) === offset.at(-1)) continue;
      at.push(next);
      offset.push(this.#last);
    }
    return { at: Float64Array.from(at), offset: Float64Array.from(offset) };
  }

  toUtc(localMs: number): number {
    const before = this.offsetAt(localMs - 86_400_000);
    const after = this.offsetAt(localMs + 86_400_000);
    if (before === after || this.offsetAt(localMs - before) === before) return localMs - before;
    if (this.offsetAt(localMs - after) === after) return localMs - after;
    // left out: by the clock as it was, this is later than the jump, with which a span begins
    this.offsetAt(localMs - before);
    return this.#from;
  }

  startOf(unit: CalendarUnit, utcMs: number, n = 0): number {
    const local = utcMs + this.offsetAt(utcMs);
    // a clock set back over midnight shows the day before again: the new day has begun all the same
    const begun = this.toUtc(floorCalendar(unit, local, 1)) <= utcMs ? 1 : 0;
    return this.toUtc(floorCalendar(unit, local, n + begun));
  }

  add(unit: CalendarUnit, n: number, utcMs: number): number {
    if (n === 0) return utcMs;
    return this.toUtc(addCalendar(unit, n, utcMs + this.offsetAt(utcMs)));
  }

  /** Makes the span that holds an instant the one at hand. */
  #find(utcMs: number): void {
    const held = Math.min(Math.max(utcMs, -dateLimit), dateLimit);
    const shift = held < lastCycle + cycle ? 0 : Math.floor((held - lastCycle) / cycle) * cycle;
    const time = Math.max(held - shift, firstChange);
    this.#look(time);
    let low = 0;
    let high = this.#at.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#at[middle]! <= time) low = middle;
      else high = middle - 1;
    }
    const start = this.#at[low]!;
    const end = Math.min(this.#at[low + 1] ?? this.#high, lastCycle + cycle);
    this.#from = start <= firstChange ? -Infinity : start + shift;
    this.#to = held === dateLimit ? Infinity : end + shift;
    this.#last = this.#offset[low]!;
  }

  /** Looks at the stretches between what has been looked at and `time`. */
  #look(time: number): void {
    while (time >= this.#high) {
      this.#probe(this.#high, this.#offset.at(-1)!, this.#at, this.#offset);
      this.#high += stretch;
    }
    while (time < this.#low) {
      this.#low -= stretch;
      const at = [this.#low];
      const offset = [this.#clock.offset(this.#low)];
      this.#probe(this.#low, offset[0]!, at, offset);
      // the first span did not begin there, or is among the new ones
      this.#at = at.concat(this.#at.slice(1));
      this.#offset = offset.concat(this.#offset.slice(1));
    }
  }

  /** Appends the spans that begin in `(from, from + stretch]`; `offset` is the one at `from`. */
  #probe(from: number, offset: number, at: number[], offsets: number[]): void {
    for (let time = from, last = offset; time < from + stretch; time += probe) {
      const next = this.#clock.offset(time + probe);
      if (next === last) continue;
      at.push(this.#change(time, time + probe, last));
      offsets.push(next);
      last = next;
    }
  }

  /** The second at which the offset stops being `offset`, after `low` and not after `high`. */
  #change(low: number, high: number, offset: number): number {
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (this.#clock.offset(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
}
