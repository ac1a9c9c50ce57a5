import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefCounter } from '../../src/stream/metadata.ts';
import { Stream } from '../../src/stream/stream.ts';
import { settle, VirtualClock } from '../virtual-clock.ts';

describe('RefCounter', () => {
  it('calls back once, after the code that runs now', async () => {
    let done = 0;
    const ref = new RefCounter({ onZero: () => done++ });
    ref.retain(2);
    ref.release(2);
    expect(done).toBe(0);
    await null;
    expect(done).toBe(1);
    ref.retain();
    ref.release();
    await null;
    expect(done).toBe(1);
  });

  it('is not at its end when the count has risen again', async () => {
    let done = 0;
    const ref = new RefCounter({ onZero: () => done++ });
    ref.retain();
    ref.release();
    ref.retain();
    await null;
    expect(done).toBe(0);
    ref.release();
    await null;
    expect(done).toBe(1);
  });

  it('stands for several elements when it begins above zero', async () => {
    let done = 0;
    const ref = new RefCounter({ initial: 1, onZero: () => done++ });
    const source = new Stream<number>();
    source.sink(() => {});
    source.emit(1, { metadata: { ref } });
    source.emit(2, { metadata: { ref } });
    await null;
    expect(done).toBe(0);
    ref.release();
    await null;
    expect(done).toBe(1);
  });
});

/** Nodes that may hold elements, in every combination of two, with an async sink below. */
const nodes = {
  map: (s: Stream<any>) => s.map(x => x),
  slidingWindow: (s: Stream<any>) => s.slidingWindow(2),
  partition: (s: Stream<any>) => s.partition(2),
  partitionUnique: (s: Stream<any>) => s.partitionUnique(2, { key: x => JSON.stringify(x), keep: 'last' }),
  buffer: (s: Stream<any>) => s.buffer(2),
  delay: (s: Stream<any>) => s.delay(15),
  rateLimit: (s: Stream<any>) => s.rateLimit(10),
  latest: (s: Stream<any>) => s.latest(),
  mapAsync: (s: Stream<any>) => s.mapAsync(async x => x, { parallelism: 2 }),
  timedWindow: (s: Stream<any>) => s.timedWindow(20),
  timedWindowUnique: (s: Stream<any>) => s.timedWindowUnique(20, { key: x => JSON.stringify(x) }),
  flatten: (s: Stream<any>) => s.map(x => [x, x]).flatten(),
  zip: (s: Stream<any>) => s.zip(s.map(x => x)),
  combineLatest: (s: Stream<any>) => s.combineLatest(s.map(x => x)),
  zipLatest: (s: Stream<any>) => s.zipLatest(s.map(x => x)),
  unique: (s: Stream<any>) => s.unique({ key: x => JSON.stringify(x) }),
} satisfies Record<string, (s: Stream<any>) => Stream<any>>;

const names = Object.keys(nodes) as (keyof typeof nodes)[];

describe.each(names)('%s', first => {
  it.each(names)(
    'above %s: a reference is done at most once, and never while work with it is under way',
    async second => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 8 }), fc.nat(30), fc.boolean(), async (inputs, gap, wait) => {
          const clock = new VirtualClock();
          const source = new Stream<number>({ clock });
          const busy = new Map<unknown, number>();
          const dones: number[] = [];
          const broken: string[] = [];
          const bottom = nodes[second](nodes[first](source));
          bottom.through({
            __proto__: Object.getPrototypeOf(new Stream().operator),
            update: async (_x: unknown, _who: Stream, metadata: any) => {
              for (const { ref } of metadata ?? []) {
                busy.set(ref, (busy.get(ref) ?? 0) + 1);
                if (dones[refs.indexOf(ref)]! > 0) broken.push('sent after it was done');
              }
              await new Promise<void>(resolve => clock.setTimeout(resolve, 25));
              for (const { ref } of metadata ?? []) busy.set(ref, busy.get(ref)! - 1);
            },
          } as any);
          const refs: RefCounter[] = [];
          for (const [i, x] of inputs.entries()) {
            dones[i] = 0;
            refs[i] = new RefCounter({
              onZero: () => {
                dones[i]!++;
                if ((busy.get(refs[i]) ?? 0) > 0) broken.push('done while it was under way');
              },
            });
            const sent = source.emit(x, { metadata: [{ ref: refs[i]! }] });
            if (wait && sent) await clock.until(sent);
            await clock.advance(gap);
          }
          await clock.advance(2000);
          await bottom.destroy();
          await settle();
          expect(broken).toEqual([]);
          expect(dones.every(count => count <= 1)).toBe(true);
          for (const [i, ref] of refs.entries()) expect(ref.count === 0).toBe(dones[i] === 1);
          expect(refs.every(({ count }) => count >= 0)).toBe(true);
        }),
        { numRuns: 8 },
      );
    },
  );
});

it('lets go of everything once nothing is kept', async () => {
  const clock = new VirtualClock();
  const source = new Stream<number>({ clock });
  let open = 0;
  source
    .buffer(2)
    .delay(5)
    .mapAsync(async x => x)
    .rateLimit(3)
    .timedWindow(10)
    .flatten()
    .partition(2)
    .sink(async () => new Promise<void>(resolve => clock.setTimeout(resolve, 7)));
  for (let x = 0; x < 20; x++) {
    open++;
    await clock.until(source.emit(x, { metadata: { ref: new RefCounter({ onZero: () => open-- }) } }));
  }
  await clock.advance(5000);
  expect(open).toBe(0);
});
