// How rows flow through joins: who drives them, when rows come out, who waits for whom, what is kept and for how long.
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import type { FrameSource } from '../../src/frame/root.ts';
import { Memory } from '../../src/memory/memory.ts';
import { date32, f64, i32, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';

const trades = { at: i64(), symbol: utf8(), price: f64() };
const quotes = { at: i64(), symbol: utf8(), bid: f64() };
const frames = (memory = new Memory()): { left: any; right: any } => ({
  left: new DataFrame({ schema: trades, index: 'at', memory }),
  right: new DataFrame({ schema: quotes, index: 'at', memory }),
});
const trade = (at: number, symbol: string, price: number) => ({ at: BigInt(at), symbol, price });
const quote = (at: number, symbol: string, bid: number) => ({ at: BigInt(at), symbol, bid });
/** Prices beside bids, so far. */
const shown = (results: readonly Batch<any>[]): unknown[] =>
  results.flatMap(batch => batch.toArray()).map(({ price, bid }) => [price, bid]);

/** A source of batches, which waits for each push; `taken` counts the pushes that were over. */
class Given implements FrameSource {
  taken = 0;
  readonly #batches: readonly unknown[];
  readonly #failure: Error | null;

  constructor(batches: readonly unknown[], failure: Error | null = null) {
    this.#batches = batches;
    this.#failure = failure;
  }

  async run(push: (rows: unknown) => void | Promise<void>, _columns: readonly string[], signal?: AbortSignal) {
    for (const rows of this.#batches) {
      await Promise.resolve();
      if (signal?.aborted) return;
      await push(rows);
      this.taken++;
    }
    if (this.#failure) throw this.#failure;
  }

  metrics() {
    return { bytes: 10, storedBytes: 5, skipped: 1 };
  }
}

describe('rows come out', () => {
  //  left    0────5────10       a row at 5 is certain when the right has passed 5
  //  right   0────────7         a tie may still be answered by a row at 5
  it('backward: when the right has passed their time', () => {
    const { left, right } = frames();
    const results = left.mergeAsof(right, { by: 'symbol' }).sinkToList();
    right.emit([quote(1, 'A', 1)]);
    left.emit([trade(5, 'A', 50)]);
    right.emit([quote(5, 'A', 2)]);
    expect(shown(results)).toEqual([]);
    right.emit([quote(5, 'A', 3)]);
    right.emit([quote(6, 'B', 9)]);
    expect(shown(results)).toEqual([[50, 3]]);
    left.emit([trade(5, 'A', 51), trade(6, 'B', 60)]);
    expect(shown(results)).toEqual([
      [50, 3],
      [51, 3],
    ]);
    right.end();
    expect(shown(results).at(-1)).toEqual([60, 9]);
    left.emit([trade(8, 'A', 80)]);
    expect(shown(results).at(-1)).toEqual([80, 3]);
  });

  it('backward without exact matches: when the right has reached their time', () => {
    const { left, right } = frames();
    const results = left.mergeAsof(right, { by: 'symbol', allowExactMatches: false }).sinkToList();
    right.emit([quote(1, 'A', 1)]);
    left.emit([trade(5, 'A', 50)]);
    expect(shown(results)).toEqual([]);
    right.emit([quote(5, 'A', 2)]);
    expect(shown(results)).toEqual([[50, 1]]);
  });

  it('forward: when the next row of the key comes, or the tolerance has passed', () => {
    const { left, right } = frames();
    const results = left.mergeAsof(right, { by: 'symbol', direction: 'forward', tolerance: 10 }).sinkToList();
    left.emit([trade(5, 'A', 50), trade(6, 'B', 60)]);
    right.emit([quote(7, 'A', 1)]);
    expect(shown(results)).toEqual([[50, 1]]);
    right.emit([quote(16, 'A', 2)]);
    expect(shown(results)).toEqual([[50, 1]]);
    right.emit([quote(17, 'A', 3)]);
    expect(shown(results)).toEqual([
      [50, 1],
      [60, null],
    ]);
  });

  it('nearest: as soon as nothing nearer can come', () => {
    const { left, right } = frames();
    const results = left.mergeAsof(right, { by: 'symbol', direction: 'nearest' }).sinkToList();
    right.emit([quote(3, 'A', 1)]);
    left.emit([trade(5, 'A', 50)]);
    right.emit([quote(6, 'B', 2)]);
    expect(shown(results)).toEqual([]);
    right.emit([quote(7, 'B', 2)]);
    expect(shown(results)).toEqual([[50, 1]]);
  });

  it('interval: when the right has passed its end', () => {
    const { left, right } = frames();
    const results = left.mergeInterval(right, { by: 'symbol', from: -2, to: 2, how: 'left' }).sinkToList();
    left.emit([trade(5, 'A', 50), trade(5, 'B', 60)]);
    right.emit([quote(2, 'A', 0), quote(3, 'A', 1), quote(7, 'A', 2)]);
    expect(shown(results)).toEqual([]);
    right.emit([quote(8, 'A', 3)]);
    expect(shown(results)).toEqual([
      [50, 1],
      [50, 2],
      [60, null],
    ]);
  });

  it('with a changing table: at once, as the table is then', () => {
    const { left, right } = frames();
    const results = left.merge(right, { on: 'symbol', how: 'left' }).sinkToList();
    left.emit([trade(1, 'A', 10)]);
    right.emit([quote(1, 'A', 1), quote(2, 'B', 2), quote(3, 'A', 3)]);
    left.emit([trade(2, 'A', 20), trade(3, 'B', 30), trade(4, 'C', 40)]);
    right.emit([quote(0, 'A', 4)]);
    left.emit([trade(5, 'A', 50)]);
    expect(shown(results)).toEqual([
      [10, null],
      [20, 3],
      [30, 2],
      [40, null],
      [50, 4],
    ]);
  });
});

describe('the times of an as-of join', () => {
  const { left, right } = frames();

  it('stand once where both call them the same, as the left has them', () => {
    const joined = left.mergeAsof(right, { by: 'symbol' });
    expect(joined.columns).toEqual(['at', 'symbol', 'price', 'bid']);
    expect(joined.plan.index).toBe('at');
    expect(joined.explain().split('\n')[0]).toBe(
      left.mergeAsof(right, { on: 'at', by: 'symbol' }).explain().split('\n')[0],
    );
    const results = joined.sinkToList();
    right.emit([quote(1, 'A', 1)]);
    left.emit([trade(5, 'A', 50)]);
    joined.end();
    expect(results.flatMap((batch: Batch) => batch.toArray())).toEqual([{ at: 5n, symbol: 'A', price: 50, bid: 1 }]);
    joined.dispose();
  });

  it('are two columns where they have two names, and the right ones are hidden with the index', () => {
    const named = right.rename({ at: 'quoted' }).setIndex('quoted');
    expect(left.mergeAsof(named, { by: 'symbol' }).columns).toEqual(['at', 'symbol', 'price', 'quoted', 'bid']);
    const kept = right.assign({ quoted: 'at' });
    expect(left.mergeAsof(kept, { by: 'symbol' }).columns).toEqual(['at', 'symbol', 'price', 'bid', 'quoted']);
    expect(left.mergeAsof(right.select(['symbol', 'bid']), { by: 'symbol' }).columns).toEqual([
      'at',
      'symbol',
      'price',
      'bid',
    ]);
    expect(left.mergeInterval(right, { by: 'symbol', from: 0, to: 1 }).columns).toContain('at_y');
  });
});

describe('frames of one root', () => {
  it('join with each other, and a batch meets the results of itself', () => {
    const df: any = new DataFrame({ schema: trades, index: 'at' });
    const totals = df.groupby('symbol').agg({ total: 'sum(price)', n: 'count()' });
    const rows = df.merge(totals, { on: 'symbol' }).sinkToList();
    const high = df.filter('price > 15').select(['at', 'symbol', 'price']);
    const before = df.mergeAsof(high, { by: 'symbol', allowExactMatches: false }).sinkToList();
    df.emit([trade(1, 'A', 10), trade(2, 'A', 20)]);
    df.emit([trade(3, 'A', 30), trade(4, 'B', 40)]);
    df.end();
    const cells = rows.flatMap((batch: Batch) => batch.toArray()).map(({ price, total, n }: any) => [price, total, n]);
    expect(cells).toEqual([
      [10, 30, 2],
      [20, 30, 2],
      [30, 60, 3],
      [40, 40, 1],
    ]);
    const pairs = before.flatMap((batch: Batch) => batch.toArray()).map((row: any) => [row.price_x, row.price_y]);
    expect(pairs).toEqual([
      [10, null],
      [20, null],
      [30, 20],
      [40, null],
    ]);
  });

  it('are run once, with their source', async () => {
    const source = new Given([[trade(1, 'A', 10)], [trade(2, 'A', 20)]]);
    const df: any = new DataFrame({ schema: trades, index: 'at', source });
    const joined = df.mergeAsof(df.filter('price < 15'), { by: 'symbol' });
    const results = joined.sinkToList();
    await joined.run();
    await df.run();
    expect(source.taken).toBe(2);
    expect(results.flatMap((batch: Batch) => batch.toArray()).map((row: any) => row.price_y)).toEqual([10, 10]);
  });
});

describe('a joined frame', () => {
  it('goes on like any other: filtered, grouped, in windows, joined again', () => {
    const { left, right } = frames();
    const names = batchOf({ symbol: ['A', 'B'], name: ['Alpha', 'Beta'] });
    const joined = left.mergeAsof(right, { on: 'at', by: 'symbol' });
    const means = joined
      .merge(names, { on: 'symbol' })
      .assign({ spread: 'price - bid' })
      .tumbling(10)
      .groupby('name')
      .agg({ spread: 'mean(spread)' })
      .sinkToList();
    const third: any = new DataFrame({ schema: { at: i64(), x: i32() }, index: 'at' });
    const twice = joined.mergeAsof(third, { on: 'at', direction: 'forward' }).sinkToList();
    right.emit([quote(0, 'A', 1), quote(0, 'B', 2), quote(15, 'A', 3), quote(30, 'A', 0)]);
    left.emit([trade(1, 'A', 5), trade(2, 'B', 5), trade(16, 'A', 5)]);
    third.emit([
      { at: 2n, x: 7 },
      { at: 40n, x: 8 },
    ]);
    left.end();
    right.end();
    third.end();
    expect(means.flatMap((batch: Batch) => batch.toArray()).map(({ name, spread }: any) => [name, spread])).toEqual([
      ['Alpha', 4],
      ['Beta', 3],
      ['Alpha', 2],
    ]);
    expect(twice.flatMap((batch: Batch) => batch.toArray()).map(({ price, bid, x }: any) => [price, bid, x])).toEqual([
      [5, 1, 7],
      [5, 2, 7],
      [5, 3, 8],
    ]);
  });

  it('takes no rows itself, ends with its frames, and ends them', () => {
    const { left, right } = frames();
    const joined = left.mergeAsof(right, { by: 'symbol' });
    const results = joined.agg({ n: 'count()' }, { emit: 'end' }).sinkToList();
    expect(() => joined.emit([])).toThrow(/^emit: the rows of a join come from its two frames/);
    left.emit([trade(1, 'A', 10)]);
    left.end();
    expect(results).toEqual([]);
    joined.end();
    expect(results.map((batch: Batch) => batch.toArray())).toEqual([[{ n: 1 }]]);
    expect(() => right.emit([quote(1, 'A', 1)])).toThrow(/ended/);
  });

  it('is read in a loop', async () => {
    const left: any = new DataFrame({ schema: trades, index: 'at', source: new Given([[trade(1, 'A', 10)]]) });
    const right: any = new DataFrame({ schema: quotes, index: 'at', source: new Given([[quote(1, 'A', 1)]]) });
    const rows: unknown[] = [];
    for await (const batch of left.mergeAsof(right, { by: 'symbol' })) rows.push(...shown([batch]));
    expect(rows).toEqual([[10, 1]]);
  });

  it('is computed only for those who listen, and reads only what they need', async () => {
    class Noting extends Given {
      columns: readonly string[] = [];
      override run(push: any, columns: readonly string[], signal?: AbortSignal) {
        this.columns = columns;
        return super.run(push, columns, signal);
      }
    }
    const [leftSource, rightSource] = [new Noting([]), new Noting([])];
    const left: any = new DataFrame({ schema: { ...trades, note: utf8() }, index: 'at', source: leftSource });
    const right: any = new DataFrame({ schema: { ...quotes, ask: f64() }, index: 'at', source: rightSource });
    const joined = left.mergeAsof(right, { by: 'symbol' });
    joined.price.sum().sink(() => {});
    joined
      .filter('ask > 1')
      .agg('n = count()')
      .sink(() => {});
    await joined.run();
    expect([...leftSource.columns].sort()).toEqual(['at', 'price', 'symbol']);
    expect([...rightSource.columns].sort()).toEqual(['ask', 'at', 'symbol']);
  });

  it('has columns for sinks that come later; not when it runs, and does not read them', async () => {
    const { left, right } = frames();
    const joined = left.mergeAsof(right, { by: 'symbol' });
    const prices: unknown[] = [];
    joined.price.sum().sink((x: unknown) => prices.push(x));
    left.emit([trade(1, 'A', 10)]);
    const all = joined.sinkToList();
    right.end();
    expect(prices).toEqual([10]);
    expect(all[0].toArray()).toEqual([{ at: 1n, symbol: 'A', price: 10, bid: null }]);
    const source = new Given([[trade(1, 'A', 10)], [trade(2, 'A', 20)]]);
    const read: any = new DataFrame({ schema: trades, index: 'at', source });
    const running = read.merge(new DataFrame({ schema: quotes }) as any, { on: 'symbol', how: 'left' });
    let refused: unknown;
    running.price.sum().sink(() => {
      if (refused) return;
      try {
        running.sinkToList();
      } catch (error) {
        refused = error;
      }
    });
    void running.run().catch(() => {});
    await new Promise(resolve => setTimeout(resolve, 5));
    expect(String(refused)).toMatch(/^StateError: sink: this join runs, and reads no column "at"/);
  });

  it('stops when nobody listens any more, and begins anew with the next', () => {
    const { left, right } = frames();
    const joined = left.mergeAsof(right, { by: 'symbol' });
    const stop = joined.sink(() => {});
    right.emit([quote(1, 'A', 1)]);
    stop();
    left.emit([trade(2, 'A', 10)]);
    const results = joined.sinkToList();
    right.emit([quote(3, 'A', 3)]);
    left.emit([trade(4, 'A', 20)]);
    right.end();
    expect(shown(results)).toEqual([[20, 3]]);
  });

  it('may be left from within its own sink', () => {
    const { left, right } = frames();
    const joined = left.mergeInterval(right, { from: -5, to: 5 });
    const seen: number[] = [];
    const stop = joined.sink((batch: Batch) => {
      seen.push(batch.length);
      stop();
    });
    right.emit(Array.from({ length: 200 }, () => quote(1, 'A', 1)));
    left.emit(Array.from({ length: 200 }, () => trade(1, 'A', 1)));
    right.end();
    expect(seen).toEqual([16_384]);
    left.end();
  });

  it('takes rows that its own sinks push', async () => {
    const { left, right } = frames();
    const joined = left.mergeAsof(right, { by: 'symbol' });
    const results = joined.sinkToList();
    joined.sink((batch: Batch) => {
      for (const { at, price } of batch.toArray() as any[])
        if (price < 3) left.emit([trade(Number(at) + 1, 'A', price + 1)]);
    });
    right.emit([quote(0, 'A', 1)]);
    right.end();
    left.emit([trade(1, 'A', 1)]);
    await new Promise(resolve => setTimeout(resolve, 5));
    expect(shown(results)).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });
});

describe('sources', () => {
  const many = (count: number, make: (at: number) => object): object[][] =>
    Array.from({ length: count }, (_, batch) => Array.from({ length: 100 }, (_, row) => make(batch * 100 + row)));

  it('of both sides run; what they read is counted', async () => {
    const left: any = new DataFrame({
      schema: trades,
      index: 'at',
      source: new Given(many(20, at => trade(at, 'A', at))),
    });
    const right: any = new DataFrame({
      schema: quotes,
      index: 'at',
      source: new Given(many(20, at => quote(at, 'A', at))),
    });
    const joined = left.mergeAsof(right, { by: 'symbol' });
    const results = joined.sinkToList();
    await joined.run();
    expect(shown(results)).toEqual(Array.from({ length: 2000 }, (_, at) => [at, at]));
    expect(joined.metrics()).toMatchObject({ bytes: 20, storedBytes: 10, skipped: 2, rowsIn: 2000, late: 0 });
  });

  it('on one side only: the other is pushed by hand', async () => {
    const left: any = new DataFrame({ schema: trades, index: 'at', source: new Given([[trade(5, 'A', 1)]]) });
    const right: any = new DataFrame({ schema: quotes, index: 'at' });
    const joined = left.mergeAsof(right, { by: 'symbol' });
    const results = joined.sinkToList();
    const running = joined.run();
    right.emit([quote(1, 'A', 7)]);
    right.end();
    await running;
    expect(shown(results)).toEqual([[1, 7]]);
  });

  it('that fail stop the other side, and the run says why', async () => {
    const endless = new Given(many(10_000, at => trade(at, 'A', at)));
    const left: any = new DataFrame({ schema: trades, index: 'at', source: endless });
    const failing = new Given([[quote(1, 'A', 1)]], new Error('the quotes are gone'));
    const right: any = new DataFrame({ schema: quotes, index: 'at', source: failing });
    const joined = left.mergeAsof(right, { by: 'symbol' });
    joined.sink(() => {});
    await expect(joined.run()).rejects.toThrow('the quotes are gone');
    expect(endless.taken).toBeLessThan(10_000);
  });

  it('end when the run is aborted; what waits comes out', async () => {
    const left: any = new DataFrame({ schema: trades, index: 'at', source: new Given([[trade(5, 'A', 1)]]) });
    const right: any = new DataFrame({ schema: quotes, index: 'at' });
    const joined = left.mergeAsof(right, { by: 'symbol' });
    const results = joined.sinkToList();
    right.emit([quote(1, 'A', 7)]);
    const stop = new AbortController();
    const running = joined.run({ signal: stop.signal });
    await new Promise(resolve => setTimeout(resolve, 5));
    expect(shown(results)).toEqual([]);
    stop.abort();
    await running;
    expect(shown(results)).toEqual([[1, 7]]);
  });

  it('wait for slow sinks of the join, on both sides', async () => {
    const [leftSource, rightSource] = [
      new Given(many(50, at => trade(at, 'A', at))),
      new Given(many(50, at => quote(at, 'A', at))),
    ];
    const left: any = new DataFrame({ schema: trades, index: 'at', source: leftSource });
    const right: any = new DataFrame({ schema: quotes, index: 'at', source: rightSource });
    const joined = left.mergeAsof(right, { by: 'symbol' });
    let letGo = (): void => {};
    let rows = 0;
    joined.sink((batch: Batch) => {
      rows += batch.length;
      return rows === batch.length ? new Promise<void>(resolve => (letGo = resolve)) : undefined;
    });
    const running = joined.run();
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(leftSource.taken + rightSource.taken).toBeLessThan(10);
    letGo();
    await running;
    expect(rows).toBe(5000);
  });

  it('far ahead wait for the other, so that memory stays flat', async () => {
    const memory = new Memory();
    const batch = (at: number, rows: number): Batch =>
      batchOf({ at: BigInt64Array.from({ length: rows }, (_, row) => BigInt(at + row)), x: new Float64Array(rows) });
    const total = 4_000_000;
    let stepped = 0;
    // one side pushes a hundred times as many rows in a turn as the other
    const source = (rows: number, name: string): FrameSource => ({
      async run(push) {
        for (let at = 0; at < total; at += rows) {
          await push(batch(at, rows));
          if (name === 'slow') stepped = at;
          else expect(at - stepped).toBeLessThan(500_000);
          await Promise.resolve();
        }
      },
      metrics: () => ({ bytes: 0, storedBytes: 0, skipped: 0 }),
    });
    const schema = { at: i64(), x: f64() };
    for (const fastLeft of [true, false]) {
      stepped = 0;
      const [fast, slow] = [source(100_000, 'fast'), source(1000, 'slow')];
      const left: any = new DataFrame({ schema, index: 'at', memory, source: fastLeft ? fast : slow });
      const right: any = new DataFrame({ schema, index: 'at', memory, source: fastLeft ? slow : fast });
      const joined = left.mergeAsof(right, { on: 'at' });
      let rows = 0;
      joined.agg('n = count()').sink((result: Batch) => (rows = result.row(0).n as number));
      await joined.run();
      expect(rows).toBe(total);
      for (const frame of [joined, left, right]) frame.dispose();
    }
    expect(memory.stats().peakBytes).toBeLessThan(128 << 20);
  }, 60_000);

  it('that are streams drive the join by their elements', async () => {
    const stream = new Stream<object[]>();
    const left: any = stream.toDataFrame(trades, { index: 'at' });
    const right: any = stream
      .map(rows => rows.map(({ at, symbol }: any) => ({ at, symbol, bid: 1 })))
      .toDataFrame(quotes, { index: 'at' });
    const results = left.mergeAsof(right, { by: 'symbol' }).sinkToList();
    await stream.emit([trade(1, 'A', 10)]);
    await stream.emit([trade(2, 'A', 20)]);
    await stream.end();
    expect(shown(results)).toEqual([
      [10, 1],
      [20, 1],
    ]);
  });
});

describe('indexes', () => {
  it('of different types that count alike', () => {
    const left: any = new DataFrame({ schema: { day: date32(), n: i32() }, index: 'day' });
    const right: any = new DataFrame({ schema: { at: timestamp('s', 'Europe/Oslo'), m: i32() }, index: 'at' });
    const results = left.mergeAsof(right, { tolerance: '2d' }).sinkToList();
    const day = 86_400_000;
    right.emit([{ at: new Date(day / 2), m: 1 }]);
    left.emit([1, 2, 3].map(n => ({ day: new Date(n * day), n })));
    left.end();
    right.end();
    expect(results.flatMap((batch: Batch) => batch.toArray()).map(({ n, m }: any) => [n, m])).toEqual([
      [1, 1],
      [2, 1],
      [3, null],
    ]);
  });

  it('by "on": other columns than the frames have as index', () => {
    const left: any = new DataFrame({ schema: { a: i32(), t: timestamp('ms'), x: f64() }, index: 'a' });
    const right: any = new DataFrame({ schema: { t: timestamp('ms'), y: f64() } });
    const joined = left.mergeAsof(right, { on: 't' });
    expect(joined.columns).toEqual(['a', 't', 'x', 'y']);
    const results = joined.sinkToList();
    right.emit([{ t: 5, y: 1 }]);
    left.emit([{ a: 9, t: 6, x: 2 }]);
    right.end();
    expect(results[0].toArray()).toEqual([{ a: 9, t: new Date(6), x: 2, y: 1 }]);
  });

  it('that are hidden stay hidden, and go on', () => {
    const { left, right } = frames();
    const joined = left.select(['price']).mergeAsof(right.select(['bid']));
    expect(joined.columns).toEqual(['price', 'bid']);
    const results = joined.tumbling(10).agg('n = count(bid)').sinkToList();
    right.emit([quote(1, 'A', 1)]);
    left.emit([trade(0, 'A', 1), trade(5, 'A', 1), trade(12, 'A', 1)]);
    joined.end();
    expect(results.flatMap((batch: Batch) => batch.toArray()).map(({ n }: any) => n)).toEqual([1, 1]);
  });

  it('in memories of their own', () => {
    const left: any = new DataFrame({ schema: trades, index: 'at', memory: new Memory() });
    const right: any = new DataFrame({ schema: quotes, index: 'at', memory: new Memory({ shared: false }) });
    const [asof, met] = [left.mergeAsof(right, { by: 'symbol' }), left.merge(right, { on: 'symbol' })];
    const results = [asof.sinkToList(), met.sinkToList()];
    for (let at = 0; at < 3; at++) {
      right.emit([quote(at * 2, 'A', at), quote(at * 2, `B${at}`, at)]);
      left.emit([trade(at * 2 + 1, 'A', at)]);
    }
    left.end();
    right.end();
    for (const list of results) {
      expect(shown(list)).toEqual([
        [0, 0],
        [1, 1],
        [2, 2],
      ]);
    }
  });
});

describe('what makes no sense is said when it is written', () => {
  const { left, right } = frames();
  const bare: any = new DataFrame({ schema: { symbol: utf8(), x: f64() } });
  const others: [string, () => unknown, RegExp][] = [
    ['no index', () => left.mergeAsof(bare), /^SchemaError: mergeAsof: the rows have no time index/],
    [
      'units',
      () => left.mergeAsof(new DataFrame({ schema: { t: timestamp('ms') }, index: 't' })),
      /count in different units/,
    ],
    [
      'a key',
      () => left.mergeAsof(right, { by: 'symbl' }),
      /^SchemaError: mergeAsof: no column "symbl".*did you mean "symbol"/,
    ],
    [
      'types',
      () => left.mergeAsof(right, { leftBy: 'price', rightBy: 'symbol' }),
      /"price" is f64 on the left, "symbol" is utf8/,
    ],
    ['half', () => left.mergeAsof(right, { leftBy: 'price' }), /"leftBy" and "rightBy" go together/],
    ['both', () => left.mergeAsof(right, { by: 'symbol', leftBy: 'symbol', rightBy: 'symbol' }), /give either "by"/],
    [
      'direction',
      () => left.mergeAsof(right, { direction: 'up' }),
      /direction is "up"; give backward, forward or nearest/,
    ],
    [
      'tolerance',
      () => left.mergeAsof(right, { tolerance: '2s' }),
      /^OptionError: tolerance: the index is a column of integers/,
    ],
    [
      'updating',
      () => left.mergeAsof(right.tumbling(5).agg('x = max(bid)', { emit: 'everyBatch' })),
      /the right frame is a running result/,
    ],
    ['from and to', () => left.mergeInterval(right, { from: 5, to: -5 }), /from 5 to -5 holds no time/],
    ['how', () => left.mergeInterval(right, { from: 0, to: 1, how: 'outer' }), /how is "outer"; give inner or left/],
    ['names', () => left.mergeAsof(right, { suffixes: ['', ''] }), /two columns would be called "symbol"/],
    ['on', () => left.mergeAsof(right, { on: 'bid' }), /^SchemaError: mergeAsof: no column "bid"/],
    ['merge', () => left.merge(bare, { on: 'x' }), /^SchemaError: merge: no column "x"/],
  ];
  it.each(others)('%s', (_, write, text) => {
    expect(() => {
      try {
        write();
      } catch (error) {
        throw new Error(String(error));
      }
    }).toThrow(text);
  });
});
