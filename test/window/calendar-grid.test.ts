import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, i64, timestamp } from '../../src/schema/data-type.ts';
import { calendarGrid, tickClock } from '../../src/window/calendar-grid.ts';

const hour = 3_600_000;
const zones = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
];
const units = ['day', 'week', 'month', 'quarter', 'year'] as const;
const instant = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2060, 0) });
const ms = tickClock(1000n);

/** What a clock there shows, as Intl says. */
function shown(zone: string, at: number): { date: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const part = (type: string): string => parts.find(one => one.type === type)!.value;
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}:${part('second')}`,
  };
}

/** The first date of the unit that holds a date, by plain dates. */
function firstDate(unit: (typeof units)[number], date: string): string {
  const [year, month] = date.split('-') as [string, string];
  if (unit === 'year') return `${year}-01-01`;
  if (unit === 'quarter') return `${year}-${String(Math.floor((Number(month) - 1) / 3) * 3 + 1).padStart(2, '0')}-01`;
  if (unit === 'month') return `${year}-${month}-01`;
  if (unit === 'day') return date;
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

describe('cells of the calendar', () => {
  it('begin with the first moment of their first day on the clock of the zone, and leave no gap', () => {
    fc.assert(
      fc.property(instant, fc.constantFrom(...zones), fc.constantFrom(...units), (at, zone, unit) => {
        const grid = calendarGrid({ unit, n: 1 }, zone, 0, ms, 'test');
        const cell = grid.cellOf(BigInt(at));
        const [start, end] = [grid.start(cell), grid.start(cell + 1n)];
        expect(start <= BigInt(at) && BigInt(at) < end).toBe(true);
        const { date, time } = shown(zone, Number(start));
        expect(date).toBe(firstDate(unit, shown(zone, at).date));
        // a clock that is set on at midnight never shows it
        if (time !== '00:00:00') expect(shown(zone, Number(start) - 1).date < date).toBe(true);
        expect(grid.cellOf(end - 1n)).toBe(cell);
        expect(grid.cellOf(end)).toBe(cell + 1n);
      }),
      { numRuns: 500 },
    );
  });

  it('of several units hold as many cells of one', () => {
    fc.assert(
      fc.property(
        instant,
        fc.constantFrom(...zones),
        fc.constantFrom(...units),
        fc.integer({ min: 2, max: 5 }),
        (at, zone, unit, n) => {
          const [one, some] = [1, n].map(count => calendarGrid({ unit, n: count }, zone, 0, ms, 'test'));
          const cell = some!.cellOf(BigInt(at));
          const first = one!.cellOf(some!.start(cell));
          expect(one!.start(first)).toBe(some!.start(cell));
          expect(one!.start(first + BigInt(n))).toBe(some!.start(cell + 1n));
        },
      ),
    );
  });

  it('are shifted on the local clock, and counted in ticks of any unit', () => {
    const grid = calendarGrid({ unit: 'day', n: 1 }, 'America/New_York', '6h', tickClock(1_000_000_000n), 'test');
    const ns = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;
    // March 10, 2024: clocks go from 2:00 to 3:00
    expect(grid.start(grid.cellOf(ns('2024-03-10T09:59:59.999Z')))).toBe(ns('2024-03-09T11:00:00Z'));
    expect(grid.start(grid.cellOf(ns('2024-03-10T10:00:00Z')))).toBe(ns('2024-03-10T10:00:00Z'));
    const seconds = calendarGrid({ unit: 'month', n: 1 }, null, 0, tickClock(1n), 'test');
    expect(seconds.start(seconds.cellOf(-1n))).toBe(BigInt(Date.UTC(1969, 11) / 1000));
  });

  it('end where the calendar ends', () => {
    const grid = calendarGrid({ unit: 'day', n: 1 }, null, 0, ms, 'tumbling');
    expect(() => grid.cellOf(2n ** 62n)).toThrow(
      /tumbling: a time of 4611686018427387904 ticks lies beyond the calendar/,
    );
  });
});

const schema = { at: timestamp('ms'), x: f64() };
const open = (): any => new DataFrame({ schema, index: 'at' });
/** One row every hour. */
const hourly = (from: number, to: number): { at: Date; x: number }[] =>
  Array.from({ length: (to - from) / hour }, (_, i) => ({ at: new Date(from + i * hour), x: 1 }));

function rowsOf(verb: (df: any) => any, rows: readonly { at: Date; x: number }[]): any[] {
  const df = open();
  const out: any[] = [];
  verb(df).sink((batch: any) => out.push(...batch.toArray()));
  for (let from = 0; from < rows.length; from += 7) df.emit(rows.slice(from, from + 7));
  df.end();
  df.dispose();
  return out;
}

describe('calendar windows of a frame', () => {
  it('days of New York have 23 and 25 hours when clocks are set', () => {
    const zone = 'America/New_York';
    const spring = hourly(Date.UTC(2024, 2, 9, 5), Date.UTC(2024, 2, 12, 4));
    const days = rowsOf(df => df.tumbling('1d', { timeZone: zone }).agg({ n: 'count()' }), spring);
    expect(days.map(({ windowStart, n }) => [windowStart.toISOString(), n])).toEqual([
      ['2024-03-09T05:00:00.000Z', 24],
      ['2024-03-10T05:00:00.000Z', 23],
      ['2024-03-11T04:00:00.000Z', 24],
    ]);
    const autumn = hourly(Date.UTC(2024, 10, 2, 4), Date.UTC(2024, 10, 5, 5));
    const counts = rowsOf(df => df.tumbling('day', { timeZone: zone }).agg({ x: 'sum(x)' }), autumn);
    expect(counts.map(({ x }) => x)).toEqual([24, 25, 24]);
  });

  it('months, quarters and years have their own lengths, by group too', () => {
    const year = hourly(Date.UTC(2024, 0), Date.UTC(2025, 0));
    const months = rowsOf(df => df.tumbling('1mo').agg({ n: 'count()' }), year);
    expect(months.map(({ n }) => n / 24)).toEqual([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    const quarters = rowsOf(df => df.tumbling('1q').groupby('x').agg({ n: 'count()' }), year);
    expect(quarters.map(({ n }) => n / 24)).toEqual([91, 91, 92, 92]);
    expect(rowsOf(df => df.tumbling('year').agg({ n: 'count()' }), year).map(({ n }) => n / 24)).toEqual([366]);
  });

  it('slide by a step of the calendar', () => {
    const rows = hourly(Date.UTC(2024, 0), Date.UTC(2024, 5));
    const windows = rowsOf(df => df.sliding('3mo', '1mo').agg({ n: 'count()' }), rows);
    expect(
      windows.map(({ windowStart, windowEnd, n }) => [windowStart.getUTCMonth(), windowEnd.getUTCMonth(), n / 24]),
    ).toEqual([
      [10, 1, 31],
      [11, 2, 60],
      [0, 3, 91],
      [1, 4, 90],
      [2, 5, 92],
      [3, 6, 61],
      [4, 7, 31],
    ]);
    const weeks = rowsOf(
      df => df.sliding('2 weeks', '1 week', { timeZone: 'Europe/Berlin' }).agg({ n: 'count()' }),
      rows,
    );
    expect(weeks[1].windowStart.toISOString()).toBe('2023-12-31T23:00:00.000Z');
    expect(weeks.at(-1).windowStart.toISOString()).toBe('2024-05-26T22:00:00.000Z');
  });

  it('are refused where they have no meaning', () => {
    const df = open();
    expect(() => df.tumbling('1h', { timeZone: 'Europe/Berlin' }).agg('n = count()')).toThrow(
      /1h is as long in every time zone/,
    );
    expect(() => df.tumbling('day', { timeZone: 'Mars/Olympus' }).agg('n = count()')).toThrow(
      /"Mars\/Olympus" is no time zone/,
    );
    expect(() => df.sliding('1mo', '1d').agg('n = count()')).toThrow(/give both of the calendar/);
    expect(() => df.sliding('1mo', '1 week').agg('n = count()')).toThrow(/no whole number of steps/);
    expect(() => df.tumbling('0d').agg('n = count()')).toThrow(/holds no rows/);
    const plain: any = new DataFrame({ schema: { at: i64(), x: f64() }, index: 'at' });
    expect(() => plain.tumbling('1mo').agg('n = count()')).toThrow(/the index is a column of integers/);
  });
});
