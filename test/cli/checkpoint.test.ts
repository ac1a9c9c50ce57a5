import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main, millrace } from './_command.ts';

let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-cli-checkpoint-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${(from + i) * 1000},${(from + i) % 3}\n`).join('');

/** Runs the command until a file holds a text, then sends a signal; resolves to the exit code. */
async function until(
  args: readonly string[],
  path: string,
  text: string,
  signal: NodeJS.Signals,
): Promise<number | null> {
  const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' });
  const closed = new Promise<number | null>(resolve => child.on('close', resolve));
  const holds = (): boolean => {
    try {
      return readFileSync(path, 'utf8').includes(text);
    } catch {
      return false;
    }
  };
  while (!holds()) await sleep(5);
  await sleep(60); // a checkpoint may hold it, or not
  child.kill(signal);
  return closed;
}

describe('millrace run --checkpoint', () => {
  it('goes on where it was killed or stopped, in the same file', async () => {
    const [from, to, dir] = [file('in.csv'), file('out.csv'), file('state')];
    writeFileSync(from, `at,k\n${lines(0, 100)}`);
    const job = ['run', '--from', from, '--schema', 'at: timestamp[ms], k: i32', '--index', 'at'];
    job.push('--tumbling', '10s', '--by', 'k', '--agg', 'n = count()', '--to', to);
    const saved = [...job, '--checkpoint', dir, '--checkpoint-every', '20ms', '--resume'];
    expect(await until([...saved, '--follow'], to, '00:01:20', 'SIGKILL')).toBe(null);
    appendFileSync(from, lines(100, 200));
    expect(await until([...saved, '--follow'], to, '00:03:00', 'SIGINT')).toBe(130);
    expect(readFileSync(to, 'utf8')).not.toContain('00:03:20'); // that window is open still
    appendFileSync(from, lines(200, 300));
    expect(await millrace(saved)).toMatchObject({ code: 0, stderr: '' });
    const resumed = readFileSync(to, 'utf8');
    expect(await millrace(job)).toMatchObject({ code: 0 });
    expect(resumed).toBe(readFileSync(to, 'utf8'));
    // it is over
    expect(await millrace(saved)).toMatchObject({ code: 0 });
    expect(readFileSync(to, 'utf8')).toBe(resumed);
    expect(readdirSync(dir).every(name => name.endsWith('.checkpoint'))).toBe(true);
    const again = await millrace([...job, '--checkpoint', dir]);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/there are checkpoints in .*state already; resume from them, or give another folder/);
  });

  it('says what it wants', async () => {
    writeFileSync(file('small.csv'), `at,k\n${lines(0, 3)}`);
    const job = ['run', '--from', file('small.csv')];
    for (const [args, problem] of [
      [['--checkpoint', file('x')], /--checkpoint wants --to a file/],
      [
        ['--checkpoint', file('x'), '--to', file('x.csv'), '--limit', '3'],
        /--checkpoint and --limit exclude each other/,
      ],
      [['--resume', '--to', file('x.csv')], /--resume wants --checkpoint/],
      [['--checkpoint-every', '3s', '--to', file('x.csv')], /--checkpoint-every wants --checkpoint/],
      [['--checkpoint', file('x'), '--to', file('x.csv'), '--checkpoint-every', 'often'], /every: "often"/],
    ] as const) {
      const { code, stderr } = await millrace([...job, ...args]);
      expect(stderr).toMatch(problem);
      expect(code).toBe(2);
    }
    const stdin = ['run', '--from', '-', '--format', 'csv', '--to', file('y.csv'), '--checkpoint', file('y')];
    expect(await millrace(stdin, 'a,b\n1,2\n')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("standard input can't be read again"),
    });
  });

  it('takes rows for a time', async () => {
    writeFileSync(file('rows.csv'), `at,k\n${lines(0, 50)}`);
    const job = ['run', '--from', file('rows.csv'), '--to', file('z.ndjson'), '--checkpoint', file('z')];
    expect(await millrace([...job, '--checkpoint-every', '10 rows'])).toMatchObject({ code: 0 });
    expect(readFileSync(file('z.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(50);
  });
});
