import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i32, timestamp } from '../../src/schema/data-type.ts';

const schema = { at: timestamp('ms'), k: i32(), x: f64(), y: f64() };
/** Variances and covariances are kept by blocks, the others follow row by row. */
const aggregates = { n: 'count()', var: 'var(x)', sum: 'sum(x)', kurt: 'kurt(x)', max: 'max(x)', cov: 'cov(x, y)' };

interface Row {
  readonly at: number;
  readonly k: number | null;
  readonly x: number | null;
  readonly y: number;
}

/** What the rows of a group answer, in two passes. */
function plain(rows: readonly Row[]): Record<string, number | null> {
  const present = rows.flatMap(({ x, y }) => (x === null || Number.isNaN(x) ? [] : [{ x, y }]));
  const n = present.length;
  const xs = present.map(({ x }) => x);
  const mean = xs.reduce((a, b) => a + b, 0) / n;
  const meanY = present.reduce((sum, { y }) => sum + y, 0) / n;
  const moment = (k: number): number => xs.reduce((sum, x) => sum + (x - mean) ** k, 0);
  const [m2, m4] = [moment(2), moment(4)];
  const kurt = ((n - 1) / ((n - 2) * (n - 3))) * (((n + 1) * n * m4) / m2 ** 2 - 3 * (n - 1));
  return {
    n: rows.length,
    sum: xs.reduce((a, b) => a + b, 0),
    max: n === 0 ? null : Math.max(...xs),
    var: n < 2 ? null : m2 / (n - 1),
    kurt: n < 4 ? null : m2 === 0 ? 0 : kurt,
    cov: n < 2 ? null : present.reduce((sum, { x, y }) => sum + (x - mean) * (y - meanY), 0) / (n - 1),
  };
}

function mustAnswer(found: readonly Record<string, unknown>[], inside: readonly Row[]): void {
  const keys = [...new Set(inside.flatMap(({ k }) => (k === null ? [] : [k])))].sort((a, b) => a - b);
  expect(found.map(({ k }) => k)).toEqual(keys);
  for (const row of found) {
    for (const [name, want] of Object.entries(plain(inside.filter(({ k }) => k === row['k'])))) {
      const got = row[name] as number | null;
      if (want === null || ['n', 'sum', 'max'].includes(name)) expect(got, name).toBe(want);
      else expect(Math.abs(got! - want), name).toBeLessThan(1e-8 * (1 + Math.abs(want)));
    }
  }
}

const cell = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, Number.NaN, 90_000) },
);
const setting = fc.record({
  cells: fc.array(cell, { minLength: 1, maxLength: 60 }),
  keys: fc.oneof(fc.constantFrom(1, 2, 7), fc.integer({ min: 20, max: 400 })),
  window: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 300, max: 3000 })),
  sizes: fc.array(
    fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2500 }), fc.constantFrom(4097, 9000)),
    {
      minLength: 1,
      maxLength: 9,
    },
  ),
  /** Times that go back: rows are sorted in. */
  early: fc.boolean(),
});

const rowOf = (cells: readonly (number | null)[], keys: number, early: boolean, i: number): Row => ({
  at: early && i % 97 === 5 ? i - 3 : i,
  k: i % 53 === 7 ? null : (i * 31 + ((i / 400) | 0) * 17) % keys,
  x: cells[(i * 7919) % cells.length]!,
  y: (i * 13) % 29,
});

const memory = new Memory();

describe('states by group that are kept by blocks', () => {
  it.each(['rows', 'time'])('answer as the rows of a window of %s, wherever batches are cut and saved', kind => {
    fc.assert(
      fc.property(setting, fc.boolean(), ({ cells, keys, window, sizes, early }, saves) => {
        const open = (): { frame: any; out: any; results: Batch<any>[] } => {
          const frame = new DataFrame({ schema, index: 'at', memory });
          const out = frame
            .window(kind === 'rows' ? window : `${window}ms`)
            .groupby('k')
            .agg(aggregates as any);
          return { frame, out, results: out.sinkToList() as Batch<any>[] };
        };
        const [whole, cut] = [open(), { run: open() }];
        let rows: Row[] = [];
        for (const size of sizes) {
          const batch = Array.from({ length: size }, (_, i) =>
            rowOf(cells, keys, early && kind === 'time', rows.length + i),
          );
          rows = [...rows, ...batch];
          whole.frame.emit(batch);
          cut.run.frame.emit(batch);
          const [answer, other] = [whole, cut.run].map(({ results }) => results.at(-1)!.toArray());
          const newest = Math.max(...rows.map(({ at }) => at));
          mustAnswer(answer!, kind === 'rows' ? rows.slice(-window) : rows.filter(({ at }) => at > newest - window));
          expect(other).toEqual(answer);
          if (!saves) continue;
          const saved = cut.run.frame.checkpoint();
          cut.run.frame.dispose();
          cut.run = open();
          cut.run.frame.restore(saved);
        }
        whole.frame.dispose();
        cut.run.frame.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it('leave nothing behind of what left', () => {
    const frame = new DataFrame({ schema, memory });
    const results = frame.window(200).groupby('k').agg({ var: 'var(x)' }).sinkToList();
    const batch = (scale: number) =>
      Array.from({ length: 50 }, (_, i) => ({ at: null, k: i % 3, x: i % 7 === 0 ? scale : scale / 3, y: 0 }));
    for (const scale of [1e150, Number.POSITIVE_INFINITY, 1e16]) frame.emit(batch(scale) as any);
    for (let i = 0; i < 4; i++) frame.emit(batch(0) as any);
    expect(results.at(-1)!.toArray()).toEqual([0, 1, 2].map(k => ({ k, var: 0 })));
    frame.dispose();
  });
});
