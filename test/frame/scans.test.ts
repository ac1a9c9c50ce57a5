import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i32, utf8 } from '../../src/schema/data-type.ts';

const memories = [new Memory({ shared: false }), new Memory({ shared: true })];
const row = fc.record({
  x: fc.option(fc.integer({ min: -50, max: 50 }), { freq: 4 }),
  i: fc.option(fc.integer({ min: -50, max: 50 }), { freq: 4 }),
  s: fc.option(fc.constantFrom('', 'a', 'bé', 'ccc'), { freq: 3 }),
});

type Row = { x: number | null; i: number | null; s: string | null };

function runInBatches(rows: readonly Row[], cuts: readonly number[], assign: Record<string, string>, memory: Memory) {
  const frame = new DataFrame({ schema: { x: f64(), i: i32(), s: utf8() }, memory });
  const results = (frame as any).assign(assign).sinkToList();
  const bounds = [0, ...cuts.map(cut => Math.min(cut, rows.length)).sort((a, b) => a - b), rows.length];
  for (let at = 1; at < bounds.length; at++) frame.emit(rows.slice(bounds[at - 1], bounds[at]));
  frame.dispose();
  return results.flatMap((batch: any) => batch.toArray());
}

function plainCum(rows: readonly (number | null)[], op: (total: number, value: number) => number): (number | null)[] {
  let total: number | null = null;
  return rows.map(value => {
    if (value === null) return null;
    total = total === null ? value : op(total, value);
    return total;
  });
}

describe.each(memories)('columns that remember, shared memory $shared', memory => {
  it('give the same values wherever batches are cut', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 200 }),
        fc.array(fc.nat(200), { maxLength: 5 }),
        fc.nat(9),
        (rows, cuts, n) => {
          const got = runInBatches(
            rows,
            cuts,
            {
              sum: 'cumsum(x)',
              low: 'cummin(i)',
              high: 'cummax(x)',
              before: `shift(i, ${n})`,
              text: `shift(s, ${n})`,
              change: 'diff(x)',
              kept: 'ffill(x)',
              said: 'ffill(s)',
            },
            memory,
          );
          const xs = rows.map(({ x }) => x);
          const is = rows.map(({ i }) => i);
          const sums = plainCum(xs, (a, b) => a + b);
          const lows = plainCum(is, Math.min);
          const highs = plainCum(xs, Math.max);
          let kept: number | null = null;
          let said: string | null = null;
          for (const [at, { x, s }] of rows.entries()) {
            kept = x ?? kept;
            said = s ?? said;
            const previous = rows[at - 1]?.x ?? null;
            expect({ ...got[at], change: got[at].change === null ? null : got[at].change + 0 }).toEqual({
              ...rows[at],
              sum: sums[at],
              low: lows[at],
              high: highs[at],
              before: rows[at - n]?.i ?? null,
              text: rows[at - n]?.s ?? null,
              change: x === null || previous === null ? null : x - previous + 0,
              kept,
              said,
            });
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
