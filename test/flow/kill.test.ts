import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const job = fileURLToPath(new URL('_growing-job.mjs', import.meta.url));
const kills = 50;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  readonly at: number;
  readonly key: string;
  readonly x: number;
}

/** Rows that are late by less than two seconds. */
const rowAt = (n: number): Row => ({ at: n * 3 + ((n * 7919) % 1900), key: `k${(n * 31) % 17}`, x: (n * 37) % 100 });

/** Appends rows in pieces that are cut anywhere, until it is told to stop; resolves to how many they are. */
async function grow(path: string, isOver: () => boolean): Promise<number> {
  let rows = 0;
  let rest = '';
  for (; !isOver(); await sleep(5)) {
    let text = rest;
    for (let end = rows + 150; rows < end; rows++) text += `${JSON.stringify(rowAt(rows))}\n`;
    const cut = text.length - ((rows * 13) % 40);
    appendFileSync(path, text.slice(0, cut));
    rest = text.slice(cut);
  }
  appendFileSync(path, rest);
  return rows;
}

const checkpointsIn = (out: string): string[] => {
  const dir = join(out, 'checkpoints');
  return existsSync(dir) ? readdirSync(dir).filter(name => name.endsWith('.checkpoint')) : [];
};

/** Waits until so many checkpoints were written; the milliseconds that it took. */
async function untilSaved(out: string, number: number, lives: () => boolean): Promise<number> {
  const began = performance.now();
  const written = (): number => Math.max(0, ...checkpointsIn(out).map(name => Number(name.slice(0, 12))));
  while (lives() && written() < number) await sleep(5);
  return performance.now() - began;
}

const resultsOf = (out: string): { windows: unknown[]; rows: string } => ({
  windows: tableFromIPC(readFileSync(join(out, 'windows.arrow')))
    .toArray()
    .map(row => ({ ...row.toJSON() })),
  rows: gunzipSync(readFileSync(join(out, 'rows.csv.gz'))).toString(),
});

describe('a run that is killed again and again', () => {
  it('leaves output without a row too few or too many', async () => {
    const input = join(folder, 'input.ndjson');
    const out = join(folder, 'out');
    mkdirSync(out);
    writeFileSync(input, '');
    let isOver = false;
    const growing = grow(input, () => isOver);
    // the first life shows how long it takes to get somewhere here; the others end anywhere within twice that
    let longest = 0;
    for (let kill = 0; kill <= kills; kill++) {
      const child = spawn(process.execPath, [job, input, out, 'follow'], { stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', text => {
        stderr += text;
      });
      let lives = true;
      const closed = new Promise<NodeJS.Signals | null>(resolve =>
        child.on('close', (_, signal) => {
          lives = false;
          resolve(signal);
        }),
      );
      if (kill > 0) await sleep(Math.random() * longest);
      else longest = 2 * (await untilSaved(out, 10, () => lives));
      child.kill('SIGKILL');
      expect([await closed, stderr]).toEqual(['SIGKILL', '']);
    }
    isOver = true;
    const count = await growing;
    const last = JSON.parse(execFileSync(process.execPath, [job, input, out, 'end'], { encoding: 'utf8' }));
    expect(last.resumedFrom).toMatch(/\.checkpoint$/);
    // most lives were long enough to get somewhere
    expect(Number(checkpointsIn(out)[0]!.slice(0, 12))).toBeGreaterThan(kills);

    const whole = join(folder, 'whole');
    mkdirSync(whole);
    execFileSync(process.execPath, [job, input, whole, 'end']);
    const [got, wanted] = [resultsOf(out), resultsOf(whole)];
    expect(got.rows === wanted.rows).toBe(true);
    expect(got.windows).toEqual(wanted.windows);

    const rows = Array.from({ length: count }, (_, n) => rowAt(n));
    const kept = rows.filter(({ x }) => x > 90).map(({ key, x }) => `${key},${x}`);
    expect(
      got.rows
        .trimEnd()
        .split('\n')
        .slice(1)
        .map(line => line.slice(line.indexOf(',') + 1)),
    ).toEqual(kept);
    const counted = (got.windows as { n: number }[]).reduce((sum, { n }) => sum + n, 0);
    expect(counted).toBe(count);
  }, 180_000);
});
