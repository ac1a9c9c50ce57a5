import type { Batch } from '../column/batch.ts';
import type { BatchClock } from './batch-clock.ts';
import type { RunningNode } from './compiler.ts';
import type { FrameSink } from './frame-sink.ts';
import type { Inputs } from './inputs.ts';
import type { TappedRows } from './operators/tap.ts';

/** Who takes results at the end of a plan: a user's function, or a join. */
export interface Taker extends RunningNode {
  readonly deliver: (result: any) => unknown;
  /** It will never be the result's turn. */
  readonly drop?: (result: any) => void;
  /** What `deliver` writes to, if that is more than a function. */
  readonly sink: FrameSink | null;
  /** Milliseconds that it took, with promises that were waited for. */
  waitMs: number;
}

interface Result {
  readonly taker: Taker;
  /** A batch, or for taps rows in linear memory, and null at the end. */
  readonly result: Batch | TappedRows | null;
}

/** Hands the results of one batch after the other to those who take them, in the order in which they were attached. */
export class Delivery {
  /** In the order in which they were attached. */
  readonly takers = new Set<Taker>();
  /** Milliseconds that sinks took. */
  sinkMs = 0;
  /** A sink has failed: what came before it was taken. */
  isTorn = false;
  readonly #clock: BatchClock;
  readonly #inputs: Inputs;
  /** Results computed for the batch in hand. */
  #results: Result[] = [];
  #pending: Promise<void> | null = null;

  constructor(clock: BatchClock, inputs: Inputs) {
    this.#clock = clock;
    this.#inputs = inputs;
  }

  /** Slow sinks are not done yet. */
  get isBusy(): boolean {
    return this.#pending !== null;
  }

  /** A result, to be delivered once the batch is computed. */
  add(taker: Taker, result: Result['result']): void {
    this.#results.push({ taker, result });
  }

  /** The batch in hand failed: nobody sees its results. */
  drop(): void {
    for (const { taker, result } of this.#results.splice(0)) taker.drop?.(result);
  }

  /** Runs when slow sinks are done. */
  after(run: () => void | Promise<void>): Promise<void> {
    const next = this.#pending!.then(run);
    this.#setPending(next);
    return next;
  }

  /** Hands results to sinks, each after the ones before it are done. */
  deliver(): void | Promise<void> {
    if (this.#results.length > 1) return this.#deliverAll();
    // out of the list first: the sink may push into the same frame
    const result = this.#results.pop();
    const waiting = result && this.#hand(result);
    if (waiting) return this.#wait(waiting, []);
    this.#clock.next();
  }

  #deliverAll(): void | Promise<void> {
    const results = this.#results;
    this.#results = [];
    results.sort((a, b) => a.taker.id - b.taker.id);
    for (let at = 0; at < results.length; at++) {
      const waiting = this.#hand(results[at]!);
      if (waiting) return this.#wait(waiting, results.slice(at + 1));
    }
    this.#clock.next();
  }

  /** A sink is not done yet: the others' turn comes after it. */
  #wait(waiting: Promise<void>, later: readonly Result[]): Promise<void> {
    this.#inputs.pause();
    const rest = (async () => {
      try {
        await waiting;
        for (const result of later) await this.#hand(result);
      } finally {
        this.#inputs.unpause();
      }
      this.#clock.next();
    })();
    this.#setPending(rest);
    return rest;
  }

  /** One result to its sink. */
  #hand({ taker, result }: Result): void | Promise<void> {
    try {
      const waiting = taker.deliver(result);
      if (!(waiting instanceof Promise)) return this.#charge(taker);
      return waiting.then(
        () => this.#charge(taker),
        error => this.#tear(error),
      );
    } catch (error) {
      this.#tear(error);
    }
  }

  #tear(error: unknown): never {
    this.isTorn = true;
    throw error;
  }

  /** The time since the last look at the clock was a sink's. */
  #charge(taker: Taker): void {
    const ms = this.#clock.lap();
    taker.waitMs += ms;
    this.sinkMs += ms;
  }

  #setPending(work: Promise<void>): void {
    const settled = work.then(noop, noop).then(() => {
      if (this.#pending === settled) this.#pending = null;
    });
    this.#pending = settled;
  }
}

const noop = (): void => {};
