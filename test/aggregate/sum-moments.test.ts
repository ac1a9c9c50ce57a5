import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccumulatorKind } from '../../src/aggregate/accumulator.ts';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { togetherInBlocks } from '../../src/aggregate/sum-moments.ts';
import { chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { f64, i64 } from '../../src/schema/data-type.ts';
import { exactSum, exactVar } from '../reference/exact.ts';
import { storedAt } from './contract.ts';

const memory = new Memory();
const scratch = new Scratch(memory, 'test');
const [sum, moments] = ['sum', 'var'].map(name => aggregationOf(name).kind([f64()], {})) as [
  AccumulatorKind,
  AccumulatorKind,
];

/** What a state answers that was fed these parts, the bits at `nulls` cleared. */
function answers(parts: readonly number[][], nulls: (row: number) => boolean): Record<string, unknown> {
  scratch.reset();
  const state = togetherInBlocks(sum, moments, [f64()])!({ memory, owner: 'test', types: [f64()], evicting: false });
  let before = 0;
  for (const part of parts) {
    const values = scratch.take(part.length * 8);
    memory.f64.set(part, values / 8);
    let validity = 0;
    if (part.some((_, row) => nulls(before + row))) {
      validity = scratch.takeZeroed((part.length >> 3) + 1);
      for (const row of part.keys()) if (!nulls(before + row)) memory.u8[validity + (row >> 3)]! |= 1 << (row & 7);
    }
    state.onNew({ length: part.length, vectors: [chunkVector(f64(), values, validity)], groupIds: 0, mask: 0 });
    before += part.length;
  }
  const found = ['sum', 'mean', 'count', 'var'].map(name => [
    name,
    storedAt(exportVector(state.result(name, {}, 0, 1, scratch), memory, 1), 0),
  ]);
  state.dispose();
  return Object.fromEntries(found);
}

const numbers = fc.record({
  length: fc.oneof(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 900, max: 3500 })),
  level: fc.constantFrom(0, 1, -1e3, 1e9, 1e-300, 1e150, -1e280),
  spread: fc.constantFrom(0, 1, 1e-6, 1e6),
  odd: fc.constantFrom(null, Number.NaN, 1e16, -3e200, Number.MAX_VALUE),
  place: fc.nat(3499),
});

describe('sums and moments from one pass', () => {
  it('are what plain arithmetic without rounding gives, of values far apart and missing ones too', () => {
    fc.assert(
      fc.property(numbers, fc.array(fc.nat(3500), { maxLength: 4 }), fc.boolean(), (given, at, holes) => {
        const { length, level, spread, odd, place } = given;
        const size = spread * Math.abs(level || 1);
        const values = Array.from({ length }, (_, i) => level + size * Math.sin(i * 12.9898));
        if (odd !== null && place < length) values[place] = odd;
        const isNull = (row: number): boolean => holes && row % 37 === 5;
        const bounds = [0, ...at.map(cut => Math.min(cut, length)).sort((a, b) => a - b), length];
        const parts = bounds.slice(1).map((end, i) => values.slice(bounds[i], end));
        const found = answers(parts, isNull);
        const present = values.filter((x, row) => !Number.isNaN(x) && !isNull(row));
        const n = present.length;
        expect(found['count']).toBe(n);
        expect(found['sum']).toBe(exactSum(present));
        if (n > 0) expect(found['mean']).toBe(exactSum(present) / n);
        else expect(found['mean']).toBeNull();
        if (n < 2) expect(found['var']).toBeNull();
        else {
          const greatest = Math.max(...present.map(Math.abs));
          // squares above 2^1024 are infinite where they are added up, and so may be those of what rounding a mean loses
          if (greatest > 1e150) return;
          const variance = exactVar(present);
          const rounding = 1e-28 * greatest ** 2 * n;
          expect(Math.abs((found['var'] as number) - variance)).toBeLessThanOrEqual(1e-9 * variance + rounding);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('have no state of their own for integers, whose sums are integers', () => {
    const types = [i64()];
    const kinds = ['sum', 'var'].map(name => aggregationOf(name).kind(types, {}));
    expect(togetherInBlocks(kinds[0]!, kinds[1]!, types)).toBeNull();
    expect(togetherInBlocks(sum, sum, [f64()])).toBeNull();
  });

  it.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('are infinite, and have no variance, with %d', x => {
    const values = Array.from({ length: 1500 }, (_, i) => (i === 1100 ? x : i));
    const found = answers([values], () => false);
    expect(found['sum']).toBe(x);
    expect(found['var']).toBeNaN();
  });
});
