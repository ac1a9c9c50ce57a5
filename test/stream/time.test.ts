import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/errors.ts';
import { durationTicks, parseDuration } from '../../src/schema/duration.ts';
import { sleep, systemClock } from '../../src/stream/clock.ts';
import { Stream } from '../../src/stream/stream.ts';
import { VirtualClock } from '../virtual-clock.ts';

describe('durations', () => {
  it.each([
    [500, 500],
    ['500ms', 500],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['10 min', 600_000],
    ['1w 2d', 777_600_000],
    ['250us', 0.25],
    ['5ns', 5e-6],
    ['0.1s', 100],
  ])('reads %s as %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', 'h', '5', '5 fortnights', '-1s', '1s!', Number.NaN, -1, Number.POSITIVE_INFINITY])('refuses %s', text =>
    expect(() => parseDuration(text)).toThrow(OptionError),
  );

  it('counts ticks exactly', () => {
    expect(durationTicks('1ns', 'ns')).toBe(1n);
    expect(durationTicks('0.1s', 'us')).toBe(100_000n);
    expect(durationTicks('30000d', 'ns')).toBe(2_592_000_000_000_000_000n);
    expect(durationTicks(1500, 'ms')).toBe(1500n);
    expect(() => durationTicks('1ms', 's')).toThrow(/no whole number of s/);
  });
});

it('hands the clock on to every node below', async () => {
  const clock = new VirtualClock();
  const source = new Stream<number>({ clock });
  const seen = source
    .map(x => x)
    .delay('1d')
    .sinkToList();
  source.emit(1);
  await clock.advance(86_399_999);
  expect(seen).toEqual([]);
  await clock.advance(1);
  expect(seen).toEqual([1]);
});

it('delays every element by the interval, not only the first of a burst', async () => {
  const clock = new VirtualClock();
  const source = new Stream<number>({ clock });
  const seen: [number, number][] = [];
  source.delay(100).sink(x => seen.push([x, clock.now()]));
  //  at   0────30───100──130──500────600
  //       1    2    ↓1   ↓2   3      ↓3
  source.emit(1);
  await clock.advance(30);
  source.emit(2);
  await clock.advance(470);
  source.emit(3);
  await clock.advance(100);
  expect(seen).toEqual([
    [1, 100],
    [2, 130],
    [3, 600],
  ]);
});

it('bounds what a delay holds', async () => {
  const clock = new VirtualClock();
  const source = new Stream<number>({ clock });
  source.delay(100, { maxsize: 2 });
  expect(source.emit(1)).toBeUndefined();
  expect(source.emit(2)).toBeUndefined();
  const third = source.emit(3);
  expect(third).toBeInstanceOf(Promise);
  await clock.until(third);
  expect(clock.now()).toBe(100);
});

it('sends the newest element when a slow sink is free again', async () => {
  const clock = new VirtualClock();
  const source = new Stream<number>({ clock });
  const calls: [number, number][] = [];
  source.latest().sink(async x => {
    calls.push([x, clock.now()]);
    await sleep(clock, 100);
  });
  source.emit(1);
  await clock.advance(10);
  source.emit(2);
  source.emit(3);
  await clock.advance(500);
  expect(calls).toEqual([
    [1, 0],
    [3, 100],
  ]);
});

it('does not hold back whoever emits while a buffer has room', async () => {
  const clock = new VirtualClock();
  const source = new Stream<number>({ clock });
  source.buffer(3).sink(() => sleep(clock, 100));
  const sent = [1, 2, 3, 4, 5].map(x => source.emit(x));
  expect(sent.map(one => one === undefined)).toEqual([true, true, true, false, false]);
  await clock.until(sent[4]);
  expect(clock.now()).toBe(100);
});

it('stops the timers of a node that is destroyed', async () => {
  const clock = new VirtualClock();
  const source = new Stream<number>({ clock });
  const nodes = [source.timedWindow(10), source.delay(10), source.rateLimit(10), source.partition(2, { timeout: 10 })];
  await clock.advance(0);
  source.emit(1);
  source.emit(2);
  source.emit(3);
  for (const node of nodes) node.destroy();
  await clock.advance(0);
  expect(clock.pending).toBe(0);
});

it('takes timers longer than 24.8 days', () => {
  const handle = systemClock.setTimeout(() => expect.unreachable('fired at once'), 2 ** 33);
  systemClock.clearTimeout(handle);
});

it('lets a program end while a window is idle', async () => {
  const { spawnSync } = await import('node:child_process');
  const { buildSync } = await import('esbuild');
  const { outputFiles } = buildSync({
    stdin: {
      contents: `import { Stream } from './src/stream/stream.ts';
        new Stream().timedWindow(50).sink(() => {});
        const held = new Stream();
        held.timedWindow(50).filter(list => list.length > 0).sink(list => console.log('last', list));
        setTimeout(() => held.emit(1), 20);`,
      resolveDir: new URL('../..', import.meta.url).pathname,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    packages: 'external',
    target: 'es2022',
  });
  const run = spawnSync(process.execPath, ['--input-type=module'], {
    input: outputFiles[0]!.text,
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect(run.stdout.trim()).toBe('last [ 1 ]');
  expect(run.status).toBe(0);
});
