import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i32, timestamp, utf8 } from '../../src/schema/data-type.ts';
import type { Rows } from '../reference/aggregate.ts';
import * as plain from '../reference/aggregate.ts';
import { mode, quantile } from '../reference/order.ts';

const schema = { at: timestamp('ms'), k: utf8(), x: f64(), y: i32() };

type Cells = readonly [x: number | null, y: number | null];

const sorted = (rows: Rows): number[] => plain.numbers(rows).sort((a, b) => a - b);

/** Every aggregation as text, with what it is of the rows [x, y]. */
const aggregations: Readonly<Record<string, (rows: Rows) => unknown>> = {
  'size()': rows => rows.length,
  'count(x)': plain.count,
  'sum(x)': rows => plain.sum(rows, [f64()]),
  'mean(x)': rows => plain.mean(rows, [f64()]),
  'min(x)': plain.min,
  'max(x)': plain.max,
  'var(x)': plain.variance(1),
  'var(x, ddof=0)': plain.variance(0),
  'std(x)': plain.std,
  'sem(x)': plain.sem,
  'skew(x)': plain.skew,
  'kurt(x)': plain.kurt,
  'median(x)': rows => quantile(sorted(rows), 0.5),
  'quantile(x, 0.3)': rows => quantile(sorted(rows), 0.3),
  'first(x)': plain.first,
  'last(x)': plain.last,
  'nth(x, 1)': rows => plain.present(rows)[1] ?? null,
  'nth(x, -2)': rows => plain.present(rows).at(-2) ?? null,
  'nunique(x)': rows => new Set(plain.present(rows)).size,
  'mode(x)': rows => mode(plain.numbers(rows), (a, b) => a - b) ?? null,
  'any(x)': plain.any,
  'all(x)': plain.all,
  'prod(x)': rows => plain.prod(rows, [f64()]),
  'corr(x, y)': plain.corr,
  'cov(x, y)': plain.cov,
  'argmin(x, y)': plain.argmin,
  'argmax(x, y)': plain.argmax,
};
const texts = Object.fromEntries(Object.keys(aggregations).map((text, at) => [`a${at}`, text]));

/** Which rows of those so far an answer is of. */
interface Scheme {
  readonly open: (df: any) => any;
  readonly inside: (ages: { readonly rows: number; readonly ms: number }) => boolean;
  /** Each row has an answer of its own. */
  readonly perRow?: true;
}

const schemes: Readonly<Record<string, Scheme>> = {
  'everything so far': { open: df => df, inside: () => true },
  expanding: { open: df => df.expanding(), inside: () => true },
  'window of 5 rows': { open: df => df.window(5), inside: ({ rows }) => rows < 5 },
  'window of 1 second': { open: df => df.window('1s'), inside: ({ ms }) => ms < 1000 },
  'rolling 5 rows': { open: df => df.rolling(5, { minPeriods: 0 }), inside: ({ rows }) => rows < 5, perRow: true },
  'rolling 1 second': { open: df => df.rolling('1s', { minPeriods: 0 }), inside: ({ ms }) => ms < 1000, perRow: true },
};
/** The scheme by key: rolling goes behind the key, windows before it. */
const grouped = (name: string, df: any): any =>
  name.startsWith('rolling') ? schemes[name]!.open(df.groupby('k')) : schemes[name]!.open(df).groupby('k');

const row = fc.record({
  gap: fc.oneof(fc.nat(400), fc.constant(1500)),
  k: fc.constantFrom('a', 'b', 'c'),
  x: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.5, 1000, Number.NaN)), { freq: 5 }),
  y: fc.option(fc.integer({ min: -3, max: 3 }), { freq: 5 }),
});
type Row = { at: number; k: string; x: number | null; y: number | null };

describe.each(Object.keys(schemes))('every aggregation over %s', name => {
  const memory = new Memory();
  const { inside, perRow } = schemes[name]!;

  const run = (rows: readonly Row[], cuts: readonly number[], open: (df: any) => any): any[][] => {
    const df = new DataFrame({ schema, index: 'at', memory });
    const found = open(df).agg(texts).sinkToList();
    for (const [place, from] of cuts.slice(0, -1).entries()) df.emit(rows.slice(from, cuts[place + 1]));
    df.dispose();
    return found.map((batch: any) => batch.toArray());
  };

  const given = fc.record({ steps: fc.array(row, { maxLength: 40 }), cuts: fc.array(fc.nat(40), { maxLength: 3 }) });
  const rowsOf = (steps: readonly any[]): Row[] => {
    let at = 0;
    return steps.map(({ gap, ...cells }) => ({ at: (at += gap), ...cells }));
  };
  const boundsOf = (cuts: readonly number[], length: number): number[] => [
    0,
    ...cuts.map(cut => Math.min(cut, length)).sort((a, b) => a - b),
    length,
  ];
  /** The rows of the window that ends with the last of `rows`. */
  const windowOf = (rows: readonly Row[]): Cells[] =>
    rows
      .filter(({ at }, place) => inside({ rows: rows.length - 1 - place, ms: rows.at(-1)!.at - at }))
      .map(({ x, y }): Cells => [x, y]);

  it('is that of the rows which are there', () => {
    fc.assert(
      fc.property(given, ({ steps, cuts }) => {
        const rows = rowsOf(steps);
        const bounds = boundsOf(cuts, rows.length);
        const found = run(rows, bounds, schemes[name]!.open);
        const ends = perRow ? rows.map((_, place) => place + 1) : bounds.slice(1);
        const answers = found.flat();
        expect(answers.length).toBe(ends.length);
        for (const [place, end] of ends.entries()) agrees(answers[place], windowOf(rows.slice(0, end)));
      }),
      { numRuns: 40 },
    );
  });

  it('is that of the rows of each group', () => {
    fc.assert(
      fc.property(given, ({ steps, cuts }) => {
        const rows = rowsOf(steps);
        const bounds = boundsOf(cuts, rows.length);
        const found = run(rows, bounds, df => grouped(name, df));
        if (perRow) {
          for (const [place, answer] of found.flat().entries()) {
            const { k } = rows[place]!;
            expect(answer.k).toBe(k);
            agrees(answer, windowOf(rows.slice(0, place + 1).filter(one => one.k === k)));
          }
          return;
        }
        for (const [place, end] of bounds.slice(1).entries()) {
          const live = rows
            .slice(0, end)
            .filter(({ at }, i) => inside({ rows: end - 1 - i, ms: rows[end - 1]!.at - at }));
          const keys = [...new Set(live.map(({ k }) => k))].sort();
          expect(found[place]!.map(({ k }) => k)).toEqual(keys);
          for (const [i, k] of keys.entries()) {
            agrees(
              found[place]![i],
              live.filter(one => one.k === k).map(({ x, y }): Cells => [x, y]),
            );
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

function agrees(answer: any, rows: readonly Cells[]): void {
  for (const [name, text] of Object.entries(texts)) {
    const want = aggregations[text]!(rows);
    const got = typeof answer[name] === 'bigint' ? Number(answer[name]) : answer[name];
    const near =
      typeof got === 'number' && typeof want === 'number' && Math.abs(got - want) <= 1e-7 * Math.max(1, Math.abs(want));
    if (!near) expect(got, `${text} of ${JSON.stringify(rows)}`).toEqual(want);
  }
}
