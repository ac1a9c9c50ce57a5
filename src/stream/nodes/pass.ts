import type { Carried } from '../metadata.ts';
import { type Emitted, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** What a plain stream does: elements pass. */
export class PassNode<T> extends Operator<T, T> {
  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    return this.node.send(x, metadata);
  }
}
