import { fileURLToPath } from 'node:url';
import { flightsBytes, flightsFile, flightsRows, jobOf, main } from './_data.mjs';
import { peakBytes, runNode } from './_process.mjs';

const duckdbJob = fileURLToPath(new URL('./_duckdb-job.mjs', import.meta.url));
const rowsOf = text =>
  text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
const close = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

/** The same windows and keys with the same results, in any order. */
function agree(ours, theirs) {
  const key = row => `${Date.parse(`${String(row.windowStart).replace(' ', 'T').replace('Z', '')}Z`)} ${row.origin}`;
  const expected = new Map(rowsOf(theirs).map(row => [key(row), row]));
  const rows = rowsOf(ours);
  return (
    rows.length === expected.size &&
    rows.every(row => {
      const other = expected.get(key(row));
      return other && ['flights', 'late', 'worst', 'vwap'].every(name => close(Number(row[name]), Number(other[name])));
    })
  );
}

export const cases = [
  {
    name: 'the command over NDJSON, whole process',
    against: 'DuckDB in a Node script',
    rows: flightsRows,
    bytes: flightsBytes,
    target: 1,
    rounds: 7,
    async setup() {
      const path = await flightsFile('json');
      return { ours: () => runNode([main, ...jobOf(path)]), theirs: () => runNode([duckdbJob, path]), check: agree };
    },
  },
  {
    name: 'peak memory of the command over 30 M rows of NDJSON',
    against: 'the same over 3 M rows',
    unit: 'bytes',
    atMost: 1.1,
    async measure() {
      const large = await peakBytes([main, ...jobOf(await flightsFile('json', 10))]);
      return { ours: large, theirs: await peakBytes([main, ...jobOf(await flightsFile('json'))]) };
    },
  },
];
