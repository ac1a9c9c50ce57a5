// Reads a River stream while it is written and prints statistics of each second, to the end of the stream.
//
//   node examples/river-consumer.mjs [redis URL] [stream] [text of aggregations] [name]
import { timestamp } from 'millrace';
import { fromRiver } from 'millrace/river';

const [
  url = 'redis://127.0.0.1:6379',
  stream = 'heart',
  statistics = 'samples = count(), mean = mean(left), peak = max(left)',
  name = 'consumer',
] = process.argv.slice(2);

const source = fromRiver(stream, { connection: url, waitMs: 10_000, types: { at: timestamp('ms') } });
const heart = await source.toDataFrame({ index: 'at' });
heart
  .tumbling('1s')
  .agg(statistics)
  .sink(batch => {
    for (const { windowStart, windowEnd, ...row } of batch) {
      const delayMs = Date.now() - windowEnd.getTime();
      console.log(
        `${name}: ${windowStart.toISOString().slice(11, 19)} ${JSON.stringify(row)} (${delayMs} ms after its end)`,
      );
    }
  });
await heart.run();
console.log(`${name}: ${heart.metrics().rowsIn} samples, the last at ${source.position.key} ${source.position.id}`);
