import type { Carried } from '../metadata.ts';
import { type Emitted, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** Elements of all upstreams in the order they come. */
export class UnionNode<T> extends Operator<T, T> {
  override readonly label = 'union';

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    return this.node.send(x, metadata);
  }
}
