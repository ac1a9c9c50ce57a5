import { describe, expect, it } from 'vitest';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { bool, dictionary, f32, f64, i32, i64, timestamp, u64, utf8 } from '../../src/schema/data-type.ts';
import { mode, quantile } from '../reference/order.ts';
import { each } from './_cells.ts';
import { accumulatorContract, type PlainRow } from './contract.ts';
import { compareCells, real } from './window-laws.ts';

const numbers = (rows: readonly PlainRow[]): number[] =>
  real(rows.map(([cell]) => cell))
    .map(Number)
    .sort((a, b) => a - b);

/** One rounding of the interpolation apart. */
const near = (got: number, want: number, rows: readonly PlainRow[]): boolean => {
  const finite = numbers(rows).filter(Number.isFinite);
  return got === want || Math.abs(got - want) <= 1e-12 * Math.max(1e-290, ...finite.map(Math.abs));
};

const types = each([f64(), f32(), i32(), i64(), u64(), bool()]);
accumulatorContract('median', { types, plain: rows => quantile(numbers(rows), 0.5), invertible: true, near });
for (const interpolation of ['linear', 'lower', 'higher', 'nearest', 'midpoint']) {
  accumulatorContract('quantile', {
    types: each([f64(), i32()]),
    parameters: { q: 0.9, interpolation },
    plain: rows => quantile(numbers(rows), 0.9, interpolation),
    invertible: true,
    near,
  });
}

const countable = each([f64(), i64(), bool(), utf8(), dictionary(), timestamp('us')]);
/** -0 is 0. */
const cells = (rows: readonly PlainRow[]): unknown[] =>
  real(rows.map(([cell]) => cell)).map(cell => (Object.is(cell, -0) ? 0 : cell));
accumulatorContract('nunique', {
  types: countable,
  plain: rows => BigInt(new Set(cells(rows)).size),
  invertible: true,
});
accumulatorContract('mode', {
  types: countable,
  plain: (rows, [type]) => mode(cells(rows), (a, b) => compareCells(type!, a, b)) ?? null,
  invertible: true,
});

describe('quantile', () => {
  it('refuses a share outside [0, 1], an unknown interpolation, and text', () => {
    const { kind, resultType } = aggregationOf('quantile');
    expect(() => kind([f64()], { q: 1.5, interpolation: 'linear' })).toThrow(/^quantile: q is 1.5/);
    expect(() => kind([f64()], { q: 0.5, interpolation: 'cubic' })).toThrow(/^quantile: interpolation is "cubic"/);
    expect(() => resultType([utf8()])).toThrow(/^quantile: /);
    expect(resultType([timestamp('ms')])).toEqual(timestamp('ms'));
  });
});
