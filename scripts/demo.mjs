// The demo: three million real flights through the command. Builds the package first, if it is not up to date.
//
//   npm run demo
import { spawn } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const path = name => relative(process.cwd(), fileURLToPath(new URL(name, import.meta.url)));
await build({ quiet: true });

const args = [
  ['run'],
  ['--from', path('../node_modules/vega-datasets/data/flights-3m.parquet')],
  ['--index', 'date'],
  ['--where', 'distance > 500'],
  ['--tumbling', '1d'],
  ['--by', 'origin'],
  ['--agg', 'flights = count(), late = mean(delay), worst = max(delay), vwap = sum(delay*distance)/sum(distance)'],
  ['--to', 'table'],
  ['--tail', '20'],
  ['--stats'],
];
const quoted = word => (/^[\w./-]+$/.test(word) ? word : `'${word}'`);
process.stdout.write(
  `The end of the daily delays by airport, of all flights in the US in the first half of 2001:\n\n` +
    `  millrace ${args.map(words => words.map(quoted).join(' ')).join(' \\\n    ')}\n\n`,
);
const child = spawn(process.execPath, [path('../dist/cli/main.js'), ...args.flat()], {
  stdio: 'inherit',
  cwd: process.cwd(),
});
child.on('close', code => {
  process.exitCode = code ?? 1;
});
