import { connect, createServer, type Socket } from 'node:net';

/** Passes bytes on to a port, and breaks connections when told. */
export interface CuttingProxy {
  readonly port: number;
  readonly url: string;
  /** Connections so far. */
  readonly connections: number;
  /** Breaks each connection after this many bytes from the server; null: no more. */
  cutAnswersAfter: (() => number) | null;
  /** Breaks each connection after this many bytes from the client; what is on its way to the server arrives. */
  cutRequestsAfter: (() => number) | null;
  /** Swallows everything, on the connections there are; nobody is told. */
  mute(): void;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let muted = 0;
  const server = createServer(client => {
    const number = ++connections;
    const upstream = connect(target, '127.0.0.1');
    let answers = proxy.cutAnswersAfter?.() ?? Number.POSITIVE_INFINITY;
    let requests = proxy.cutRequestsAfter?.() ?? Number.POSITIVE_INFINITY;
    const end = (): void => {
      client.destroy();
      upstream.end();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    upstream.on('data', data => {
      if (number <= muted) return;
      const part = data.subarray(0, answers);
      answers -= part.length;
      client.write(part, () => answers === 0 && end());
    });
    client.on('data', data => {
      if (number <= muted) return;
      const part = data.subarray(0, requests);
      requests -= part.length;
      upstream.write(part, () => requests === 0 && end());
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const proxy: CuttingProxy = {
    port,
    url: `redis://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    cutAnswersAfter: null,
    cutRequestsAfter: null,
    mute: () => {
      muted = connections;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
  return proxy;
}
