import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64 } from '../../src/schema/data-type.ts';
import { VirtualClock } from '../virtual-clock.ts';

describe('periodic frames', () => {
  it('call the function after every interval, with the time of the call before', async () => {
    const clock = new VirtualClock();
    const frame = DataFrame.fromPeriodic(({ last, now }) => ({ last: [last], now: [now] }), { interval: '1s', clock });
    const got = frame.sinkToList();
    const stop = new AbortController();
    const run = frame.run({ signal: stop.signal });
    await clock.advance(3500);
    stop.abort();
    await run;
    expect(got.flatMap(batch => batch.toArray())).toEqual([
      { last: 0, now: 1000 },
      { last: 1000, now: 2000 },
      { last: 2000, now: 3000 },
    ]);
    expect(clock.pending).toBe(0);
    frame.dispose();
  });

  it('take a schema in place of a first call, and start at once if told', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const make = (): object => ({ x: [++calls] });
    const frame = DataFrame.fromPeriodic(make as any, { schema: { x: f64() }, start: true, clock });
    const got = frame.agg({ s: 'sum(x)' }).sinkToList();
    expect(calls).toBe(0);
    await clock.advance(1200);
    expect(got.map(batch => batch.row(0))).toEqual([{ s: 1 }, { s: 3 }]);
    frame.dispose();
  });

  it('make random rows from the last one to now, on a time index', async () => {
    const clock = new VirtualClock();
    const frame = DataFrame.random({ freq: '10ms', interval: '100ms', clock });
    const got = frame.sinkToList();
    const sums = frame.window('50ms').agg({ n: 'count()' }).sinkToList();
    const stop = new AbortController();
    const run = frame.run({ signal: stop.signal });
    await clock.advance(550);
    stop.abort();
    await run;
    expect(got.map(batch => batch.length)).toEqual([10, 10, 10, 10, 10]);
    expect(got.flatMap(batch => batch.column('at').toArray().map(Number))).toEqual(
      Array.from({ length: 50 }, (_, i) => (i + 1) * 10),
    );
    expect(sums.map(batch => Number(batch.column('n').get(0)))).toEqual([5, 5, 5, 5, 5]);
    for (const { x, y } of got.flatMap(batch => batch.toArray())) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThan(1);
      expect(Number.isInteger(y)).toBe(true);
    }
    frame.dispose();
  });

  it('draw from the generator they are given', () => {
    const clock = new VirtualClock();
    expect(DataFrame.random({ random: () => 0.25, clock }).columns).toEqual(['at', 'x', 'y', 'z']);
  });

  it('refuse intervals and steps of nothing', () => {
    expect(() => DataFrame.random({ freq: 0 })).toThrow(OptionError);
    expect(() => DataFrame.fromPeriodic(() => ({ x: [1] }), { interval: 0 })).toThrow(OptionError);
  });
});
