import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, RESP_TYPES } from 'redis';

const binary = (): string => process.env.MILLRACE_REDIS_SERVER ?? 'redis-server';

/** Whether this machine has a Redis to test with; `npm test` sees to it where it can. */
export const hasRedis = spawnSync(binary(), ['--version']).status === 0;

/** A Redis of one's own, on a free port of this machine. */
export interface TestRedis {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  /** Ends it the hard way. */
  kill(): Promise<void>;
  /** Starts it again over the same data. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export async function startRedis(options: readonly string[] = []): Promise<TestRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-redis-'));
  let server: ChildProcess | null = null;
  const redis: TestRedis = {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    async start() {
      const plain = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--logfile', 'log'];
      server = spawn(binary(), [...plain, ...options], { stdio: 'ignore' });
      await untilReady(port);
    },
    async kill() {
      const dying = server;
      server = null;
      if (!dying || dying.exitCode !== null) return;
      const gone = new Promise(resolve => dying.once('exit', resolve));
      dying.kill('SIGKILL');
      await gone;
    },
    async stop() {
      await redis.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Until it answers, or says that it wants a password: at most ten seconds. */
async function untilReady(port: number): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (await answers(port)) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`redis-server does not answer on port ${port}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', data => {
      socket.destroy();
      resolve(/^\+PONG|^-NOAUTH/.test(String(data)));
    });
    socket.once('error', () => resolve(false));
  });
}

/** Commands as they are, answers with buffers. */
export interface RawRedis {
  send(...args: (string | Buffer)[]): Promise<any>;
  close(): void;
}

export async function rawRedis(port: number): Promise<RawRedis> {
  const client = createClient({ RESP: 2, socket: { host: '127.0.0.1', port } });
  client.on('error', () => {});
  await client.connect();
  const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer };
  return {
    send: (...args) => client.sendCommand(args, { typeMapping }),
    close: () => client.destroy(),
  };
}
