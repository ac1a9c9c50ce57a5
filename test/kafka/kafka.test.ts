import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ndjson } from '../../src/codec/ndjson.ts';
import {
  type FromKafkaOptions,
  fromKafka,
  fromKafkaBatched,
  type KafkaMessage,
  type KafkaStream,
  toKafka,
} from '../../src/kafka/index.ts';
import { f64, timestamp } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';
import { hasKafka, startKafka, type TestKafka } from './_broker.ts';

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1500 && !(await done()); i++) await pause(10);
  expect(await done()).toBe(true);
}

describe.skipIf(!hasKafka)('Kafka', () => {
  let kafka: TestKafka;
  let topics = 0;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka?.stop());

  /** A new topic, and a group of that name. */
  async function topic(partitions = 1): Promise<string> {
    const name = `topic-${++topics}`;
    await kafka.createTopic(name, partitions);
    return name;
  }
  const from = (name: string, options: FromKafkaOptions = {}): KafkaStream<Uint8Array> =>
    fromKafka(name, { bootstrapBrokers: kafka.address, commitIntervalMs: 20, ...options });
  /** Sends texts; `n` of them to partition n modulo `partitions`. */
  async function send(name: string, texts: readonly string[], partitions = 1): Promise<void> {
    const stream = new Stream<string>();
    const place = (value: string): number => texts.indexOf(value) % partitions;
    stream.through(toKafka<string>(name, { bootstrapBrokers: kafka.address, partition: place }));
    await Promise.all(texts.map(x => stream.emit(x)));
    await stream.end();
  }
  const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));

  describe('partitions', () => {
    it('are inputs of the watermark: none is late behind another, and one without messages is idle', async () => {
      const bootstrapBrokers = kafka.address;
      await kafka.createTopic('measures', 3);
      // partition 0: minutes 0 … 99, partition 1: the same much later in the log; partition 2 stays empty
      for (const partition of [0, 1]) {
        const out = new Stream<string>();
        out.through(toKafka<string>('measures', { bootstrapBrokers, partition: () => partition }));
        for (let minute = 0; minute < 100; minute++)
          await out.emit(`{"at":${minute * 60_000},"partition":${partition}}`);
        await out.end();
      }

      const source = fromKafka('measures', { bootstrapBrokers });
      const frame: any = source.toDataFrame(ndjson({ at: timestamp('ms'), partition: f64() }), {
        index: 'at',
        idleAfter: '1s',
      });
      const results = frame.tumbling('10m').agg('n = count()');
      const counts: number[] = [];
      results.sink((batch: any) => counts.push(...batch.toArray().map(({ n }: { n: number }) => n)));
      const stop = new AbortController();
      const run = frame.run({ signal: stop.signal });
      for (let i = 0; i < 1500 && counts.length < 9; i++) await pause(10);
      expect(source.operator.inputs).toEqual([0, 1, 2].map(partition => `measures:${partition}`));
      expect(counts).toEqual(Array.from({ length: 9 }, () => 20));
      expect(results.currentWatermark).toBe(99 * 60_000);
      expect(results.metrics().late).toBe(0);
      stop.abort();
      await run;
    }, 60_000);
  });

  describe('fromKafka', () => {
    it('sends values from the beginning, in the order of each partition, with their places beside them', async () => {
      const name = await topic(2);
      await send(name, numbers(0, 10), 2);
      const stream = from(name);
      const seen: [string, unknown][] = [];
      stream.sink(value => {
        const [metadata] = stream.currentMetadata!;
        seen.push([text(value), `${metadata!.topic}:${metadata!.partition}:${metadata!.offset}`]);
      });
      const run = stream.start();
      await until(() => seen.length === 10);
      for (const partition of [0, 1]) {
        expect(seen.filter(([, place]) => String(place).includes(`:${partition}:`))).toEqual(
          numbers(0, 5).map(i => [String(Number(i) * 2 + partition), `${name}:${partition}:${i}`]),
        );
      }
      expect(stream.position).toEqual({ [name]: { 0: 5, 1: 5 } });
      expect(String(stream)).toBe(`<from_kafka: ${name}>`);
      await stream.stop();
      await run;
    });

    it('sends whole messages with keys, headers and times', async () => {
      const name = await topic();
      const out = new Stream<string>();
      out.through(
        toKafka(name, {
          bootstrapBrokers: kafka.address,
          key: (x: string) => `key ${x}`,
          headers: x => ({ of: x, bytes: Uint8Array.of(1, 255) }),
          timestamp: () => new Date(1_700_000_000_123),
        }),
      );
      await out.emit('é');
      await out.end();
      const stream = fromKafka(name, { bootstrapBrokers: kafka.address, keys: true });
      const seen: KafkaMessage[] = stream.sinkToList();
      void stream.start();
      await until(() => seen.length === 1);
      await stream.stop();
      const [{ key, value, headers, timestamp, offset, partition }] = seen as [KafkaMessage];
      expect([text(key!), text(value), timestamp, offset, partition]).toEqual(['key é', 'é', 1_700_000_000_123, 0, 0]);
      expect([...headers].map(([header, bytes]) => [header, [...bytes]])).toEqual([
        ['of', [...Buffer.from('é')]],
        ['bytes', [1, 255]],
      ]);
    });

    it('commits an offset when everything below is done with all messages before it', async () => {
      const name = await topic();
      await send(name, numbers(0, 4));
      const stream = from(name, { groupId: name });
      const gates: (() => void)[] = [];
      stream.mapAsync(() => new Promise<void>(resolve => gates.push(resolve)), { parallelism: 4 }).sink(() => {});
      const run = stream.start();
      await until(() => gates.length === 4);
      for (const i of [1, 3]) gates[i]!();
      await pause(150);
      expect((await kafka.committed(name, name))[0] ?? -1).toBeLessThanOrEqual(0);
      gates[0]!();
      await until(async () => (await kafka.committed(name, name))[0] === 2);
      gates[2]!();
      await until(async () => (await kafka.committed(name, name))[0] === 4);
      await stream.stop();
      await run;
    });

    it('goes on where the group stands, and gives again what was not done', async () => {
      const name = await topic();
      await send(name, numbers(0, 6));
      const first = from(name, { groupId: name });
      first.sink(value => {
        if (text(value) === '3') throw new Error('no 3');
      });
      await expect(first.start()).rejects.toThrow('no 3');
      expect(await kafka.committed(name, name)).toEqual([3]);
      const second = from(name, { groupId: name });
      const seen = second.map(text).sinkToList();
      void second.start();
      await until(() => seen.length === 3);
      await second.stop();
      expect(seen).toEqual(['3', '4', '5']);
      expect(await kafka.committed(name, name)).toEqual([6]);
    });

    it('gives a message that failed again when it is started again, and commits it then', async () => {
      for (const handled of [false, true]) {
        const name = await topic();
        await send(name, numbers(0, 5));
        const stream = from(name, { groupId: name, start: 'beginning' });
        let broken = true;
        const seen: string[] = [];
        stream.sink(value => {
          if (broken && text(value) === '2') throw new Error('no 2');
          seen.push(text(value));
        });
        if (handled) stream.onError(() => {});
        const run = stream.start();
        if (handled) {
          await until(() => seen.length === 4);
          await stream.stop();
        } else await expect(run).rejects.toThrow('no 2');
        expect(await kafka.committed(name, name)).toEqual([2]);
        broken = false;
        void stream.start();
        await until(() => seen.at(-1) === '4' && seen.includes('2'));
        await stream.stop();
        expect(seen.slice(handled ? 4 : 2)).toEqual(['2', '3', '4']);
        expect(await kafka.committed(name, name)).toEqual([5]);
      }
    });

    it('begins at the end, at a position, or where it is told when the group has nothing', async () => {
      const name = await topic();
      await send(name, numbers(0, 5));
      const read = async (options: FromKafkaOptions, more: string): Promise<string[]> => {
        const stream = from(name, options);
        const seen = stream.map(text).sinkToList();
        void stream.start();
        if (options.start === 'end' || options.otherwise === 'end')
          await until(() => stream.position[name] !== undefined);
        await send(name, [more]);
        await until(() => seen.includes(more));
        await stream.stop();
        return seen;
      };
      expect(await read({ start: 'end' }, 'a')).toEqual(['a']);
      expect(await read({ start: { [name]: { 0: 4 } } }, 'b')).toEqual(['4', 'a', 'b']);
      expect(await read({ groupId: `${name}-end`, otherwise: 'end' }, 'c')).toEqual(['c']);
      expect(await read({ groupId: `${name}-end` }, 'd')).toEqual(['d']);
      expect(await read({ groupId: `${name}-end`, start: 'beginning' }, 'e')).toHaveLength(10);
      const fails = from(name, { groupId: `${name}-fail`, otherwise: 'fail' });
      await expect(fails.start()).rejects.toThrow(
        `fromKafka: group "${name}-fail" has no offset for partition 0 of ${name} that is there; say where to go on`,
      );
      const gone = from(name, { start: { [name]: { 0: 1000 } } });
      const seen = gone.map(text).sinkToList();
      void gone.start();
      await until(() => seen.length === 10);
      await gone.stop();
    });

    it('goes on behind what it sent when it is started again, whatever is still held', async () => {
      const name = await topic();
      await send(name, numbers(0, 3));
      const stream = from(name, { groupId: name });
      const pairs = stream.map(text).partition(2).sinkToList();
      void stream.start();
      await until(() => stream.position[name]?.[0] === 3);
      await stream.stop();
      expect(await kafka.committed(name, name)).toEqual([2]);
      await send(name, ['3']);
      void stream.start();
      await until(() => pairs.length === 2);
      await stream.stop();
      expect(pairs).toEqual([
        ['0', '1'],
        ['2', '3'],
      ]);
      expect(await kafka.committed(name, name)).toEqual([4]);
    });

    it('fetches no further than one answer ahead while what is below is busy', async () => {
      const name = await topic();
      const big = 'x'.repeat(100_000);
      await send(
        name,
        numbers(0, 200).map(n => n + big),
      );
      const stream = from(name, { maxBytes: 200_000 });
      let open = () => {};
      const gate = new Promise<void>(resolve => {
        open = resolve;
      });
      let count = 0;
      stream.sink(async () => {
        count++;
        await gate;
      });
      const before = process.memoryUsage().arrayBuffers;
      void stream.start();
      await until(() => count === 1);
      await pause(500);
      expect(count).toBe(1);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8_000_000);
      open();
      await until(() => count === 200);
      await stream.stop();
    });

    it('shares partitions with the members of its group, and loses nothing when they come and go', async () => {
      const name = await topic(4);
      const seen: string[] = [];
      const member = (): KafkaStream<Uint8Array> => {
        const stream = from(name, { groupId: name, sessionTimeoutMs: 6000 });
        stream.sink(async value => {
          await pause(1);
          seen.push(text(value));
        });
        return stream;
      };
      const [a, b] = [member(), member()];
      const runs = [a.start()];
      await send(name, numbers(0, 200), 4);
      await until(() => seen.length > 50);
      runs.push(b.start());
      await until(() => Object.keys(b.position[name] ?? {}).length === 2);
      await send(name, numbers(200, 400), 4);
      await until(() => new Set(seen).size === 400);
      await a.stop();
      await send(name, numbers(400, 600), 4);
      await until(() => new Set(seen).size === 600);
      await b.stop();
      await Promise.all(runs);
      expect(await kafka.committed(name, name)).toEqual([150, 150, 150, 150]);
      // partitions that stay with a member go on; only what another had in hand may come twice
      expect(seen.length).toBeLessThan(700);
    });

    it('reads partitions that are added', async () => {
      for (const groupId of [undefined, 'added']) {
        const name = await topic(1);
        const stream = from(name, { ...(groupId ? { groupId } : {}), client: { metadataMaxAge: 100 } });
        const seen = stream.map(text).sinkToList();
        void stream.start();
        await send(name, ['a']);
        await until(() => seen.length === 1);
        await kafka.addPartitions(name, 2);
        await send(name, ['b', 'c'], 2);
        await until(() => seen.length === 3);
        await stream.stop();
      }
    });

    it('says what is wrong', async () => {
      expect(() => fromKafka([])).toThrow('fromKafka: no topic is named');
      expect(() => fromKafka('x', { start: 'committed' })).toThrow("fromKafka: start: 'committed' wants a groupId");
      expect(() => fromKafka('x', { start: 'latest' as 'end' })).toThrow('fromKafka: start is "latest"; give');
      await expect(from('no-such-topic').start()).rejects.toThrow(
        `fromKafka: ${kafka.address}: Unknown topic no-such-topic`,
      );
      await expect(from('x', { bootstrapBrokers: ['127.0.0.1:1'] }).start()).rejects.toThrow(
        'fromKafka: 127.0.0.1:1: Connection to 127.0.0.1:1 failed',
      );
    });
  });

  describe('fromKafkaBatched', () => {
    it('sends one list for each partition and poll, no longer than it may be', async () => {
      const name = await topic(2);
      await send(name, numbers(0, 10), 2);
      const stream = fromKafkaBatched(name, { bootstrapBrokers: kafka.address, maxBatchSize: 3, pollInterval: 50 });
      const lists = stream.map(list => list.map(text)).sinkToList();
      const run = stream.start();
      await until(() => lists.flat().length === 10);
      expect(lists.map(list => list.length)).toEqual([3, 3, 2, 2]);
      expect(lists.slice(0, 2).sort()).toEqual([
        ['0', '2', '4'],
        ['1', '3', '5'],
      ]);
      await send(name, ['x']);
      await until(() => lists.length === 5);
      await stream.stop();
      await run;
      const keyed = fromKafkaBatched(name, { bootstrapBrokers: kafka.address, npartitions: 1, keys: true });
      const messages = keyed.sinkToList();
      void keyed.start();
      await until(() => messages.length === 1);
      await pause(50);
      await keyed.stop();
      expect(messages.flat().map(({ value, key, partition }) => [text(value), key, partition])).toEqual(
        ['0', '2', '4', '6', '8', 'x'].map(value => [value, null, 0]),
      );
    });

    it('commits the offset behind a list when nodes that held it have let go', async () => {
      const name = await topic();
      const stream = fromKafkaBatched(name, {
        bootstrapBrokers: kafka.address,
        groupId: name,
        maxBatchSize: 1,
        pollInterval: 10,
        commitIntervalMs: 10,
      });
      const windows = stream.partition(2).slidingWindow(2, { returnPartial: false }).sinkToList();
      void stream.start();
      const committed = async () => (await kafka.committed(name, name))[0] ?? -1;
      await send(name, numbers(0, 3));
      await until(() => stream.position[name]?.[0] === 3);
      await pause(100);
      expect(await committed()).toBeLessThanOrEqual(0);
      await send(name, ['3']);
      await until(async () => (await committed()) === 2); // the first pair has left the window
      expect(windows.length).toBe(1);
      await send(name, ['4', '5']);
      await until(async () => (await committed()) === 4);
      await stream.stop();
    });

    it('commits each input of a join as its own lists leave', async () => {
      const [a, b] = [await topic(), await topic()];
      const batched = (name: string) =>
        fromKafkaBatched(name, {
          bootstrapBrokers: kafka.address,
          groupId: name,
          maxBatchSize: 1,
          pollInterval: 10,
          commitIntervalMs: 10,
        });
      const [first, second] = [batched(a), batched(b)];
      const zipped = first.zip(second).sinkToList();
      void first.start();
      void second.start();
      const committed = async (name: string) => (await kafka.committed(name, name))[0] ?? -1;
      await send(a, numbers(0, 3));
      await send(b, ['x']);
      await until(async () => (await committed(b)) === 1 && (await committed(a)) === 1);
      expect(zipped.length).toBe(1);
      await send(b, ['y']);
      await until(async () => (await committed(b)) === 2 && (await committed(a)) === 2);
      await Promise.all([first.stop(), second.stop()]);
      const latest = [batched(a), batched(b)] as const;
      latest[0].combineLatest(latest[1]).sink(() => {});
      for (const one of latest) void one.start();
      await send(b, ['z']);
      // the newest of each is held: one less than there is
      await pause(300);
      expect([await committed(a), await committed(b)]).toEqual([2, 2]);
      await Promise.all(latest.map(one => one.stop()));
    });

    it('says what is wrong', () => {
      expect(() => fromKafkaBatched('x', { npartitions: 0 })).toThrow('fromKafkaBatched: npartitions is 0; give');
      expect(() => fromKafkaBatched('x', { maxBatchSize: 0 })).toThrow('fromKafkaBatched: maxBatchSize is 0; give');
    });
  });

  it('is run through by examples/kafka-vwap.mjs', () => {
    const program = fileURLToPath(new URL('../../examples/kafka-vwap.mjs', import.meta.url));
    const shown = execFileSync(process.execPath, [program, kafka.address], { encoding: 'utf8' }).trim().split('\n');
    expect(shown).toHaveLength(18);
    expect(shown.slice(0, 3)).toEqual([
      '09:30:00 ACME 10.708 1002',
      '09:30:00 MILL 11.708 1000',
      '09:30:00 RACE 12.709 998',
    ]);
  });

  describe('toKafka', () => {
    it.each(['none', 'gzip', 'snappy', 'lz4'] as const)('keeps the order, compressed by %s', async compression => {
      const name = await topic();
      const out = new Stream<string>();
      const node = out.through(toKafka(name, { bootstrapBrokers: kafka.address, compression }));
      const passed = node.sinkToList();
      const texts = numbers(0, 500).map(n => `message ${n} ${'la '.repeat(50)}`);
      await out.emit(texts[0]!);
      expect(passed).toEqual([texts[0]]);
      await Promise.all(texts.slice(1).map(x => out.emit(x)));
      expect(passed).toEqual(texts);
      await out.end();
      const stream = from(name);
      const seen = stream.map(text).sinkToList();
      void stream.start();
      await until(() => seen.length === 500);
      await stream.stop();
      expect(seen).toEqual(texts);
    });

    it('sends keys where other clients of Kafka send them', async () => {
      const name = await topic(7);
      const out = new Stream<string>();
      out.through(toKafka<string>(name, { bootstrapBrokers: kafka.address, key: x => x }));
      await Promise.all(['alpha', 'beta', 'gamma', 'delta', 'épsilon'].map(x => out.emit(x)));
      await out.end();
      const stream = fromKafka(name, { bootstrapBrokers: kafka.address, keys: true });
      const seen = stream.sinkToList();
      void stream.start();
      await until(() => seen.length === 5);
      await stream.stop();
      const places = Object.fromEntries(seen.map(({ value, partition }) => [text(value), partition]));
      for (const key of Object.keys(places)) expect([key, places[key]]).toEqual([key, javaPartition(key, 7)]);
    });

    it('goes ahead of the broker as far as it may, and flushes', async () => {
      const name = await topic();
      const sink = toKafka<string>(name, { bootstrapBrokers: kafka.address, ahead: 3 });
      const out = new Stream<string>();
      const passed = out.through(sink).sinkToList();
      expect([out.emit('1'), out.emit('2'), out.emit('3')]).toEqual([undefined, undefined, undefined]);
      const fourth = out.emit('4');
      expect(fourth).toBeInstanceOf(Promise);
      expect(passed).toEqual([]);
      await fourth;
      await sink.flush('10s');
      expect(passed).toEqual(['1', '2', '3', '4']);
      await out.end();
    });

    it('refuses what the broker refuses, and only that', async () => {
      const name = await topic();
      const out = new Stream<string>();
      out.through(toKafka(name, { bootstrapBrokers: kafka.address }));
      const results = await Promise.allSettled(['a', 'x'.repeat(2_000_000), 'b'].map(x => out.emit(x)));
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(String((results[1] as PromiseRejectedResult).reason)).toMatch(
        /^TransportError: toKafka: 127.0.0.1:\d+: .* \(MESSAGE_TOO_LARGE\)$/,
      );
      await out.end();
      expect(() => toKafka('')).toThrow('toKafka: the topic is empty');
      expect(() => toKafka('x', { compression: 'rar' as 'gzip' })).toThrow(
        'toKafka: no compression "rar"; there is none',
      );
      const none = new Stream<string>();
      none.through(toKafka('no-such-topic', { bootstrapBrokers: kafka.address }));
      await expect(none.emit('x')).rejects.toThrow(`toKafka: ${kafka.address}: Unknown topic no-such-topic`);
    });
  });
});

/** Where Kafka's own clients put a key: murmur2 without its sign. @see org.apache.kafka.common.utils.Utils.murmur2 */
function javaPartition(key: string, partitions: number): number {
  const data = Buffer.from(key);
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ data.length;
  let at = 0;
  for (; at + 4 <= data.length; at += 4) {
    let k = Math.imul(data.readInt32LE(at), m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = data.length - at;
  if (rest === 3) h ^= data[at + 2]! << 16;
  if (rest >= 2) h ^= data[at + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ data[at]!, m);
  h = Math.imul(h ^ (h >>> 13), m);
  h ^= h >>> 15;
  return (h & 0x7fffffff) % partitions;
}
