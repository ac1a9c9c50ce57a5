import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../src/stream/stream.ts';
import { settle } from '../virtual-clock.ts';

describe('for await', () => {
  it('starts the sources and ends when they have run out', async () => {
    const seen: number[] = [];
    for await (const x of Stream.fromIterable([1, 2, 3]).map(x => x * 2)) seen.push(x);
    expect(seen).toEqual([2, 4, 6]);
  });

  it('ends below every node that holds elements, with all of them', async () => {
    const source = Stream.fromIterable(Array.from({ length: 50 }, (_, i) => i));
    const all: number[] = [];
    const windows = source
      .buffer(3)
      .mapAsync(async x => x, { parallelism: 4 })
      .delay(1)
      .timedWindow(1)
      .flatten();
    for await (const x of windows) all.push(x);
    expect(all).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('makes whoever emits wait for the loop', async () => {
    const source = new Stream<number>();
    const loop = source[Symbol.asyncIterator]();
    const first = loop.next();
    const sent = source.emit(1);
    let done = false;
    sent?.then(() => {
      done = true;
    });
    expect((await first).value).toBe(1);
    await settle();
    expect(done).toBe(false);
    const next = loop.next();
    await settle();
    expect(done).toBe(true);
    source.end();
    expect((await next).done).toBe(true);
  });

  it('detaches and stops the source when it is left', async () => {
    const source = Stream.fromPeriodic(() => 1, { pollInterval: 1 });
    for await (const _ of source) break;
    await settle();
    expect(source.started).toBe(false);
    expect(source.downstreams).toEqual([]);
  });

  it('ends when the signal is aborted', async () => {
    const source = new Stream<number>();
    const abort = new AbortController();
    const seen: number[] = [];
    setTimeout(() => source.emit(1), 1);
    setTimeout(() => abort.abort(), 20);
    for await (const x of source.values({ signal: abort.signal })) seen.push(x);
    expect(seen).toEqual([1]);
    expect(source.downstreams).toEqual([]);
  });

  it('throws what made the source fail', async () => {
    const source = Stream.from(
      (async function* () {
        yield 1;
        throw new Error('torn');
      })(),
    );
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const x of source) seen.push(x);
      })(),
    ).rejects.toThrow('torn');
    expect(seen).toEqual([1]);
  });

  it('ends after slice has what it wants', async () => {
    let made = 0;
    const seen: number[] = [];
    for await (const x of Stream.fromPeriodic(() => made++, { pollInterval: 0 }).slice(1, 6, 2)) seen.push(x);
    expect(seen).toEqual([1, 3, 5]);
  });
});

describe('Stream.from', () => {
  it('reads an async iterable, one element at a time', async () => {
    let asked = 0;
    const source = Stream.from(
      (async function* () {
        for (; asked < 5; ) yield asked++;
      })(),
    );
    const seen: number[] = [];
    source.sink(async x => {
      seen.push(x);
      await settle();
      expect(asked).toBe(x + 1);
    });
    await source.start();
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('reads a web stream and a Node stream', async () => {
    const web = Stream.from(
      new ReadableStream<string>({
        start(controller) {
          controller.enqueue('a');
          controller.enqueue('b');
          controller.close();
        },
      }),
    );
    const fromWeb = web.sinkToList();
    await web.start();
    const node = Stream.from(Readable.from(['c', 'd']));
    const fromNode = node.sinkToList();
    await node.start();
    expect([fromWeb, fromNode]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('listens to an EventEmitter and an EventTarget while it is started', async () => {
    const emitter = new EventEmitter();
    const events = Stream.from<number>(emitter, { event: 'data' });
    const seen = events.sinkToList();
    emitter.emit('data', 0);
    const run = events.start();
    emitter.emit('data', 1);
    await events.stop();
    await run;
    emitter.emit('data', 2);
    expect(seen).toEqual([1]);

    const target = new EventTarget();
    const heard = Stream.from<Event>(target, { event: 'ping' });
    const types = heard.map(event => event.type).sinkToList();
    void heard.start();
    target.dispatchEvent(new Event('ping'));
    await heard.stop();
    expect(types).toEqual(['ping']);
  });

  it('refuses what it can not read', () => {
    expect(() => Stream.from(5 as never)).toThrow(/not number/);
  });

  it('takes from a queue what others put there', async () => {
    const queue = [1, 2];
    const source = Stream.fromQueue(queue, { sleepTime: 1 });
    const seen = source.sinkToList();
    const run = source.start();
    await settle();
    queue.push(3);
    while (seen.length < 3) await new Promise(resolve => setTimeout(resolve, 1));
    await source.stop();
    await run;
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('web streams out', () => {
  it('gives a readable that pulls', async () => {
    const source = Stream.fromIterable([1, 2, 3]);
    const reader = source
      .map(x => x + 1)
      .toReadableStream()
      .getReader();
    expect(await reader.read()).toEqual({ done: false, value: 2 });
    expect(await reader.read()).toEqual({ done: false, value: 3 });
    expect(await reader.read()).toEqual({ done: false, value: 4 });
    expect((await reader.read()).done).toBe(true);
  });

  it('lets go when the reader cancels', async () => {
    const source = new Stream<number>();
    const reader = source.toReadableStream().getReader();
    const sent = source.emit(1);
    await reader.cancel();
    await sent;
    expect(source.downstreams).toEqual([]);
  });

  it('writes into a writable and waits for it', async () => {
    const seen: number[] = [];
    const source = Stream.fromIterable([1, 2, 3]);
    await source.pipeTo(
      new WritableStream<number>({
        async write(x) {
          await settle();
          seen.push(x);
        },
      }),
    );
    expect(seen).toEqual([1, 2, 3]);
  });

  it('becomes a Node stream', async () => {
    const seen: unknown[] = [];
    for await (const x of Readable.fromWeb(Stream.fromIterable(['a', 'b']).toReadableStream() as any, {
      objectMode: true,
    }))
      seen.push(x);
    expect(seen).toEqual(['a', 'b']);
  });
});

it('stops and detaches at the end of its scope', async () => {
  const source = Stream.fromPeriodic(() => 1, { pollInterval: 1 });
  {
    await using mapped = source.map(x => x);
    void mapped.start();
    await settle();
    expect(source.started).toBe(true);
  }
  expect(source.started).toBe(false);
  expect(source.downstreams).toEqual([]);
});

it('stops the sources when the signal of start is aborted', async () => {
  const source = Stream.fromPeriodic(() => 1, { pollInterval: 5 });
  const seen = source.sinkToList();
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 30);
  await source.start({ signal: abort.signal });
  expect(seen.length).toBeGreaterThan(0);
  expect(source.started).toBe(false);
});

describe('a source of an iterator', () => {
  it.each([
    [
      'a generator',
      function* () {
        for (;;) yield 1;
      },
    ],
    [
      'an async generator',
      async function* () {
        for (;;) yield 1;
      },
    ],
  ])('lets timers run while %s has always more', async (_what, make) => {
    const source = Stream.from<number>(make());
    source.sink(() => {});
    setTimeout(() => source.stop(), 1);
    await source.start();
  });

  it('stops at once while it waits, and goes on with what it waited for', async () => {
    const readable = new Readable({ objectMode: true, read() {} });
    const source = Stream.from<string>(readable);
    const seen = source.sinkToList();
    const first = source.start();
    readable.push('a');
    while (seen.length < 1) await settle();
    await source.stop();
    await first;
    readable.push('b');
    readable.push(null);
    await source.start();
    expect(seen).toEqual(['a', 'b']);
  });

  it('goes on with a generator after a stop, and closes it when it is destroyed', async () => {
    let closed = false;
    function* count(): Generator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    }
    const source = Stream.fromIterable(count());
    const seen: number[] = [];
    source.sink(async x => {
      seen.push(x);
      if (x % 2 === 1) void source.stop();
    });
    await source.start();
    expect(closed).toBe(false);
    await source.start();
    expect(seen).toEqual([0, 1, 2, 3]);
    await source.destroy();
    expect(closed).toBe(true);
  });

  it('is closed when the loop that started it is left', async () => {
    let cancelled = false;
    const web = new ReadableStream<number>({
      pull: controller => controller.enqueue(1),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const _ of Stream.from(web)) break;
    await settle();
    expect(cancelled).toBe(true);
  });
});

it('begins a list anew after a stop', async () => {
  const make = (items: Iterable<number>): [Stream<number>, number[]] => {
    const source = Stream.fromIterable(items);
    const seen: number[] = [];
    source.sink(async x => {
      seen.push(x);
      if (seen.length === 2) void source.stop();
    });
    return [source, seen];
  };
  const [list, fromList] = make([1, 2, 3]);
  await list.start();
  await list.start();
  expect(fromList).toEqual([1, 2, 1, 2, 3]);
});
