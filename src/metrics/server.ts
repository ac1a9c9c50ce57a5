import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { builtin } from '../transport/_node.ts';
import { listening } from '../transport/tcp.ts';
import { type Measured, metricsRegistry, type RegistryOptions } from './registry.ts';

export interface ServeMetricsOptions extends RegistryOptions {
  /** Default 9464, where Prometheus expects exporters of this kind; 0 takes a free one. */
  readonly port?: number;
  /** Address to listen at; default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** Closes the server. */
  readonly signal?: AbortSignal;
}

/** A server that Prometheus can scrape. */
export interface MetricsServer extends AsyncDisposable {
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string;
  readonly port: number;
  readonly registry: Registry;
  /** Stops listening; resolves when the requests in hand are answered. */
  close(): Promise<void>;
}

/**
 * Serves the metrics of frames at `/metrics`, for Prometheus. The server alone does not keep the process alive.
 *
 * @throws TransportError when the port can't be had; OptionError when prom-client is not installed
 */
export async function serveMetrics(frames: Measured, options: ServeMetricsOptions = {}): Promise<MetricsServer> {
  const { port = 9464, host = '127.0.0.1', signal } = options;
  signal?.throwIfAborted();
  const registry = await metricsRegistry(frames, options);
  const server = builtin('http', 'serveMetrics').createServer((request, response) => {
    void answer(registry, request, response);
  });
  server.on('connection', socket => socket.unref());
  await listening(server, port, { host });
  server.unref();
  const { port: taken } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise(resolve => {
      server.close(() => resolve());
    });
    return closing;
  };
  if (signal?.aborted) await close();
  signal?.addEventListener('abort', () => void close(), { once: true });
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`;
  return { url, port: taken, registry, close, [Symbol.asyncDispose]: close };
}

async function answer(registry: Registry, { method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, type: string, text: string): void => {
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
    response.end(method === 'HEAD' ? undefined : text);
  };
  const plain = 'text/plain; charset=utf-8';
  if (new URL(url ?? '/', 'http://host').pathname !== '/metrics') return send(404, plain, 'see /metrics\n');
  if (method !== 'GET' && method !== 'HEAD') return send(405, plain, 'GET only\n');
  try {
    send(200, registry.contentType, await registry.metrics());
  } catch (error) {
    send(500, plain, `${error instanceof Error ? error.message : error}\n`);
  }
}
