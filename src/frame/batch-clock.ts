/** All batches are timed at first, and batches that take longer than this always are. */
const firstBatches = 64;
const longMs = 0.05;
/** Of short batches one in so many is timed, and counts for the others. */
const period = 16;

/**
 * Cuts the time of a frame into pieces without gaps: waiting for input, computing, sinks.
 *
 * A look at the clock costs 50 ns and a batch needs three, as much as a tenth of what a batch of 100 rows costs: so those of short batches are
 * only sampled.
 */
export class BatchClock {
  #timed = true;
  #weight = 1;
  #since = performance.now();
  #began = this.#since;
  #gap = 0;
  #left = firstBatches;

  /** When the batch in hand was begun; 0 when it is not timed. */
  get since(): number {
    return this.#timed ? this.#since : 0;
  }

  /** Milliseconds since the last look that count for what went on meanwhile; 0 while nobody looks. */
  lap(): number {
    if (!this.#timed) return 0;
    const since = this.#since;
    this.#since = performance.now();
    return (this.#since - since) * this.#weight;
  }

  /** The batch in hand is over. */
  next(): void {
    if (this.#timed) {
      const took = this.#since - this.#began;
      this.#began = this.#since;
      if (this.#left > 0) this.#left--;
      else if (took < longMs) {
        this.#timed = false;
        this.#gap = period;
      }
      this.#weight = 1;
      if (this.#timed) return;
    }
    if (--this.#gap > 0) return;
    this.#timed = true;
    this.#weight = period;
    this.#since = this.#began = performance.now();
  }
}
