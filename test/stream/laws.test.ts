import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../src/stream/stream.ts';
import { settle } from '../virtual-clock.ts';

/** Nodes whose results depend on nothing but the elements. */
const nodes = {
  map: (s: Stream<any>) => s.map(x => (Array.isArray(x) ? x.length : x + 1)),
  filter: (s: Stream<any>) => s.filter(x => !(x % 3 === 0)),
  remove: (s: Stream<any>) => s.remove(x => x === 4),
  accumulate: (s: Stream<any>) => s.accumulate((a, x) => [a, x].flat(9).length),
  slice: (s: Stream<any>) => s.slice(1, 20, 2),
  slidingWindow: (s: Stream<any>) => s.slidingWindow(3),
  partition: (s: Stream<any>) => s.partition(2),
  unique: (s: Stream<any>) => s.unique({ maxsize: 3, hashable: false }),
  pair: (s: Stream<any>) => s.zip(s.map(x => x)),
  latest: (s: Stream<any>) => s.combineLatest(s.map(x => x)),
  lossless: (s: Stream<any>) => s.map(x => x).zipLatest(s),
  flatten: (s: Stream<any>) => s.map(x => [x, x]).flatten(),
} satisfies Record<string, (s: Stream<any>) => Stream<any>>;

const chains = fc.array(fc.constantFrom(...(Object.keys(nodes) as (keyof typeof nodes)[])), { maxLength: 5 });
const inputs = fc.array(fc.nat(9), { maxLength: 25 });

interface Way {
  /** Done to every node of the chain. */
  readonly also?: (s: Stream<any>) => Stream<any>;
  readonly metadata?: boolean;
}

async function run(
  chain: readonly (keyof typeof nodes)[],
  elements: readonly number[],
  { also, metadata }: Way = {},
): Promise<unknown[]> {
  const source = new Stream<number>();
  let end: Stream<any> = also?.(source) ?? source;
  for (const name of chain) {
    const next = nodes[name](end);
    end = also?.(next) ?? next;
  }
  const seen = end.sinkToList();
  for (const x of elements) await source.emit(x, metadata ? { metadata: { x } } : undefined);
  await settle();
  return seen;
}

describe('a chain of nodes gives the same', () => {
  const law = (way: Way): Promise<void> =>
    fc.assert(
      fc.asyncProperty(chains, inputs, async (chain, elements) => {
        expect(await run(chain, elements, way)).toEqual(await run(chain, elements));
      }),
    );

  it('when every node has a second branch', () =>
    law({
      also: s => {
        s.sink(() => {});
        return s;
      },
    }));

  it('when every node has a handler for errors', () =>
    law({
      also: s => {
        s.onError(() => {});
        return s;
      },
    }));

  it('when elements carry metadata', () => law({ metadata: true }));

  it('when there is a buffer after every node', () => law({ also: s => s.buffer(100) }));

  it('when every element takes a turn of the event loop', () =>
    law({ also: s => s.mapAsync(async x => x, { parallelism: 50 }) }));
});

describe('nodes and their plain twins', () => {
  const results = (elements: readonly number[], node: (s: Stream<number>) => Stream<any>): unknown[] => {
    const source = new Stream<number>();
    const seen = node(source).sinkToList();
    for (const x of elements) source.emit(x);
    return seen;
  };

  it('slidingWindow: the last n at every place', () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 6 }), fc.boolean(), (xs, n, returnPartial) => {
        const windows = xs.map((_, i) => xs.slice(Math.max(0, i + 1 - n), i + 1));
        expect(results(xs, s => s.slidingWindow(n, { returnPartial }))).toEqual(
          windows.filter(window => returnPartial || window.length === n),
        );
      }),
    );
  });

  it('partition by key: every n of each key', () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), (xs, n, keys) => {
        const groups = new Map<number, number[]>();
        const plain: number[][] = [];
        for (const x of xs) {
          const group = [...(groups.get(x % keys) ?? []), x];
          groups.set(x % keys, group.length === n ? [] : group);
          if (group.length === n) plain.push(group);
        }
        expect(results(xs, s => s.partition(n, { key: x => x % keys }))).toEqual(plain);
      }),
    );
  });

  it('slice: as arrays do, with a step', () => {
    const bound = fc.option(fc.nat(12), { nil: null });
    fc.assert(
      fc.property(inputs, bound, bound, fc.integer({ min: 1, max: 4 }), (xs, start, end, step) => {
        const plain = xs.slice(start ?? 0, end ?? undefined).filter((_, i) => i % step === 0);
        expect(results(xs, s => s.slice(start, end, step))).toEqual(plain);
      }),
    );
  });

  it('unique: what is not among the last keys seen', () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 5 }), fc.boolean(), (xs, maxsize, hashable) => {
        let seen: number[] = [];
        const plain = xs.filter(x => {
          const known = seen.includes(x);
          seen = [x, ...seen.filter(one => one !== x)].slice(0, maxsize);
          return !known;
        });
        expect(results(xs, s => s.unique({ maxsize, hashable }))).toEqual(plain);
      }),
    );
  });

  it('partitionUnique: n different ones, the first or the last of each', () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 4 }), fc.constantFrom('first', 'last'), (xs, n, keep) => {
        const plain: number[][] = [];
        let held: number[] = [];
        for (const x of xs) {
          if (keep === 'last') held = held.filter(one => one !== x);
          if (!held.includes(x)) held.push(x);
          if (held.length < n) continue;
          plain.push(held);
          held = [];
        }
        expect(results(xs, s => s.partitionUnique(n, { keep: keep as 'first' | 'last' }))).toEqual(plain);
      }),
    );
  });

  it('zip: the heads of all inputs, whatever the order they come in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(2), fc.nat(9)), { maxLength: 30 }), async arrivals => {
        const streams = [new Stream<number>(), new Stream<number>(), new Stream<number>()] as const;
        const seen = streams[0].zip(streams[1], streams[2], { maxsize: 2 }).sinkToList();
        for (const [which, x] of arrivals) streams[which]!.emit(x);
        const columns = [0, 1, 2].map(which => arrivals.filter(([to]) => to === which).map(([, x]) => x));
        const length = Math.min(...columns.map(column => column.length));
        expect(seen).toEqual(Array.from({ length }, (_, i) => columns.map(column => column[i])));
      }),
    );
  });
});

it('refuses an operator that works elsewhere already', () => {
  const source = new Stream<number>();
  const { operator } = source.map(x => x);
  expect(() => source.through(operator)).toThrow(/works in <map: <lambda>> already/);
});
