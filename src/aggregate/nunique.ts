import { i64 } from '../schema/data-type.ts';
import { demand, isCountable } from './_types.ts';
import type { Aggregation } from './accumulator.ts';
import { distinctKind } from './distinct-accumulator.ts';

/** How many distinct values there are, as i64. Nulls and NaN are skipped. */
export const nunique: Aggregation = {
  name: 'nunique',
  arity: [1, 1],
  parameters: {},
  resultType(types) {
    demand('nunique', types, isCountable, 'any column but bytes');
    return i64();
  },
  kind: () => distinctKind,
};
