import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ingest } from '../../src/river/ingester.ts';
import { StreamWriter, type StreamWriterOptions } from '../../src/river/writer.ts';
import { f64, i64 } from '../../src/schema/data-type.ts';
import { hasRedis, type RawRedis, rawRedis, startRedis, type TestRedis } from './_redis.ts';

describe.skipIf(!hasRedis)('the ingester', () => {
  let redis: TestRedis;
  let raw: RawRedis;
  let folder: string;

  beforeAll(async () => {
    redis = await startRedis();
    raw = await rawRedis(redis.port);
  });
  afterAll(async () => {
    raw?.close();
    await redis?.stop();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-ingest-'));
    await raw.send('FLUSHALL');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function begin(name: string, options: StreamWriterOptions = {}): Promise<StreamWriter> {
    const writer = new StreamWriter(redis.url, { keysPerRedisStream: 40, batchSize: 10, ...options });
    await writer.initialize(name, { n: i64(), x: f64() }, { userMetadata: { where: 'here' } });
    return writer;
  }
  const write = (writer: StreamWriter, from: number, to: number): Promise<void> =>
    writer.write(Array.from({ length: to - from }, (_, i) => ({ n: BigInt(from + i), x: (from + i) / 2 })));

  const files = (stream: string): string[] =>
    readdirSync(join(folder, stream))
      .filter(name => name.startsWith('data_'))
      .sort();
  const stored = (
    stream: string,
  ): { sample_index: bigint; key: string; timestamp_ms: bigint; n: bigint; x: number }[] =>
    files(stream).flatMap(file =>
      [...tableFromIPC(readFileSync(join(folder, stream, file)))].map(row => (row as any).toJSON()),
    );
  const metadata = (stream: string) => JSON.parse(readFileSync(join(folder, stream, 'metadata.json'), 'utf8'));

  test('stores a stream in segments, with index, key and time of each sample', async () => {
    const writer = await begin('s');
    await write(writer, 0, 100);
    await writer.stop();
    const segments: number[] = [];
    const options = {
      connection: redis.url,
      stream: 's',
      folder,
      segmentBytes: 1,
      onSegment: ({ samples }: { samples: number }) => segments.push(samples),
    };
    expect(await ingest(options)).toBe(100);
    expect(segments).toEqual([40, 40, 20]);
    expect(files('s')).toEqual(['data_0000000000.arrow', 'data_0000000001.arrow', 'data_0000000002.arrow']);
    const rows = stored('s');
    expect(rows.map(({ sample_index }) => Number(sample_index))).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(rows.map(({ x }) => x)).toEqual(Array.from({ length: 100 }, (_, i) => i / 2));
    for (const { key, timestamp_ms } of rows) expect(key.split('-')[0]).toBe(String(timestamp_ms));
    expect(metadata('s')).toMatchObject({ where: 'here', stream_name: 's', ingestion_status: 'COMPLETED' });
    expect(await ingest(options)).toBe(0);
    expect(await raw.send('EXISTS', 's-0', 's-1', 's-2', 's-metadata')).toBe(4);
  });

  test('goes on where it stopped', async () => {
    const writer = await begin('s');
    await write(writer, 0, 55);
    const options = { connection: redis.url, stream: 's', folder, once: true };
    expect(await ingest(options)).toBe(55);
    expect(metadata('s').ingestion_status).toBe('IN_PROGRESS');
    expect(await ingest(options)).toBe(0);
    await write(writer, 55, 90);
    expect(await ingest(options)).toBe(35);
    await writer.stop();
    expect(await ingest(options)).toBe(0);
    expect(metadata('s').ingestion_status).toBe('COMPLETED');
    expect(stored('s').map(({ n }) => Number(n))).toEqual(Array.from({ length: 90 }, (_, i) => i));
  });

  test('clears away what it had not finished when it was killed', async () => {
    const writer = await begin('s');
    await write(writer, 0, 80);
    const options = { connection: redis.url, stream: 's', folder, once: true, segmentBytes: 1 };
    await ingest(options);
    // As if the last file had been closed, another begun, but the state not written any more.
    const state = JSON.parse(readFileSync(join(folder, 's/ingest.json'), 'utf8'));
    const ids = ((await raw.send('XRANGE', 's-0', '-', '+')) as [Buffer][]).map(([id]) => String(id));
    const position = { ...state.position, key: 's-0', id: ids[39], index: 39 };
    writeFileSync(join(folder, 's/ingest.json'), JSON.stringify({ ...state, position, segments: 1, samples: 40 }));
    writeFileSync(join(folder, 's/data_0000000007.arrow.part'), 'torn');
    await writer.stop();
    expect(await ingest(options)).toBe(40);
    expect(stored('s').map(({ n }) => Number(n))).toEqual(Array.from({ length: 80 }, (_, i) => i));
    expect(readdirSync(join(folder, 's'))).not.toContain('data_0000000007.arrow.part');
  });

  test('trims what is stored, and nothing else', async () => {
    const writer = await begin('s');
    await write(writer, 0, 100);
    const options = { connection: redis.url, stream: 's', folder, once: true, trim: true };
    await ingest(options);
    expect(String(await raw.send('HGET', 's-metadata', 'first_stream_key'))).toBe('s-2');
    expect(await raw.send('EXISTS', 's-0', 's-1')).toBe(0);
    expect(await raw.send('XLEN', 's-2')).toBe(20);
    await write(writer, 100, 110);
    await writer.stop();
    expect(await ingest(options)).toBe(10);
    expect(await raw.send('DBSIZE')).toBe(0);
    expect(stored('s')).toHaveLength(110);
    const again = await begin('s');
    await expect(ingest(options)).rejects.toThrow(/another stream of the name/);
    again.abandon();
  });

  test('stores every stream whose name matches, whatever the name', async () => {
    for (const name of ['eeg-1', 'eeg/2', '..', 'other']) {
      const writer = await begin(name);
      await write(writer, 0, 10);
      await writer.stop();
    }
    const samples = await ingest({ connection: redis.url, folder, streams: /eeg.*|\.\./, once: true });
    expect(samples).toBe(30);
    expect(readdirSync(folder).sort()).toEqual(['%2E%2E', 'eeg%2F2', 'eeg-1']);
  });

  test('follows streams that appear later, until it is stopped', async () => {
    const stop = new AbortController();
    const counts: number[] = [];
    const running = ingest({
      connection: redis.url,
      folder,
      signal: stop.signal,
      onSegment: ({ samples }) => counts.push(samples),
    });
    const writer = await begin('late');
    await write(writer, 0, 30);
    const begun = (): boolean =>
      (statSync(join(folder, 'late/data_0000000000.arrow.part'), { throwIfNoEntry: false })?.size ?? 0) > 0;
    while (!begun()) await new Promise(resolve => setTimeout(resolve, 10));
    await new Promise(resolve => setTimeout(resolve, 100));
    stop.abort();
    expect(await running).toBe(30);
    expect(counts).toEqual([30]);
    expect(stored('late')).toHaveLength(30);
    writer.abandon();
  });

  test('says that samples it has not stored are gone', async () => {
    const writer = await begin('s');
    await write(writer, 0, 10);
    await ingest({ connection: redis.url, stream: 's', folder, once: true });
    writer.abandon();
    await raw.send('DEL', 's-0', 's-metadata');
    await expect(ingest({ connection: redis.url, stream: 's', folder, once: true })).rejects.toThrow(
      /was deleted before all of it/,
    );
    unlinkSync(join(folder, 's/ingest.json'));
    writeFileSync(join(folder, 's/ingest.json'), '{');
    await expect(ingest({ connection: redis.url, stream: 's', folder, once: true })).rejects.toThrow(
      /ingest.json can't be read/,
    );
  });
});
