// A job in a process of its own, to be killed: rows of a topic into a file, and their running sum, with checkpoints.
// It runs from dist/: node test/kafka/_job.mjs <brokers> <topic> <folder>
import { i32, ndjson, toFile } from '../../dist/index.js';
import { fromKafka } from '../../dist/kafka.js';

const [bootstrapBrokers, topic, folder] = process.argv.slice(2);
const source = fromKafka(topic, { bootstrapBrokers, groupId: topic, sessionTimeoutMs: 1500, commitIntervalMs: 20 });
const frame = source.toDataFrame(ndjson({ n: i32() }));
frame.sink(toFile(`${folder}/rows.ndjson`));
frame.n
  .sum()
  .toFrame('sum')
  .sink(toFile(`${folder}/sums.ndjson`));
frame.sink(batch => {
  process.stdout.write(`${batch.length}\n`);
  return new Promise(resolve => setTimeout(resolve, 5));
});
await frame.run({ checkpoint: { dir: `${folder}/saved`, every: '30ms' } });
