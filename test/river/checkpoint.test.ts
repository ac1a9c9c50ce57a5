import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FieldDefinition, StreamSchema } from '../../src/codec/river-schema.ts';
import { StreamReaderException } from '../../src/errors.ts';
import { toFile } from '../../src/frame/to-file.ts';
import { fromRiver } from '../../src/river/source.ts';
import { StreamWriter } from '../../src/river/writer.ts';
import { hasRedis, startRedis, type TestRedis } from './_redis.ts';

const schema = new StreamSchema([new FieldDefinition('n', 'INT64'), new FieldDefinition('x', 'DOUBLE')]);

class Crash extends Error {}

describe.skipIf(!hasRedis)('a River stream with checkpoints', () => {
  let redis: TestRedis;
  let folder: string;
  const path = (name: string): string => join(folder, name);

  beforeAll(async () => {
    redis = await startRedis();
    folder = mkdtempSync(join(tmpdir(), 'millrace-river-checkpoint-'));
  });
  afterAll(async () => {
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function write(name: string, samples: number): Promise<void> {
    const writer = new StreamWriter(redis.url, { keysPerRedisStream: 700, batchSize: 100 });
    await writer.initialize(name, schema);
    await writer.write(Array.from({ length: samples }, (_, i) => ({ n: BigInt(i), x: i / 4 })));
    await writer.stop();
  }

  /** Sums of windows and samples as they are, each into a file; fails after so many batches. */
  async function run(name: string, out: string, after: number, dir?: string): Promise<void> {
    const source = fromRiver(name, { connection: redis.url, maxFetchSize: 150 });
    const frame = await source.toDataFrame({ index: 'n' });
    frame
      .tumbling(400)
      .agg({ n: 'size()', sum: 'sum(x)' })
      .sink(toFile(path(`${out}-windows.csv`)));
    frame.filter('x > 100').sink(toFile(path(`${out}-rows.ndjson`)));
    let batches = 0;
    frame.sink(() => {
      if (++batches === after) throw new Crash();
    });
    try {
      await frame.run(dir === undefined ? {} : { checkpoint: { dir, every: { rows: 400 } } });
    } finally {
      frame.dispose();
    }
  }

  const results = (out: string): string[] =>
    ['windows.csv', 'rows.ndjson'].map(name => readFileSync(path(`${out}-${name}`), 'utf8'));

  test('is read on at its position, over keys and up to the end marker', async () => {
    await write('whole', 5000);
    await run('whole', 'plain', Number.POSITIVE_INFINITY);
    const dir = path('state');
    for (const after of [1, 4, 9, 2, 13]) await expect(run('whole', 'resumed', after, dir)).rejects.toThrow(Crash);
    await run('whole', 'resumed', Number.POSITIVE_INFINITY, dir);
    expect(results('resumed')).toEqual(results('plain'));
  });

  test('is refused when it is another of its name', async () => {
    await write('first', 2000);
    const dir = path('other');
    await expect(run('first', 'refused', 5, dir)).rejects.toThrow(Crash);
    await redis.kill();
    await redis.start(); // without its data
    await write('first', 2000);
    await expect(run('first', 'refused', 99, dir)).rejects.toThrow(StreamReaderException);
    await expect(run('first', 'refused', 99, dir)).rejects.toThrow(/the saved position is of another stream/);
  });
});
