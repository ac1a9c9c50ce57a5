import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGGREGATIONS } from '../../src/aggregate/aggregations.ts';
import { Batch } from '../../src/column/batch.ts';
import { DataError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import type { Plan } from '../../src/frame/plan.ts';
import { Memory } from '../../src/memory/memory.ts';
import { ROLLINGS } from '../../src/rolling/rollings.ts';
import { SCANS } from '../../src/scan/scans.ts';
import type { WindowScheme } from '../../src/window/window.ts';
import { eventTime, pipelines, schema, step } from './saved-pipelines.ts';

describe.each([true, false])('a saved state, shared memory %s', shared => {
  const memory = new Memory({ shared });

  it.each(Object.entries({ ...pipelines, ...eventTime }))('lets %s go on as if never interrupted', (name, pipeline) => {
    const disorder = name in eventTime ? 1 : 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(step, { maxLength: 12 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(8), { minLength: 1, maxLength: 3 }),
        (steps, cuts) => {
          let t = 0;
          const batches = steps.map(rows =>
            rows.map(({ gap, back, ...row }) => ({ t: (t += gap) - disorder * back, ...row })),
          );
          const open = (): { df: any; outs: any[]; results: any[][] } => {
            const df = new DataFrame({ schema, index: 't', outOfOrder: '1s', memory });
            const outs = [pipeline(df)].flat();
            const results = outs.map((): any[] => []);
            for (const [at, out] of outs.entries()) {
              const take = (rows: any): unknown => results[at]!.push(rows instanceof Batch ? rows.toArray() : rows);
              out.sink(take);
            }
            return { df, outs, results };
          };
          const close = ({ df, outs }: { df: any; outs: any[] }): void => {
            for (const one of [...outs, df]) one.dispose?.();
          };
          const whole = open();
          for (const batch of batches) whole.df.emit(batch);
          whole.df.end();
          close(whole);
          const ends = cuts.map(cut => Math.min(cut, batches.length)).sort((a, b) => a - b);
          const results = whole.results.map((): any[] => []);
          let run = open();
          let from = 0;
          for (const end of [...ends, batches.length]) {
            for (const batch of batches.slice(from, end)) run.df.emit(batch);
            from = end;
            const state = run.outs[0].frame?.checkpoint() ?? run.outs[0].checkpoint();
            for (const [at, list] of run.results.entries()) results[at]!.push(...list);
            close(run);
            run = open();
            (run.outs[0].frame ?? run.outs[0]).restore(state);
          }
          run.df.end();
          for (const [at, list] of run.results.entries()) results[at]!.push(...list);
          close(run);
          expect(results).toEqual(whole.results);
        },
      ),
      { numRuns: shared ? (disorder ? 15 : 25) : 5 },
    );
  });

  it('comes with each result, and every one is a start', () => {
    const open = (start?: Uint8Array): { df: any; got: [Uint8Array, unknown][] } => {
      const df: any = new DataFrame({ schema, index: 't', memory });
      const got: [Uint8Array, unknown][] = [];
      const windows = df.window('2s').groupby('s').agg({ n: 'size()', m: 'median(x)', last: 'last(d)' });
      windows.withState({ start }).sink(([state, batch]: [Uint8Array, Batch]) => {
        got.push([state, batch.toArray()]);
      });
      return { df, got };
    };
    const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(batches, steps => {
        let t = 0;
        const given = steps.map(rows => rows.map(({ gap, back: _, ...row }) => ({ t: (t += gap), ...row })));
        const whole = open();
        for (const rows of given) whole.df.emit(rows);
        for (const [at, [state]] of whole.got.entries()) {
          const rest = open(state);
          for (const rows of given.slice(at + 1)) rest.df.emit(rows);
          expect(rest.got.map(([, rows]) => rows)).toEqual(whole.got.slice(at + 1).map(([, rows]) => rows));
          rest.df.dispose();
        }
        whole.df.dispose();
      }),
      { numRuns: 15 },
    );
  });

  it('is refused when a bit of it is wrong, and the frame takes the right one then', () => {
    const open = (): any => {
      const df: any = new DataFrame({ schema, index: 't', memory });
      const out = df.window(3).groupby('s').agg({ n: 'sum(i)', m: 'max(d)' });
      return { df, out, list: out.sinkToList() };
    };
    const row = { t: 0, x: 1, i: 2n, s: 'a', d: 'x', b: true };
    const first = open();
    first.df.emit([row, row]);
    const state: Uint8Array = first.out.checkpoint();
    fc.assert(
      fc.property(fc.nat(state.length - 1), fc.nat(7), (at, bit) => {
        const second = open();
        const damaged = state.slice();
        damaged[at]! ^= 1 << bit;
        expect(() => second.out.restore(damaged)).toThrow(DataError);
        second.out.restore(state);
        second.df.emit([row]);
        expect(second.list.at(-1).toArray()).toEqual([{ s: 'a', n: 6n, m: 'x' }]);
        second.df.dispose();
      }),
      { numRuns: 30 },
    );
    first.df.dispose();
  });

  it('is refused by another plan', () => {
    const df = new DataFrame({ schema, index: 't', memory });
    const sums = df.window(3).x.sum().toFrame();
    sums.sinkToList();
    const state = sums.checkpoint();
    const other = new DataFrame({ schema, index: 't', memory });
    expect(() => other.restore(state)).toThrow(/nothing listens to this frame yet/);
    other
      .window(4)
      .x.sum()
      .sink(() => {});
    expect(() => other.restore(state)).toThrow(
      'line 1 of result 1 is `aggregate sum(x) over window(3 rows), emit everyBatch` in it and `aggregate sum(x) over window(4 rows)',
    );
    other.sinkToList();
    expect(() => other.restore(state)).toThrow(/is of 1 results, 2 are attached here/);
    other.dispose();
    df.dispose();
  });
});

/** Kinds of steps and windows: the compiler asks for a new one here. */
const steps = {
  source: true,
  filter: true,
  project: true,
  scan: true,
  aggregate: true,
  late: true,
  broadcast: true,
  batches: true,
  merge: true,
} satisfies Record<Plan['op'], true>;
const windows = {
  everything: true,
  rows: true,
  range: true,
  tumbling: true,
  sliding: true,
  session: true,
} satisfies Record<WindowScheme['kind'], true>;

it('is held to the law for every step, window, aggregation and remembering column', () => {
  const seen = new Set<string>();
  const visit = (plan: Plan): void => {
    seen.add(`step ${plan.op}`);
    switch (plan.op) {
      case 'source':
        if (plan.joins) seen.add(`join ${plan.joins.text.split(' ')[0]}`);
        for (const side of plan.joins ? [plan.joins.left, plan.joins.right] : []) visit(side);
        return;
      case 'scan':
        seen.add(`column ${plan.text.slice(0, plan.text.indexOf('('))}`);
        for (const { kind } of plan.rolling?.columns ?? []) seen.add(`column rolling_${kind.name}`);
        break;
      case 'aggregate':
        seen.add(`window ${plan.window.kind}`);
        for (const { aggregation } of plan.aggregates) seen.add(`aggregation ${aggregation.name}`);
        break;
      case 'broadcast':
        visit(plan.aggregate);
    }
    visit(plan.input);
  };
  const df: any = new DataFrame({ schema, index: 't' });
  for (const pipeline of Object.values({ ...pipelines, ...eventTime })) {
    for (const out of [pipeline(df)].flat()) visit((out.frame ?? out).plan);
  }
  const all = [
    ...Object.keys(steps).map(name => `step ${name}`),
    ...Object.keys(windows).map(name => `window ${name}`),
    ...Object.keys(AGGREGATIONS).map(name => `aggregation ${name}`),
    ...Object.keys(SCANS).map(name => `column ${name}`),
    ...Object.keys(ROLLINGS).map(name => `column rolling_${name}`),
    ...['asof', 'interval'].map(name => `join ${name}`),
    ...['range', 'addition', 'weighted', 'energy'].map(name => `aggregation ${name}`),
    ...['addition', 'weighted'].map(name => `column rolling_${name}`),
  ];
  expect(all.filter(name => !seen.has(name))).toEqual([]);
});
