import { OptionError } from '../errors.ts';
import { reportApart } from '../stream/failure.ts';
import { Source } from '../stream/source.ts';
import { type Stream, type StreamOptions, sourceStream } from '../stream/stream.ts';
import { builtin } from './_node.ts';
import { closed, listening, portIn } from './tcp.ts';

export interface FromHttpServerOptions extends StreamOptions {
  /** A regular expression for the whole path; default all. */
  readonly path?: string | RegExp;
  /** Address to listen at; default all. */
  readonly host?: string;
  /** Told when requests are accepted, with the port: useful with port 0, which takes a free one. */
  readonly onListening?: (port: number) => void;
  /** Longest body; longer ones are answered with 413. Default 64 MiB. */
  readonly maxBytes?: number;
}

type Request = import('node:http').IncomingMessage;
type Response = import('node:http').ServerResponse;

/** Takes POSTs while it runs. */
class HttpServerSource extends Source<Uint8Array> {
  override readonly label = 'from_http_server';
  readonly #port: number;
  readonly #options: FromHttpServerOptions;
  readonly #path: RegExp;

  constructor(port: number, options: FromHttpServerOptions) {
    super();
    this.#port = portIn('fromHttpServer', port);
    this.#options = options;
    const { path = '/.*' } = options;
    this.#path = typeof path === 'string' ? pathPattern(path) : path;
  }

  protected override async run(): Promise<void> {
    const server = builtin('http', 'fromHttpServer').createServer();
    const open = new Set<Promise<void>>();
    server.on('request', (request: Request, response: Response) => {
      const answered = this.#answer(request, response).finally(() => open.delete(answered));
      open.add(answered);
    });
    await listening(server, this.#port, this.#options);
    // Requests in hand are answered before their connections end.
    await closed(server, this.signal, () => void Promise.all(open).then(() => server.closeAllConnections()));
  }

  async #answer(request: Request, response: Response): Promise<void> {
    const status = await this.#take(request).catch(error => {
      reportApart(this.node, error, undefined);
      return 500;
    });
    response.writeHead(status, {
      'content-type': 'text/plain',
      connection: this.signal.aborted ? 'close' : 'keep-alive',
    });
    response.end(status === 200 ? 'OK' : undefined);
  }

  /** The status to answer with; 200 when everything below is done with the body. */
  async #take(request: Request): Promise<number> {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    if (!this.#path.test(pathname)) return 404;
    if (request.method !== 'POST') return 405;
    const body = await bodyOf(request, this.#options.maxBytes ?? 64 << 20);
    if (body === undefined) return 413;
    await this.node.sendHeld(body, undefined);
    return 200;
  }
}

/** @throws OptionError for what is no regular expression */
function pathPattern(path: string): RegExp {
  try {
    return new RegExp(`^(?:${path})$`);
  } catch (cause) {
    const { message } = cause as Error;
    throw new OptionError(
      'path',
      `fromHttpServer: the path is a regular expression, and "${path}" is none: ${message}`,
      {
        cause,
      },
    );
  }
}

async function bodyOf(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > limit) return undefined;
    parts.push(part);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

/**
 * Listens for HTTP while it is started, and sends the body of every POST whose path matches, as bytes. The answer 200 "OK"
 * comes when everything below is done; a failure below is answered with 500.
 */
export function fromHttpServer(port: number, options: FromHttpServerOptions = {}): Stream<Uint8Array> {
  return sourceStream(new HttpServerSource(port, options), options);
}
