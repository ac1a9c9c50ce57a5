import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AedesOptions } from 'aedes';

/** An MQTT broker in this process, on a free port of this machine. */
export interface TestBroker {
  readonly url: string;
  readonly aedes: Aedes;
  /** Numbers of the messages that clients acknowledged, in the order of that. */
  readonly acknowledged: number[];
  /** Breaks all connections, and takes no more until `listen`. */
  drop(): Promise<void>;
  listen(): Promise<void>;
  /** Publishes as the broker itself. */
  publish(topic: string, payload: string, qos?: 0 | 1 | 2, retain?: boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startBroker(options: AedesOptions = {}): Promise<TestBroker> {
  const aedes = new Aedes(options);
  await aedes.listen();
  const acknowledged: number[] = [];
  const sockets = new Set<Socket>();
  let server: Server;
  let port = 0;
  const broker: TestBroker = {
    get url() {
      return `mqtt://127.0.0.1:${port}`;
    },
    aedes,
    acknowledged,
    async listen() {
      server = createServer(socket => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        socket.on('data', data => acknowledged.push(...acknowledgements(data)));
        aedes.handle(socket);
      });
      await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    },
    async drop() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
    publish: (topic, payload, qos = 1, retain = false) =>
      new Promise((resolve, reject) => {
        aedes.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false }, error =>
          error ? reject(error) : resolve(),
        );
      }),
    async stop() {
      await broker.drop();
      await new Promise<void>(resolve => aedes.close(() => resolve()));
    },
  };
  await broker.listen();
  return broker;
}

/** The numbers in PUBACKs (0x40, 2, number) among packets that are no longer than 127 bytes. */
function acknowledgements(data: Buffer): number[] {
  const numbers: number[] = [];
  for (let at = 0; at + 1 < data.length; at += 2 + data[at + 1]!) {
    if (data[at] === 0x40) numbers.push(data.readUInt16BE(at + 2));
  }
  return numbers;
}
