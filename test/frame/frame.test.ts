import { Table, tableFromArrays } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ndjson } from '../../src/codec/ndjson.ts';
import type { Batch } from '../../src/column/batch.ts';
import { DataError, ExpressionError, MemoryError, OptionError, SchemaError, StateError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i32, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';

const schema = { symbol: utf8(), price: f64(), qty: i32() };
const rows = [
  { symbol: 'b', price: 1, qty: 2 },
  { symbol: 'a', price: 3, qty: 1 },
  { symbol: 'b', price: 2, qty: 0 },
  { symbol: null, price: 9, qty: 9 },
];
const tick = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('a frame', () => {
  it('computes what its verbs say, batch by batch', () => {
    const frame = new DataFrame({ schema });
    const list = frame
      .filter(t => t.qty.gt(0))
      .assign({ notional: t => t.price.mul(t.qty) })
      .groupby('symbol')
      .agg({ vwap: t => t.notional.sum().div(t.qty.sum()), high: t => t.price.max(), n: 'count()' })
      .sinkToList();
    frame.emit(rows);
    frame.emit([{ symbol: 'b', price: 4, qty: 2 }]);
    expect(list.map(batch => batch.toArray())).toEqual([
      [
        { symbol: 'a', vwap: 3, high: 3, n: 1 },
        { symbol: 'b', vwap: 1, high: 1, n: 1 },
      ],
      [
        { symbol: 'a', vwap: 3, high: 3, n: 1 },
        { symbol: 'b', vwap: 2.5, high: 4, n: 2 },
      ],
    ]);
  });

  it('takes text where it takes functions, with the same plan', () => {
    const frame = new DataFrame({ schema });
    const a = frame
      .filter(t => t.qty.gt(0))
      .assign({ n: t => t.price.mul(t.qty) })
      .groupby('symbol')
      .agg({ s: t => t.n.sum() });
    const b = frame.query('qty > 0').assign('n = price * qty').groupby('symbol').agg('s = sum(n)');
    expect(a.explain()).toBe(b.explain());
    expect(
      a
        .explain()
        .split('\n')
        .map(line => line.trim()),
    ).toEqual([
      'aggregate s = sum(n) by symbol over everything, emit everyBatch',
      'project symbol, price, qty, n = (price * qty)',
      'filter (qty > 0)',
      'source (symbol: utf8, price: f64, qty: i32)',
    ]);
  });

  it('takes rows, columns, batches and Arrow tables, also cut anywhere', () => {
    const columns = { symbol: ['x', 'y', 'x'], price: [1, 2, 3], qty: Int32Array.of(1, 1, 1) };
    const frame = new DataFrame({ schema });
    const list = frame.groupby('symbol').agg('s = sum(price)').sinkToList();
    frame.emit(columns as any);
    const table = tableFromArrays({
      symbol: ['x', 'y', 'x'],
      price: Float64Array.of(1, 2, 3),
      qty: Int32Array.of(1, 1, 1),
    });
    expect(table).toBeInstanceOf(Table);
    const dictionary = new DataFrame({ example: table });
    const same = dictionary.groupby('symbol').agg('s = sum(price)').sinkToList();
    dictionary.emit(table);
    dictionary.emit(table.slice(1, 3));
    expect(list[0]!.toArray()).toEqual([
      { symbol: 'x', s: 4 },
      { symbol: 'y', s: 2 },
    ]);
    expect(same[1]!.toArray()).toEqual([
      { symbol: 'x', s: 7 },
      { symbol: 'y', s: 4 },
    ]);
  });

  it('emits once for every batch, also an empty one', () => {
    const frame = new DataFrame({ schema });
    const sums = frame.groupby('symbol').agg('s = sum(price)').sinkToList();
    const all = frame.filter('price > 100').sinkToList();
    frame.emit([]);
    frame.emit(rows);
    frame.emit([]);
    expect(sums.map(batch => batch.length)).toEqual([0, 2, 2]);
    expect(all.map(batch => batch.length)).toEqual([0, 0, 0]);
  });

  it('computes a shared part once and delivers in the order of the sinks', () => {
    const frame = new DataFrame({ schema });
    const part = frame.filter('qty > 0');
    const order: string[] = [];
    part
      .groupby('symbol')
      .agg('n = count()')
      .sink(() => order.push('first'));
    part.price.sum().sink(value => order.push(`second ${value}`));
    frame.sink(() => order.push('third'));
    frame.emit(rows);
    expect(order).toEqual(['first', 'second 13', 'third']);
  });

  it('emits the groups that changed when asked', () => {
    const frame = new DataFrame({ schema });
    const list = frame.groupby('symbol').agg('s = sum(price)', { emit: 'changed' }).sinkToList();
    frame.emit(rows);
    frame.emit([{ symbol: 'a', price: 1, qty: 1 }]);
    expect(list.map(batch => batch.toArray())).toEqual([
      [
        { symbol: 'b', s: 3 },
        { symbol: 'a', s: 3 },
      ],
      [{ symbol: 'a', s: 4 }],
    ]);
  });

  it('emits at the end when asked', async () => {
    const frame = new DataFrame({ schema });
    const list = frame.agg('s = sum(price), n = count()', { emit: 'end' }).sinkToList();
    frame.emit(rows);
    frame.emit(rows);
    expect(list).toEqual([]);
    await frame.end();
    expect(list.map(batch => batch.toArray())).toEqual([[{ s: 30, n: 8 }]]);
    expect(() => frame.emit(rows)).toThrow(StateError);
  });

  it('shows a column with a method under the name through col()', () => {
    const frame = new DataFrame({ schema: { filter: f64(), sum: f64() } });
    const list = frame.assign({ twice: frame.col('filter').mul(2) }).sinkToList();
    frame.emit([{ filter: 2, sum: 1 }]);
    expect(list[0]!.toArray()).toEqual([{ filter: 2, sum: 1, twice: 4 }]);
  });

  it('keeps text, nulls and order through filters, whatever the density', () => {
    const row = fc.record({
      symbol: fc.option(fc.constantFrom('', 'a', 'é', 'longer than sixteen bytes'), { freq: 4 }),
      price: fc.option(fc.integer({ min: 0, max: 100 }), { freq: 4 }),
      qty: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 300 }), fc.nat(100), fc.nat(100), (data, low, high) => {
        const frame = new DataFrame({ schema });
        const list = frame.filter(`qty >= ${low}`).filter(`price <= ${high}`).sinkToList();
        frame.emit(data);
        frame.dispose();
        expect(list[0]!.toArray()).toEqual(
          data.filter(({ qty, price }) => qty >= low && price !== null && price <= high),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('back-pressure', () => {
  it('is nothing while sinks are done, and the promise of the slow one else', async () => {
    const frame = new DataFrame({ schema });
    frame.sink(() => {});
    expect(frame.emit(rows)).toBeUndefined();
    const done: number[] = [];
    let release = (): void => {};
    frame.sink(
      batch =>
        new Promise<void>(resolve => {
          release = () => {
            done.push(batch.length);
            resolve();
          };
        }),
    );
    const first = frame.emit(rows);
    expect(first).toBeInstanceOf(Promise);
    const second = frame.emit(rows.slice(0, 1)); // waits for its turn
    await tick();
    expect(done).toEqual([]);
    release();
    await first;
    await tick();
    release();
    await second;
    expect(done).toEqual([4, 1]);
  });

  it('of a loop is the loop itself', async () => {
    const frame = new DataFrame({ schema });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const batch of frame.filter('qty > 0')) {
        seen.push(batch.length);
        if (seen.length === 2) break;
      }
    })();
    await tick();
    await frame.emit(rows);
    await frame.emit(rows.slice(0, 1));
    await reading;
    expect(seen).toEqual([3, 1]);
    expect(frame.emit(rows)).toBeUndefined();
  });
});

describe('running', () => {
  it('starts the sources of the stream a frame is made of, and ends with them', async () => {
    const source = Stream.fromIterable([[{ x: 1 }, { x: 2 }], [{ x: 3 }]]);
    const frame = source.toDataFrame({ x: f64() });
    const sums = frame.agg('s = sum(x)', { emit: 'end' }).sinkToList();
    await frame.run();
    expect(sums.map(batch => batch.toArray())).toEqual([[{ s: 6 }]]);
  });

  it('is what a loop does, to the last batch', async () => {
    const frame = Stream.fromIterable([[{ x: 1 }], [{ x: 2 }]]).toDataFrame({ x: f64() });
    const seen: unknown[] = [];
    for await (const batch of frame) seen.push(...batch.toArray());
    expect(seen).toEqual([{ x: 1 }, { x: 2 }]);
  });

  it('a loop over a frame that rows are pushed into ends with the frame', async () => {
    const frame = new DataFrame({ schema });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const batch of frame) seen.push(batch.length);
    })();
    await tick();
    await frame.emit(rows);
    await frame.end();
    await reading;
    expect(seen).toEqual([4]);
  });
});

describe('errors', () => {
  const frame = new DataFrame({ schema });

  it.each<[string, () => unknown, unknown, string]>([
    ['an unknown column', () => frame.filter('prize > 1'), SchemaError, 'did you mean "price"?'],
    [
      'a function that names no column',
      () => frame.filter((t: any) => t.prize.gt(1)),
      SchemaError,
      'filter: no column "prize"',
    ],
    [
      'a result that names no column',
      () => frame.agg({ a: (t: any) => t.prize.sum() }),
      SchemaError,
      'agg: no column "prize"',
    ],
    ['a condition that is none', () => frame.filter('price + 1'), SchemaError, 'must be bool'],
    ['text that can not be read', () => frame.filter('price >'), ExpressionError, 'price >'],
    ['a sum of text', () => frame.groupby('symbol').agg({ s: 'sum(symbol)' }), SchemaError, 'sum: takes'],
    ['an unknown aggregation', () => frame.agg('s = meen(price)'), OptionError, 'did you mean "mean"?'],
    [
      'a column outside an aggregation',
      () => frame.agg('s = sum(price) + qty'),
      SchemaError,
      'column "qty" stands outside',
    ],
    ['windows of time without an index', () => frame.tumbling('1m').agg('n = count()'), SchemaError, 'no time index'],
    [
      'closing what never closes',
      () => frame.agg('n = count()', { emit: 'onClose' }),
      OptionError,
      'windows that close',
    ],
    ['rows that are no number', () => frame.window(-1), OptionError, 'make no sense'],
    ['a frame without columns', () => new DataFrame({}), SchemaError, 'neither schema nor example'],
    [
      'an index that can not order',
      () => new DataFrame({ schema, index: 'symbol' }),
      SchemaError,
      "can't be a time index",
    ],
    [
      'a series of another frame',
      () => frame.filter(new DataFrame({ schema }).price.gt(1)),
      OptionError,
      'another frame',
    ],
    ['running without a source', () => frame.run(), StateError, 'no source'],
  ])('%s is refused when the plan is made', (_, make, type, text) => {
    expect(make).toThrow(type as any);
    expect(make).toThrow(text);
  });

  it('rows that do not fit are refused at the edge, and nothing is counted', () => {
    const one = new DataFrame({ schema });
    const list = one.agg('n = count()').sinkToList();
    one.emit(rows);
    expect(() => one.emit([{ symbol: 'a', price: 'dear' as any, qty: 1 }])).toThrow(/price/);
    expect(() => one.emit({ symbol: ['a'], prize: [2], qty: [1] } as any)).toThrow(
      'column "price" is missing; is it "prize"?',
    );
    one.emit(rows);
    expect(list.map(batch => batch.column('n').get(0))).toEqual([4, 8]);
  });

  it('of a sink reject the emit that caused them; the frame goes on', async () => {
    const one = new DataFrame({ schema });
    let fail = true;
    const list = one.agg('n = count()').sinkToList();
    one.filter('qty > 0').sink(async () => {
      if (fail) throw new Error('disk full');
    });
    await expect(one.emit(rows)).rejects.toThrow('disk full');
    fail = false;
    await one.emit(rows);
    expect(list.map(batch => batch.column('n').get(0))).toEqual([4, 8]);
  });

  it('of a cast leave no rows behind for the next batch', () => {
    const one = new DataFrame({ schema });
    const list = one.assign({ whole: "cast(price, 'i32')" }).sinkToList();
    expect(() =>
      one.emit([
        { symbol: 'a', price: 1, qty: 1 },
        { symbol: 'a', price: Number.NaN, qty: 1 },
      ]),
    ).toThrow();
    one.emit([{ symbol: 'b', price: 2, qty: 1 }]);
    expect(list.map(batch => batch.toArray())).toEqual([[{ symbol: 'b', price: 2, qty: 1, whole: 2 }]]);
  });

  it('of memory name the frame; others go on', () => {
    const memory = new Memory({ shared: false, maximumBytes: 4 << 20 });
    const greedy = new DataFrame({ schema: { x: f64() }, memory });
    greedy
      .window(10_000_000)
      .agg('s = sum(x)')
      .sink(() => {});
    const modest = new DataFrame({ schema: { x: f64() }, memory });
    const sums: unknown[] = [];
    modest.x.sum().sink(value => sums.push(value));
    modest.emit({ x: Float64Array.of(1, 2) } as any);
    const push = (): void => {
      for (let at = 0; at < 100; at++) greedy.emit({ x: new Float64Array(10_000) } as any);
    };
    expect(push).toThrow(MemoryError);
    expect(push).toThrow(/frame \d+/);
    greedy.dispose();
    modest.emit({ x: Float64Array.of(3) } as any);
    expect(sums).toEqual([3, 6]);
  });
});

describe('frames and streams', () => {
  it('rows of a stream go through a frame and out again', () => {
    const source = new Stream<{ at: Date; x: number }>();
    const frame = source.toDataFrame({ at: timestamp('ms'), x: f64() }, { index: 'at' });
    const seen: unknown[] = [];
    frame
      .window('10s')
      .agg('s = sum(x)')
      .stream.map((batch: Batch<any>) => batch.column('s').get(0))
      .sink(value => seen.push(value));
    // elements are batches of rows
    (source as Stream<any>).emit([
      { at: new Date(0), x: 1 },
      { at: new Date(5000), x: 2 },
    ]);
    (source as Stream<any>).emit([{ at: new Date(12_000), x: 4 }]);
    expect(seen).toEqual([3, 6]);
  });

  it('bytes and text are decoded, wherever they are cut; messages need no newline', () => {
    const source = new Stream<string>();
    const sums: unknown[] = [];
    source
      .toDataFrame(ndjson({ x: f64() }))
      .x.sum()
      .sink(value => sums.push(value));
    for (const part of ['{"x":1}\n{"x"', ':2}\n', '{"x":3}']) source.emit(part);
    source.end();
    expect(sums.at(-1)).toBe(6);
    const messages = new Stream<Uint8Array>();
    const counts: unknown[] = [];
    messages
      .toDataFrame(ndjson({ x: f64() }), { messages: true })
      .x.count()
      .sink(value => counts.push(value));
    messages.emit(new TextEncoder().encode('{"x":1}'));
    messages.emit(new TextEncoder().encode('{"x":null}'));
    expect(counts).toEqual([1, 1]);
  });

  it('a record that can not be read names its place, or is skipped', () => {
    const source = new Stream<string>();
    source.toDataFrame(ndjson({ x: f64() }), { source: 'ticks' }).sink(() => {});
    expect(() => source.emit('{"x":1}\n{"x":"one"}\n')).toThrow(DataError);
    const lenient = new Stream<string>();
    const sums: unknown[] = [];
    lenient
      .toDataFrame(ndjson({ x: f64() }), { onBadRecord: 'skip' })
      .x.sum()
      .sink(value => sums.push(value));
    lenient.emit('{"x":1}\n{"x":"one"}\n{"x":2}\n');
    expect(sums.at(-1)).toBe(3);
  });
});

it('frees its linear memory when it is disposed', async () => {
  const memory = new Memory({ shared: true });
  {
    await using frame = new DataFrame({ schema: { at: timestamp('ms'), k: utf8(), x: f64() }, index: 'at', memory });
    const some = (frame as any).assign('y = x * 2, z = cumsum(x), l = shift(k)');
    for (const grouped of [
      some,
      some.window(3),
      some.window('1s'),
      some.tumbling('1s'),
      some.sliding('2s', '1s'),
      some.session('1s'),
    ]) {
      grouped
        .groupby('k')
        .agg('a = sum(y), b = max(k), c = median(x), d = nunique(k), e = std(z)')
        .sink(() => {});
    }
    for (let at = 0; at < 5; at++) frame.emit([{ at: new Date(at * 700), k: `k${at}`, x: at }]);
    expect(memory.stats().heldBytes).toBeGreaterThan(0);
  }
  expect(Object.keys(memory.stats().owners).filter(owner => owner.startsWith('frame'))).toEqual([]);
});
