// The same rows through pandas and DuckDB.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { sliceBatch } from '../../src/column/pick-rows.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, i32, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { query } from '../flow/_duckdb.ts';

interface Columns {
  readonly at: readonly number[];
  readonly k: readonly (string | null)[];
  readonly j: readonly number[];
  readonly f: readonly (number | null)[];
}
interface Case {
  readonly left: Columns;
  readonly right: Columns;
  readonly options: { readonly by?: readonly ('k' | 'j' | 'f')[] };
  readonly partners: readonly (number | null)[];
}

const file = fileURLToPath(new URL('../golden/asof/pandas.json', import.meta.url));
const cases: readonly Case[] = JSON.parse(readFileSync(file, 'utf8')).cases;
const schema = { at: timestamp('ms'), k: utf8(), j: i32(), f: f64() };

function rowsOf(columns: Columns, number: string): Batch {
  const n = Int32Array.from(columns.at, (_, row) => row);
  return batchOf({ ...columns, at: columns.at.map(ms => new Date(ms)), [number]: n }, { ...schema, [number]: i32() });
}

/** Pushes both sides in small batches, in turns. */
function partnersOf({ left, right, options }: Case): unknown[] {
  const sides = [rowsOf(left, 'n'), rowsOf(right, 'm')] as const;
  const frames: any[] = sides.map(batch => new DataFrame({ schema: batch.schema, index: 'at' }));
  const joined = frames[0].mergeAsof(frames[1], options);
  const results: Batch<any>[] = joined.sinkToList();
  for (let at = 0; at < 30; at += 7) {
    for (const [i, batch] of sides.entries()) {
      const from = Math.min(at, batch.length);
      frames[i].emit(sliceBatch(batch, from, Math.min(at + 7, batch.length)));
    }
  }
  joined.end();
  for (const frame of [joined, ...frames]) frame.dispose();
  const rows = results.flatMap(batch => batch.toArray());
  expect(rows.map(({ n }) => n)).toEqual(left.at.map((_, n) => n));
  return rows.map(({ m }) => m);
}

it.each(cases.map((one, number) => [number, JSON.stringify(one.options), one] as const))(
  'pandas, case %i: the same partners with %s',
  (_, __, one) => {
    // in pandas rows without a key are partners of each other
    const keyless = (row: number): boolean => (one.options.by ?? []).some(key => one.left[key][row] === null);
    const wanted = one.partners.map((partner, row) => (keyless(row) ? null : partner));
    expect(partnersOf(one)).toEqual(wanted);
  },
);

describe('DuckDB', () => {
  let connection: Awaited<ReturnType<typeof open>>;
  const rows = 20_000;

  async function open() {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    return (await DuckDBInstance.create()).connect();
  }

  beforeAll(async () => {
    connection = await open();
    // trades share times; quotes have one each, as DuckDB does not say which of two of one time it takes
    await connection.run(`
      create table trades as select i as n, i // 3 * 2 as ts, nullif('key ' || hash(i) % 50, 'key 7') as k, hash(i + 7) % 1000 / 8 as v
        from range(${rows}) r(i);
      create table quotes as select i as m, i as ts, nullif('key ' || hash(i + 99) % 50, 'key 9') as k, hash(i + 3) % 1000 / 8 as w
        from range(${rows}) r(i);
    `);
  });
  afterAll(() => connection.closeSync());

  async function joined(join: (trades: any, quotes: any) => any): Promise<unknown[]> {
    const tables = await Promise.all([
      query(connection, 'select n::int n, ts, k, v::double v from trades order by n'),
      query(connection, 'select m::int m, ts, k, w::double w from quotes order by m'),
    ]);
    const schemas = [
      { n: i32(), ts: i32(), k: utf8(), v: f64() },
      { m: i32(), ts: i32(), k: utf8(), w: f64() },
    ];
    const frames: any[] = schemas.map(columns => new DataFrame({ schema: columns as any, index: 'ts' }));
    const frame = join(frames[0], frames[1]);
    const results: Batch<any>[] = frame.sinkToList();
    for (let at = 0; at < rows; at += 999) {
      for (const [i, table] of tables.entries()) frames[i].emit(batchOf(table.slice(at, at + 999), schemas[i] as any));
    }
    frame.end();
    for (const one of [frame, ...frames]) one.dispose();
    return results.flatMap(batch => batch.toArray()).map(({ n, m, v, w }) => ({ n, m, v, w }));
  }

  const columns = 'x.n::int n, y.m::int m, x.v::double v, y.w::double w';

  it.each([
    ['backward', true, '>='],
    ['backward', false, '>'],
    ['forward', true, '<='],
    ['forward', false, '<'],
  ] as const)('asof join, %s, exact matches %s', async (direction, allowExactMatches, operator) => {
    const sql = `select ${columns} from trades x asof left join quotes y on x.k = y.k and x.ts ${operator} y.ts order by x.ts, x.n`;
    const ours = await joined((trades, quotes) =>
      trades.mergeAsof(quotes, { on: 'ts', by: 'k', direction, allowExactMatches }),
    );
    expect(ours).toEqual(await query(connection, sql));
  });

  it.each(['inner', 'left'] as const)('%s join on an interval', async how => {
    const sql = `select ${columns} from trades x ${how} join quotes y on x.k = y.k and y.ts between x.ts - 100 and x.ts + 20
      order by x.ts, x.n, y.ts`;
    const ours = await joined((trades, quotes) => trades.mergeInterval(quotes, { by: 'k', from: -100, to: 20, how }));
    expect(ours).toEqual(await query(connection, sql));
  });
});
