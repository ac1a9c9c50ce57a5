import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeRoom } from '../../src/kernel/time.ts';
import { Memory } from '../../src/memory/memory.ts';
import * as plain from '../reference/time.ts';
import { Bench, columnOf, lengths, type Value } from './_columns.ts';

const day = 86_400_000;

describe.each([true, false])('time over shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const room = timeRoom(memory);
  const bench = new Bench(memory);

  const run = (type: string, values: Value[], kernel: (from: number, out: number) => void): Value[] => {
    const from = bench.put(type, values);
    const out = bench.room(values.length * 4);
    kernel(from, out);
    const result = bench.get('I32', out, values.length);
    expect(bench.close()).toBe(true);
    return result;
  };

  it('tells the parts of any date as JavaScript does', () => {
    // a Date holds 100 million days on either side, and the year of each must begin within
    const date = fc.oneof(fc.integer({ min: -9.9e7, max: 9.9e7 }), fc.integer({ min: -40_000, max: 40_000 }));
    const parts = ['year', 'month', 'day', 'dayofyear', 'quarter', 'week', 'isoYear', 'daysInMonth', 'leap'];
    fc.assert(
      fc.property(fc.array(date), days => {
        for (const [which, part] of parts.entries()) {
          const got = run('I32', days, (from, out) => room.datePart(which, from, out, days.length));
          expect(got, part).toEqual(days.map(n => plain.datePart(part, n * day)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('counts whole units since the last beginning of their cycle', () => {
    fc.assert(
      fc.property(
        lengths.chain(length => columnOf('I64', length)),
        fc.bigInt({ min: 1n, max: 10n ** 14n }),
        fc.bigInt({ min: 1n, max: 10n ** 6n }),
        (ticks, size, cycle) => {
          const floor = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;
          const got = run('I64', ticks, (from, out) => room.tickPart(from, size, cycle, out, ticks.length));
          expect(got).toEqual(
            ticks.map(t => {
              const whole = floor(t as bigint, size);
              return Number(whole - floor(whole, cycle) * cycle);
            }),
          );
        },
      ),
    );
  });
});
