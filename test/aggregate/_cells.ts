// Cells whose float sums can be told with a tolerance: moderate numbers, NaN and infinities.
import fc from 'fast-check';
import { type DataType, date32, timestamp } from '../../src/schema/data-type.ts';
import { arbitraryCells, numberTypes } from '../arbitrary.ts';

export const fixed: readonly DataType[] = [...numberTypes, date32(), timestamp('ms'), timestamp('ns')];
export const each = (types: readonly DataType[]): DataType[][] => types.map(type => [type]);

const tame = fc.oneof(
  fc.constantFrom(0, -0, 1, -1.5, 3.25),
  fc.integer({ min: -4000, max: 4000 }).map(n => n / 8),
  fc.integer({ min: -1_000_000, max: 1_000_000 }),
);

const wild = fc.oneof(
  { weight: 12, arbitrary: tame },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
);

export const tameCells = (type: DataType, length: number): fc.Arbitrary<unknown[]> => {
  if (type.kind !== 'float64' && type.kind !== 'float32') return arbitraryCells(type, length);
  const options = { minLength: length, maxLength: length };
  return fc.oneof(fc.array(tame, options), fc.array(fc.option(wild, { freq: 5 }), options));
};
