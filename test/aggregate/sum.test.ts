import { isFloat } from '../../src/schema/data-type.ts';
import { allTypes } from '../arbitrary.ts';
import { all, any, count, max, mean, min, sum } from '../reference/aggregate.ts';
import { addable, each, fixed, tameCells } from './_cells.ts';
import { accumulatorContract } from './contract.ts';

const evictable = addable.filter(type => !isFloat(type));
const floats = addable.filter(isFloat);

accumulatorContract('sum', { types: each(evictable), plain: sum, invertible: true });
accumulatorContract('sum', { types: each(floats), plain: sum, invertible: false, cells: tameCells });
accumulatorContract('mean', { types: each(evictable), plain: mean, invertible: true });
accumulatorContract('mean', { types: each(floats), plain: mean, invertible: false, cells: tameCells });
accumulatorContract('count', { types: each(allTypes.filter(type => !isFloat(type))), plain: count, invertible: true });
accumulatorContract('count', { types: each(floats), plain: count, invertible: false });
accumulatorContract('size', { types: [[]], plain: rows => rows.length, invertible: true });
accumulatorContract('any', { types: each(addable), plain: any, invertible: true });
accumulatorContract('all', { types: each(addable), plain: all, invertible: true });
accumulatorContract('min', { types: each(fixed), plain: min, invertible: false });
accumulatorContract('max', { types: each(fixed), plain: max, invertible: false });
