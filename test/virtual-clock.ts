import type { Clock } from '../src/stream/clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** Time that passes only when the test says so. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): Timer {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, fn };
    this.#timers.push(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    this.#timers = this.#timers.filter(timer => timer !== handle);
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets `ms` milliseconds pass, with everything that happens in them. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (this.#next() !== undefined && this.#next()!.at <= end) await this.step();
    this.#now = end;
    await settle();
  }

  /** Goes to the next timer and runs it; false when there is none. */
  async step(): Promise<boolean> {
    const next = this.#next();
    if (next === undefined) return false;
    this.clearTimeout(next);
    this.#now = Math.max(this.#now, next.at);
    next.fn();
    await settle();
    return true;
  }

  /** Lets time pass until the promise settles, to the end of that instant, and gives what the promise gives. */
  async until<T>(promise: Promise<T> | T): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    Promise.resolve(promise).then(done, done);
    await settle();
    while (!settled && (await this.step()));
    while ((this.#next()?.at ?? Number.POSITIVE_INFINITY) <= this.#now) await this.step();
    return promise;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** Everything that can run without waiting has run. */
export const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
