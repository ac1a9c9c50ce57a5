// The job of _data.mjs as one would write it with DuckDB: node _duckdb-job.mjs PATH
import { DuckDBInstance } from '@duckdb/node-api';

const connection = await (await DuckDBInstance.create()).connect();
const reader = await connection.runAndReadAll(`
  select time_bucket(interval 1 day, date) as "windowStart", time_bucket(interval 1 day, date) + interval 1 day as "windowEnd",
    origin, count(*) as flights, avg(delay) as late, max(delay) as worst, sum(delay * distance) / sum(distance) as vwap
  from read_json('${process.argv[2]}', format = 'newline_delimited',
    columns = { date: 'TIMESTAMP', delay: 'INTEGER', distance: 'INTEGER', origin: 'VARCHAR', destination: 'VARCHAR' })
  where distance > 500 group by all order by all`);
process.stdout.write(
  `${reader
    .getRowObjectsJson()
    .map(row => JSON.stringify(row))
    .join('\n')}\n`,
);
