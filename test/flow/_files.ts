import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  Bool,
  Dictionary,
  Float64,
  Int32,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { fileColumns, query } from './_duckdb.ts';

/** Formats that the tests write. */
export const formats = ['parquet', 'ndjson', 'csv', 'arrow'] as const;
export type Format = (typeof formats)[number];

/** Writes the table `flights` to `folder` in every format; resolves to their paths. */
export async function writeFlights(connection: DuckDBConnection, folder: string): Promise<Record<Format, string>> {
  const paths = Object.fromEntries(formats.map(format => [format, join(folder, `flights.${format}`)]));
  const rows = `(select ${fileColumns} from flights order by rn)`;
  await connection.run(`copy ${rows} to '${paths['parquet']}' (format parquet, row_group_size 50000)`);
  await connection.run(`copy ${rows} to '${paths['ndjson']}' (format json)`);
  await connection.run(`copy ${rows} to '${paths['csv']}' (format csv, header)`);
  writeFileSync(paths['arrow']!, await arrowBytes(connection));
  return paths as Record<Format, string>;
}

async function arrowBytes(connection: DuckDBConnection): Promise<Uint8Array> {
  const rows = await query(connection, `select ${fileColumns} from flights order by rn`);
  const column = (name: string): any[] => rows.map(row => row[name]);
  const text = (): Dictionary<Utf8, Int32> => new Dictionary(new Utf8(), new Int32());
  const table = new Table({
    date: vectorFromArray(column('date'), new TimestampMillisecond()),
    delay: vectorFromArray(column('delay'), new Int32()),
    distance: vectorFromArray(column('distance'), new Int32()),
    origin: vectorFromArray(column('origin'), text()),
    destination: vectorFromArray(column('destination'), text()),
    ratio: vectorFromArray(column('ratio'), new Float64()),
    late: vectorFromArray(column('late'), new Bool()),
  });
  return tableToIPC(table, 'file');
}
