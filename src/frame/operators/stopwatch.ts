import type { Outlet } from './outlet.ts';

/** After so many timed passes, half as many are timed. */
const samples = 64;
/** In the end one pass in so many is timed. */
const longestPeriod = 64;

/**
 * Finds out how the time of a batch divides over the operators: each is charged with the time during which it, and nobody behind it, works.
 *
 * A look at the clock costs 50 ns and a block needs two for each operator, which is 10 % of what a batch of 100 rows costs. So only some
 * passes (of a block, or of the end of a batch) are timed, and count for the others: all of the first 64, then one in two, one in four …
 * one in 64. Gaps are random, so that a stream with a rhythm of its own is sampled like any other.
 */
export class Stopwatch {
  /** Whether the pass in hand is timed. */
  running = false;
  #at: Outlet | null = null;
  #since = 0;
  #weight = 1;
  #period = 1;
  #timed = 0;
  #gap = 1;
  #seed = 1;

  /** A pass begins at `outlet`; it began at `since`, if that is known. */
  begin(outlet: Outlet, since = 0): void {
    if (--this.#gap > 0) return;
    this.#start(outlet, since, this.#period);
    this.#nextGap();
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

  /** From half a period to one and a half. */
  #nextGap(): void {
    if (++this.#timed % samples === 0 && this.#period < longestPeriod) this.#period *= 2;
    const period = this.#period;
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    this.#gap = period === 1 ? 1 : period / 2 + Math.floor(((this.#seed >>> 8) / 2 ** 24) * (period + 1));
  }
}
