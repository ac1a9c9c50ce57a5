import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const run = (name: string): string =>
  execFileSync(process.execPath, [fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))], {
    encoding: 'utf8',
  });

it('follows a log in examples/streams-log.mjs', () => {
  const shown = run('streams-log.mjs');
  expect(shown).toContain('<from_textfile>\n└─ <map: <lambda>>');
  expect(shown).toMatch(/slow: \/item\/25 took 925 ms/);
  expect(shown).toMatch(/404: \d+, 200: \d+/);
});

it('counts primes in examples/streams-workers.mjs', () => {
  const lines = run('streams-workers.mjs').trim().split('\n');
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toContain('78498 so far'); // primes below a million
});
