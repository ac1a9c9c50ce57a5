import { type Duration, parseDuration } from '../../schema/duration.ts';
import { Fifo } from '../fifo.ts';
import { type Carried, release, retain } from '../metadata.ts';
import { afterwards, covered, type Emitted, type Look, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';

interface Entry<T> {
  readonly x: T;
  readonly metadata: Carried;
  readonly leave: (sent: Emitted) => void;
  readonly fail: (error: unknown) => void;
}

/** Elements leave at least `interval` apart, in order. `emit` waits until its element has left and is done. */
export class RateLimitNode<T> extends Operator<T, T> {
  override readonly label = 'rate_limit';
  override readonly look: Look = 'time';
  readonly #interval: Duration;
  readonly #ms: number;
  readonly #queue = new Fifo<Entry<T>>();
  #free = Number.NEGATIVE_INFINITY;
  #timer: unknown;
  #drained: (() => void)[] = [];

  constructor(interval: Duration) {
    super();
    this.#interval = interval;
    this.#ms = parseDuration(interval, 'interval');
  }

  override get detail(): string {
    return String(this.#interval);
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    const now = this.node.clock.now();
    if (this.#queue.length === 0 && now >= this.#free) {
      this.#free = now + this.#ms;
      return this.emit(x, metadata);
    }
    retain(metadata);
    return covered(
      new Promise<unknown>((leave, fail) => {
        this.#queue.push({ x, metadata, leave, fail });
        if (this.#queue.length === 1) this.#wait(now);
      }),
    );
  }

  override ended(): Emitted {
    if (this.#queue.length === 0) return this.node.end();
    return new Promise<void>(resolve => this.#drained.push(resolve)).then(() => this.node.end());
  }

  override detached(): Emitted {
    this.node.clock.clearTimeout(this.#timer);
    return undefined;
  }

  #wait(now: number): void {
    this.#timer = this.node.clock.setTimeout(() => this.#next(), this.#free - now);
  }

  #next(): void {
    const { x, metadata, leave, fail } = this.#queue.shift()!;
    const now = this.node.clock.now();
    this.#free = now + this.#ms;
    if (this.#queue.length > 0) this.#wait(now);
    try {
      leave(afterwards(this.emit(x, metadata), () => release(metadata)));
    } catch (error) {
      fail(error);
    }
    if (this.#queue.length === 0) for (const resolve of this.#drained.splice(0)) resolve();
  }
}
