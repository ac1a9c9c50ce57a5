import { Operator } from 'millrace';

/** `stream.ema(0.2)`: exponential moving average, the first element as it is. */
export class Ema extends Operator {
  label = 'ema';
  #alpha;
  #mean;

  constructor(alpha) {
    super();
    this.#alpha = alpha;
  }

  get detail() {
    return String(this.#alpha);
  }

  update(x, _who, metadata) {
    this.#mean = this.#mean === undefined ? x : this.#mean + this.#alpha * (x - this.#mean);
    return this.emit(this.#mean, metadata);
  }
}
