import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { bool, dictionary, f32, f64, i32, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';

const schema = {
  at: timestamp('ms'),
  k: utf8(),
  j: f64(),
  x: f64(),
  f: f32(),
  i: i32(),
  l: i64(),
  b: bool(),
  s: utf8(),
  d: dictionary(),
  t: timestamp('us'),
};

/** What remembers rows: of all of them, or with by=[…] of a group. */
const columns = [
  'cumsum(x)',
  'cumsum(i)',
  'cumprod(x)',
  'cummin(l)',
  'cummax(f)',
  'shift(x, 1)',
  'shift(f, 2)',
  'shift(i, 0)',
  'shift(l, 3)',
  'shift(b, 1)',
  'shift(s, 2)',
  'shift(d, 1)',
  'shift(t, 1)',
  'diff(x)',
  'pct_change(i, 2)',
  'ffill(x)',
  'ffill(f)',
  'ffill(l)',
  'ffill(b)',
  'ffill(s)',
  'ffill(d)',
  'ewm_mean(x, span=3)',
  'ewm_sum(x, com=1, minPeriods=2)',
  'ewm_var(x, halflife=2)',
  'ewm_corr(x, i, alpha=0.5, ignoreMissing=true)',
  'rolling_mean(x, 3, minPeriods=1)',
  'rolling_count(d, 3)',
  'rolling_mode(d, 3, minPeriods=1)',
  "rolling_nth(d, '9ms', nth=-2)",
  "rolling_max(t, '5ms')",
  "rolling_mode(s, '9ms')",
  "rolling_kurt(i, '9ms')",
  'shift(cumsum(x), 1)',
];

const number = fc.option(fc.integer({ min: -20, max: 20 }), { freq: 4 });
const text = fc.option(fc.constantFrom('', 'a', 'b', 'bé', 'ccc'), { freq: 3 });
const row = fc.record({
  gap: fc.oneof({ weight: 8, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.constant(40) }),
  k: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 9 }),
  j: fc.constantFrom(0, 1, Number.NaN),
  x: fc.oneof({ weight: 6, arbitrary: number }, { weight: 1, arbitrary: fc.constant(Number.NaN) }),
  f: number,
  i: number,
  l: number.map(n => n && BigInt(n)),
  b: fc.option(fc.boolean(), { freq: 3 }),
  s: text,
  d: text,
  t: number.map(n => n && BigInt(n)),
});

describe.each([true, false])('columns that remember rows by key, shared memory %s', shared => {
  const memory = new Memory({ shared });

  const open = (texts: Readonly<Record<string, string>>) => {
    const df = new DataFrame({ schema, index: 'at', memory }) as any;
    return { df, found: df.select(texts).sinkToList() as any[] };
  };
  const rowsOf = (found: readonly any[]): any[] => found.flatMap(batch => batch.toArray());
  const named = (by: string): Record<string, string> =>
    Object.fromEntries(columns.map((text, at) => [`c${at}`, text.replaceAll(/\)(?=$|,)/g, `${by})`)]));

  it('are those of each group by itself, wherever batches are cut, saved and restored or not', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 60 }),
        fc.array(fc.nat(60), { maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        (given, cuts, saves, two) => {
          let at = 0;
          const rows: any[] = given.map(({ gap, ...cells }) => ({ ...cells, at: (at += gap) }));
          const bounds = [0, ...cuts.map(cut => Math.min(cut, rows.length)).sort((a, b) => a - b), rows.length];
          const texts = named(two ? ', by=[k, j]' : ', by=k');
          let { df, found } = open(texts);
          const got: any[] = [];
          for (const [place, from] of bounds.slice(0, -1).entries()) {
            df.emit(rows.slice(from, bounds[place + 1]));
            if (!saves) continue;
            const saved = df.checkpoint();
            got.push(...rowsOf(found));
            df.dispose();
            ({ df, found } = open(texts));
            df.restore(saved);
          }
          got.push(...rowsOf(found));
          df.dispose();
          const none = Object.fromEntries(columns.map((_, at) => [`c${at}`, null]));
          const keyOf = ({ k, j }: any): string | null =>
            k === null || (two && Number.isNaN(j)) ? null : `${k} ${two ? j : ''}`;
          const wanted = rows.map((): unknown => none);
          for (const key of new Set(rows.map(keyOf))) {
            if (key === null) continue;
            const places = [...rows.keys()].filter(place => keyOf(rows[place]) === key);
            const alone = open(named(''));
            alone.df.emit(places.map(place => rows[place]));
            for (const [i, answer] of rowsOf(alone.found).entries()) wanted[places[i]!] = answer;
            alone.df.dispose();
          }
          for (const [place, answer] of got.entries())
            expect(close(answer, wanted[place]), `row ${place}`).toEqual(wanted[place]);
          expect(got.length).toBe(rows.length);
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** An answer, with the numbers that are near enough in place of its own: the order of additions may differ. */
function close(answer: any, wanted: any): any {
  const entries = Object.entries(answer).map(([name, cell]) => {
    const want = wanted[name];
    const near =
      typeof cell === 'number' &&
      typeof want === 'number' &&
      Math.abs(cell - want) <= 1e-9 * Math.max(1, Math.abs(want));
    return [name, near ? want : cell];
  });
  return Object.fromEntries(entries);
}
