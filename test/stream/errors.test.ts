import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/stream/failure.ts';
import { RefCounter } from '../../src/stream/metadata.ts';
import { Stream } from '../../src/stream/stream.ts';
import { settle, VirtualClock } from '../virtual-clock.ts';

const fail = (x: number): number => {
  if (x === 3) throw new RangeError('three');
  return x;
};

describe('without a handler', () => {
  it('throws out of the emit that caused it, and later elements pass', () => {
    const source = new Stream<number>();
    const seen = source.map(fail).sinkToList();
    source.emit(2);
    expect(() => source.emit(3)).toThrow('three');
    source.emit(4);
    expect(seen).toEqual([2, 4]);
  });

  it('keeps the element from branches attached after the failing one, as streamz does', () => {
    const source = new Stream<number>();
    const before = source.sinkToList();
    source.map(fail);
    const after = source.sinkToList();
    expect(() => source.emit(3)).toThrow('three');
    expect([before, after]).toEqual([[3], []]);
  });

  it('rejects the emit when an async sink fails, after the other branches have settled', async () => {
    const source = new Stream<number>();
    let settled = false;
    source.sink(async () => {
      await settle();
      settled = true;
    });
    source.sink(async () => {
      throw new RangeError('late');
    });
    await expect(source.emit(1)).rejects.toThrow('late');
    expect(settled).toBe(true);
  });

  it('waits for branches under way before it fails', async () => {
    const source = new Stream<number>();
    let settled = false;
    source.sink(async () => {
      await settle();
      settled = true;
    });
    source.map(fail);
    await expect(source.emit(3)).rejects.toThrow('three');
    expect(settled).toBe(true);
  });

  it('leaves a state as it was when its function fails', () => {
    const source = new Stream<number>();
    const seen = source.accumulate((sum, x) => sum + fail(x)).sinkToList();
    source.emit(1);
    expect(() => source.emit(3)).toThrow('three');
    source.emit(4);
    expect(seen).toEqual([1, 5]);
  });

  it('never acknowledges an element that failed', async () => {
    const source = new Stream<number>();
    source.map(fail);
    let done = false;
    const ref = new RefCounter({ onZero: () => void (done = true) });
    expect(() => source.emit(3, { metadata: { ref } })).toThrow('three');
    await settle();
    expect(done).toBe(false);
    expect(ref.count).toBe(1);
  });
});

describe('with a handler', () => {
  it('tells it, fails the emit all the same, and lets the other branches have the element', () => {
    const source = new Stream<number>();
    const told: Failure[] = [];
    source.onError((_error, failure) => told.push(failure));
    source.map(fail);
    const after = source.sinkToList();
    expect(() => source.emit(3)).toThrow('three');
    expect(after).toEqual([3]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ node: source, value: 3 });
  });

  it('tells the nearest one above the failure, once', () => {
    const source = new Stream<number>();
    const log: string[] = [];
    source.onError(() => log.push('source'));
    const passed = source.map(x => x);
    passed.onError(() => log.push('map'));
    passed.map(fail);
    expect(() => source.emit(3)).toThrow('three');
    expect(log).toEqual(['map']);
  });

  it('finds the handler of the failing node itself', () => {
    const source = new Stream<number>();
    const told: unknown[] = [];
    source.map(fail).onError((_error, { value }) => told.push(value));
    expect(() => source.emit(3)).toThrow('three');
    expect(told).toEqual([3]);
  });

  it('hears of rejections too, and then an emit that nobody awaits is no uncaught error', async () => {
    const source = new Stream<number>();
    const told: string[] = [];
    source.onError(error => told.push((error as Error).message));
    source.sink(async () => {
      throw new Error('async');
    });
    source.emit(1);
    await settle();
    expect(told).toEqual(['async']);
  });

  it('can be taken away', () => {
    const source = new Stream<number>();
    const told: unknown[] = [];
    const off = source.onError(error => told.push(error));
    source.map(fail);
    off();
    expect(() => source.emit(3)).toThrow('three');
    expect(told).toEqual([]);
  });

  it('hears of the same error object every time it is thrown', () => {
    const error = new Error('always this one');
    const source = new Stream<number>();
    let count = 0;
    source.onError(() => count++);
    source.sink(() => {
      throw error;
    });
    for (const x of [1, 2, 3]) expect(() => source.emit(x)).toThrow(error);
    expect(count).toBe(3);
  });
});

it('gives errors as a stream', () => {
  const source = new Stream<number>();
  const errors = source.errors.sinkToList();
  source.map(fail);
  expect(() => source.emit(3)).toThrow('three');
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ value: 3, node: source });
});

it.each([
  ['buffer', (s: Stream<number>) => s.buffer(4)],
  ['delay', (s: Stream<number>) => s.delay(10)],
  ['latest', (s: Stream<number>) => s.latest()],
  ['timedWindow', (s: Stream<number>) => s.timedWindow(10).flatten()],
  ['mapAsync', (s: Stream<number>) => s.mapAsync(async x => x)],
  ['partition with a timeout', (s: Stream<number>) => s.partition(2, { timeout: 10 }).flatten()],
] as const)('goes on below %s when an element fails there', async (_name, queue) => {
  const clock = new VirtualClock();
  const source = new Stream<number>({ clock });
  const told: unknown[] = [];
  source.onError(error => told.push(error));
  const seen = queue(source).map(fail).sinkToList();
  for (const x of [1, 3, 5]) {
    source.emit(x);
    await clock.advance(30);
  }
  expect(seen).toEqual([1, 5]);
  expect(told.map(String)).toEqual(['RangeError: three']);
});

it('makes an error behind a queue an uncaught one when nobody handles it', async () => {
  const source = new Stream<number>();
  source.buffer(1).map(fail);
  const uncaught = new Promise(resolve => {
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', error => {
      for (const listener of before) process.on('uncaughtException', listener);
      resolve(error);
    });
  });
  source.emit(3);
  expect(String(await uncaught)).toBe('RangeError: three');
});

it('keeps a source going when a handler takes the errors, and ends it when there is none', async () => {
  const handled = Stream.fromIterable([1, 3, 5]);
  handled.onError(() => {});
  const seen = handled.map(fail).sinkToList();
  await handled.start();
  expect(seen).toEqual([1, 5]);

  const bare = Stream.fromIterable([1, 3, 5]);
  bare.map(fail);
  await expect(bare.start()).rejects.toThrow('three');
  expect(bare.started).toBe(false);
});
