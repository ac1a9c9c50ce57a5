import type { Outlet } from './outlet.ts';

/** Passes that are timed one by one before they are only sampled: short streams have exact figures. */
const exactPasses = 64;
/** One pass in so many is timed then. */
const period = 16;

/**
 * Finds out how the time of a batch divides over the operators: each is charged with the time during which it, and nobody behind it, works.
 *
 * A look at the clock costs 50 ns and a block needs two for each operator, which is 10 % of what a batch of 100 rows costs. So only one pass
 * (of a block, or of the end of a batch) in 16 is timed and counts 16-fold, after the first 64. Gaps are random, so that a stream with a
 * rhythm of its own is sampled like any other.
 */
export class Stopwatch {
  /** Whether the pass in hand is timed. */
  running = false;
  #at: Outlet | null = null;
  #since = 0;
  #weight = 1;
  #passes = 0;
  #gap = period;
  #seed = 1;

  /** A pass begins at `outlet`; it began at `since`, if that is known. */
  begin(outlet: Outlet, since = 0): void {
    if (this.#passes < exactPasses) {
      this.#passes++;
      this.#start(outlet, since, 1);
    } else if (--this.#gap === 0) {
      this.#gap = this.#nextGap();
      this.#start(outlet, since, period);
    }
  }

  /** A pass begins that comes only once. */
  beginLast(outlet: Outlet): void {
    this.#start(outlet, 0, 1);
  }

  /** From now on `outlet`'s operator is at work; gives the one that was. */
  switchTo(outlet: Outlet | null): Outlet | null {
    const before = this.#at;
    if (!this.running) return before;
    const now = performance.now();
    if (before) before.busyMs += (now - this.#since) * this.#weight;
    this.#since = now;
    this.#at = outlet;
    return before;
  }

  /** The pass is over. */
  end(): void {
    if (!this.running) return;
    this.switchTo(null);
    this.running = false;
  }

  #start(outlet: Outlet, since: number, weight: number): void {
    this.running = true;
    this.#at = outlet;
    this.#weight = weight;
    this.#since = since || performance.now();
  }

  /** 8 to 24 passes, 16 on average. */
  #nextGap(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return period / 2 + Math.floor(((this.#seed >>> 8) / 2 ** 24) * (period + 1));
  }
}
