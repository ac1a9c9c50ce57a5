import type { DataType, Float64 } from '../schema/data-type.ts';
import type { Series } from './series.ts';

export interface RollingOptions {
  /** A window with fewer present values gives null. Default: all of a window of rows, 1 for spans of time. */
  readonly minPeriods?: number;
}

type Parameters = Readonly<Record<string, number | string | undefined>>;

/** A column's windows, one that ends with each row; each method gives a column, in f64. */
export class Rolling<R = Series<Float64>> {
  readonly #parameters: Parameters;
  readonly #column: (name: string, parameters: Parameters) => any;

  /** @param column makes the column of a remembering operation */
  constructor(
    window: number | string,
    { minPeriods }: RollingOptions,
    column: (name: string, parameters: Parameters) => R | Series<DataType>,
  ) {
    this.#parameters = { n: window, minPeriods };
    this.#column = column;
  }

  sum(): R {
    return this.#make('sum');
  }

  mean(): R {
    return this.#make('mean');
  }

  min(): R {
    return this.#make('min');
  }

  max(): R {
    return this.#make('max');
  }

  median(): R {
    return this.#make('median');
  }

  /** `q` in [0, 1]; `interpolation`: linear, lower, higher, nearest, midpoint. */
  quantile(q: number, interpolation = 'linear'): R {
    return this.#make('quantile', { q, interpolation });
  }

  var({ ddof = 1 }: { readonly ddof?: number } = {}): R {
    return this.#make('var', { ddof });
  }

  std({ ddof = 1 }: { readonly ddof?: number } = {}): R {
    return this.#make('std', { ddof });
  }

  /** Present values; from the first row on. */
  count(): R {
    return this.#make('count');
  }

  /** The oldest present value. */
  first(): R {
    return this.#make('first');
  }

  /** The newest present value. */
  last(): R {
    return this.#make('last');
  }

  #make(name: string, parameters: Parameters = {}): R {
    return this.#column(`rolling_${name}`, { ...this.#parameters, ...parameters });
  }
}
