import { Operator } from 'millrace';

/** `stream.sinkToExtremes(object)` keeps `object.min` and `object.max`. */
export class Extremes extends Operator {
  label = 'extremes';
  look = 'sink';
  #into;

  constructor(into) {
    super();
    this.#into = into;
  }

  update(x) {
    this.#into.min = Math.min(this.#into.min ?? x, x);
    this.#into.max = Math.max(this.#into.max ?? x, x);
    return undefined;
  }
}
