import type { WebSocket } from 'ws';
import { OptionError, TransportError } from '../errors.ts';
import { type Emitted, type Look, Operator } from '../stream/operator.ts';
import { clientModule, reasonOf } from '../transport/_client.ts';
import { type Message, type MessageOptions, Messages } from '../transport/_messages.ts';
import { type Line, Outgoing, type OutgoingOptions } from '../transport/_outgoing.ts';

export interface ToWebsocketOptions extends MessageOptions, OutgoingOptions {
  readonly protocols?: string | readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** More of what ws' client takes: `{ ca, cert, key, perMessageDeflate, … }`. */
  readonly client?: Readonly<Record<string, unknown>>;
}

/** Of an address; empty for what is none. */
const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '');

/** Bytes that ws may hold before we keep messages ourselves. */
const writeAhead = 1 << 20;

class WebsocketLine implements Line<Message> {
  readonly #socket: WebSocket;
  readonly #isText: boolean;

  constructor(socket: WebSocket, isText: boolean) {
    this.#socket = socket;
    this.#isText = isText;
  }

  get isFull(): boolean {
    return this.#socket.bufferedAmount >= writeAhead;
  }

  send({ payload }: Message, done: () => void): void {
    const binary = typeof payload !== 'string' && !this.#isText;
    this.#socket.send(payload, { binary }, error => {
      if (!error) done();
    });
  }

  close(): void {
    this.#socket.close(1000);
  }
}

class WebsocketSink extends Operator<unknown, never> {
  override readonly label = 'to_websocket';
  override readonly look: Look = 'sink';
  readonly #url: string;
  readonly #options: ToWebsocketOptions;
  readonly #messages: Messages;
  #outgoing!: Outgoing<Message>;

  constructor(url: string, options: ToWebsocketOptions) {
    super();
    if (!/^(wss?|https?):$/.test(protocolOf(url))) {
      throw new OptionError(
        'url',
        `toWebsocket: "${url}" is no address of a WebSocket; give one such as ws://localhost:8080/`,
      );
    }
    this.#url = url;
    this.#options = options;
    this.#messages = new Messages('toWebsocket', options);
  }

  override attached(): void {
    this.#outgoing = new Outgoing('toWebsocket', broken => this.#connect(broken), this.#options, this.node.clock);
  }

  update(x: unknown): Emitted {
    return this.#outgoing.send(this.#messages.of(x));
  }

  override async ended(): Promise<void> {
    await this.#outgoing.end();
    await this.node.end();
  }

  override detached(): Emitted {
    return this.#outgoing.destroy();
  }

  async #connect(broken: () => void): Promise<Line<Message>> {
    const { WebSocket } = await clientModule('toWebsocket', 'ws', () => import('ws'));
    const { protocols, headers, client } = this.#options;
    const socket = new WebSocket(this.#url, protocols as string | string[] | undefined, { ...client, headers });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      // also after it was open: the close that follows says enough
      socket.on('error', cause => {
        reject(new TransportError(`toWebsocket: ${this.#url}: ${reasonOf(cause)}`, { cause }));
      });
    });
    socket.on('close', broken);
    return new WebsocketLine(socket, this.#messages.isText);
  }
}

/**
 * A sink that sends every element to a WebSocket server: texts as text, bytes as binary messages, batches through a codec (NDJSON and CSV
 * as text). It connects when the first element comes; `emit` waits until the message is written to the network. A connection
 * that breaks is mended; a message that was being written then may come twice. Needs the package `ws`.
 *
 * ```ts
 * frame.stream.through(toWebsocket('wss://example.org/results', { codec: ndjson() }));
 * ```
 */
export function toWebsocket(url: string, options: ToWebsocketOptions = {}): Operator<unknown, never> {
  return new WebsocketSink(url, options);
}
