import { expect, it } from 'vitest';
import { Stream } from '../../src/stream/stream.ts';
import { settle } from '../virtual-clock.ts';

it('returns nothing when everything below finishes synchronously', () => {
  const source = new Stream<number>();
  const seen = source
    .map(x => x + 1)
    .filter(x => x > 1)
    .sinkToList();
  expect(source.emit(1)).toBeUndefined();
  expect(seen).toEqual([2]);
});

it('returns a promise that settles when the slowest sink has', async () => {
  const source = new Stream<number>();
  const done: string[] = [];
  source.sink(async () => {
    await settle();
    await settle();
    done.push('slow');
  });
  source.sink(async () => void done.push('fast'));
  const sent = source.emit(1);
  expect(sent).toBeInstanceOf(Promise);
  await sent;
  expect(done).toEqual(['fast', 'slow']);
});

it('goes depth first, in the order nodes were attached', () => {
  const source = new Stream<number>();
  const log: string[] = [];
  source.map(x => x + 1).sink(x => log.push(`a${x}`));
  source.sink(x => log.push(`b${x}`));
  source.emit(1);
  source.emit(2);
  expect(log).toEqual(['a2', 'b1', 'a3', 'b2']);
});

it('does not deliver the element at hand to a node attached while it is delivered', () => {
  const source = new Stream<number>();
  const late: number[] = [];
  source.sink(() => void (source.downstreams.length < 2 && source.sink(x => late.push(x))));
  source.sink(() => {});
  source.emit(1);
  expect(late).toEqual([]);
});

it('remembers the last element of every node', () => {
  const source = new Stream<number>();
  const doubled = source.map(x => x * 2);
  expect(doubled.currentValue).toBeNull();
  source.emit(4, { metadata: [{ offset: 7 }] });
  expect(doubled.currentValue).toBe(8);
  expect(doubled.currentMetadata).toEqual([{ offset: 7 }]);
});

it('takes extra arguments after the element', () => {
  const source = new Stream<number>();
  const seen = source
    .map((x, factor) => x * factor, 10)
    .filter((x, least) => x >= least, 20)
    .sinkToList();
  for (const x of [1, 2, 3]) source.emit(x);
  expect(seen).toEqual([20, 30]);
});

it('delivers once to a node that was connected twice', () => {
  const a = new Stream<number>();
  const b = new Stream<number>();
  a.connect(b);
  a.connect(b);
  const seen = b.sinkToList();
  a.emit(1);
  expect(seen).toEqual([1]);
  expect(b.upstreams).toEqual([a, a]);
});

it('refuses to disconnect what is not connected', () => {
  expect(() => new Stream({ name: 'a' }).disconnect(new Stream({ name: 'b' }))).toThrow(
    /<b; Stream> is not attached to <a; Stream>/,
  );
});

it('has one upstream, none, or says that there are several', () => {
  const a = new Stream();
  const b = new Stream();
  expect(a.upstream).toBeNull();
  expect(a.map(x => x).upstream).toBe(a);
  expect(() => a.union(b).upstream).toThrow(/has 2 upstreams/);
});

it('stops appending to a list when the signal is aborted', () => {
  const source = new Stream<number>();
  const abort = new AbortController();
  const seen = source.sinkToList({ signal: abort.signal });
  source.emit(1);
  abort.abort();
  source.emit(2);
  expect(seen).toEqual([1]);
  expect(source.downstreams).toEqual([]);
});

it('follows types through the graph', () => {
  const numbers = new Stream<number>();
  const texts = new Stream<string>();
  const pairs: Stream<[number, string]> = numbers.zip(texts);
  const latest: Stream<[string, number, number]> = texts.combineLatest(numbers, numbers, { emitOn: 0 });
  const either: Stream<number | string> = numbers.union(texts);
  const sums: Stream<number> = texts.accumulate((n: number, text) => n + text.length, { start: 0 });
  const both: Stream<[number, string]> = texts.accumulate((n: number, text) => [n + 1, text] as [number, string], {
    start: 0,
    returnsState: true,
    withState: true,
  });
  const letters: Stream<string> = texts.flatten();
  const names: Stream<string> = new Stream<{ name: string; x: number }>().pluck('name');
  const fields: Stream<[number, string]> = new Stream<{ name: string; x: number }>().pluck(['x', 'name']);
  const named: Stream<'a'> = new Stream<'a' | 'b'>().filter(x => x === 'a');
  expect([pairs, latest, either, sums, both, letters, names, fields, named].map(String)).toHaveLength(9);
});

it('runs a loop inside the emit that feeds it', () => {
  const source = new Stream<number>();
  const seen = source.sinkToList();
  source
    .filter(x => x > 0)
    .map(x => x - 1)
    .connect(source);
  source.emit(3);
  expect(seen).toEqual([3, 2, 1, 0]);
});
