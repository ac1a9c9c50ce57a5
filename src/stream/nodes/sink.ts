import type { Carried } from '../metadata.ts';
import { type Emitted, type Look, nameOf, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { isPromise } from './_shared.ts';

/** Calls a function with every element; `emit` waits for a promise that it returns. */
export class SinkNode<T> extends Operator<T, never> {
  override readonly label = 'sink';
  override readonly step = 'sink';
  override readonly look: Look = 'sink';
  override readonly fn: (x: T) => unknown;
  readonly #name: string;

  constructor(fn: (x: T) => unknown, name: string = nameOf(fn)) {
    super();
    this.fn = fn;
    this.#name = name;
  }

  override get detail(): string {
    return this.#name;
  }

  update(x: T, _who: Stream<T>, _metadata: Carried): Emitted {
    const { fn } = this;
    const result = fn(x);
    return isPromise(result) ? result : undefined;
  }
}
