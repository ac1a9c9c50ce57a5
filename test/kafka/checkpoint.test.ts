import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ndjson } from '../../src/codec/ndjson.ts';
import { toFile } from '../../src/frame/to-file.ts';
import { fromKafka, toKafka } from '../../src/kafka/index.ts';
import { f64 } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';
import { hasKafka, startKafka, type TestKafka } from './_broker.ts';

class Crash extends Error {}

describe.skipIf(!hasKafka)('Kafka with checkpoints', () => {
  let kafka: TestKafka;
  let folder: string;

  beforeAll(async () => {
    kafka = await startKafka();
    folder = mkdtempSync(join(tmpdir(), 'millrace-kafka-checkpoint-'));
  });
  afterAll(async () => {
    await kafka?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes every message once, and commits what a checkpoint covers', async () => {
    const count = 3000;
    await kafka.createTopic('numbers', 2);
    const out = new Stream<string>();
    out.through(
      toKafka('numbers', { bootstrapBrokers: kafka.address, partition: (x: string) => JSON.parse(x).n as number }),
    );
    // what is sent together comes together: in small lists, so that a run can be killed between two
    for (let from = 0; from < count; from += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, i) => out.emit(JSON.stringify({ n: from + i }))));
    }
    await out.end();

    const [path, dir] = [join(folder, 'numbers.ndjson'), join(folder, 'state')];
    /** Fails after so many batches, or stops when all messages have come. */
    const run = async (after: number): Promise<void> => {
      const source = fromKafka('numbers', { bootstrapBrokers: kafka.address, groupId: 'numbers', maxBytes: 4000 });
      const frame = source.toDataFrame(ndjson({ n: f64() }));
      const stop = new AbortController();
      let [batches, total] = [0, -1];
      frame.sink(toFile(path));
      frame.agg({ n: 'size()' }).sink(batch => {
        total = Number(batch.column('n').get(0));
      });
      frame.sink(() => {
        if (++batches === after) throw new Crash();
        if (total === count) stop.abort();
      });
      try {
        await frame.run({ signal: stop.signal, checkpoint: { dir, every: { rows: 150 } } });
      } finally {
        frame.dispose();
      }
    };
    for (const after of [1, 7, 3, 12]) await expect(run(after)).rejects.toThrow(Crash);
    await run(Number.POSITIVE_INFINITY);
    const rows = readFileSync(path, 'utf8').trimEnd().split('\n');
    const numbers = rows.map(row => JSON.parse(row).n as number);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
    const committed = await kafka.committed('numbers', 'numbers');
    expect(committed.reduce((sum, offset) => sum + offset, 0)).toBe(count);
  }, 60_000);
});
