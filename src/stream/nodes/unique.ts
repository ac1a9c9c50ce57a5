import type { Carried } from '../metadata.ts';
import { type Emitted, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { hashable, type Key, keyFunction, sameValue, wholeNumber } from './_shared.ts';

export interface UniqueOptions<T> {
  /** How many keys are remembered, those seen last. Default: all, for ever. */
  readonly maxsize?: number | null;
  /** Compare by this instead of the element. */
  readonly key?: Key<T>;
  /** False: keys are objects, compared by equality one after the other. Default true: primitives and arrays of them. */
  readonly hashable?: boolean;
}

/** Drops elements whose key is among those remembered. Seeing a key again keeps it. */
export class UniqueNode<T> extends Operator<T, T> {
  override readonly label = 'unique';
  readonly #keyOf: (x: T) => unknown;
  readonly #limit: number;
  readonly #isNew: (key: unknown) => boolean;

  constructor(options: UniqueOptions<T> = {}) {
    super();
    this.#keyOf = keyFunction(options.key);
    this.#limit = wholeNumber('unique', 'maxsize', options.maxsize ?? 0, 0) || Number.POSITIVE_INFINITY;
    this.#isNew = (options.hashable ?? true) ? this.#bySet() : this.#byList();
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    return this.#isNew(this.#keyOf(x)) ? this.node.send(x, metadata) : undefined;
  }

  #bySet(): (key: unknown) => boolean {
    const seen = new Set<unknown>(); // in order of last sight
    return value => {
      const key = hashable(value, 'unique');
      const known = seen.has(key);
      if (known && this.#limit === Number.POSITIVE_INFINITY) return false;
      if (known) seen.delete(key);
      seen.add(key);
      if (seen.size > this.#limit) seen.delete(seen.values().next().value);
      return !known;
    };
  }

  #byList(): (key: unknown) => boolean {
    const seen: unknown[] = []; // last seen first
    return key => {
      const at = seen.findIndex(one => sameValue(one, key));
      if (at >= 0) seen.splice(at, 1);
      seen.unshift(key);
      if (seen.length > this.#limit) seen.pop();
      return at < 0;
    };
  }
}
