import { fileURLToPath } from 'node:url';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** The 3,000,000 flights of the first half of 2001: date, delay, distance, origin, destination. */
export const flightsParquet: string = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url),
);

export type Cell = number | string | boolean | null;
export type ResultRow = Record<string, Cell>;

/** DuckDB with the first `rows` flights in a table `flights`, with `rn`, the number of the row. */
export async function openDuckDb(rows: number): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create()).connect();
  // Nulls in a number and a text column, a float column, a bool column: the file itself has none.
  await connection.run(`
    create table flights as
    select rn, date, nullif(delay, 7) as delay, distance, nullif(origin, 'DEN') as origin, destination,
      delay / (distance + 0.5) as ratio, delay > 15 as late
    from (select row_number() over () as rn, * from '${flightsParquet}' limit ${rows})
    order by rn`);
  return connection;
}

/** Columns of the files that the tests write. */
export const fileColumns = 'date, delay, distance, origin, destination, ratio, late';

/** Rows of a query; integers as numbers, times as epoch milliseconds. */
export async function query(connection: DuckDBConnection, sql: string): Promise<ResultRow[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjects().map(row => {
    const cells = Object.entries(row).map(([name, value]) => [name, cellOf(value)]);
    return Object.fromEntries(cells) as ResultRow;
  });
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'object' && value !== null && 'micros' in value) return Number(value.micros as bigint) / 1000;
  return value as Cell;
}
