// Writing and reading River streams, against node-redis sending and asking for the same bytes by hand.
import { FieldDefinition, fromRiver, StreamReader, StreamSchema, StreamWriter } from '../../dist/river.js';
import { rawRedis, startRedis } from './_redis.mjs';

const batch = 1024;
const rows = 100 * batch;
const fields = { 8: ['DOUBLE'], 64: Array(8).fill('DOUBLE') };
const schemaFor = sampleSize =>
  new StreamSchema(fields[sampleSize].map((type, i) => new FieldDefinition(`f${i}`, type)));

function samples(sampleSize) {
  const values = new Float64Array((rows * sampleSize) / 8);
  for (let i = 0; i < values.length; i++) values[i] = i % 1000;
  return Buffer.from(values.buffer);
}

const writing = sampleSize => ({
  name: `write ${sampleSize}-byte samples`,
  against: 'pipelined XADD by node-redis',
  rows,
  bytes: rows * sampleSize,
  target: 0.8,
  isolate: true,
  async setup() {
    const redis = await startRedis();
    const raw = await rawRedis(redis.port);
    const data = samples(sampleSize);
    const schema = schemaFor(sampleSize);
    let run = 0;
    return {
      async ours() {
        const name = `ours-${run++}`;
        const writer = new StreamWriter(redis.url, { batchSize: batch });
        await writer.initialize(name, schema);
        for (let at = 0; at < rows; at += batch)
          await writer.write(data.subarray(at * sampleSize, (at + batch) * sampleSize));
        await writer.stop();
        await raw.add(['DEL', `${name}-0`]);
        return writer.totalSamplesWritten;
      },
      async theirs() {
        const key = `theirs-${run++}`;
        const client = await rawRedis(redis.port);
        for (let at = 0; at < rows; at += batch) {
          const answers = [];
          for (let i = at; i < at + batch; i++) {
            const value = data.subarray(i * sampleSize, (i + 1) * sampleSize);
            answers.push(client.add(['XADD', key, '*', 'val', value, 'i', String(i)]));
          }
          await Promise.all(answers);
        }
        client.close();
        const length = await raw.add(['XLEN', key]);
        await raw.add(['DEL', key]);
        return length;
      },
      check: (a, b) => a === b,
      async close() {
        raw.close();
        await redis.stop();
      },
    };
  },
});

async function stored(sampleSize) {
  const redis = await startRedis();
  const writer = new StreamWriter(redis.url);
  await writer.initialize('stored', schemaFor(sampleSize));
  await writer.write(samples(sampleSize));
  await writer.stop();
  return redis;
}

const reading = sampleSize => ({
  name: `read ${sampleSize}-byte samples`,
  against: 'XRANGE by node-redis',
  rows,
  bytes: rows * sampleSize,
  target: 0.8,
  isolate: true,
  async setup() {
    const redis = await stored(sampleSize);
    return {
      async ours() {
        const reader = new StreamReader(redis.url, { maxFetchSize: batch });
        await reader.initialize('stored');
        const buffer = reader.newBuffer(batch);
        let count = 0;
        for (let n = await reader.read(buffer); n > 0; n = await reader.read(buffer)) count += n;
        reader.stop();
        return count;
      },
      async theirs() {
        const client = await rawRedis(redis.port);
        let count = 0;
        let from = '-';
        while (true) {
          const entries = await client.ask(['XRANGE', 'stored-0', from, '+', 'COUNT', String(batch)]);
          count += entries.length;
          if (entries.length < batch) break;
          from = `(${entries.at(-1)[0]}`;
        }
        client.close();
        return count - 1; // the end marker
      },
      check: (a, b) => a === b,
      close: () => redis.stop(),
    };
  },
});

const mean = sampleSize => ({
  name: `read ${sampleSize}-byte samples to a windowed mean`,
  against: 'reading alone',
  rows,
  bytes: rows * sampleSize,
  target: 0.8,
  isolate: true,
  async setup() {
    const redis = await stored(sampleSize);
    const options = { connection: redis.url, maxFetchSize: batch };
    return {
      async ours() {
        const frame = await fromRiver('stored', options).toDataFrame();
        let count = 0;
        frame
          .window(1000)
          .agg('mean = mean(f0)')
          .sink(rowsOut => {
            count += rowsOut.length;
          });
        await frame.run();
        const { rowsIn } = frame.metrics();
        frame.dispose();
        return count > 0 ? rowsIn : 0;
      },
      async theirs() {
        let count = 0;
        for await (const rowsIn of fromRiver('stored', options)) count += rowsIn.length;
        return count;
      },
      check: (a, b) => a === b,
      close: () => redis.stop(),
    };
  },
});

export const cases = [8, 64].flatMap(sampleSize => [writing(sampleSize), reading(sampleSize), mean(sampleSize)]);
