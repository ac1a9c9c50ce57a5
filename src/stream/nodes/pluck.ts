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
    const sent = typeof wanted === 'object' ? picks(x, wanted) : pick(x, wanted, 'pluck');
    return this.node.send(sent, metadata);
  }
}

/** A function of its own: a closure over `x` in `update` would cost every element 40 bytes. */
const picks = (x: unknown, wanted: readonly PropertyKey[]): unknown[] => wanted.map(key => pick(x, key, 'pluck'));
