import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { bool, dictionary, f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';

const schema = { t: timestamp('ms'), x: f64(), i: i64(), s: utf8(), d: dictionary(), b: bool() };
const step = fc.record({
  gap: fc.nat(900),
  back: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(2500)),
  x: fc.option(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constantFrom(1e16, Number.POSITIVE_INFINITY)), {
    freq: 5,
  }),
  i: fc.option(fc.integer({ min: -50, max: 50 }), { freq: 5 }),
  s: fc.option(fc.constantFrom('', 'a', 'bé', 'a longer text than any key'), { freq: 5 }),
  d: fc.option(fc.constantFrom('x', 'y', 'zé'), { freq: 5 }),
  b: fc.boolean(),
});

/** Every aggregation, over every kind of column that it takes. */
const everything = [
  ...['sum', 'mean', 'count', 'var', 'std', 'sem', 'skew', 'kurt', 'prod', 'min', 'max', 'median', 'any', 'all'],
  ...['first', 'last', 'nth', 'nunique', 'mode', 'approx_nunique', 'approx_quantile', 'top_k'],
].flatMap(name => ['x', 'i'].map(column => `${name}_${column} = ${name}(${column})`));
const texts = ['count', 'min', 'max', 'first', 'last', 'nth', 'nunique', 'mode', 'approx_nunique', 'top_k'].flatMap(
  name => ['s', 'd'].map(column => `${name}_${column} = ${name}(${column})`),
);
const others = [
  'n = size()',
  'q = quantile(x, 0.3)',
  'c = corr(x, i)',
  'v = cov(i, x)',
  'a = argmin(x, i)',
  'b = argmax(i, x)',
];
const all = [...everything, ...texts, ...others].join(', ');

/** Everything that remembers, each as a frame of `df`. */
const pipelines: Readonly<Record<string, (df: any) => any>> = {
  'running results': df =>
    df.agg({ a: 'sum(x)', b: 'var(x)', c: 'min(s)', d: 'median(x)', e: 'nunique(s)', f: 'last(i)' }),
  'running groups': df => df.groupby(['s', 'b']).agg({ a: 'mean(x)', c: 'max(i)', n: 'size()' }),
  'windows of rows': df =>
    df.window(7).agg({ a: 'sum(x)', b: 'std(i)', c: 'min(x)', d: 'first(s)', e: 'quantile(x, 0.25)', f: 'max(s)' }),
  'windows over time': df => df.window('2s').agg({ a: 'mean(x)', b: 'max(x)', c: 'count(s)', d: 'nunique(i)' }),
  'groups in windows of rows': df => df.window(9).groupby('s').agg({ a: 'sum(x)', b: 'min(i)', n: 'size()' }),
  'groups in windows over time': df => df.window('3s').groupby(['s', 'b']).agg({ a: 'var(x)', n: 'size()' }),
  'windows of dictionary texts': df =>
    df.window(9).agg({ a: 'first(d)', b: 'last(d)', c: 'min(d)', d: 'nunique(d)', e: 'mode(d)', n: 'count(d)' }),
  'windows of dictionary texts over time': df =>
    df.window('2s').groupby('b').agg({ low: 'first(d)', high: 'last(d)', most: 'max(d)', n: 'nunique(d)' }),
  'running columns of dictionary texts': df => df.select({ a: 'shift(d, 3)', b: 'ffill(d)', c: 'd' }),
  'rolling columns': df =>
    df.select({
      a: 'rolling_mean(x, 5)',
      b: "rolling_max(i, '2s')",
      c: 'rolling_median(x, 4)',
      d: 'rolling_count(s, 6)',
    }),
  'running columns': df =>
    df.select({ a: 'cumsum(i)', b: 'shift(s, 3)', c: 'ffill(s)', d: 'ewm_mean(x, 5)', e: 'ffill(x)', f: 'diff(x)' }),
  'results spread over rows': df => df.select({ a: (t: any) => t.i.sub(t.i.mean()), b: 'x / sum(x)' }),
  'full windows': df => df.window(5).full(),
  "users' states of all kinds": df =>
    df.accumulatePartitions(
      (seen: Map<string, any>, rows: any) => {
        const next = new Map(seen);
        for (const { d, i, t } of rows)
          next.set(String(d), { last: t, sum: (next.get(String(d))?.sum ?? 0n) + (i ?? 0n) });
        return [next, { n: next.size, sum: next.get('x')?.sum ?? null }];
      },
      { start: new Map(), returnsState: true, schema: { n: i64(), sum: i64() } },
    ),
  "users' aggregations": df =>
    df
      .select(['i'])
      .aggregate({ initial: () => 0, onNew: (n: number, rows: any) => [n + rows.length, n + rows.length] }),
  'results of results': df => df.groupby('s').x.sum().x.max().toFrame(),
};

/** Windows that the watermark closes: their rows come in any order. */
const eventTime: typeof pipelines = {
  'all aggregations in tumbling windows': df => df.tumbling('2s', { offset: '300ms' }).agg(all),
  'groups in tumbling windows': df =>
    df.tumbling('1s').groupby(['s', 'b']).agg({ a: 'var(x)', c: 'max(s)', n: 'size()' }),
  'groups of dictionary texts in tumbling windows': df => df.tumbling('3s').groupby('d').agg(all, { emit: 'changed' }),
  'all aggregations in sliding windows': df => df.sliding('2s', '700ms').agg(all, { emit: 'everyBatch' }),
  'groups in sliding windows': df =>
    df.sliding('3s', '1s').groupby(['d', 'i']).agg({ a: 'sum(x)', c: 'last(s)', n: 'size()' }),
  'sliding windows at the end': df =>
    df.sliding('2s', '1s').groupby('s').agg({ a: 'sum(x)', n: 'size()' }, { emit: 'end' }),
  'all aggregations in sessions': df => df.session('600ms').agg(all),
  'sessions of groups': df => df.session('1s').groupby('s').agg(all, { emit: 'changed' }),
  'sessions of dictionary texts': df =>
    df.session('500ms').groupby(['d', 'b']).agg({ a: 'mean(x)', c: 'first(s)', n: 'size()' }),
  'all aggregations in late tumbling windows': df => df.tumbling('1s', { allowedLateness: '2s' }).agg(all),
  'retracting tumbling windows': df =>
    df
      .tumbling('2s', { allowedLateness: '1s' })
      .groupby('d')
      .agg({ a: 'sum(x)', m: 'max(s)', n: 'size()' }, { emit: 'onUpdate', panes: 'retracting' }),
  'discarding tumbling windows': df =>
    df.tumbling('2s').groupby('s').agg({ a: 'nunique(x)', n: 'size()' }, { emit: 'onUpdate', panes: 'discarding' }),
  'retracting sliding windows': df =>
    df
      .sliding('2s', '1s', { allowedLateness: '2s' })
      .groupby('s')
      .agg({ a: 'sum(x)', m: 'first(d)', n: 'size()' }, { emit: 'onUpdate', panes: 'retracting' }),
  'discarding sliding windows': df =>
    df
      .sliding('2s', '700ms', { allowedLateness: '1s' })
      .groupby('d')
      .agg({ a: 'median(x)', n: 'size()' }, { panes: 'discarding' }),
  'retracting sessions': df =>
    df
      .session('600ms', { allowedLateness: '1s' })
      .groupby('s')
      .agg({ a: 'sum(x)', n: 'size()' }, { emit: 'onUpdate', panes: 'retracting' }),
  'late sessions': df => df.session('500ms', { allowedLateness: '2s' }).agg(all),
  'days of a zone': df => df.tumbling('day', { timeZone: 'Asia/Kolkata', offset: '18h30m' }).agg({ n: 'count()' }),
  'windows over windows': df =>
    df.tumbling('1s').groupby('s').agg({ a: 'sum(x)' }).sliding('3s', '1s').agg({ m: 'max(a)' }),
};

describe.each([true, false])('a saved state, shared memory %s', shared => {
  const memory = new Memory({ shared });

  it.each(Object.entries({ ...pipelines, ...eventTime }))('lets %s go on as if never interrupted', (name, pipeline) => {
    const disorder = name in eventTime ? 1 : 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(step, { maxLength: 12 }), { minLength: 1, maxLength: 8 }),
        fc.nat(8),
        (steps, at) => {
          let t = 0;
          const batches = steps.map(rows =>
            rows.map(({ gap, back, ...row }) => ({ t: (t += gap) - disorder * back, ...row })),
          );
          const cut = Math.min(at, batches.length);
          const open = (): { df: any; out: any; rows: any[] } => {
            const df = new DataFrame({ schema, index: 't', outOfOrder: '1s', memory });
            const out = pipeline(df);
            const rows: any[] = [];
            out.sink((batch: any) => rows.push(batch.toArray()));
            return { df, out, rows };
          };
          const whole = open();
          for (const batch of batches) whole.df.emit(batch);
          whole.df.end();
          const first = open();
          for (const batch of batches.slice(0, cut)) first.df.emit(batch);
          const state = first.out.checkpoint();
          first.df.dispose();
          const second = open();
          second.out.restore(state);
          for (const batch of batches.slice(cut)) second.df.emit(batch);
          second.df.end();
          expect([...first.rows, ...second.rows]).toEqual(whole.rows);
          whole.df.dispose();
          second.df.dispose();
        },
      ),
      { numRuns: disorder ? 25 : 60 },
    );
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
