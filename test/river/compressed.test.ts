import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StreamReader } from '../../src/river/reader.ts';
import { fromRiver } from '../../src/river/source.ts';
import { hasRedis, type RawRedis, rawRedis, startRedis, type TestRedis } from './_redis.ts';

const recorded = JSON.parse(
  readFileSync(new URL('../golden/river/23_module_compressed_zfp_lossless.json', import.meta.url), 'utf8'),
);
const name: string = recorded.stream_name;

describe.skipIf(!hasRedis)('compressed River streams', () => {
  let redis: TestRedis;
  let raw: RawRedis;

  beforeAll(async () => {
    redis = await startRedis();
    raw = await rawRedis(redis.port);
    await load(name);
  });
  afterAll(async () => {
    raw?.close();
    await redis?.stop();
  });

  /** The recorded stream under a name, with values changed. */
  async function load(as: string, change: (value: Buffer, field: string) => Buffer = value => value): Promise<void> {
    const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
    for (const [key, stored] of Object.entries<any>(recorded.keys)) {
      const here = key.replace(name, as);
      for (const [field, { base64 }] of Object.entries<any>(stored.fields ?? {})) {
        const value = field === 'first_stream_key' ? Buffer.from(`${as}-0`) : bytes(base64);
        await raw.send('HSET', here, field, change(value, field));
      }
      for (const [id, fields] of stored.entries ?? []) {
        const flat = fields.map(bytes);
        const changed = flat.map((value: Buffer, i: number) =>
          i % 2 === 1 ? change(value, String(flat[i - 1])) : value,
        );
        await raw.send('XADD', here, id, ...changed);
      }
    }
  }

  const rows: string[] = recorded.rows_base64;

  test('are read from any sample on', async () => {
    const ids = ((await raw.send('XRANGE', `${name}-0`, '-', '+')) as [Buffer][]).map(([id]) => String(id));
    for (let at = 0; at < rows.length - 1; at++) {
      await using reader = new StreamReader(redis.url);
      await reader.initialize(name);
      expect(await reader.seek(ids[at]!)).toBe(at + 1);
      const rest = new Uint8Array(16 * rows.length);
      const n = await reader.read(rest);
      expect(n).toBe(rows.length - at - 1);
      const got = Array.from({ length: n }, (_, i) =>
        Buffer.from(rest.subarray(i * 16, i * 16 + 16)).toString('base64'),
      );
      expect(got).toEqual(rows.slice(at + 1));
    }
  });

  test('are frames like others', async () => {
    const source = fromRiver(name, { connection: redis.url, maxFetchSize: 5 });
    const got: unknown[] = [];
    for await (const batch of source) got.push(...batch.toArray().map(row => Object.values(row)));
    const { x, y } = recorded.columns;
    expect(got).toEqual(x.map((value: number, i: number) => [value, y[i]]));
  });

  test('say that a batch is damaged, and go on behind it', async () => {
    let count = 0;
    await load('damaged', (value, field) => (field === 'val' && count++ === 0 ? value.subarray(0, 20) : value));
    await using reader = new StreamReader(redis.url);
    await reader.initialize('damaged');
    const buffer = new Uint8Array(16 * 8);
    await expect(reader.read(buffer)).rejects.toThrow(/compressed batch ends too soon/);
    expect(await reader.read(buffer)).toBe(4);
    expect(Buffer.from(buffer.subarray(0, 16)).toString('base64')).toBe(rows[8]);
  });

  test('are refused when nobody knows how', async () => {
    await load('foreign', (value, field) =>
      field === 'compression_params_json' ? Buffer.from('{"name":"LZ4"}') : value,
    );
    await load('odd', (value, field) =>
      field === 'compression_params_json'
        ? Buffer.from('{"name":"ZFP_LOSSLESS","params":{"data_type":"quad"}}')
        : value,
    );
    const reader = new StreamReader(redis.url);
    await expect(reader.initialize('foreign')).rejects.toThrow(/compressed with LZ4/);
    await expect(reader.initialize('odd')).rejects.toThrow(/ZFP_LOSSLESS of quad does not make samples of 16 bytes/);
    reader.stop();
  });
});
