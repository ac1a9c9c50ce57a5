// A Redis of the benchmark's own, on a free port of this machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, RESP_TYPES } from 'redis';

export async function startRedis() {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const options = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const server = spawn(process.env.MILLRACE_REDIS_SERVER ?? 'redis-server', options.map(String), { stdio: 'ignore' });
  await once(server, 'spawn');
  while (!(await answers(port))) await new Promise(resolve => setTimeout(resolve, 10));
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill('SIGKILL');
      await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** node-redis with bytes in the answers, and without its timer for each command: as quick as it gets. */
export async function rawRedis(port) {
  const client = createClient({ RESP: 2, socket: { host: '127.0.0.1', port } });
  client.on('error', () => {});
  await client.connect();
  const binary = { timeout: undefined, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
  const plain = { timeout: undefined };
  return {
    add: args => client.sendCommand(args, plain),
    ask: args => client.sendCommand(args, binary),
    close: () => client.destroy(),
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const answers = port =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
