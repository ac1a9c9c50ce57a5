import { Fifo } from '../fifo.ts';
import { type Carried, retain } from '../metadata.ts';
import { covered, type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { capacity } from './_shared.ts';

interface Entry<T> {
  readonly x: T;
  readonly metadata: Carried;
  /** Settles the `emit` that waits for room. */
  entered: (() => void) | undefined;
}

/**
 * A queue of `n` elements in front of one that is under way. `emit` waits until its element has entered the queue, not
 * until it is done.
 */
export class BufferNode<T> extends Operator<T, T> {
  override readonly label = 'buffer';
  override readonly look: Look = 'window';
  readonly #n: number;
  readonly #queue = new Fifo<Entry<T>>();
  #running = false;
  #drained: (() => void)[] = [];

  constructor(n: number) {
    super();
    this.#n = capacity('buffer', 'n', n);
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    retain(metadata);
    const entry: Entry<T> = { x, metadata, entered: undefined };
    this.#queue.push(entry);
    if (!this.#running) {
      this.#running = true;
      queueMicrotask(() => void this.#run());
    }
    if (this.#queue.length <= this.#n) return undefined;
    return covered(
      new Promise<void>(resolve => {
        entry.entered = resolve;
      }),
    );
  }

  override ended(): Emitted {
    if (!this.#running) return this.node.end();
    return new Promise<void>(resolve => this.#drained.push(resolve)).then(() => this.node.end());
  }

  async #run(): Promise<void> {
    for (let entry = this.#queue.shift(); entry !== undefined; entry = this.#queue.shift()) {
      // With room for none, an element enters when it is taken; else the one that moved to the last place does.
      (this.#n === 0 ? entry : this.#queue.at(this.#n - 1))?.entered?.();
      const { x, metadata } = entry;
      const sent = this.sendApart(x, metadata);
      if (sent !== undefined) await sent;
    }
    this.#running = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
