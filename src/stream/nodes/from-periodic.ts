import { type Duration, parseDuration } from '../../schema/duration.ts';
import { sleep } from '../clock.ts';
import { Source } from '../source.ts';

/** Calls a function, sends what it gives, waits for what is below, sleeps. */
export class PeriodicSource<T> extends Source<T> {
  override readonly label = 'from_periodic';
  readonly #fn: () => T | Promise<T>;
  readonly #ms: number;

  constructor(fn: () => T | Promise<T>, interval: Duration) {
    super();
    this.#fn = fn;
    this.#ms = parseDuration(interval, 'pollInterval');
  }

  protected override async cycle(): Promise<void> {
    await this.give(await this.#fn());
    await sleep(this.node.clock, this.#ms, this.signal);
  }
}
