import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { millrace, type Outcome, parseRows, rowsOfFile } from './_command.ts';

let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...args: string[]): Promise<Outcome> => millrace(['run', ...args]);

//  minute 0                     1                     2
//  row     a:10s ──── a:50s ────│─ a:70s ─────────────│── a:150s        in this order, and behind a:70s
//          b:55s, and behind a:150s b:20s: the first is late for minute 0, the second very late
const rows = [
  [10, 'a', 1],
  [50, 'a', 2],
  [70, 'a', 4],
  [55, 'b', 8],
  [150, 'a', 16],
  [20, 'b', 32],
] as const;
const line = ([second, k, v]: readonly [number, string, number]): string =>
  `${JSON.stringify({ at: new Date(Date.UTC(2024, 2, 31) + second * 1000).toISOString(), k, v })}\n`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-cli-time-'));
  // a file each: every row is a batch
  for (const [at, row] of rows.entries()) writeFileSync(file(`${at}.ndjson`), line(row));
  writeFileSync(file('all.ndjson'), rows.map(line).join(''));
});
afterAll(() => rmSync(folder, { recursive: true }));

const schema = ['--schema', 'at: timestamp[ms], k: utf8, v: i32'];
const one = (): string[] => ['--from', file('all.ndjson'), ...schema, '--index', 'at'];
const each = (): string[] => ['--from', ...rows.map((_, at) => file(`${at}.ndjson`)), ...schema, '--index', 'at'];
const minutes = ['--tumbling', '1m', '--agg', 's = sum(v)', '--to', '-'];
/** `start of the window in seconds: [pane] sum`, of each result. */
const shown = ({ stdout, stderr }: Outcome): string[] => {
  expect(stderr).toBe('');
  return parseRows(stdout).map(({ windowStart, pane, retract, s }) => {
    const start = (Date.parse(String(windowStart)) - Date.UTC(2024, 2, 31)) / 1000;
    return [`${start}:`, pane, retract && 'retract', s].filter(part => part !== undefined && part !== false).join(' ');
  });
};

describe('millrace run, with rows that come late', () => {
  it('waits for them with --out-of-order', async () => {
    expect(shown(await run(...one(), ...minutes))).toEqual(['0: 3', '60: 4', '120: 16']);
    expect(shown(await run(...one(), ...minutes, '--out-of-order', '30s'))).toEqual(['0: 11', '60: 4', '120: 16']);
    expect(shown(await run(...one(), ...minutes, '--out-of-order', '3m'))).toEqual(['0: 43', '60: 4', '120: 16']);
  });

  it('corrects what it showed with --allowed-lateness, and keeps what is later still in the --late file', async () => {
    const late = file('late.csv');
    const result = await run(...each(), ...minutes, '--allowed-lateness', '1m', '--late', late);
    expect(shown(result)).toEqual(['0: onTime 3', '0: late 11', '60: onTime 4', '120: onTime 16']);
    expect((await run('--from', late, '--to', '-')).stdout).toBe('{"at":"2024-03-31T00:00:20.000Z","k":"b","v":32}\n');
  });

  it('keeps all columns of late rows, whatever is aggregated, and none when none is late', async () => {
    const [late, none] = [file('late.ndjson'), file('none.ndjson')];
    await run(...one(), ...minutes, '--where', 'v > 0', '--late', late);
    expect(rowsOfFile(late).map(({ k, v }) => [k, v])).toEqual([
      ['b', 8],
      ['b', 32],
    ]);
    await run(...one(), ...minutes, '--out-of-order', '1h', '--late', none);
    expect(rowsOfFile(none)).toEqual([]);
  });

  it.each([
    ['close', [], ['0: 3', '60: 4', '120: 16']],
    [
      'update',
      [],
      ['0: early 1', '0: early 3', '0: onTime 3', '60: early 4', '60: onTime 4', '120: early 16', '120: onTime 16'],
    ],
    ['changed', [], ['0: 1', '0: 3', '0: 3', '60: 4', '60: 4', '120: 16', '120: 16']],
    ['batch', [], ['0: 1', '0: 3', '0: 3', '60: 4', '60: 4', '60: 4', '120: 16', '120: 16', '120: 16']],
    ['end', [], ['0: 3', '60: 4', '120: 16']],
    [
      'close',
      ['--allowed-lateness', '1m', '--panes', 'retracting'],
      ['0: onTime 3', '0: onTime retract 3', '0: late 11', '60: onTime 4', '120: onTime 16'],
    ],
    [
      'close',
      ['--allowed-lateness', '1m', '--panes', 'discarding'],
      ['0: onTime 3', '0: late 8', '60: onTime 4', '120: onTime 16'],
    ],
  ])('gives results when --emit says: %s %j', async (emit, more, wanted) => {
    expect(shown(await run(...each(), ...minutes, '--emit', emit, ...more))).toEqual(wanted);
  });

  it('makes days of a --time-zone, also those of 23 hours', async () => {
    const days = ['--tumbling', '1d', '--agg', 'n = count()', '--to', '-'];
    const { stdout } = await run(...one(), ...days, '--time-zone', 'Europe/Berlin');
    expect(parseRows(stdout)).toEqual([
      { windowStart: '2024-03-30T23:00:00.000Z', windowEnd: '2024-03-31T22:00:00.000Z', n: 6 },
    ]);
    const months = await run(
      ...one(),
      '--sliding',
      '2mo,1mo',
      '--agg',
      'n = count()',
      '--to',
      '-',
      '--time-zone',
      'Asia/Tokyo',
    );
    expect(parseRows(months.stdout).map(row => row['windowStart'])).toEqual([
      '2024-01-31T15:00:00.000Z',
      '2024-02-29T15:00:00.000Z',
    ]);
  });

  it('reads files side by side, each in its own order', async () => {
    const inputs = ['--from', file('b.ndjson'), file('a.ndjson'), ...schema, '--index', 'at', ...minutes];
    writeFileSync(
      file('a.ndjson'),
      rows
        .filter(([, k]) => k === 'a')
        .map(line)
        .join(''),
    );
    writeFileSync(
      file('b.ndjson'),
      rows
        .filter(([, k]) => k === 'b')
        .map(line)
        .reverse()
        .join(''),
    );
    expect(shown(await run(...inputs, '--side-by-side'))).toEqual(['0: 43', '60: 4', '120: 16']);
  });

  it.each([
    [['--allowed-lateness', '1m', '--agg', 'n = count()'], /--allowed-lateness wants windows that close/],
    [['--late', 'x.csv', '--window', '5', '--agg', 'n = count()'], /--late wants windows that close/],
    [['--time-zone', 'UTC', '--session', '5m', '--agg', 'n = count()'], /--time-zone is for --tumbling and --sliding/],
    [['--time-zone', 'Nowhere', '--tumbling', '1d', '--agg', 'n = count()'], /"Nowhere" is no time zone/],
    [
      ['--tumbling', '1d', '--allowed-lateness', 'long', '--agg', 'n = count()'],
      /allowedLateness: "long" is no length/,
    ],
    [['--out-of-order', 'long'], /outOfOrder: "long" is no length of time/],
    [['--tumbling', '1x', '--agg', 'n = count()'], /tumbling: "1x" is no length of time/],
    [['--late', '-', '--tumbling', '1d', '--agg', 'n = count()'], /--late wants a place of its own/],
    [
      ['--panes', 'discarding', '--tumbling', '1d', '--agg', 'n = count()'],
      /panes "discarding" is for windows that show several/,
    ],
    [['--idle-after', '5s'], /--idle-after wants several inputs/],
  ])('and 2 when that makes no sense: %j', async (args, problem) => {
    const { code, stderr } = await run(...one(), ...args);
    expect(stderr).toMatch(problem);
    expect(stderr).toMatch(/^millrace: [^\n]+\n$/);
    expect(code).toBe(2);
  });
});
