import { type Carried, joined, release, retain } from '../metadata.ts';
import { afterwards, type Emitted, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

export interface CollectOptions<T> {
  /** Where elements wait; default: a new array. */
  readonly cache?: T[];
}

/** Keeps elements until `flush`. */
export class CollectNode<T> extends Operator<T, T[]> {
  override readonly label = 'collect';
  readonly #cache: T[];
  readonly #metadata: Carried[] = [];

  constructor({ cache = [] }: CollectOptions<T> = {}) {
    super();
    this.#cache = cache;
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    retain(metadata);
    this.#cache.push(x);
    if (metadata !== undefined) this.#metadata.push(metadata);
    return undefined;
  }

  /** Sends all as one array. When that fails at once they are kept, for another attempt. */
  flush(): Emitted {
    const items = this.#cache.slice();
    const lists = this.#metadata.slice();
    const all = joined(lists);
    const sent = this.emit(items, all);
    this.#cache.splice(0, items.length);
    this.#metadata.splice(0, lists.length);
    return afterwards(sent, () => release(all));
  }
}
