// A consumer in a process of its own, to be killed: prints each value when it has worked it off.
// It runs from dist/: node test/kafka/_consumer.mjs <brokers> <topic>
import { fromKafka } from '../../dist/kafka.js';

const [bootstrapBrokers, topic] = process.argv.slice(2);
const stream = fromKafka(topic, { bootstrapBrokers, groupId: topic, sessionTimeoutMs: 1500, commitIntervalMs: 20 });
stream.sink(async value => {
  await new Promise(resolve => setTimeout(resolve, 2));
  process.stdout.write(`${value}\n`);
});
await stream.start();
