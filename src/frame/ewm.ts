import { decayOf } from '../scan/ewm.ts';
import type { Float64 } from '../schema/data-type.ts';
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
}

type Parameters = Readonly<Record<string, number | boolean | undefined>>;

/** A column whose rows weigh less the older they are: (1 − alpha) ** age. */
export class Ewm<R = Series<Float64>> {
  readonly #decay: Parameters;
  readonly #column: (name: string, parameters: Parameters) => any;

  /** @throws OptionError unless exactly one of com, span, halflife and alpha is given, in its range */
  constructor(decay: EwmOptions, column: (name: string, parameters: Parameters) => R) {
    const given = Object.fromEntries(Object.entries(decay).filter(([, value]) => value !== undefined));
    decayOf(given);
    this.#decay = given;
    this.#column = column;
  }

  /** The weighted mean up to each row; missing rows are skipped. */
  mean(): R {
    return this.#column('ewm_mean', this.#decay);
  }
}
