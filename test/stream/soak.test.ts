import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Stream } from '../../src/stream/stream.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Every node that works synchronously, in one graph. */
function graphOf(source: Stream<number>): { readonly count: () => number; readonly flush: () => void } {
  let count = 0;
  const end = (stream: Stream): void => {
    stream.sink(() => {
      count++;
    });
  };
  const small = source.map(x => x % 8);
  end(source.filter(x => x % 2 === 0).remove(x => x % 3 === 0));
  end(small.accumulate((sum, x) => (sum + x) | 0));
  end(small.scan((state: number, x) => [(state + 1) | 0, x] as [number, number], { start: 0, returnsState: true }));
  end(source.slice(10, null, 3));
  end(source.slice(0, 100));
  end(small.slidingWindow(3).starmap((a, b = 0, c = 0) => a + b + c));
  end(small.partition(4).flatten());
  end(small.partition(4, { key: x => x & 1 }));
  end(small.partitionUnique(5, { keep: 'last' }));
  end(small.unique({ maxsize: 4 }));
  end(source.unique({ maxsize: 100 }));
  end(small.frequencies());
  end(small.map(x => ({ x, y: [x] })).pluck(['x', 'y']));
  end(small.union(source).latest());
  end(small.zip(source));
  end(small.combineLatest(source, { emitOn: 1 }));
  end(small.zipLatest(source));
  const records = small.partition(8).toBatch<number>();
  end(
    records
      .map(x => x + 1)
      .filter(x => x > 2)
      .sum(),
  );
  end(
    records
      .map(x => [x])
      .toStream()
      .concat(),
  );
  const kept = small.collect();
  end(kept);
  return { count: () => count, flush: () => void kept.flush() };
}

// Ten million elements take half a minute of processor time, so only where CI=true (or SOAK=full); else one million.
const perRound = process.env.CI === 'true' || process.env.SOAK === 'full' ? 1_000_000 : 100_000;

const rounds = 10;

it(`keeps the live heap flat over ${(rounds * perRound) / 1e6} M elements through every synchronous node`, async () => {
  const source = new Stream<number>();
  const { count, flush } = graphOf(source);
  const heaps: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let from = round * perRound; from < (round + 1) * perRound; from += 10_000) {
      for (let i = 0; i < 10_000; i++) source.emit(from + i);
      flush();
      await null; // latest sends what it kept
    }
    collect();
    heaps.push(process.memoryUsage().heapUsed);
  }
  expect(count()).toBeGreaterThan(rounds * perRound);
  // After the first rounds, which compile and fill the bounded histories: not 100 kB more in all the others together.
  expect(heaps.at(-1)! - heaps[2]!).toBeLessThan(100_000);
}, 240_000);
