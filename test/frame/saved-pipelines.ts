// Everything that remembers, as pipelines over one schema: each of them joins the law of saved states (states.test.ts).
import fc from 'fast-check';
import { type UserAggregation, userAggregation } from '../../src/aggregate/user-aggregation.ts';
import { wasmAggregation } from '../../src/aggregate/wasm-aggregation.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import type { Vector } from '../../src/column/vector.ts';
import { ROLLINGS } from '../../src/rolling/rollings.ts';
import { bool, dictionary, f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { energyModule, weightedModule } from '../aggregate/wasm-modules.ts';

export const schema = { t: timestamp('ms'), x: f64(), i: i64(), s: utf8(), d: dictionary(), b: bool() };
export const step = fc.record({
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

const scanTexts = [
  ...['cumsum', 'cumprod', 'cummin', 'cummax', 'ffill', 'diff', 'pct_change'].map(name => `${name}(i)`),
  ...['cumsum', 'cummin', 'cummax', 'ffill', 'ewm_mean', 'ewm_sum', 'ewm_var', 'ewm_std'].map(
    name => `${name}(x${name.startsWith('ewm') ? ', span=4' : ''})`,
  ),
  'ewm_cov(x, i, com=2)',
  'ewm_corr(i, x, halflife=2)',
  'shift(s, 2)',
  'shift(d, 1)',
  'shift(b, 3)',
  'shift(t, 1)',
  'ffill(s)',
  'ffill(d)',
];
const rollingTexts = Object.values(ROLLINGS).flatMap(({ name, arity }) => {
  if (arity[1] === 0) return [`rolling_${name}(`];
  if (arity[1] === 2) return [`rolling_${name}(i, x`];
  return ['first', 'last', 'nth', 'mode', 'nunique', 'count'].includes(name)
    ? [`rolling_${name}(s`, `rolling_${name}(d`, `rolling_${name}(x`]
    : [`rolling_${name}(x`];
});
/** Columns c0, c1, …: each text with more parameters before its bracket closes. */
const named = (texts: readonly string[], more: string): Record<string, string> =>
  Object.fromEntries(texts.map((text, at) => [`c${at}`, `${text.replace(/\)$/, '')}${more})`.replace('(, ', '(')]));

/** A state of its own that merges, but lets nothing leave. */
const range = userAggregation(
  {
    name: 'range',
    initial: () => ({ low: null, high: null }) as { low: bigint | null; high: bigint | null },
    onNew(state: { low: bigint | null; high: bigint | null }, cells: Vector) {
      let { low, high } = state;
      for (const cell of cells.toArray() as (bigint | null)[]) {
        if (cell === null) continue;
        if (low === null || cell < low) low = cell;
        if (high === null || cell > high) high = cell;
      }
      return [{ low, high }, low === null ? null : high! - low];
    },
    merge: (a: any, b: any) => ({
      low: a.low === null || (b.low !== null && b.low < a.low) ? b.low : a.low,
      high: a.high === null || (b.high !== null && b.high > a.high) ? b.high : a.high,
    }),
    result: ({ low, high }: any) => (low === null ? null : high - low),
  },
  { returns: i64() },
);
/** One that rows leave. */
const counting =
  (sign: number): UserAggregation<number, number, Vector>['onNew'] =>
  (state: number, cells: Vector) => {
    const next = state + sign * cells.toArray().filter(cell => cell !== null).length;
    return [next, next];
  };
const addition = userAggregation({ name: 'addition', initial: () => 0, onNew: counting(1), onOld: counting(-1) });
const weighted = wasmAggregation(await weightedModule(), { name: 'weighted', takes: [f64(), f64()] });
const energy = wasmAggregation(energyModule(), { name: 'energy' });
const weigh = (t: any): unknown => t.i.aggregate(weighted, t.i);
const power = (t: any): unknown => t.i.aggregate(energy);

const table = batchOf([
  { s: '', rank: 1 },
  { s: 'a', rank: 2 },
  { s: 'a', rank: 3 },
]);
/** Some of the rows, as another frame in time. */
const other = (df: any): any => df.filter('b').select({ t: 't', s: 's', j: 'i' });

/** Each as a frame of `df`, or as several. */
export const pipelines: Readonly<Record<string, (df: any) => any>> = {
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
  'a total of its own beside others, by group': df =>
    df.groupby('s').agg({ mine: (t: any) => t.i.aggregate(range), n: 'size()' }, { emit: 'changed' }),
  'a total of its own in windows of rows': df =>
    df
      .window(5)
      .groupby('b')
      .agg({ mine: (t: any) => t.x.aggregate(addition), n: 'count(x)' }),
  'totals and modules of the windows of each row': df => [
    df.rolling(4).agg({ a: (t: any) => t.x.aggregate(addition), w: weigh }),
    df
      .groupby('s')
      .rolling('2s')
      .agg({ a: (t: any) => t.i.aggregate(addition), w: weigh }),
  ],
  'modules, running': df => df.groupby('d').agg({ w: weigh, e: power }),
  'modules in windows': df => df.window(6).agg({ w: weigh, n: 'size()' }),
  'modules in windows over time by group': df => df.window('2s').groupby('b').agg({ w: weigh }),
  'sketches by group': df =>
    df.groupby('b').agg({ n: 'approx_nunique(s)', q: 'approx_quantile(x, 0.9)', k: 'top_k(d, 2)' }),
  'sketches in windows of rows': df =>
    df.window(6).agg({ n: 'approx_nunique(i)', q: 'approx_quantile(x, 0.5)', k: 'top_k(s, 2)' }),
  'sketches in windows over time': df =>
    df.window('2s').groupby('s').agg({ n: 'approx_nunique(x)', q: 'approx_quantile(i, 0.1)', k: 'top_k(d)' }),
  'the most frequent': df => df.groupby('b').topValues('s', 2),
  'counts of values': df => [df.s.valueCounts(), df.window(5).d.valueCounts()],
  'a window as a user reads it': df =>
    df.window('2s').apply((rows: any) => ({ n: rows.length, last: rows.length ? rows.row(rows.length - 1).i : null }), {
      schema: { n: i64(), last: i64() },
    }),
  'the first rows of each batch of a running column': df => df.select({ a: 'cumsum(i)' }).head(3),
  'running columns, all of them': df => df.select(named(scanTexts, '')),
  'running columns by key': df => df.select(named(scanTexts, ', by=s')),
  'running columns by several keys': df => df.select(named(scanTexts, ', by=[d, b]')),
  'every aggregation of the last rows': df => df.select(named(rollingTexts, ', 4, minPeriods=2')),
  'every aggregation of the last rows, by key': df => df.select(named(rollingTexts, ', 3, minPeriods=1, by=d')),
  'every aggregation of the last stretch of time': df => df.select(named(rollingTexts, ", '2s'")),
  'every aggregation of the last stretch of time, by key': df => df.select(named(rollingTexts, ", '1s', by=[s, b]")),
  'results by key spread over rows': df =>
    df.select({ a: (t: any) => t.i.sub(t.i.rolling(3).mean().over('s')), b: 'i - max(i)', c: 'nunique(s)' }),
  'a table beside running columns': df =>
    df.assign({ sum: 'cumsum(i)' }).merge(table, { on: 's', how: 'left' }).select(['sum', 'rank', 's']),
  'several results that share steps': df => {
    const kept = df.assign({ sum: 'cumsum(i)' }).filter('sum % 2 == 0');
    return [
      kept.groupby('s').agg({ a: 'max(sum)' }),
      kept.select({ n: 'cumsum(sum)', s: 's' }),
      kept.window(3).agg({ m: 'mean(sum)' }),
    ];
  },
  'the latest row of a frame by key': df =>
    df
      .merge(df.filter('b').select({ s: 's', latest: 'i' }), { on: 's', how: 'left' })
      .assign({ all: 'cumsum(latest)' }),
  'running results beside the rows they are of': df =>
    df.merge(df.groupby('s').agg({ mean: 'mean(x)', n: 'size()' }), { on: 's' }),
  'results of results': df => df.groupby('s').x.sum().x.max().toFrame(),
};

/** Windows that the watermark closes: their rows come in any order. */
export const eventTime: typeof pipelines = {
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
  'totals of one\u2019s own in sliding windows': df =>
    df
      .sliding('2s', '1s')
      .groupby('s')
      .agg({ mine: (t: any) => t.i.aggregate(range), n: 'size()' }),
  'totals of one\u2019s own in sessions': df => df.session('700ms').agg({ mine: (t: any) => t.i.aggregate(range) }),
  'modules in tumbling windows': df => df.tumbling('1s').groupby('d').agg({ w: weigh, e: power }),
  'modules in sliding windows': df => df.sliding('2s', '1s').agg({ w: weigh }),
  'modules in sessions': df => df.session('600ms').groupby('b').agg({ w: weigh }),
  'the most frequent of windows': df => df.tumbling('2s').groupby('b').topValues('d', 2),
  'rows too late for their windows': df => {
    const windows = df.tumbling('1s').groupby('s').agg({ n: 'size()' });
    return [windows, windows.late.select({ t: 't', n: 'cumsum(i)' })];
  },
  'windows of the calendar that slide': df =>
    df.sliding('2d', '1d', { timeZone: 'Europe/Berlin' }).agg({ n: 'size()' }),
  'as of, backward by key': df =>
    df.mergeAsof(other(df), { on: 't', by: 's', tolerance: '3s' }).assign({ n: 'cumsum(j)' }),
  'as of, backward': df => df.mergeAsof(other(df), { on: 't', allowExactMatches: false }),
  'as of, forward': df => df.mergeAsof(other(df), { on: 't', by: 's', direction: 'forward', tolerance: '2s' }),
  'as of, nearest': df => df.mergeAsof(other(df), { on: 't', direction: 'nearest' }),
  'pairs within an interval': df => df.mergeInterval(other(df), { by: 's', from: '-1s', to: '500ms' }),
  'pairs within an interval, and rows without': df =>
    df.assign({ sum: 'cumsum(i)' }).mergeInterval(other(df), { from: '0s', to: '300ms', how: 'left' }),
  'windows over a join': df =>
    df.mergeAsof(other(df), { on: 't', by: 's' }).tumbling('1s').groupby('s').agg({ a: 'sum(j)', n: 'size()' }),
  'a join of a join': df =>
    df
      .mergeAsof(other(df), { on: 't' })
      .mergeAsof(df.select({ t: 't', c: 'cumsum(i)' }), { on: 't', direction: 'nearest' }),
  'windows over windows': df =>
    df.tumbling('1s').groupby('s').agg({ a: 'sum(x)' }).sliding('3s', '1s').agg({ m: 'max(a)' }),
};
