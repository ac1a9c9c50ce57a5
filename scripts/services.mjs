// The servers that tests talk to. Each is started on a free port of this machine before the tests and ended after them;
// tests find it in the environment and skip themselves when it is not there.
//
// A service is { name, env, start(): Promise<{ address, stop() }> }; `start` throws when the server can't be had (not
// installed, and no right to install it).

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** @type {{ name: string, env: string, start(): Promise<{ address: string, stop(): Promise<void> }> }[]} */
const services = [
  {
    name: 'Redis',
    env: 'MILLRACE_REDIS_SERVER',
    // Each test starts a Redis of its own, to kill and to start again: what they need is the program.
    start: async () => ({ address: await program(['redis-server'], 'redis-server'), stop: async () => {} }),
  },
  {
    name: 'Chromium',
    env: 'MILLRACE_CHROMIUM',
    // Tests start their own browsers.
    start: async () => ({ address: await chromium(), stop: async () => {} }),
  },
];

/** The browser that CHROMIUM_PATH names, else the system's. @throws Error when it can't be had */
async function chromium() {
  const { CHROMIUM_PATH: path } = process.env;
  if (!path) return program(['chromium', 'chromium-browser', 'google-chrome'], 'chromium');
  if (!existsSync(path)) throw new Error(`CHROMIUM_PATH is ${path}, and there is no such file`);
  return path;
}

/**
 * The path of a program that goes by one of these names, installed first where that is possible: by apt, as root.
 *
 * @throws Error when it can't be had
 */
async function program(names, aptPackage) {
  const [name] = names;
  const found = () => run('sh', ['-c', names.map(each => `command -v ${each}`).join(' || ')]).stdout.trim();
  if (found()) return found();
  if (process.getuid?.() !== 0) throw new Error(`${name} is not installed, and only root could install it`);
  if (run('sh', ['-c', 'command -v apt-get']).status !== 0)
    throw new Error(`${name} is not installed, and there is no apt-get`);
  process.stderr.write(`installing ${aptPackage} for the tests\n`);
  // RUNLEVEL: Debian would start the server at once.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = () =>
    run('apt-get', ['install', '-y', '--no-install-recommends', aptPackage], { env, timeout: 300_000 });
  if (install().status !== 0) {
    run('apt-get', ['update'], { env, timeout: 300_000 });
    const { status, stderr } = install();
    if (status !== 0) throw new Error(`apt-get can't install ${aptPackage}: ${stderr.trim().split('\n').at(-1)}`);
  }
  return found();
}

const run = (command, args, options = {}) => spawnSync(command, args, { encoding: 'utf8', ...options });

/** Starts what can be started, and says in one line each what can't. */
export async function startServices() {
  const running = [];
  const missing = [];
  const env = {};
  for (const { name, env: variable, start } of services) {
    try {
      const service = await start();
      running.push(service);
      env[variable] = service.address;
    } catch (error) {
      missing.push(name);
      process.stderr.write(`tests that need ${name} are skipped: ${error.message}\n`);
    }
  }
  const stop = async () => {
    for (const service of running.reverse()) await service.stop();
  };
  return { env, missing, stop };
}
