import type { MqttClient } from 'mqtt';
import { OptionError, TransportError } from '../errors.ts';
import { type Emitted, type Look, Operator } from '../stream/operator.ts';
import { reasonOf } from '../transport/_client.ts';
import { type Message, type MessageOptions, Messages } from '../transport/_messages.ts';
import { type Line, Outgoing, type OutgoingOptions } from '../transport/_outgoing.ts';
import { connected, type MqttConnectionOptions, placeText } from './_client.ts';

export interface ToMqttOptions extends MessageOptions, OutgoingOptions, MqttConnectionOptions {
  /** What `emit` waits for: 1 (default) until the broker has the message, 2 also that it has it once, 0 until it is on its way. */
  readonly qos?: 0 | 1 | 2;
  /** The broker keeps the last message of the topic, for those who subscribe later. */
  readonly retain?: boolean;
}

/** Where a message goes: a topic, or a function of the element. */
export type MqttTopic = string | ((value: any) => string);

interface Publication {
  readonly topic: string;
  readonly payload: string | Buffer;
}

/** Messages that the broker has not confirmed, at most; their numbers have 16 bits. */
const mostUnconfirmed = 1000;

class MqttLine implements Line<Publication> {
  readonly #client: MqttClient;
  readonly #options: ToMqttOptions;
  #unconfirmed = 0;

  constructor(client: MqttClient, options: ToMqttOptions) {
    this.#client = client;
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#unconfirmed >= mostUnconfirmed;
  }

  send({ topic, payload }: Publication, done: (error?: unknown) => void): void {
    const { qos = 1, retain = false, url } = this.#options;
    this.#unconfirmed++;
    this.#client.publish(topic, payload, { qos, retain }, cause => {
      this.#unconfirmed--;
      if (!cause) done();
      // what the broker refuses is refused for good; what was under way when the line broke is sent again
      else if (this.#client.connected) {
        done(new TransportError(`toMqtt: ${placeText(url)}: ${topic}: ${reasonOf(cause)}`, { cause }));
      }
    });
  }

  async close(): Promise<void> {
    await this.#client.endAsync();
  }
}

class MqttSink extends Operator<unknown, never> {
  override readonly label = 'to_mqtt';
  override readonly look: Look = 'sink';
  readonly #topic: MqttTopic;
  readonly #options: ToMqttOptions;
  readonly #messages: Messages;
  #outgoing!: Outgoing<Publication>;

  constructor(topic: MqttTopic, options: ToMqttOptions) {
    super();
    this.#topic = topic;
    this.#options = options;
    this.#messages = new Messages('toMqtt', options);
    const { qos = 1 } = options;
    if (![0, 1, 2].includes(qos)) throw new OptionError('qos', `toMqtt: qos is ${qos}; give 0, 1 or 2`);
    if (typeof topic === 'string') checkTopic(topic);
  }

  override get detail(): string {
    return typeof this.#topic === 'string' ? this.#topic : this.#topic.name;
  }

  override attached(): void {
    const { clock } = this.node;
    const connect = (broken: () => void, signal: AbortSignal) => this.#connect(broken, signal);
    this.#outgoing = new Outgoing('toMqtt', connect, this.#options, clock);
  }

  update(x: unknown): Emitted {
    return this.#outgoing.send(this.#messages.of(x).map(message => this.#publication(message)));
  }

  override async ended(): Promise<void> {
    await this.#outgoing.end();
    await this.node.end();
  }

  override detached(): Emitted {
    return this.#outgoing.destroy();
  }

  #publication({ value, payload }: Message): Publication {
    const topic = typeof this.#topic === 'string' ? this.#topic : checkTopic(this.#topic(value));
    if (typeof payload === 'string') return { topic, payload };
    return { topic, payload: Buffer.from(payload.buffer, payload.byteOffset, payload.length) };
  }

  async #connect(broken: () => void, signal: AbortSignal): Promise<Line<Publication>> {
    const client = await connected('toMqtt', this.#options, { clean: true }, signal);
    client.once('close', broken);
    return new MqttLine(client, this.#options);
  }
}

/** @throws OptionError for a topic that can't be published to */
function checkTopic(topic: string): string {
  if (typeof topic === 'string' && topic !== '' && !/[+#\0]/.test(topic)) return topic;
  throw new OptionError('topic', `toMqtt: ${JSON.stringify(topic)} is no topic; give one without + and #`);
}

/**
 * A sink that publishes every element: texts, bytes, or batches through a codec. It connects when the first element comes; `emit` waits
 * until the broker has the message. A connection that breaks is mended, and what was not confirmed is sent again. Needs the
 * package `mqtt`.
 *
 * ```ts
 * alarms.map(JSON.stringify).through(toMqtt('alarms', { url: 'mqtt://localhost' }));
 * readings.map(x => `${x.celsius}`).through(toMqtt('room/1', { qos: 0, retain: true }));
 * ```
 *
 * @throws OptionError for options that make no sense
 */
export function toMqtt(topic: MqttTopic, options: ToMqttOptions = {}): Operator<unknown, never> {
  return new MqttSink(topic, options);
}
