import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrow } from '../../src/codec/arrow.ts';
import { ndjson } from '../../src/codec/ndjson.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { StateError, TransportError } from '../../src/errors.ts';
import { type OpenOptions, openFrame } from '../../src/frame/open-frame.ts';
import { f64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { VirtualClock } from '../virtual-clock.ts';

const columns = { at: timestamp('ms'), sensor: utf8(), x: f64() };
const sensors = ['north', 'south', 'west'];
/** Seconds that each sensor measures at; in `west` they are few. */
const secondsOf = (sensor: string): number[] => {
  const step = sensor === 'west' ? 500 : 1;
  return Array.from({ length: 40_000 / step }, (_, i) => i * step);
};

let folder: string;
const path = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-sensors-'));
  for (const sensor of sensors) {
    const seconds = secondsOf(sensor);
    const rows = batchOf(
      { at: seconds.map(s => s * 1000), sensor: seconds.map(() => sensor), x: seconds.map(s => s % 7) },
      columns,
    );
    for (const [name, codec] of [['ndjson', ndjson()] as const, ['arrow', arrow()] as const]) {
      const encoder = codec.encoder(rows.schema);
      writeFileSync(path(`${sensor}.${name}`), Buffer.concat([encoder.encode(rows), encoder.end()]));
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const opened = (format: string, options: OpenOptions = {}): Promise<any> =>
  openFrame(
    sensors.map(sensor => path(`${sensor}.${format}`)),
    { schema: format === 'arrow' ? undefined : columns, index: 'at', sideBySide: true, ...options } as OpenOptions,
  );
const hours = (frame: any): any => frame.tumbling('1h').agg('n = count(), s = sum(x)');

/** What the hours hold, worked out by hand. */
function expected(): object[] {
  const all = sensors.flatMap(secondsOf);
  return Array.from({ length: 12 }, (_, hour) => {
    const rows = all.filter(s => Math.floor(s / 3600) === hour);
    return { n: rows.length, s: rows.reduce((sum, s) => sum + (s % 7), 0) };
  });
}

describe('files side by side', () => {
  it.each(['ndjson', 'arrow'])('are inputs each in its own order: no row is late (%s)', async format => {
    const results = hours(await opened(format));
    const list: any[] = [];
    results.sink((batch: any) => list.push(...batch.toArray()));
    await results.run();
    expect(list.map(({ n, s }) => ({ n, s }))).toEqual(expected());
    expect(results.metrics().late).toBe(0);
    results.dispose();
  });

  it('one after another, the second is late', async () => {
    const results = hours(await opened('ndjson', { sideBySide: false }));
    results.sink(() => {});
    await results.run();
    expect(results.metrics().late).toBeGreaterThan(30_000);
    results.dispose();
  });

  it('go on from a checkpoint, each from where it was', async () => {
    const whole: any[] = [];
    let runs = 0;
    for (let isOver = false; !isOver; runs++) {
      const stop = new AbortController();
      const frame = await opened('ndjson');
      hours(frame).sink((batch: any) => whole.push(...batch.toArray()));
      let batches = 0;
      frame.sink(() => {
        if (++batches === 3) stop.abort();
      });
      await frame.run({ signal: stop.signal, checkpoint: { dir: path('state') } });
      isOver = !stop.signal.aborted;
      frame.dispose();
    }
    expect(runs).toBeGreaterThan(1);
    expect(whole.map(({ n, s }) => ({ n, s }))).toEqual(expected());
  });

  it('refuse a position of other files', async () => {
    const frame = await opened('ndjson');
    hours(frame).sink(() => {});
    const bytes = frame.checkpoint();
    const other: any = await openFrame(path('north.ndjson'), { schema: columns, index: 'at', sideBySide: true });
    hours(other).sink(() => {});
    expect(() => other.restore(bytes)).toThrow(StateError);
  });

  it('fail together, with the error of the one that failed', async () => {
    const frame: any = await openFrame([path('north.ndjson'), path('none.ndjson')], {
      schema: columns,
      index: 'at',
      sideBySide: true,
    });
    hours(frame).sink(() => {});
    await expect(frame.run()).rejects.toThrow(TransportError);
  });

  it('are followed together; one that is idle holds nothing back', async () => {
    const clock = new VirtualClock();
    const [a, b] = [path('a.ndjson'), path('b.ndjson')];
    const line = (minute: number): string => `{"at":${minute * 60_000},"sensor":"a","x":1}\n`;
    writeFileSync(a, line(0) + line(61));
    writeFileSync(b, line(2));
    const frame: any = await openFrame([a, b], {
      schema: columns,
      index: 'at',
      sideBySide: true,
      follow: true,
      idleAfter: '10s',
      clock,
    });
    const results = hours(frame);
    const list: any[] = [];
    let wake = (): void => {};
    results.sink((batch: any) => list.push(...batch.toArray()));
    frame.sink(() => wake());
    const until = async (done: () => boolean): Promise<void> => {
      while (!done()) await new Promise<void>(resolve => (wake = resolve));
    };
    const stop = new AbortController();
    const run = frame.run({ signal: stop.signal });
    await until(() => frame.metrics().rowsIn === 3);
    expect(results.currentWatermark).toBe(2 * 60_000);
    await clock.advance(10_000);
    expect(list.map(({ n }) => n)).toEqual([2]);
    appendFileSync(a, line(125));
    await until(() => frame.metrics().rowsIn === 4);
    expect(list.map(({ n }) => n)).toEqual([2, 1]);
    stop.abort();
    await run;
    frame.dispose();
  });
});
