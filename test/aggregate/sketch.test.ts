import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { HeavyHitters, topValues } from '../../src/aggregate/sketch-top.ts';
import { OptionError, SchemaError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import {
  binary,
  bool,
  type DataType,
  dictionary,
  f32,
  f64,
  i32,
  i64,
  timestamp,
  u64,
  utf8,
} from '../../src/schema/data-type.ts';
import * as plain from '../reference/sketch.ts';
import { each } from './_cells.ts';
import { accumulatorContract, type PlainRow } from './contract.ts';
import { real, windowLaws } from './window-laws.ts';

const cells = (rows: readonly PlainRow[]): unknown[] =>
  real(rows.map(([cell]) => cell)).map(cell => (Object.is(cell, -0) ? 0 : cell));

accumulatorContract('approx_nunique', {
  types: each([f64(), f32(), i64(), bool(), utf8(), dictionary(), timestamp('us')]),
  plain: rows => BigInt(new Set(cells(rows)).size),
  invertible: true,
  near: (got, want) => Math.abs(got - want) <= 2 + want * 0.08, // five standard errors, and two registers hit twice
});

/** The key of a stored number of a type whose keys are the numbers themselves. */
const keyOf = (cell: unknown): bigint => BigInt.asUintN(64, BigInt(cell as number));
for (const [type, hash] of [
  [i32(), cell => plain.mix(keyOf(cell))],
  [i64(), cell => plain.mix(keyOf(cell))],
  [timestamp('us'), cell => plain.mix(keyOf(cell))],
  [utf8(), cell => plain.hashOf(cell as string)],
  [dictionary(), cell => plain.hashOf(cell as string)],
] as const satisfies readonly (readonly [DataType, (cell: unknown) => bigint])[]) {
  for (const evicting of [true, false]) {
    windowLaws({
      name: `approx_nunique, ${evicting ? 'rows leave' : 'rows stay'}`,
      types: [type],
      result: 'approx_nunique',
      evicting,
      create: memory =>
        aggregationOf('approx_nunique')
          .kind([type], { precision: 4 })
          .create({ memory, owner: 'test', types: [type], evicting }),
      plain: rows => plain.estimate(real(rows.map(([cell]) => cell)).map(hash), 4),
    });
  }
}

for (const error of [0.01, 0.2]) {
  accumulatorContract('approx_quantile', {
    types: each([f64(), f32(), i32(), i64(), u64(), bool()]),
    parameters: { q: 0.75, error },
    plain(rows) {
      const sorted = cells(rows)
        .map(Number)
        .sort((a, b) => a - b);
      return sorted.length === 0 ? null : sorted[Math.floor(0.75 * (sorted.length - 1))]!;
    },
    invertible: true,
    // two units in the last place for what is rounded, which is much for the least numbers of all
    near: (got, want) => got === want || Math.abs(got - want) <= Math.abs(want) * error * (1 + 1e-9) + 1e-323,
  });
}

const least = (a: any, b: any): number => (a < b ? -1 : 1);
accumulatorContract('top_k', {
  types: each([f64(), i64(), bool(), utf8(), dictionary(), timestamp('us')]),
  parameters: { k: 3 },
  plain(rows) {
    const counts = new Map<unknown, number>();
    for (const cell of cells(rows)) counts.set(cell, (counts.get(cell) ?? 0) + 1);
    const top = [...counts].sort(([a, n], [b, m]) => m - n || least(a, b)).slice(0, 3);
    return top.length === 0 ? null : top.map(([cell, n]) => `${cell}: ${n}`).join(', ');
  },
  invertible: false,
});

describe('sketches', () => {
  const memory = new Memory();

  it('counts distinct values within four standard errors, from a handful to a million', () => {
    for (const [precision, most] of [
      [12, 1_000_000],
      [8, 20_000],
      [16, 100_000],
    ] as const) {
      const frame = new DataFrame({ schema: { x: i64() }, memory });
      const got = frame.agg({ n: t => t.x.approxNunique({ precision }) }).sinkToList();
      const counts: number[] = [];
      for (let n = 0, step = 50; n < most; n += step, step = Math.min(n, 200_000)) {
        const rows = BigInt64Array.from({ length: step }, (_, i) => BigInt(n + i) * 7919n);
        frame.emit({ x: rows });
        counts.push(n + step);
      }
      for (const [at, want] of counts.entries()) {
        const count = Number(got[at]!.column('n').get(0));
        expect(Math.abs(count / want - 1), `${count} for ${want}`).toBeLessThan((4 * 1.04) / Math.sqrt(2 ** precision));
      }
      frame.dispose();
    }
  });

  it('gives quantiles within their error over twelve decimal orders, in a state that hardly grows', () => {
    const frame = new DataFrame({ schema: { x: f64() }, memory });
    const got = frame.agg({ p99: t => t.x.approxQuantile(0.99), low: 'approx_quantile(x, 0.01, 0.001)' }).sinkToList();
    const held: number[] = [];
    const values: number[] = [];
    for (let batch = 0; batch < 4; batch++) {
      const x = Float64Array.from({ length: 50_000 }, (_, i) => 10 ** ((((i * 7919) % 50_000) / 50_000) * 12 - 6));
      values.push(...x);
      frame.emit({ x });
      held.push(memory.stats().heldBytes);
    }
    values.sort((a, b) => a - b);
    const row = got.at(-1)!.row(0) as { p99: number; low: number };
    const at = (q: number): number => values[Math.floor(q * (values.length - 1))]!;
    expect(Math.abs(row.p99 / at(0.99) - 1)).toBeLessThanOrEqual(0.0100001);
    expect(Math.abs(row.low / at(0.01) - 1)).toBeLessThanOrEqual(0.0010001);
    expect(held[3]! - held[1]!).toBe(0);
    frame.dispose();
  });

  it('forgets what left the window, and merges over sliding windows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 60 }), xs => {
        const frame = new DataFrame({ schema: { t: i64(), x: f64() }, index: 't', memory });
        const rolling = frame
          .window(10)
          .agg({ m: t => t.x.approxQuantile(0.5) })
          .sinkToList();
        const sliding = frame
          .sliding('20', '5')
          .agg({ m: 'approx_quantile(x, 0.5)', n: 'approx_nunique(x)', d: 'nunique(x)' });
        const windows = sliding.sinkToList();
        frame.emit(xs.map((x, t) => ({ t: BigInt(t), x })));
        frame.end();
        const last = xs.slice(-10).sort((a, b) => a - b);
        const want = last[Math.floor(0.5 * (last.length - 1))];
        const median = rolling[0]!.column('m').get(0);
        if (want === undefined) expect(median).toBeNull();
        else expect(Math.abs(Number(median) - want)).toBeLessThanOrEqual(Math.abs(want) * 0.0100001);
        for (const { n, d } of windows.flatMap(batch => batch.toArray() as any[])) {
          expect(Math.abs(Number(n) - Number(d))).toBeLessThanOrEqual(1);
        }
        frame.dispose();
      }),
      { numRuns: 30 },
    );
  });

  it('finds heavy hitters among more values than it has counters, and never counts too few', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 400 }), fc.array(fc.nat(60), { maxLength: 400 }), (one, two) => {
        const [a, b] = [new HeavyHitters(16), new HeavyHitters(16)];
        for (const value of one) a.add(value);
        for (const value of two) b.add(value);
        a.merge(b);
        const all = [...one, ...two];
        expect(a.counts.size).toBeLessThanOrEqual(16);
        expect(a.error).toBeLessThanOrEqual((2 * all.length) / 16);
        for (let value = 0; value <= 60; value++) {
          const count = all.filter(other => other === value).length;
          const counter = a.counts.get(value) ?? 0;
          expect(counter).toBeLessThanOrEqual(count);
          expect(counter + a.error).toBeGreaterThanOrEqual(count);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives heavy hitters as rows, and goes on from a saved state', () => {
    const frames = [0, 1].map(() => new DataFrame({ schema: { s: utf8(), t: timestamp('ms') }, memory }));
    const [first, second] = frames.map(frame => frame.s.aggregate(topValues(2, { capacity: 4 })));
    first!.sinkToList();
    const t = Array.from({ length: 6 }, () => 0n);
    frames[0]!.emit({ s: ['a', 'b', 'a', null, 'c', 'a'], t });
    const results = second!.sinkToList();
    second!.restore(first!.checkpoint());
    frames[1]!.emit({ s: ['b', 'd', 'e'], t: t.slice(3) });
    const rows = results[0]!.toArray() as { value: string; count: number; error: number }[];
    expect(rows.map(({ value }) => value)).toEqual(['a', 'b']);
    for (const [at, count] of [3, 2].entries()) {
      expect(rows[at]!.count).toBeGreaterThanOrEqual(count);
      expect(rows[at]!.count - rows[at]!.error).toBeLessThanOrEqual(count);
    }
    const times = frames[0]!.t.aggregate(topValues(1)).sinkToList();
    frames[0]!.emit({ s: ['', '', ''], t: [5n, 7n, 7n] });
    expect(times[0]!.toArray()).toEqual([{ value: new Date(7), count: 2, error: 0 }]);
    expect(() => topValues(0)).toThrow(OptionError);
    for (const frame of frames) frame.dispose();
  });

  it('refuses parameters out of range, and types it can not take', () => {
    const nunique = aggregationOf('approx_nunique');
    const quantile = aggregationOf('approx_quantile');
    expect(() => nunique.kind([f64()], { precision: 3 })).toThrow(OptionError);
    expect(() => nunique.resultType([binary()])).toThrow(SchemaError);
    expect(() => quantile.kind([f64()], { q: 1.1, error: 0.01 })).toThrow(/^approx_quantile: q is 1.1/);
    expect(() => quantile.kind([f64()], { q: 0.5, error: 0 })).toThrow(/^approx_quantile: error is 0/);
    expect(() => quantile.resultType([utf8()])).toThrow(SchemaError);
  });
});
