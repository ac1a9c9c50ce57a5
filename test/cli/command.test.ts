import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main, millrace, parseRows } from './_command.ts';

let folder: string;
const file = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  writeFileSync(file('a.ndjson'), lines([1, 'x'], [2, 'y'], [3, 'x']));
  writeFileSync(file('b.ndjson'), lines([4, 'y'], [5, 'x']));
  writeFileSync(file('a.csv'), 'v,k\n1,x\n2,y\n3,\n');
  writeFileSync(file('bad.ndjson'), `${lines([1, 'x'])}{"v":oops}\n${lines([3, 'x'])}`);
  writeFileSync(
    file('times.csv'),
    'at,v\n2001-01-01T00:00:00Z,1\n2001-01-01T00:00:30Z,2\n2001-01-01T00:01:10Z,3\n2001-01-01T00:05:00Z,4\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function lines(...rows: [number, string][]): string {
  return rows.map(([v, k]) => `${JSON.stringify({ v, k })}\n`).join('');
}

const run = (...args: string[]) => millrace(['run', ...args]);

/** Resolves to what a child has printed, once a text is among it. */
function watched(child: ChildProcess): (text: string) => Promise<string> {
  let stdout = '';
  child.stdout!.on('data', piece => (stdout += piece));
  return text =>
    new Promise(resolve => {
      const look = (): void => {
        if (stdout.includes(text)) resolve(stdout);
      };
      child.stdout!.on('data', look);
      look();
    });
}

describe('millrace run', () => {
  it('groups the whole input and prints a table', async () => {
    const { code, stdout, stderr } = await run(
      '--from',
      file('a.ndjson'),
      '--by',
      'k',
      '--agg',
      'n = count(), m = mean(v)',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('k  n  m\n─  ─  ─\nx  2  2\ny  1  2\n');
  });

  it('filters, assigns, selects and writes NDJSON to standard output', async () => {
    const from = ['--from', file('*.ndjson').replace('*', '[ab]'), '--assign', 'w = v * 10', '--where', 'w > 20'];
    const { code, stdout } = await run(...from, '--select', 'w,k', '--to', '-');
    expect(code).toBe(0);
    expect(parseRows(stdout)).toEqual([
      { w: 30, k: 'x' },
      { w: 40, k: 'y' },
      { w: 50, k: 'x' },
    ]);
  });

  it('reads standard input, packed input, and what --format says', async () => {
    const text = readFileSync(file('a.ndjson'));
    const agg = ['--agg', 's = sum(v)', '--to', '-'];
    expect((await millrace(['run', '--from', '-', '--format', 'ndjson', ...agg], text)).stdout).toBe('{"s":6}\n');
    writeFileSync(file('packed.ndjson.gz'), gzipSync(text));
    expect((await run('--from', file('packed.ndjson.gz'), ...agg)).stdout).toBe('{"s":6}\n');
    writeFileSync(file('nameless'), text);
    expect((await run('--from', file('nameless'), '--format', 'ndjson', ...agg)).stdout).toBe('{"s":6}\n');
    expect((await run('--from', file('a.ndjson'), file('b.ndjson'), ...agg)).stdout).toBe('{"s":15}\n');
    expect((await run('--from', `file://${file('a.ndjson')}`, ...agg)).stdout).toBe('{"s":6}\n');
  });

  it('takes a schema, delimiters, missing headers and null texts for CSV', async () => {
    writeFileSync(file('raw.txt'), '1;x\nNA;y\n3;\n');
    const details = ['--format', 'csv', '--delimiter', ';', '--no-header', '--nulls', 'NA'];
    const { stdout, stderr } = await run(
      ...[
        '--from',
        file('raw.txt'),
        ...details,
        '--schema',
        'v: f64, k: utf8',
        '--agg',
        'n = count(v), s = sum(v)',
        '--to',
        '-',
      ],
    );
    expect({ stdout, stderr }).toEqual({ stdout: '{"n":2,"s":4}\n', stderr: '' });
  });

  it.each(['ndjson', 'csv', 'tsv', 'arrow', 'ndjson.gz', 'csv.gz', 'arrow.gz'])(
    'writes %s that it can read again',
    async name => {
      const to = file(`copy.${name}`);
      expect(await run('--from', file('a.csv'), '--to', to)).toEqual({ code: 0, stdout: '', stderr: '' });
      const { stdout } = await run('--from', to, '--to', '-');
      expect(parseRows(stdout)).toEqual([
        { v: 1, k: 'x' },
        { v: 2, k: 'y' },
        { v: 3, k: null },
      ]);
    },
  );

  it('closes windows of event time', async () => {
    const from = ['--from', file('times.csv'), '--index', 'at'];
    const { stdout } = await run(...from, '--tumbling', '1m', '--agg', 's = sum(v)');
    expect(stdout.split('\n').slice(2, -1)).toEqual([
      '2001-01-01T00:00:00Z  2001-01-01T00:01:00Z  3',
      '2001-01-01T00:01:00Z  2001-01-01T00:02:00Z  3',
      '2001-01-01T00:05:00Z  2001-01-01T00:06:00Z  4',
    ]);
    const sessions = await run(...from, '--session', '2m', '--agg', 'n = count()', '--to', '-');
    expect(parseRows(sessions.stdout).map(row => row['n'])).toEqual([3, 1]);
    const overlapping = await run(...from, '--sliding', '2m,1m', '--agg', 'n = count()', '--to', '-');
    expect(parseRows(overlapping.stdout).map(row => row['n'])).toEqual([2, 3, 1, 1, 1]);
  });

  it('drops and counts rows that come too late, unless --out-of-order waits for them', async () => {
    const text =
      'at,v\n2001-01-01T00:00:50Z,1\n2001-01-01T00:01:10Z,2\n2001-01-01T00:00:55Z,10\n2001-01-01T00:03:00Z,4\n';
    writeFileSync(file('late.csv'), text);
    const job = [
      '--from',
      file('late.csv'),
      '--index',
      'at',
      '--tumbling',
      '1m',
      '--agg',
      's = sum(v)',
      '--to',
      '-',
      '--stats',
    ];
    const dropped = await run(...job);
    expect(parseRows(dropped.stdout).map(row => row['s'])).toEqual([1, 2, 4]);
    expect(dropped.stderr).toContain('late rows       1');
    const waited = await run(...job, '--out-of-order', '30s');
    expect(parseRows(waited.stdout).map(row => row['s'])).toEqual([11, 2, 4]);
    expect(waited.stderr).toContain('late rows       0');
  });

  it.each([
    [
      ['--window', '2'],
      [2 + 3, 4 + 5],
    ],
    [['--window', '2', '--emit', 'end'], [4 + 5]],
    [
      ['--emit', 'batch'],
      [1 + 2 + 3, 1 + 2 + 3 + 4 + 5],
    ],
    [['--emit', 'end'], [1 + 2 + 3 + 4 + 5]],
    [[], [1 + 2 + 3 + 4 + 5]],
  ])('gives results when --emit says: %j', async (args, sums) => {
    // Two files are two batches.
    const from = ['--from', file('a.ndjson'), file('b.ndjson')];
    const { stdout } = await run(...from, ...args, '--agg', 's = sum(v)', '--to', '-');
    expect(parseRows(stdout).map(row => row['s'])).toEqual(sums);
  });

  it('stops after --limit rows and shows --tail rows', async () => {
    expect(parseRows((await run('--from', file('a.ndjson'), '--limit', '2', '--to', '-')).stdout)).toHaveLength(2);
    const { stdout } = await run('--from', file('a.ndjson'), '--tail', '1');
    expect(stdout.split('\n')[2]).toBe('3  x');
  });

  it('writes a header when there are no rows', async () => {
    const none = ['--from', file('a.csv'), '--where', 'v > 99'];
    expect((await run(...none)).stdout).toBe('v  k\n─  ─\n');
    expect((await run(...none, '--to', '-', '--to-format', 'csv')).stdout).toBe('v,k\n');
    expect((await run(...none, '--to', '-')).stdout).toBe('');
    await run(...none, '--to', file('empty.arrow'));
    expect((await run('--from', file('empty.arrow'))).stdout).toBe('v  k\n─  ─\n');
  });

  it('explains the plan instead of running it, and tells figures on standard error', async () => {
    const plan = await run(
      '--from',
      file('a.ndjson'),
      '--where',
      'v > 1',
      '--by',
      'k',
      '--agg',
      'n = count()',
      '--explain',
    );
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(/filter/);
    const { stderr } = await run('--from', file('a.ndjson'), '--agg', 'n = count()', '--stats');
    for (const word of [
      'rows in         3 (',
      'rows out        1',
      'peak memory',
      'late rows       0',
      'skipped records 0',
    ]) {
      expect(stderr).toContain(word);
    }
  });
});

describe('millrace run fails with one line', () => {
  it.each([
    [['--agg', 'n = count()'], /required option '--from <path...>'/],
    [['--from', 'x', '--agg', 'n = count()', '--tumbling', '1d'], /--tumbling wants --index/],
    [['--from', 'x', '--by', 'k'], /--by wants --agg/],
    [
      ['--from', 'x', '--tumbling', '1d', '--session', '1d', '--agg', 'n = count()'],
      /'--tumbling <size>' cannot be used with/,
    ],
    [['--from', 'x', '--emit', 'sometimes'], /Allowed choices are close, update, batch, end/],
    [['--from', 'x', '--nonsense'], /unknown option '--nonsense'/],
    [['--from', 'gopher://x', '--to', '-'], /no transport for gopher:\/\//],
  ])('and 2 when the command line is wrong: %j', async (args, problem) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(problem);
    expect(stderr).toMatch(/^millrace: [^\n]+\n$/);
  });

  it.each([
    [['--where', 'w > 1'], /no column "w"/],
    [['--where', 'v >'], /a value must stand here/],
    [['--agg', 'n = cuont()'], /cuont/],
    [['--select', 'v,kk'], /no column "kk"/],
    [['--to', 'x.parquet'], /can't write parquet/],
    [['--to', 'x.unknown'], /add --to-format/],
  ])('and 2 when it does not fit the data: %j', async (args, problem) => {
    const { code, stderr } = await run('--from', file('a.ndjson'), ...args);
    expect(stderr).toMatch(problem);
    expect(stderr).toMatch(/^millrace: [^\n]+\n$/);
    expect(code).toBe(2);
  });

  it('and 2 when it would overwrite what it reads', async () => {
    const { code, stderr } = await run('--from', file('a.ndjson'), '--to', file('a.ndjson'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/is an input too/);
    expect(readFileSync(file('a.ndjson'), 'utf8')).toHaveLength(lines([1, 'x'], [2, 'y'], [3, 'x']).length);
  });

  it('and 1 when a file is missing or a record is bad, unless bad records are skipped', async () => {
    const missing = await run('--from', file('none.csv'));
    expect(missing).toMatchObject({ code: 1, stderr: `millrace: open: ${file('none.csv')}: there is no such file\n` });
    const bad = await run('--from', file('bad.ndjson'), '--agg', 's = sum(v)');
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/^millrace: .*bad\.ndjson, record 2, byte 16[^\n]*\n$/);
    expect((await run('--from', file('bad.ndjson'), '--debug')).stderr).toMatch(/\n {4}at /);
    const skipped = await run(
      '--from',
      file('bad.ndjson'),
      '--bad-records',
      'skip',
      '--agg',
      's = sum(v)',
      '--to',
      '-',
      '--stats',
    );
    expect(skipped).toMatchObject({ code: 0, stdout: '{"s":4}\n' });
    expect(skipped.stderr).toContain('skipped records 1');
  });
});

describe('millrace run, watched', () => {
  it('serves metrics while it runs', async () => {
    const path = file('watched.ndjson');
    writeFileSync(path, lines([1, 'x'], [2, 'y']));
    const args = ['run', '--from', path, '--follow', '--where', 'v > 0', '--to', '-', '--metrics', '127.0.0.1:0'];
    const child = spawn(process.execPath, [main, ...args]);
    let stderr = '';
    child.stderr.on('data', piece => (stderr += piece));
    await watched(child)('"v":2');
    const text = await (await fetch(/http:\S+/.exec(stderr)![0])).text();
    expect(text).toMatch(/millrace_rows_out_total\{frame="frame \d+",node="1",operator="filter"\} 2\n/);
    child.kill('SIGINT');
    expect(await new Promise(resolve => child.on('close', resolve))).toBe(130);
  });

  it('prints the figures of each step at the end', async () => {
    const { code, stderr } = await run('--from', file('a.ndjson'), '--by', 'k', '--agg', 'n = count()', '--analyze');
    expect(code).toBe(0);
    expect(stderr).toMatch(/\n +3 +2 +1 .* aggregate n = count\(\) by k over everything, emit end {2}\[2 groups\]\n/);
    expect(stderr).toMatch(/^3 rows in 1 batch: .* computing/m);
  });

  it('refuses a place to listen at that is none', async () => {
    const { code, stderr } = await run('--from', file('a.ndjson'), '--metrics', 'here');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('write a port, or host:port') });
  });
});

describe('millrace run, interrupted', () => {
  it('ends quietly when its reader has had enough', async () => {
    writeFileSync(file('long.ndjson'), lines([1, 'x'], [2, 'y']).repeat(100_000));
    const child = spawn(process.execPath, [main, 'run', '--from', file('long.ndjson'), '--to', '-']);
    let stderr = '';
    child.stderr.on('data', piece => (stderr += piece));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise(resolve => child.on('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('follows a file that is replaced, with a header of its own', async () => {
    const path = file('rotated.csv');
    writeFileSync(path, 'v,k\n1,x\n');
    const child = spawn(process.execPath, [main, 'run', '--from', path, '--follow', '--to', '-']);
    const seen = watched(child);
    await seen('"v":1');
    appendFileSync(path, '2,y'); // no newline: the end of the old file is the end of the record
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'v,k\n3,z\n');
    await seen('"v":3');
    child.kill('SIGTERM');
    expect(parseRows(await seen(''))).toEqual([
      { v: 1, k: 'x' },
      { v: 2, k: 'y' },
      { v: 3, k: 'z' },
    ]);
  });

  it('follows a growing file, prints what it has at Ctrl-C and exits with 130', async () => {
    const path = file('growing.ndjson');
    writeFileSync(path, lines([1, 'x']));
    const args = ['run', '--from', path, '--follow', '--where', 'v > 0', '--to', '-'];
    const child = spawn(process.execPath, [main, ...args]);
    const seen = watched(child);
    await seen('"v":1');
    appendFileSync(path, lines([2, 'y']));
    await seen('"v":2');
    child.kill('SIGINT');
    expect(await new Promise(resolve => child.on('close', resolve))).toBe(130);
  });

  it('prints the totals so far at Ctrl-C', async () => {
    const path = file('totals.ndjson');
    writeFileSync(path, lines([1, 'x'], [2, 'x']));
    const child = spawn(process.execPath, [
      main,
      'run',
      '--from',
      path,
      '--follow',
      '--agg',
      's = sum(v)',
      '--to',
      '-',
    ]);
    let stdout = '';
    child.stdout.on('data', piece => (stdout += piece));
    setTimeout(() => child.kill('SIGINT'), 1500);
    expect(await new Promise(resolve => child.on('close', resolve))).toBe(130);
    expect(stdout).toBe('{"s":3}\n');
  });
});
