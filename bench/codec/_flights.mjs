// The flights as text, and reading them: from the file, in pieces, straight into linear memory.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { exportChunk, i32, Memory, ndjson, timestamp, utf8 } from '../../dist/index.js';
import { flightsFile, flightsRows } from '../flow/_data.mjs';

export { flightsRows };
export const columns = { date: timestamp('us'), delay: i32(), distance: i32(), origin: utf8(), destination: utf8() };
const duckTypes =
  "{date: 'TIMESTAMP', delay: 'INTEGER', distance: 'INTEGER', origin: 'VARCHAR', destination: 'VARCHAR'}";
const piece = 256 * 1024;

export const flights = async format => {
  const path = await flightsFile(format);
  return { path, bytes: statSync(path).size };
};

/** Decodes the file; the number of rows. `each` sees every chunk. */
export function decodeFile(codec, path, memory, each = () => {}) {
  const decoder = codec.decoder({ memory });
  const file = openSync(path);
  let rows = 0;
  const take = () => {
    for (let chunk = decoder.next(); chunk; chunk = decoder.next()) {
      rows += chunk.length;
      each(chunk);
    }
  };
  for (;;) {
    const read = readSync(file, decoder.reserve(piece), 0, piece, null);
    if (read === 0) break;
    decoder.commit(read);
    take();
  }
  decoder.end();
  take();
  closeSync(file);
  decoder.dispose();
  return rows;
}

/** What both sides must agree on: rows, last instant, both sums, characters of both texts. */
export function summary(codec, path) {
  const sums = { rows: 0, last: 0n, delay: 0, distance: 0, text: 0 };
  decodeFile(codec, path, new Memory(), chunk => {
    const { vectors, length } = exportChunk(chunk);
    sums.rows += length;
    for (const value of vectors[0].values) if (value > sums.last) sums.last = value;
    for (const value of vectors[1].values) sums.delay += value;
    for (const value of vectors[2].values) sums.distance += value;
    sums.text += vectors[3].offsets[length] + vectors[4].offsets[length];
  });
  return sums;
}

/** DuckDB on one thread over `read(…)` of the file, every column touched. */
export async function duckdb(read) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const sql = `select count(*)::int, epoch_us(max(date)), sum(delay)::double, sum(distance)::double, sum(length(origin) + length(destination))::double from ${read(duckTypes)}`;
  return {
    run: async () => {
      const [row] = (await connection.runAndReadAll(sql)).getRows();
      return { rows: row[0], last: row[1], delay: row[2], distance: row[3], text: row[4] };
    },
    close: () => connection.closeSync(),
  };
}

export const agree = (a, b) => Object.keys(a).every(key => a[key] === b[key]);

export const sampleRows = 300_000;

/** The first rows as one chunk, and as row objects with times in milliseconds. */
export function sample(codec, path) {
  const memory = new Memory();
  const decoder = codec.decoder({ memory, chunkRows: sampleRows });
  const file = openSync(path);
  const bytes = sampleRows * 100;
  decoder.commit(readSync(file, decoder.reserve(bytes), 0, bytes, null));
  closeSync(file);
  const chunk = decoder.next();
  const type = timestamp('ms');
  // milliseconds, because that is what a Date is
  const length = chunk.length;
  const at = chunk.vectors[0].values / 8;
  for (let row = 0; row < length; row++) memory.i64[at + row] /= 1000n;
  chunk.vectors[0].type = type;
  const schema = ndjson({ ...columns, date: type }).schema;
  const milliseconds = { memory, schema, length, vectors: chunk.vectors };
  return { chunk: milliseconds, rows: exportChunk(milliseconds).toArray(), close: () => decoder.dispose() };
}
