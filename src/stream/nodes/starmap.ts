import type { Carried } from '../metadata.ts';
import { type Emitted, nameOf, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** Sends `fn(...x)`. */
export class StarmapNode<T extends readonly unknown[], U> extends Operator<T, U> {
  override readonly label = 'starmap';
  override readonly fn: (...x: any[]) => U;
  readonly args: readonly unknown[];

  constructor(fn: (...x: any[]) => U, args: readonly unknown[]) {
    super();
    this.fn = fn;
    this.args = args;
  }

  override get detail(): string {
    return nameOf(this.fn);
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    if (!Array.isArray(x)) throw new TypeError(`starmap: the element is ${typeof x}; it must be an array to be spread`);
    const { fn, args } = this;
    // Two spreads make an array, one does not.
    return this.node.send(args.length === 0 ? fn(...x) : fn(...x, ...args), metadata);
  }
}
