import { type Duration, parseDuration } from '../../schema/duration.ts';
import { sleep } from '../clock.ts';
import { Fifo } from '../fifo.ts';
import { type Carried, retain } from '../metadata.ts';
import { covered, type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { capacity } from './_shared.ts';

export interface DelayOptions {
  /** How many elements may wait before `emit` has to; default 65,536. */
  readonly maxsize?: number;
}

interface Entry<T> {
  readonly x: T;
  readonly metadata: Carried;
  readonly due: number;
  entered: (() => void) | undefined;
}

/** Every element passes on, in order, when `interval` has passed since it came, or later if what is below is busy. */
export class DelayNode<T> extends Operator<T, T> {
  override readonly label = 'delay';
  override readonly look: Look = 'time';
  readonly #interval: Duration;
  readonly #ms: number;
  readonly #maxsize: number;
  readonly #queue = new Fifo<Entry<T>>();
  readonly #abort = new AbortController();
  #running = false;
  #drained: (() => void)[] = [];

  constructor(interval: Duration, { maxsize = 65_536 }: DelayOptions = {}) {
    super();
    this.#interval = interval;
    this.#ms = parseDuration(interval, 'interval');
    this.#maxsize = capacity('delay', 'maxsize', maxsize, 1);
  }

  override get detail(): string {
    return String(this.#interval);
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    retain(metadata);
    const entry: Entry<T> = { x, metadata, due: this.node.clock.now() + this.#ms, entered: undefined };
    this.#queue.push(entry);
    if (!this.#running) {
      this.#running = true;
      void this.#run();
    }
    if (this.#queue.length <= this.#maxsize) return undefined;
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

  override detached(): Emitted {
    this.#abort.abort();
    return undefined;
  }

  async #run(): Promise<void> {
    const { clock } = this.node;
    for (let entry = this.#queue.at(0); entry !== undefined; entry = this.#queue.at(0)) {
      const wait = entry.due - clock.now();
      if (wait > 0) await sleep(clock, wait, this.#abort.signal);
      if (this.#abort.signal.aborted) break;
      this.#queue.shift();
      this.#queue.at(this.#maxsize - 1)?.entered?.();
      const sent = this.sendApart(entry.x, entry.metadata);
      if (sent !== undefined) await sent;
    }
    this.#running = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
