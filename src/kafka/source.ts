import { OptionError } from '../errors.ts';
import { type Duration, parseDuration } from '../schema/duration.ts';
import { sleep } from '../stream/clock.ts';
import { type Metadata, RefCounter } from '../stream/metadata.ts';
import { Source } from '../stream/source.ts';
import { Stream } from '../stream/stream.ts';
import { kafkaModule } from './_client.ts';
import type { Fetched } from './_fetched.ts';
import { checkSourceOptions, type KafkaPosition, type KafkaSourceOptions } from './_options.ts';
import type { Partition } from './_partition.ts';
import { Reader } from './_reader.ts';
import type { KafkaMessage } from './message.ts';

export interface FromKafkaOptions extends KafkaSourceOptions {
  /** Send whole messages, with key, headers, offset and time, instead of their values. */
  readonly keys?: boolean;
}

export interface FromKafkaBatchedOptions extends FromKafkaOptions {
  /** How long to wait between polls; default `'1s'`. */
  readonly pollInterval?: Duration;
  /** Messages of a list at most; default 10,000. */
  readonly maxBatchSize?: number;
  /** Read only so many partitions, those with the lowest numbers. */
  readonly npartitions?: number;
}

/** A stream of messages, which knows where it stands. */
export class KafkaStream<T> extends Stream<T> {
  readonly #source: KafkaSource<T>;

  constructor(source: KafkaSource<T>, options: KafkaSourceOptions) {
    super(options, source);
    this.#source = source;
  }

  /** Behind the messages that everything below has taken. Plain data, and a `start` for later. */
  get position(): KafkaPosition {
    return this.#source.position;
  }
}

/** How lists of messages become elements. */
type Form = 'values' | 'messages';

/** Reads the partitions that are ours, one list of messages after the other. */
abstract class KafkaSource<T> extends Source<T> {
  override readonly payloadOf: (element: any) => unknown;
  protected readonly form: Form;
  readonly #topics: readonly string[];
  #options: FromKafkaOptions;
  readonly #partitions = new Map<string, Partition>();
  /** The option `start` has said where. */
  #begun = false;
  protected reader!: Reader;
  #inputs: readonly string[] = [];

  constructor(topics: readonly string[], options: FromKafkaOptions) {
    super();
    this.#topics = topics;
    this.#options = options;
    this.form = options.keys ? 'messages' : 'values';
    this.payloadOf = options.keys ? ({ value }: KafkaMessage) => value : (value: Uint8Array) => value;
  }

  protected abstract readonly verb: string;
  protected readonly npartitions: number = Number.POSITIVE_INFINITY;

  /** Sends on what the reader brings, until it is told to stop. */
  protected abstract read(): Promise<void>;

  override get detail(): string {
    return this.#topics.join(', ');
  }

  /** The partitions that are ours. */
  override get inputs(): readonly string[] {
    const names = [...this.#partitions].filter(([, { isOwned }]) => isOwned).map(([name]) => name);
    const known = names.length === this.#inputs.length && names.every((name, at) => name === this.#inputs[at]);
    if (!known) this.#inputs = names;
    return this.#inputs;
  }

  /** Behind the messages that everything below has taken. */
  get position(): KafkaPosition {
    const position: Record<string, Record<string, number>> = {};
    for (const { topic, number, position: offset } of this.#partitions.values()) {
      position[topic] ??= {};
      position[topic][number] = offset;
    }
    return position;
  }

  /** Begin there at the next start. */
  seek(position: KafkaPosition): void {
    this.#options = { ...this.#options, start: position };
    this.#partitions.clear();
    this.#begun = false;
  }

  protected override async run(): Promise<void> {
    const reading = {
      verb: this.verb,
      topics: this.#topics,
      options: this.#options,
      npartitions: this.npartitions,
      partitions: this.#partitions,
      module: await kafkaModule(this.verb),
      clock: this.node.clock,
    };
    this.reader = new Reader(reading, !this.#begun, this.signal);
    try {
      await this.reader.open();
      await this.read();
    } finally {
      await this.reader.close();
      this.#begun ||= this.#partitions.size > 0;
      if (this.#options.groupId !== undefined) this.#forgetFailed();
    }
  }

  /** What failed comes again at the next start, from where the group stands. */
  #forgetFailed(): void {
    for (const [key, partition] of this.#partitions) if (partition.hasFailed) this.#partitions.delete(key);
  }

  /** All messages of a list as one element. */
  protected async giveAll({ partition, messages, end }: Fetched): Promise<void> {
    if (messages.length === 0) {
      this.#pass(partition, end);
      return;
    }
    const [first, last] = [messages[0]!, messages.at(-1)!];
    const { topic, number } = partition;
    const metadata = { topic, partition: number, offset: first.offset, end, timestamp: last.timestamp };
    const list = this.form === 'messages' ? messages : messages.map(({ value }) => value);
    await this.give(list as T, [{ ...metadata, ref: this.#reference(partition, end) }], () => {
      partition.hasFailed = true;
    });
    partition.position = end;
  }

  /** The messages of a list one by one; what is left after a stop is read again. */
  protected async giveEach({ partition, messages, end, epoch }: Fetched): Promise<void> {
    const failed = (): void => {
      partition.hasFailed = true;
    };
    for (const message of messages) {
      if (this.signal.aborted || partition.epoch !== epoch) return;
      const { topic, partition: number, offset, timestamp, key, value } = message;
      const ref = this.#reference(partition, offset + 1);
      const metadata: Metadata[] = [{ ref, topic, partition: number, offset, end: offset + 1, timestamp, key }];
      const sent = this.give((this.form === 'messages' ? message : value) as T, metadata, failed);
      if (sent !== undefined) await sent;
      partition.position = offset + 1;
    }
    if (!this.signal.aborted) this.#pass(partition, end);
  }

  #pass(partition: Partition, end: number): void {
    if (partition.position >= end) return;
    partition.skip(end);
    partition.position = end;
    this.reader.group.touch();
  }

  #reference(partition: Partition, end: number): RefCounter {
    const done = partition.hold(end);
    const { group } = this.reader;
    return new RefCounter({
      onZero: () => {
        done();
        group.touch();
      },
    });
  }
}

class StreamingSource extends KafkaSource<Uint8Array | KafkaMessage> {
  override readonly label = 'from_kafka';
  protected readonly verb = 'fromKafka';

  protected override async read(): Promise<void> {
    for await (const list of this.reader.lists()) {
      if (this.wanted('messages')) await this.giveAll(list);
      else await this.giveEach(list);
    }
  }
}

class BatchedSource extends KafkaSource<readonly Uint8Array[] | readonly KafkaMessage[]> {
  override readonly label = 'from_kafka_batched';
  protected readonly verb = 'fromKafkaBatched';
  protected override readonly npartitions: number;
  readonly #maxBatchSize: number;
  readonly #pollMs: number;

  constructor(topics: readonly string[], options: FromKafkaBatchedOptions) {
    super(topics, options);
    const { maxBatchSize = 10_000, pollInterval = '1s', npartitions } = options;
    const whole = (value: number): boolean => Number.isInteger(value) && value > 0;
    if (!whole(maxBatchSize)) {
      throw new OptionError(
        'maxBatchSize',
        `fromKafkaBatched: maxBatchSize is ${maxBatchSize}; give a whole number from 1`,
      );
    }
    if (npartitions !== undefined && !whole(npartitions)) {
      throw new OptionError(
        'npartitions',
        `fromKafkaBatched: npartitions is ${npartitions}; give a whole number from 1`,
      );
    }
    this.npartitions = npartitions ?? Number.POSITIVE_INFINITY;
    this.#maxBatchSize = maxBatchSize;
    this.#pollMs = parseDuration(pollInterval, 'pollInterval');
  }

  protected override async read(): Promise<void> {
    while (!this.signal.aborted) {
      for (const list of await this.reader.poll(this.#maxBatchSize)) {
        if (this.signal.aborted) return;
        if (list.partition.epoch === list.epoch) await this.giveAll(list);
      }
      await sleep(this.node.clock, this.#pollMs, this.signal);
    }
  }
}

const listOf = (topics: string | readonly string[]): readonly string[] =>
  Array.isArray(topics) ? topics : [topics as string];

/**
 * The values of the messages in Kafka topics, as they come; with `keys` whole messages. Messages without a value are passed over.
 * Where they stood travels with them: `topic`, `partition`, `offset`, `timestamp` and `key` are in the metadata. Needs the package
 * `@platformatic/kafka`.
 *
 * ```ts
 * fromKafka('trades', { bootstrapBrokers: ['localhost:9092'], groupId: 'vwap' })
 *   .toDataFrame(ndjson({ at: timestamp('ms'), symbol: utf8(), price: f64() }), { index: 'at' });
 * ```
 *
 * A frame takes all that a broker sent of a partition at once. With a group, offsets are committed when everything below is done; after a
 * crash the messages that were not done come again.
 *
 * @throws OptionError for options that make no sense
 */
export function fromKafka(
  topics: string | readonly string[],
  options: FromKafkaOptions & { readonly keys: true },
): KafkaStream<KafkaMessage>;
export function fromKafka(topics: string | readonly string[], options?: FromKafkaOptions): KafkaStream<Uint8Array>;
export function fromKafka(topics: string | readonly string[], options: FromKafkaOptions = {}): KafkaStream<any> {
  checkSourceOptions('fromKafka', listOf(topics), options);
  return new KafkaStream(new StreamingSource(listOf(topics), options), options);
}

/**
 * Lists of messages: in each poll one for each partition that has any. A list's offsets are committed when everything below is done
 * with it. Else as `fromKafka`.
 *
 * @throws OptionError for options that make no sense
 */
export function fromKafkaBatched(
  topics: string | readonly string[],
  options: FromKafkaBatchedOptions & { readonly keys: true },
): KafkaStream<readonly KafkaMessage[]>;
export function fromKafkaBatched(
  topics: string | readonly string[],
  options?: FromKafkaBatchedOptions,
): KafkaStream<readonly Uint8Array[]>;
export function fromKafkaBatched(
  topics: string | readonly string[],
  options: FromKafkaBatchedOptions = {},
): KafkaStream<any> {
  checkSourceOptions('fromKafkaBatched', listOf(topics), options);
  return new KafkaStream(new BatchedSource(listOf(topics), options), options);
}
