import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { TransportError } from '../../src/errors.ts';
import { Stream } from '../../src/stream/stream.ts';
import {
  type FromWebsocketOptions,
  fromWebsocket,
  toWebsocket,
  type WebsocketMessage,
} from '../../src/websocket/index.ts';

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !done(); i++) await pause(2);
  expect(done()).toBe(true);
}

/** A source, and how to start it at a free port. */
function served(options: FromWebsocketOptions = {}) {
  let told: (port: number) => void = () => {};
  const source = fromWebsocket(0, { host: '127.0.0.1', onListening: port => told(port), ...options });
  const start = async (): Promise<string> => {
    const port = new Promise<number>(resolve => {
      told = resolve;
    });
    void source.start();
    return `ws://127.0.0.1:${await port}`;
  };
  return { source, start };
}

const opened = (url: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
const closing = (socket: WebSocket): Promise<number> => new Promise(resolve => socket.once('close', resolve));

describe('fromWebsocket', () => {
  it('sends texts as strings and binary messages as bytes, of many clients', async () => {
    const { source, start } = served();
    const seen: WebsocketMessage[] = source.sinkToList();
    const url = await start();
    const [a, b] = [await opened(url), await opened(url)];
    a.send('grüß');
    await until(() => seen.length === 1);
    b.send(Uint8Array.of(1, 2, 255));
    b.send('');
    await until(() => seen.length === 3);
    expect(seen).toEqual(['grüß', Uint8Array.of(1, 2, 255), '']);
    expect(seen[1]!.constructor).toBe(Uint8Array);
    await source.stop();
  });

  it('reads a client no faster than what is below, and loses nothing', async () => {
    const { source, start } = served();
    const seen: number[] = [];
    let open = 0;
    let letThrough: () => void = () => {};
    const gate = new Promise<void>(resolve => {
      letThrough = resolve;
    });
    source.sink(async message => {
      expect(++open).toBe(1);
      await gate;
      seen.push((message as Uint8Array)[0]!);
      open--;
    });
    const client = await opened(await start());
    for (let i = 0; i < 200; i++) client.send(new Uint8Array(200_000).fill(i));
    await pause(100);
    expect(client.bufferedAmount).toBeGreaterThan(20_000_000);
    letThrough();
    client.close();
    await until(() => seen.length === 200);
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i));
    await source.stop();
  });

  it('lets in whom it should', async () => {
    const { source, start } = served({
      path: '/in',
      accept: ({ headers }) => headers.authorization === 'me',
      maxBytes: 10,
    });
    const url = await start();
    await expect(opened(`${url}/out`)).rejects.toThrow('404');
    await expect(opened(`${url}/in`)).rejects.toThrow('403');
    const response = await fetch(url.replace('ws', 'http'));
    expect(response.status).toBe(426);
    const client = new WebSocket(`${url}/in?x=1`, { headers: { authorization: 'me' } });
    await new Promise(resolve => client.once('open', resolve));
    client.send('more than ten bytes');
    expect(await closing(client)).toBe(1009);
    await source.stop();
  });

  it('leaves when it is stopped, finishes what it has, and can be started again', async () => {
    const { source, start } = served();
    const seen: unknown[] = [];
    source.sink(async message => {
      await pause(20);
      seen.push(message);
    });
    const url = await start();
    const client = await opened(url);
    client.send('1');
    client.send('2');
    await pause(10);
    const left = closing(client);
    await source.stop();
    expect(await left).toBe(1001);
    expect(seen).toEqual(['1', '2']);
    const again = await opened(await start());
    again.send('3');
    await until(() => seen.length === 3);
    await source.stop();
  });

  it('drops a client whose message fails below, and no other; with a handler none', async () => {
    const { source, start } = served();
    const told: unknown[] = [];
    const seen: unknown[] = [];
    source.sink(async message => {
      if (message === 'bad') throw new Error('no good');
      seen.push(message);
    });
    const off = source.onError(error => told.push((error as Error).message));
    const client = await opened(await start());
    client.send('bad');
    client.send('fine');
    await until(() => seen.length === 1);
    off();
    const uncaught = new Promise(resolve => process.once('uncaughtException', resolve));
    const left = closing(client);
    client.send('bad');
    expect(await left).toBe(1011);
    expect(String(await uncaught)).toBe('Error: no good');
    expect(told).toEqual(['no good']);
    await source.stop();
  });

  it("serves beside a user's own server, and leaves that running", async () => {
    const server = createServer((_request, response) => response.end('mine'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const source = fromWebsocket(server, { path: '/ticks' });
    const seen = source.sinkToList();
    void source.start();
    await pause(50);
    const client = await opened(`ws://127.0.0.1:${port}/ticks`);
    client.send('tick');
    await until(() => seen.length === 1);
    await expect(opened(`ws://127.0.0.1:${port}/other`)).rejects.toThrow('404');
    await source.stop();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('mine');
    await new Promise(resolve => server.close(resolve));
  });
});

/** A server that remembers what it got. */
async function listener(port = 0) {
  const server = new WebSocketServer({ host: '127.0.0.1', port });
  const seen: (string | Buffer)[] = [];
  server.on('connection', socket => {
    socket.on('message', (data, isBinary) => seen.push(isBinary ? (data as Buffer) : String(data)));
  });
  await new Promise(resolve => server.once('listening', resolve));
  return {
    seen,
    port: (server.address() as AddressInfo).port,
    clients: server.clients,
    async stop() {
      for (const client of server.clients) client.terminate();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

describe('toWebsocket', () => {
  it('connects for the first element and sends in order; the end closes', async () => {
    const { seen, port, clients, stop } = await listener();
    const source = new Stream<string | Uint8Array>();
    source.through(toWebsocket(`ws://127.0.0.1:${port}`));
    expect(clients.size).toBe(0);
    await Promise.all(['a', 'b', Uint8Array.of(3), ''].map(x => source.emit(x)));
    await until(() => seen.length === 4);
    expect(seen).toEqual(['a', 'b', Buffer.of(3), '']);
    const [client] = clients;
    const code = new Promise(resolve => client!.once('close', resolve));
    await source.end();
    expect(await code).toBe(1000);
    await source.emit('again');
    await until(() => seen.length === 5);
    await stop();
  });

  it('waits until the network takes it', async () => {
    const { seen, port, clients, stop } = await listener();
    const source = new Stream<Uint8Array>();
    source.through(toWebsocket(`ws://127.0.0.1:${port}`));
    await source.emit(Uint8Array.of(0));
    for (const client of clients) client.pause();
    let sent = 0;
    const all = Array.from({ length: 100 }, () => source.emit(new Uint8Array(500_000))!.then(() => sent++));
    await pause(100);
    expect(sent).toBeLessThan(50);
    for (const client of clients) client.resume();
    await Promise.all(all);
    await until(() => seen.length === 101);
    await stop();
  });

  it('mends a connection that breaks', async () => {
    const first = await listener();
    const source = new Stream<string>();
    source.through(toWebsocket(`ws://127.0.0.1:${first.port}`));
    await source.emit('a');
    await until(() => first.seen.length === 1);
    await first.stop();
    await pause(20);
    const waiting = Promise.all([source.emit('b'), source.emit('c')]);
    await pause(200);
    const second = await listener(first.port);
    await waiting;
    await source.emit('d');
    await until(() => second.seen.length === 3);
    expect(second.seen).toEqual(['b', 'c', 'd']);
    await second.stop();
  });

  it('says what is wrong, and tries again with the next element', async () => {
    const { port, stop } = await listener();
    await stop();
    const source = new Stream<unknown>();
    source.through(toWebsocket(`ws://127.0.0.1:${port}`, { reconnectMs: 100 }));
    await expect(source.emit('x')).rejects.toThrow(
      new TransportError(`toWebsocket: ws://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`),
    );
    const again = await listener(port);
    await source.emit('y');
    await until(() => again.seen.length === 1);
    await again.stop();
    await pause(20);
    await expect(source.emit('z')).rejects.toThrow(TransportError);
    expect(() => source.emit({})).toThrow(
      /^toWebsocket: Object is no message; give texts or bytes, or say what is sent/,
    );
  });

  it('gives up when it is told to, or destroyed', async () => {
    const { port, stop } = await listener();
    const source = new Stream<string>();
    const abort = new AbortController();
    const node = source.through(toWebsocket(`ws://127.0.0.1:${port}`, { signal: abort.signal }));
    await source.emit('x');
    await stop();
    await pause(20);
    const waiting = source.emit('y');
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(() => source.emit('z')).toThrow('enough');
    await node.destroy();
    expect(source.emit('nobody')).toBeUndefined();
  });
});
