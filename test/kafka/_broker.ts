import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { freePort } from '../river/_redis.ts';

const jars = process.env.MILLRACE_KAFKA ?? '';

/** Whether this machine has a Kafka to test with; `npm test` sees to it where it can. */
export const hasKafka = jars !== '' && existsSync(jars) && spawnSync('java', ['-version']).status === 0;

/** A broker of one's own, which is its own controller, on free ports of this machine. */
export interface TestKafka {
  /** `host:port` */
  readonly address: string;
  createTopic(name: string, partitions?: number): Promise<void>;
  addPartitions(name: string, count: number): Promise<void>;
  /** What the group has committed, by partition; -1: nothing. */
  committed(group: string, topic: string): Promise<number[]>;
  /** Ends it the hard way. */
  kill(): Promise<void>;
  /** Starts it again over the same data. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const cluster = 'bWlsbHJhY2UtdGVzdC0wMA';
const java = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`];

/** A broker that has just come back refuses for a moment to say what groups have committed. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
}

export async function startKafka(): Promise<TestKafka> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-kafka-'));
  const [port, controller] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const config = join(folder, 'server.properties');
  writeFileSync(config, properties(folder, port, controller));
  const format = ['kafka.tools.StorageTool', 'format', '-t', cluster, '-c', config];
  const { status, stderr } = spawnSync('java', [...java, ...format], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Kafka can't make its folder: ${stderr}`);
  let server: ChildProcess | null = null;
  let admin: Admin | null = null;
  const asking = (): Admin => (admin ??= new Admin({ clientId: 'test', bootstrapBrokers: [address], retries: 0 }));
  const kafka: TestKafka = {
    address,
    async createTopic(name, partitions = 1) {
      await asking().createTopics({ topics: [name], partitions, replicas: 1 });
      await untilKnown(asking(), name, partitions);
    },
    async addPartitions(name, count) {
      await asking().createPartitions({ topics: [{ name, count, assignments: null as never }] });
      await untilKnown(asking(), name, count);
    },
    async committed(group, topic) {
      const [found] = await answered(() => asking().listConsumerGroupOffsets({ groups: [group] }));
      const partitions = found?.topics.find(({ name }) => name === topic)?.partitions ?? [];
      const offsets: number[] = [];
      for (const { partitionIndex, committedOffset } of partitions) offsets[partitionIndex] = Number(committedOffset);
      return Array.from(offsets, offset => offset ?? -1);
    },
    async start() {
      const log = openSync(join(folder, 'log'), 'a');
      server = spawn('java', [...java, 'kafka.Kafka', config], { stdio: ['ignore', log, log] });
      await untilReady(port, server, join(folder, 'log'));
    },
    async kill() {
      const [dying, client] = [server, admin];
      server = admin = null;
      await client?.close().catch(() => {});
      if (!dying || dying.exitCode !== null) return;
      const gone = new Promise(resolve => dying.once('exit', resolve));
      dying.kill('SIGKILL');
      await gone;
    },
    async stop() {
      await kafka.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await kafka.start();
  return kafka;
}

const properties = (folder: string, port: number, controller: number): string => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${folder.replaceAll('\\', '/')}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
broker.session.timeout.ms=1000
`;

/** A new partition takes a moment to be there. */
async function untilKnown(admin: Admin, name: string, count: number): Promise<void> {
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }));
  for (let i = 0; i < 200; i++) {
    const listed = await admin
      .metadata({ topics: [name], forceUpdate: true })
      .then(
        () => admin.listOffsets({ topics: [{ name, partitions }] }),
        () => null,
      )
      .catch(() => null);
    if (listed) return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error(`Kafka does not know ${name}`);
}

/** Until it takes connections: at most 30 seconds. */
async function untilReady(port: number, server: ChildProcess, log: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (server.exitCode !== null) break;
    if (await answers(port)) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`Kafka does not answer on port ${port}: ${readFileSync(log, 'utf8').slice(-2000)}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
