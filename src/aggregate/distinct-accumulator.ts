import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import { i64 } from '../schema/data-type.ts';
import { ValueCounts } from './_value-counts.ts';
import type { AccumulatorKind, AccumulatorOptions, Parameters } from './accumulator.ts';
import { CountTable } from './count-table.ts';

/** How often each value occurs in each group, and so the number of distinct values; O(1) a row. */
export class DistinctAccumulator extends ValueCounts<CountTable> {
  constructor(options: AccumulatorOptions) {
    super(options, 'nunique', new CountTable(options.memory, options.owner));
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const out = scratch.take(count * 8);
    this.counts.distinct(ids, count, out);
    return chunkVector(i64(), out);
  }
}

/** States that count how often each value occurs. */
export const distinctKind: AccumulatorKind = {
  name: 'distinct',
  create: options => new DistinctAccumulator(options),
};
