import fc from 'fast-check';
import { type DataType, f32, f64, i32, i64, isFloat, u8 } from '../../src/schema/data-type.ts';
import { numberTypes } from '../arbitrary.ts';
import { corr, cov, kurt, sem, skew, std, variance } from '../reference/aggregate.ts';
import { each, tameCells } from './_cells.ts';
import { accumulatorContract, nearly, type PlainRow } from './contract.ts';

// The twins round once per value around a rounded mean; what they lose grows with the values' size, squared.
const loose =
  (tolerance: number) =>
  (got: number, want: number, rows: readonly PlainRow[]): boolean => {
    if (nearly(got, want) || Math.abs(got - want) < 1e-7) return true;
    const scale = Math.max(1, ...rows.flat().map(cell => (Number.isFinite(Number(cell)) ? Math.abs(Number(cell)) : 0)));
    return Math.abs(got - want) <= tolerance * scale;
  };

/** Small whole numbers and halves: their moments don't cancel to noise. */
const plainCells = (type: DataType, length: number): fc.Arbitrary<unknown[]> => {
  if (isFloat(type)) return tameCells(type, length);
  const cell = fc.integer({ min: 0, max: 100 });
  const whole: fc.Arbitrary<unknown> =
    type.kind === 'bool' ? fc.boolean() : type.kind.endsWith('int64') ? cell.map(BigInt) : cell;
  return fc.array(fc.option(whole, { freq: 6 }), { minLength: length, maxLength: length });
};

const law = (plain: (rows: readonly PlainRow[]) => number | null, tolerance: number, parameters = {}) => ({
  types: each(numberTypes),
  plain,
  parameters,
  invertible: true,
  near: loose(tolerance),
  cells: plainCells,
});

accumulatorContract('var', law(variance(1), 1e-9));
accumulatorContract('var', law(variance(0), 1e-9, { ddof: 0 }));
accumulatorContract('std', law(std, 1e-9));
accumulatorContract('sem', law(sem, 1e-9));
accumulatorContract('skew', law(skew, 1e-12));
accumulatorContract('kurt', law(kurt, 1e-12));

const two = [
  [f64(), f64()],
  [i32(), f32()],
  [u8(), i64()],
];
accumulatorContract('cov', { ...law(cov, 1e-6), types: two });
accumulatorContract('corr', { ...law(corr, 1e-12), types: two });
