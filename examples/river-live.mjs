// A producer and two consumers, each a process of its own, on one Redis: node examples/river-live.mjs [seconds]
//
// Takes the Redis that REDIS_URL names, or starts a redis-server for itself. Ends by itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const seconds = process.argv[2] ?? '5';
const server = process.env.REDIS_URL ? null : await startRedis();
const url = process.env.REDIS_URL ?? server.url;
const stream = `heart-${Date.now()}`;

const start = (file, ...args) =>
  spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), url, stream, ...args], { stdio: 'inherit' });

const processes = [
  start('river-consumer.mjs', 'samples = count(), mean = mean(left), peak = max(left)', 'means'),
  start('river-consumer.mjs', 'spread = std(left - right), difference = max(left) - max(right)', 'differences'),
  start('river-producer.mjs', seconds),
];
const codes = await Promise.all(processes.map(async child => (await once(child, 'exit'))[0]));
server?.process.kill();
process.exitCode = codes.find(code => code !== 0) ?? 0;

async function startRedis() {
  const port = await freePort();
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
  const failed = once(child, 'error').then(([error]) => {
    console.error(
      `can't start redis-server (${error.message}); install it, or name a Redis: REDIS_URL=redis://host:6379`,
    );
    process.exit(1);
  });
  await Promise.race([failed, answers(port)]);
  return { process: child, url: `redis://127.0.0.1:${port}` };
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
}

async function answers(port) {
  while (true) {
    const socket = connect(port, '127.0.0.1');
    const there = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (there) return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
