// NDJSON to columns: the flights as DuckDB writes them, 92 bytes a row, read from the file.
import { closeSync, openSync, readSync } from 'node:fs';
import { Memory, ndjson } from '../../dist/index.js';
import { agree, columns, decodeFile, duckdb, flights, flightsRows, sample, sampleRows, summary } from './_flights.mjs';

const { path, bytes } = await flights('json');
const codec = ndjson(columns);

/** JSON.parse per line, values pushed into typed arrays; text stays in JavaScript arrays. */
function parseLines() {
  const date = new Float64Array(flightsRows);
  const delay = new Int32Array(flightsRows);
  const distance = new Int32Array(flightsRows);
  const origin = new Array(flightsRows);
  const destination = new Array(flightsRows);
  let row = 0;
  const take = line => {
    const value = JSON.parse(line);
    date[row] = Date.parse(value.date);
    delay[row] = value.delay;
    distance[row] = value.distance;
    origin[row] = value.origin;
    destination[row++] = value.destination;
  };
  eachLine(path, take);
  return { row, date, delay, distance, origin, destination };
}

function eachLine(file, take) {
  const handle = openSync(file);
  const buffer = Buffer.alloc(1 << 20);
  let rest = '';
  for (let read = readSync(handle, buffer); read > 0; read = readSync(handle, buffer)) {
    const text = rest + buffer.latin1Slice(0, read); // the flights are ASCII
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      take(text.slice(at, end));
      at = end + 1;
    }
    rest = text.slice(at);
  }
  closeSync(handle);
}

const ours = memory => () => decodeFile(codec, path, memory);

export const cases = [
  {
    name: 'flights to columns',
    against: 'JSON.parse per line into typed arrays',
    rows: flightsRows,
    bytes,
    target: 3,
    rounds: 5,
    setup: async () => ({ ours: ours(new Memory()), theirs: parseLines, check: (a, b) => a === b.row }),
  },
  {
    name: 'flights to columns',
    against: 'DuckDB read_json, one thread',
    rows: flightsRows,
    bytes,
    target: 2,
    rounds: 5,
    setup: async () => {
      const { run, close } = await duckdb(
        types => `read_json('${path}', format = 'newline_delimited', columns = ${types})`,
      );
      return { ours: ours(new Memory()), theirs: run, check: (_, b) => agree(summary(codec, path), b), close };
    },
  },
  {
    name: 'flights from columns',
    against: 'JSON.stringify per row object',
    rows: sampleRows,
    rounds: 5,
    setup: async () => {
      const { chunk, rows, close } = sample(codec, path);
      const encoder = codec.encoder(chunk.schema);
      const theirs = () => stringified(rows);
      return { ours: () => encoder.encode(chunk).length, theirs, check: (a, b) => a === b, close };
    },
  },
];

/** UTF-8 bytes of all rows as NDJSON, written 1 MiB at a time. */
function stringified(rows) {
  const utf8 = new TextEncoder();
  let bytes = 0;
  let text = '';
  for (const row of rows) {
    text += `${JSON.stringify(row)}\n`;
    if (text.length < 1 << 20) continue;
    bytes += utf8.encode(text).length;
    text = '';
  }
  return bytes + utf8.encode(text).length;
}
