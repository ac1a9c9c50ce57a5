import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import type { Window } from '../../src/frame/windowed.ts';
import { f64, i64, u32, utf8 } from '../../src/schema/data-type.ts';

const schema = { t: i64(), x: f64(), name: utf8() };
type Columns = typeof schema;
const frameOf = (outOfOrder = 0): DataFrame<Columns> => new DataFrame({ schema, index: 't', outOfOrder });
const row = (t: number, x: number): object => ({ t, x, name: `n${x}` });

const windows: Readonly<Record<string, (df: DataFrame<Columns>) => Window<Columns, any>>> = {
  'tumbling(10)': df => df.tumbling(10),
  'tumbling(10), late 20': df => df.tumbling(10, { allowedLateness: 20 }),
  'sliding(20, 5)': df => df.sliding(20, 5),
  'session(4)': df => df.session(4),
};
const settings = [
  {},
  { emit: 'onClose' },
  { emit: 'onUpdate' },
  { emit: 'onUpdate', panes: 'retracting' },
  { emit: 'onUpdate', panes: 'discarding' },
  { emit: 'everyBatch' },
  { emit: 'changed' },
  { emit: 'end' },
  { outOfOrder: 7 },
] as const;
const cases = Object.keys(windows).flatMap(name => settings.map(given => [name, given] as const));

const batches = fc.array(
  fc.array(
    fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: -5, max: 5 })).map(([t, x]) => row(t, x)),
    {
      maxLength: 12,
    },
  ),
  { maxLength: 6 },
);

/** What a frame's results come to over these batches. */
async function rowsOf(make: (df: DataFrame<Columns>) => any, input: readonly (readonly object[])[]): Promise<object[]> {
  const df = frameOf(3);
  const out: object[] = [];
  make(df).sink((batch: { toArray(): object[] }) => out.push(...batch.toArray()));
  for (const rows of input) await df.emit(rows as any);
  await df.end();
  df.dispose();
  return out;
}

describe('a reduction of one column over windows of event time', () => {
  it.each(cases)('%s with %j gives what agg gives with the same settings', async (name, given) => {
    await fc.assert(
      fc.asyncProperty(batches, async input => {
        const one = await rowsOf(df => windows[name]!(df).col('x').max(given).toFrame('high'), input);
        const all = await rowsOf(df => windows[name]!(df).agg({ high: t => t.x.max() }, given), input);
        expect(one).toEqual(all);
        const counts = await rowsOf(df => windows[name]!(df).col('name').valueCounts(given), input);
        const grouped = await rowsOf(df => windows[name]!(df).pick('name').valueCounts(given), input);
        expect(counts).toEqual(grouped);
        const tops = await rowsOf(df => windows[name]!(df).col('name').topValues(2, given), input);
        const groupTops = await rowsOf(df => windows[name]!(df).topValues('name', 2, given), input);
        expect(tops).toEqual(groupTops);
      }),
      { numRuns: 15 },
    );
  });

  it('hands the value of each window to its sink and its stream', async () => {
    const df = frameOf();
    const high = df.tumbling(10).x.max();
    const seen = high.sinkToList();
    const streamed = high.stream.sinkToList();
    await df.emit([row(1, 1), row(5, 3), row(12, 7), row(35, 9)] as any);
    expect(seen).toEqual([3, 7]);
    await df.end();
    expect(seen).toEqual([3, 7, 9]);
    expect(streamed).toEqual(seen);
  });

  it('waits for a promise of its sink before it hands over the next value', async () => {
    const df = frameOf();
    const order: string[] = [];
    df.tumbling(10)
      .x.max()
      .sink(async value => {
        order.push(`takes ${value}`);
        await null;
        order.push(`has ${value}`);
      });
    await df.emit([row(1, 1), row(12, 7), row(35, 9)] as any);
    expect(order).toEqual(['takes 1', 'has 1', 'takes 7', 'has 7']);
  });

  it('takes rows as late as the frame says', async () => {
    const df = frameOf(100);
    const seen = df.tumbling(10).x.max().sinkToList();
    await df.emit([row(1, 1), row(35, 9), row(3, 100)] as any);
    expect(seen).toEqual([]);
    await df.end();
    expect(seen).toEqual([100, 9]);
  });

  it('tells of early and corrected values when it is asked to', async () => {
    const df = frameOf();
    const rows: object[] = [];
    df.tumbling(10)
      .x.max({ emit: 'onUpdate' })
      .toFrame('high')
      .sink(batch => {
        rows.push(...batch.toArray().map(({ high, pane }: any) => [high, pane]));
      });
    await df.emit([row(1, 1)] as any);
    await df.emit([row(5, 3)] as any);
    await df.emit([row(12, 7)] as any);
    expect(rows).toEqual([
      [1, 'early'],
      [3, 'early'],
      [3, 'onTime'],
      [7, 'early'],
    ]);
  });

  it('keeps its settings in what is made of it', async () => {
    const df = frameOf();
    const { x } = df.tumbling(10);
    const range = x.max({ emit: 'everyBatch' }).sub(x.min());
    const seen = range.sinkToList();
    await df.emit([row(1, 1), row(5, 3)] as any);
    await df.emit([row(7, 8)] as any);
    expect(seen).toEqual([2, 7]);
    expect(() => x.max({ emit: 'everyBatch' }).sub(x.min({ emit: 'onUpdate' }))).toThrow(
      'sub: max(x) has emit "everyBatch", min(x) "onUpdate"; give both the same',
    );
  });

  it('has a type', () => {
    const { x, name } = frameOf().tumbling(10);
    expect([x.count(), name.max(), frameOf().x.mean()].map(({ type }) => type)).toEqual([u32(), utf8(), f64()]);
  });
});

describe('settings of reductions', () => {
  it('hold for running results, too', async () => {
    const df = frameOf();
    const seen = df.x.sum({ emit: 'end' }).sinkToList();
    await df.emit([row(1, 1)] as any);
    await df.emit([row(2, 2)] as any);
    expect(seen).toEqual([]);
    await df.end();
    expect(seen).toEqual([3]);
  });

  it.each<[string, (df: DataFrame<Columns>) => unknown, RegExp]>([
    ['agg', df => df.tumbling(10).agg({ a: t => t.x.max({ emit: 'end' }) }), /^agg: "emit" of max\(x\) says when/],
    ['assign', df => df.assign({ a: t => t.x.sub(t.x.mean({ emit: 'end' })) }), /^assign: "emit" of /],
    ['a row', df => df.x.sub(df.x.mean({ emit: 'end' })).toFrame('a'), /^a: "emit" of /],
    [
      'a mode',
      df =>
        df
          .tumbling(10)
          .x.max({ emit: 'now' as 'end' })
          .toFrame('a'),
      /no emit mode is called "now"/,
    ],
    ['a row', df => df.x.sub(df.tumbling(10).x.mean()).toFrame('a'), /mean\(x\) over tumbling\(10\) is known when/],
  ])('are refused where they mean nothing: %s', (_, make, text) => {
    expect(() => make(frameOf())).toThrow(OptionError);
    expect(() => make(frameOf())).toThrow(text);
  });
});
