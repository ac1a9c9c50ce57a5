import { OptionError } from '../../errors.ts';
import type { Carried } from '../metadata.ts';
import { both, type Emitted, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

/** Elements at positions start, start + step, … below end, counted from 0. At the end the node leaves its upstreams. */
export class SliceNode<T> extends Operator<T, T> {
  override readonly label = 'slice';
  readonly #start: number;
  readonly #end: number;
  readonly #step: number;
  #position = 0;

  constructor(start: number | null = 0, end: number | null = null, step: number | null = 1) {
    super();
    this.#start = position('start', start ?? 0, 0);
    this.#end = end === null ? Number.POSITIVE_INFINITY : position('end', end, 0);
    this.#step = position('step', step ?? 1, 1);
  }

  override attached(): void {
    if (this.#end === 0) this.node.destroy();
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    const at = this.#position++;
    if (at >= this.#end) return undefined;
    const wanted = at >= this.#start && (at - this.#start) % this.#step === 0;
    const sent = wanted ? this.node.send(x, metadata) : undefined;
    if (this.#position < this.#end) return sent;
    this.node.destroy();
    return both(sent, this.node.end());
  }
}

function position(option: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new OptionError(
    option,
    `slice: ${option} is ${value}; a stream has no end to count from, so give a whole number, ${least} or more`,
  );
}
