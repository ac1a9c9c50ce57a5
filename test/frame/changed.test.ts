// What `emit: 'changed'` shows after a batch: of what `everyBatch` shows the groups that the batch changed, and the windows that it closed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i64, utf8 } from '../../src/schema/data-type.ts';

const schema = { t: i64(), k: utf8(), x: f64() };
type Row = { readonly t: bigint; readonly k: string; readonly x: number };
type Answer = { readonly k: string; readonly windowStart?: bigint; readonly windowEnd?: bigint };
const results = {
  sum: 'sum(x)',
  n: 'count(x)',
  most: 'max(x)',
  middle: 'median(x)',
  often: 'mode(x)',
  d: 'nunique(x)',
};

const rows = fc
  .array(
    fc.record({ gap: fc.nat(6), k: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), x: fc.integer({ min: -3, max: 3 }) }),
    {
      maxLength: 50,
    },
  )
  .map(steps => {
    let t = 0n;
    return steps.map(({ gap, ...cells }): Row => ({ t: (t += BigInt(gap)), ...cells }));
  });
const cuts = fc.array(fc.nat(50), { maxLength: 8 });

/** The results of each batch. */
function run(batches: readonly (readonly Row[])[], open: (df: any) => any, emit: string, memory: Memory): Answer[][] {
  const df = new DataFrame({ schema, index: 't', memory });
  const found: Answer[][] = [];
  let batch: Answer[] = [];
  open(df)
    .groupby('k')
    .agg(results, { emit })
    .sink((rows: any) => batch.push(...rows.toArray()));
  for (const given of batches) {
    df.emit(given);
    found.push(batch);
    batch = [];
  }
  df.dispose();
  return found;
}

const batchesOf = (list: readonly Row[], at: readonly number[]): Row[][] => {
  const bounds = [0, ...at.map(cut => Math.min(cut, list.length)).sort((a, b) => a - b), list.length];
  return bounds.slice(1).map((end, place) => list.slice(bounds[place], end));
};

const inOrder = (answers: readonly Answer[]): string[] =>
  answers
    .map(answer => JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))
    .sort();

describe("emit: 'changed'", () => {
  const memory = new Memory();

  /** Rows that are in a window of each row so far, for those that rows leave. */
  const evicting: [string, (df: any) => any, (so: readonly Row[]) => readonly Row[]][] = [
    ['everything', df => df, so => so],
    ['expanding', df => df.expanding(), so => so],
    ['a window of 5 rows', df => df.window(5), so => so.slice(-5)],
    ['a window of 12', df => df.window('12'), so => so.filter(({ t }) => t > so.at(-1)!.t - 12n)],
  ];

  it.each(evicting)('shows, over %s, the groups whose rows came or left', (_, open, inside) => {
    fc.assert(
      fc.property(rows, cuts, (list, at) => {
        const batches = batchesOf(list, at);
        const [all, changed] = ['everyBatch', 'changed'].map(emit => run(batches, open, emit, memory));
        let so: readonly Row[] = [];
        for (const [place, batch] of batches.entries()) {
          const before = inside(so);
          so = [...so, ...batch];
          const now = new Set(inside(so));
          const touched = new Set([...batch, ...before.filter(row => !now.has(row))].map(({ k }) => k));
          expect(inOrder(changed![place]!)).toEqual(inOrder(all![place]!.filter(({ k }) => touched.has(k))));
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['tumbling', (df: any) => df.tumbling('10')],
    ['sliding', (df: any) => df.sliding('20', '10')],
    // more slices than panes whose groups can be looked up
    ['long sliding', (df: any) => df.sliding('180', '2')],
    ['session', (df: any) => df.session('4')],
  ])('shows, of %s windows, the groups whose rows came, and windows that close', (_, open) => {
    fc.assert(
      fc.property(rows, cuts, (list, at) => {
        const batches = batchesOf(list, at);
        const [all, changed] = ['everyBatch', 'changed'].map(emit => run(batches, open, emit, memory));
        let mark = -1n;
        for (const [place, batch] of batches.entries()) {
          mark = batch.at(-1)?.t ?? mark;
          const holds = ({ k, windowStart, windowEnd }: Answer): boolean =>
            BigInt(windowEnd!) <= mark ||
            batch.some(row => row.k === k && row.t >= BigInt(windowStart!) && row.t < BigInt(windowEnd!));
          expect(inOrder(changed![place]!)).toEqual(inOrder(all![place]!.filter(holds)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('shows as many rows as groups changed, however many there are', () => {
    for (const open of [...evicting.map(([, open]) => open), (df: any) => df.tumbling('100000000')]) {
      const groups = 20_000;
      const first = Array.from({ length: groups }, (_, i): Row => ({ t: 0n, k: `k${i}`, x: 1 }));
      const later = [1, 2, 3].map(t => [7, 19, 7].map((i): Row => ({ t: BigInt(t), k: `k${i}`, x: t })));
      const shown = run([first, ...later], open, 'changed', memory).slice(1);
      for (const answers of shown) expect(answers.length).toBeLessThanOrEqual(5 + 3);
    }
  });
});
