// A hundred million rows come and leave: what is there then is as if nothing else had ever been.
import { describe, expect, it } from 'vitest';
import type { Accumulator } from '../../src/aggregate/accumulator.ts';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { f64 } from '../../src/schema/data-type.ts';
import { exactSum, exactVar } from '../reference/exact.ts';

const blockRows = 65_536;
const evicted = 100_000_000;
const groups = 16;
const memory = new Memory();
const scratch = new Scratch(memory, 'test');

/** Blocks of prices; some with a few values ten orders larger, some with infinities and NaN among them. */
function blocks(): { address: number; values: Float64Array }[] {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  return Array.from({ length: 16 }, (_, block) => {
    const values = Float64Array.from({ length: blockRows }, () => 100 + next());
    if (block % 4 === 1) for (let at = 0; at < 5; at++) values[at * 1000] = (at % 2 ? -1e12 : 1e12) * next();
    if (block % 8 === 2) values.set([Infinity, Number.NaN, -Infinity], 77);
    const address = memory.allocate(blockRows * 8, 'test');
    memory.f64.set(values, address / 8);
    return { address, values };
  });
}

describe('a hundred million evictions', () => {
  const given = blocks();
  const ids = memory.allocate(blockRows * 4, 'test');
  for (let row = 0; row < blockRows; row++) memory.u32[ids / 4 + row] = (row * 7) % groups;

  it.each([false, true])(
    'leave sum, mean and variance as a fresh computation has them, grouped: %s',
    grouped => {
      const options = { memory, owner: 'test', types: [f64()], evicting: true };
      const states = ['sum', 'var'].map(name => aggregationOf(name).kind([f64()], {}).create(options)) as [
        Accumulator,
        Accumulator,
      ];
      const rows = (block: number) => ({
        length: blockRows,
        vectors: [chunkVector(f64(), given[block % given.length]!.address)],
        groupIds: grouped ? ids : 0,
        mask: 0,
      });
      for (const state of states) state.reserve(groups);
      const last = Math.ceil(evicted / blockRows / given.length) * given.length;
      for (let block = 0; block <= last; block++) {
        for (const state of states) {
          state.onNew(rows(block));
          if (block > 0) state.onOld(rows(block - 1));
        }
      }
      const [sum, variance] = states;
      const result = (state: Accumulator, name: string): unknown[] => {
        const answer = state.result(name, aggregationOf(name).parameters, 0, grouped ? groups : 1, scratch);
        return exportVector(answer, memory, grouped ? groups : 1).toArray();
      };
      const [sums, means, variances] = [result(sum, 'sum'), result(sum, 'mean'), result(variance, 'var')] as number[][];
      for (let group = 0; group < sums!.length; group++) {
        const values = [...given[last % given.length]!.values].filter(
          (_, row) => !grouped || (row * 7) % groups === group,
        );
        const fresh = exactSum(values);
        for (const [got, want] of [
          [sums![group]!, fresh],
          [means![group]!, fresh / values.length],
          [variances![group]!, exactVar(values)],
        ] as const) {
          expect(Math.abs(got / want - 1)).toBeLessThanOrEqual(1e-12);
        }
      }
      for (const state of states) state.dispose();
    },
    120_000,
  );
});
