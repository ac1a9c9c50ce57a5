import { TransportError } from '../errors.ts';
import type { Clock } from '../stream/clock.ts';
import { Fifo } from '../stream/fifo.ts';
import { Retry } from './_retry.ts';

/** A connection that takes messages, until it breaks. */
export interface Line<M> {
  /** Whether to wait for a `done` before the next message. */
  readonly isFull: boolean;
  /** Takes a message. `done` says that the other end has it, or, with an error, that it will not take it; a broken line says nothing. */
  send(message: M, done: (error?: unknown) => void): void;
  /** Says goodbye. */
  close(): void | Promise<void>;
}

/** Opens a line. `broken` is called once if it breaks later. @throws TransportError when there is none to be had */
export type Connect<M> = (broken: () => void, signal: AbortSignal) => Promise<Line<M>>;

export interface OutgoingOptions {
  /** How long to try to connect again when the connection breaks; default 60,000. */
  readonly reconnectMs?: number;
  /** Gives up: elements that wait are rejected with its reason. */
  readonly signal?: AbortSignal;
}

class Entry<M> {
  readonly message: M;
  readonly done: (error?: unknown) => void;
  isDone = false;

  constructor(message: M, done: (error?: unknown) => void) {
    this.message = message;
    this.done = done;
  }
}

/**
 * Messages on their way out, in order. It connects for the first one; when the line breaks, what was not confirmed is sent again over
 * the next, from the oldest on.
 */
export class Outgoing<M> {
  readonly #verb: string;
  readonly #connect: Connect<M>;
  readonly #retry: Retry;
  readonly #signal: AbortSignal | undefined;
  readonly #closing = new AbortController();
  readonly #queue = new Fifo<Entry<M>>();
  /** How many at the front of the queue the line has. */
  #handed = 0;
  #line: Line<M> | null = null;
  #opening = false;
  #wasOpen = false;
  /** A line was found, and has confirmed nothing yet. */
  #isFruitless = false;
  #idle: (() => void)[] = [];

  /** @throws OptionError for options that make no sense */
  constructor(verb: string, connect: Connect<M>, { reconnectMs, signal }: OutgoingOptions, clock: Clock) {
    this.#verb = verb;
    this.#connect = connect;
    this.#retry = new Retry(verb, reconnectMs, clock);
    this.#signal = signal;
    signal?.addEventListener('abort', () => this.#giveUp(signal.reason), { once: true });
  }

  /** Resolves when the other end has them all; rejects with the first failure. */
  send(messages: readonly M[]): Promise<void> | undefined {
    this.#signal?.throwIfAborted();
    if (messages.length === 0) return undefined;
    return new Promise<void>((resolve, reject) => {
      let left = messages.length;
      const done = (error?: unknown): void => {
        if (error !== undefined) reject(error);
        else if (--left === 0) resolve();
      };
      for (const message of messages) this.#queue.push(new Entry(message, done));
      this.#handOver();
    });
  }

  /** Resolves when nothing is under way, however that ended. */
  async flush(): Promise<void> {
    if (this.#queue.length > 0) await new Promise<void>(resolve => this.#idle.push(resolve));
  }

  /** Sends what there is, and says goodbye; the next message opens a new line. */
  async end(): Promise<void> {
    await this.flush();
    const line = this.#line;
    this.#line = null;
    this.#wasOpen = this.#isFruitless = false;
    await line?.close();
  }

  /** Messages that are under way are rejected. */
  async destroy(): Promise<void> {
    const line = this.#line;
    this.#giveUp(new TransportError(`${this.#verb}: destroyed before all was sent`));
    await line?.close();
  }

  #handOver(): void {
    const line = this.#line;
    if (!line) {
      if (!this.#opening) void this.#open();
      return;
    }
    while (this.#handed < this.#queue.length && !line.isFull) {
      const entry = this.#queue.at(this.#handed++)!;
      if (entry.isDone) continue; // before a line broke
      line.send(entry.message, error => {
        if (line === this.#line) this.#settle(entry, error);
      });
    }
  }

  #settle(entry: Entry<M>, error: unknown): void {
    if (entry.isDone) return;
    if (this.#isFruitless) {
      this.#isFruitless = false;
      this.#retry.succeeded();
    }
    entry.isDone = true;
    entry.done(error);
    while (this.#queue.at(0)?.isDone) {
      this.#queue.shift();
      this.#handed--;
    }
    if (this.#queue.length === 0) this.#tellIdle();
    this.#handOver();
  }

  async #open(): Promise<void> {
    this.#opening = true;
    try {
      await this.#persist();
    } catch (error) {
      this.#rejectAll(error);
    } finally {
      this.#opening = false;
      if (this.#queue.length > 0) this.#handOver();
    }
  }

  /** Finds a line: at the first attempt, or, when there was one before, after some. */
  async #persist(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      let line: Line<M> | undefined;
      let isBroken = false;
      if (this.#isFruitless && !(await this.#retry.again(signal))) {
        throw new TransportError(`${this.#verb}: the connection breaks again and again before anything is sent`);
      }
      const broken = (): void => {
        isBroken = true;
        if (line !== undefined && line === this.#line) this.#lose();
      };
      try {
        line = await this.#connect(broken, signal);
      } catch (error) {
        if (this.#wasOpen && (await this.#retry.again(signal))) continue;
        throw error;
      }
      this.#wasOpen = this.#isFruitless = true;
      if (isBroken) continue;
      if (signal.aborted) await line.close();
      else this.#line = line;
      return;
    }
  }

  #lose(): void {
    this.#line = null;
    this.#handed = 0;
    if (this.#queue.length > 0) this.#handOver();
  }

  #giveUp(reason: unknown): void {
    this.#closing.abort();
    this.#line = null;
    this.#rejectAll(reason);
  }

  #rejectAll(reason: unknown): void {
    this.#handed = 0;
    for (const { done, isDone } of this.#queue.clear()) if (!isDone) done(reason);
    this.#tellIdle();
  }

  #tellIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
