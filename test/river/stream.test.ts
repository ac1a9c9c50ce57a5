import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FieldDefinition, StreamSchema } from '../../src/codec/river-schema.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import {
  OptionError,
  RedisException,
  StreamDoesNotExistException,
  StreamExistsException,
  StreamReaderException,
  StreamWriterException,
} from '../../src/errors.ts';
import { RedisConnection } from '../../src/river/connection.ts';
import { StreamReader } from '../../src/river/reader.ts';
import { fromRiver } from '../../src/river/source.ts';
import { StreamWriter } from '../../src/river/writer.ts';
import { binary, f64, i32, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { freePort, hasRedis, type RawRedis, rawRedis, startRedis, type TestRedis } from './_redis.ts';
import { cert, key } from './_tls.ts';

const doubles = new StreamSchema([new FieldDefinition('x', 'DOUBLE')]);

describe.skipIf(!hasRedis)('River streams', () => {
  let redis: TestRedis;
  let raw: RawRedis;
  let count = 0;
  const fresh = (): string => `stream-${++count}`;

  beforeAll(async () => {
    redis = await startRedis();
    raw = await rawRedis(redis.port);
  });
  afterAll(async () => {
    raw?.close();
    await redis?.stop();
  });

  const entries = async (streamKey: string): Promise<string[][]> =>
    ((await raw.send('XRANGE', streamKey, '-', '+')) as any[]).map(([, fields]) =>
      fields.map((value: Buffer) => value.toString('latin1')),
    );

  test('are written sample by sample, as River does', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, { n: i32() });
    await writer.write(Int32Array.of(1, -1));
    await writer.stop();
    expect(await entries(`${name}-0`)).toEqual([
      ['val', '\x01\0\0\0', 'i', '0'],
      ['val', '\xff\xff\xff\xff', 'i', '1'],
      ['eof', '1', 'sample_index', '1'],
    ]);
  });

  test('carry a batch there and back, every type', async () => {
    const name = fresh();
    const columns = { at: timestamp('us'), x: f64(), n: i64(), tag: binary() };
    const rows = batchOf(
      {
        at: [1n, 2n],
        x: [0.5, Number.NaN],
        n: [2n ** 40n, -1n],
        tag: [Uint8Array.of(1, 0, 2), Uint8Array.of(3, 4, 5)],
      },
      columns,
    );
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, StreamSchema.fromSchema(columns, { bytes: { tag: 3 } }));
    await writer.write(rows);
    await writer.stop();
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name);
    const read = await reader.readBatch(10, { types: { at: timestamp('us') } });
    expect(read!.toArray()).toEqual(rows.toArray());
    expect(await reader.readBatch(10)).toBeNull();
    expect(reader.good).toBe(false);
  });

  test('take row objects and columns, and refuse what they can not hold', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, { x: f64(), n: i32() });
    await writer.write([{ x: 1, n: 2 }]);
    await writer.write({ x: [3], n: [4] });
    await expect(writer.write([{ x: 1, n: null }])).rejects.toThrow(/River has no nulls/);
    await expect(writer.write(new Uint8Array(5))).rejects.toThrow(/5 bytes are not whole samples of 12 bytes/);
    await expect(writer.write(new Float64Array(3))).rejects.toThrow(/can't be taken from a Float64Array/);
    expect(writer.totalSamplesWritten).toBe(2);
    await writer.stop();
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name);
    expect((await reader.readBatch(3))!.toArray()).toEqual([
      { x: 1, n: 2 },
      { x: 3, n: 4 },
    ]);
  });

  test('carry values of variable width, the empty one too', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, StreamSchema.fromSchema({ text: utf8() }, { bytes: 8 }));
    await writer.write([Buffer.from('This'), Buffer.from(''), Buffer.from('is')]);
    await writer.write(batchOf({ text: ['\r\n$3\r\n', 'ä'] }));
    await expect(writer.write([Buffer.alloc(9)])).rejects.toThrow(/sample 0 has 9 bytes, the field takes 0 to 8/);
    await expect(writer.write(Buffer.from('abc'))).rejects.toThrow(/need their sizes/);
    await writer.stop();
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name);
    const batch = await reader.readBatch(9, { types: { text: utf8() } });
    expect(batch!.toArray().map(({ text }) => text)).toEqual(['This', '', 'is', '\r\n$3\r\n', 'ä']);
  });

  test('give typed arrays for one number and bytes for more', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, doubles);
    expect(writer.newBuffer(3)).toEqual(new Float64Array(3));
    const two = new StreamSchema([new FieldDefinition('a', 'INT16'), new FieldDefinition('b', 'DOUBLE')]);
    await using other = new StreamWriter(redis.url);
    await other.initialize(fresh(), two);
    expect(other.newBuffer(3)).toEqual(new Uint8Array(30));
    await writer.write(Float64Array.of(1, 2, 3));
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name);
    const buffer = reader.newBuffer(2) as Float64Array;
    expect(await reader.read(buffer)).toBe(2);
    expect(buffer).toEqual(Float64Array.of(1, 2));
    await expect(reader.read(new Float32Array(2) as never)).rejects.toThrow(/don't fit a Float32Array/);
  });

  test('have one writer: of many that claim a name at once, one gets it', async () => {
    const name = fresh();
    const writers = Array.from({ length: 12 }, () => new StreamWriter(redis.url));
    const claims = await Promise.allSettled(writers.map((writer, i) => writer.initialize(name, { [`c${i}`]: f64() })));
    const winners = claims.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
    expect(winners).toHaveLength(1);
    for (const claim of claims)
      if (claim.status === 'rejected') expect(claim.reason).toBeInstanceOf(StreamExistsException);
    const stored = String(await raw.send('HGET', `${name}-metadata`, 'schema'));
    expect(StreamSchema.fromJson(stored).fieldDefinitions[0]!.name).toBe(`c${winners[0]}`);
    for (const writer of writers) await writer.stop();
  });

  test('can be awaited before they exist', async () => {
    const name = fresh();
    await using reader = new StreamReader(redis.url);
    await expect(reader.initialize(name, { timeoutMs: 20 })).rejects.toThrow(StreamDoesNotExistException);
    const waiting = reader.initialize(name, { timeoutMs: 5000 });
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, doubles);
    await waiting;
    expect(reader.good).toBe(true);
  });

  test('wake a reader that waits, and let it give up', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, doubles);
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name);
    const buffer = new Float64Array(2);
    const stop = new AbortController();
    const waiting = reader.read(buffer, { signal: stop.signal });
    await writer.write(Float64Array.of(7, 8));
    expect(await waiting).toBe(2);
    const gone = reader.read(buffer, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    await writer.write(Float64Array.of(9));
    expect(await reader.read(buffer, { timeoutMs: 1500 })).toBe(1);
    expect(buffer[0]).toBe(9);
  });

  test('are read on from a saved position, over key changes', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url, { keysPerRedisStream: 3, batchSize: 1 });
    await writer.initialize(name, doubles);
    await writer.write(Float64Array.from({ length: 10 }, (_, i) => i));
    await writer.stop();
    for (let cut = 0; cut <= 10; cut++) {
      await using first = new StreamReader(redis.url);
      await first.initialize(name);
      if (cut > 0) await first.read(new Float64Array(cut));
      const saved = JSON.parse(JSON.stringify(first.position));
      await using second = new StreamReader(redis.url);
      await second.initialize(name, { start: saved });
      const rest = new Float64Array(11);
      const n = await second.read(rest);
      expect([...rest.subarray(0, Math.max(n, 0))]).toEqual(Array.from({ length: 10 - cut }, (_, i) => cut + i));
    }
  });

  test('can be begun at their end', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url, { keysPerRedisStream: 2, batchSize: 1 });
    await writer.initialize(name, doubles);
    await writer.write(Float64Array.of(0, 1, 2, 3, 4));
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name, { start: 'end' });
    const buffer = new Float64Array(1);
    expect(await reader.read(buffer, { timeoutMs: 5 })).toBe(0);
    await writer.write(Float64Array.of(5));
    expect(await reader.read(buffer)).toBe(1);
    expect(buffer[0]).toBe(5);
  });

  test('say that a saved position is of another stream, or was trimmed away', async () => {
    const name = fresh();
    const begin = async (): Promise<StreamWriter> => {
      const writer = new StreamWriter(redis.url, { keysPerRedisStream: 2, batchSize: 2 });
      await writer.initialize(name, doubles);
      await writer.write(Float64Array.of(0, 1, 2, 3));
      return writer;
    };
    const writer = await begin();
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name);
    await reader.read(new Float64Array(1));
    await raw.send('HSET', `${name}-metadata`, 'first_stream_key', `${name}-1`);
    await raw.send('DEL', `${name}-0`);
    await using late = new StreamReader(redis.url);
    await expect(late.initialize(name, { start: reader.position! })).rejects.toThrow(/trimmed away/);
    await writer.stop();
    await raw.send('DEL', `${name}-0`, `${name}-1`, `${name}-metadata`);
    const again = await begin();
    await expect(late.initialize(name, { start: reader.position! })).rejects.toThrow(/of another stream/);
    await again.stop();
  });

  test('tell a waiting reader that they were trimmed or deleted', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url, { keysPerRedisStream: 2, batchSize: 2 });
    await writer.initialize(name, doubles);
    await writer.write(Float64Array.of(0, 1));
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name);
    await reader.read(new Float64Array(2));
    await raw.send('HSET', `${name}-metadata`, 'first_stream_key', `${name}-1`);
    await raw.send('DEL', `${name}-0`);
    await expect(reader.read(new Float64Array(1), { timeoutMs: 4000 })).rejects.toThrow(
      /trimmed away before all of it was read/,
    );
    await using other = new StreamReader(redis.url);
    await other.initialize(name);
    await raw.send('DEL', `${name}-metadata`);
    await expect(other.read(new Float64Array(1), { timeoutMs: 4000 })).rejects.toThrow(/was deleted/);
  });

  test('refuse a sample of another length than the schema says', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, doubles);
    await raw.send('XADD', `${name}-0`, '*', 'val', 'short', 'i', '0');
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name);
    await expect(reader.read(new Float64Array(1), { timeoutMs: 50 })).rejects.toThrow(/has 5 bytes, a sample has 8/);
    expect(await reader.read(new Float64Array(1), { timeoutMs: 5 })).toBe(0);
  });

  test('tell how many samples are stored when Redis refuses one', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url, { batchSize: 4 });
    await writer.initialize(name, doubles);
    await writer.write(new Float64Array(4));
    await raw.send('XADD', `${name}-0`, '18446744073709551615-18446744073709551615', 'val', 'the last id there is');
    const error = await writer.write(new Float64Array(3)).catch(failure => failure);
    expect(error).toBeInstanceOf(StreamWriterException);
    expect(error.confirmed).toBe(4);
    expect(writer.totalSamplesWritten).toBe(4);
    await expect(writer.write(new Float64Array(1))).rejects.toThrow(/failed before; 4 samples are stored/);
  });

  test('ask for names that can be', async () => {
    const writer = new StreamWriter(redis.url);
    for (const name of ['', 'x'.repeat(256), 'a\0b', '\ud800']) {
      await expect(writer.initialize(name, doubles)).rejects.toThrow(StreamWriterException);
    }
    const long = 'ä'.repeat(127);
    await writer.initialize(long, doubles);
    expect(writer.streamName).toBe(long);
    await writer.stop();
  });

  test('carry large samples in portions', async () => {
    const name = fresh();
    const bytes = 3 * 2 ** 20;
    await using writer = new StreamWriter(redis.url);
    await writer.initialize(name, new StreamSchema([new FieldDefinition('image', 'FIXED_WIDTH_BYTES', bytes)]));
    const images = Buffer.alloc(bytes * 7);
    for (let i = 0; i < 7; i++) images.fill(i + 1, i * bytes, (i + 1) * bytes);
    await writer.write(images);
    await writer.stop();
    const sizes: number[] = [];
    let next = 1;
    for await (const batch of fromRiver(name, { connection: redis.url })) {
      sizes.push(batch.length);
      for (const { image } of batch.toArray() as { image: Uint8Array }[]) {
        expect([image.length, image[0], image[bytes - 1]]).toEqual([bytes, next, next]);
        next++;
      }
    }
    expect(sizes).toEqual([2, 2, 2, 1]);
  });

  test('let writes take turns', async () => {
    const name = fresh();
    await using writer = new StreamWriter(redis.url, { batchSize: 3 });
    await writer.initialize(name, { n: i32() });
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        writer.write(Int32Array.of(5 * i, 5 * i + 1, 5 * i + 2, 5 * i + 3, 5 * i + 4)),
      ),
    );
    await writer.stop();
    await using reader = new StreamReader(redis.url);
    await reader.initialize(name);
    const all = new Int32Array(101);
    expect(await reader.read(all)).toBe(100);
    expect([...all.subarray(0, 100)]).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe.skipIf(!hasRedis)('connections to Redis', () => {
  test('give user, password and database', async () => {
    const redis = await startRedis(['--requirepass', 'secret']);
    try {
      const admin = new StreamWriter(new RedisConnection('127.0.0.1', redis.port, 'secret'));
      await admin.initialize('a', doubles);
      await admin.stop();
      const other = new StreamWriter(`redis://default:secret@127.0.0.1:${redis.port}/3`);
      await other.initialize('a', doubles); // the name is free there
      await other.stop();
      const wrong = new StreamWriter(new RedisConnection('127.0.0.1', redis.port, 'guess'));
      await expect(wrong.initialize('b', doubles)).rejects.toThrow(/can't connect: WRONGPASS/);
      const none = new StreamReader(new RedisConnection('127.0.0.1', redis.port));
      await expect(none.initialize('a')).rejects.toThrow(RedisException);
    } finally {
      await redis.stop();
    }
  });

  test('serve a user who may not ask for the number of his connection', async () => {
    const redis = await startRedis();
    const admin = await rawRedis(redis.port);
    try {
      const rules = 'on >pw ~* +@read +@write +@transaction +@connection -client -module';
      await admin.send('ACL', 'SETUSER', 'lab', ...rules.split(' '));
      const writer = new StreamWriter(`redis://lab:pw@127.0.0.1:${redis.port}`);
      await writer.initialize('a', doubles);
      await writer.write(Float64Array.of(1));
      await writer.stop();
      expect(writer.totalSamplesWritten).toBe(1);
    } finally {
      admin.close();
      await redis.stop();
    }
  });

  test('speak TLS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
    writeFileSync(join(folder, 'key.pem'), key);
    writeFileSync(join(folder, 'cert.pem'), cert);
    const port = await freePort();
    const files = ['--tls-key-file', join(folder, 'key.pem'), '--tls-cert-file', join(folder, 'cert.pem')];
    const redis = await startRedis([
      '--tls-port',
      String(port),
      ...files,
      '--tls-auth-clients',
      'no',
      '--tls-ca-cert-file',
      join(folder, 'cert.pem'),
    ]);
    try {
      const writer = new StreamWriter({ hostname: 'localhost', port, tls: { ca: cert } });
      await writer.initialize('a', doubles);
      await writer.write(Float64Array.of(1));
      await writer.stop();
      const distrusting = new StreamReader(`rediss://localhost:${port}`);
      await expect(distrusting.initialize('a')).rejects.toThrow(/self.signed certificate/);
    } finally {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('fail at once when nobody listens', async () => {
    const reader = new StreamReader({ port: await freePort() }, { reconnectMs: 60_000 });
    await expect(reader.initialize('a')).rejects.toThrow(/can't connect.*ECONNREFUSED/);
  });
});

describe('RedisConnection', () => {
  test('connects to nothing, and shows no password', () => {
    const connection = RedisConnection.parse('rediss://me:p%40ss@[::1]:7000/2');
    expect(connection).toMatchObject({
      redisHostname: '::1',
      redisPort: 7000,
      redisPassword: 'p@ss',
      username: 'me',
      database: 2,
      tls: true,
    });
    expect(String(connection)).toBe('rediss://[::1]:7000/2');
    expect(new RedisConnection()).toMatchObject({ redisHostname: '127.0.0.1', redisPort: 6379, tls: false });
  });

  test('refuses what is no place', () => {
    expect(() => RedisConnection.parse('http://x')).toThrow(OptionError);
    expect(() => new RedisConnection('x', 70000)).toThrow(/no port/);
    expect(() => RedisConnection.parse('redis://x/y')).toThrow(/no database/);
  });

  test('sizes of readers and writers are checked at once', () => {
    expect(() => new StreamReader('redis://x', { maxFetchSize: 0 })).toThrow(StreamReaderException);
    expect(() => new StreamWriter('redis://x', { batchSize: 0 })).toThrow(StreamWriterException);
  });
});
