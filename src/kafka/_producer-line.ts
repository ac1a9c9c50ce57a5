import type { Producer } from '@platformatic/kafka';
import type { Line } from '../transport/_outgoing.ts';
import { isHopeless, says } from './_client.ts';

/** A message to be sent, as the client takes it. */
export interface Outbound {
  readonly topic: string;
  /** Chosen when it is sent first, unless it was given. */
  partition: number | undefined;
  readonly key: Buffer | undefined;
  readonly value: Buffer;
  readonly headers: Map<Buffer, Buffer> | undefined;
  readonly timestamp: bigint | undefined;
}

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

interface Waiting {
  readonly message: Outbound;
  readonly done: (error?: unknown) => void;
}

/**
 * Bytes of a batch. What goes to one partition is one record batch, and brokers take batches of about a million bytes
 * (`message.max.bytes`); a larger message goes alone, and is refused if it is too large.
 */
const requestBytes = 512 << 10;
/** What a message takes besides its key and value, more or less. */
const overheadBytes = 64;
/** Messages that wait for their batch, at most. */
const mostWaiting = 10_000;

/** Sends messages in order, batch after batch: what comes while one is under way goes together in the next. */
export class ProducerLine implements Line<Outbound> {
  readonly #producer: Producer;
  readonly #settings: { readonly acks: number; readonly compression: Compression };
  readonly #broken: () => void;
  readonly #failure: (cause: unknown) => Error;
  readonly #partitionOf: (key: Buffer) => number;
  #turn = 0;
  #waiting: Waiting[] = [];
  #isSending = false;

  constructor(
    producer: Producer,
    settings: { readonly acks: number; readonly compression: Compression },
    broken: () => void,
    failure: (cause: unknown) => Error,
    partitionOf: (key: Buffer) => number,
  ) {
    this.#producer = producer;
    this.#settings = settings;
    this.#broken = broken;
    this.#failure = failure;
    this.#partitionOf = partitionOf;
  }

  get isFull(): boolean {
    return this.#waiting.length >= mostWaiting;
  }

  send(message: Outbound, done: (error?: unknown) => void): void {
    this.#waiting.push({ message, done });
    if (this.#isSending) return;
    this.#isSending = true;
    // in a microtask: what is emitted in one turn goes together
    queueMicrotask(() => void this.#sendAll());
  }

  async close(): Promise<void> {
    await this.#producer.close(true);
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      const settled = await this.#byPartition(batch).then(
        groups => Promise.all(groups.map(group => this.#settle(group))),
        error => [this.#refuse(batch, error)],
      );
      if (settled.includes(false)) {
        void this.close().catch(() => {});
        this.#broken();
        return;
      }
    }
    this.#isSending = false;
  }

  /** Sends them, and says of each what became of it; false when the line broke: they are to be sent again. */
  async #settle(group: readonly Waiting[]): Promise<boolean> {
    try {
      await this.#producer.send({ messages: group.map(({ message }) => message), ...this.#settings });
    } catch (error) {
      if (group.length === 1 || !isRefused(error)) return this.#refuse(group, error);
      // one by one, to find out which it is
      for (const waiting of group) if (!(await this.#settle([waiting]))) return false;
      return true;
    }
    for (const { done } of group) done();
    return true;
  }

  #refuse(group: readonly Waiting[], error: unknown): boolean {
    if (!isRefused(error)) return false;
    for (const { done } of group) done(this.#failure(error));
    return true;
  }

  /**
   * A request for each partition: one for several may fail in part, and what part that is can't always be told (the client fails to read
   * answers that name a new leader). Messages without a key or partition stay together, and take turns from batch to batch.
   */
  async #byPartition(batch: readonly Waiting[]): Promise<Waiting[][]> {
    const names = [...new Set(batch.map(({ message }) => message.topic))];
    const { topics } = await this.#producer.metadata({ topics: names });
    const turn = this.#turn++;
    const groups = new Map<string, Waiting[]>();
    for (const waiting of batch) {
      const { message } = waiting;
      const { topic, key } = message;
      const number = message.partition ?? (key ? this.#partitionOf(key) : turn);
      message.partition = number % topics.get(topic)!.partitionsCount;
      const place = `${topic}:${message.partition}`;
      const group = groups.get(place);
      if (group) group.push(waiting);
      else groups.set(place, [waiting]);
    }
    return [...groups.values()];
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { message } of this.#waiting) {
      bytes += message.value.length + (message.key?.length ?? 0) + overheadBytes;
      if (bytes > requestBytes && count > 0) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}

/** Whether the broker will never take it. */
const isRefused = (error: unknown): boolean =>
  isHopeless(error) ||
  ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'CORRUPT_MESSAGE'].some(id => says(error, 'apiId', id));
