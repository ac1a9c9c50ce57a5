import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { millrace, parseRows } from '../cli/_command.ts';
import { assertSame } from './_compare.ts';
import { flightsParquet, openDuckDb, query } from './_duckdb.ts';
import { type Format, formats, writeFlights } from './_files.ts';
import {
  aggregations,
  type Case,
  commandOf,
  lastRange,
  lastRows,
  session,
  sliding,
  sqlOf,
  tumbling,
  whole,
} from './_sql.ts';

const names = Object.keys(aggregations);
const times = ['windowStart', 'windowEnd', 'earliest', 'latest', 'luckiest', 'unluckiest'];
const far = 'distance > 500';

/** Everything the command can do with a window, each with all aggregations at once. */
const cases: readonly Case[] = [
  whole([]),
  whole(['origin'], far),
  whole(['origin', 'late']),
  lastRows(1000, []),
  lastRows(777, ['origin'], far),
  lastRange('2h', []),
  lastRange('36h', ['origin'], 'delay > 0'),
  tumbling('1d', ['origin'], far),
  tumbling('45m', []),
  tumbling('7d', ['origin', 'destination']),
  sliding('1d', '6h', ['origin'], far),
  sliding('1h', '10m', []),
  sliding('1h', '25m', []),
  session('2h', ['origin'], far),
  session('10m', []),
];

async function compare(duckdb: DuckDBConnection, one: Case, path: string): Promise<void> {
  const { code, stdout, stderr } = await millrace(['run', '--from', path, ...commandOf(one, names), '--to', '-']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const keys = [...(one.windowed ? ['windowStart', 'windowEnd'] : []), ...one.by];
  const expected = await query(duckdb, sqlOf(one, names));
  assertSame(parseRows(stdout, times), expected, keys);
}

describe('the command agrees with DuckDB', () => {
  let folder: string;
  let duckdb: DuckDBConnection;
  let paths: Record<Format, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-flow-'));
    duckdb = await openDuckDb(200_000);
    paths = await writeFlights(duckdb, folder);
  });
  afterAll(() => {
    duckdb.closeSync();
    rmSync(folder, { recursive: true });
  });

  describe.each(formats)('over %s', format => {
    it.each(cases.map(one => [one.name, one] as const))('on %s', async (_, one) => {
      await compare(duckdb, one, paths[format]);
    });
  });
});

describe('over all 3,000,000 flights', () => {
  let duckdb: DuckDBConnection;
  beforeAll(async () => {
    duckdb = await (await import('@duckdb/node-api')).DuckDBInstance.create().then(instance => instance.connect());
  });
  afterAll(() => duckdb.closeSync());

  it('the command agrees with DuckDB on the daily delays of each airport', async () => {
    const agg = 'flights = count(), late = mean(delay), worst = max(delay), vwap = sum(delay*distance)/sum(distance)';
    const { code, stdout } = await millrace(
      ['run', '--from', flightsParquet, '--index', 'date', '--where', far, '--tumbling', '1d', '--by', 'origin'].concat(
        ['--agg', agg, '--to', '-'],
      ),
    );
    expect(code).toBe(0);
    const expected = await query(
      duckdb,
      `select date_trunc('day', date)::timestamp as "windowStart", date_trunc('day', date)::timestamp + interval 1 day as "windowEnd",
        origin, count(*) as flights, avg(delay) as late, max(delay) as worst,
        sum(delay * distance) / sum(distance) as vwap
      from '${flightsParquet}' where ${far} group by 1, 2, 3`,
    );
    assertSame(parseRows(stdout, times), expected, ['windowStart', 'windowEnd', 'origin']);
  }, 60_000);
});
