import type { Carried } from '../metadata.ts';
import { type Emitted, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { pick } from './_shared.ts';

/** Sends a field or position of each element, or an array of several. What is missing is an error. */
export class PluckNode extends Operator {
  override readonly label = 'pluck';
  readonly #pick: PropertyKey | readonly PropertyKey[];

  constructor(pick: PropertyKey | readonly PropertyKey[]) {
    super();
    this.#pick = pick;
  }

  update(x: unknown, _who: Stream, metadata: Carried): Emitted {
    const wanted = this.#pick;
    if (typeof wanted === 'object')
      return this.node.send(
        wanted.map(key => pick(x, key, 'pluck')),
        metadata,
      );
    return this.node.send(pick(x, wanted, 'pluck'), metadata);
  }
}
