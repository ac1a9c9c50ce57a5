import type { Carried } from '../metadata.ts';
import { type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** Sends, after every element, how often each was seen so far: a new `Map`, in order of first sight. */
export class FrequenciesNode<T> extends Operator<T, Map<T, number>> {
  override readonly label = 'accumulate';
  override readonly look: Look = 'state';
  #counts: ReadonlyMap<T, number> = new Map();

  override get detail(): string {
    return 'update_frequencies';
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    const counts = new Map(this.#counts);
    counts.set(x, (counts.get(x) ?? 0) + 1);
    this.#counts = counts;
    return this.node.send(counts, metadata);
  }
}
