import { OptionError } from '../errors.ts';
import { type DataType, f64, isTemporal } from '../schema/data-type.ts';
import { demand, isFixed } from './_types.ts';
import type { Aggregation, Parameters } from './accumulator.ts';
import { modeOf, orderKind } from './order-accumulator.ts';

/** Numbers give f64; times give times, to the nearest tick. */
function resultType(name: string, types: readonly DataType[]): DataType {
  demand(name, types, isFixed, 'numbers, bool or times');
  return isTemporal(types[0]!) ? types[0]! : f64();
}

/** The middle value, or the mean of the two middle ones; null of nothing. Nulls and NaN are skipped. */
export const median: Aggregation = {
  name: 'median',
  arity: [1, 1],
  parameters: {},
  resultType: types => resultType('median', types),
  kind: () => orderKind,
};

/**
 * The value at the share `q` of the sorted values, from 0 (the least) to 1 (the greatest); null of nothing. `interpolation` says what is
 * between two values: `linear`, `lower`, `higher`, `nearest` or `midpoint`. Nulls and NaN are skipped.
 *
 * @throws OptionError when q is outside [0, 1] or the interpolation is unknown
 */
export const quantile: Aggregation = {
  name: 'quantile',
  arity: [1, 1],
  parameters: { q: 0.5, interpolation: 'linear' },
  resultType: types => resultType('quantile', types),
  kind(_types, parameters) {
    checkQuantile(parameters);
    return orderKind;
  },
};

function checkQuantile(parameters: Parameters): void {
  const q = parameters['q'];
  if (!(typeof q === 'number' && q >= 0 && q <= 1)) {
    throw new OptionError('q', `quantile: q is ${q}; give a number from 0 to 1`);
  }
  modeOf(parameters);
}
