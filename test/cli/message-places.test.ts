import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { fromKafka, type KafkaMessage, toKafka } from '../../src/kafka/index.ts';
import { fromMqtt, type MqttMessage } from '../../src/mqtt/index.ts';
import { Stream } from '../../src/stream/stream.ts';
import { fromWebsocket } from '../../src/websocket/index.ts';
import { hasKafka, startKafka, type TestKafka } from '../kafka/_broker.ts';
import { startBroker, type TestBroker } from '../mqtt/_broker.ts';
import { freePort } from '../river/_redis.ts';
import { millrace, parseRows } from './_command.ts';

const rows = Array.from({ length: 10 }, (_, i) => ({ at: i * 1000, symbol: 'ab'[i % 2], price: i }));
const schema = ['--schema', 'at: timestamp[ms], symbol: utf8, price: f64'];
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !done(); i++) await pause(10);
  expect(done()).toBe(true);
}
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('the command over WebSockets', () => {
  it('serves clients, and is one', async () => {
    const got: string[] = [];
    let url = '';
    const results = fromWebsocket(0, {
      host: '127.0.0.1',
      onListening: port => {
        url = `ws://127.0.0.1:${port}/out`;
      },
    });
    results.sink(message => {
      got.push(String(message));
    });
    void results.start();
    await until(() => url !== '');
    const from = `ws://127.0.0.1:${await freePort()}/in`;
    const run = millrace(['run', '--from', from, ...schema, '--where', 'price > 2', '--limit', '5', '--to', url]);
    const client = await connected(from);
    for (const row of rows) client.send(JSON.stringify(row));
    expect(await run).toMatchObject({ code: 0, stderr: '' });
    await until(() => parseRows(got.join('')).length === 5);
    expect(parseRows(got.join('')).map(({ price }) => price)).toEqual([3, 4, 5, 6, 7]);
    client.terminate();
    await results.stop();
  });

  it('says what it wants to know', async () => {
    expect(await millrace(['run', '--from', 'ws://127.0.0.1:1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("does not tell its columns; add --schema 'at: timestamp[ms], x: f64'"),
    });
    const wrong = ['kafka://x', 'kafka://x/t?colour=red', 'kafka://x/t?start=now', 'mqtt://x/t?qos=2', 'wss://x/y'];
    for (const from of wrong) expect(await millrace(['run', '--from', from, ...schema])).toMatchObject({ code: 2 });
  });
});

/** When somebody listens there. */
async function connected(url: string): Promise<WebSocket> {
  for (let i = 0; i < 500; i++) {
    const socket = new WebSocket(url);
    const open = await new Promise<boolean>(resolve => {
      socket.once('open', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (open) return socket;
    await pause(20);
  }
  throw new Error(`nobody listens at ${url}`);
}

describe('the command over MQTT', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.stop());

  it('subscribes, and publishes', async () => {
    const source = fromMqtt('out', { url: broker.url });
    const got: MqttMessage[] = source.sinkToList();
    const once = (): Promise<unknown> => new Promise(resolve => broker.aedes.once('subscribe', resolve));
    const listening = once();
    void source.start();
    await listening;
    const subscribed = once();
    const from = `${broker.url}/in/+/trades?qos=1`;
    const to = `${broker.url}/out?retain=true&rows=2`;
    const run = millrace(['run', '--from', from, ...schema, '--format', 'csv', '--limit', '4', '--to', to]);
    await subscribed;
    for (const { at, symbol, price } of rows) {
      await broker.publish(`in/${symbol}/trades`, `at,symbol,price\n${at},${symbol},${price}`);
    }
    expect(await run).toMatchObject({ code: 0, stderr: '' });
    await until(() => parseRows(got.map(({ payload }) => text(payload)).join('')).length === 4);
    expect(parseRows(got.map(({ payload }) => text(payload)).join('')).map(({ price }) => price)).toEqual([0, 1, 2, 3]);
    await source.stop();
  });
});

describe.skipIf(!hasKafka)('the command over Kafka', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka?.stop());

  it('reads a topic as a member of a group, and writes rows with their keys', async () => {
    await kafka.createTopic('in', 1);
    await kafka.createTopic('out', 1);
    const out = new Stream<object>();
    out.map(row => JSON.stringify(row)).through(toKafka('in', { bootstrapBrokers: kafka.address }));
    await Promise.all(rows.map(row => out.emit(row)));
    await out.end();
    const args = [
      ...['run', '--from', `kafka://${kafka.address}/in?group=means&otherwise=beginning`, ...schema, '--index', 'at'],
      ...['--tumbling', '4s', '--by', 'symbol', '--agg', 'price = mean(price)', '--limit', '4'],
      ...['--to', `kafka://${kafka.address}/out?key=symbol&compression=gzip`],
    ];
    expect(await millrace(args)).toMatchObject({ code: 0, stderr: '' });
    const source = fromKafka('out', { bootstrapBrokers: kafka.address, keys: true });
    const seen: KafkaMessage[] = source.sinkToList();
    void source.start();
    await until(() => seen.length === 4);
    await source.stop();
    expect(seen.map(({ key, value }) => [text(key!), JSON.parse(text(value)).price])).toEqual([
      ['a', 1],
      ['b', 2],
      ['a', 5],
      ['b', 6],
    ]);
    expect(await kafka.committed('means', 'in')).toEqual([10]);
  });
});
