import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileReadOptions, RandomAccess } from '../../src/codec/codec.ts';
import { parquet } from '../../src/codec/parquet.ts';
import type { Batch } from '../../src/column/batch.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { DataError, MillraceError, SchemaError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import { dictionary, f64, utf8 } from '../../src/schema/data-type.ts';
import type { Columns } from '../../src/schema/schema.ts';

const flights = readFileSync(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));
const memories = [new Memory({ shared: true }), new Memory({ shared: false })] as const;

const fileOf = (bytes: Uint8Array): RandomAccess => ({
  byteLength: bytes.length,
  slice: async (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
});

async function read(bytes: Uint8Array, options: Partial<FileReadOptions> = {}, columns?: Columns): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const chunk of parquet(columns).read(fileOf(bytes), { memory: memories[0], ...options })) {
    batches.push(exportChunk(chunk));
  }
  return batches;
}

describe('parquet', () => {
  let folder: string;
  let duck: Awaited<ReturnType<DuckDBInstance['connect']>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-parquet-'));
    duck = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What DuckDB writes for a query. */
  async function written(sql: string, options = ''): Promise<Uint8Array> {
    const path = join(folder, 'one.parquet');
    await duck.run(`COPY (${sql}) TO '${path}' (FORMAT parquet${options && `, ${options}`})`);
    return readFileSync(path);
  }

  const everything = `
    SELECT CASE WHEN i % 5 = 0 THEN NULL ELSE i % 2 = 0 END AS flag,
      (i % 200 - 100)::TINYINT AS i8, (i % 60000 - 30000)::SMALLINT AS i16, (i * 1000003 % 4294967296 - 2147483648)::INTEGER AS i32,
      CASE WHEN i % 7 = 0 THEN NULL ELSE i * 1000000007 END AS i64, (i % 256)::UTINYINT AS u8, (i % 65536)::USMALLINT AS u16,
      (4294967295 - i)::UINTEGER AS u32, (18446744073709551615 - i::UBIGINT)::UBIGINT AS u64,
      (i / 3)::FLOAT AS f32, CASE WHEN i % 11 = 0 THEN NULL ELSE i / 7.0::DOUBLE END AS f64,
      CASE WHEN i % 3 = 0 THEN NULL ELSE 'word ' || (i % 50) END AS word, 'row ' || i || repeat('é', i % 20) AS text,
      encode('b' || i) AS bytes, DATE '1970-01-01' + (i - 500)::INTEGER AS day,
      TIMESTAMP '2001-01-01 00:00:00' + to_microseconds(i * 1000001) AS us,
      (i - 500)::DECIMAL(9, 2) / 4 AS dec, ((i - 500) * 12345678901)::DECIMAL(30, 3) AS wide
    FROM range(3000) r(i)`;

  function wanted(i: number): Record<string, unknown> {
    const big = BigInt(i);
    return {
      flag: i % 5 === 0 ? null : i % 2 === 0,
      i8: (i % 200) - 100,
      i16: (i % 60000) - 30000,
      i32: Number((big * 1000003n) % 4294967296n) - 2147483648,
      i64: i % 7 === 0 ? null : big * 1000000007n,
      u8: i % 256,
      u16: i % 65536,
      u32: 4294967295 - i,
      u64: 18446744073709551615n - big,
      f32: Math.fround(i / 3),
      f64: i % 11 === 0 ? null : i / 7,
      word: i % 3 === 0 ? null : `word ${i % 50}`,
      text: `row ${i}${'é'.repeat(i % 20)}`,
      bytes: new TextEncoder().encode(`b${i}`),
      day: new Date((i - 500) * 86_400_000),
      us: BigInt(Date.UTC(2001, 0, 1)) * 1000n + big * 1000001n,
      dec: (i - 500) / 4,
      wide: (i - 500) * 12345678901,
    };
  }

  it.each([
    ['', 'snappy'],
    ['COMPRESSION zstd, ROW_GROUP_SIZE 2048', 'zstd'],
    ['COMPRESSION gzip', 'gzip'],
    ['COMPRESSION uncompressed', 'none'],
    ['COMPRESSION lz4_raw', 'lz4'],
    ['COMPRESSION brotli', 'brotli'],
    ['PARQUET_VERSION v2', 'delta and byte stream split encodings'],
    ['PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 1', 'delta encodings without dictionaries'],
    ['DICTIONARY_SIZE_LIMIT 1', 'plain'],
  ])('reads every type as DuckDB wrote it: %s (%s)', async options => {
    const bytes = await written(everything, options);
    for (const memory of memories) {
      const rows = (await read(bytes, { memory, chunkRows: 1000 })).flatMap(batch => batch.toArray());
      expect(rows.length).toBe(3000);
      for (const [i, row] of rows.entries()) {
        const want = wanted(i);
        expect({ ...row, dec: 0, wide: 0 }).toEqual({ ...want, dec: 0, wide: 0 });
        expect(row['dec']).toBeCloseTo(want['dec'] as number, 9);
        expect(row['wide']).toBeCloseTo(want['wide'] as number, 2);
      }
    }
  });

  it('gives text as dictionary where that pays, and as the columns say', async () => {
    const bytes = await written("SELECT 'w' || (i % 5) AS few, 'unique text ' || i AS many FROM range(20000) r(i)");
    expect(String(await parquet().schemaOf(fileOf(bytes)))).toBe('(few: dictionary, many: utf8)');
    const chosen = await read(bytes, {}, { many: dictionary(), few: utf8() });
    expect(String(chosen[0]!.schema)).toBe('(few: utf8, many: dictionary)');
    expect(chosen[0]!.row(7)).toEqual({ few: 'w2', many: 'unique text 7' });
    await expect(read(bytes, {}, { few: f64() })).rejects.toThrow('column "few" is dictionary in the file, not f64');
  });

  it('reads the columns that are wanted, whatever the others are', async () => {
    const bytes = await written(
      "SELECT [1, 2] AS list, {'a': 1, 'b': 'x'} AS pair, i AS v, 'x' AS s FROM range(10) r(i)",
    );
    expect((await read(bytes, { columns: ['s', 'v'] }))[0]!.row(3)).toEqual({ v: 3n, s: 'x' });
    await expect(read(bytes)).rejects.toThrow(SchemaError);
    await expect(read(bytes)).rejects.toThrow('column "list" is nested');
    await expect(read(bytes, { columns: ['vv'] })).rejects.toThrow('did you mean "v"');
  });

  it('leaves out the rows that it is told, wherever row groups end', async () => {
    const bytes = await written('SELECT i::INTEGER AS i FROM range(10000) r(i)', 'ROW_GROUP_SIZE 2048');
    for (const skipRows of [0, 1, 2047, 2048, 2049, 5000, 8192, 9999, 10_000, 20_000]) {
      const rows = (await read(bytes, { skipRows, chunkRows: 1000 })).flatMap(batch => [...batch.column('i')]);
      expect(rows).toEqual(Array.from({ length: Math.max(0, 10_000 - skipRows) }, (_, i) => i + skipRows));
    }
  });

  it('reads files without rows, and columns of nothing but nulls', async () => {
    expect(await read(await written('SELECT 1 AS v WHERE false'))).toEqual([]);
    const nulls = await read(await written('SELECT NULL::DOUBLE AS v, NULL::VARCHAR AS s FROM range(70)'));
    expect(nulls[0]!.toArray()).toEqual(new Array(70).fill({ v: null, s: null }));
  });

  it('reads the 3,000,000 flights', async () => {
    let rows = 0;
    let delay = 0n;
    const origins = new Map<string, number>();
    for await (const chunk of parquet().read(fileOf(flights), { memory: memories[0] })) {
      rows += chunk.length;
      expect(chunk.length).toBeLessThanOrEqual(65_536);
      const batch = exportChunk(chunk);
      for (const value of batch.column('delay').values as BigInt64Array) delay += value;
      const { values, dictionary } = batch.column('origin');
      for (let i = 0; i < batch.length; i += 1000) {
        const name = dictionary!.get(values[i] as number) as string;
        origins.set(name, (origins.get(name) ?? 0) + 1);
      }
    }
    const result = await duck.runAndReadAll(
      `SELECT sum(delay)::BIGINT, count(*) FROM '${new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url).pathname}'`,
    );
    expect([delay, BigInt(rows)]).toEqual(result.getRows()[0]);
    expect(origins.size).toBeGreaterThan(100);
  });

  it('frees its memory when the reader stops early', async () => {
    const memory = new Memory();
    for await (const chunk of parquet().read(fileOf(flights), { memory })) {
      expect(chunk.length).toBe(65_536);
      break;
    }
    expect(memory.stats().owners['parquet']).toBeUndefined();
  });

  it('says what is wrong with a file that is none, or is damaged', async () => {
    await expect(read(new TextEncoder().encode('this is no parquet file'))).rejects.toThrow(DataError);
    await expect(read(flights.subarray(0, 1000), { source: 'f' })).rejects.toThrow(/^f: parquet: /);
    const good = await written(
      "SELECT i AS v, i % 3 AS k, 't' || i AS s FROM range(500) r(i)",
      'COMPRESSION uncompressed',
    );
    let seed = 1;
    for (let round = 0; round < 400; round++) {
      const bytes = good.slice();
      for (let k = 0; k < 4; k++) {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        bytes[seed % bytes.length] = seed >> 8;
      }
      try {
        await read(bytes);
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error;
      }
    }
    expect(memories[0].stats().totalBytes).toBeLessThan(1 << 30);
  });
});
