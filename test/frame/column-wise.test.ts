import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';

const memory = new Memory({ shared: true });
const numbers = { x: f64(), i: i64() };
const rows = [
  { x: 1.25, i: 3n },
  { x: null, i: -1n },
  { x: -3.5, i: null },
  { x: 0, i: 7n },
];

/** What one frame gives for two batches. */
function results(make: (df: any) => any, schema: any = numbers, input: readonly object[] = rows): unknown[] {
  const df = new DataFrame({ schema, memory }) as any;
  const found: unknown[] = [];
  make(df).sink((batch: any) => found.push(batch.toArray()));
  df.emit(input.slice(0, 3));
  df.emit(input.slice(3));
  df.dispose();
  return found;
}

const perRow: readonly [string, ...unknown[]][] = [
  ['cumsum'],
  ['cumprod'],
  ['cummin'],
  ['cummax'],
  ['shift', 2],
  ['diff'],
  ['pctChange'],
  ['ffill'],
  ['add', 2],
  ['sub', 2],
  ['mul', 2],
  ['div', 2],
  ['floordiv', 2],
  ['mod', 2],
  ['pow', 2],
  ['eq', 3],
  ['ne', 3],
  ['lt', 2],
  ['le', 3],
  ['gt', 2],
  ['ge', 3],
  ['neg'],
  ['abs'],
  ['isna'],
  ['notna'],
  ['round', 1],
  ['fillna', 9],
  ['clip', 0, 2],
];
const perColumn = [
  ...['sum', 'mean', 'count', 'min', 'max', 'var', 'std', 'median', 'nunique'],
  ...['sem', 'skew', 'kurt', 'prod', 'any', 'all'],
];
/** Reductions that take a second column. */
const besides = ['argmin', 'argmax', 'corr', 'cov'];

describe('what a frame does to its columns', () => {
  it.each(perRow)('is what each column does by itself: %s', (name, ...args) => {
    const whole = results(df => df[name](...args));
    const single = results(df => df.select({ x: df.x[name](...args), i: df.i[name](...args) }));
    expect(whole).toEqual(single);
  });

  it.each(perColumn)('is what each column gives by itself: %s', name => {
    const whole = results(df => df[name]());
    const single = results(df => df.agg({ x: df.x[name](), i: df.i[name]() }));
    expect(whole).toEqual(single);
    expect(results(df => df.window(2)[name]())).toEqual(
      results(df => df.window(2).agg({ x: (t: any) => t.x[name](), i: (t: any) => t.i[name]() })),
    );
  });

  it.each(besides)('is what each column gives beside another: %s', name => {
    const of = (t: any): object => ({ x: t.x[name](t.i), i: t.i[name](t.i) });
    const named = { x: (t: any) => of(t)['x' as never], i: (t: any) => of(t)['i' as never] };
    expect(results(df => df[name](df.i))).toEqual(results(df => df.agg(of(df))));
    expect(results(df => df.window(2)[name](df.i))).toEqual(results(df => df.window(2).agg(named)));
    const keyed = (df: any): any => df.groupby([(t: any) => t.i.mod(2)]);
    const [key] = Object.keys((results(df => keyed(df).size()) as any)[1][0]);
    expect(results(df => keyed(df)[name](df.i))).toEqual(results(df => keyed(df).agg(named)));
    expect((results(df => keyed(df).pick('x')[name](df.i)) as any)[1].map(Object.keys)).toContainEqual([key, 'x']);
  });

  it('gives the value at a place', () => {
    expect(results(df => df.nth(-1))).toEqual(results(df => df.expanding().last()));
    expect(results(df => df.nth(1))).toEqual([[{ x: -3.5, i: toNumber(-1) }], [{ x: -3.5, i: toNumber(-1) }]]);
  });

  it('gives quantiles, and counts along rows', () => {
    expect(results(df => df.quantile(0.5))).toEqual(results(df => df.median()));
    expect(results(df => df.count({ axis: 1 }).toFrame('n')).flat()).toEqual(
      [2, 1, 1, 2].map(n => ({ n: toNumber(n) })),
    );
    expect(results(df => df.mean({ axis: 1 }).toFrame('m')).flat()).toEqual([2.125, -1, -3.5, 3.5].map(m => ({ m })));
  });
});

const toNumber = (n: number): unknown => expect.toSatisfy((value: number | bigint) => Number(value) === n);

describe('accessors', () => {
  const schema = { s: utf8(), t: timestamp('ms') };
  const input = [{ s: ' Abc ', t: new Date('2024-05-06T07:08:09Z') }];
  const one = (make: (t: any) => any): unknown =>
    (results(df => df.select({ r: make(df) }), schema, input) as any)[0][0].r;

  it('work on text', () => {
    expect(one(t => t.s.str.strip())).toBe('Abc');
    expect(one(t => t.s.str.length())).toBe(5);
    expect(one(t => t.s.str.upper())).toBe(' ABC ');
    expect(one(t => t.s.str.lower())).toBe(' abc ');
    expect(one(t => t.s.str.slice(1, 3))).toBe('Ab');
    expect(one(t => t.s.str.slice(2))).toBe('bc ');
    expect(one(t => t.s.str.replace('b', 'xx'))).toBe(' Axxc ');
    expect(one(t => t.s.str.contains('bc'))).toBe(true);
    expect(one(t => t.s.str.startsWith(' A'))).toBe(true);
    expect(one(t => t.s.str.endsWith('c'))).toBe(false);
    expect(one(t => t.s.str.matches('^\\s[A-Z]'))).toBe(true);
  });

  it('work on times', () => {
    const parts = ['year', 'month', 'day', 'hour', 'minute', 'second', 'weekday', 'dayofyear', 'quarter'];
    expect(parts.map(part => one(t => t.t.dt[part]()))).toEqual([2024, 5, 6, 7, 8, 9, 0, 127, 2]);
    expect(one(t => t.t.dt.date())).toEqual(new Date('2024-05-06'));
    expect(one(t => t.t.dt.floor('5m'))).toEqual(new Date('2024-05-06T07:05:00Z'));
  });
});
