import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, i32 } from '../../src/schema/data-type.ts';

/** Keys and values of row `i`, of as many groups as there are rows or of few. */
const rowsOf = (from: number, to: number, groups: number) => {
  const length = to - from;
  const k = Int32Array.from({ length }, (_, i) => ((from + i) * 7919) % groups);
  return { k, v: Float64Array.from({ length }, (_, i) => (((from + i) * 31) % 1009) - 500) };
};

describe('windows by key, of batches that are many times as long', () => {
  it('have the groups of the last rows and no others, after every batch', () => {
    const lengths = fc.array(fc.oneof(fc.integer({ min: 4000, max: 9000 }), fc.nat(20)), {
      minLength: 1,
      maxLength: 6,
    });
    const property = fc.property(
      lengths,
      fc.constantFrom(1, 10, 700, 6000),
      fc.constantFrom(3, 1000, 100_003),
      (batches, window, groups) => {
        const frame = new DataFrame({ schema: { k: i32(), v: f64() } });
        const results: unknown[][] = [];
        frame
          .window(window)
          .groupby('k')
          .agg({ n: t => t.v.count(), sum: t => t.v.sum(), median: t => t.v.median() })
          .sink(batch => void results.push(batch.toArray()));
        let end = 0;
        for (const length of batches) {
          frame.emit(rowsOf(end, (end += length), groups));
          if (length > 0) expect(results.pop()).toEqual(expected(end, window, groups));
        }
        frame.dispose();
      },
    );
    fc.assert(property, { numRuns: 25 });
  });
});

function expected(end: number, window: number, groups: number): unknown[] {
  const { k, v } = rowsOf(Math.max(0, end - window), end, groups);
  const byKey = new Map<number, number[]>();
  for (const [at, key] of k.entries()) byKey.set(key, [...(byKey.get(key) ?? []), v[at]!]);
  return [...byKey]
    .sort(([a], [b]) => a - b)
    .map(([key, values]) => {
      const sorted = [...values].sort((a, b) => a - b);
      const median = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
      return { k: key, n: values.length, sum: values.reduce((sum, x) => sum + x, 0), median };
    });
}
