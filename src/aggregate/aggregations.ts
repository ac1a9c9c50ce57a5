import { nearest, OptionError } from '../errors.ts';
import type { Aggregation } from './accumulator.ts';
import { all, any, count, size } from './count.ts';
import { max, min } from './extreme.ts';
import { mean, sum } from './sum.ts';

/** Every aggregation by the name users give it. */
export const AGGREGATIONS: Readonly<Record<string, Aggregation>> = /* @__PURE__ */ Object.freeze({
  all,
  any,
  count,
  max,
  mean,
  min,
  size,
  sum,
});

/**
 * The aggregation called `name`; `verb` is what the user wrote, for the error.
 *
 * @throws OptionError when there is none, with the nearest name as a suggestion
 */
export function aggregationOf(name: string, verb = 'agg'): Aggregation {
  const found = Object.hasOwn(AGGREGATIONS, name) ? AGGREGATIONS[name] : undefined;
  if (found) return found;
  const near = nearest(name, Object.keys(AGGREGATIONS));
  const hint = near ? `; did you mean "${near}"?` : `; there are ${Object.keys(AGGREGATIONS).join(', ')}`;
  throw new OptionError('name', `${verb}: no aggregation is called "${name}"${hint}`);
}
