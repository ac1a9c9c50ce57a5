import { nearest, OptionError } from '../errors.ts';
import type { Aggregation } from './accumulator.ts';
import { argmax, argmin } from './arg-extreme.ts';
import { all, any, count, size } from './count.ts';
import { corr, cov } from './covariance.ts';
import { max, min } from './extreme.ts';
import { first, last } from './first.ts';
import { mode } from './mode.ts';
import { kurt, sem, skew, std, variance } from './moments.ts';
import { nth } from './nth.ts';
import { nunique } from './nunique.ts';
import { prod } from './product.ts';
import { median, quantile } from './quantile.ts';
import { approxNunique } from './sketch-distinct.ts';
import { approxQuantile } from './sketch-quantile.ts';
import { topK, topValues } from './sketch-top.ts';
import { mean, sum } from './sum.ts';

/** Every aggregation by the name users give it. */
export const AGGREGATIONS: Readonly<Record<string, Aggregation>> = /* @__PURE__ */ Object.freeze({
  all,
  any,
  approx_nunique: approxNunique,
  approx_quantile: approxQuantile,
  argmax,
  argmin,
  corr,
  count,
  cov,
  first,
  kurt,
  last,
  max,
  mean,
  median,
  min,
  mode,
  nth,
  nunique,
  prod,
  quantile,
  sem,
  size,
  skew,
  std,
  sum,
  top_k: topK,
  top_values: topValues,
  var: variance,
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

/** Whether an aggregation is called `name`. */
export const isAggregation = (name: string): boolean => Object.hasOwn(AGGREGATIONS, name);
