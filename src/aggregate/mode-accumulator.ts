import type { ChunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import { ValueCounts } from './_value-counts.ts';
import type { AccumulatorKind, AccumulatorOptions, Parameters } from './accumulator.ts';
import { ModeTable } from './mode-table.ts';

/**
 * The most frequent value of each group, the least of several, of rows that leave or not: known at any time. O(1) for a row that comes,
 * O(log n) amortised for one that leaves.
 */
export class ModeAccumulator extends ValueCounts<ModeTable> {
  constructor(options: AccumulatorOptions) {
    super(options, 'mode', new ModeTable(options.memory, options.owner));
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const [keys, present] = [scratch.take(count * 8), scratch.take((count + 7) >> 3)];
    const found = this.counts.modes(ids, count, keys, present);
    return this.keys.vector(keys, found === count ? 0 : present, count, scratch);
  }

  protected override keysGrew(): void {
    this.counts.pointToTexts(this.keys);
  }
}

/** States that know the most frequent value. */
export const modeKind: AccumulatorKind = {
  name: 'mode',
  create: options => new ModeAccumulator(options),
};
