// CSV to columns: the flights, 35 bytes a row, read from the file.
import { readFileSync } from 'node:fs';
import { csv, Memory } from '../../dist/index.js';
import { peer } from '../peer/load.mjs';
import { agree, columns, decodeFile, duckdb, flights, flightsRows, sample, sampleRows, summary } from './_flights.mjs';

const { path, bytes } = await flights('csv');
const codec = csv(columns);
const ours = memory => () => decodeFile(codec, path, memory);

export const cases = [
  {
    name: 'flights to columns',
    against: 'DuckDB read_csv, one thread',
    rows: flightsRows,
    bytes,
    target: 3,
    rounds: 5,
    setup: async () => {
      const { run, close } = await duckdb(types => `read_csv('${path}', header = true, columns = ${types})`);
      return { ours: ours(new Memory()), theirs: run, check: (_, b) => agree(summary(codec, path), b), close };
    },
  },
  {
    name: 'flights to columns',
    against: 'uDSV typed columns',
    rows: flightsRows,
    bytes,
    target: 6,
    rounds: 3,
    setup: async () => {
      const { inferSchema, initParser } = await peer('udsv');
      const theirs = () => {
        const text = readFileSync(path, 'utf8');
        return initParser(inferSchema(text)).typedCols(text);
      };
      return { ours: ours(new Memory()), theirs, check: (a, b) => a === b[0].length };
    },
  },
  {
    name: 'flights from columns',
    against: 'a template string per row object',
    rows: sampleRows,
    rounds: 5,
    setup: async () => {
      const { chunk, rows, close } = sample(codec, path);
      const encoder = csv(undefined, { header: false }).encoder(chunk.schema);
      const theirs = () => joined(rows);
      return { ours: () => encoder.encode(chunk).length, theirs, check: (a, b) => a === b, close };
    },
  },
];

/** UTF-8 bytes of all rows as CSV, written 1 MiB at a time; the flights need no quotes. */
function joined(rows) {
  const utf8 = new TextEncoder();
  let bytes = 0;
  let text = '';
  for (const { date, delay, distance, origin, destination } of rows) {
    text += `${date.toISOString()},${delay},${distance},${origin},${destination}\n`;
    if (text.length < 1 << 20) continue;
    bytes += utf8.encode(text).length;
    text = '';
  }
  return bytes + utf8.encode(text).length;
}
