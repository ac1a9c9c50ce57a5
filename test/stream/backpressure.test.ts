import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/stream/clock.ts';
import { Stream } from '../../src/stream/stream.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** Nodes that can hold elements, and how many may be between an awaited `emit` and the end of a slow sink. */
const nodes: readonly [name: string, bound: number, node: (s: Stream<number>) => Stream<any>][] = [
  ['map', 1, s => s.map(x => x)],
  [
    'filter, flatten',
    1,
    s =>
      s
        .filter(() => true)
        .map(x => [x])
        .flatten(),
  ],
  ['accumulate', 1, s => s.accumulate((_, x) => x)],
  ['slice', 1, s => s.slice(0)],
  ['slidingWindow(1)', 1, s => s.slidingWindow(1).map(([x]) => x)],
  ['partition(3)', 3, s => s.partition(3).flatten()],
  ['unique', 1, s => s.unique()],
  ['rateLimit', 1, s => s.rateLimit(10)],
  ['zip with itself', 1, s => s.zip(s).map(([x]) => x)],
  ['union', 1, s => s.union(new Stream<number>())],
  ['buffer(4)', 6, s => s.buffer(4)],
  ['buffer(0)', 2, s => s.buffer(0)],
  ['two buffers', 8, s => s.buffer(2).buffer(2)],
  ['mapAsync(3)', 6, s => s.mapAsync(async x => x, { parallelism: 3 })],
  ['delay', 6, s => s.delay(5, { maxsize: 4 })],
];

describe('a slow sink holds back whoever awaits emit', () => {
  it.each(nodes)('through %s: at most %d elements are under way', async (_name, bound, node) => {
    const clock = new VirtualClock();
    const source = new Stream<number>({ clock });
    let done = 0;
    let most = 0;
    let sent = 0;
    node(source).sink(async () => {
      await sleep(clock, 100);
      done++;
    });
    for (; sent < 40; ) {
      sent++;
      await clock.until(source.emit(sent));
      most = Math.max(most, sent - done);
    }
    await clock.advance(10_000);
    expect(most).toBeLessThanOrEqual(bound);
    expect(done).toBeGreaterThanOrEqual(39);
  });

  it('bounds what waits in a join for the other input', async () => {
    for (const join of [
      (a: Stream, b: Stream) => a.zip(b, { maxsize: 3 }),
      (a: Stream, b: Stream) => Stream.zip([a, 'constant', b], { maxsize: 3 }),
      (a: Stream, b: Stream) => a.zipLatest(b, { maxsize: 3 }),
    ]) {
      const a = new Stream<number>();
      const b = new Stream<number>();
      const seen = join(a, b).sinkToList();
      const sent = [1, 2, 3, 4].map(x => a.emit(x));
      expect(sent.map(one => one === undefined)).toEqual([true, true, true, false]);
      b.emit(0);
      await sent[3];
      expect(seen.length).toBeGreaterThan(0);
    }
  });

  it('lets those go who wait in a join for an input that is disconnected', async () => {
    const a = new Stream<number>();
    const b = new Stream<number>();
    const joined = a.zip(b, { maxsize: 1 });
    a.emit(1);
    const waiting = a.emit(2);
    b.disconnect(joined);
    await waiting;
  });
});

describe('the end', () => {
  it('of zip is the end of its shortest input', async () => {
    const short = Stream.fromIterable([1, 2]);
    const long = Stream.fromPeriodic(() => 'x', { pollInterval: 1 });
    const seen: unknown[] = [];
    for await (const pair of short.zip(long)) seen.push(pair);
    expect(seen).toEqual([
      [1, 'x'],
      [2, 'x'],
    ]);
  });

  it('of zipLatest is the end of its first input', async () => {
    const first = Stream.fromIterable([1, 2]);
    const other = new Stream<string>();
    const joined = first.zipLatest(other);
    other.emit('x');
    const seen: unknown[] = [];
    for await (const pair of joined) seen.push(pair);
    expect(seen).toEqual([
      [1, 'x'],
      [2, 'x'],
    ]);
  });

  it('of union and combineLatest is the end of all inputs', async () => {
    const a = new Stream<number>();
    const b = new Stream<number>();
    const loop = (async () => {
      const seen: unknown[] = [];
      for await (const x of a.union(b)) seen.push(x);
      return seen;
    })();
    a.emit(1);
    a.end();
    b.emit(2);
    b.end();
    expect(await loop).toEqual([1, 2]);
  });
});
