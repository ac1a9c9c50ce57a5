import type { DataType } from '../schema/data-type.ts';
import type { Accumulator, AccumulatorKind, AccumulatorOptions } from './accumulator.ts';

/** Of what kindOf's states are for blocks: as those that stay. */
export interface BlockedKind {
  /** Whether states of these arguments merge at no cost to speak of. */
  readonly blocks?: (types: readonly DataType[]) => boolean;
}

/** A kind whose states of rows that stay differ from those of rows that leave. */
export const kindOf = (
  name: string,
  staying: (options: AccumulatorOptions) => Accumulator,
  leaving: (options: AccumulatorOptions) => Accumulator = staying,
  { blocks }: BlockedKind = {},
): AccumulatorKind => ({
  name,
  create: options => (options.evicting ? leaving(options) : staying(options)),
  inBlocks: types => (blocks?.(types) ? staying : null),
});
