import { isFloat } from '../../src/schema/data-type.ts';
import { allTypes, numberTypes } from '../arbitrary.ts';
import { all, any, count, max, mean, min, sum } from '../reference/aggregate.ts';
import { each, fixed, tameCells } from './_cells.ts';
import { accumulatorContract, nearly, type PlainRow } from './contract.ts';

const evictable = numberTypes.filter(type => !isFloat(type));
const floats = numberTypes.filter(isFloat);

// A plain sum of values that cancel is off by some 2^-52 of the values' size.
const summed = (got: number, want: number, rows: readonly PlainRow[]): boolean =>
  nearly(got, want) ||
  Math.abs(got - want) <= 1e-12 * rows.reduce((sum, [cell]) => sum + Math.abs(Number(cell) || 0), 0);

accumulatorContract('sum', { types: each(evictable), plain: sum, invertible: true });
accumulatorContract('sum', { types: each(floats), plain: sum, invertible: true, cells: tameCells, near: summed });
accumulatorContract('mean', { types: each(evictable), plain: mean, invertible: true });
accumulatorContract('mean', { types: each(floats), plain: mean, invertible: true, cells: tameCells, near: summed });
accumulatorContract('count', { types: each(allTypes.filter(type => !isFloat(type))), plain: count, invertible: true });
accumulatorContract('count', { types: each(floats), plain: count, invertible: true });
accumulatorContract('size', { types: [[]], plain: rows => rows.length, invertible: true });
accumulatorContract('any', { types: each(numberTypes), plain: any, invertible: true });
accumulatorContract('all', { types: each(numberTypes), plain: all, invertible: true });
accumulatorContract('min', { types: each(fixed), plain: min, invertible: true });
accumulatorContract('max', { types: each(fixed), plain: max, invertible: true });
