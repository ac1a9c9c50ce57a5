import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ndjson } from '../../src/codec/ndjson.ts';
import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { OptionError, StateError } from '../../src/errors.ts';
import type { CheckpointOptions } from '../../src/frame/checkpointed-run.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { openFrame } from '../../src/frame/open-frame.ts';
import { toFile } from '../../src/frame/to-file.ts';
import { dictionary, f64, timestamp } from '../../src/schema/data-type.ts';
import { RefCounter } from '../../src/stream/metadata.ts';
import { Stream } from '../../src/stream/stream.ts';

const columns = { at: timestamp('ms'), key: dictionary(), x: f64() };
const rows = 400_000;
let folder: string;
let input: string;
const path = (...names: string[]): string => join(folder, ...names);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-checkpoints-'));
  input = path('rows.ndjson');
  const encoder = ndjson().encoder(batchOf([], columns).schema);
  const parts: Uint8Array[] = [];
  for (let from = 0; from < rows; from += 50_000) {
    const numbers = Array.from({ length: 50_000 }, (_, row) => from + row);
    parts.push(
      encoder.encode(
        batchOf(
          {
            at: numbers.map(n => new Date(n * 10 + ((n * 7919) % 400))),
            key: numbers.map(n => `k${n % 7}`),
            x: numbers.map(n => (n % 1000) / 8),
          },
          columns,
        ),
      ),
    );
  }
  writeFileSync(input, Buffer.concat(parts));
});
afterAll(() => rmSync(folder, { recursive: true }));

class Crash extends Error {}

interface Job {
  readonly out: string;
  readonly extension: string;
  readonly checkpoint?: CheckpointOptions;
  /** After so many batches the run fails, or is aborted. */
  readonly after?: number;
  readonly how?: 'fail' | 'abort';
}

/** Windows by key, and rows as they are, each into a file. */
async function run({ out, extension, checkpoint, after = Number.POSITIVE_INFINITY, how }: Job): Promise<void> {
  mkdirSync(out, { recursive: true });
  const frame = await openFrame(input, { schema: columns, index: 'at', outOfOrder: '1s' });
  const stop = new AbortController();
  frame
    .tumbling('30s')
    .groupby('key')
    .agg({ n: 'size()', sum: 'sum(x)', middle: 'median(x)' })
    .sink(toFile(join(out, `windows.${extension}`)));
  frame.filter('x > 120').sink(toFile(join(out, `rows.${extension}`)));
  let batches = 0;
  frame.sink(() => {
    if (++batches < after) return;
    if (how === 'fail') throw new Crash();
    stop.abort();
  });
  try {
    await frame.run({ signal: stop.signal, checkpoint });
  } finally {
    frame.dispose();
  }
}

const filesOf = (out: string, extension: string): Buffer[] =>
  ['windows', 'rows'].map(name => readFileSync(join(out, `${name}.${extension}`)));

describe('a run with checkpoints', () => {
  it.each(['ndjson', 'csv', 'arrow'])(
    'writes what one without would, however often it stops: %s',
    async extension => {
      await run({ out: path('whole'), extension });
      const whole = filesOf(path('whole'), extension);
      let number = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ after: fc.integer({ min: 1, max: 9 }), how: fc.constantFrom('fail', 'abort') }), {
            maxLength: 6,
          }),
          fc.constantFrom(1, 70_000, 150_000, 10_000_000),
          async (stops, every) => {
            const out = path(`job-${extension}-${number++}`);
            const checkpoint = { dir: join(out, 'checkpoints'), every: { rows: every } };
            for (const stop of stops) {
              await run({ out, extension, checkpoint, ...stop } as Job).catch(error => {
                if (!(error instanceof Crash)) throw error;
              });
            }
            await run({ out, extension, checkpoint });
            expect(filesOf(out, extension).map((bytes, at) => Buffer.compare(bytes, whole[at]!))).toEqual([0, 0]);
            // it is over: nothing happens any more
            await run({ out, extension, checkpoint });
            expect(filesOf(out, extension).map((bytes, at) => Buffer.compare(bytes, whole[at]!))).toEqual([0, 0]);
          },
        ),
        { numRuns: 15 },
      );
    },
    120_000,
  );

  it('keeps the last ones, clears away what was not finished, and passes over one that is damaged', async () => {
    const out = path('kept');
    const dir = join(out, 'checkpoints');
    const checkpoint = { dir, every: { rows: 1 }, keep: 2 };
    await run({ out, extension: 'csv', checkpoint, after: 5, how: 'abort' });
    const names = readdirSync(dir);
    expect(names).toHaveLength(2);
    writeFileSync(join(dir, `${names[1]}.tmp`), 'half of it');
    truncateSync(join(dir, names[1]!), 1000);
    const frame = await openFrame(input, { schema: columns, index: 'at', outOfOrder: '1s' });
    frame.sink(() => {});
    await expect(frame.run({ checkpoint: { dir } })).rejects.toThrow(/is of 3 results, 1 are attached here/);
    expect(readdirSync(dir).filter(name => name.endsWith('.tmp'))).toEqual([]);
    const warnings: Error[] = [];
    const listen = (warning: Error): void => {
      warnings.push(warning);
    };
    process.on('warning', listen);
    await run({ out, extension: 'csv', checkpoint });
    await new Promise(resolve => setImmediate(resolve));
    process.off('warning', listen);
    expect(warnings.map(({ message }) => message)[0]).toMatch(/is left out: restore: this checkpoint is damaged/);
    await run({ out: path('whole csv'), extension: 'csv' });
    expect(filesOf(out, 'csv')).toEqual(filesOf(path('whole csv'), 'csv'));
  });

  it('says what it went on from and what checkpoints cost', async () => {
    const dir = path('figures');
    const begin = async (): Promise<any> => {
      const frame = await openFrame<typeof columns>(input, { schema: columns });
      frame.groupby('key').agg({ sum: 'sum(x)' }, { emit: 'end' }).sinkToList();
      return frame;
    };
    const first = await begin();
    const stop = new AbortController();
    first.sink(() => stop.abort());
    await first.run({ signal: stop.signal, checkpoint: { dir, every: { rows: 1 } } });
    const { checkpoints } = first.metrics();
    expect(checkpoints.written).toBeGreaterThanOrEqual(2);
    expect(checkpoints.bytes).toBeGreaterThan(100);
    expect(checkpoints.resumedFrom).toBe(null);
    const second = await begin();
    second.sink(() => {});
    await second.run({ checkpoint: { dir } });
    expect(second.metrics().checkpoints.resumedFrom).toMatch(/00000000000\d\.checkpoint$/);
    expect(second.metrics().rowsIn).toBeLessThan(rows);
    const plain = await begin();
    expect(plain.metrics().checkpoints).toBe(null);
    for (const frame of [first, second, plain]) frame.dispose();
  });

  it('refuses what can not be gone on from', async () => {
    const dir = path('refused');
    const frameOf = async (): Promise<any> => {
      const frame = await openFrame<typeof columns>(input, { schema: columns });
      frame
        .col('x')
        .sum()
        .sink(() => {});
      return frame;
    };
    const frame = await frameOf();
    const other = await frameOf();
    const running = frame.run({ checkpoint: { dir } });
    await expect(other.run({ checkpoint: { dir } })).rejects.toThrow(/holds the checkpoints of process \d+ on/);
    await running;
    expect(readdirSync(dir)).not.toContain('lock');
    await expect((await frameOf()).run({ checkpoint: { dir, resume: false } })).rejects.toThrow(
      /there are checkpoints in .* already/,
    );
    const stdin = await openFrame('-', { schema: columns, format: 'ndjson' });
    stdin.sink(() => {});
    await expect(stdin.run({ checkpoint: { dir: path('stdin') } })).rejects.toThrow(/can't be read again/);
    const cut = Stream.fromIterable(['{"x": 1}\n']).toDataFrame(ndjson({ x: f64() }));
    expect(() => cut.run({ checkpoint: { dir: path('cut') } })).toThrow(/bytes of a stream are cut anywhere/);
    for (const [option, checkpoint] of [
      ['dir', { dir: '' }],
      ['every', { dir, every: 0 }],
      ['every', { dir, every: { rows: 0 } }],
    ] as const) {
      expect(() => new DataFrame({ schema: columns, source: frame.root.source }).run({ checkpoint })).toThrow(
        expect.objectContaining({ option }),
      );
    }
    await expect((await frameOf()).run({ checkpoint: { dir: path('none'), keep: 0 } })).rejects.toThrow(OptionError);
    const changed = await openFrame<typeof columns>(input, { schema: columns });
    changed
      .col('x')
      .mean()
      .sink(() => {});
    await expect(changed.run({ checkpoint: { dir } })).rejects.toThrow(StateError);
    await expect(changed.run({ checkpoint: { dir } })).rejects.toThrow(/line 1 of result 1 is `aggregate sum\(x\)/);
    writeFileSync(path('refused', readdirSync(dir)[0]!), 'nothing');
    for (const name of readdirSync(dir)) writeFileSync(join(dir, name), 'nothing');
    await expect((await frameOf()).run({ checkpoint: { dir } })).rejects.toThrow(/none of the \d checkpoints in/);
  });

  it('takes the folder of a process that is gone', async () => {
    const dir = path('stale');
    mkdirSync(dir);
    const lock = { pid: 2 ** 22 - 1, host: (await import('node:os')).hostname(), began: 'long ago', token: 'x' };
    for (const text of [JSON.stringify(lock), JSON.stringify({ ...lock, pid: process.pid })]) {
      writeFileSync(join(dir, 'lock'), text);
      const frame = await openFrame<typeof columns>(input, { schema: columns });
      frame
        .col('x')
        .sum()
        .sink(() => {});
      await frame.run({ checkpoint: { dir } });
      frame.dispose();
    }
  });

  it('joins two files into a third', async () => {
    const open = async (out: string, after: number): Promise<{ joined: any; stop: AbortController }> => {
      const [left, right] = await Promise.all(
        [1, 2].map(() => openFrame(input, { schema: columns, index: 'at', outOfOrder: '1s' })),
      );
      const stop = new AbortController();
      const quotes = right!.filter('x > 60').select({ at: 'at', key: 'key', quote: 'x' });
      const joined = left!.filter('x < 3').mergeAsof(quotes, { by: 'key', tolerance: '2s' } as any);
      joined.sink(toFile(out));
      let batches = 0;
      joined.sink(() => {
        if (++batches === after) stop.abort();
      });
      return { joined, stop };
    };
    const whole = await open(path('joined.csv'), Number.POSITIVE_INFINITY);
    await whole.joined.run();
    const checkpoint = { dir: path('join'), every: { rows: 30_000 } };
    for (const after of [1, 2, 1, Number.POSITIVE_INFINITY]) {
      const { joined, stop } = await open(path('resumed.csv'), after);
      await joined.run({ checkpoint, signal: stop.signal });
      joined.dispose();
    }
    expect(readFileSync(path('resumed.csv'), 'utf8')).toBe(readFileSync(path('joined.csv'), 'utf8'));
  }, 60_000);
});

describe('a stream with checkpoints', () => {
  it('lets go of elements when a checkpoint with them is on the disk', async () => {
    const dir = path('stream');
    const acknowledged: number[] = [];
    const upstream = new Stream<number>();
    // a source that runs until it is stopped
    const ticks = Stream.fromPeriodic(() => [], { pollInterval: 5 });
    ticks.sink(() => {});
    const frame = upstream
      .map(x => [{ x }])
      .union(ticks.filter(() => false))
      .toDataFrame({ x: f64() });
    const sums: number[] = [];
    frame.x.sum().sink((sum: any) => sums.push(sum));
    const stop = new AbortController();
    const running = frame.run({ signal: stop.signal, checkpoint: { dir, every: { rows: 1000 } } });
    for (let x = 1; x <= 3; x++) {
      const ref = new RefCounter({ onZero: () => acknowledged.push(x) });
      await upstream.emit(x, { metadata: [{ ref, topic: 't', partition: 0, end: x * 10 }] });
    }
    expect([sums, acknowledged]).toEqual([[1, 3, 6], []]);
    stop.abort();
    await running;
    expect(acknowledged).toEqual([1, 2, 3]);
  });
});

describe('a sink of your own', () => {
  it('is told where to go on', async () => {
    const dir = path('own');
    const table: Batch[] = [];
    const said: string[] = [];
    const begin = async (after: number): Promise<void> => {
      const frame = await openFrame<typeof columns>(input, { schema: columns });
      const stop = new AbortController();
      frame.select(['x']).sink({
        begin: schema => said.push(`begin ${schema}`),
        open: () => said.push('open'),
        write: batch => {
          table.push(batch);
          if (table.length === after) stop.abort();
        },
        position: async () => table.length,
        restore: length => {
          said.push(`restore ${length}`);
          table.length = length;
        },
        end: () => said.push('end'),
        abandon: () => said.push('abandon'),
      });
      await frame.run({ signal: stop.signal, checkpoint: { dir, every: { rows: 100_000 } } });
      frame.dispose();
    };
    await begin(2);
    table.push(table[0]!); // written, but not in a checkpoint
    await begin(Number.POSITIVE_INFINITY);
    expect(said).toEqual(['begin (x: f64)', 'open', 'abandon', 'begin (x: f64)', 'restore 2', 'open', 'end']);
    expect(table.reduce((sum, { length }) => sum + length, 0)).toBe(rows);
  });
});
