import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Batch } from '../../src/column/batch.ts';
import { chunkVector } from '../../src/column/chunk.ts';
import { Vector } from '../../src/column/vector.ts';
import { Memory } from '../../src/memory/memory.ts';
import { type ParallelStream, Pool, type PoolOptions, scatter, task } from '../../src/parallel/index.ts';
import { dictionary, f64, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { RefCounter } from '../../src/stream/metadata.ts';
import { Stream } from '../../src/stream/stream.ts';

const work = (name: string): ReturnType<typeof task<any[], any>> => task(new URL('./work.mjs', import.meta.url), name);

let folder: string;
let worker: URL;
let kernelWork: URL;
const pools: Pool[] = [];
const poolOf = (options: PoolOptions = {}): Pool => {
  const pool = new Pool({ threads: 2, worker, ...options });
  pools.push(pool);
  return pool;
};

// Workers run the sources as they are, not what dist/ holds.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  await build({
    entryPoints: {
      worker: fileURLToPath(new URL('../../src/parallel/worker.ts', import.meta.url)),
      'kernel-work': fileURLToPath(new URL('./kernel-work.ts', import.meta.url)),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    packages: 'external',
  });
  worker = pathToFileURL(join(folder, 'worker.mjs'));
  kernelWork = pathToFileURL(join(folder, 'kernel-work.mjs'));
});

afterAll(async () => {
  await Promise.all(pools.map(pool => pool.destroy()));
  rmSync(folder, { recursive: true, force: true });
});

async function emitAll<T>(source: Stream<T>, elements: readonly T[]): Promise<void> {
  await Promise.all(elements.map(x => source.emit(x)));
}

describe('scatter and gather', () => {
  it('runs exports of modules and self-contained functions, with extra arguments', async () => {
    const pool = poolOf();
    const source = new Stream<number>();
    const seen = scatter(source, { pool })
      .map(work('square'))
      .map((x: number, y: number) => x + y, 1)
      .map(work('scaled'), 10)
      .gather()
      .sinkToList();
    await emitAll(source, [1, 2, 3]);
    expect(seen).toEqual([20, 50, 100]);
  });

  it('keeps the order, whatever finishes first', async () => {
    const source = new Stream<number>();
    const seen = scatter(source, { pool: poolOf() }).map(work('later')).buffer(8).gather().sinkToList();
    await emitAll(source, [30, 1, 20, 2]);
    while (seen.length < 4) await new Promise(resolve => setTimeout(resolve, 5));
    expect(seen).toEqual([30, 1, 20, 2]);
  });

  it('lets n elements be under way with buffer(n), on all threads', async () => {
    const source = new Stream<number>();
    const threads = scatter(source, { pool: poolOf() }).map(work('slowThread')).buffer(8).gather().sinkToList();
    await emitAll(source, [1, 2, 3, 4, 5, 6]);
    while (threads.length < 6) await new Promise(resolve => setTimeout(resolve, 5));
    expect(new Set(threads).size).toBe(2);
  });

  it('carries a state, also one that is returned beside a result', async () => {
    const source = new Stream<number>();
    const scattered = scatter(source, { pool: poolOf() });
    const sums = scattered.accumulate<number>(work('add')).gather().sinkToList();
    const counts = scattered
      .accumulate<number, string>(work('countState'), { start: 0, returnsState: true })
      .gather()
      .sinkToList();
    await emitAll(source, [1, 2, 3]);
    expect([sums, counts]).toEqual([
      [1, 3, 6],
      ['0:1', '1:2', '2:3'],
    ]);
  });

  it('joins and windows elements that are not there yet', async () => {
    const source = new Stream<number>();
    const scattered = scatter(source, { pool: poolOf() });
    const squares = scattered.map(work('square'));
    const pairs = scattered.zip(squares).starmap(work('add')).gather().sinkToList();
    const windows = squares.slidingWindow(2, { returnPartial: false }).gather().sinkToList();
    await emitAll(source, [1, 2, 3]);
    expect([pairs, windows]).toEqual([
      [2, 6, 12],
      [
        [1, 4],
        [4, 9],
      ],
    ]);
  });

  it('holds references until the value is gathered and done', async () => {
    const source = new Stream<number>();
    const log: string[] = [];
    scatter(source, { pool: poolOf() })
      .map(work('later'))
      .gather()
      .sink(() => void log.push('sunk'));
    await source.emit(10, { metadata: { ref: new RefCounter({ onZero: () => log.push('done') }) } });
    await null;
    expect(log).toEqual(['sunk', 'done']);
  });
});

describe('failures', () => {
  it('reject the element, and the others go on', async () => {
    const source = new Stream<number>();
    const seen = scatter(source, { pool: poolOf() }).map(work('failing')).gather().sinkToList();
    const results = await Promise.allSettled([1, 2, 3].map(x => source.emit(x)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen).toEqual([1, 3]);
  });

  it('reach onError behind a buffer', async () => {
    const source = new Stream<number>();
    const told: string[] = [];
    source.onError(error => told.push(String(error)));
    const seen = scatter(source, { pool: poolOf() }).map(work('failing')).buffer(4).gather().sinkToList();
    await emitAll(source, [1, 2, 3]);
    while (seen.length < 2) await new Promise(resolve => setTimeout(resolve, 5));
    expect([seen, told]).toEqual([[1, 3], ['RangeError: two']]);
  });

  it('a worker that dies fails what it had, not the process', async () => {
    const pool = poolOf({ threads: 1 });
    const source = new Stream<number>();
    const seen = scatter(source, { pool }).map(work('die')).gather().sinkToList();
    await expect(source.emit(1)).rejects.toThrow();
    expect(await pool.run(work('square'), 3)).toBe(9);
    expect(seen).toEqual([]);
  });

  it('say what a function lacked, or a module', async () => {
    const pool = poolOf();
    const outside = 5;
    await expect(pool.run((x: number) => x + outside, 1)).rejects.toThrow(
      /outside is not defined in the worker.*task\(module/s,
    );
    await expect(pool.run(work('none'))).rejects.toThrow(/exports no function "none"; it exports .*square/);
    await expect(pool.run(Math.max, 1)).rejects.toThrow(/native or bound/);
    expect(() => task('./work.mjs')).toThrow(/is no URL/);
    await pool.close();
    await expect(pool.run(work('square'), 1)).rejects.toThrow(/closed/);
  });
});

describe('chunks', () => {
  const chunkIn = (memory: Memory): Parameters<Stream['emit']>[0] => {
    const values = memory.allocate(8 * 1000, 'test');
    for (let row = 0; row < 1000; row++) memory.f64[values / 8 + row] = row;
    return { memory, schema: schemaOf({ x: f64() }), length: 1000, vectors: [chunkVector(f64(), values)] };
  };

  it('in shared memory travel as addresses', async () => {
    const source = new Stream<any>();
    const seen = scatter(source, { pool: poolOf() }).map(work('sumOfChunk')).gather().sinkToList();
    await source.emit(chunkIn(new Memory({ shared: true })));
    expect(seen).toEqual([[499_500, ['x'], true]]);
  });

  it('in shared memory are worked on by kernels in the worker', async () => {
    const memory = new Memory({ shared: true });
    const chunk = chunkIn(memory) as any;
    expect(await poolOf().run(task(kernelWork, 'clearHalf'), chunk)).toBe(500);
    const at = chunk.vectors[0].values / 8;
    expect([memory.f64[at + 499], memory.f64[at + 500], memory.f64[at + 999]]).toEqual([499, 0, 0]);
  });

  it('in other memory are refused', async () => {
    const source = new Stream<any>();
    scatter(source, { pool: poolOf() }).map(work('sumOfChunk')).gather();
    await expect(source.emit(chunkIn(new Memory({ shared: false })))).rejects.toThrow(/do not share/);
  });
});

it('sends batches there and back', async () => {
  const batch = new Batch({ x: f64(), name: dictionary() }, [
    new Vector(f64(), 3, { values: new Float64Array([0, 1.5, 2, 3]).subarray(1) }),
    new Vector(dictionary(), 3, {
      values: Int32Array.of(1, 0, 1),
      validity: Uint8Array.of(0b101),
      dictionary: new Vector(utf8(), 2, { values: new TextEncoder().encode('oneé'), offsets: Int32Array.of(0, 3, 5) }),
    }),
  ]);
  const [back, row, text] = await poolOf().run(work('sameBatch'), batch);
  expect(back).toBeInstanceOf(Batch);
  expect(back.toArray()).toEqual(batch.toArray());
  expect(row).toEqual({ x: 1.5, name: 'é' });
  expect(text).toBe(String(batch));
});

it('shares columns of batches that lie in shared memory', async () => {
  const values = new Float64Array(new SharedArrayBuffer(64)).subarray(2, 4);
  const batch = new Batch({ x: f64() }, [new Vector(f64(), 2, { values })]);
  expect(await poolOf().run(work('negate'), batch)).toBe(2);
  expect(batch.toArray()).toEqual([{ x: -1 }, { x: -1 }]);
  expect(new Float64Array(values.buffer)[0]).toBe(0);
});

it('has no filter: what needs values comes after gather', () => {
  const scattered: ParallelStream<number> = scatter(new Stream<number>(), { pool: poolOf() });
  // @ts-expect-error
  expect(scattered.filter).toBeUndefined();
  // @ts-expect-error
  expect(scattered.unique).toBeUndefined();
});
