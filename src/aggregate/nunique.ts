import { type DataType, i64 } from '../schema/data-type.ts';
import { demand } from './_types.ts';
import type { Aggregation } from './accumulator.ts';
import { distinctKind } from './distinct-accumulator.ts';

const isCountable = ({ kind }: DataType): boolean => kind !== 'binary';

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

/** The most frequent value, the least of several, of the column's type; null of nothing. Nulls and NaN are skipped. */
export const mode: Aggregation = {
  name: 'mode',
  arity: [1, 1],
  parameters: {},
  resultType(types) {
    demand('mode', types, isCountable, 'any column but bytes');
    return types[0]!;
  },
  kind: () => distinctKind,
};
