// Messages of one JSON record each through a broker on this machine, against the client by itself and hand-written JavaScript.
import { Consumer, Producer } from '@platformatic/kafka';
import { f64, i32, ndjson, Stream, timestamp, utf8 } from '../../dist/index.js';
import { fromKafka, toKafka } from '../../dist/kafka.js';
import { startKafka } from './_kafka.mjs';

export const title = 'Kafka';

const count = 200_000;
const text = i => `{"at":${1.7e12 + i},"symbol":"S${i % 100}","price":${i / 8},"qty":${i % 50}}`;
const columns = { at: timestamp('ms'), symbol: utf8(), price: f64(), qty: i32() };

async function write(address, topic) {
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [address] });
  for (let i = 0; i < count; i += 4000) {
    const messages = Array.from({ length: 4000 }, (_, j) => ({ topic, value: Buffer.from(text(i + j)) }));
    await producer.send({ messages, acks: -1 });
  }
  await producer.close();
}

const reading = {
  name: `means by key of ${count / 1000},000 messages, read into a frame`,
  against: "the client's stream, JSON.parse and a Map",
  rows: count,
  isolate: true,
  async setup() {
    const kafka = await startKafka();
    const topic = await kafka.topic();
    await write(kafka.address, topic);
    let run = 0;
    return {
      async ours() {
        const enough = new AbortController();
        const frame = fromKafka(topic, { bootstrapBrokers: kafka.address }).toDataFrame(ndjson(columns));
        let rows = 0;
        let groups = [];
        frame.select(['price']).sink(batch => {
          rows += batch.length;
          if (rows === count) enough.abort();
        });
        frame
          .groupby('symbol')
          .agg({ mean: t => t.price.mul(t.qty).mean() }, { emit: 'end' })
          .sink(batch => {
            groups = batch.toArray();
          });
        await frame.run({ signal: enough.signal });
        frame.dispose();
        return groups.length;
      },
      async theirs() {
        const consumer = new Consumer({ clientId: 'bench', groupId: `g${run++}`, bootstrapBrokers: [kafka.address] });
        const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: true });
        const groups = new Map();
        let rows = 0;
        for await (const { value } of stream) {
          const { symbol, price, qty } = JSON.parse(value);
          const group = groups.get(symbol);
          if (group) {
            group.sum += price * qty;
            group.count++;
          } else groups.set(symbol, { sum: price * qty, count: 1 });
          if (++rows === count) break;
        }
        await consumer.close(true);
        return groups.size;
      },
      check: (a, b) => a === b,
      close: () => kafka.stop(),
    };
  },
};

const writing = {
  name: `${count / 1000},000 messages, emitted one by one`,
  against: "the client's send of 4,000 each",
  rows: count,
  isolate: true,
  note: 'each element has a promise of its own, and is sent on when the broker has it',
  async setup() {
    const kafka = await startKafka();
    return {
      async ours() {
        const out = new Stream();
        out.through(toKafka(await kafka.topic(), { bootstrapBrokers: kafka.address, ahead: 10_000 }));
        for (let i = 0; i < count; i++) {
          const sent = out.emit(text(i));
          if (sent) await sent;
        }
        await out.end();
      },
      theirs: async () => write(kafka.address, await kafka.topic()),
      close: () => kafka.stop(),
    };
  },
};

export const cases = [reading, writing];
