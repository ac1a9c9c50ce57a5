import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, i32, timestamp, utf8 } from '../../src/schema/data-type.ts';

describe('frame', () => {
  it('filters, assigns and aggregates by group', () => {
    const frame = new DataFrame({ schema: { symbol: utf8(), price: f64(), qty: i32() } });
    const out = frame
      .filter(t => t.qty.gt(0))
      .assign({ notional: t => t.price.mul(t.qty) })
      .groupby('symbol')
      .agg({ vwap: t => t.notional.sum().div(t.qty.sum()), high: 'max(price)', n: 'count()' });
    const list = out.sinkToList();
    frame.emit([
      { symbol: 'b', price: 1, qty: 2 },
      { symbol: 'a', price: 3, qty: 1 },
      { symbol: 'b', price: 2, qty: 0 },
    ]);
    frame.emit([{ symbol: 'b', price: 4, qty: 2 }]);
    console.log(out.explain());
    console.log(list.map(batch => batch.toArray()));
    const total = frame.price.sum();
    const seen: unknown[] = [];
    total.sink(value => seen.push(value));
    frame.emit([{ symbol: 'b', price: 4, qty: 2 }]);
    expect(seen).toEqual([4]);
  });
  it('windows', () => {
    const frame = new DataFrame({ schema: { at: timestamp('ms'), k: utf8(), x: f64() }, index: 'at' });
    const t = frame.tumbling('10s').groupby('k').agg({ s: 'sum(x)', n: 'count()' }).sinkToList();
    const sl = frame.sliding('20s', '10s').agg({ s: 'sum(x)', n: 'count()' }).sinkToList();
    const se = frame.session('5s').groupby('k').agg({ s: 'sum(x)', n: 'count()' }).sinkToList();
    const w = frame.window(2).groupby('k').agg({ s: 'sum(x)', n: 'count()' }).sinkToList();
    const r = frame.window('10s').agg({ s: 'sum(x)', n: 'count()' }).sinkToList();
    const row = (at: number, k: string, x: number) => ({ at: new Date(at * 1000), k, x });
    frame.emit([row(1, 'a', 1), row(3, 'b', 2), row(12, 'a', 3)]);
    frame.emit([row(14, 'a', 4), row(25, 'b', 5)]);
    frame.end();
    for (const list of [t, sl, se, w, r]) console.log(list.map(batch => batch.toArray().map(o=>JSON.stringify(o,(k,v)=>typeof v==='bigint'?String(v):v))));
  });
});
