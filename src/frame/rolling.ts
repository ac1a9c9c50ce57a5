import type { Expression } from '../expr/expression.ts';
import type { RankMethod } from '../rolling/ordered.ts';
import type { Bool, DataType, Float64, NumericType } from '../schema/data-type.ts';
import type { Series } from './series.ts';

export interface RollingOptions {
  /** A window with fewer present values gives null. Default: all of a window of rows, 1 for spans of time; 0 for `count` and `size`. */
  readonly minPeriods?: number;
}

export interface RankOptions {
  /** What equal values share: the mean of their ranks, the least, the greatest, or one rank without gaps. Default `'average'`. */
  readonly method?: RankMethod;
  /** From the least (default) or from the greatest. */
  readonly ascending?: boolean;
  /** As a share of the number of values (of ranks, for `'dense'`). Default false. */
  readonly pct?: boolean;
}

type Parameters = Readonly<Record<string, number | string | boolean | undefined>>;

/** Makes a column over the windows: `name` of what they are over, and of further arguments. */
export type RollingColumn = (name: string, parameters: Parameters, others?: readonly Expression[]) => any;

/** Numbers and bool are f64 in windows, as in pandas; times and texts stay what they are. */
export type Shown<T extends DataType> = T extends NumericType | Bool ? Float64 : T;

/**
 * Windows, one that ends with each row; each method gives a value for each row. `R`: numbers, `V`: values of the column, `B`: bool.
 *
 * Nulls and NaN are skipped. What left a window leaves no trace; a row costs the same whatever the window's size, O(log w) for `median`,
 * `quantile`, `rank` and `mode`.
 */
export class Rolling<R = Series<Float64>, V = R, B = Series<Bool>> {
  protected readonly parameters: Parameters;
  readonly #column: RollingColumn;

  /** @param column makes a column over these windows */
  constructor(window: number | string, { minPeriods }: RollingOptions, column: RollingColumn) {
    this.parameters = { n: window, ...(minPeriods !== undefined && { minPeriods }) };
    this.#column = column;
  }

  sum(): R {
    return this.make('sum');
  }

  mean(): R {
    return this.make('mean');
  }

  min(): V {
    return this.make('min');
  }

  max(): V {
    return this.make('max');
  }

  /** Of times: a time, to the nearest tick. */
  median(): V {
    return this.make('median');
  }

  /** `q` in [0, 1]; `interpolation`: linear, lower, higher, nearest, midpoint. */
  quantile(q: number, interpolation = 'linear'): V {
    return this.make('quantile', { q, interpolation });
  }

  var({ ddof = 1 }: { readonly ddof?: number } = {}): R {
    return this.make('var', { ddof });
  }

  std({ ddof = 1 }: { readonly ddof?: number } = {}): R {
    return this.make('std', { ddof });
  }

  /** Standard error of the mean. */
  sem({ ddof = 1 }: { readonly ddof?: number } = {}): R {
    return this.make('sem', { ddof });
  }

  /** Skewness, unbiased as in pandas; null below 3 values. */
  skew(): R {
    return this.make('skew');
  }

  /** Excess kurtosis, unbiased as in pandas; null below 4 values. */
  kurt(): R {
    return this.make('kurt');
  }

  prod(): R {
    return this.make('prod');
  }

  /** Whether any value is true (not 0). */
  any(): B {
    return this.make('any');
  }

  /** Whether all values are true (not 0). */
  all(): B {
    return this.make('all');
  }

  /** Present values; from the first row on. */
  count(): R {
    return this.make('count');
  }

  /** Rows; from the first row on. */
  size(): R {
    return this.make('size');
  }

  /** Distinct values. */
  nunique(): R {
    return this.make('nunique');
  }

  /** The most frequent value; the least of several. */
  mode(): V {
    return this.make('mode');
  }

  /** The oldest present value. */
  first(): V {
    return this.make('first');
  }

  /** The newest present value. */
  last(): V {
    return this.make('last');
  }

  /** The `n`-th present value, the oldest being 0; below 0 from the newest, which is -1. Null where there are too few. */
  nth(n: number): V {
    return this.make('nth', { nth: n });
  }

  /** The value in the row of the window where `by` is least; the earliest of several. */
  argmin(by: Series<any>): V {
    return this.make('argmin', {}, [by.expression]);
  }

  /** The value in the row of the window where `by` is greatest; the earliest of several. */
  argmax(by: Series<any>): V {
    return this.make('argmax', {}, [by.expression]);
  }

  /** Pearson's correlation with another column. */
  corr(other: Series<NumericType> | Series<Bool>): R {
    return this.make('corr', {}, [other.expression]);
  }

  cov(other: Series<NumericType> | Series<Bool>, { ddof = 1 }: { readonly ddof?: number } = {}): R {
    return this.make('cov', { ddof }, [other.expression]);
  }

  /** The rank of the row's own value in its window, from 1; null when it has none. */
  rank({ method = 'average', ascending = true, pct = false }: RankOptions = {}): R {
    return this.make('rank', { method, ascending, pct });
  }

  protected make(name: string, parameters: Parameters = {}, others: readonly Expression[] = []): any {
    return this.#column(`rolling_${name}`, { ...this.parameters, ...parameters }, others);
  }
}
