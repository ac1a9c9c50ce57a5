import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userAggregation } from '../../src/aggregate/user-aggregation.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, timestamp, utf8 } from '../../src/schema/data-type.ts';

const schema = { at: timestamp('ms'), k: utf8(), s: utf8(), x: f64() };
type Row = { at: number; k: string | null; s: string | null; x: number | null };

/** The texts of a window, one after the other; null cells as a dot. */
const joined = userAggregation(
  {
    name: 'joined',
    initial: () => [] as string[],
    onNew(texts: readonly string[], cells: any) {
      const next = [...texts, ...cells.toArray().map((cell: string | null) => cell ?? '.')];
      return [next, next.join(' ')];
    },
    onOld(texts: readonly string[], cells: any) {
      const next = texts.slice(cells.length);
      return [next, next.join(' ')];
    },
  },
  { returns: utf8() },
);

const row = fc.record({
  gap: fc.nat(600),
  k: fc.constantFrom('a', 'b', null),
  s: fc.option(fc.constantFrom('x', 'yy', 'long text of many bytes'), { freq: 5 }),
  x: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 5 }),
});
const given = fc.record({
  steps: fc.array(row, { maxLength: 40 }),
  cut: fc.nat(40),
  save: fc.boolean(),
  n: fc.constantFrom(1, 2, 3, 7, '1s', '300ms'),
  keyed: fc.boolean(),
});

const windowOf = (rows: readonly Row[], at: number, n: number | string, keyed: boolean): readonly Row[] => {
  const last = rows[at]!;
  const same = rows.slice(0, at + 1).filter(({ k }) => !keyed || k === last.k);
  if (typeof n === 'number') return same.slice(-n);
  return same.filter(one => one.at > last.at - (n === '1s' ? 1000 : 300));
};

describe("users' aggregations over the windows of each row", () => {
  const memory = new Memory();
  const text = (rows: readonly Row[]): string => rows.map(({ s }) => s ?? '.').join(' ');

  it("answer for the rows in the row's window, cut and restored anywhere", () => {
    fc.assert(
      fc.property(given, ({ steps, cut, save, n, keyed }) => {
        let at = 0;
        const rows: Row[] = steps.map(({ gap, ...cells }) => ({ at: (at += gap), ...cells }));
        const found: any[] = [];
        const open = (): { df: any; out: any } => {
          const df = new DataFrame({ schema, index: 'at', memory }) as any;
          const windows = (keyed ? df.groupby('k') : df).rolling(n, { minPeriods: 0 });
          const out = windows.agg({ all: (t: any) => t.s.aggregate(joined) });
          out.sink((batch: any) => found.push(...batch.toArray()));
          return { df, out };
        };
        let now = open();
        now.df.emit(rows.slice(0, cut));
        if (save) {
          const next = open();
          next.out.restore(now.out.checkpoint());
          now.df.dispose();
          now = next;
        }
        now.df.emit(rows.slice(cut));
        now.df.dispose();
        expect(found.length).toBe(rows.length);
        for (const [place, { all }] of found.entries()) {
          expect(all).toBe(keyed && rows[place]!.k === null ? null : text(windowOf(rows, place, n, keyed)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('wait for enough values, by default for a full window', () => {
    const df = new DataFrame({ schema, index: 'at', memory }) as any;
    const out = df
      .rolling(2)
      .agg({ all: (t: any) => t.s.aggregate(joined) })
      .sinkToList();
    df.emit([
      { at: 0, s: 'a' },
      { at: 1, s: 'b' },
      { at: 2, s: null },
      { at: 3, s: 'd' },
    ]);
    expect(out[0].toArray().map(({ all }: any) => all)).toEqual([null, 'a b', null, null]);
    df.dispose();
  });

  it('are refused when their states can not forget', () => {
    const df = new DataFrame({ schema, index: 'at', memory }) as any;
    const growing = userAggregation(
      { name: 'growing', initial: () => 0, onNew: n => [n, n] as const },
      { returns: f64() },
    );
    expect(() => df.rolling(2).agg({ y: (t: any) => t.x.aggregate(growing) })).toThrow(/growing can't forget them/);
    df.dispose();
  });
});
