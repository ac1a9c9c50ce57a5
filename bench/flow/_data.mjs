// The flights as files for whole-process benchmarks, made once in .cache/bench/.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, '.cache/bench');
export const flightsParquet = join(root, 'node_modules/vega-datasets/data/flights-3m.parquet');
export const flightsRows = 3_000_000;
/** Of the NDJSON file. */
export const flightsBytes = 276_783_695;
export const main = join(root, 'dist/cli/main.js');

/** Path of the flights in `format`, `times` times over: each copy goes on where the one before it ended. */
export async function flightsFile(format, times = 1) {
  const path = join(cache, `flights-${times}.${format === 'json' ? 'ndjson' : format}`);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`copy (
    select date + copies.i * interval 182 days as date, delay, distance, origin, destination
    from range(${times}) as copies(i), (select row_number() over () as rn, * from '${flightsParquet}')
    order by copies.i, rn
  ) to '${path}.new' (format ${format})`);
  connection.closeSync();
  renameSync(`${path}.new`, path);
  return path;
}

/** The job that the README shows, as arguments of the command. */
export const jobOf = path => [
  'run',
  ...['--from', path, '--index', 'date', '--where', 'distance > 500', '--tumbling', '1d', '--by', 'origin'],
  ...['--agg', 'flights = count(), late = mean(delay), worst = max(delay), vwap = sum(delay*distance)/sum(distance)'],
  ...['--to', '-'],
];
