import { demand, isCountable } from './_types.ts';
import type { Aggregation } from './accumulator.ts';
import { modeKind } from './mode-accumulator.ts';

/** The most frequent value, the least of several, of the column's type; null of nothing. Nulls and NaN are skipped. */
export const mode: Aggregation = {
  name: 'mode',
  arity: [1, 1],
  parameters: {},
  resultType(types) {
    demand('mode', types, isCountable, 'any column but bytes');
    return types[0]!;
  },
  kind: () => modeKind,
};
