import { checkOptions } from '../errors.ts';
import { type AggregateCall, aggregate, type Expression } from '../expr/expression.ts';
import { decayOf } from '../scan/ewm.ts';
import type { Bool, Float64, NumericType } from '../schema/data-type.ts';
import type { Series } from './series.ts';

export interface EwmOptions {
  /** Centre of mass, 0 or more. */
  readonly com?: number;
  /** 1 or more. */
  readonly span?: number;
  /** Rows after which a weight is half. */
  readonly halflife?: number;
  /** Weight of the newest row: above 0, at most 1. */
  readonly alpha?: number;
  /** Weights add up to one from the first row on; default true. */
  readonly adjust?: boolean;
  /** Missing rows don't age the others; default false. */
  readonly ignoreMissing?: boolean;
  /** Fewer present values so far give null; default 0. */
  readonly minPeriods?: number;
}

type Parameters = Readonly<Record<string, number | boolean | undefined>>;

/** Makes a weighted column: `name` of what it is over, and of further columns. */
export type EwmColumn = (name: string, parameters: Parameters, others?: readonly Expression[]) => any;

/** `ewm_mean(x, span=3)`: `name` of `x`, and of further columns. */
export function ewmCall(
  name: string,
  x: Expression,
  parameters: Parameters,
  others: readonly Expression[] = [],
): AggregateCall {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return aggregate(name, [x, ...others], Object.fromEntries(given) as Record<string, number | boolean>);
}

/** Without `bias` (default) the correction for weights that count no rows is made, as in pandas. */
export interface BiasOptions {
  readonly bias?: boolean;
}

/**
 * A column whose rows weigh less the older they are: (1 − alpha) ** age. Each method gives a value for each row, of the rows up to it; missing
 * rows are skipped.
 */
export class Ewm<R = Series<Float64>> {
  readonly #decay: Parameters;
  readonly #column: EwmColumn;

  /** @throws OptionError unless exactly one of com, span, halflife and alpha is given, in its range */
  constructor(decay: EwmOptions, column: EwmColumn) {
    checkOptions('ewm', decay, ['com', 'span', 'halflife', 'alpha', 'adjust', 'ignoreMissing', 'minPeriods']);
    const given = Object.fromEntries(Object.entries(decay ?? {}).filter(([, value]) => value !== undefined));
    decayOf(given);
    this.#decay = given;
    this.#column = column;
  }

  mean(): R {
    return this.#make('mean');
  }

  /** The sum of the weighted values; not with `{ adjust: false }`. */
  sum(): R {
    return this.#make('sum');
  }

  /** The variance; null for the first row unless `bias`. */
  var({ bias = false }: BiasOptions = {}): R {
    return this.#make('var', { bias });
  }

  std({ bias = false }: BiasOptions = {}): R {
    return this.#make('std', { bias });
  }

  /** The covariance with another column, of rows where both are present. */
  cov(other: Series<NumericType> | Series<Bool>, { bias = false }: BiasOptions = {}): R {
    return this.#make('cov', { bias }, [other.expression]);
  }

  /** Pearson's correlation with another column. */
  corr(other: Series<NumericType> | Series<Bool>): R {
    return this.#make('corr', {}, [other.expression]);
  }

  #make(name: string, parameters: Parameters = {}, others: readonly Expression[] = []): R {
    return this.#column(`ewm_${name}`, { ...this.#decay, ...parameters }, others);
  }
}
