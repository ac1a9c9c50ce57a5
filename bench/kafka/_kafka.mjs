// A Kafka of the benchmark's own, on free ports of this machine.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { kafkaJars } from '../../scripts/services.mjs';

export async function startKafka() {
  const jars = await kafkaJars();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const [port, controller] = [await freePort(), await freePort()];
  const config = join(folder, 'server.properties');
  writeFileSync(config, properties(folder, port, controller));
  const java = ['-Xmx512m', '-cp', `${jars}/*`];
  const cluster = 'bWlsbHJhY2UtYmVuY2gtMA';
  spawnSync('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', cluster, '-c', config]);
  const server = spawn('java', [...java, 'kafka.Kafka', config], { stdio: 'ignore' });
  const address = `127.0.0.1:${port}`;
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [address], retries: 0 });
  let topics = 0;
  return {
    address,
    /** A new topic that takes messages. */
    async topic() {
      const name = `bench-${++topics}`;
      const partitions = [{ partitionIndex: 0, timestamp: -1n }];
      while (true) {
        try {
          if (!(await admin.listTopics()).includes(name)) await admin.createTopics({ topics: [name] });
          await admin.metadata({ topics: [name], forceUpdate: true });
          await admin.listOffsets({ topics: [{ name, partitions }] });
          return name;
        } catch {
          await new Promise(resolve => setTimeout(resolve, 100)); // it is on its way
        }
      }
    },
    async stop() {
      await admin.close();
      server.kill('SIGKILL');
      await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const properties = (folder, port, controller) => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${folder}/data
offsets.topic.replication.factor=1
group.initial.rebalance.delay.ms=0
`;

function freePort() {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
