import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { bool, f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';

const schema = { t: timestamp('ms'), x: f64(), i: i64(), k: utf8(), b: bool() };
const memories = [new Memory({ shared: false }), new Memory({ shared: true })];
const data = [
  { t: 0, x: 1.5, i: 3n, k: 'a', b: true },
  { t: 1000, x: null, i: -1n, k: 'b', b: false },
  { t: 2000, x: -3.25, i: 4n, k: 'a', b: true },
];

describe.each(memories)('columns of a frame, shared memory $shared', memory => {
  const open = () => new DataFrame({ schema, index: 't', memory });
  const last = (out: any, df: any, ...batches: any[]): any => {
    const found: any[] = [];
    out.sink((result: any) => found.push(result));
    for (const batch of batches) df.emit(batch);
    df.dispose();
    const result = found.at(-1);
    return result && typeof result === 'object' && 'toArray' in result ? result.toArray() : result;
  };

  it('are reduced all at once, numbers only where numbers are needed', () => {
    for (const [make, want] of [
      [(df: any) => df.select(['x', 'i', 'k']).sum(), [{ x: -1.75, i: 6n }]],
      [(df: any) => df.select(['x', 'i']).mean(), [{ x: -0.875, i: 2 }]],
      [(df: any) => df.count(), [{ t: 3, x: 2, i: 3, k: 3, b: 3 }]],
      [(df: any) => df.select(['x', 'k']).size(), [{ size: 6n }]],
      [(df: any) => df.select(['i', 'k']).max(), [{ i: 4n, k: 'b' }]],
      [(df: any) => df.select(['x']).window(1).sum(), [{ x: -3.25 }]],
    ] as const) {
      const df = open();
      expect(last(make(df), df, data)).toEqual(want);
    }
  });

  it('are summed along rows with axis 1', () => {
    const df = open();
    const out = df.select({ s: df.select(['x', 'i']).sum({ axis: 1 }).expression, m: 'x + i' } as any);
    expect(last(out, df, data)).toEqual([
      { s: 4.5, m: 4.5 },
      { s: -1, m: null },
      { s: 0.75, m: 0.75 },
    ]);
  });

  it('remember the window they were taken from, also under arithmetic', () => {
    const df = open();
    const sums: unknown[] = [];
    df.window(2)
      .i.add(10)
      .sum()
      .sink(sum => sums.push(sum));
    df.window({ value: '1500ms' })
      .col('i')
      .sum()
      .sink(sum => sums.push(sum));
    df.emit(data);
    expect(sums).toEqual([23n, 3n]);
    expect(() => df.window(2).i.sink(() => {})).toThrow(/say what to compute/);
    df.dispose();
  });

  it('are picked from groups as properties', () => {
    const df = open();
    expect(last(df.groupby('k').x.sum(), df, data)).toEqual([
      { k: 'a', x: -1.75 },
      { k: 'b', x: 0 },
    ]);
  });

  it('count their values', () => {
    const df = open();
    expect(last(df.k.valueCounts(), df, data)).toEqual([
      { k: 'a', count: 2 },
      { k: 'b', count: 1 },
    ]);
    const other = open();
    expect(last(other.window(1).k.valueCounts(), other, data)).toEqual([{ k: 'a', count: 1 }]);
  });

  it('are compared with results that include the batch itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -99, max: 99 }), { maxLength: 9 }), { maxLength: 6 }),
        batches => {
          const df = open();
          const found: number[] = [];
          df.x
            .sub(df.x.mean())
            .div(df.x.max())
            .sink((cells: any) => found.push(...cells));
          const wanted: number[] = [];
          const seen: number[] = [];
          for (const batch of batches) {
            df.emit(batch.map(x => ({ ...data[0], x })));
            seen.push(...batch);
            const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
            wanted.push(...batch.map(x => (x - mean) / Math.max(...seen)));
          }
          df.dispose();
          expect(found.length).toBe(wanted.length);
          for (const [at, want] of wanted.entries()) {
            if (Number.isFinite(want)) expect(found[at]).toBeCloseTo(want, 9);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are compared with results in filters, and over windows', () => {
    const df = open();
    expect(last(df.filter('i >= mean(i)').select(['i']), df, data)).toEqual([{ i: 3n }, { i: 4n }]);
    const other = open();
    const { i } = other.window(1) as any;
    expect([...last(i.sub(i.max()).toFrame('d'), other, data).map((row: any) => row.d)]).toEqual([-1n, -5n, 0n]);
  });

  it('take the window of the results they are combined with, and no other', () => {
    const df = open();
    const window = df.window(2);
    const out: unknown[] = [];
    df.i.sub(window.i.max() as any).sink((cells: any) => out.push([...cells]));
    df.emit(data);
    expect(out).toEqual([[-1n, -5n, 0n]]);
    expect(() => df.i.mean().sub(window.i.mean())).toThrow(/take both from one window/);
    expect(() => df.assign({ m: window.i.mean() })).toThrow(/assign: .* is over window\(2 rows\)/);
    expect(() => window.agg({ m: window.i.mean(), n: t => t.i.max() })).not.toThrow();
    df.dispose();
  });

  it('spread results over batches longer than a block', () => {
    const df = open();
    let rows = 0;
    let sum = 0;
    df.select({ d: 'x - mean(x)' }).sink(batch => {
      rows += batch.length;
      for (const d of batch.column('d')) sum += d as number;
    });
    df.emit(Array.from({ length: 10_000 }, (_, x) => ({ ...data[0]!, x })));
    expect(rows).toBe(10_000);
    expect(sum).toBeCloseTo(0, 3);
    df.dispose();
  });

  it('go through functions cell by cell', () => {
    const df = open();
    const out = df.select({
      y: t => t.i.map(cell => (cell === null ? null : cell * 2n)),
      u: t => t.k.map(k => `${k}!`),
    });
    expect(last(out, df, data.slice(0, 2))).toEqual([
      { y: 6n, u: 'a!' },
      { y: -2n, u: 'b!' },
    ]);
  });

  it('have text and time operations of their own', () => {
    const df = open();
    const out = df.select({ u: t => t.k.str.upper(), n: t => t.k.str.length(), s: t => t.t.dt.second() });
    expect(last(out, df, data.slice(1, 2))).toEqual([{ u: 'B', n: 1, s: 1 }]);
  });

  it('are cut into bins', () => {
    const df = open();
    const out = df.select({ n: (t: any) => t.x.cut([-5, 0, 1.5, 9]), s: (t: any) => t.i.cut([0, 3], ['low']) });
    expect(last(out, df, data)).toEqual([
      { n: 1, s: 'low' },
      { n: null, s: null },
      { n: 0, s: null },
    ]);
    expect(() => open().x.cut([1, 0])).toThrow(/ascending/);
    expect(() => open().x.cut([0, 1], [])).toThrow(/one for each/);
  });

  it('stand side by side, are labelled and lose their labels', () => {
    const df = open();
    expect(last(DataFrame.of({ a: df.x, c: df.i.mul(2) }), df, data.slice(0, 1))).toEqual([{ a: 1.5, c: 6n }]);
    const other = open();
    const reset = (other.select(['x']) as any).resetIndex();
    expect(reset.columns).toEqual(['index', 'x']);
    expect(reset.plan.index).toBeNull();
    expect(other.select(['x']).index.name).toBe('index');
    other.dispose();
  });

  it('lose rows with missing cells, and have them filled', () => {
    const df = open();
    expect(last(df.select(['x', 'i']).dropna(), df, data)).toEqual([
      { x: 1.5, i: 3n },
      { x: -3.25, i: 4n },
    ]);
    const other = open();
    expect(last(other.select(['x', 'k']).fillna({ x: 7 }), other, data.slice(1, 2))).toEqual([{ x: 7, k: 'b' }]);
  });

  it('give the rows with the most, of each result', () => {
    const df = open();
    expect(last(df.groupby('k').i.sum().nlargest(1, 'i'), df, data)).toEqual([{ k: 'a', i: 7n }]);
    const other = open();
    expect(last(other.select(['x']).nsmallest(5, 'x'), other, data)).toEqual([{ x: -3.25 }, { x: 1.5 }]);
  });

  it('have no group where a key is no number', () => {
    const df = open();
    expect(last(df.groupby('x').size(), df, data, [{ ...data[0]!, x: Number.NaN }])).toEqual([
      { x: -3.25, size: 1 },
      { x: 1.5, size: 1 },
    ]);
  });
});
