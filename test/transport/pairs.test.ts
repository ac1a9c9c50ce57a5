import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrow } from '../../src/codec/arrow.ts';
import type { Codec } from '../../src/codec/codec.ts';
import { csv } from '../../src/codec/csv.ts';
import { ndjson } from '../../src/codec/ndjson.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { fromKafka, fromKafkaBatched, toKafka } from '../../src/kafka/index.ts';
import { fromMqtt, toMqtt } from '../../src/mqtt/index.ts';
import { f64, i32, timestamp, utf8 } from '../../src/schema/data-type.ts';
import type { Operator } from '../../src/stream/operator.ts';
import type { Stream } from '../../src/stream/stream.ts';
import { fromWebsocket, toWebsocket } from '../../src/websocket/index.ts';
import { hasKafka, startKafka, type TestKafka } from '../kafka/_broker.ts';
import { startBroker } from '../mqtt/_broker.ts';

const columns = { at: timestamp('ms'), name: utf8(), n: i32(), x: f64() };
const rows = Array.from({ length: 2500 }, (_, i) => ({
  at: new Date(1_700_000_000_000 + i),
  name: i % 7 === 0 ? null : `né,"${i % 5}"\n`,
  n: i - 1000,
  x: i / 8,
}));

type Codecs = Codec<typeof columns>;
const codecs: [string, Codecs][] = [
  ['NDJSON', ndjson(columns)],
  ['CSV with a header', csv(columns)],
  ['CSV without one', csv(columns, { header: false })],
  ['Arrow streams', arrow({ schema: columns })],
  ['Arrow files', arrow({ schema: columns, format: 'file' })],
];

/** What a transport's source and sink are, once the source listens; `stop` ends what is between them. */
interface Way {
  readonly source: Stream<any>;
  readonly sink: (codec: Codecs) => Operator<unknown, unknown>;
  /** Starts the source; resolves when it can hear. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

let kafka: TestKafka | undefined;
beforeAll(async () => {
  if (hasKafka) kafka = await startKafka();
});
afterAll(() => kafka?.stop());

let topics = 0;
async function throughKafka(from: (topic: string, bootstrapBrokers: string) => Stream<any>): Promise<Way> {
  const topic = `pairs-${++topics}`;
  const { address, createTopic } = kafka!;
  await createTopic(topic);
  const source = from(topic, address);
  return {
    source,
    sink: codec => toKafka(topic, { bootstrapBrokers: address, codec, rows: 700, compression: 'lz4' }),
    start: async () => void source.start(),
    stop: async () => {},
  };
}

const ways: [string, () => Promise<Way>][] = [
  [
    'WebSocket',
    async () => {
      let url = '';
      let heard: () => void;
      const listening = new Promise<void>(resolve => {
        heard = resolve;
      });
      const source = fromWebsocket(0, {
        host: '127.0.0.1',
        onListening: port => {
          url = `ws://127.0.0.1:${port}`;
          heard();
        },
      });
      return {
        source,
        sink: codec => toWebsocket(url, { codec, rows: 700 }),
        start: async () => {
          void source.start();
          await listening;
        },
        stop: async () => {},
      };
    },
  ],
  [
    'MQTT',
    async () => {
      const broker = await startBroker();
      const source = fromMqtt('rows', { url: broker.url });
      return {
        source,
        sink: codec => toMqtt('rows', { url: broker.url, codec, rows: 700 }),
        start: async () => {
          const subscribed = new Promise(resolve => broker.aedes.once('subscribe', resolve));
          void source.start();
          await subscribed;
        },
        stop: () => broker.stop(),
      };
    },
  ],
  ['Kafka', () => throughKafka((topic, bootstrapBrokers) => fromKafka(topic, { bootstrapBrokers }))],
  [
    'Kafka in batches',
    () => throughKafka((topic, bootstrapBrokers) => fromKafkaBatched(topic, { bootstrapBrokers, pollInterval: 20 })),
  ],
  [
    'Kafka with keys',
    () => throughKafka((topic, bootstrapBrokers) => fromKafka(topic, { bootstrapBrokers, keys: true })),
  ],
];

describe.each(ways.filter(([name]) => hasKafka || !name.includes('Kafka')))('a frame through %s', (name, open) => {
  it.each(codecs)('and back in %s, cut into messages of whole records', async (_codec, codec) => {
    const way = await open();
    const sent = new DataFrame({ schema: columns });
    const received = way.source.toDataFrame(codec, { index: 'at' });
    const back: object[] = [];
    const sizes: number[] = [];
    received.sink(batch => {
      sizes.push(batch.length);
      back.push(...batch.toArray());
    });
    await way.start();
    const sink = sent.stream.through(way.sink(codec));
    await sent.emit(rows);
    for (let i = 0; i < 4000 && back.length < rows.length; i++) await new Promise(resolve => setTimeout(resolve, 2));
    expect(back).toEqual(rows);
    // lines follow lines: a frame takes what came at once as one batch
    if (!name.includes('Kafka')) expect(Math.max(...sizes)).toBeLessThanOrEqual(700);
    await sink.destroy();
    await way.source.stop();
    await way.stop();
    received.dispose();
    sent.dispose();
  });
});
