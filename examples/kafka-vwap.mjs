// Trades through a topic of Kafka, their volume-weighted mean price by the second: node examples/kafka-vwap.mjs [brokers]
//
// Takes the brokers at localhost:9092 unless others are named. Ends by itself.
import { Admin } from '@platformatic/kafka';
import { f64, i32, ndjson, Stream, timestamp, utf8 } from 'millrace';
import { fromKafka, toKafka } from 'millrace/kafka';

const bootstrapBrokers = process.argv[2] ?? 'localhost:9092';
const topic = `trades-${Date.now()}`;
const admin = new Admin({ clientId: 'example', bootstrapBrokers: bootstrapBrokers.split(','), retries: 20 });
await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
while (!(await admin.metadata({ topics: [topic], forceUpdate: true }).catch(() => null)));

// the market: three symbols, a partition each
const market = new Stream();
market
  .map(JSON.stringify)
  .through(toKafka(topic, { bootstrapBrokers, key: trade => JSON.parse(trade).symbol, ahead: 500 }));
const symbols = ['ACME', 'MILL', 'RACE'];
const start = Date.UTC(2026, 4, 1, 9, 30);
for (let i = 0; i < 6000; i++) {
  const trade = { at: start + i, symbol: symbols[i % 3], price: 10 + (i % 3) + Math.sin(i / 500), qty: 1 + (i % 5) };
  await market.emit(trade);
}
await market.end();

// whoever is interested: what is worked off is committed, and does not come again
const trades = fromKafka(topic, { bootstrapBrokers, groupId: 'vwap' }).toDataFrame(
  ndjson({ at: timestamp('ms'), symbol: utf8(), price: f64(), qty: i32() }),
  { index: 'at', outOfOrder: '1h' }, // partitions are read one after the other
);
const enough = new AbortController();
let rows = 0;
trades.sink(batch => {
  rows += batch.length;
  if (rows === 6000) enough.abort();
});
trades
  .assign({ notional: t => t.price.mul(t.qty) })
  .tumbling('1s')
  .groupby('symbol')
  .agg({ vwap: t => t.notional.sum().div(t.qty.sum()), volume: t => t.qty.sum() })
  .sink(batch => {
    for (const { windowStart, symbol, vwap, volume } of batch) {
      console.log(windowStart.toISOString().slice(11, 19), symbol, vwap.toFixed(3), String(volume));
    }
  });
await trades.run({ signal: enough.signal });
await admin.close();
