import { describe, expect, it } from 'vitest';
import { toBatch } from '../../src/column/to-batch.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { dictionary, f64, i32, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';

const schema = { at: timestamp('ms'), k: i32(), l: i64(), s: utf8(), d: dictionary(), v: f64() };
type Frame = DataFrame<typeof schema>;

const aggregates = {
  n: 'count()',
  sum: 'sum(v)',
  var: 'var(v)',
  median: 'median(v)',
  first: 'first(s)',
  keys: 'nunique(k)',
  code: 'last(d)',
};
const plans: Record<string, (frame: Frame) => { sink(deliver: (batch: any) => void): unknown }> = {
  'running by int32': frame => frame.groupby('k').agg(aggregates),
  'running by int64, float and text': frame => frame.groupby(['l', 'v', 's']).agg(aggregates),
  'last rows': frame => frame.filter('v > 3').window(700).agg(aggregates),
  'last rows by dictionary': frame => frame.window(700).groupby('d').agg(aggregates),
  'last second by text': frame => frame.window('1s').groupby('s').agg(aggregates),
  tumbling: frame => frame.tumbling('100ms').groupby('k').agg(aggregates),
  sliding: frame => frame.sliding('1s', '200ms').groupby('l').agg(aggregates),
  session: frame => frame.session('3ms').groupby('k').agg(aggregates),
  'rolling, cumulative and shifted': frame =>
    frame.assign({ a: 'rolling_mean(v, 20)', b: 'rolling_max(v, 9)', c: 'cumsum(v)', e: 'shift(v)', f: 'v * 2 + 1' }),
};

const rows = (from: number, length: number) => {
  const numbers = Array.from({ length }, (_, i) => from + i);
  const texts = numbers.map(i => `text ${'long '.repeat(i % 5)}${i % 40}`);
  const at = numbers.map(i => BigInt(i * 2 + (i % 50 === 0 ? 4 : 0)));
  return {
    at,
    k: numbers.map(i => (i * 7) % 60),
    l: numbers.map(i => BigInt(i % 13)),
    s: texts,
    d: texts,
    v: numbers.map(i => (i % 11 === 0 ? null : i % 17)),
  };
};

function resultsOf(plan: (typeof plans)[string], memory: Memory): unknown[] {
  const frame = new DataFrame({ schema, index: 'at', memory });
  const results: unknown[] = [];
  plan(frame as Frame).sink(batch => void results.push(batch.toArray()));
  for (const [from, length] of [
    [0, 900],
    [900, 5000],
    [5900, 100],
  ] as const)
    frame.emit(toBatch(rows(from, length), schema));
  frame.end();
  frame.dispose();
  return results;
}

describe('linear memory beyond 2 GiB, whose addresses are negative as int32', () => {
  const high = new Memory();
  high.allocate(2 ** 31 + 2 ** 20, 'what lies below'); // never touched: the system gives no pages for it

  it.each(Object.keys(plans))('%s: the same results', name => {
    const results = resultsOf(plans[name]!, high);
    expect(results.length).toBeGreaterThan(0);
    expect(results).toEqual(resultsOf(plans[name]!, new Memory()));
  });
});
