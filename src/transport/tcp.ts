import { OptionError, TransportError } from '../errors.ts';
import { reportApart } from '../stream/failure.ts';
import { Source } from '../stream/source.ts';
import { type Stream, type StreamOptions, sourceStream } from '../stream/stream.ts';
import { builtin } from './_node.ts';
import { delimiterBytes, Splitter } from './_split.ts';

export interface FromTcpOptions extends StreamOptions {
  /** What pieces end with; default a newline. It stays on them. */
  readonly delimiter?: string | Uint8Array;
  /** Address to listen at; default all. */
  readonly host?: string;
  /** Told when connections are accepted, with the port: useful with port 0, which takes a free one. */
  readonly onListening?: (port: number) => void;
  /** Longest piece; a connection that sends a longer one is closed. Default 64 MiB. */
  readonly maxBytes?: number;
}

/** Listens while it runs; connections are independent of each other. */
class TcpSource extends Source<Uint8Array> {
  override readonly label = 'from_tcp';
  readonly #port: number;
  readonly #options: FromTcpOptions;
  readonly #delimiter: Uint8Array;

  constructor(port: number, options: FromTcpOptions) {
    super();
    this.#port = portIn('fromTcp', port);
    this.#options = options;
    this.#delimiter = delimiterBytes(options.delimiter ?? '\n');
    if (this.#delimiter.length === 0)
      throw new OptionError('delimiter', 'fromTcp: the delimiter is empty; give at least one byte');
  }

  protected override async run(): Promise<void> {
    const server = builtin('net', 'fromTcp').createServer();
    const sockets = new Set<import('node:net').Socket>();
    const connections = new Set<Promise<void>>();
    server.on('connection', socket => {
      sockets.add(socket);
      const connection = this.#read(socket).finally(() => {
        sockets.delete(socket);
        connections.delete(connection);
      });
      connections.add(connection);
    });
    await listening(server, this.#port, this.#options);
    await closed(server, this.signal, () => {
      for (const socket of sockets) socket.destroy();
    });
    await Promise.all(connections);
  }

  async #read(socket: import('node:net').Socket): Promise<void> {
    const splitter = new Splitter(this.#delimiter);
    const limit = this.#options.maxBytes ?? 64 << 20;
    try {
      for await (const bytes of socket as AsyncIterable<Uint8Array>) {
        for (const piece of splitter.push(bytes)) await this.give(piece);
        if (splitter.rest.length > limit) {
          throw new TransportError(
            `fromTcp: more than ${limit} bytes without a delimiter came from ${socket.remoteAddress}`,
          );
        }
      }
    } catch (error) {
      // A peer that goes away in the middle is an end; what it began is dropped, as it always is at an end.
      if (!this.signal.aborted && !hangUp(error)) reportApart(this.node, error, undefined);
    } finally {
      socket.destroy();
    }
  }
}

const hangUp = (error: unknown): boolean =>
  ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes((error as NodeJS.ErrnoException)?.code ?? '');

type Server = import('node:net').Server;

/** @throws OptionError for what is no port */
export function portIn(verb: string, port: unknown): number {
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new OptionError('port', `${verb}: ${port} is no port; give a number up to 65535, 0 for a free one`);
}

/** Listens; resolves when it does. @throws TransportError when the port can't be had */
export async function listening(
  server: Server,
  port: number,
  { host, onListening }: Pick<FromTcpOptions, 'host' | 'onListening'>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
      reject(new TransportError(`listen: port ${port}: ${why}`, { cause: error }));
    });
    server.listen({ port, host }, resolve);
  });
  onListening?.((server.address() as import('node:net').AddressInfo).port);
}

/** Resolves when the signal was aborted and the server is closed; `hurry` ends what connections are open. */
export async function closed(server: Server, signal: AbortSignal, hurry: () => void): Promise<void> {
  await new Promise<void>(resolve => {
    server.once('close', resolve);
    const stop = (): void => {
      server.close();
      hurry();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Listens at a TCP port while it is started, and sends the pieces that connections bring, as bytes. What a connection leaves
 * without delimiter is dropped. A connection is read as fast as what is below takes it.
 */
export function fromTcp(port: number, options: FromTcpOptions = {}): Stream<Uint8Array> {
  return sourceStream(new TcpSource(port, options), options);
}
