import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i32, timestamp } from '../../src/schema/data-type.ts';

interface Row {
  readonly t: number | null;
  readonly k: number | null;
  readonly v: number;
}

interface Stretch {
  readonly rows: number;
  readonly keys: number;
  /** Of times, at most. */
  readonly gap: number;
  /** How far rows come behind their turn, at most. */
  readonly disorder: number;
  readonly nulls: string;
  readonly seed: number;
}

/** Windows with many rows of each key, so that panes have a number for all keys; keys that come later outgrow their ranges. */
const stretch: fc.Arbitrary<Stretch> = fc.record({
  rows: fc.integer({ min: 1, max: 120 }),
  keys: fc.constantFrom(1, 3, 20, 200),
  gap: fc.constantFrom(0, 1, 40),
  disorder: fc.constantFrom(0, 0, 30, 150),
  nulls: fc.constantFrom('none', 'keys', 'keys and times'),
  seed: fc.nat(1000),
});

function rowsOf(stretches: readonly Stretch[]): Row[][] {
  let now = 0;
  return stretches.map(({ rows, keys, gap, disorder, nulls, seed }) => {
    let state = seed + 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    return Array.from({ length: rows }, () => {
      now += random(gap + 1);
      return {
        t: nulls.includes('times') && random(20) === 0 ? null : now - (random(4) === 0 ? random(disorder + 1) : 0),
        k: nulls.includes('keys') && random(10) === 0 ? null : random(keys),
        v: random(50) - 20,
      };
    });
  });
}

/** Windows as lists of rows; they close behind the highest time of rows, row by row. */
function plainWindows(batches: readonly Row[][], size: number, step: number, delay: number): string[] {
  const windows = new Map<number, Map<number, number[]>>();
  const out: string[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  const close = (watermark: number): void => {
    for (const start of [...windows.keys()].sort((a, b) => a - b)) {
      if (start + size > watermark) continue;
      for (const [k, values] of [...windows.get(start)!].sort(([a], [b]) => a - b)) {
        const sum = values.reduce((a, b) => a + b, 0);
        out.push([start, k, sum, values.length, Math.max(...values)].join());
      }
      windows.delete(start);
    }
  };
  for (const rows of batches) {
    for (const { t, k, v } of rows) {
      if (t === null) continue;
      const watermark = highest - delay;
      if (k !== null) {
        for (let start = Math.floor(t / step) * step; start > t - size; start -= step) {
          if (start + size <= watermark) continue;
          let groups = windows.get(start);
          if (!groups) windows.set(start, (groups = new Map()));
          groups.set(k, [...(groups.get(k) ?? []), v]);
        }
      }
      highest = Math.max(highest, t);
    }
    close(highest - delay);
  }
  close(Number.POSITIVE_INFINITY);
  return out;
}

describe.each([true, false])('windows side by side, shared memory %s', shared => {
  const memory = new Memory({ shared });
  const schema = { t: timestamp('ms'), k: i32(), v: f64() };

  const run = (batches: readonly Row[][], { size, step, delay, saves }: Record<string, any>): string[] => {
    const out: string[] = [];
    const open = (): any => {
      const frame: any = new DataFrame({ schema, index: 't', outOfOrder: `${delay}ms`, memory });
      const windows = step === size ? frame.tumbling(`${size}ms`) : frame.sliding(`${size}ms`, `${step}ms`);
      windows
        .groupby('k')
        .agg({ sum: 'sum(v)', n: 'size()', max: 'max(v)' })
        .sink((batch: Batch<any>) => {
          for (const row of batch) out.push([Number(row.windowStart), row.k, row.sum, row.n, row.max].join());
        });
      return frame;
    };
    let frame = open();
    for (const [at, rows] of batches.entries()) {
      frame.emit(rows.map(({ t, k, v }) => ({ t: t === null ? null : new Date(t), k, v })));
      if (!saves.includes(at)) continue;
      const saved = frame.checkpoint();
      frame.dispose();
      frame = open();
      frame.restore(saved);
    }
    frame.end();
    frame.dispose();
    return out;
  };

  it.each([1, 2])(
    'answer like lists of rows, whatever keys come, late or not, saved or not: %s windows for a row',
    overlap => {
      fc.assert(
        fc.property(
          fc.array(stretch, { minLength: 1, maxLength: 12 }),
          fc.constantFrom(10, 100, 1000),
          fc.constantFrom(0, 0, 100),
          fc.array(fc.nat(11), { maxLength: 2 }),
          (stretches, step, delay, saves) => {
            const batches = rowsOf(stretches);
            const size = step * overlap;
            const expected = plainWindows(batches, size, step, delay);
            expect(run(batches, { size, step, delay, saves })).toEqual(expected);
            // where batches are cut makes no difference but to when windows that are behind each other close
            expect(run([batches.flat()], { size, step, delay, saves }).sort()).toEqual([...expected].sort());
          },
        ),
        { numRuns: shared ? 60 : 15 },
      );
    },
  );

  it('have no groups where all keys are null', () => {
    const rows = (t: number): Row[] => Array.from({ length: 20 }, (_, i) => ({ t: t + i, k: null, v: i }));
    const batches = [rows(0), rows(30), [...rows(60), { t: 90, k: 1, v: 1 }], rows(120)];
    const options = { size: 10, step: 10, delay: 0, saves: [] };
    expect(run(batches, options)).toEqual(['90,1,1,1,1']);
    expect(run(batches.slice(0, 2), options)).toEqual([]);
  });

  it.each([
    ['of the same keys', 0, false],
    ['of ever new keys', 700, false],
    ['that are saved', 0, true],
  ])('hold no more memory than their groups need, window after window %s', (_, drift, saved) => {
    const own = new Memory({ shared });
    const open = (): any => {
      const frame: any = new DataFrame({ schema, index: 't', memory: own });
      frame
        .tumbling('1s')
        .groupby('k')
        .agg({ sum: 'sum(v)' })
        .sink(() => {});
      return frame;
    };
    let frame = open();
    const push = (at: number): void => {
      frame.emit({
        t: BigInt64Array.from({ length: 3000 }, (_, i) => BigInt(at * 1500 + (i >> 1))),
        k: Int32Array.from({ length: 3000 }, (_, i) => (i % 1200) + at * drift),
        v: new Float64Array(3000).fill(1),
      });
      if (!saved) return;
      const state = frame.checkpoint();
      if (at % 3 > 0) return;
      frame.dispose();
      frame = open();
      frame.restore(state);
    };
    for (let at = 0; at < 20; at++) push(at);
    const before = own.stats().heldBytes;
    for (let at = 20; at < 80; at++) push(at);
    expect(own.stats().heldBytes).toBeLessThanOrEqual(before * 1.3);
    frame.dispose();
    expect(own.stats().heldBytes).toBeLessThan(4096);
  });
});
