import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import { type FromMqttOptions, fromMqtt, type MqttMessage, toMqtt } from '../../src/mqtt/index.ts';
import { Stream } from '../../src/stream/stream.ts';
import { startBroker, type TestBroker } from './_broker.ts';

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
const text = ({ payload }: MqttMessage): string => Buffer.from(payload).toString();

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 2500 && !done(); i++) await pause(2);
  expect(done()).toBe(true);
}

let broker: TestBroker;
beforeEach(async () => {
  broker = await startBroker();
});
afterEach(() => broker.stop());

/** Starts, and waits until the broker has the subscription; `run` settles when it is over. */
async function started(source: Stream<MqttMessage>): Promise<{ run: Promise<void> }> {
  const subscribed = new Promise(resolve => broker.aedes.once('subscribe', resolve));
  const run = source.start();
  run.catch(() => {});
  await subscribed;
  await pause(20);
  return { run };
}
const source = (topics: string | string[], options: FromMqttOptions = {}): Stream<MqttMessage> =>
  fromMqtt(topics, { url: broker.url, ...options });

describe('fromMqtt', () => {
  it('sends the messages of its topics, with all that is known of them', async () => {
    await broker.publish('room/1/t', 'kept', 1, true);
    const stream = source(['room/+/t', 'log/#']);
    const seen: MqttMessage[] = stream.sinkToList();
    const before = Date.now();
    await started(stream);
    for (const topic of ['room/2/t', 'room/2/h', 'log/a/b']) await broker.publish(topic, topic, 1);
    await broker.publish('log', 'zero', 0);
    await until(() => seen.length === 4);
    expect(seen.map(({ topic, retain, qos }) => [topic, retain, qos])).toEqual([
      ['room/1/t', true, 1],
      ['room/2/t', false, 1],
      ['log/a/b', false, 1],
      ['log', false, 0],
    ]);
    expect(seen[0]!.payload).toEqual(new Uint8Array(Buffer.from('kept')));
    expect(Math.abs(seen[0]!.timestamp - before)).toBeLessThan(10_000);
    expect(String(stream)).toBe('<from_mqtt: room/+/t, log/#>');
    await stream.stop();
  });

  it('acknowledges a message when everything below is done with it, in the order in which they came', async () => {
    const stream = source('x');
    const gates: (() => void)[] = [];
    stream.buffer(10).sink(() => new Promise<void>(resolve => gates.push(resolve)));
    const kept = stream.partition(2).sinkToList();
    await started(stream);
    for (const payload of ['1', '2', '3']) await broker.publish('x', payload);
    await until(() => gates.length === 1 && kept.length === 1);
    expect(broker.acknowledged).toEqual([]);
    gates[0]!();
    await until(() => gates.length === 2);
    await until(() => broker.acknowledged.length === 1);
    gates[1]!();
    await until(() => gates.length === 3);
    gates[2]!();
    await until(() => broker.acknowledged.length === 2);
    await pause(30);
    expect(broker.acknowledged.length).toBe(2); // the third waits for a partner
    await broker.publish('x', '4');
    await until(() => gates.length === 4);
    gates[3]!();
    await until(() => broker.acknowledged.length === 4);
    expect([...broker.acknowledged]).toEqual([...broker.acknowledged].sort((a, b) => a - b));
    await stream.stop();
  });

  it('reads no further while what is below is busy', async () => {
    const stream = source('x', { qos: 0 });
    const seen: string[] = [];
    let open = 0;
    stream.sink(async message => {
      expect(++open).toBe(1);
      await pause(2);
      seen.push(text(message));
      open--;
    });
    await started(stream);
    const sent = Array.from({ length: 50 }, (_, i) => String(i));
    for (const payload of sent) await broker.publish('x', payload, 0);
    await until(() => seen.length === 50);
    expect(seen).toEqual(sent);
    await stream.stop();
  });

  it('loses nothing of a session when the connection breaks, or when it was away', async () => {
    const stream = source('x', { clientId: 'me' });
    const seen: string[] = [];
    stream.sink(async message => {
      await pause(1);
      seen.push(text(message));
    });
    await started(stream);
    for (let i = 0; i < 20; i++) await broker.publish('x', String(i));
    await broker.drop();
    for (let i = 20; i < 30; i++) await broker.publish('x', String(i));
    await broker.listen();
    await until(() => seen.includes('29'));
    await stream.stop();
    for (let i = 30; i < 40; i++) await broker.publish('x', String(i));
    const run = stream.start();
    await until(() => seen.includes('39'));
    expect([...new Set(seen)].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    await stream.stop();
    await run;
  });

  it('gives a message again that was never done', async () => {
    const stream = source('x', { clientId: 'me' });
    const failed = stream.sink(message => {
      throw new Error(`no ${text(message)}`);
    });
    const { run } = await started(stream);
    await broker.publish('x', 'a');
    await expect(run).rejects.toThrow('no a');
    await failed.destroy();
    const seen = stream.map(text).sinkToList();
    void stream.start();
    await until(() => seen.length === 1);
    expect(seen).toEqual(['a']);
    await stream.stop();
  });

  it('goes on behind a message that a handler took, and acknowledges the others', async () => {
    const stream = source('x');
    stream.sink(message => {
      if (text(message) === 'bad') throw new Error('no good');
    });
    const told: unknown[] = [];
    stream.onError(error => told.push((error as Error).message));
    await started(stream);
    for (const payload of ['a', 'bad', 'c']) await broker.publish('x', payload);
    await until(() => broker.acknowledged.length === 2);
    expect(told).toEqual(['no good']);
    await stream.stop();
  });

  it('keeps the connection while one message takes longer than the broker waits for signs of life', async () => {
    const stream = source('x', { client: { keepalive: 1 } });
    let done = false;
    let connections = 0;
    broker.aedes.on('client', () => connections++);
    stream.sink(async () => {
      await pause(4000);
      done = true;
    });
    await started(stream);
    await broker.publish('x', 'slow');
    await until(() => done);
    await until(() => broker.acknowledged.length === 1);
    expect(connections).toBe(1);
    await stream.stop();
  });

  it('says what is wrong', async () => {
    expect(() => fromMqtt([])).toThrow('fromMqtt: no topic is named');
    expect(() => fromMqtt('x', { qos: 2 as 1 })).toThrow('fromMqtt: qos is 2; give 0 or 1');
    await expect(fromMqtt('x', { url: 'mqtt://127.0.0.1:1' }).start()).rejects.toThrow(
      new TransportError('fromMqtt: mqtt://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1'),
    );
    await expect(fromMqtt('x', { url: 'nonsense' }).start()).rejects.toThrow(/fromMqtt: nonsense: /);
    await expect(source('a/#/b').start()).rejects.toThrow(/fromMqtt: .*: can't subscribe to a\/#\/b: Invalid topic/);
    broker.aedes.authenticate = (_client, name, _password, done) => done(null, name === 'me');
    await expect(source('x', { username: 'you', password: 'secret' }).start()).rejects.toThrow(
      /fromMqtt: mqtt:\/\/127.0.0.1:\d+: Connection refused/,
    );
    const me = source('x', { url: broker.url.replace('//', '//me:secret@') });
    await started(me);
    await broker.drop();
    await me.stop();
    await broker.listen();
  });

  it('gives up when the broker stays away', async () => {
    const stream = source('x', { reconnectMs: 200 });
    const { run } = await started(stream);
    await broker.drop();
    await expect(run).rejects.toThrow(/ECONNREFUSED|again and again/);
    expect(stream.started).toBe(false);
    await broker.listen();
  });
});

describe('toMqtt', () => {
  const received = async (topic: string): Promise<string[]> => {
    const list: string[] = [];
    await new Promise<void>(resolve =>
      broker.aedes.subscribe(
        topic,
        (packet, done) => {
          list.push(`${packet.topic}=${packet.payload}${packet.retain ? ' kept' : ''}`);
          done();
        },
        resolve,
      ),
    );
    return list;
  };

  it.each([0, 1, 2] as const)('publishes in order with quality %i; emit waits', async qos => {
    const list = await received('x');
    const stream = new Stream<string | Uint8Array>();
    stream.through(toMqtt('x', { url: broker.url, qos }));
    await stream.emit('a');
    if (qos > 0) expect(list).toContain('x=a');
    await Promise.all(['b', 'c', Uint8Array.of(100)].map(x => stream.emit(x)));
    await stream.end();
    await until(() => list.length === 4);
    expect(list).toEqual(['x=a', 'x=b', 'x=c', 'x=d']);
  });

  it('takes the topic from the element, and has the last one kept', async () => {
    const list = await received('room/#');
    const stream = new Stream<number>();
    stream.map(n => `${n}`).through(toMqtt((n: string) => `room/${n}`, { url: broker.url, retain: true }));
    await stream.emit(1);
    await stream.emit(2);
    const late = source('room/+');
    const seen = late.map(text).sinkToList();
    await started(late);
    await until(() => seen.length === 2);
    expect(list).toEqual(['room/1=1 kept', 'room/2=2 kept']);
    await late.stop();
    await stream.end();
  });

  it('mends the connection, and sends again what was not confirmed', async () => {
    const list = await received('x');
    const stream = new Stream<string>();
    const node = stream.through(toMqtt('x', { url: broker.url }));
    await stream.emit('a');
    await broker.drop();
    const waiting = Promise.all([stream.emit('b'), stream.emit('c')]);
    await pause(100);
    await broker.listen();
    await waiting;
    expect(list.filter((x, i) => list.indexOf(x) === i)).toEqual(['x=a', 'x=b', 'x=c']);
    await node.destroy();
  });

  it('sends of other elements what it is told to, to topics made of them', async () => {
    const list = await received('house/#');
    const stream = new Stream<{ room: string; celsius: number }>();
    const node = stream.through(
      toMqtt(({ room }) => `house/${room}`, { url: broker.url, value: ({ celsius }) => String(celsius) }),
    );
    await stream.emit({ room: 'kitchen', celsius: 21 });
    await stream.emit({ room: 'hall', celsius: 18 });
    await until(() => list.length === 2);
    expect(list).toEqual(['house/kitchen=21', 'house/hall=18']);
    const odd = new Stream<number>();
    odd.through(toMqtt('x', { url: broker.url, value: x => x as unknown as string }));
    expect(() => odd.emit(5)).toThrow(/^toMqtt: value\(\) gave number, which is no message/);
    await node.destroy();
  });

  it('says what is wrong', async () => {
    expect(() => toMqtt('a/+', { url: broker.url })).toThrow('toMqtt: "a/+" is no topic; give one without + and #');
    expect(() => toMqtt('a', { qos: 3 as 1 })).toThrow('toMqtt: qos is 3; give 0, 1 or 2');
    const stream = new Stream<unknown>();
    stream.through(toMqtt(() => '', { url: broker.url }));
    expect(() => stream.emit('x')).toThrow('toMqtt: "" is no topic');
    expect(() => stream.emit(5)).toThrow(
      'toMqtt: number is no message; give texts or bytes, or say what is sent, as in { value: x => JSON.stringify(x) }',
    );
    const away = new Stream<string>();
    away.through(toMqtt('x', { url: 'mqtt://127.0.0.1:1' }));
    await expect(away.emit('x')).rejects.toThrow('toMqtt: mqtt://127.0.0.1:1: connect ECONNREFUSED');
  });
});
