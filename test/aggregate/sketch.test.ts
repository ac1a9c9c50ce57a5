import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { SpaceSaving } from '../../src/aggregate/space-saving.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { vectorOf } from '../../src/column/vector-of.ts';
import { OptionError, SchemaError, StateError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
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
import { compareCells, real, windowLaws } from './window-laws.ts';

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

accumulatorContract('top_k', {
  types: each([f64(), i64(), u64(), bool(), utf8(), dictionary(), timestamp('us')]),
  parameters: { k: 3 },
  plain(rows, [type]) {
    const counts = new Map<unknown, number>();
    for (const cell of cells(rows)) counts.set(cell, (counts.get(cell) ?? 0) + 1);
    const top = [...counts].sort(([a, n], [b, m]) => m - n || compareCells(type!, a, b)).slice(0, 3);
    return top.length === 0 ? null : top.map(([cell, n]) => `${cell}: ${n}`).join(', ');
  },
  invertible: true,
});

describe('space-saving', () => {
  const memory = new Memory();
  const scratch = new Scratch(memory, 'test');
  const open = (limit: number): SpaceSaving =>
    new SpaceSaving({ memory, owner: 'test', types: [i64()], evicting: false }, limit);
  const feed = (one: SpaceSaving, values: readonly number[]): void => {
    const vector = importVector(vectorOf(i64(), values.map(BigInt)), memory, scratch);
    one.onNew({ length: values.length, vectors: [vector], groupIds: 0, mask: 0 });
  };
  const shown = (one: SpaceSaving, k: number): unknown[] => {
    const { values, counts, errors } = one.top(0, 1, k)[0]!;
    return counts.map((count, at) => [values.get(at), count, errors[at]]);
  };
  // few values often, many once
  const values = fc.array(fc.oneof(fc.nat(5), fc.nat(60)), { maxLength: 300 });

  it('equals its plain twin, and what it says of counts is true', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 5, 16), fc.array(values, { minLength: 1, maxLength: 4 }), (limit, streams) => {
        scratch.reset();
        const states = streams.map(stream => {
          const [ours, twin] = [open(limit), new plain.SpaceSaving(limit)];
          feed(ours, stream);
          for (const value of stream) twin.add(BigInt(value));
          expect(shown(ours, limit)).toEqual(twin.top(limit));
          return [ours, twin] as const;
        });
        const map = scratch.takeZeroed(4);
        const [[first, plainFirst], ...others] = states as [(typeof states)[0], ...typeof states];
        for (const [ours, twin] of others) {
          first.merge(ours, map, 1);
          plainFirst.merge(twin);
          expect(shown(first, limit)).toEqual(plainFirst.top(limit));
        }
        feed(first, streams[0]!);
        for (const value of streams[0]!) plainFirst.add(BigInt(value));
        expect(shown(first, limit)).toEqual(plainFirst.top(limit));
        const all = [...streams.flat(), ...streams[0]!];
        const found = new Map(plainFirst.top(limit).map(([key, count, error]) => [Number(key), { count, error }]));
        for (const value of new Set(all)) {
          const count = all.filter(other => other === value).length;
          const counter = found.get(value);
          if (counter === undefined) expect(count).toBeLessThanOrEqual(all.length / limit);
          else {
            expect(counter.error).toBeLessThanOrEqual(all.length / limit);
            expect(counter.count - counter.error <= count && count <= counter.count).toBe(true);
          }
        }
        for (const [ours] of states) ours.dispose();
      }),
      { numRuns: 150 },
    );
  });

  it('goes on from a saved state, and refuses one of another size', () => {
    const [one, two] = [open(3), open(3)];
    feed(one, [1, 2, 2, 3, 4, 5, 5]);
    two.restore(one.snapshot());
    for (const state of [one, two]) feed(state, [6, 5, 2]);
    expect(shown(two, 3)).toEqual(shown(one, 3));
    expect(() => open(4).restore(one.snapshot())).toThrow(StateError);
  });
});

for (const type of [i64(), f64(), utf8(), dictionary()]) {
  windowLaws({
    name: 'top_k, rows leave',
    types: [type],
    result: 'top_k',
    parameters: { k: 4 },
    create: memory =>
      aggregationOf('top_k')
        .kind([type], { k: 4, capacity: 4 })
        .create({ memory, owner: 'test', types: [type], evicting: true }),
    plain(rows) {
      const counts = new Map<unknown, number>();
      for (const cell of real(rows.map(([cell]) => cell))) {
        const value = cell === 0 ? 0 : cell; // -0 is 0
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      const order = ([a, n]: [unknown, number], [b, m]: [unknown, number]): number => m - n || compareCells(type, a, b);
      const top = [...counts].sort(order).slice(0, 4);
      return top.length === 0 ? null : top.map(([value, n]) => `${value}: ${n}`).join(', ');
    },
  });
}

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

  it('gives the most frequent values as rows, by group and window, exactly where rows leave', () => {
    const rows = (n: number): object[] =>
      Array.from({ length: n }, (_, i) => ({
        t: BigInt(i),
        k: i % 2 ? 'odd' : 'even',
        s: `v${Math.floor(Math.sqrt(i * 7919) % 13)}`,
      }));
    const frame = new DataFrame({ schema: { t: i64(), k: utf8(), s: utf8() }, index: 't', memory });
    const [all, window, byGroup, closed] = [
      frame.s.topValues(3),
      frame.window(50).s.topValues(2, { capacity: 2 }),
      frame.groupby('k').topValues('s', 1),
      frame.tumbling('100').groupby('k').topValues('s', 2),
    ].map(one => one.sinkToList());
    const given = rows(300) as { t: bigint; k: string; s: string }[];
    frame.emit(given);
    frame.end();
    const wanted = (of: typeof given, k: number): object[] => {
      const counts = new Map<string, number>();
      for (const { s } of of) counts.set(s, (counts.get(s) ?? 0) + 1);
      const order = ([a, n]: [string, number], [b, m]: [string, number]): number => m - n || (a < b ? -1 : 1);
      return [...counts]
        .sort(order)
        .slice(0, k)
        .map(([s, count]) => ({ s, count, error: 0 }));
    };
    expect(all!.at(-1)!.toArray()).toEqual(wanted(given, 3));
    expect(window!.at(-1)!.toArray()).toEqual(wanted(given.slice(-50), 2));
    expect(byGroup!.at(-1)!.toArray()).toEqual(
      ['even', 'odd'].flatMap(k =>
        wanted(
          given.filter(one => one.k === k),
          1,
        ).map(row => ({ k, ...row })),
      ),
    );
    const last = closed!.flatMap(batch => batch.toArray()).filter(row => Number(row['windowStart']) === 200);
    expect(last).toEqual(
      ['even', 'odd'].flatMap(k =>
        wanted(
          given.slice(200).filter(one => one.k === k),
          2,
        ).map(row => ({ windowStart: 200n, windowEnd: 300n, k, ...row })),
      ),
    );
    frame.dispose();
  });

  it('keeps texts of what it counts only', () => {
    const frame = new DataFrame({ schema: { s: utf8() }, memory });
    frame.agg({ top: t => t.s.topK(3, { capacity: 64 }), n: t => t.s.approxNunique() }).sinkToList();
    const batch = (from: number): object => ({
      s: Array.from({ length: 20_000 }, (_, i) => `a text of its own ${from + i}`),
    });
    const held: number[] = [];
    for (let at = 0; at < 8; at++) {
      frame.emit(batch(at * 20_000) as any);
      held.push(memory.stats().heldBytes);
    }
    expect(held[7]! - held[2]!).toBeLessThan(2_000_000); // the texts that came meanwhile are 3 MB
    frame.dispose();
  });

  it('refuses parameters out of range, and types it can not take', () => {
    const nunique = aggregationOf('approx_nunique');
    const quantile = aggregationOf('approx_quantile');
    expect(() => nunique.kind([f64()], { precision: 3 })).toThrow(OptionError);
    expect(() => nunique.resultType([binary()])).toThrow(SchemaError);
    expect(() => quantile.kind([f64()], { q: 1.1, error: 0.01 })).toThrow(/^approx_quantile: q is 1.1/);
    expect(() => quantile.kind([f64()], { q: 0.5, error: 0 })).toThrow(/^approx_quantile: error is 0/);
    expect(() => quantile.resultType([utf8()])).toThrow(SchemaError);
    const top = aggregationOf('top_k');
    expect(() => top.kind([f64()], { k: 0, capacity: 9 })).toThrow(/^top_k: k is 0/);
    expect(() => top.kind([f64()], { k: 10, capacity: 9 })).toThrow(/10 values of 9 counters/);
  });
});
