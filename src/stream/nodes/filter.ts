import type { Carried } from '../metadata.ts';
import { type Emitted, nameOf, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** Lets the elements pass for which `predicate` is truthy. */
export class FilterNode<T> extends Operator<T, T> {
  override readonly label = 'filter';
  override readonly step = 'filter';
  override readonly fn: (x: T) => unknown;
  readonly #name: string;

  constructor(predicate: (x: T) => unknown, name: string = nameOf(predicate)) {
    super();
    this.fn = predicate;
    this.#name = name;
  }

  override get detail(): string {
    return this.#name;
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    const { fn } = this;
    return fn(x) ? this.node.send(x, metadata) : undefined;
  }
}
