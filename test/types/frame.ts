// Checked by the compiler (npm run typecheck), never run: every @ts-expect-error must be one.

import {
  type Batch,
  type Bool,
  type DataFrame,
  type DictionaryUtf8,
  type Float64,
  f64,
  type Int32,
  type Int64,
  i64,
  DataFrame as makeFrame,
  type Series,
  type Timestamp,
  timestamp,
  type Uint32,
  type Utf8,
  userAggregation,
  utf8,
} from '../../src/index.ts';
import { metricsRegistry, serveMetrics } from '../../src/metrics/index.ts';

type Trades = { at: Timestamp<'ms'>; symbol: Utf8; price: Float64; qty: Int64 };

/** Compiles only if A and B are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_proof: Same<A, B>): void => {};

export function columns(df: DataFrame<Trades>): void {
  same<typeof df.price, Series<Float64>>(true);
  same<typeof df.symbol, Series<Utf8>>(true);
  // @ts-expect-error there is no such column
  df.prize;
  // @ts-expect-error there is no such column
  df.col('prize');
  // @ts-expect-error text has no arithmetic
  df.symbol.mul(2);
  // @ts-expect-error text has no sum
  df.symbol.sum();
  // @ts-expect-error numbers hold no text
  df.price.contains('x');
  // @ts-expect-error a number is not compared with text
  df.price.gt('x');
  // @ts-expect-error a condition is a bool
  df.filter(t => t.price);
}

export function results(df: DataFrame<Trades>): void {
  const gt = df.price.gt(1);
  same<typeof gt, Series<Bool>>(true);
  const mean = df.price.rolling(20).mean();
  same<typeof mean, Series<Float64>>(true);
  const weighted = df.price.ewm({ span: 3 }).mean();
  same<typeof weighted, Series<Float64>>(true);
  const present = df.symbol.rolling(20).count();
  same<typeof present, Series<Float64>>(true);
  const newest = df.symbol.rolling(20).last();
  same<typeof newest, Series<Utf8>>(true);
  const latest = df.at.rolling('1m').max();
  same<typeof latest, Series<Timestamp<'ms'>>>(true);
  const best = df.symbol.rolling(20).argmax(df.price);
  same<typeof best, Series<Utf8>>(true);
  const most = df.qty.rolling(20).mode();
  same<typeof most, Series<Float64>>(true);
  const any = df.price.rolling(20).any().over('symbol');
  same<typeof any, Series<Bool>>(true);
  const joint = df.price.rolling(20).corr(df.qty);
  same<typeof joint, Series<Float64>>(true);
  // @ts-expect-error text has no correlation
  df.price.rolling(20).corr(df.symbol);
  // @ts-expect-error there is no such method
  df.price.rolling(20).rank({ method: 'first' });
  // @ts-expect-error times have no sum
  df.at.rolling(20).sum();
  // @ts-expect-error text has no mean
  df.symbol.rolling(20).mean();
  // @ts-expect-error text has no weights
  df.symbol.ewm({ com: 1 });
  const total = df.qty.cumsum();
  same<typeof total, Series<Int64>>(true);
  const text = df.qty.map(n => String(n), utf8());
  same<typeof text, Series<Utf8>>(true);
  const assigned = df.assign({ notional: t => t.price.mul(2) });
  same<typeof assigned.notional, Series<Float64>>(true);
  // @ts-expect-error dropped
  df.drop(['price']).price;
  // @ts-expect-error no column of that name was selected
  df.select(['price']).qty;
}

export function windows(df: DataFrame<Trades>): void {
  const { price } = df.window('1m');
  same<typeof price, Series<Float64>>(true);
  // @ts-expect-error there is no such column
  df.window(10).prize;
  // @ts-expect-error text has no sum
  df.window(10).symbol.sum();
  const means = df.groupby('symbol').price.mean();
  same<typeof means.price, Series<Float64>>(true);
  same<typeof means.symbol, Series<Utf8>>(true);
  const smooth = df.groupby('symbol').rolling(20).price.mean();
  same<typeof smooth.price, Series<Float64>>(true);
  same<typeof smooth.symbol, Series<Utf8>>(true);
  const high = df.groupby('symbol').rolling('1m').at.max();
  same<typeof high.at, Series<Timestamp<'ms'>>>(true);
  const sums = df.groupby('symbol').qty.cumsum();
  same<typeof sums.qty, Series<Int64>>(true);
  const before = df.groupby('symbol').at.shift();
  same<typeof before.at, Series<Timestamp<'ms'>>>(true);
  // @ts-expect-error was not picked
  smooth.qty;
  // @ts-expect-error there is no such column
  df.groupby('symbol').rolling(20).prize;
  // @ts-expect-error was not picked
  means.qty;
  // @ts-expect-error there is no such column
  df.groupby('symbol').prize;
  // @ts-expect-error there is no such column
  df.groupby('symbol').pick('prize');
}

export function panes(df: DataFrame<Trades>): void {
  const closed = df
    .tumbling('1m')
    .groupby('symbol')
    .agg({ high: t => t.price.max() });
  same<typeof closed.windowEnd, Series<Timestamp>>(true);
  same<typeof closed.high, Series<Float64>>(true);
  same<typeof closed.late.price, Series<Float64>>(true);
  // @ts-expect-error each window shows one result
  closed.pane;
  // @ts-expect-error rows have no bounds
  closed.late.windowStart;
  const updated = df.session('5m').groupby('symbol').sum({ emit: 'onUpdate', panes: 'retracting' });
  same<typeof updated.pane, Series<DictionaryUtf8>>(true);
  same<typeof updated.retract, Series<Bool>>(true);
  same<typeof updated.qty, Series<Int64>>(true);
  const late = df.tumbling('1m', { allowedLateness: '1h' }).agg({ n: t => t.price.count() });
  same<typeof late.pane, Series<DictionaryUtf8>>(true);
  // @ts-expect-error nothing is taken back
  late.retract;
  const all = df.tumbling('1m', { allowedLateness: '1h' }).agg({ n: t => t.price.count() }, { emit: 'everyBatch' });
  // @ts-expect-error results are not marked
  all.pane;
  // @ts-expect-error running results have no late rows
  df.groupby('symbol').agg({ n: t => t.price.count() }).late;
  // @ts-expect-error no such mode
  df.tumbling('1m').agg({ n: t => t.price.count() }, { panes: 'forgetting' });
  const named = df.tumbling('1m').agg({ late: t => t.price.count() });
  same<typeof named.late.symbol, Series<Utf8>>(true);
  same<ReturnType<typeof named.col<'late'>>, Series<Uint32>>(true);
}

export function ownAggregations(df: DataFrame<Trades>): void {
  const mine = userAggregation({ initial: () => 0, onNew: (n: number) => [n, n] as const }, { returns: i64() });
  const result = df
    .groupby('symbol')
    .agg({ mine: t => t.price.aggregate(mine), price: mine, last: t => t.price.nth(-1) });
  same<typeof result.mine, Series<Int64>>(true);
  same<typeof result.price, Series<Int64>>(true);
  same<typeof result.last, Series<Float64>>(true);
  // @ts-expect-error a place is a number
  df.price.nth('last');
}

export function texts(df: DataFrame<Trades>): void {
  const part = df.symbol.str.splitPart('-', -1);
  same<typeof part, Series<Utf8>>(true);
  const found = df.symbol.str.contains(/^a/i);
  same<typeof found, Series<Bool>>(true);
  // @ts-expect-error a separator is text
  df.symbol.str.splitPart(1, 0);
}

export function times(df: DataFrame<Trades>): void {
  const hour = df.at.dt.tz('Europe/Berlin').hour();
  same<typeof hour, Series<Int32>>(true);
  const day = df.at.dt.floor('day');
  same<typeof day, Series<Timestamp<'ms'>>>(true);
  const text = df.at.dt.strftime('%F');
  same<typeof text, Series<Utf8>>(true);
  // @ts-expect-error there is no such part
  df.at.dt.century();
}

export function makers(): void {
  const df = new makeFrame({ schema: { at: timestamp('ms'), price: f64(), qty: i64() }, index: 'at' });
  const both = makeFrame.of({ a: df.price, b: df.qty });
  same<typeof both.a, Series<Float64>>(true);
  same<typeof both.b, Series<Int64>>(true);
  // @ts-expect-error dt is for times, str for text
  df.price.str.nothing();
}

type Companies = { symbol: Utf8; price: Float64; sector: Utf8; id: Int64 };

export function joins(df: DataFrame<Trades>, table: Batch<Companies>): void {
  const merged = df.merge(table, { on: 'symbol', how: 'left' });
  same<typeof merged.sector, Series<Utf8>>(true);
  same<typeof merged.symbol, Series<Utf8>>(true);
  same<typeof merged.price_x, Series<Float64>>(true);
  same<typeof merged.price_y, Series<Float64>>(true);
  // @ts-expect-error both have a price
  merged.price;
  const named = df.merge(table, { leftOn: ['qty'], rightOn: ['id'], suffixes: ['', '_listed'] });
  same<typeof named.price, Series<Float64>>(true);
  same<typeof named.symbol_listed, Series<Utf8>>(true);
  same<typeof named.id, Series<Int64>>(true);
  const common = df.merge(table);
  same<typeof common.price, Series<Float64>>(true);
  const kept = df.merge(table, { on: ['symbol'], how: 'semi' });
  same<typeof kept, DataFrame<Trades>>(true);
  const loose = df.merge([{ symbol: 'A', sector: 'x' }], { on: 'symbol' });
  same<typeof loose, DataFrame>(true);
  // @ts-expect-error the table has no such column
  df.merge(table, { on: 'qty' });
  // @ts-expect-error the frame has no such column
  df.merge(table, { leftOn: 'sector', rightOn: 'sector' });
  // @ts-expect-error joins that nobody offers
  df.merge(table, { on: 'symbol', how: 'outer' });
}

type Quotes = { at: Timestamp<'ms'>; symbol: Utf8; bid: Float64 };

export function joinsInTime(df: DataFrame<Trades>, quotes: DataFrame<Quotes>): void {
  const asof = df.mergeAsof(quotes, { on: 'at', by: 'symbol', tolerance: '2s' });
  same<typeof asof.bid, Series<Float64>>(true);
  same<typeof asof.at, Series<Timestamp<'ms'>>>(true);
  const timed = df.mergeAsof(quotes, { suffixes: ['', '_quoted'] });
  same<typeof timed.at, Series<Timestamp<'ms'>>>(true);
  same<typeof timed.symbol_quoted, Series<Utf8>>(true);
  // @ts-expect-error it stands once
  void timed.at_quoted;
  const near = df.mergeInterval(quotes, { leftBy: 'symbol', rightBy: 'symbol', from: '-5s', to: '10s', how: 'left' });
  same<typeof near.at_x, Series<Timestamp<'ms'>>>(true);
  same<typeof near.symbol, Series<Utf8>>(true);
  const met = df.merge(quotes, { on: 'symbol' });
  same<typeof met.bid, Series<Float64>>(true);
  // @ts-expect-error not in both
  df.mergeAsof(quotes, { by: 'price' });
  // @ts-expect-error no such direction
  df.mergeAsof(quotes, { direction: 'up' });
  // @ts-expect-error without its ends
  df.mergeInterval(quotes, { by: 'symbol' });
}

export async function figures(df: DataFrame<Trades>): Promise<void> {
  const { nodes, lagMs } = df.metrics({ clock: { now: () => 0 } });
  same<typeof lagMs, number | null>(true);
  const kinds = nodes.map(({ kind }) => kind);
  same<(typeof kinds)[number] extends string ? true : false, true>(true);
  const plan = df.explain({ analyze: true });
  same<typeof plan, string>(true);
  // @ts-expect-error no such option
  df.explain({ analyse: true });
  await serveMetrics({ trades: df }, { port: 0 });
  await metricsRegistry([df]);
  // @ts-expect-error a series has no metrics of its own
  await metricsRegistry(df.price);
}

export function reductions(df: DataFrame<Trades>): void {
  const high = df.tumbling('1m').price.max({ emit: 'onUpdate', panes: 'retracting' });
  same<typeof high, Series<Float64>>(true);
  df.tumbling('1m').price.quantile(0.9, 'linear', { emit: 'end' });
  df.tumbling('1m').price.var({ ddof: 0, emit: 'everyBatch' });
  // @ts-expect-error no such mode
  df.tumbling('1m').price.max({ emit: 'now' });
  // @ts-expect-error ddof is for variances
  df.tumbling('1m').price.max({ ddof: 0 });
}

export async function states(df: DataFrame<Trades>): Promise<void> {
  const bytes: Uint8Array = df.checkpoint();
  df.groupby('symbol')
    .agg({ high: t => t.price.max() })
    .withState({ start: bytes })
    .sink(([state, batch]) => {
      same<typeof state, Uint8Array>(true);
      same<ReturnType<typeof batch.toArray>[number]['high'], number | null>(true);
    });
  await df.start({ checkpoint: { dir: 'saved', every: { rows: 1000 }, keep: 2 } });
  await df.stop();
  // @ts-expect-error a state is bytes
  df.withState({ start: 5 });
}
