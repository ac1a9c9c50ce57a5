import { report } from './failure.ts';
import type { Carried } from './metadata.ts';
import { type Emitted, type Look, Operator, type Takes } from './operator.ts';

// what `signal` is before the first run
const stoppedSignal = /* @__PURE__ */ AbortSignal.abort();

/**
 * Where elements come from. A subclass says what one cycle does, or runs the whole loop.
 *
 * ```ts
 * class Ticks extends Source<number> {
 *   override readonly label = 'ticks';
 *   #n = 0;
 *   protected override async cycle(): Promise<void> {
 *     await this.give(this.#n++);
 *     await sleep(this.node.clock, 1000, this.signal);
 *   }
 * }
 * const ticks = sourceStream(new Ticks());
 * ```
 */
export abstract class Source<Out> extends Operator<never, Out> {
  override readonly look: Look = 'source';
  #latest: AbortController | undefined;
  #signal: AbortSignal = stoppedSignal;
  #exhausted = false;
  #running: Promise<void> | undefined;

  /** True before the first start, after `stop`, and when the source is exhausted. */
  get stopped(): boolean {
    return this.#latest === undefined || this.#latest.signal.aborted;
  }

  /** Of the run that is going on; aborted by `stop`: cuts sleeps and waits short. */
  protected get signal(): AbortSignal {
    return this.#signal;
  }

  /** Elements from upstream (a loop closed with `connect`) pass through. */
  update(x: never, _who: unknown, metadata: Carried): Emitted {
    return this.emit(x, metadata);
  }

  /** Starts, or goes on after `stop`; while it runs, nothing. The promise settles when the run is over. */
  start(): Promise<void> {
    if (this.#running && !this.stopped) return this.#running;
    this.#latest = new AbortController();
    this.#running = this.#after(this.#running, this.#latest.signal);
    return this.#running;
  }

  /** No further cycle; what was sent already is finished. The promise resolves when the run is over. */
  stop(): Promise<void> {
    this.#latest?.abort();
    return (this.#running ?? Promise.resolve()).catch(() => {});
  }

  override detached(): Emitted {
    return this.stop();
  }

  /**
   * Sends one element. Await the promise, if there is one, before the next: that is back-pressure. A failure that a handler
   * took does not end the source; `failed` is told of it: the element will never be let go.
   */
  protected give(x: Out, metadata?: Carried, failed?: () => void): Promise<void> | undefined {
    try {
      return this.node.sendHeld(x, metadata)?.then(nothing, error => this.#failed(error, x, failed));
    } catch (error) {
      this.#failed(error, x, failed);
      return undefined;
    }
  }

  #failed(error: unknown, x: Out, failed: (() => void) | undefined): void {
    failed?.();
    if (!report(this.node, error, x)) throw error;
  }

  /** Whether all that is attached takes elements in this form. */
  protected wanted(form: Takes): boolean {
    const { downstreams } = this.node;
    return downstreams.length > 0 && downstreams.every(({ operator }) => operator.takes === form);
  }

  /** The source has nothing more to give: the run ends, and everything below learns it. */
  protected finish(): void {
    this.#exhausted = true;
    this.#latest?.abort();
  }

  /** One round: take, send, wait. Rounds follow each other until the source is stopped. */
  protected async cycle(): Promise<void> {
    this.finish();
  }

  /** The whole run, for sources that are no loop of cycles. */
  protected async run(): Promise<void> {
    while (!this.#signal.aborted) await this.cycle();
  }

  async #after(before: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
    // Not in the call of start: sinks that are attached next see the first element too.
    await before?.catch(() => {});
    if (signal.aborted) return;
    this.#signal = signal;
    this.#exhausted = false;
    try {
      await this.run();
      if (this.#exhausted) await this.node.end();
    } catch (error) {
      this.#latest?.abort();
      if (!report(this.node, error, undefined)) throw error;
    }
  }
}

const nothing = (): void => {};
