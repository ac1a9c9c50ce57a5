import type { RawData, WebSocket } from 'ws';
import { Fifo } from '../stream/fifo.ts';
import type { WebsocketMessage } from './source.ts';

/** Codes of RFC 6455, section 7.4.1. */
const goingAway = 1001;
const internalError = 1011;
/** How long a peer may take to say goodbye. */
const patienceMs = 1000;

/** One client of a server: its messages are given on one by one, and read no faster than that. */
export class Connection {
  /** Resolves when it is closed and all that it brought is done; rejects when something below failed. */
  readonly done: Promise<void>;
  readonly #socket: WebSocket;
  readonly #give: (message: WebsocketMessage) => Promise<void> | undefined;
  readonly #queue = new Fifo<WebsocketMessage>();
  #busy = false;
  #open = true;
  #leaving = false;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(socket: WebSocket, give: (message: WebsocketMessage) => Promise<void> | undefined) {
    this.#socket = socket;
    this.#give = give;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    socket.on('message', (data, isBinary) => {
      if (this.#leaving) return;
      this.#queue.push(messageOf(data, isBinary));
      if (!this.#busy) this.#work();
    });
    socket.on('error', () => socket.terminate()); // it speaks no WebSocket; ws has told it so
    socket.on('close', () => {
      this.#open = false;
      if (!this.#busy) this.#resolve();
    });
  }

  /** Takes no more messages, and says goodbye. */
  leave(code = goingAway): void {
    this.#leaving = true;
    this.#socket.resume(); // or the peer's goodbye would not be read
    this.#socket.close(code);
    const timer = setTimeout(() => this.#socket.terminate(), patienceMs);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  #work(): void {
    this.#busy = false;
    try {
      for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
        const sent = this.#give(message);
        if (sent === undefined) continue;
        this.#busy = true;
        this.#socket.pause();
        sent.then(
          () => this.#work(),
          error => this.#fail(error),
        );
        return;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#open) this.#socket.resume();
    else this.#resolve();
  }

  #fail(error: unknown): void {
    this.#busy = false;
    this.#queue.clear();
    this.#reject(error);
    if (this.#open) this.leave(internalError);
  }
}

const messageOf = (data: RawData, isBinary: boolean): WebsocketMessage => {
  const bytes = data as Buffer; // what ws gives unless it is asked for something else
  return isBinary ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes.toString();
};
