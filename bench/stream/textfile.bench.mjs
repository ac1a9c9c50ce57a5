// A text file of JSON lines into a dataframe, beside node:readline and JSON.parse.
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const rows = 300_000;

function lines() {
  const parts = [];
  for (let i = 0; i < rows; i++) {
    parts.push(
      `{"at":${1_600_000_000_000 + i * 1000},"symbol":"S${i % 50}","price":${(100 + (i % 997) / 10).toFixed(2)},"qty":${1 + (i % 300)}}\n`,
    );
  }
  return parts.join('');
}

export const cases = [
  {
    name: 'fromTextfile, ndjson, frame: sum of a column',
    against: 'node:readline and JSON.parse',
    rows,
    isolate: true,
    target: 5,
    async setup() {
      const { f64, fromTextfile, i32, ndjson, timestamp, utf8 } = await import('../../dist/index.js');
      const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
      const path = join(folder, 'rows.ndjson');
      writeFileSync(path, lines());
      return {
        async ours() {
          let sum = 0;
          const source = fromTextfile(path, { follow: false });
          source
            .toDataFrame(ndjson({ at: timestamp('ms'), symbol: utf8(), price: f64(), qty: i32() }))
            .price.sum()
            .sink(x => {
              sum = x;
            });
          await source.start();
          return sum;
        },
        async theirs() {
          let sum = 0;
          for await (const line of createInterface({
            input: createReadStream(path),
            crlfDelay: Number.POSITIVE_INFINITY,
          })) {
            sum += JSON.parse(line).price;
          }
          return sum;
        },
        check: (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b),
        close: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  },
  {
    name: 'fromTextfile, lines as texts',
    against: 'node:readline',
    rows,
    isolate: true,
    target: 1,
    async setup() {
      const { fromTextfile } = await import('../../dist/index.js');
      const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
      const path = join(folder, 'rows.ndjson');
      writeFileSync(path, lines());
      return {
        async ours() {
          let length = 0;
          const source = fromTextfile(path, { follow: false });
          source.sink(line => {
            length += line.length;
          });
          await source.start();
          return length;
        },
        async theirs() {
          let length = 0;
          for await (const line of createInterface({ input: createReadStream(path) })) length += line.length + 1;
          return length;
        },
        check: (a, b) => a === b,
        close: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  },
];
