import type { Carried } from '../metadata.ts';
import { type Emitted, type Look, nameOf, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

export interface AccumulateOptions<S> {
  /** The first state. Without one the first element is the state, and is sent as it is. */
  readonly start?: S;
  /** The function returns `[state, result]`, and `result` is sent. */
  readonly returnsState?: boolean;
  /** Send `[state, result]`. */
  readonly withState?: boolean;
}

/** Carries a state from element to element. A call that fails leaves it as it was. */
export class AccumulateNode<T, S, R> extends Operator<T, R | [S, R]> {
  override readonly label = 'accumulate';
  override readonly look: Look = 'state';
  readonly #fn: (state: S, x: T) => unknown;
  readonly #returnsState: boolean;
  readonly #withState: boolean;
  #state: S | undefined;
  #begun: boolean;

  constructor(fn: (state: S, x: T) => unknown, options: AccumulateOptions<S> = {}) {
    super();
    this.#fn = fn;
    this.#returnsState = options.returnsState ?? false;
    this.#withState = options.withState ?? false;
    this.#state = options.start;
    this.#begun = options.start !== undefined;
  }

  override get detail(): string {
    return nameOf(this.#fn);
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    let result: unknown = x;
    if (!this.#begun) {
      this.#begun = true;
      this.#state = x as unknown as S;
    } else if (this.#returnsState) {
      const pair = this.#fn(this.#state as S, x) as [S, R];
      this.#state = pair[0];
      result = pair[1];
    } else {
      result = this.#state = this.#fn(this.#state as S, x) as S;
    }
    return this.node.send((this.#withState ? [this.#state, result] : result) as R, metadata);
  }
}
