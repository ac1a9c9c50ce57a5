import { describe, expect, it } from 'vitest';
import { DataError, OptionError, SchemaError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i32, timestamp, utf8 } from '../../src/schema/data-type.ts';

const schema = { at: timestamp('ms'), k: utf8(), x: f64(), q: i32(), s: utf8() };

//  at  0   1   2   3   4   5
//  k   a   b   a   b   a   -
//  x   1   2   4   -   16  32
const rows = [
  { at: 0, k: 'a', x: 1, q: 5, s: 'u' },
  { at: 1, k: 'b', x: 2, q: 4, s: 'v' },
  { at: 2, k: 'a', x: 4, q: 3, s: 'u' },
  { at: 3, k: 'b', x: null, q: 2, s: null },
  { at: 4, k: 'a', x: 16, q: 1, s: 'w' },
  { at: 5, k: null, x: 32, q: 0, s: 'w' },
];

describe.each([true, false])('windows of each row, shared memory %s', shared => {
  const memory = new Memory({ shared });
  const open = (): DataFrame<typeof schema> => new DataFrame({ schema, index: 'at', memory });

  /** What `make` gives for the rows, in batches of two. */
  function run(make: (df: any) => any): any[] {
    const df = open();
    const found = make(df).sinkToList();
    for (let at = 0; at < rows.length; at += 2) df.emit(rows.slice(at, at + 2));
    df.dispose();
    return found.flatMap((batch: any) => batch.toArray());
  }

  it('are of the rows of the same group, beside their keys, in the order of the rows', () => {
    expect(run(df => df.groupby('k').rolling(2, { minPeriods: 1 }).x.sum())).toEqual([
      { k: 'a', x: 1 },
      { k: 'b', x: 2 },
      { k: 'a', x: 5 },
      { k: 'b', x: 2 },
      { k: 'a', x: 20 },
      { k: null, x: null },
    ]);
  });

  it('are the same with the column picked first, and over spans of time', () => {
    const sums = [1, 2, 5, null, 20, null];
    expect(run(df => df.groupby('k').x.rolling('3ms').sum()).map(({ x }) => x)).toEqual([1, 2, 5, 2, 20, null]);
    expect(run(df => df.groupby('k').rolling('2ms').x.sum()).map(({ x }) => x)).toEqual([1, 2, 4, null, 16, null]);
    expect(run(df => df.groupby('k').pick(['x', 'q']).rolling('3ms', { minPeriods: 1 }).sum())).toEqual(
      rows.map(({ k }, at) => ({ k, x: at === 3 ? 2 : sums[at], q: k === null ? null : [5, 4, 8, 6, 4][at] })),
    );
  });

  it('take all columns of numbers, several keys, and keep the index', () => {
    const df = open();
    const found = df
      .groupby(['k', t => t.q.mod(2)])
      .rolling(1)
      .last()
      .sinkToList();
    df.emit(rows);
    expect(found[0]!.schema.names).toEqual(['k', '(q % 2)', 'x', 'q']);
    expect(found[0]!.index!.get(2)).toEqual(new Date(2));
    df.dispose();
  });

  it('take several aggregations at once, with arithmetic over them, and share their rows', () => {
    const make = (df: any) =>
      df
        .groupby('k')
        .rolling(2, { minPeriods: 1 })
        .agg({
          wide: (t: any) => t.x.max().sub(t.x.min()),
          share: 'sum(x) / count(x)',
          rows: 'count()',
          most: 'argmax(s, q)',
          second: 'nth(x, -2)',
          low: 'quantile(x, 0.5, "lower")',
        });
    expect(make(open()).explain().match(/scan/g)).toHaveLength(1);
    expect(run(make)).toEqual([
      { k: 'a', wide: 0, share: 1, rows: 1, most: 'u', second: null, low: 1 },
      { k: 'b', wide: 0, share: 2, rows: 1, most: 'v', second: null, low: 2 },
      { k: 'a', wide: 3, share: 2.5, rows: 2, most: 'u', second: 1, low: 1 },
      { k: 'b', wide: 0, share: 2, rows: 2, most: 'v', second: null, low: 2 },
      { k: 'a', wide: 12, share: 10, rows: 2, most: 'u', second: 4, low: 4 },
      { k: null, wide: null, share: null, rows: null, most: null, second: null, low: null },
    ]);
  });

  it('count values by group, over any window', () => {
    const counts = (make: (df: any) => any): any[] => run(make).slice(-4);
    expect(counts(df => df.groupby('k').s.valueCounts())).toEqual([
      { k: 'b', s: 'v', count: 1 },
      { k: 'a', s: 'u', count: 2 },
      { k: 'a', s: 'w', count: 1 },
      { k: 'b', s: 'v', count: 1 },
    ]);
    expect(run(df => df.window(3).groupby('k').s.valueCounts()).slice(-1)).toEqual([{ k: 'a', s: 'w', count: 1 }]);
    expect(() => (open() as any).groupby('k').valueCounts()).toThrow(/takes one column/);
  });

  it('stand beside the rows with over(), as series, and in texts with by=', () => {
    const [series, text] = [
      run(df => df.select({ m: (t: any) => t.x.rolling(2).mean().over('k').add(1) })),
      run(df => df.select({ m: 'rolling_mean(x, 2, by=k) + 1' })),
    ];
    expect(series).toEqual([null, null, 3.5, null, 11, null].map(m => ({ m })));
    expect(text).toEqual(series);
    expect(run(df => df.select({ n: 'rolling_count(s, 2, by=[k, q % 2])' })).map(({ n }) => n)).toEqual([
      1,
      1,
      2,
      1,
      2,
      null,
    ]);
  });

  it('stand in filters and in aggregations', () => {
    expect(
      run(df => df.filter('rolling_rank(x, 2, by=k, ascending=false) == 1')).map(({ at }) => at.getTime()),
    ).toEqual([2, 4]);
    expect(run(df => df.groupby('k').agg({ m: (t: any) => t.x.rolling(2).sum().over('k').max() })).slice(-2)).toEqual([
      { k: 'a', m: 20 },
      { k: 'b', m: null },
    ]);
  });

  it('answer everything of one column, and of a frame', () => {
    expect(run(df => df.x.rolling(3, { minPeriods: 2 }).agg(['sem', 'prod', 'size'])).at(-1)).toEqual({
      sem: 8,
      prod: 512,
      size: 3,
    });
    expect(run(df => df.rolling(2).agg({ c: 'cov(x, q)', top: (t: any) => t.x.max() })).map(({ c }) => c)).toEqual([
      null,
      -0.5,
      -1,
      null,
      null,
      -8,
    ]);
    expect(run(df => df.rolling(2).rank({ ascending: false })).map(({ x }) => x)).toEqual([null, 1, 1, null, null, 1]);
    expect(run(df => df.select({ s: (t: any) => t.s.rolling(2, { minPeriods: 1 }).nth(1) })).map(({ s }) => s)).toEqual(
      [null, 'v', 'u', null, null, 'w'],
    );
    expect(run(df => df.s.rolling(2).valueCounts())).toEqual(run(df => df.s.window(2).valueCounts()));
  });

  it('of a result that is renewed begin anew with each', () => {
    expect(run(df => df.groupby('q').x.sum().groupby('q').rolling(2, { minPeriods: 1 }).x.count()).slice(-6)).toEqual(
      [0, 1, 2, 3, 4, 5].map(q => ({ q, x: 1 })),
    );
  });

  it('refuse what makes no sense, when it is written', () => {
    const df = open() as any;
    expect(() => df.x.rolling(2, { minPeriods: 3 }).skew().type).toThrow(OptionError);
    expect(() => df.x.rolling(0).skew().type).toThrow(/rolling: a window of 0 rows makes no sense/);
    expect(() => df.x.rolling(2).rank({ method: 'first' }).type).toThrow(/rank knows no method "first"/);
    expect(() => df.x.rolling(2).nth(0.5).type).toThrow(/the row 0.5 of a window/);
    expect(() => df.s.rolling(2).corr(df.x).type).toThrow(SchemaError);
    expect(() => df.rolling(2).agg({ a: 'top_k(x)' })).toThrow(
      /agg: the windows of each row have no aggregation top_k\(x\)/,
    );
    expect(() => df.x.add(1).over('k')).toThrow(/over: \(x \+ 1\) remembers nothing/);
    expect(() => df.x.sum().over('k')).toThrow(/one value for all rows/);
    expect(() => df.select({ a: 'sum(x, by=k)' })).toThrow(/sum\(\) takes no keys/);
    expect(() => df.window(5).groupby('k').rolling(2)).toThrow(/which can't be over window\(5 rows\)/);
    expect(() => df.select(['x']).setIndex('x')).toThrow(SchemaError);
    df.dispose();
  });

  it('leave no trace of what left', () => {
    const df = new DataFrame({ schema: { k: utf8(), x: f64() }, memory }) as any;
    const found = df.select({
      sum: 'rolling_sum(x, 2, by=k)',
      mean: 'rolling_mean(x, 2, by=k)',
      var: 'rolling_var(x, 2, by=k)',
      prod: 'rolling_prod(x, 2, by=k)',
      kurt: 'rolling_kurt(x, 4, minPeriods=0)',
    });
    const list = found.sinkToList();
    const values = [1e16, 1, 1, Number.POSITIVE_INFINITY, 2, 2, Number.NaN, 3, 3, 0, 5, 5, 1e300, 1e-300, 4, 4, 4, 4];
    df.emit(values.map(x => ({ k: 'a', x })));
    const [batch] = list;
    const at = (name: string): unknown[] => [...batch.column(name)];
    expect([2, 5, 8, 11, 15].map(row => at('sum')[row])).toEqual([2, 4, 6, 10, 8]);
    expect([2, 5, 8, 11, 15].map(row => at('mean')[row])).toEqual([1, 2, 3, 5, 4]);
    expect([2, 5, 8, 11, 15].map(row => at('var')[row])).toEqual([0, 0, 0, 0, 0]);
    expect([2, 5, 8, 11, 13, 15].map(row => at('prod')[row])).toEqual([1, 4, 9, 25, 1, 16]);
    expect(at('kurt').at(-1)).toBe(0);
    df.dispose();
  });

  it('refuse rows that go back in time or have none, and go on behind them', () => {
    const df = open() as any;
    const found = df.groupby('k').rolling('3ms').x.sum().sinkToList();
    df.emit(rows.slice(0, 3));
    expect(() => df.emit([rows[1]!])).toThrow(DataError);
    expect(() => df.emit([{ ...rows[4]!, at: null }])).toThrow(/without a time/);
    df.emit([rows[4]!]);
    expect(found.flatMap((batch: any) => batch.toArray()).map(({ x }: any) => x)).toEqual([1, 2, 5, 20]);
    df.dispose();
  });

  it('over time forget groups that are gone, their keys too', () => {
    const df = new DataFrame({ schema, index: 'at', memory }) as any;
    const found = df.groupby('k').rolling('10ms').x.count().sinkToList();
    const before = memory.stats().heldBytes;
    for (let batch = 0; batch < 60; batch++) {
      const some = Array.from({ length: 1000 }, (_, i) => {
        const at = batch * 1000 + i;
        return { at, k: i % 10 === 0 ? 'always' : `k${at}`, x: 1, q: 0, s: null };
      });
      df.emit(some);
    }
    expect(memory.stats().heldBytes - before).toBeLessThan(6_000_000);
    expect([...found.at(-1).column('x')].slice(-11)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    df.dispose();
  });
});
