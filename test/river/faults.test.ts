import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FieldDefinition, StreamSchema } from '../../src/codec/river-schema.ts';
import { RedisException, StreamWriterException } from '../../src/errors.ts';
import { StreamReader } from '../../src/river/reader.ts';
import { fromRiver } from '../../src/river/source.ts';
import { StreamWriter } from '../../src/river/writer.ts';
import { type CuttingProxy, startProxy } from './_proxy.ts';
import { hasRedis, rawRedis, startRedis, type TestRedis } from './_redis.ts';

const schema = new StreamSchema([new FieldDefinition('n', 'INT32')]);
const range = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, i) => from + i);

/** A small generator of numbers below `limit`, the same each time. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return limit => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describe.skipIf(!hasRedis)('a River stream over bad connections', () => {
  let redis: TestRedis;
  let proxy: CuttingProxy;

  beforeEach(async () => {
    redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
    proxy = await startProxy(redis.port);
  });
  afterEach(async () => {
    await proxy.close();
    await redis.stop();
  });

  /** All samples and their indices, straight from Redis. */
  async function stored(name: string): Promise<{ values: number[]; indices: number[]; markers: string[] }> {
    const raw = await rawRedis(redis.port);
    const found = { values: [] as number[], indices: [] as number[], markers: [] as string[] };
    let key: string | undefined = `${name}-0`;
    while (key) {
      const entries = (await raw.send('XRANGE', key, '-', '+')) as [Buffer, Buffer[]][];
      key = undefined;
      for (const [, [field, value, , second]] of entries) {
        if (String(field) === 'val') {
          found.values.push(value!.readInt32LE());
          found.indices.push(Number(second));
        } else {
          found.markers.push(String(field));
          if (String(field) === 'tombstone') key = String(second);
        }
      }
    }
    raw.close();
    return found;
  }

  test.each([1, 2, 3])('is written once and whole though answers are cut off (seed %i)', async seed => {
    const roll = dice(seed);
    const writer = new StreamWriter(proxy.url, { batchSize: 50, keysPerRedisStream: 120, reconnectMs: 20_000 });
    await writer.initialize('s', schema);
    proxy.cutAnswersAfter = () => 20 + roll(2500);
    // The connection of initialize is not cut; break it by hand, so that the next ones are.
    const raw = await rawRedis(redis.port);
    await raw.send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    raw.close();
    for (let at = 0; at < 1000; at += 100) await writer.write(range(at, at + 100));
    proxy.cutAnswersAfter = null;
    await writer.stop();
    const { values, indices, markers } = await stored('s');
    expect(values).toEqual([...range(0, 1000)]);
    expect(indices).toEqual([...range(0, 1000)]);
    expect(markers.at(-1)).toBe('eof');
    expect(new Set(markers.slice(0, -1))).toEqual(new Set(['tombstone']));
    expect(proxy.connections).toBeGreaterThan(3);
  });

  test.each([4, 5])('is written once and whole though requests are cut off (seed %i)', async seed => {
    const roll = dice(seed);
    const writer = new StreamWriter(proxy.url, { batchSize: 64, keysPerRedisStream: 200, reconnectMs: 20_000 });
    await writer.initialize('s', schema);
    proxy.cutRequestsAfter = () => 150 + roll(4000);
    const raw = await rawRedis(redis.port);
    await raw.send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    raw.close();
    for (let at = 0; at < 1000; at += 100) await writer.write(range(at, at + 100));
    await writer.stop();
    const { values, indices, markers } = await stored('s');
    expect(values).toEqual([...range(0, 1000)]);
    expect(indices).toEqual([...range(0, 1000)]);
    expect(markers.filter(marker => marker === 'eof')).toHaveLength(1);
    expect(proxy.connections).toBeGreaterThan(3);
  });

  test.each([6, 7])('is read once and whole though answers are cut off (seed %i)', async seed => {
    const writer = new StreamWriter(redis.url, { batchSize: 64, keysPerRedisStream: 300 });
    await writer.initialize('s', schema);
    await writer.write(range(0, 2000));
    await writer.stop();
    const roll = dice(seed);
    proxy.cutAnswersAfter = () => 200 + roll(6000);
    const reader = new StreamReader(proxy.url, { maxFetchSize: 40, reconnectMs: 20_000 });
    await reader.initialize('s');
    const all = new Int32Array(2500);
    expect(await reader.read(all)).toBe(2000);
    expect([...all.subarray(0, 2000)]).toEqual([...range(0, 2000)]);
    expect(proxy.connections).toBeGreaterThan(3);
    reader.stop();
  });

  test('goes on when Redis is killed and started again', async () => {
    const writer = new StreamWriter(redis.url, { batchSize: 20, keysPerRedisStream: 150, reconnectMs: 20_000 });
    await writer.initialize('s', schema);
    const seen: number[] = [];
    const source = fromRiver('s', { connection: redis.url, reconnectMs: 20_000 });
    const reading = (async () => {
      for await (const batch of source) seen.push(...(batch.vectors[0]!.values as Int32Array));
    })();
    const writing = (async () => {
      for (let at = 0; at < 3000; at += 100) {
        await writer.write(range(at, at + 100));
        await new Promise(resolve => setTimeout(resolve, 10));
      }
      await writer.stop();
    })();
    for (let round = 0; round < 2; round++) {
      await new Promise(resolve => setTimeout(resolve, 120));
      await redis.kill();
      await new Promise(resolve => setTimeout(resolve, 100));
      await redis.start();
    }
    await Promise.all([writing, reading]);
    expect(seen).toEqual([...range(0, 3000)]);
    expect(source.reconnects).toBeGreaterThan(0);
    expect((await stored('s')).indices).toEqual([...range(0, 3000)]);
  });

  test('fails clearly when Redis comes back without its data', async () => {
    const bare = await startRedis();
    try {
      const writer = new StreamWriter(bare.url, { reconnectMs: 20_000 });
      await writer.initialize('s', schema);
      await writer.write(range(0, 10));
      const source = fromRiver('s', { connection: bare.url });
      const reading = (async () => {
        for await (const batch of source) void batch;
      })();
      const failed = reading.catch(error => error);
      await new Promise(resolve => setTimeout(resolve, 100));
      await bare.kill();
      await bare.start();
      const error = await writer.write(range(10, 20)).catch(failure => failure);
      expect(error).toBeInstanceOf(StreamWriterException);
      expect(error.message).toMatch(/lost data/);
      expect(error.confirmed).toBe(10);
      expect(String(await failed)).toMatch(/was deleted/);
    } finally {
      await bare.stop();
    }
  });

  test('goes on when the other end falls silent', async () => {
    const connection = { port: proxy.port, answerTimeoutMs: 1500 };
    const writer = new StreamWriter(connection, { batchSize: 10, reconnectMs: 20_000 });
    await writer.initialize('s', schema);
    await writer.write(range(0, 50));
    const source = fromRiver('s', { connection });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const batch of source) seen.push(...(batch.vectors[0]!.values as Int32Array));
    })();
    while (seen.length < 50) await new Promise(resolve => setTimeout(resolve, 5));
    proxy.mute();
    await writer.write(range(50, 100));
    await writer.stop();
    await reading;
    expect(seen).toEqual([...range(0, 100)]);
    expect(source.reconnects).toBeGreaterThan(0);
  });

  test('is given up when the connection is not to be mended', async () => {
    const writer = new StreamWriter(redis.url);
    await writer.initialize('s', schema);
    const reader = new StreamReader(redis.url);
    await reader.initialize('s');
    const waiting = reader.read(new Int32Array(1)).catch(error => error);
    await new Promise(resolve => setTimeout(resolve, 50));
    await redis.kill();
    expect(await waiting).toBeInstanceOf(RedisException);
    const error = await writer.write(range(0, 1)).catch(failure => failure);
    expect(error).toBeInstanceOf(RedisException);
    expect(error.lost).toBe(true);
    await expect(writer.write(range(0, 1))).rejects.toThrow(/failed before/);
  });

  test('is given up when it can not be mended in time', async () => {
    const reader = new StreamReader(redis.url, { reconnectMs: 300 });
    const writer = new StreamWriter(redis.url);
    await writer.initialize('s', schema);
    await reader.initialize('s');
    await redis.kill();
    await expect(reader.read(new Int32Array(1))).rejects.toThrow(RedisException);
    writer.abandon();
  });

  test('ends a wait for a connection when it is aborted', async () => {
    const writer = new StreamWriter(redis.url);
    await writer.initialize('s', schema);
    writer.abandon();
    const reader = new StreamReader(redis.url, { reconnectMs: 60_000 });
    await reader.initialize('s');
    await redis.kill();
    const stop = new AbortController();
    const waiting = reader.read(new Int32Array(1), { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 100);
    await expect(waiting).rejects.toThrow('enough');
    reader.stop();
  });
});
