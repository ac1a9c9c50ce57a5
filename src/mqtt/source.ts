import type { IPublishPacket, MqttClient } from 'mqtt';
import { OptionError, TransportError } from '../errors.ts';
import { RefCounter } from '../stream/metadata.ts';
import { Source } from '../stream/source.ts';
import { type Stream, type StreamOptions, sourceStream } from '../stream/stream.ts';
import { reasonOf } from '../transport/_client.ts';
import { Retry } from '../transport/_retry.ts';
import { Acknowledgements } from './_acknowledgements.ts';
import { connected, type MqttConnectionOptions, placeText } from './_client.ts';

/** A message, as the broker sent it. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** The broker kept it from before the subscription. */
  readonly retain: boolean;
  /** It may have come before. */
  readonly duplicate: boolean;
  /** When it came, in milliseconds since 1970: MQTT itself has no times. */
  readonly timestamp: number;
}

export interface FromMqttOptions extends StreamOptions, MqttConnectionOptions {
  /**
   * 1 (default): a message is acknowledged when everything below is done with it, and comes again if that was never so. 0: it comes at
   * most once.
   */
  readonly qos?: 0 | 1;
  /**
   * Name of a session that outlives the connection: the broker keeps what comes while we are away, and what was not acknowledged. Without
   * one, each connection is a session of its own.
   */
  readonly clientId?: string;
  /** How long to try to connect again when the connection breaks; default 60,000. */
  readonly reconnectMs?: number;
}

/** A connection that held so long was a good one, even if nothing came. */
const goodMs = 5000;
/** What tells mqtt that a message is worked off, but not to be acknowledged by it. */
const ours = /* @__PURE__ */ new Error('acknowledged later');

/** Subscribes while it runs. Messages are sent on one by one, and read no faster than that. */
class MqttSource extends Source<MqttMessage> {
  override readonly label = 'from_mqtt';
  override readonly payloadOf = ({ payload }: MqttMessage): Uint8Array => payload;
  readonly #topics: readonly string[];
  readonly #options: FromMqttOptions;
  readonly #qos: 0 | 1;

  constructor(topics: readonly string[], options: FromMqttOptions) {
    super();
    this.#topics = topics;
    this.#options = options;
    this.#qos = options.qos ?? 1;
    if (topics.length === 0)
      throw new OptionError('topics', 'fromMqtt: no topic is named; name one, as in sensors/+/temperature');
    if (this.#qos === 0 || this.#qos === 1) return;
    throw new OptionError(
      'qos',
      `fromMqtt: qos is ${options.qos}; give 0 or 1 (2 would acknowledge messages before they are worked off)`,
    );
  }

  override get detail(): string {
    return this.#topics.join(', ');
  }

  protected override async run(): Promise<void> {
    const { clock } = this.node;
    const retry = new Retry('fromMqtt', this.#options.reconnectMs, clock);
    for (let opened = false; ; opened = true) {
      const connection = await this.#open(opened, retry);
      if (!connection) return;
      const since = clock.now();
      await connection.over;
      if (this.signal.aborted) return;
      if (connection.count > 0 || clock.now() - since > goodMs) retry.succeeded();
      if (await retry.again(this.signal)) continue;
      if (this.signal.aborted) return;
      throw new TransportError(`fromMqtt: ${placeText(this.#options.url)}: the connection breaks again and again`);
    }
  }

  /** A connection that is subscribed: at the first attempt, or, when there was one before, after some; null after a stop. */
  async #open(opened: boolean, retry: Retry): Promise<Subscription | null> {
    for (;;) {
      try {
        return await this.#subscribe();
      } catch (error) {
        if (this.signal.aborted) return null;
        if (!opened || !(await retry.again(this.signal))) throw error;
      }
    }
  }

  async #subscribe(): Promise<Subscription> {
    const { clientId, url } = this.#options;
    const session = clientId === undefined ? { clean: true } : { clean: false, clientId };
    const give: Give = (packet, receipt, failed) => this.#take(packet, receipt, failed);
    let subscription!: Subscription;
    // What a session was owed comes right after the handshake, before there is a subscription.
    const client = await connected('fromMqtt', this.#options, session, this.signal, client => {
      subscription = new Subscription(client, give, this.signal);
    });
    try {
      await client.subscribeAsync([...this.#topics], { qos: this.#qos });
    } catch (cause) {
      client.end(true);
      const topics = this.#topics.join(', ');
      throw new TransportError(`fromMqtt: ${placeText(url)}: can't subscribe to ${topics}: ${reasonOf(cause)}`, {
        cause,
      });
    }
    return subscription;
  }

  #take(packet: IPublishPacket, done: () => void, failed: () => void): Promise<void> | undefined {
    const { topic, payload, qos, retain, dup } = packet;
    const bytes = payload as Buffer;
    const message: MqttMessage = {
      topic,
      payload: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      qos,
      retain,
      duplicate: dup,
      timestamp: this.node.clock.now(),
    };
    const metadata = qos === 0 ? { topic } : { topic, ref: new RefCounter({ onZero: done }) };
    return this.give(message, [metadata], failed);
  }
}

type Give = (packet: IPublishPacket, done: () => void, failed: () => void) => Promise<void> | undefined;

/** What comes over one connection, until it breaks or is told to stop. */
class Subscription {
  /** Resolves when the connection is closed; rejects when something below failed. */
  readonly over: Promise<void>;
  /** Messages that came. */
  count = 0;
  readonly #client: MqttClient;
  readonly #give: Give;
  readonly #signal: AbortSignal;
  readonly #acknowledgements: Acknowledgements;
  #giving: Promise<void> | undefined;

  constructor(client: MqttClient, give: Give, signal: AbortSignal) {
    this.#client = client;
    this.#give = give;
    this.#signal = signal;
    const { stream } = client;
    this.#acknowledgements = new Acknowledgements(id => {
      // PUBACK in its four bytes: what mqtt offers would hold back the next message as well
      if (client.connected) stream.write(Buffer.of(0x40, 2, id >> 8, id & 0xff));
    });
    // The answer to a ping waits behind the message in hand: silence says nothing then.
    const giveUp = client.onKeepaliveTimeout.bind(client);
    client.onKeepaliveTimeout = () => {
      if (!this.#giving) return giveUp();
      client.sendPing();
      client.reschedulePing(true);
    };
    this.over = new Promise((resolve, reject) => {
      const leave = (): void => void this.#leave();
      signal.addEventListener('abort', leave, { once: true });
      client.once('close', () => {
        signal.removeEventListener('abort', leave);
        resolve(this.#giving);
      });
      client.handleMessage = (packet, next) => this.#take(packet, next as (error?: Error) => void, reject);
    });
    this.over.catch(() => {});
  }

  #take(packet: IPublishPacket, next: (error?: Error) => void, fail: (error: unknown) => void): void {
    const { qos, messageId } = packet;
    const proceed = (): void => {
      this.#giving = undefined;
      next(qos === 1 ? ours : undefined);
    };
    const stop = (error: unknown): void => {
      this.#giving = undefined;
      fail(error);
      this.#client.end(true);
    };
    if (this.#signal.aborted) {
      proceed();
      return;
    }
    this.count++;
    const receipt = qos === 1 ? this.#acknowledgements.receipt(messageId!) : noReceipt;
    try {
      const sent = this.#give(packet, receipt.done, receipt.failed);
      if (sent) this.#giving = sent.then(proceed, stop);
      else proceed();
    } catch (error) {
      stop(error);
    }
  }

  /** Says goodbye when the message in hand is worked off. */
  async #leave(): Promise<void> {
    await this.#giving;
    await null; // the reference of that message tells in a microtask
    this.#client.end();
  }
}

const noReceipt = /* @__PURE__ */ Object.freeze({ done: () => {}, failed: () => {} });

/**
 * The messages of MQTT topics (`sensors/+/temperature`, `logs/#`), as they come. One is read when the one before it is worked off. Needs the
 * package `mqtt`.
 *
 * ```ts
 * fromMqtt('sensors/+/temperature', { url: 'mqtt://localhost' }).toDataFrame(ndjson({ at: timestamp('ms'), celsius: f64() }));
 * ```
 *
 * Brokers stop sending when too many messages are not acknowledged (mosquitto: 20, `max_inflight_messages`): nodes that hold more than
 * that, such as a `partition(100)`, want a broker that allows it.
 *
 * @throws OptionError for options that make no sense
 */
export function fromMqtt(topics: string | readonly string[], options: FromMqttOptions = {}): Stream<MqttMessage> {
  return sourceStream(new MqttSource(typeof topics === 'string' ? [topics] : topics, options), options);
}
