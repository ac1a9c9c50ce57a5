import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromKafka, fromKafkaBatched, toKafka } from '../../src/kafka/index.ts';
import { Stream } from '../../src/stream/stream.ts';
import { hasKafka, startKafka, type TestKafka } from './_broker.ts';

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 3000 && !done(); i++) await pause(10);
  expect(done()).toBe(true);
}

describe.skipIf(!hasKafka)('Kafka', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka?.stop());

  async function send(topic: string, texts: readonly string[]): Promise<void> {
    const out = new Stream<string>();
    out.through(toKafka(topic, { bootstrapBrokers: kafka.address, partition: (x: string) => Number(x) }));
    await Promise.all(texts.map(x => out.emit(x)));
    await out.end();
  }

  it('gives everything to whoever comes after a consumer that was killed', async () => {
    await kafka.createTopic('killed', 2);
    await send('killed', numbers(600));
    const seen: string[] = [];
    const program = fileURLToPath(new URL('./_consumer.mjs', import.meta.url));
    let child: ChildProcess | undefined;
    for (let round = 0; new Set(seen).size < 600; round++) {
      const before = seen.length;
      child = spawn(process.execPath, [program, kafka.address, 'killed'], { stdio: ['ignore', 'pipe', 'inherit'] });
      createInterface({ input: child.stdout! }).on('line', line => seen.push(line));
      const enough = round < 3 ? before + 50 + round * 37 : Number.POSITIVE_INFINITY;
      await until(() => seen.length >= enough || new Set(seen).size === 600);
      child.kill('SIGKILL');
      await new Promise(resolve => child!.once('exit', resolve));
    }
    expect([...new Set(seen)].map(Number).sort((a, b) => a - b)).toEqual(numbers(600).map(Number));
    // what was committed did not come again: three kills cost what was in hand, not everything
    expect(seen.length).toBeLessThan(1000);
  });

  it('counts every message once in a job that was killed, with checkpoints', async () => {
    await kafka.createTopic('job', 2);
    const folder = mkdtempSync(join(tmpdir(), 'millrace-job-'));
    const program = fileURLToPath(new URL('./_job.mjs', import.meta.url));
    const out = new Stream<number>();
    const text = (n: number): string => JSON.stringify({ n });
    const place = (row: string): number => JSON.parse(row).n;
    out.map(text).through(toKafka('job', { bootstrapBrokers: kafka.address, partition: place }));
    const last = 4000;
    const sending = (async () => {
      for (let n = 1; n <= last; n++) await out.emit(n);
      await out.end();
    })();
    const sums = (): number[] => {
      const path = join(folder, 'sums.ndjson');
      if (!existsSync(path)) return [];
      return readFileSync(path, 'utf8')
        .split('\n')
        .filter(line => line.endsWith('}'))
        .map(line => JSON.parse(line).sum);
    };
    const total = (last * (last + 1)) / 2;
    for (let round = 0; sums().at(-1) !== total; round++) {
      const child = spawn(process.execPath, [program, kafka.address, 'job', folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let rows = 0;
      createInterface({ input: child.stdout! }).on('line', line => {
        rows += Number(line);
      });
      await until(() => (round < 4 && rows > 100 + round * 61) || sums().at(-1) === total);
      child.kill('SIGKILL');
      await new Promise(resolve => child.once('exit', resolve));
    }
    await sending;
    const rows = readFileSync(join(folder, 'rows.ndjson'), 'utf8').trim().split('\n');
    expect(rows.map(row => JSON.parse(row).n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: last }, (_, i) => i + 1),
    );
    rmSync(folder, { recursive: true });
  });

  it('goes on where it was when the broker is killed and comes back', async () => {
    await kafka.createTopic('restarted', 2);
    const seen: string[] = [];
    const source = fromKafka('restarted', { bootstrapBrokers: kafka.address, groupId: 'restarted' });
    source.sink(async value => {
      await pause(1);
      seen.push(text(value));
    });
    const lists: string[] = [];
    const batched = fromKafkaBatched('restarted', { bootstrapBrokers: kafka.address, pollInterval: 50 });
    batched.sink(list => {
      lists.push(...list.map(text));
    });
    const runs = [source.start(), batched.start()];
    const out = new Stream<string>();
    out.through(toKafka('restarted', { bootstrapBrokers: kafka.address, partition: (x: string) => Number(x) }));
    const sending = (async () => {
      for (const x of numbers(1500)) {
        const sent = out.emit(x)!;
        if (Number(x) % 10 === 0) await sent;
        else sent.catch(() => {});
      }
      await out.end();
    })();
    await until(() => seen.length > 200);
    await kafka.kill();
    await pause(500);
    await kafka.start();
    await sending;
    await until(() => new Set(seen).size === 1500 && new Set(lists).size === 1500);
    const places = source.position['restarted']!;
    expect(places[0]! + places[1]!).toBe(seen.length);
    expect(lists.length).toBe(seen.length); // what the producer sent again, and nothing besides
    for (const even of [0, 1]) {
      const order = [...new Set(seen.map(Number).filter(n => n % 2 === even))];
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
    await Promise.all([source.stop(), batched.stop()]);
    await Promise.all(runs);
    expect(await kafka.committed('restarted', 'restarted')).toEqual([places[0], places[1]]);
  });

  it('gives up when the brokers stay away', async () => {
    await kafka.createTopic('away');
    await send('away', ['1']);
    const source = fromKafka('away', { bootstrapBrokers: kafka.address, groupId: 'away', reconnectMs: 500 });
    const seen = source.sinkToList();
    const run = source.start();
    run.catch(() => {});
    const out = new Stream<string>();
    out.through(toKafka('away', { bootstrapBrokers: kafka.address, reconnectMs: 500 }));
    await out.emit('2');
    await until(() => seen.length === 2);
    await kafka.kill();
    await expect(out.emit('3')).rejects.toThrow(/^toKafka: 127.0.0.1:\d+: /);
    await expect(run).rejects.toThrow(/^fromKafka: 127.0.0.1:\d+: /);
    await kafka.start();
    await out.emit('4');
    await out.end();
  });
});
