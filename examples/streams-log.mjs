// Follows a log that grows: counts requests per status every 200 ms, and reports slow ones at once. Ends by itself.
//
//   node examples/streams-log.mjs
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromTextfile } from 'millrace';
import { graphText } from 'millrace/view';

const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
const path = join(folder, 'access.log');
writeFileSync(path, '');

const lines = fromTextfile(path, { pollInterval: '50ms' });
const requests = lines.map(line => {
  const [method, url, status, ms] = line.trim().split(' ');
  return { method, url, status: Number(status), ms: Number(ms) };
});

requests.filter(({ ms }) => ms > 900).sink(({ url, ms }) => console.log(`slow: ${url} took ${ms} ms`));

requests
  .pluck('status')
  .timedWindow('200ms')
  .filter(window => window.length > 0)
  .sink(window => {
    const counts = new Map();
    for (const status of window) counts.set(status, (counts.get(status) ?? 0) + 1);
    console.log([...counts].map(([status, count]) => `${status}: ${count}`).join(', '));
  });

console.log(graphText(lines), '\n');

// Somebody writes into the log.
let written = 0;
const writer = setInterval(() => {
  for (let i = 0; i < 20; i++, written++) {
    appendFileSync(path, `GET /item/${written} ${written % 10 ? 200 : 404} ${(written * 37) % 1000}\n`);
  }
}, 50);

const run = lines.start({ signal: AbortSignal.timeout(1500) });
setTimeout(() => clearInterval(writer), 1200);
await run;
rmSync(folder, { recursive: true });
