import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CalendarUnit, floorCalendar } from '../../src/schema/calendar.ts';
import { timeZone } from '../../src/schema/time-zone.ts';

const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC'];
const units: readonly CalendarUnit[] = ['day', 'week', 'month', 'quarter', 'year'];
const hour = 3_600_000;
const day = 24 * hour;
const utc = (text: string): number => Date.parse(`${text}Z`);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

/** The local time by Intl's fields, in another way than ours: parts by name. */
function shown(format: Intl.DateTimeFormat, ms: number): number {
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part['year']!, part['month']! - 1, part['day'], part['hour'], part['minute'], part['second']);
}

const formatOf = (name: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

const anyZone = fc.constantFrom(...zones);
/** Whole seconds from 1900 to 2100, and some far away. */
const anySecond = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: utc('1900-01-01') / 1000, max: utc('2100-01-01') / 1000 }) },
  fc.integer({ min: utc('1700-01-01') / 1000, max: utc('9999-01-01') / 1000 }),
);

describe('timeZone', () => {
  it('shows the time that Intl shows, from 1900 to 2100', () => {
    // every seventh zone: all of them take 20 s
    for (const name of zones.filter((_, i) => i % 7 === 0)) {
      const zone = timeZone(name);
      const format = formatOf(name);
      const step = fc.sample(fc.integer({ min: 60 * day, max: 300 * day }), { numRuns: 1, seed: name.length })[0]!;
      for (let ms = utc('1900-01-01'); ms < utc('2100-01-01'); ms += step) {
        expect(`${name} ${iso(ms + zone.offsetAt(ms))}`).toBe(`${name} ${iso(shown(format, ms))}`);
      }
    }
  });

  it('shows the time that Intl shows, at any instant', () => {
    fc.assert(
      fc.property(anyZone, fc.array(anySecond, { minLength: 1, maxLength: 8 }), (name, seconds) => {
        const format = formatOf(name);
        for (const second of seconds) {
          const ms = second * 1000;
          expect(iso(ms + timeZone(name).offsetAt(ms))).toBe(iso(shown(format, ms)));
        }
      }),
    );
  });

  it('lists the changes between two instants: nothing changes between them, and each one does', () => {
    fc.assert(
      fc.property(anyZone, anySecond, fc.nat(20 * 366 * 86_400), (name, second, length) => {
        const zone = timeZone(name);
        const [from, to] = [second * 1000, (second + length) * 1000];
        const { at, offset } = zone.transitions(from, to);
        expect(at[0]).toBe(from);
        expect(at.at(-1)!).toBeLessThanOrEqual(to);
        for (let i = 0; i < at.length; i++) {
          const end = at[i + 1] ?? to + 1;
          expect([zone.offsetAt(at[i]!), zone.offsetAt(end - 1)]).toEqual([offset[i], offset[i]]);
          if (i > 0) {
            expect(at[i]! > at[i - 1]!).toBe(true);
            expect(zone.offsetAt(at[i]! - 1)).toBe(offset[i - 1]);
            expect(offset[i]).not.toBe(offset[i - 1]);
          }
        }
      }),
    );
  });

  it('takes a local time back to the first instant that shows it, or to the jump that leaves it out', () => {
    fc.assert(
      fc.property(anyZone, anySecond, (name, second) => {
        const zone = timeZone(name);
        const local = second * 1000;
        const instant = zone.toUtc(local);
        const back = instant + zone.offsetAt(instant);
        if (back === local) {
          const { at, offset } = zone.transitions(instant - 2 * day, instant);
          const earlier = [...at].some((start, i) => {
            const end = at[i + 1] ?? instant;
            return local - offset[i]! >= start && local - offset[i]! < end;
          });
          expect(earlier).toBe(false);
          return;
        }
        const before = instant - 1 + zone.offsetAt(instant - 1);
        expect(before < local && local < back).toBe(true);
      }),
    );
  });

  it('cuts time into units without gap or overlap', () => {
    fc.assert(
      fc.property(anyZone, fc.constantFrom(...units), anySecond, (name, unit, second) => {
        const zone = timeZone(name);
        const ms = second * 1000;
        const [start, end] = [zone.startOf(unit, ms), zone.startOf(unit, ms, 1)];
        expect(start <= ms && ms < end).toBe(true);
        expect(zone.startOf(unit, start)).toBe(start);
        expect(zone.startOf(unit, end - 1)).toBe(start);
        expect(zone.startOf(unit, end)).toBe(end);
        expect(zone.startOf(unit, end, -1)).toBe(start);
      }),
    );
  });

  it('starts units at midnight by the local clock, or where the clock jumps over it', () => {
    fc.assert(
      fc.property(anyZone, fc.constantFrom(...units), anySecond, (name, unit, second) => {
        const zone = timeZone(name);
        const start = zone.startOf(unit, second * 1000);
        const local = start + zone.offsetAt(start);
        if (floorCalendar(unit, local) === local) return;
        expect(zone.offsetAt(start)).toBeGreaterThan(zone.offsetAt(start - 1));
      }),
    );
  });

  it.each([
    ['Europe/Berlin', '2021-03-28T12:00', 23],
    ['Europe/Berlin', '2021-10-31T12:00', 25],
    ['America/New_York', '2024-03-10T12:00', 23],
    ['Australia/Lord_Howe', '2024-04-06T18:00', 24.5],
    ['Asia/Kolkata', '2024-04-06T18:00', 24],
  ])('%s: the day of %s has %d hours', (name, text, hours) => {
    const zone = timeZone(name);
    const ms = utc(text);
    expect((zone.startOf('day', ms, 1) - zone.startOf('day', ms)) / hour).toBe(hours);
  });

  it('begins a day without midnight with its first instant', () => {
    // São Paulo, 2018-11-04: 23:59:59 was followed by 01:00
    expect(iso(timeZone('America/Sao_Paulo').startOf('day', utc('2018-11-04T15:00')))).toBe('2018-11-04T03:00:00');
    // Samoa had no 2011-12-30
    const apia = timeZone('Pacific/Apia');
    expect(iso(apia.toUtc(utc('2011-12-30T12:00')))).toBe('2011-12-30T10:00:00');
    expect(iso(apia.startOf('day', utc('2011-12-30T10:00')))).toBe('2011-12-30T10:00:00');
  });

  it('begins a day once, also where the clock goes back over midnight', () => {
    //  St. John's, 2006-10-29: 00:01 was followed by 23:01 of the day before
    //  UTC   02:30 ── 02:31 ─────────── 03:30
    //  local 00:00 ─▶ 00:01 │ 23:01 ──▶ 00:00 again
    const zone = timeZone('America/St_Johns');
    const start = utc('2006-10-29T02:30');
    for (const ms of [start, start + 59_000, start + 61_000, start + hour]) expect(zone.startOf('day', ms)).toBe(start);
  });

  it('adds units by the local clock', () => {
    const zone = timeZone('Europe/Berlin');
    const add = (unit: CalendarUnit, n: number, text: string): string => iso(zone.add(unit, n, utc(text)));
    expect(add('day', 1, '2021-03-27T11:30')).toBe('2021-03-28T10:30:00');
    expect(add('day', 1, '2021-03-27T01:30')).toBe('2021-03-28T01:00:00'); // 02:30 is left out
    expect(add('day', 1, '2021-10-30T00:30')).toBe('2021-10-31T00:30:00'); // 02:30 comes twice
    expect(add('month', 1, '2021-01-31T11:00')).toBe('2021-02-28T11:00:00');
    expect(add('month', -1, '2024-03-31T10:00')).toBe('2024-02-29T11:00:00');
    expect(add('quarter', 2, '2021-01-15T11:00')).toBe('2021-07-15T10:00:00');
    expect(add('year', 1, '2024-02-29T11:00')).toBe('2025-02-28T11:00:00');
    expect(add('week', -1, '2021-04-01T10:00')).toBe('2021-03-25T11:00:00');
    expect(zone.add('day', 0, utc('2021-10-31T01:30'))).toBe(utc('2021-10-31T01:30'));
  });

  it('knows UTC and fixed offsets', () => {
    expect(timeZone('UTC').offsetAt(0)).toBe(0);
    expect(timeZone('+05:30').offsetAt(0)).toBe(5.5 * hour);
    expect(timeZone('-0330').toUtc(0)).toBe(3.5 * hour);
    expect(timeZone('-03').transitions(0, 1e15)).toEqual({
      at: Float64Array.of(0),
      offset: Float64Array.of(-3 * hour),
    });
  });

  it('refuses what is no zone, by name', () => {
    expect(() => timeZone('Europe/Berln')).toThrow(
      expect.objectContaining({
        code: 'OPTION',
        message: expect.stringMatching(/^timeZone: "Europe\/Berln" is no time zone/),
      }),
    );
    expect(() => timeZone('+5', 'tumbling')).toThrow(/^tumbling: "\+5" is no time zone/);
  });
});

describe('floorCalendar', () => {
  it('knows weeks, quarters, and the first hundred years', () => {
    expect(iso(floorCalendar('week', utc('1970-01-01T05:00')))).toBe('1969-12-29T00:00:00');
    expect(iso(floorCalendar('week', utc('2021-01-03T23:00'), 1))).toBe('2021-01-04T00:00:00');
    expect(iso(floorCalendar('quarter', utc('2021-12-31T23:00')))).toBe('2021-10-01T00:00:00');
    expect(new Date(floorCalendar('year', new Date(0).setUTCFullYear(33, 5, 5))).toISOString()).toBe(
      '0033-01-01T00:00:00.000Z',
    );
  });
});
