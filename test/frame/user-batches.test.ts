import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserAggregation } from '../../src/aggregate/user-aggregation.ts';
import { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { DataError, OptionError, SchemaError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i64, utf8 } from '../../src/schema/data-type.ts';

const memories = [new Memory({ shared: false }), new Memory({ shared: true })];
const schema = { t: i64(), k: utf8(), x: f64() };

interface Row {
  t: bigint;
  k: string | null;
  x: number | null;
}

const row: fc.Arbitrary<Row> = fc.record({
  t: fc.bigInt({ min: -30n, max: 90n }),
  k: fc.constantFrom('a', 'b', 'ü', '', null),
  x: fc.option(fc.integer({ min: -9, max: 9 }), { freq: 5 }),
});
const batches = fc.array(fc.array(row, { maxLength: 12 }), { maxLength: 9 });

const add = (rows: Batch<any>): number =>
  rows
    .column('x')
    .toArray()
    .reduce((sum: number, x) => sum + ((x as number | null) ?? 0), 0);

const adding: UserAggregation<number, number> = {
  initial: () => 0,
  onNew: (sum, rows) => [sum + add(rows), sum + add(rows)],
  onOld: (sum, rows) => [sum - add(rows), sum - add(rows)],
};

/** Says which calls a batch caused. */
class Trace implements UserAggregation<{ log: string[]; open: boolean }, string> {
  initial(rows: Batch): { log: string[]; open: boolean } {
    return { log: [`initial:${rows.length}`], open: false };
  }
  onNew(state: { log: string[]; open: boolean }, rows: Batch): [{ log: string[]; open: boolean }, string] {
    const log = [...(state.open ? [] : state.log), `new:${xs(rows)}`];
    return [{ log, open: true }, log.join(';')];
  }
  onOld(state: { log: string[]; open: boolean }, rows: Batch): [{ log: string[]; open: boolean }, string] {
    const log = [...state.log, `old:${xs(rows)}`];
    return [{ log, open: true }, log.join(';')];
  }
}
const xs = (rows: Batch): string => rows.column('x').toArray().join(',');
const traced = new Trace();

function run(verbs: (frame: any) => any, input: readonly (readonly object[])[], memory: Memory): any[] {
  const frame = new DataFrame({ schema, index: 't', memory });
  const results = verbs(frame).sinkToList();
  for (const rows of input) frame.emit(rows);
  frame.end();
  frame.dispose();
  return results;
}

const at = (t: number, x: number, k = 'a'): Row => ({ t: BigInt(t), k, x });
const values = (results: readonly Batch<any>[], name = 'value'): unknown[] =>
  results.flatMap(batch => batch.column(name).toArray());

/** The rows in the window after each batch: of the last n rows, or of those younger than `range`. */
function plainWindows(input: readonly (readonly Row[])[], extent: number | { range: bigint }): Row[][] {
  let kept: Row[] = [];
  return input.map(rows => {
    kept = [...kept, ...rows];
    if (typeof extent === 'number') return (kept = extent === 0 ? [] : kept.slice(-extent));
    const newest = kept.reduce((most: bigint | null, { t }) => (most === null || t > most ? t : most), null);
    return (kept = kept.filter(({ t }) => t > newest! - extent.range));
  });
}

describe.each(memories)('functions of whole batches, shared memory $shared', memory => {
  it('give a batch for every batch, which other verbs go on with', () => {
    const double = (rows: Batch<any>): Batch<any> =>
      batchOf(
        {
          t: rows.column('t'),
          y: rows
            .column('x')
            .toArray()
            .map(x => (x === null ? null : Number(x) * 2)),
        },
        {
          t: i64(),
          y: f64(),
        },
      );
    const got = run(
      f => f.mapPartitions(double).filter('y > 2').assign('z = y + 1'),
      [[at(1, 1), at(2, 5)], []],
      memory,
    );
    expect(got.map(batch => batch.toArray())).toEqual([[{ t: 2n, y: 10, z: 11 }], []]);
  });

  it('keep the index of a column of its name, so that windows over time go on', () => {
    const got = run(
      f =>
        f
          .mapPartitions((rows: Batch) => rows)
          .window('5')
          .sum(),
      [[at(1, 1)], [at(9, 2)]],
      memory,
    );
    expect(values(got, 'x')).toEqual([1, 2]);
  });

  it('keep a hidden index that results bring along', () => {
    const same = ({ schema, vectors, length, index }: Batch): Batch => new Batch(schema, vectors, length, index);
    const got = run(f => f.select(['x']).mapPartitions(same).window('5').sum(), [[at(1, 1)], [at(9, 2)]], memory);
    expect(values(got, 'x')).toEqual([1, 2]);
  });

  it('take rows, one row, values and one value for results', () => {
    const shapes: Record<string, (rows: Batch<any>) => unknown> = {
      rows: rows => rows.toArray(),
      row: rows => ({ n: rows.length, first: rows.length > 0 ? rows.column('k').get(0) : '' }),
      columns: rows => ({ n: Float64Array.of(rows.length) }),
      values: rows => rows.column('x'),
      value: rows => rows.length,
    };
    const input = [[at(1, 4), at(2, 5, 'b')]];
    const got = Object.fromEntries(
      Object.entries(shapes).map(([name, fn]) => [
        name,
        run(f => f.mapPartitions(fn, name === 'rows' ? { schema } : {}), input, memory)[0].toArray(),
      ]),
    );
    expect(got).toEqual({
      rows: input[0],
      row: [{ n: 2, first: 'a' }],
      columns: [{ n: 2 }],
      values: [{ value: 4 }, { value: 5 }],
      value: [{ value: 2 }],
    });
  });

  it('refuse functions whose columns can not be told, and results that do not fit', () => {
    const frame = new DataFrame({ schema, memory });
    expect(() => frame.mapPartitions(rows => rows.row(0))).toThrow(SchemaError);
    expect(() => frame.mapPartitions(rows => rows.toArray())).toThrow(/shows no columns; give \{ schema \}/);
    const odd = (frame as any).mapPartitions((rows: Batch) => (rows.length > 0 ? 'text' : 1));
    odd.sinkToList();
    expect(() => frame.emit([at(1, 1)])).toThrow(DataError);
    frame.emit([]);
    frame.dispose();
  });

  it('fold with a state that a failing batch leaves as it was', () => {
    const frame = new DataFrame({ schema, memory });
    const fold = (total: number, rows: Batch): number => {
      if (add(rows) < 0) throw new RangeError('negative');
      return total + add(rows);
    };
    const got = frame.accumulatePartitions(fold, { start: 100 }).sinkToList();
    frame.emit([at(1, 1)]);
    expect(() => frame.emit([at(2, -5)])).toThrow(RangeError);
    frame.emit([at(3, 2)]);
    expect(values(got)).toEqual([101, 103]);
    frame.dispose();
  });

  it('fold with a state apart from the result', () => {
    const count = (n: number, rows: Batch): [number, string] => [n + rows.length, `${n} rows before`];
    const got = run(
      f => f.accumulatePartitions(count, { start: 0, returnsState: true }),
      [[at(1, 1), at(1, 1)], [], [at(2, 2)]],
      memory,
    );
    expect(values(got)).toEqual(['0 rows before', '2 rows before', '2 rows before']);
  });

  it('head and tail cut every batch', () => {
    fc.assert(
      fc.property(batches, fc.nat(14), (input, n) => {
        const heads = run(f => f.head(n), input, memory).map(batch => batch.toArray());
        const tails = run(f => f.tail(n), input, memory).map(batch => batch.toArray());
        expect(heads).toEqual(input.map(rows => rows.slice(0, n)));
        expect(tails).toEqual(input.map(rows => (n === 0 ? [] : rows.slice(-n))));
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(memories)('rows of a window, shared memory $shared', memory => {
  it('full() shows the rows of every scheme in arrival order', () => {
    fc.assert(
      fc.property(batches, fc.nat(20), fc.bigInt({ min: 1n, max: 40n }), (input, n, range) => {
        const all = run(f => f.expanding().full(), input, memory);
        const last = run(f => f.window(n).full(), input, memory);
        const young = run(f => f.window(String(range)).full(), input, memory);
        expect(all.map(batch => batch.toArray())).toEqual(plainWindows(input, Number.MAX_SAFE_INTEGER));
        expect(last.map(batch => batch.toArray())).toEqual(plainWindows(input, n));
        expect(young.map(batch => batch.toArray())).toEqual(plainWindows(input, { range }));
      }),
      { numRuns: 100 },
    );
  });

  it('full() is an updating frame: reductions start anew with each result', () => {
    const got = run(
      f => f.window(2).full().filter('x > 1').agg('s = sum(x)'),
      [[at(1, 1), at(2, 2)], [at(3, 3)]],
      memory,
    );
    expect(values(got, 's')).toEqual([2, 5]);
  });

  it('apply() gives what a function makes of the rows', () => {
    const spread = (rows: Batch<any>): number | null => {
      const cells = rows.column('x').toArray() as number[];
      return cells.length > 0 ? Math.max(...cells) - Math.min(...cells) : null;
    };
    const got = run(f => f.window(3).apply(spread), [[], [at(1, 1), at(2, 9)], [at(3, 4), at(4, 4)]], memory);
    expect(values(got)).toEqual([null, 8, 5]);
  });

  it('leaves out rows without a time', () => {
    const frame = new DataFrame({ schema, index: 't', memory });
    const got = frame.window('5').full().sinkToList();
    frame.emit([
      { t: null, x: 1 },
      { t: 4n, x: 2 },
    ]);
    expect(got[0]!.column('x').toArray()).toEqual([2]);
    frame.dispose();
  });
});

describe.each(memories)("user's aggregations, shared memory $shared", memory => {
  it('are called in the order that streamz calls them', () => {
    const input = [[at(1, 1), at(2, 2)], [], [at(3, 3)], [4, 5, 6, 7, 8].map(x => at(x, x))];
    expect(values(run(f => f.window(3).aggregate(traced), input, memory))).toEqual([
      'initial:2;new:1,2',
      'new:',
      'new:3',
      'new:4,5,6,7,8;old:1,2;old:3;old:4,5',
    ]);
    expect(values(run(f => f.aggregate(traced), input, memory)).slice(0, 2)).toEqual(['initial:2;new:1,2', 'new:']);
    expect(values(run(f => f.window('3').aggregate(traced), input, memory)).at(-1)).toBe(
      'new:4,5,6,7,8;old:1,2;old:3;old:4,5',
    );
  });

  it('see late rows arrive and leave at once, and a late batch that stays leave in its time', () => {
    const input = [[at(10, 1)], [at(2, 2)], [at(8, 3)], [at(11, 4)], [at(13, 5)]];
    expect(values(run(f => f.window('5').aggregate(traced), input, memory))).toEqual([
      'initial:1;new:1',
      'new:2;old:2',
      'new:3',
      'new:4',
      'new:5;old:3',
    ]);
  });

  it('forget what left: the result is that of the rows in the window', () => {
    fc.assert(
      fc.property(batches, fc.nat(20), fc.bigInt({ min: 1n, max: 40n }), (input, n, range) => {
        const sums = (windows: Row[][]): number[] => windows.map(rows => rows.reduce((s, { x }) => s + (x ?? 0), 0));
        expect(values(run(f => f.window(n).aggregate(adding), input, memory))).toEqual(sums(plainWindows(input, n)));
        expect(values(run(f => f.window(String(range)).aggregate(adding), input, memory))).toEqual(
          sums(plainWindows(input, { range })),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('have a state per group, which goes with its last row', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 20 }), (input, n) => {
        const got = run(f => f.window(n).groupby('k').aggregate(adding), input, memory);
        const want = plainWindows(input, n).map(rows => {
          const sums = new Map<string, number>();
          for (const { k, x } of rows) if (k !== null) sums.set(k, (sums.get(k) ?? 0) + (x ?? 0));
          return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, value]) => ({ k, value }));
        });
        expect(got.map(batch => batch.toArray())).toEqual(want);
      }),
      { numRuns: 100 },
    );
  });

  it('take several keys, expressions, and picked columns', () => {
    const shown: UserAggregation<null, string> = {
      initial: () => null,
      onNew: (_, rows) => [null, rows.schema.names.join()],
    };
    const got = run(
      f =>
        f
          .groupby(['k', (t: any) => t.x.gt(1)])
          .pick('x')
          .aggregate(shown, { type: utf8() }),
      [[at(1, 1, 'b'), at(2, 2, 'b'), at(3, 3, 'a')]],
      memory,
    );
    expect(got[0].toArray()).toEqual([
      { k: 'a', '(x > 1)': true, value: 'x' },
      { k: 'b', '(x > 1)': false, value: 'x' },
      { k: 'b', '(x > 1)': true, value: 'x' },
    ]);
  });

  it('go on from a saved state as if never interrupted', () => {
    const builds: ((frame: any) => any)[] = [
      f => f.window(7).groupby('k').aggregate(adding),
      f => f.groupby('k').aggregate(adding),
      f => f.window('9').aggregate(adding),
      f => f.window(7).full(),
    ];
    fc.assert(
      fc.property(batches, fc.nat(9), fc.constantFrom(...builds), (input, cut, build) => {
        const whole = run(build, input, memory).slice(cut);
        const frames = [0, 1].map(() => new DataFrame({ schema, index: 't', memory }));
        const [first, second] = frames.map(build);
        first.sinkToList();
        for (const rows of input.slice(0, cut)) frames[0]!.emit(rows);
        const results = second.sinkToList();
        second.restore(first.checkpoint());
        for (const rows of input.slice(cut)) frames[1]!.emit(rows);
        expect(results.map((batch: Batch) => batch.toArray())).toEqual(whole.map(batch => batch.toArray()));
        for (const frame of frames) frame.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it('leave state and window as they were when a call throws', () => {
    const frame = new DataFrame({ schema, index: 't', memory });
    const failing: UserAggregation<number, number> = {
      ...adding,
      onOld(sum, rows) {
        if (add(rows) === 13) throw new RangeError('unlucky');
        return [sum - add(rows), sum - add(rows)];
      },
    } as UserAggregation<number, number>;
    const got = frame.window(2).aggregate(failing).sinkToList();
    frame.emit([at(1, 1), at(2, 2)]);
    expect(() => frame.emit([at(3, 13), at(4, 1), at(5, 1)])).toThrow(RangeError);
    frame.emit([at(6, 5)]);
    expect(values(got)).toEqual([3, 7]);
    frame.dispose();
  });

  it('without onOld are refused where rows leave', () => {
    const frame = new DataFrame({ schema, index: 't', memory });
    const { onOld: _, ...growing } = adding;
    expect(() => frame.window(3).aggregate(growing)).toThrow(OptionError);
    expect(() => frame.tumbling('5').aggregate(adding)).toThrow(/closes by the watermark/);
  });
});
