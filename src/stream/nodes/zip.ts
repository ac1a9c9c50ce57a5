import { Fifo } from '../fifo.ts';
import { type Carried, joined, release, retain } from '../metadata.ts';
import { afterwards, both, covered, type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { capacity } from './_shared.ts';

export interface ZipOptions {
  /** How many elements of one input may wait for the others before `emit` has to wait; default 10. */
  readonly maxsize?: number;
}

interface Waiting {
  readonly x: unknown;
  readonly metadata: Carried;
}

/** Constants among the inputs, by their place in the tuple. */
export type Literals = ReadonlyMap<number, unknown>;

/** Tuples of the first, the second, … elements of each upstream. */
export class ZipNode extends Operator<unknown, unknown[]> {
  override readonly label = 'zip';
  override readonly look: Look = 'join';
  readonly #maxsize: number;
  readonly #literals: Literals;
  readonly #queues = new Map<Stream, Fifo<Waiting>>();
  readonly #ended = new Set<Stream>();
  #blocked: (() => void)[] = [];

  constructor({ maxsize = 10 }: ZipOptions = {}, literals: Literals = new Map()) {
    super();
    this.#maxsize = capacity('zip', 'maxsize', maxsize, 1);
    this.#literals = literals;
  }

  override attached(): void {
    for (const upstream of this.node.upstreams) this.connected(upstream);
  }

  override connected(who: Stream): void {
    if (!this.#queues.has(who)) this.#queues.set(who, new Fifo());
  }

  override disconnected(who: Stream): void {
    const queue = this.#queues.get(who);
    this.#queues.delete(who);
    for (const { metadata } of queue?.clear() ?? []) release(metadata);
    for (const resolve of this.#blocked.splice(0)) resolve();
  }

  /** There is no further tuple once an input has ended and nothing of it waits. */
  override upstreamEnded(who: Stream): Emitted {
    this.#ended.add(who);
    return this.#over ? this.#end() : undefined;
  }

  get #over(): boolean {
    for (const who of this.#ended) if (this.#queues.get(who)?.length === 0) return true;
    return false;
  }

  #end(): Emitted {
    this.#ended.clear();
    return this.node.end();
  }

  update(x: unknown, who: Stream, metadata: Carried): Emitted {
    const queue = this.#queues.get(who)!;
    retain(metadata);
    queue.push({ x, metadata });
    let sent: Emitted;
    // More than one when an input was disconnected while others had elements waiting.
    while (this.#complete()) sent = both(sent, this.#sendHeads());
    if (this.#over) sent = both(sent, this.#end());
    if (queue.length <= this.#maxsize) return sent;
    const room = covered(new Promise<void>(resolve => this.#blocked.push(resolve)));
    return both(sent, room);
  }

  #complete(): boolean {
    for (const queue of this.#queues.values()) if (queue.length === 0) return false;
    return this.#queues.size > 0;
  }

  #sendHeads(): Emitted {
    const heads = new Map<Stream, Waiting>();
    for (const [upstream, queue] of this.#queues) heads.set(upstream, queue.shift()!);
    const inputs = this.node.upstreams.map(upstream => heads.get(upstream)!);
    const tuple = inputs.map(({ x }) => x);
    for (const [place, value] of this.#literals) tuple.splice(place, 0, value);
    for (const resolve of this.#blocked.splice(0)) resolve();
    return afterwards(this.emitHeld(tuple, joined(inputs.map(({ metadata }) => metadata))), () => {
      for (const { metadata } of heads.values()) release(metadata);
    });
  }
}
