import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { examplesOf, pageOf, run } from './doc-examples.ts';

const [job, state] = examplesOf(pageOf('checkpoints.md'));

it('docs/checkpoints.md begins with a job that goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-docs-'));
  const path = (name: string): string => join(folder, name);
  try {
    const code = job!.code.replace(/'(trades\.csv|minutes\.csv|saved)'/g, (_, name) => JSON.stringify(path(name)));
    expect(code).not.toBe(job!.code);
    const lines = Array.from({ length: 300 }, (_, n) => `${n * 1000},${'AB'[n % 2]},${n}\n`);
    writeFileSync(path('trades.csv'), `at,symbol,price\n${lines.join('')}`);
    // stopped before the first row, so that the windows are left open
    await run(code.replace('await rows.run', 'setImmediate(() => rows.stop());\nawait rows.run'));
    expect(readdirSync(path('saved')).length).toBeGreaterThan(0);
    await run(code);
    const whole = readFileSync(path('minutes.csv'), 'utf8');
    expect(whole.trim().split('\n')).toHaveLength(1 + 5 * 2);
    // it is over
    appendFileSync(path('trades.csv'), '900000,A,1\n');
    await run(code);
    expect(readFileSync(path('minutes.csv'), 'utf8')).toBe(whole);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('docs/checkpoints.md shows what comes out of a state that was put down', async () => {
  expect(await run(state!.code)).toEqual(state!.shown!.trimEnd().split('\n'));
});
