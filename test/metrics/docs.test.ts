import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as millrace from '../../src/index.ts';
import { metricsRegistry, serveMetrics } from '../../src/metrics/index.ts';

const text = readFileSync(fileURLToPath(new URL('../../docs/metrics.md', import.meta.url)), 'utf8');
const blocks = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!.replace(/^import .*\n/gm, ''));
const withoutFigures = (table: string): string =>
  table
    .replace(/[\d.]+ ms/g, '… ms')
    .replace(/[\d.]+ k?B/g, '… B')
    .replace(/ +/g, ' ');

it('docs/metrics.md has code that runs, and prints what it says', async () => {
  const said: string[] = [];
  const console = { log: (line: string) => said.push(line), table: () => {} };
  const code = blocks.join('\n').replace('await using server', 'const server').replace('port: 9464', 'port: 0');
  const names = { ...millrace, console, metricsRegistry, serveMetrics };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const server = await new AsyncFunction(...Object.keys(names), `${code}\nreturn server;`)(...Object.values(names));
  await server.close();
  const [, shown] = /```text\n([\s\S]*?)\n```/.exec(text)!;
  expect(withoutFigures(said[0]!)).toBe(withoutFigures(shown!));
  for (const [name] of text.matchAll(/millrace_\w+/g)) expect(said[1]).toContain(`# TYPE ${name} `);
});
