import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type UserAggregation, userAggregation } from '../../src/aggregate/user-aggregation.ts';
import type { Batch } from '../../src/column/batch.ts';
import type { Vector } from '../../src/column/vector.ts';
import { DataError, OptionError, SchemaError, StateError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, type Int64, i32, i64, utf8 } from '../../src/schema/data-type.ts';

const memory = new Memory();
const schema = { t: i64(), k: utf8(), x: f64(), n: i32() };
const row = fc.record({
  t: fc.integer({ min: 0, max: 99 }).map(BigInt),
  k: fc.constantFrom('a', 'b', 'c', null),
  x: fc.option(fc.integer({ min: -9, max: 9 }), { freq: 5 }),
  n: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 5 }),
});
const batches = fc.array(fc.array(row, { maxLength: 30 }), { maxLength: 6 });

/** Σ x·n and Σ n, as a state that is never changed in place. */
const sums = (rows: Batch): [number, number] => {
  let [total, weight] = [0, 0];
  for (const { x, n } of rows as Iterable<any>) {
    if (x === null || n === null) continue;
    total += x * n;
    weight += n;
  }
  return [total, weight];
};
type State = readonly [number, number];
const shown = ([total, weight]: State): number | null => (weight === 0 ? null : total / weight);
const weighted: UserAggregation<State, number | null> = {
  name: 'weighted',
  initial: () => [0, 0],
  onNew([total, weight], rows) {
    const [t, w] = sums(rows);
    const state: State = [total + t, weight + w];
    return [state, shown(state)];
  },
  onOld([total, weight], rows) {
    const [t, w] = sums(rows);
    const state: State = [total - t, weight - w];
    return [state, shown(state)];
  },
  merge: ([total, weight], [t, w]) => [total + t, weight + w],
  result: shown,
};
const mine = userAggregation(weighted, { takes: ['x', 'n'] });

/** Text of a group's rows in their order: nothing may be lost, doubled or moved. */
const story: UserAggregation<string, string, Vector> = {
  initial: () => '',
  onNew: (state, cells) => [state + cells.toArray().join(), ''],
  merge: (a, b) => a + b,
  result: state => state,
};

function run(verbs: (frame: any) => any, input: readonly (readonly object[])[]): any[] {
  const frame = new DataFrame({ schema, index: 't', memory, outOfOrder: '20' });
  const results = verbs(frame).sinkToList();
  for (const rows of input) frame.emit(rows as any);
  frame.end();
  frame.dispose();
  return results.map((batch: any) => batch.toArray());
}

const both = {
  mine: (t: any) => t.x.aggregate(mine, t.n),
  built: 'sum(x * n) / sum(ifElse(isna(x) , 0, n))',
  rows: 'count(x)',
};

describe('userAggregation', () => {
  it.each<[string, (frame: any) => any]>([
    ['everything', f => f],
    ['the last rows', f => f.window(7)],
    ['the last stretch of time', f => f.window('30')],
    ['tumbling windows', f => f.tumbling('10')],
    ['sliding windows', f => f.sliding('20', '5')],
    ['sessions', f => f.session('4')],
  ])('runs beside built-in aggregations over %s, grouped or not', (_name, over) => {
    fc.assert(
      fc.property(batches, input => {
        for (const grouped of [false, true]) {
          const results = run(f => (grouped ? over(f).groupby('k') : over(f)).agg(both), input);
          for (const { mine, built } of results.flat()) {
            if (mine === null) expect(built === null || Number.isNaN(built)).toBe(true);
            else expect(mine).toBeCloseTo(built, 9);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gets all rows of a group, once and in their order, also when windows share slices', () => {
    const told = { s: (t: any) => t.k.aggregate(userAggregation(story)), n: 'size()' };
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom('a', 'b'), { maxLength: 5000 }), { maxLength: 4 }), input => {
        let time = 0n;
        const given = input.map(keys => keys.map(k => ({ t: time++, k })));
        const all = input.flat();
        for (const { windowStart, windowEnd, k, s } of run(
          f => f.sliding('300', '100').groupby('k').agg(told),
          given,
        ).flat()) {
          const from = Math.max(0, Number(windowStart));
          expect(s.replaceAll(',', '')).toBe(
            all
              .slice(from, Number(windowEnd))
              .filter(one => one === k)
              .join(''),
          );
        }
      }),
      { numRuns: 20 },
    );
  });

  it('stands under a column’s name, and in arithmetic', () => {
    const frame = new DataFrame({ schema, memory });
    const total = userAggregation(
      {
        initial: () => 0n,
        onNew: (state: bigint, cells: Vector) => {
          const next = (cells.toArray() as (number | null)[]).reduce((sum, x) => sum + BigInt(x ?? 0), state);
          return [next, next];
        },
      },
      { returns: i64() },
    );
    const series: import('../../src/frame/series.ts').Series<Int64> = frame.n.aggregate(total);
    expect(series.frame).toBe(frame);
    const out = frame
      .agg({ n: total, twice: (t: any) => t.n.aggregate(total).mul(2), of: 'max(n)' } as any)
      .sinkToList() as any;
    frame.emit([
      { t: 0n, n: 3 },
      { t: 1n, n: 4 },
    ]);
    expect(out[0].toArray()).toEqual([{ n: 7n, twice: 14n, of: 4 }]);
    frame.dispose();
  });

  it('gives for no rows what it makes of none', () => {
    expect(run(f => f.agg({ mine: both.mine }), [[]])).toEqual([[{ mine: null }]]);
    expect(run(f => f.window(0).agg({ mine: both.mine }), [[{ t: 0n, x: 1, n: 1 }]])).toEqual([[{ mine: null }]]);
  });

  it('goes on from a saved state, as its own functions write it', () => {
    const saving: UserAggregation<Map<string, number>, number, Vector> = {
      name: 'saving',
      initial: () => new Map(),
      onNew(state, cells) {
        const next = new Map(state);
        for (const cell of cells) next.set(String(cell), (next.get(String(cell)) ?? 0) + 1);
        return [next, next.size];
      },
      snapshot: state => [...state],
      restore: saved => new Map(saved),
    };
    const open = () => {
      const frame = new DataFrame({ schema, memory });
      const out = frame.groupby('k').agg({ kinds: t => t.n.aggregate(userAggregation(saving)), n: 'size()' });
      return { frame, out, list: out.sinkToList() };
    };
    const [one, two] = [open(), open()];
    one.frame.emit([
      { t: 0n, k: 'a', n: 1 },
      { t: 0n, k: 'b', n: 1 },
      { t: 0n, k: 'a', n: 2 },
    ]);
    two.frame.restore(one.frame.checkpoint());
    two.frame.emit([
      { t: 0n, k: 'a', n: 3 },
      { t: 0n, k: 'b', n: 1 },
    ]);
    expect(two.list[0]!.toArray()).toEqual([
      { k: 'a', kinds: 3, n: 3 },
      { k: 'b', kinds: 1, n: 2 },
    ]);
    for (const { frame } of [one, two]) frame.dispose();
  });

  it('fails its frame when it throws or gives no pair, and others go on', () => {
    const bad: Record<string, [Partial<UserAggregation>, RegExp]> = {
      throws: [
        {
          onNew: () => {
            throw new RangeError('no');
          },
        },
        /^throws: onNew\(\) failed: no\. This frame has stopped/,
      ],
      'gives no pair': [
        { onNew: () => 5 as any },
        /^gives no pair: onNew and onOld give \[state, result\], here came number/,
      ],
      'fails at once': [
        {
          initial: () => {
            throw new Error('not yet');
          },
        },
        /initial\(\) failed: not yet/,
      ],
    };
    for (const [name, [functions, message]] of Object.entries(bad)) {
      const frame = new DataFrame({ schema, memory });
      const other = new DataFrame({ schema, memory });
      const made = { name, initial: () => 0, onNew: (state: number) => [state, state] as const, ...functions };
      frame.agg({ y: t => t.x.aggregate(userAggregation(made, { returns: f64() })) }).sinkToList();
      const totals = other.agg({ s: 'sum(x)' }).sinkToList();
      const rows = [{ t: 1n, k: 'a', x: 2, n: 1 }];
      expect(() => frame.emit(rows), name).toThrow(message);
      expect(() => frame.emit(rows), name).toThrow(StateError); // and stays failed
      other.emit(rows);
      expect(totals[0]!.toArray()).toEqual([{ s: 2 }]);
      frame.dispose();
      other.dispose();
    }
  });

  it('says what is missing where rows leave or states are added', () => {
    const frame = new DataFrame({ schema, index: 't', memory });
    const plain = userAggregation({ name: 'plain', initial: () => 0, onNew: (state: number) => [state, state] });
    const y = (t: any) => t.x.aggregate(plain);
    expect(() => frame.window(3).agg({ y })).toThrow(
      /^agg: rows leave a window\(3 rows\), and plain can't forget them: the aggregation has no onOld/,
    );
    expect(() => frame.window('3').agg({ y })).toThrow(OptionError);
    expect(() => frame.sliding('20', '10').agg({ y })).toThrow(
      /has no merge\(earlier, later\); add one, or use tumbling/,
    );
    expect(() => frame.session('20').groupby('k').agg({ y })).toThrow(OptionError);
    expect(() => userAggregation({ initial: () => 0, onNew: s => [s, s], merge: a => a })).toThrow(
      /merge\(\) needs result/,
    );
    expect(() => frame.agg({ y: t => t.x.aggregate(mine) })).toThrow(/weighted\(\) takes 2 arguments, here are 1/);
    expect(() => frame.agg({ y: t => t.x.aggregate({ initial: () => 0, onNew: s => [s, 1] }) as any })).toThrow(
      /as t\.x\.aggregate\(userAggregation\(mean\)\)/,
    );
    frame.dispose();
  });

  it('knows its type from no rows, or is told it', () => {
    const frame = new DataFrame({ schema, memory });
    const of = (out: unknown, options = {}) =>
      frame.agg({
        y: t => t.x.aggregate(userAggregation({ name: 'odd', initial: () => 0, onNew: s => [s, out] }, options)),
      });
    expect(['x', 5n, true, null, new Date(0)].map(out => of(out).schema.fields[0]!.type.kind)).toEqual([
      'utf8',
      'int64',
      'bool',
      'float64',
      'timestamp',
    ]);
    expect(() => of({ a: 1 })).toThrow(SchemaError);
    of('text', { returns: f64() }).sinkToList();
    expect(() => frame.emit([])).toThrow(DataError);
    frame.dispose();
  });
});
