import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingColumn, type RollingName } from '../../src/aggregate/rolling-column.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { bool, type DataType, f32, f64, i16, i64, u8, utf8 } from '../../src/schema/data-type.ts';
import { plainVector } from '../arbitrary.ts';
import { type RollingAsk, windowAnswer } from '../reference/rolling.ts';

const names: readonly RollingName[] = [
  'sum',
  'mean',
  'min',
  'max',
  'var',
  'std',
  'count',
  'first',
  'last',
  'median',
  'quantile',
];

const cell = (): fc.Arbitrary<number | null> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: -6, max: 6 }) },
    { weight: 4, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(Infinity, -Infinity, -0, 1e16) },
    { weight: 2, arbitrary: fc.constantFrom(null, Number.NaN) },
  );
const clean = (): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: -6, max: 6 }), fc.double({ min: -1e3, max: 1e3, noNaN: true }));

/** Batches of cells. */
const batches = (): fc.Arbitrary<(number | null)[][]> =>
  fc
    .boolean()
    .chain(dirty => fc.array(fc.array(dirty ? cell() : clean(), { maxLength: 90 }), { minLength: 1, maxLength: 6 }));

/** Whether two answers agree, `size` being the greatest value in the window. */
function agree(found: number | null, expected: number | null, name: string, size: number): boolean {
  if (found === null || expected === null) return found === expected;
  if (found === expected) return true;
  if (!Number.isFinite(expected) || !Number.isFinite(found)) return false;
  // sums of squares of values of this size, and their root
  const scale = name === 'var' ? size * size : size;
  const within = name === 'std' ? Math.sqrt(1e-12) * scale : 1e-12 * scale;
  return Math.abs(found - expected) <= within + 1e-150;
}

for (const shared of [true, false]) {
  const memory = new Memory({ shared });
  const scratch = new Scratch(memory, 'test');

  /** Pushes the batches, and compares each answer with the one recomputed. */
  const compare = (
    type: DataType,
    cells: unknown[][],
    ask: RollingAsk & { rows?: number; spans?: number[]; save?: boolean },
  ): void => {
    const make = () =>
      new RollingColumn({
        memory,
        owner: 'test',
        type,
        name: ask.name as RollingName,
        rows: ask.rows,
        minPeriods: ask.minPeriods,
        parameters: { q: ask.q ?? 0.5, interpolation: ask.interpolation ?? 'linear', ddof: ask.ddof ?? 1 },
      });
    let column = make();
    const all: number[] = [];
    for (const batch of cells) {
      scratch.reset();
      const from = all.length;
      all.push(...batch.map(value => (value === null ? Number.NaN : Number(value))));
      let spans = 0;
      if (ask.spans) {
        spans = scratch.take(batch.length * 4);
        memory.i32.set(ask.spans.slice(from, all.length), spans / 4);
      }
      const found = exportVector(
        column.push(importVector(plainVector(type, batch), memory, scratch), batch.length, scratch, spans),
        memory,
        batch.length,
      ).toArray() as (number | null)[];
      for (const [i, value] of found.entries()) {
        const row = from + i;
        const window = all.slice(Math.max(0, row + 1 - (ask.spans?.[row] ?? ask.rows!)), row + 1);
        const expected = windowAnswer(window, ask);
        const size = Math.max(1e-200, ...window.filter(Number.isFinite).map(Math.abs));
        if (!agree(value, expected, ask.name, size)) {
          expect.fail(`${ask.name} of row ${row}: ${value} instead of ${expected} for [${window}]`);
        }
      }
      if (ask.save) {
        const saved = column.snapshot();
        column.dispose();
        column = make();
        column.restore(saved);
      }
    }
    column.dispose();
  };

  describe(`RollingColumn, ${shared ? 'shared' : 'plain'} memory`, () => {
    for (const name of names) {
      it(`gives the ${name} of the last rows, however batches are cut`, () => {
        fc.assert(
          fc.property(
            batches(),
            fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(15, 16, 17, 63, 64, 65)),
            fc.nat(5),
            fc.nat(2),
            fc.boolean(),
            (cells, rows, least, ddof, save) => {
              const minPeriods = Math.min(least, rows);
              // Infinite squares have no use: pandas gives NaN for any window that saw one
              const given =
                name === 'var' || name === 'std'
                  ? cells.map(b => b.map(v => (v !== null && Math.abs(v) > 1e9 ? 3 : v)))
                  : cells;
              compare(f64(), given, { name, rows, minPeriods, ddof, q: name === 'quantile' ? 0.3 : 0.5, save });
            },
          ),
          { numRuns: 150 },
        );
      });

      it(`gives the ${name} of windows of any span that never start earlier than the one above`, () => {
        fc.assert(
          fc.property(batches(), fc.array(fc.nat(12), { maxLength: 40 }), (cells, steps) => {
            const length = cells.reduce((sum, batch) => sum + batch.length, 0);
            let start = 0;
            const spans = Array.from({ length }, (_, row) => {
              start = Math.min(row, start + (steps.length > 0 ? Math.max(0, steps[row % steps.length]! - 10) : 0));
              return row + 1 - start;
            });
            const given =
              name === 'var' || name === 'std'
                ? cells.map(b => b.map(v => (v !== null && Math.abs(v) > 1e9 ? 3 : v)))
                : cells;
            compare(f64(), given, { name, spans, minPeriods: 1 });
          }),
          { numRuns: 80 },
        );
      });
    }

    it('gives quantiles of windows much longer than batches, also between long batches', () => {
      fc.assert(
        fc.property(
          fc.array(
            fc.oneof(
              { weight: 6, arbitrary: fc.array(cell(), { maxLength: 3 }) },
              { weight: 1, arbitrary: fc.array(cell(), { minLength: 80, maxLength: 120 }) },
            ),
            {
              minLength: 3,
              maxLength: 60,
            },
          ),
          fc.integer({ min: 60, max: 100 }),
          fc.boolean(),
          (cells, rows, save) => {
            compare(f64(), cells, { name: 'median', rows, minPeriods: 1, save });
            compare(f64(), cells, { name: 'quantile', rows, minPeriods: 1, q: 0.1, interpolation: 'higher' });
            const length = cells.reduce((sum, batch) => sum + batch.length, 0);
            const spans = Array.from({ length }, (_, row) => Math.min(row + 1, rows - (row % 2 === 0 ? 1 : 0)));
            compare(f64(), cells, { name: 'median', spans, minPeriods: 1 });
          },
        ),
        { numRuns: 60 },
      );
    });

    it('gives quantiles behind windows without a value, in short batches and long ones', () => {
      const none = Array.from({ length: 70 }, () => [null]);
      const some = Array.from({ length: 100 }, (_, i) => (i * 7) % 13);
      compare(f64(), [...none, some, [1], [2], [3]], { name: 'median', rows: 60, minPeriods: 1 });
    });

    it('takes columns of all types of numbers', () => {
      for (const [type, cells] of [
        [i16(), [3, -5, null, 9, 32767, -32768, 0, 1, 1]],
        [u8(), [255, 0, 7, null, 7, 8]],
        [f32(), [1.5, Number.NaN, -0.25, Infinity, 2]],
        [i64(), [5n, null, -7n, 2n ** 40n, 3n]],
        [bool(), [true, false, null, true, true]],
      ] as const) {
        for (const name of ['sum', 'min', 'max', 'mean', 'median', 'count', 'first', 'last'] as const) {
          compare(type, [[...cells], [...cells]], { name, rows: 3, minPeriods: 1 });
        }
      }
    });

    it.each([100, 101, 17])('goes block by block in long batches, with the same answers: windows of %i rows', width => {
      const values = Array.from({ length: 20_000 }, (_, i) => Math.sin(i * i) * 1000 + i / 100);
      for (const name of names.filter(name => name !== 'quantile')) {
        const column = new RollingColumn({ memory, owner: 'test', type: f64(), name, rows: width });
        const small = new RollingColumn({ memory, owner: 'test', type: f64(), name, rows: width });
        scratch.reset();
        const vector = importVector(plainVector(f64(), values), memory, scratch);
        const whole = exportVector(column.push(vector, values.length, scratch), memory, values.length).toArray();
        const parts: unknown[] = [];
        for (let at = 0; at < values.length; at += 40) {
          const part = { ...vector, values: vector.values + at * 8 };
          parts.push(...exportVector(small.push(part, 40, scratch), memory, 40).toArray());
        }
        for (const [row, value] of whole.entries()) {
          if (row % 37 === 0) {
            const window = values.slice(Math.max(0, row + 1 - width), row + 1);
            const expected = windowAnswer(window, { name, minPeriods: width });
            expect(agree(value as number, expected, name, 1200)).toBe(true);
          }
          expect(agree(parts[row] as number, value as number, name, 1200)).toBe(true);
        }
        column.dispose();
        small.dispose();
      }
    });
  });
}

describe('RollingColumn', () => {
  const memory = new Memory();
  const scratch = new Scratch(memory, 'test');
  const roll = (name: RollingName, rows: number, values: number[], minPeriods = rows): unknown[] => {
    const column = new RollingColumn({ memory, owner: 'test', type: f64(), name, rows, minPeriods });
    const vector = importVector(plainVector(f64(), values), memory, scratch);
    const found = exportVector(column.push(vector, values.length, scratch), memory, values.length).toArray();
    column.dispose();
    return found;
  };

  it('keeps no trace of what left: great values, infinities, a far level', () => {
    expect(roll('sum', 2, [1e16, 1, 1])).toEqual([null, 1e16, 2]);
    expect(roll('sum', 3, [1e16, 1, -1e16, 2, 1e16])).toEqual([null, null, 1, -9999999999999996, 2]);
    expect(roll('mean', 2, [1, Infinity, 1, 3])).toEqual([null, Infinity, Infinity, 2]);
    expect(roll('sum', 2, [Infinity, -Infinity, 1, 1])).toEqual([null, null, -Infinity, 2]);
    expect(roll('var', 2, [1e15, 1, 1, 2])).toEqual([null, expect.any(Number), 0, 0.5]);
    const level = Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : 1e9) + (i % 2));
    expect(
      roll('var', 20, level)
        .slice(130)
        .every(value => Math.abs((value as number) - 5 / 19) < 1e-12),
    ).toBe(true);
  });

  it.each([16, 101])('sums values that are far apart block by block, without rounding: windows of %i rows', rows => {
    // too far apart for sums that slide; all sums of a window are exact in f64
    const values = Array.from({ length: 3000 }, (_, i) => ((i * i) % 7) * (i % 3 === 0 ? 2 ** 40 : 1));
    const expected = values.map((_, row) =>
      row < rows - 1 ? null : values.slice(row + 1 - rows, row + 1).reduce((sum, value) => sum + value, 0),
    );
    expect(roll('sum', rows, values)).toEqual(expected);
    const infinite = values.with(1500, Infinity);
    expect(roll('sum', rows, infinite)).toEqual(
      expected.map((sum, row) => (row >= 1500 && row < 1500 + rows ? Infinity : sum)),
    );
  });

  it('never gives a negative variance', () => {
    const values = Array.from({ length: 5000 }, (_, i) => 1e8 + Math.sin(i) * 1e-7);
    expect(roll('var', 50, values).every(value => value === null || (value as number) >= 0)).toBe(true);
  });

  it('refuses windows and columns that make no sense', () => {
    const make = (options: object) => () =>
      new RollingColumn({ memory, owner: 'test', type: f64(), name: 'sum', ...options });
    expect(make({ rows: 0 })).toThrow(/^rolling: a window of 0 rows/);
    expect(make({ rows: 3, minPeriods: 4 })).toThrow(/^rolling: minPeriods is 4/);
    expect(make({ rows: 3, type: utf8() })).toThrow(/^sum: takes numbers/);
  });
});
