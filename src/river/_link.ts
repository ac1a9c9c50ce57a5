import { RedisException } from '../errors.ts';
import { Client, isPassing } from './_client.ts';
import type { RedisConnection } from './connection.ts';

const firstPauseMs = 20;
const longestPauseMs = 2000;

/** A connection that is opened when it is needed, and opened again while it pays to try. */
export class Link {
  readonly #connection: RedisConnection;
  readonly #retryMs: number;
  #client: Client | null = null;
  #opening: Promise<Client> | null = null;
  /** Calls of `close`: one of them may come while a connection is being opened. */
  #closings = 0;
  /** Connections opened after the first. */
  reconnects = 0;
  /** The last connection that was open. */
  last: Client | null = null;

  /** @param retryMs how long to try after the connection broke; 0: not at all */
  constructor(connection: RedisConnection, retryMs: number) {
    this.#connection = connection;
    this.#retryMs = retryMs;
  }

  get canRetry(): boolean {
    return this.#retryMs > 0;
  }

  /** The connection there is, or a first one. @throws RedisException when there is none to be had, or it broke */
  async open(signal?: AbortSignal): Promise<Client> {
    if (this.#client?.isOpen) return this.#client;
    if (this.#client) throw new RedisException(`${this.#connection}: the connection broke`, { lost: true });
    this.#opening ??= Client.open(this.#connection, signal).finally(() => {
      this.#opening = null;
    });
    const closings = this.#closings;
    const client = await this.#opening;
    if (closings !== this.#closings) {
      client.close();
      throw new RedisException(`${this.#connection}: closed`);
    }
    this.#client = this.last = client;
    return client;
  }

  /**
   * A connection after the last one broke: tries with growing pauses.
   *
   * @throws RedisException `cause`, or a later failure, when the time is up
   */
  async reopen(cause: unknown, signal?: AbortSignal): Promise<Client> {
    this.#client?.close();
    this.#client = null;
    const until = performance.now() + this.#retryMs;
    let pauseMs = firstPauseMs;
    let failure = cause;
    while (this.canRetry && performance.now() + pauseMs <= until) {
      await pause(pauseMs, signal);
      try {
        const client = await this.open(signal);
        this.reconnects++;
        return client;
      } catch (error) {
        if (!isPassing(error)) throw error;
        failure = error;
      }
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
    throw failure;
  }

  /** Asks, on a new connection if the old one breaks: for what may be asked twice. */
  async ask<T>(question: (client: Client) => Promise<T>, signal?: AbortSignal): Promise<T> {
    let client = await this.#first(signal);
    while (true) {
      try {
        return await question(client);
      } catch (error) {
        signal?.throwIfAborted();
        if (!this.canRetry || !isPassing(error)) throw error;
        client = await this.reopen(error, signal);
      }
    }
  }

  close(): void {
    this.#closings++;
    this.#client?.close();
    this.#client = null;
  }

  /** Only who was there before is waited for. */
  async #first(signal?: AbortSignal): Promise<Client> {
    try {
      return await this.open(signal);
    } catch (error) {
      if (!this.canRetry || this.last === null || !isPassing(error)) throw error;
      return this.reopen(error, signal);
    }
  }
}

/** Waits; rejects with the signal's reason when it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** The promise, or a rejection with the signal's reason if that comes first. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
