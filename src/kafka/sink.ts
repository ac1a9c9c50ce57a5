import { OptionError, TransportError } from '../errors.ts';
import { type Duration, parseDuration } from '../schema/duration.ts';
import { type Carried, release, retain } from '../stream/metadata.ts';
import { covered, type Emitted, type Look, Operator } from '../stream/operator.ts';
import type { Stream } from '../stream/stream.ts';
import { type Message, type MessageOptions, Messages } from '../transport/_messages.ts';
import { Outgoing, type OutgoingOptions } from '../transport/_outgoing.ts';
import { clientOptions, failure, type KafkaConnectionOptions, kafkaModule } from './_client.ts';
import { type Compression, type Outbound, ProducerLine } from './_producer-line.ts';

type Bytes = string | Uint8Array;

export interface ToKafkaOptions<T = any> extends MessageOptions, OutgoingOptions, KafkaConnectionOptions {
  /** The key of an element's message; with a codec of a batch's, which are the rows of one message. Messages of one key keep their order. */
  readonly key?: (value: T) => Bytes | null | undefined;
  readonly headers?: Readonly<Record<string, Bytes>> | ((value: T) => Readonly<Record<string, Bytes>>);
  /** The partition, modulo their number; default by the key, as Kafka's own clients do, or in turns when there is none. */
  readonly partition?: number | ((value: T) => number);
  /** When it happened, in milliseconds since 1970; default now. */
  readonly timestamp?: (value: T) => number | Date;
  /** How many copies must be stored before a message counts as taken: all that are in sync (default), the leader's, none. */
  readonly acks?: 'all' | 1 | 0;
  /** Default none. */
  readonly compression?: Compression;
  /**
   * Elements that may wait for the broker while `emit` does not; default 0. Their references are held meanwhile, so that nothing counts as
   * done before it is.
   */
  readonly ahead?: number;
}

/** Where a message goes: a topic, or a function of the element. */
export type KafkaTopic<T = any> = string | ((value: T) => string);

const compressions: readonly string[] = /* @__PURE__ */ Object.freeze(['none', 'gzip', 'snappy', 'lz4', 'zstd']);

/** Sends elements on when the broker has taken them. */
export class KafkaSink<T> extends Operator<T, T> {
  override readonly label = 'to_kafka';
  override readonly look: Look = 'sink';
  readonly #topic: KafkaTopic<any>;
  readonly #options: ToKafkaOptions<any>;
  readonly #messages: Messages;
  readonly #ahead: number;
  #outgoing!: Outgoing<Outbound>;
  /** Elements that the broker has not taken yet. */
  #pending = 0;
  #room: (() => void)[] = [];

  constructor(topic: KafkaTopic<any>, options: ToKafkaOptions<any>) {
    super();
    this.#topic = topic;
    this.#options = options;
    this.#messages = new Messages('toKafka', options);
    this.#ahead = options.ahead ?? 0;
    const { acks = 'all', compression = 'none', ahead = 0 } = options;
    if (topic === '')
      throw new OptionError('topic', 'toKafka: the topic is empty; give a name, or a function of the element');
    if (!['all', 0, 1].includes(acks)) throw new OptionError('acks', `toKafka: acks is ${acks}; give 'all', 1 or 0`);
    if (!compressions.includes(compression)) {
      throw new OptionError(
        'compression',
        `toKafka: no compression "${compression}"; there is ${compressions.join(', ')}`,
      );
    }
    if (!(ahead >= 0)) throw new OptionError('ahead', `toKafka: ahead is ${ahead}; give a number from 0`);
  }

  override get detail(): string {
    return typeof this.#topic === 'string' ? this.#topic : this.#topic.name;
  }

  override attached(): void {
    this.#outgoing = new Outgoing('toKafka', broken => this.#connect(broken), this.#options, this.node.clock);
  }

  override update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    const sent = this.#outgoing.send(this.#messages.of(x).map(message => this.#outbound(message)));
    if (sent === undefined) return this.emit(x, metadata);
    const passed = sent.then(() => this.emit(x, metadata));
    return this.#ahead === 0 ? passed : this.#goAhead(passed, x, metadata);
  }

  /**
   * Resolves when the broker has taken everything that came so far.
   *
   * @throws TransportError when that takes longer than `timeout`
   */
  async flush(timeout?: Duration): Promise<void> {
    const flushed = this.#outgoing.flush();
    if (timeout === undefined) return flushed;
    const { clock } = this.node;
    let timer: unknown;
    const late = new Promise<never>((_, reject) => {
      const text = `flush: toKafka has not sent everything within ${timeout}`;
      timer = clock.setTimeout(() => reject(new TransportError(text)), parseDuration(timeout, 'timeout'));
    });
    return Promise.race([flushed, late]).finally(() => clock.clearTimeout(timer));
  }

  override async ended(): Promise<void> {
    await this.#outgoing.end();
    if (this.#pending > 0) await new Promise<void>(resolve => this.#room.push(resolve));
    await this.node.end();
  }

  override detached(): Emitted {
    return this.#outgoing.destroy();
  }

  /** Lets the emitter go on while there is room; a failure goes to `onError`. */
  #goAhead(passed: Promise<unknown>, x: T, metadata: Carried): Emitted {
    retain(metadata);
    this.#pending++;
    const settle = (): void => {
      this.#pending--;
      for (const resolve of this.#room.splice(0)) resolve();
    };
    this.apart(
      () =>
        passed.then(
          () => {
            release(metadata);
            settle();
          },
          error => {
            settle();
            throw error;
          },
        ),
      x,
    );
    return this.#pending > this.#ahead ? covered(this.#untilRoom()) : undefined;
  }

  async #untilRoom(): Promise<void> {
    while (this.#pending > this.#ahead) await new Promise<void>(resolve => this.#room.push(resolve));
  }

  #outbound({ value, payload }: Message): Outbound {
    const { key, headers, partition, timestamp } = this.#options;
    const topic = typeof this.#topic === 'string' ? this.#topic : this.#topic(value);
    const keyBytes = key?.(value);
    const pairs = typeof headers === 'function' ? headers(value) : headers;
    const number = typeof partition === 'function' ? partition(value) : partition;
    const time = timestamp?.(value);
    return {
      topic,
      partition: number,
      key: keyBytes === undefined || keyBytes === null ? undefined : bufferOf(keyBytes),
      value: bufferOf(payload),
      headers: pairs && new Map(Object.entries(pairs).map(([name, text]) => [Buffer.from(name), bufferOf(text)])),
      timestamp: time === undefined ? undefined : BigInt(Math.trunc(Number(time))),
    };
  }

  async #connect(broken: () => void): Promise<ProducerLine> {
    const { Producer, compatibilityPartitioner } = await kafkaModule('toKafka');
    const { acks = 'all', compression = 'none' } = this.#options;
    const failed = (cause: unknown) => failure('toKafka', this.#options, cause);
    // what a request does in part, the client would do all over again
    const producer = new Producer({ ...clientOptions(this.#options), repeatOnStaleMetadata: false });
    const settings = { acks: acks === 'all' ? -1 : acks, compression };
    const place = (key: Buffer): number => compatibilityPartitioner({} as never, key); // as Kafka's own clients do
    const line = new ProducerLine(producer, settings, broken, failed, place);
    try {
      await producer.metadata({ topics: typeof this.#topic === 'string' ? [this.#topic] : [] });
    } catch (cause) {
      void line.close().catch(() => {});
      throw failed(cause);
    }
    return line;
  }
}

const bufferOf = (bytes: Bytes): Buffer =>
  typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/**
 * Sends every element to a Kafka topic: texts, bytes, or batches through a codec. Elements come out below when the broker has taken them, and
 * `emit` waits for that; elements that are emitted meanwhile go in one request. A connection that breaks is mended, and what was
 * not confirmed is sent again: it may come twice. Needs the package `@platformatic/kafka`.
 *
 * ```ts
 * orders.map(order => JSON.stringify(order)).through(toKafka('orders', { key: text => JSON.parse(text).customer }));
 * frame.stream.through(toKafka('vwap', { bootstrapBrokers: 'localhost:9092', codec: ndjson(), compression: 'lz4' }));
 * ```
 *
 * @throws OptionError for options that make no sense
 */
export function toKafka<T = any>(topic: KafkaTopic<T>, options: ToKafkaOptions<T> = {}): KafkaSink<T> {
  return new KafkaSink<T>(topic, options);
}
