import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';

const schema = { t: timestamp('ms'), x: f64(), i: i64(), s: utf8() };
type Row = { t: number; x: number | null };

/** The plain twin: every window anew. */
const plain: Readonly<Record<string, (cells: number[]) => number | null>> = {
  sum: cells => cells.reduce((a, b) => a + b, 0),
  mean: cells => cells.reduce((a, b) => a + b, 0) / cells.length,
  min: cells => Math.min(...cells),
  max: cells => Math.max(...cells),
  first: cells => cells[0]!,
  last: cells => cells.at(-1)!,
  median: cells => quantile(cells, 0.5),
  var: cells => {
    const mean = cells.reduce((a, b) => a + b, 0) / cells.length;
    return cells.length > 1 ? cells.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (cells.length - 1) : null;
  },
};

function quantile(cells: number[], q: number): number {
  const sorted = cells.toSorted((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

function rolled(rows: readonly Row[], window: number | string, minPeriods: number, name: string): (number | null)[] {
  return rows.map(({ t }, at) => {
    const inside = rows
      .slice(0, at + 1)
      .filter((row, place) =>
        typeof window === 'number' ? place > at - window : row.t > t - Number.parseInt(window, 10) * 1000,
      );
    const cells = inside.map(({ x }) => x).filter(x => x !== null);
    return cells.length < minPeriods || (cells.length === 0 && name !== 'sum') ? null : plain[name]!(cells);
  });
}

describe.each([true, false])('rolling columns, shared memory %s', shared => {
  const memory = new Memory({ shared });
  const rows = fc.array(fc.record({ gap: fc.nat(900), x: fc.option(fc.integer({ min: -20, max: 20 }), { freq: 4 }) }), {
    maxLength: 80,
  });
  const windows = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom('1s', '3s'));

  it.each(Object.keys(plain))('give the %s of the window of each row, wherever batches are cut', name => {
    fc.assert(
      fc.property(rows, windows, fc.nat(80), fc.option(fc.integer({ min: 1, max: 3 })), (steps, window, cut, least) => {
        let t = 0;
        const all = steps.map(({ gap, x }) => ({ t: (t += gap), x, i: 0, s: '' }));
        const minPeriods = typeof window === 'number' ? Math.min(least ?? window, window) : (least ?? 1);
        const df = new DataFrame({ schema, index: 't', memory });
        const rolling = df.x.rolling(window, least === null ? {} : { minPeriods }) as any;
        const found: (number | null)[] = [];
        rolling[name]().sink((cells: any) => found.push(...cells));
        df.emit(all.slice(0, cut));
        df.emit(all.slice(cut));
        df.dispose();
        const wanted = rolled(all, window, minPeriods, name);
        expect(found.length).toBe(wanted.length);
        for (const [at, want] of wanted.entries()) {
          if (want === null) expect(found[at]).toBeNull();
          else expect(found[at]).toBeCloseTo(want, 9);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('count present values of any column from the first row on', () => {
    const df = new DataFrame({ schema, index: 't', memory });
    const found = df.select({ n: t => t.s.rolling(3).count() }).sinkToList();
    df.emit([null, 'a', null, 'b', 'c'].map((s, t) => ({ t, x: 0, i: 0n, s })));
    expect([...found[0]!.column('n')]).toEqual([0, 1, 1, 2, 2]);
    df.dispose();
  });

  it('leave texts of a frame out, and keep its index', () => {
    const df = new DataFrame({ schema, index: 't', memory });
    const found = df.select(['x', 's']).rolling(2).sum().sinkToList();
    df.emit([1, 2, 4].map((x, t) => ({ t, x, i: 0n, s: 'a' })));
    expect(found[0]!.toArray()).toEqual([{ x: null }, { x: 3 }, { x: 6 }]);
    expect(found[0]!.index!.get(2)).toEqual(new Date(2));
    df.dispose();
  });

  it('refuse rows that go back in time, and go on behind them', () => {
    const df = new DataFrame({ schema, index: 't', memory });
    const found: number[][] = [];
    df.x
      .rolling('1s')
      .sum()
      .sink((cells: any) => found.push([...cells]));
    const row = (t: number, x: number) => ({ t, x, i: 0n, s: '' });
    df.emit([row(0, 1), row(10, 2)]);
    expect(() => df.emit([row(5, 100)])).toThrow(/sort/);
    df.emit([row(20, 4)]);
    expect(found).toEqual([[1, 3], [7]]);
    df.dispose();
  });

  it('say what is wrong with a window', () => {
    const df = new DataFrame({ schema, memory });
    expect(() =>
      df.x
        .rolling('2s')
        .sum()
        .sink(() => {}),
    ).toThrow(/no time index/);
    expect(() => (df.s as any).rolling(2).sum().type).toThrow(/rolling: sum takes numbers/);
    expect(() => df.x.ewm({ com: 1, span: 2 })).toThrow(/exactly one/);
    expect(() => df.x.ewm({ alpha: 2 })).toThrow(/alpha/);
  });
});
