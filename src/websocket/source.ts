import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { reportApart } from '../stream/failure.ts';
import { Source } from '../stream/source.ts';
import { type Stream, type StreamOptions, sourceStream } from '../stream/stream.ts';
import { clientModule } from '../transport/_client.ts';
import { builtin } from '../transport/_node.ts';
import { closed, listening, portIn } from '../transport/tcp.ts';
import { Connection } from './_connection.ts';

/** What a WebSocket brings: texts as strings, binary messages as bytes. */
export type WebsocketMessage = string | Uint8Array;

export interface FromWebsocketOptions extends StreamOptions {
  /** The path that is served; default all. Others are answered with 404. */
  readonly path?: string;
  /** Address to listen at; default all. */
  readonly host?: string;
  /** Told when connections are accepted, with the port: useful with port 0, which takes a free one. */
  readonly onListening?: (port: number) => void;
  /** Longest message; a connection that sends a longer one is closed. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Whether to let a client in, told by its request (headers, address); default all. Others are answered with 403. */
  readonly accept?: (request: IncomingMessage) => boolean | Promise<boolean>;
}

type Upgrade = (request: IncomingMessage, duplex: Duplex, head: Buffer) => Promise<void>;

/** Listens while it runs; connections are independent of each other. */
class WebsocketSource extends Source<WebsocketMessage> {
  override readonly label = 'from_websocket';
  override readonly payloadOf = (message: WebsocketMessage): WebsocketMessage => message;
  readonly #place: number | Server;
  readonly #options: FromWebsocketOptions;

  constructor(place: number | Server, options: FromWebsocketOptions) {
    super();
    this.#place = typeof (place as Server | undefined)?.on === 'function' ? place : portIn('fromWebsocket', place);
    this.#options = options;
  }

  protected override async run(): Promise<void> {
    const { WebSocketServer } = await clientModule('fromWebsocket', 'ws', () => import('ws'));
    const { maxBytes = 64 << 20 } = this.#options;
    const handshake = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: maxBytes });
    const connections = new Map<Connection, Promise<void>>();
    const upgrade: Upgrade = async (request, duplex, head) => {
      duplex.on('error', () => duplex.destroy()); // a client that goes away during the handshake
      const status = await this.#statusFor(request);
      if (status === null) return;
      if (status !== 101) {
        const { STATUS_CODES } = builtin('http', 'fromWebsocket');
        duplex.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
        return;
      }
      handshake.handleUpgrade(request, duplex, head, socket => {
        const connection = new Connection(socket, message => this.give(message));
        const done = connection.done
          .catch(error => reportApart(this.node, error, undefined))
          .finally(() => connections.delete(connection));
        connections.set(connection, done);
      });
    };
    await this.#listen(upgrade, () => {
      for (const connection of connections.keys()) connection.leave();
    });
    await Promise.all(connections.values());
  }

  /** Until the signal is aborted, at a port of ours or with a server of the user's. */
  async #listen(upgrade: Upgrade, leave: () => void): Promise<void> {
    const place = this.#place;
    if (typeof place === 'number') {
      const server = builtin('http', 'fromWebsocket').createServer((_request, response) => {
        response.writeHead(426, { upgrade: 'websocket' }).end();
      });
      server.on('upgrade', upgrade);
      await listening(server, place, this.#options);
      return closed(server, this.signal, () => {
        server.closeAllConnections();
        leave();
      });
    }
    place.on('upgrade', upgrade);
    await aborted(this.signal);
    place.off('upgrade', upgrade);
    leave();
  }

  /** What to answer: 101 is welcome, null is left to other listeners of the server. */
  async #statusFor(request: IncomingMessage): Promise<number | null> {
    const { path, accept } = this.#options;
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    if (path !== undefined && pathname !== path) {
      return typeof this.#place === 'number' || this.#place.listenerCount('upgrade') === 1 ? 404 : null;
    }
    try {
      if (accept && !(await accept(request))) return 403;
      return this.signal.aborted ? 503 : 101;
    } catch (error) {
      reportApart(this.node, error, undefined);
      return 500;
    }
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/**
 * A WebSocket server, at a port or beside a server of Node's (`http`, `https`) that listens already. Sends what clients send:
 * texts as strings, binary messages as bytes. A connection is read as fast as what is below takes it. Needs the package `ws`.
 *
 * ```ts
 * fromWebsocket(8080, { path: '/ticks' }).toDataFrame(ndjson({ at: timestamp('ms'), price: f64() }), { index: 'at' });
 * ```
 */
export function fromWebsocket(place: number | Server, options: FromWebsocketOptions = {}): Stream<WebsocketMessage> {
  return sourceStream(new WebsocketSource(place, options), options);
}
