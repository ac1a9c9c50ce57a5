import { OptionError } from '../errors.ts';
import type { Aggregation } from './accumulator.ts';
import { FifoAccumulator } from './fifo-accumulator.ts';

/** As many values are held for each group. */
const most = 1_000_000;

/**
 * The value at place `n` in order of arrival: 0 is the first, -1 the last; null when there are too few. Nulls and NaN are skipped.
 *
 * A state holds 24 bytes for each of n + 1 values (from the end: |n|) a group; for n ≥ 0 over windows that rows leave, for each row.
 *
 * @throws OptionError when n is no whole number within a million
 */
export const nth: Aggregation = {
  name: 'nth',
  arity: [1, 1],
  parameters: { n: 0 },
  resultType: types => types[0]!,
  kind(_types, { n }) {
    if (!Number.isInteger(n) || Math.abs(Number(n)) > most) {
      throw new OptionError(
        'n',
        `nth: n is ${n}; give a whole number, from the front from 0 on, or from the end from -1 on`,
      );
    }
    const place = Number(n);
    const [name, limit] = place < 0 ? (['nth from the end', -place] as const) : (['nth', place] as const);
    return { name: `nth ${place}`, ordered: true, create: options => new FifoAccumulator(name, options, limit) };
  },
};
