import type { Carried } from '../metadata.ts';
import { type Emitted, nameOf, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** Sends `fn(x)`. A promise that `fn` returns is the element itself; `mapAsync` waits for it. */
export class MapNode<T, U> extends Operator<T, U> {
  override readonly label = 'map';
  override readonly step = 'map';
  override readonly fn: (x: T) => U;
  readonly #name: string;

  constructor(fn: (x: T) => U, name: string = nameOf(fn)) {
    super();
    this.fn = fn;
    this.#name = name;
  }

  override get detail(): string {
    return this.#name;
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    const { fn } = this;
    return this.node.send(fn(x), metadata);
  }
}
