import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** What an example prints; it uses the built package, as a reader would. */
const run = (name: string): string =>
  execFileSync(process.execPath, [fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
  });

it('bands of the S&P 500: the days of March 2020 lie outside', () => {
  const text = run('frame-bollinger.mjs');
  expect(text).toMatch(/^\d{3} days outside their bands/);
  expect(text).toContain('2020-03-16');
  expect(text).toContain('2386.13');
});

it('a rolling median finds just the three spoilt readings', () => {
  expect(run('frame-anomalies.mjs').trim().split('\n')).toEqual([
    '2010-02-11T17:00:00.000Z: 41.0 °C where 8.4 is usual',
    '2010-06-16T17:00:00.000Z: -12.0 °C where 18.6 is usual',
    '2010-11-30T09:00:00.000Z: 38.5 °C where 4.4 is usual',
  ]);
});

it('routes are counted while the flights stream by', () => {
  const lines = run('frame-routes.mjs').trim().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.at(-1)).toContain('LAX–LAS');
});

it('each stock stands beside its own last year', () => {
  const lines = run('frame-stocks.mjs')
    .split('\n')
    .map(line => line.split('│').map(cell => cell.trim()));
  const row = (symbol: string): string[] => lines.find(cells => cells[2] === `'${symbol}'`)!.slice(3, -1);
  expect(row('AAPL')).toEqual(['223.02', '9', '178.32', '1.43', '1']);
  expect(row('IBM')).toEqual(['125.55', '-1.3', '117.6', '0.81', '4']);
});

it('rows pushed by hand, looked at in four ways', () => {
  const lines = run('frame-windows.mjs').trim().split('\n');
  for (const title of ['so far', 'last three', 'by minute', 'sessions']) {
    expect(lines.some(line => line.startsWith(title))).toBe(true);
  }
});

it('threads sum up a file each', () => {
  const lines = run('frame-threads.mjs').split('\n').slice(3, 8);
  expect(
    lines.map(line =>
      line
        .split('│')
        .slice(2, 5)
        .map(cell => cell.trim()),
    ),
  ).toEqual([
    ["'ORD'", '2050n', '7.053658536585366'],
    ["'DFW'", '2021n', '9.66848095002474'],
    ["'ATL'", '1552n', '7.91430412371134'],
    ["'LAX'", '1445n', '8.44083044982699'],
    ["'PHX'", '1156n', '12.713667820069205'],
  ]);
});

it('files are read, grouped and converted', () => {
  expect(run('frame-files.mjs')).not.toBe('');
});

it('trades beside the quotes of their moment', () => {
  const lines = run('event-asof.mjs').trim().split('\n');
  expect(lines.length).toBe(10);
  expect(lines[2]).toMatch(/^09:30 {2}CCC {2}\d+ trades, \d+ with a quote, cost \d+\.\d\d$/);
  expect(lines.at(-1)).toMatch(/^\d+ trades within half a second behind a quote; \d+ quotes came too late$/);
});

it('clicks are visits of their visitors, and bought things are counted where the visits landed', () => {
  const lines = run('event-sessions.mjs').trim().split('\n');
  expect(lines[0]).toMatch(/^08:15 {2}visitor 118: 11 clicks on 5 pages, search … home, 364\.53 €$/);
  const landed = lines.filter(line => / from (home|search|shoes|coats) *: \d+ visits bought/.test(line));
  const bought = landed.reduce((sum, line) => sum + Number(/: (\d+) visits/.exec(line)![1]), 0);
  expect(lines.at(-1)).toBe(`${bought} of them bought, for 108.32 € on average; 0 rows came too late`);
});

it('means of sensors are corrected when the roof is online again', () => {
  const lines = run('event-sensors.mjs').trim().split('\n');
  const corrected = lines.filter(line => line.includes('corrected'));
  expect(corrected.slice(0, 2).map(line => line.slice(0, 10))).toEqual(['07:00 roof', '07:15 roof']);
  const [, quarters, readings, lost] = /(\d+) quarters of (\d+) readings; (\d+) came when/.exec(lines.join('\n'))!;
  expect(Number(quarters)).toBe(32);
  expect(Number(readings) + Number(lost)).toBe(2 * 4 * 360); // none is lost without a word
  expect(Number(lost)).toBeGreaterThan(0);
});
