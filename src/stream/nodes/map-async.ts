import { Fifo } from '../fifo.ts';
import { type Carried, release, retain } from '../metadata.ts';
import { covered, type Emitted, nameOf, Operator } from '../operator.ts';
import type { Stream } from '../stream.ts';
import { wholeNumber } from './_shared.ts';

export interface MapAsyncOptions {
  /** How many calls may be under way behind the one whose result comes next; default 1. */
  readonly parallelism?: number;
  /** Stop the sources when a call fails; `start()` goes on. */
  readonly stopOnException?: boolean;
}

interface Call<T, U> {
  readonly x: T;
  readonly metadata: Carried;
  result: Promise<U> | undefined;
  started: (() => void) | undefined;
}

/**
 * Sends what `fn(x)` resolves to, in the order of the elements. `emit` waits until the call has begun. A call that fails is
 * reported, and its element is let go of; the others go on.
 */
export class MapAsyncNode<T, U> extends Operator<T, U> {
  override readonly label = 'map_async';
  readonly #fn: (x: T) => Promise<U> | U;
  readonly #limit: number;
  readonly #stopOnException: boolean;
  readonly #calls = new Fifo<Call<T, U>>();
  #running = false;
  #drained: (() => void)[] = [];

  constructor(fn: (x: T) => Promise<U> | U, options: MapAsyncOptions = {}) {
    super();
    this.#fn = fn;
    this.#limit = wholeNumber('mapAsync', 'parallelism', options.parallelism ?? 1, 1) + 1;
    this.#stopOnException = options.stopOnException ?? false;
  }

  override get detail(): string {
    return nameOf(this.#fn);
  }

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    retain(metadata);
    const call: Call<T, U> = { x, metadata, result: undefined, started: undefined };
    this.#calls.push(call);
    if (this.#calls.length <= this.#limit) {
      this.#begin(call);
      if (!this.#running) {
        this.#running = true;
        void this.#run();
      }
      return undefined;
    }
    return covered(
      new Promise<void>(resolve => {
        call.started = resolve;
      }),
    );
  }

  override ended(): Emitted {
    if (!this.#running) return this.node.end();
    return new Promise<void>(resolve => this.#drained.push(resolve)).then(() => this.node.end());
  }

  #begin(call: Call<T, U>): void {
    const fn = this.#fn;
    call.result = new Promise<U>(resolve => resolve(fn(call.x)));
    call.result.catch(() => {}); // it is looked at when its turn comes
    call.started?.();
  }

  async #run(): Promise<void> {
    for (let call = this.#calls.at(0); call !== undefined; call = this.#calls.at(0)) {
      const { x, metadata, result } = call;
      let value: U;
      try {
        value = await result!;
      } catch (error) {
        this.#failed(error, x, metadata);
        this.#leave();
        continue;
      }
      const sent = this.sendApart(value, metadata);
      if (sent !== undefined) await sent;
      this.#leave();
    }
    this.#running = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  #leave(): void {
    this.#calls.shift();
    const next = this.#calls.at(this.#limit - 1);
    if (next) this.#begin(next);
  }

  #failed(error: unknown, x: T, metadata: Carried): void {
    if (this.#stopOnException) void this.node.stop();
    this.apart(() => {
      throw error;
    }, x);
    release(metadata);
  }
}
