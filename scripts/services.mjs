// The servers that tests talk to. Each is started on a free port of this machine before the tests and ended after them;
// tests find it in the environment and skip themselves when it is not there.
//
// A service is { name, env, start(): Promise<{ address, stop() }> }; `start` throws when the server can't be had (not
// installed, and no right to install it).

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

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
  {
    name: 'Kafka',
    env: 'MILLRACE_KAFKA',
    // Tests start their own brokers, to kill and to start again: what they need is the folder with its jars.
    start: async () => ({ address: await kafkaJars(), stop: async () => {} }),
  },
];

const kafkaVersion = '4.1.1';

/** The folder with the jars of Kafka's broker, fetched once from Maven Central. @throws Error when they can't be had */
export async function kafkaJars() {
  await program(['java'], 'default-jre-headless');
  const folder = join(root, '.cache', `kafka-${kafkaVersion}`);
  if (existsSync(folder)) return folder;
  await program(['mvn'], 'maven');
  process.stderr.write(`fetching Kafka ${kafkaVersion} for the tests\n`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  const fresh = mkdtempSync(`${folder}-`);
  writeFileSync(
    join(fresh, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
      <groupId>millrace</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
      <dependencies><dependency>
        <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version>
      </dependency></dependencies></project>`,
  );
  const copy = ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'];
  const { status, stdout, stderr } = run('mvn', copy, { cwd: fresh, timeout: 300_000 });
  if (status !== 0) {
    rmSync(fresh, { recursive: true });
    throw new Error(`mvn can't fetch Kafka: ${(stdout + stderr).trim().split('\n')[0]}`);
  }
  // Two may fetch at once: whoever is second finds the folder there.
  if (!existsSync(folder)) renameSync(join(fresh, 'jars'), folder);
  rmSync(fresh, { recursive: true });
  return folder;
}

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
