import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../src/column/batch-of.ts';
import { OptionError, SchemaError } from '../../src/errors.ts';
import { bind } from '../../src/expr/bind.ts';
import { parse } from '../../src/expr/parse.ts';
import { typeOf } from '../../src/expr/type-of.ts';
import { Memory } from '../../src/memory/memory.ts';
import type { CalendarUnit } from '../../src/schema/calendar.ts';
import { type DataType, date32, f64, timestamp, typeText } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { timeZone } from '../../src/schema/time-zone.ts';
import * as plain from '../reference/time.ts';
import { valuesOf, vectorsIn } from './_chunk.ts';

const memory = new Memory();
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const utc = (text: string): number => Date.parse(`${text}Z`);
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  '+05:30',
  'UTC',
];
const perSecond = { s: 1, ms: 1000, us: 1_000_000, ns: 1_000_000_000 } as const;

/** What an expression makes of a column `t` of instants in ms; null stays. */
function evaluate(text: string, type: DataType, times: readonly (number | null)[]): unknown[] {
  const schema = schemaOf({ t: type });
  const per = type.kind === 'timestamp' ? perSecond[type.unit] : 1 / 86_400;
  const cells = times.map(ms =>
    ms === null ? null : type.kind === 'date32' ? new Date(ms) : (BigInt(ms) * BigInt(per)) / 1000n,
  );
  const batch = batchOf({ t: cells }, schema);
  const bound = bind(parse(text), schema, memory);
  const vectors = vectorsIn(memory, batch);
  const values = valuesOf(memory, bound.evaluate({ length: times.length, vectors }), times.length);
  bound.dispose();
  return values;
}

const one = (text: string, type: DataType, ms: number): unknown => evaluate(text, type, [ms])[0];
const at = timestamp('ms');

/** Instants near those at which clocks are set, and others; whole minutes. */
const anyMinute = fc
  .oneof(
    { weight: 3, arbitrary: fc.integer({ min: utc('1950-01-01') / minute, max: utc('2090-01-01') / minute }) },
    fc
      .tuple(
        fc.constantFrom(
          '2021-03-28T01:00',
          '2021-10-31T01:00',
          '2006-10-29T02:31',
          '2018-11-04T03:00',
          '2021-04-03T15:00',
          '2011-12-30T10:00',
          '2024-03-10T07:00',
        ),
        fc.integer({ min: -200, max: 200 }),
      )
      .map(([text, shift]) => utc(text) / minute + shift),
  )
  .map(minutes => minutes * minute);

describe('parts of times', () => {
  it('are those of UTC without a zone', () => {
    const t = utc('2024-02-29T23:59:58.123');
    const got = (part: string): unknown => one(`${part}(t)`, at, t);
    expect(
      ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond', 'nanosecond'].map(got),
    ).toEqual([2024, 2, 29, 23, 59, 58, 123, 123_000, 0]);
    expect(['weekday', 'dayofyear', 'week', 'isoYear', 'quarter', 'daysInMonth'].map(got)).toEqual([
      3, 60, 9, 2024, 1, 29,
    ]);
    expect(['dayName', 'monthName', 'time'].map(got)).toEqual(['Thursday', 'February', '23:59:58.123']);
    expect(['is_month_start', 'is_month_end', 'is_quarter_end', 'is_year_start', 'is_leap_year'].map(got)).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(one('is_year_end(t) and is_quarter_end(t)', date32(), utc('2023-12-31'))).toBe(true);
    expect(one('is_year_start(t) and is_quarter_start(t)', date32(), utc('2023-01-01'))).toBe(true);
    expect(one('week(t)', date32(), utc('2021-01-03'))).toBe(53);
    expect(one('isoYear(t)', date32(), utc('2021-01-03'))).toBe(2020);
  });

  it('have as much of a second as the column has', () => {
    const schema = schemaOf({ t: timestamp('ns') });
    const vectors = vectorsIn(memory, batchOf({ t: [1_234_567_891n, -1n, null] }, schema));
    const values = (text: string): unknown[] => {
      const bound = bind(parse(text), schema, memory);
      return valuesOf(memory, bound.evaluate({ length: 3, vectors }), 3);
    };
    expect(values('millisecond(t)')).toEqual([234, 999, null]);
    expect(values('microsecond(t)')).toEqual([234_567, 999_999, null]);
    expect(values('nanosecond(t)')).toEqual([891, 999, null]);
    expect(values('second(t)')).toEqual([1, 59, null]);
    expect(values('time(t)')).toEqual(['00:00:01.234567891', '23:59:59.999999999', null]);
    expect(evaluate('millisecond(t)', timestamp('s'), [1000, null])).toEqual([0, null]);
    expect(evaluate('nanosecond(t)', timestamp('us'), [1001, null])).toEqual([0, null]);
  });

  it("are those of the zone's clock, in any unit", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom('s', 'ms', 'us', 'ns' as const),
        fc.array(fc.option(anyMinute), { maxLength: 40 }),
        (zone, unit, times) => {
          const shown = times.map(t => (t === null ? null : t + timeZone(zone).offsetAt(t)));
          for (const part of ['year', 'month', 'day', 'hour', 'minute', 'weekday', 'date', 'dayofyear', 'time']) {
            const zoned = evaluate(`${part}(t)`, timestamp(unit, zone), times);
            expect(zoned).toEqual(evaluate(`${part}(t)`, timestamp(unit), shown));
            expect(evaluate(`${part}(tz(t, '${zone}'))`, timestamp(unit), times)).toEqual(zoned);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stay null where the column is, whatever lies under it', () => {
    const times = [null, utc('2021-01-01'), null];
    for (const part of ['year', 'hour', 'date', 'time', 'week']) {
      expect(evaluate(`${part}(tz(t, 'Asia/Tokyo'))`, at, times).map(x => x === null)).toEqual([true, false, true]);
    }
    expect(evaluate('is_month_start(t)', at, times)).toEqual([false, true, false]);
  });
});

describe('floor, ceil and round of times', () => {
  it('go to the nearest time at which a clock shows a multiple, or jumps over one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(15, 30, 45, 60, 90, 180, 360, 720),
        fc.array(anyMinute, { minLength: 1, maxLength: 20 }),
        (zone, minutes, times) => {
          const type = timestamp('ms', zone);
          const clock = timeZone(zone);
          const span = `'${minutes}m'`;
          const below = times.map(t => plain.roundByMinutes(clock, false, minutes * minute, t));
          const above = times.map(t => plain.roundByMinutes(clock, true, minutes * minute, t));
          expect(evaluate(`floor(t, ${span})`, type, times).map(Number)).toEqual(below);
          expect(evaluate(`ceil(t, ${span})`, type, times).map(Number)).toEqual(above);
          for (const [i, got] of evaluate(`round(t, ${span})`, type, times).map(Number).entries()) {
            const t = times[i]!;
            const wanted = t - below[i]! < above[i]! - t ? below[i]! : above[i]!;
            if (t - below[i]! === above[i]! - t) expect([below[i], above[i]]).toContain(got);
            else expect(got).toBe(wanted);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('go to the units of the calendar, as windows are cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom<CalendarUnit>('day', 'week', 'month', 'quarter', 'year'),
        fc.constantFrom(1, 1, 2, 5),
        fc.constantFrom('s', 'ms', 'ns' as const),
        fc.array(anyMinute, { minLength: 1, maxLength: 20 }),
        (zone, unit, n, ticks, times) => {
          const type = timestamp(ticks, zone);
          const units = times.map(t => plain.unitOf(timeZone(zone), unit, n, t));
          const rounded = (verb: string): number[] =>
            evaluate(`cast(${verb}(t, '${n} ${unit}s'), 'timestamp[ms]')`, type, times).map(Number);
          expect(rounded('floor')).toEqual(units.map(([start]) => start));
          expect(rounded('ceil')).toEqual(units.map(([start, end], i) => (start === times[i] ? start : end)));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('take halves to the even multiple, as pandas', () => {
    const round = (text: string): string =>
      new Date(one("round(t, '1h')", at, utc(text)) as number).toISOString().slice(0, 16);
    expect(round('2021-01-01T00:30')).toBe('2021-01-01T00:00');
    expect(round('2021-01-01T01:30')).toBe('2021-01-01T02:00');
    expect(round('1969-12-31T23:30')).toBe('1970-01-01T00:00');
  });

  it('keep dates dates', () => {
    const day = (text: string, span: string, verb = 'floor'): unknown =>
      (one(`${verb}(t, '${span}')`, date32(), utc(text)) as Date).toISOString().slice(0, 10);
    expect(day('2021-05-17', 'month')).toBe('2021-05-01');
    expect(day('2021-05-17', '1q', 'ceil')).toBe('2021-07-01');
    expect(day('2021-05-19', 'week')).toBe('2021-05-17');
    expect(day('1969-12-31', '7d')).toBe('1969-12-25');
    expect(() => typeOf(parse("floor(t, '1h')"), schemaOf({ t: date32() }))).toThrow(/has no meaning for dates/);
  });
});

describe('strftime', () => {
  it.each([
    // as CPython 3.11 answers
    ['%Y-%m-%d %H:%M:%S', '2021-03-07 13:04:05'],
    ['%y%j %U %W %V %G %w %u', '21066 10 09 09 2021 0 7'],
    ['%I:%M %p, %a %A %b %B', '01:04 PM, Sun Sunday Mar March'],
    ['%f %3f %%Y %F %T %R %D', '678000 678 %Y 2021-03-07 13:04:05 13:04 03/07/21'],
    ['über %d', 'über 07'],
    ['[%z]', '[]'],
    ['', ''],
  ])('%s', (format, want) => {
    expect(one(`strftime(t, '${format}')`, at, utc('2021-03-07T13:04:05.678'))).toBe(want);
  });

  it('writes the offset of the clock', () => {
    const t = utc('2021-07-01T12:00');
    expect(one("strftime(t, '%H:%M %z')", timestamp('us', 'Europe/Berlin'), t)).toBe('14:00 +0200');
    expect(one("strftime(t, '%H:%M %z')", timestamp('us', 'America/St_Johns'), t)).toBe('09:30 -0230');
    expect(one("strftime(t, '%z')", timestamp('us', 'UTC'), t)).toBe('+0000');
  });

  it('pads years, and takes those of five digits', () => {
    expect(one("strftime(t, '%Y')", at, new Date(0).setUTCFullYear(33))).toBe('0033');
    expect(one("strftime(t, '%Y')", at, utc('+012345-01-01'))).toBe('12345');
  });

  it('refuses what says nothing', () => {
    const schema = schemaOf({ t: at });
    expect(() => typeOf(parse("strftime(t, '%Q')"), schema)).toThrow(OptionError);
    expect(() => typeOf(parse("strftime(t, '100%')"), schema)).toThrow(/"%" in "100%" says nothing/);
  });
});

describe('zones', () => {
  const schema = schemaOf({ t: at, z: timestamp('us', 'Europe/Oslo'), x: f64() });
  const type = (text: string): string => typeText(typeOf(parse(text), schema, 'assign'));

  it('are part of the type', () => {
    expect(type("tz(t, 'Asia/Tokyo')")).toBe('timestamp[ms, Asia/Tokyo]');
    expect(type("tz_convert(z, 'UTC')")).toBe('timestamp[us, UTC]');
    expect(type("tz_localize(t, 'Asia/Tokyo')")).toBe('timestamp[ms, Asia/Tokyo]');
    expect(type("floor(z, 'month')")).toBe('timestamp[us, Europe/Oslo]');
    expect(type('date(z)')).toBe('date32');
  });

  it('are given to times that have none', () => {
    const local = [utc('2021-03-28T02:30'), utc('2021-10-31T02:30'), utc('2021-07-01T12:00'), null];
    const instants = evaluate("cast(tz_localize(t, 'Europe/Berlin'), 'i64')", at, local);
    expect(instants.map(t => (t === null ? null : new Date(Number(t)).toISOString().slice(0, 16)))).toEqual([
      '2021-03-28T01:00', // left out: the jump
      '2021-10-31T00:30', // comes twice: the first
      '2021-07-01T10:00',
      null,
    ]);
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.array(anyMinute), (zone, times) => {
        const got = evaluate(`cast(tz_localize(t, '${zone}'), 'i64')`, at, times);
        expect(got.map(Number)).toEqual(times.map(t => timeZone(zone).toUtc(t)));
      }),
    );
  });

  it('are found over thousands of years', () => {
    const times = [utc('1600-01-01'), utc('9999-12-31'), utc('2021-01-01'), -8.64e15, 8.64e15 - day];
    const hours = evaluate("hour(tz(t, 'Europe/Berlin'))", timestamp('s'), times);
    expect(hours.slice(0, 3)).toEqual([0, 1, 1]);
    expect(hours.every(h => h !== null)).toBe(true);
  });

  it('are checked with the rest', () => {
    const fails = (text: string): unknown => {
      try {
        type(text);
      } catch (error) {
        return error;
      }
      return undefined;
    };
    expect(fails("tz(t, 'Europe/Olso')")).toMatchObject({
      code: 'OPTION',
      message: expect.stringContaining('assign: tz: "Europe/Olso"'),
    });
    expect(fails("tz(x, 'UTC')")).toBeInstanceOf(SchemaError);
    expect(fails("tz_localize(z, 'UTC')")).toMatchObject({
      message: expect.stringContaining('has the zone Europe/Oslo already'),
    });
    expect(fails('hour(x)')).toMatchObject({ column: 'x', expected: 'a date or time' });
    expect(fails("floor(t, 'fortnight')")).toMatchObject({
      code: 'OPTION',
      message: expect.stringContaining('assign: floor'),
    });
    expect(fails("floor(t, '0s')")).toMatchObject({ code: 'OPTION' });
    expect(fails("floor(t, '1us')")).toMatchObject({ code: 'OPTION' });
  });
});
