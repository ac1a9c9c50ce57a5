import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { openFrame } from '../../src/frame/open-frame.ts';
import { toFile } from '../../src/frame/to-file.ts';
import { f64, i64, timestamp } from '../../src/schema/data-type.ts';
import { VirtualClock } from '../virtual-clock.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-start-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const schema = { at: timestamp('ms'), x: f64() };

describe('start and stop', () => {
  it('run the source, and end the run as its signal does', async () => {
    const clock = new VirtualClock();
    const frame = DataFrame.fromPeriodic(({ now }) => ({ at: [new Date(now)], x: [1] }), {
      schema,
      index: 'at',
      interval: '1s',
      clock,
    });
    const rows = frame.sinkToList();
    const windows = frame.tumbling('1h').agg({ n: 'size()' }).sinkToList();
    await frame.stop(); // nothing runs yet, and this keeps nothing from running
    const running = frame.start();
    expect(frame.run()).toBe(running);
    await clock.advance(2500);
    expect([rows.length, windows.length]).toEqual([2, 0]);
    await frame.stop();
    await running;
    expect(windows.map(batch => batch.row(0).n)).toEqual([2]);
    expect(clock.pending).toBe(0);
    await frame.stop();
    frame.dispose();
  });

  it('finish the batch in hand', async () => {
    const clock = new VirtualClock();
    const frame = DataFrame.fromPeriodic(() => ({ x: [1] }), { schema: { x: f64() }, interval: '1s', clock });
    const said: string[] = [];
    let release = (): void => {};
    frame.sink(async () => {
      await new Promise<void>(resolve => {
        release = resolve;
      });
      said.push('sink');
    });
    void frame.start();
    await clock.advance(1000);
    const stopping = frame.stop().then(() => said.push('stopped'));
    await clock.advance(5000);
    expect(said).toEqual([]);
    release();
    await stopping;
    expect(said).toEqual(['sink', 'stopped']);
    frame.dispose();
  });

  it('leave the errors of a run to whoever started it', async () => {
    const clock = new VirtualClock();
    const frame = DataFrame.fromPeriodic(() => ({ x: [1] }), { schema: { x: f64() }, interval: '1s', clock });
    frame.sink(() => {
      throw new RangeError('no more');
    });
    const failed = expect(frame.start()).rejects.toThrow(RangeError);
    await clock.advance(1000);
    await frame.stop();
    await failed;
    expect(() => new DataFrame({ schema }).start()).toThrow(StateError);
  });

  it('end both sides of a join', async () => {
    const clock = new VirtualClock();
    const side = (): any =>
      DataFrame.fromPeriodic(({ now }) => ({ at: [BigInt(now)], x: [now] }), {
        schema: { at: i64(), x: f64() },
        index: 'at',
        interval: '1s',
        clock,
      });
    const joined = side().mergeAsof(side(), { on: 'at' });
    const got: any[] = joined.sinkToList();
    const running = joined.start();
    await clock.advance(3500);
    await joined.stop();
    await running;
    expect(got.flatMap(batch => batch.toArray()).map(({ x_x, x_y }) => [x_x, x_y])).toEqual([
      [1000, 1000],
      [2000, 2000],
      [3000, 3000],
    ]);
    expect(clock.pending).toBe(0);
    joined.dispose();
  });

  it('with checkpoints, go on in the next run as if never stopped', async () => {
    const input = join(folder, 'rows.csv');
    const lines = Array.from({ length: 200_000 }, (_, n) => `${n},${n % 10}\n`);
    writeFileSync(input, `at,x\n${lines.join('')}`);
    const begin = async (out: string, batches: number): Promise<void> => {
      const frame = await openFrame(input, { schema: { at: i64(), x: f64() }, index: 'at' });
      frame
        .tumbling(1000)
        .agg({ n: 'size()', sum: 'sum(x)' })
        .sink(toFile(join(folder, out)));
      let seen = 0;
      frame.sink(() => {
        if (++seen === batches) void frame.stop();
      });
      await frame.start({ checkpoint: { dir: join(folder, `${out}-saved`) } });
      frame.dispose();
    };
    await begin('whole.csv', Number.POSITIVE_INFINITY);
    const whole = readFileSync(join(folder, 'whole.csv'), 'utf8');
    await begin('parts.csv', 2);
    expect(readFileSync(join(folder, 'parts.csv'), 'utf8').length).toBeLessThan(whole.length);
    await begin('parts.csv', 1);
    await begin('parts.csv', Number.POSITIVE_INFINITY);
    expect(readFileSync(join(folder, 'parts.csv'), 'utf8')).toBe(whole);
  });
});
