import { describe, expect, it } from 'vitest';
import { OrderAccumulator } from '../../src/aggregate/order-accumulator.ts';
import { chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { f64 } from '../../src/schema/data-type.ts';

/** Same numbers in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a median of groups that come and go', () => {
  // Some thousand distinct rows make a tree of three levels; groups that leave empty its nodes from all sides.
  it.each([2, 5, 40, 300])('is that of the rows that are there (%i groups)', count => {
    const random = generator(count);
    const memory = new Memory({ shared: false });
    const scratch = new Scratch(memory, 'test');
    const accumulator = new OrderAccumulator({ memory, owner: 'test', types: [f64()], evicting: false });
    const groups: number[][] = Array.from({ length: count }, () => []);
    accumulator.reserve(groups.length);
    for (let round = 0; round < 150; round++) {
      const length = random(3000);
      // Neighbours, so that whole nodes fill and empty.
      const first = random(groups.length);
      const ids = Uint32Array.from({ length }, () => Math.min(groups.length - 1, first + random(40)));
      const values = Float64Array.from({ length }, () => random(100_000));
      const [at, groupIds] = [scratch.take(length * 8), scratch.take(length * 4)];
      memory.f64.set(values, at / 8);
      memory.u32.set(ids, groupIds / 4);
      accumulator.onNew({ length, vectors: [chunkVector(f64(), at)], groupIds, mask: 0 });
      for (const [row, id] of ids.entries()) groups[id]!.push(values[row]!);

      const gone = random(groups.length);
      const leaving = Array.from({ length: random(Math.min(90, groups.length - gone) + 1) }, (_, i) => gone + i);
      const list = scratch.take(leaving.length * 4);
      memory.u32.set(leaving, list / 4);
      accumulator.forget(list, leaving.length);
      for (const id of leaving) groups[id] = [];

      const result = accumulator.result('median', {}, 0, groups.length, scratch);
      const medians = exportVector(result, memory, groups.length).toArray();
      expect(medians).toEqual(groups.map(median));
      scratch.reset();
    }
    accumulator.dispose();
  });
});

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  const [below, above] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return (below + above) / 2;
}
