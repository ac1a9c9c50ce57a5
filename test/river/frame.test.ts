import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FieldDefinition, StreamSchema } from '../../src/codec/river-schema.ts';
import { DataError, SchemaError, StreamExistsException } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { StreamReader } from '../../src/river/reader.ts';
import { toRiver } from '../../src/river/sink.ts';
import { fromRiver } from '../../src/river/source.ts';
import { StreamWriter } from '../../src/river/writer.ts';
import { f64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { hasRedis, type RawRedis, rawRedis, startRedis, type TestRedis } from './_redis.ts';

const schema = new StreamSchema([new FieldDefinition('n', 'INT64'), new FieldDefinition('x', 'DOUBLE')]);

describe.skipIf(!hasRedis)('frames over River', () => {
  let redis: TestRedis;
  let raw: RawRedis;
  let count = 0;

  beforeAll(async () => {
    redis = await startRedis();
    raw = await rawRedis(redis.port);
  });
  afterAll(async () => {
    raw?.close();
    await redis?.stop();
  });

  const rows = (from: number, to: number): { n: bigint; x: number }[] =>
    Array.from({ length: to - from }, (_, i) => ({ n: BigInt(from + i), x: (from + i) / 2 }));

  async function written(length: number, keysPerRedisStream = 1000): Promise<{ name: string; writer: StreamWriter }> {
    const name = `frame-${++count}`;
    const writer = new StreamWriter(redis.url, { keysPerRedisStream, batchSize: 100 });
    await writer.initialize(name, schema);
    if (length > 0) await writer.write(rows(0, length));
    return { name, writer };
  }

  test.each([true, false])('compute what they read, up to the end marker (memory shared: %s)', async shared => {
    const { name, writer } = await written(2500);
    await writer.stop();
    const frame = await fromRiver(name, {
      connection: redis.url,
      maxFetchSize: 300,
      memory: new Memory({ shared }),
    }).toDataFrame({ index: 'n' });
    const sums: Record<string, unknown>[] = [];
    frame
      .filter('x >= 100')
      .agg('total = sum(x), rows = count()', { emit: 'end' })
      .sink(batch => sums.push(...batch.toArray()));
    await frame.run();
    const total = rows(200, 2500).reduce((sum, { x }) => sum + x, 0);
    expect(sums.map(({ rows: length, ...rest }) => ({ ...rest, rows: Number(length) }))).toEqual([
      { total, rows: 2300 },
    ]);
    expect(frame.metrics()).toMatchObject({ rowsIn: 2500, bytes: 40_000, skipped: 0 });
    frame.dispose();
  });

  test('have toRiver as a method of the package, which loads the client only then', async () => {
    const { DataFrame: Packed, f64: packedF64 } = await import('millrace');
    const frame = new Packed({ schema: { x: packedF64() } });
    const name = `frame-${++count}`;
    const out = await frame.filter('x > 1').toRiver(name, { connection: redis.url });
    await frame.emit([{ x: 1 }, { x: 2 }, { x: 3 }]);
    await frame.end();
    await out.end();
    const reader = new StreamReader(redis.url);
    await reader.initialize(name);
    const buffer = reader.newBuffer(10);
    expect(await reader.read(buffer)).toBe(2);
  });

  test('are written to new streams, byte for byte', async () => {
    const { name, writer } = await written(500);
    await writer.stop();
    const frame = await fromRiver(name, { connection: redis.url }).toDataFrame();
    const out = await toRiver(frame.filter('x < 10').assign('twice = x * 2'), `${name}-out`, {
      connection: redis.url,
      userMetadata: { made: 'by a frame' },
    });
    await out.run();
    await using reader = new StreamReader(redis.url);
    await reader.initialize(`${name}-out`);
    expect(reader.schema.fieldDefinitions.map(({ name: column, type }) => `${column} ${type}`)).toEqual([
      'n INT64',
      'x DOUBLE',
      'twice DOUBLE',
    ]);
    expect(await reader.metadata).toEqual({ made: 'by a frame' });
    const batch = await reader.readBatch(100);
    expect(batch!.toArray()).toEqual(rows(0, 20).map(row => ({ ...row, twice: row.x * 2 })));
    await expect(toRiver(frame, `${name}-out`, { connection: redis.url })).rejects.toThrow(StreamExistsException);
    await expect(toRiver(frame.assign('flag = x > 1'), 'never', { connection: redis.url })).rejects.toThrow(
      SchemaError,
    );
  });

  test('take rows that are pushed into them to River', async () => {
    const frame = new DataFrame({ schema: { x: f64() } });
    const out = await toRiver(frame, `frame-${++count}`, { connection: redis.url });
    await frame.emit([{ x: 1 }, { x: 2 }]);
    await out.end();
    expect(out.writer.totalSamplesWritten).toBe(2);
  });

  test('say when Redis took a sample', async () => {
    const before = Date.now();
    const { name, writer } = await written(10);
    await writer.stop();
    for await (const batch of fromRiver(name, { connection: redis.url, timeColumn: 'at' })) {
      expect(batch.schema.names).toEqual(['n', 'x', 'at']);
      for (const { at } of batch.toArray() as { at: Date }[]) {
        expect(at.getTime()).toBeGreaterThanOrEqual(before - 1);
        expect(at.getTime()).toBeLessThanOrEqual(Date.now() + 1);
      }
    }
  });

  test('close windows over the time that a column tells', async () => {
    const name = `frame-${++count}`;
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, { at: timestamp('ms'), x: f64() });
    await writer.write(Array.from({ length: 100 }, (_, i) => ({ at: new Date(i * 100), x: i })));
    await writer.stop();
    const frame = await fromRiver(name, { connection: redis.url, types: { at: timestamp('ms') } }).toDataFrame({
      index: 'at',
    });
    const means: unknown[] = [];
    frame
      .tumbling('1s')
      .agg('mean = mean(x)')
      .sink(batch => means.push(...batch.toArray().map(({ mean }) => mean)));
    await frame.run();
    expect(means).toEqual([4.5, 14.5, 24.5, 34.5, 44.5, 54.5, 64.5, 74.5, 84.5, 94.5]);
  });

  test('read text of variable width', async () => {
    const name = `frame-${++count}`;
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, { line: utf8() });
    await writer.write(['a', '', 'bc'].map(line => ({ line })));
    await writer.stop();
    const lines: unknown[] = [];
    for await (const batch of fromRiver(name, { connection: redis.url, types: { line: utf8() } })) {
      lines.push(...batch.toArray().map(({ line }) => line));
    }
    expect(lines).toEqual(['a', '', 'bc']);
  });

  test('stop when they are aborted, and go on from their position', async () => {
    const { name, writer } = await written(1000);
    const source = fromRiver(name, { connection: redis.url, maxFetchSize: 64 });
    const frame = await source.toDataFrame();
    const seen: bigint[] = [];
    const stop = new AbortController();
    frame.sink(async batch => {
      seen.push(...(batch.vectors[0]!.values as BigInt64Array));
      if (seen.length > 300) stop.abort();
    });
    await frame.run({ signal: stop.signal });
    expect(seen.length).toBeGreaterThan(300);
    expect(seen.length).toBeLessThan(500);
    const saved = JSON.parse(JSON.stringify(source.position));
    expect(saved.index).toBe(seen.length - 1);
    await writer.stop();
    for await (const batch of fromRiver(name, { connection: redis.url, start: saved })) {
      seen.push(...(batch.vectors[0]!.values as BigInt64Array));
    }
    expect(seen).toEqual(rows(0, 1000).map(({ n }) => n));
  });

  test('begin at the end, and wait for what comes', async () => {
    const { name, writer } = await written(100);
    const source = fromRiver(name, { connection: redis.url, start: 'end' });
    const seen: bigint[] = [];
    const reading = (async () => {
      for await (const batch of source) seen.push(...(batch.vectors[0]!.values as BigInt64Array));
    })();
    while (!source.position) await new Promise(resolve => setTimeout(resolve, 5));
    await writer.write(rows(100, 105));
    await writer.stop();
    await reading;
    expect(seen).toEqual([100n, 101n, 102n, 103n, 104n]);
  });

  test('wait for a stream to appear', async () => {
    const name = `frame-${count + 1}`;
    const opening = fromRiver(name, { connection: redis.url, waitMs: 5000 }).schema();
    const { writer } = await written(0);
    expect(String(await opening)).toBe('(n: i64, x: f64)');
    await writer.stop();
  });

  test('fetch no more than one answer ahead of a slow sink', async () => {
    const { name, writer } = await written(5000);
    await writer.stop();
    const frame = await fromRiver(name, { connection: redis.url, maxFetchSize: 100 }).toDataFrame();
    let release = (): void => {};
    let batches = 0;
    frame.sink(() => {
      batches++;
      return new Promise<void>(resolve => {
        release = resolve;
      });
    });
    await raw.send('CONFIG', 'RESETSTAT');
    const running = frame.run();
    while (batches === 0) await new Promise(resolve => setTimeout(resolve, 5));
    await new Promise(resolve => setTimeout(resolve, 100));
    const calls = Number(/cmdstat_xrange:calls=(\d+)/.exec(String(await raw.send('INFO', 'commandstats')))?.[1]);
    expect(batches).toBe(1);
    expect(calls).toBeLessThanOrEqual(2);
    const free = setInterval(() => release(), 0);
    await running;
    clearInterval(free);
    expect(batches).toBe(50);
  });

  test('notice samples that were trimmed away before they were read', async () => {
    const { name, writer } = await written(10, 5);
    await raw.send('XTRIM', `${name}-0`, 'MAXLEN', '0'); // the newest batch of 10 is in one key
    await writer.write(rows(10, 12));
    await writer.stop();
    const trimmed = async (onBadRecord: 'throw' | 'skip') => {
      const source = fromRiver(name, { connection: redis.url, maxFetchSize: 2, onBadRecord });
      const seen: bigint[] = [];
      for await (const batch of source) seen.push(...(batch.vectors[0]!.values as BigInt64Array));
      return { seen, skipped: source.metrics().skipped };
    };
    await expect(trimmed('throw')).resolves.toEqual({ seen: [10n, 11n], skipped: 0 });

    const holed = await written(10);
    const ids = ((await raw.send('XRANGE', `${holed.name}-0`, '-', '+')) as [Buffer][]).map(([id]) => id);
    await raw.send('XDEL', `${holed.name}-0`, ids[4]!, ids[5]!);
    await holed.writer.stop();
    const read = async (onBadRecord: 'throw' | 'skip') => {
      const source = fromRiver(holed.name, { connection: redis.url, maxFetchSize: 3, onBadRecord });
      const seen: bigint[] = [];
      for await (const batch of source) seen.push(...(batch.vectors[0]!.values as BigInt64Array));
      return { seen, skipped: source.metrics().skipped };
    };
    await expect(read('throw')).rejects.toThrow(DataError);
    await expect(read('skip')).resolves.toEqual({ seen: [0n, 1n, 2n, 3n, 6n, 7n, 8n, 9n], skipped: 2 });
  });

  test('notice a second writer, and damaged entries', async () => {
    const { name, writer } = await written(4);
    const value = Buffer.alloc(16);
    await raw.send('XADD', `${name}-0`, '*', 'val', value, 'i', '3');
    await writer.stop();
    const drain = async (source: AsyncIterable<unknown>): Promise<void> => {
      for await (const batch of source) void batch;
    };
    await expect(drain(fromRiver(name, { connection: redis.url, maxFetchSize: 2 }))).rejects.toThrow(
      /somebody else writes/,
    );
    const other = await written(2);
    await raw.send('XADD', `${other.name}-0`, '*', 'val', 'x', 'i', '2');
    await other.writer.write(rows(2, 3));
    await other.writer.stop();
    await expect(drain(fromRiver(other.name, { connection: redis.url }))).rejects.toThrow(
      /has 1 bytes, a sample has 16/,
    );
    const skipping = fromRiver(other.name, { connection: redis.url, onBadRecord: 'skip', maxFetchSize: 1 });
    await drain(skipping);
    expect(skipping.metrics().skipped).toBe(1);
  });

  test('leave a stream without end marker when their source fails', async () => {
    const { name, writer } = await written(4);
    await raw.send('XADD', `${name}-0`, '*', 'val', 'x', 'i', '4');
    writer.abandon();
    const frame = await fromRiver(name, { connection: redis.url, maxFetchSize: 4 }).toDataFrame();
    const out = await toRiver(frame, `${name}-out`, { connection: redis.url });
    await expect(out.run()).rejects.toThrow(/has 1 bytes/);
    const left = (await raw.send('XRANGE', `${name}-out-0`, '-', '+')) as [Buffer, Buffer[]][];
    expect(left.map(([, [field]]) => String(field))).toEqual(['val', 'val', 'val', 'val']);
  });
});
