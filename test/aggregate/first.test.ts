import {
  binary,
  bool,
  dictionary,
  f32,
  f64,
  i32,
  i64,
  isFloat,
  timestamp,
  u64,
  utf8,
} from '../../src/schema/data-type.ts';
import { allTypes, numberTypes } from '../arbitrary.ts';
import { argmax, argmin, first, last, maxText, minText, prod } from '../reference/aggregate.ts';
import { each, tameCells } from './_cells.ts';
import { accumulatorContract } from './contract.ts';

accumulatorContract('first', { types: each(allTypes), plain: first, invertible: true });
accumulatorContract('last', { types: each(allTypes), plain: last, invertible: true });
accumulatorContract('min', { types: each([utf8(), dictionary(), binary()]), plain: minText, invertible: true });
accumulatorContract('max', { types: each([utf8(), dictionary(), binary()]), plain: maxText, invertible: true });

const pairs = [
  [i32(), f64()],
  [f64(), i64()],
  [timestamp('ms'), u64()],
  [bool(), i32()],
  [f32(), f32()],
];
accumulatorContract('argmin', { types: pairs, plain: argmin, invertible: true });
accumulatorContract('argmax', { types: pairs, plain: argmax, invertible: true });

accumulatorContract('prod', { types: each(numberTypes.filter(type => !isFloat(type))), plain: prod, invertible: true });
// A plain product overflows or vanishes on the way where ours, with an exponent of its own, does not.
const near = (got: number, want: number): boolean =>
  Object.is(got, want) ||
  Math.abs(got - want) <= 1e-9 * Math.abs(want) ||
  !Number.isFinite(want) ||
  Math.abs(want) < 1e-290;
accumulatorContract('prod', { types: [[f64()], [f32()]], plain: prod, invertible: true, cells: tameCells, near });
