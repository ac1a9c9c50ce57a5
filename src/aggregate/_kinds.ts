import type { DataType } from '../schema/data-type.ts';
import type { Accumulator, AccumulatorKind, AccumulatorOptions } from './accumulator.ts';

/** What else there is to say of states of `kindOf`. */
export interface KindTraits {
  /** Whether states of these arguments merge at no cost to speak of; those for blocks are as those that stay. */
  readonly blocks?: (types: readonly DataType[]) => boolean;
  readonly ordered?: boolean;
}

/** A kind whose states of rows that stay differ from those of rows that leave. */
export const kindOf = (
  name: string,
  staying: (options: AccumulatorOptions) => Accumulator,
  leaving: (options: AccumulatorOptions) => Accumulator = staying,
  { blocks, ordered = false }: KindTraits = {},
): AccumulatorKind => ({
  name,
  ordered,
  create: options => (options.evicting ? leaving(options) : staying(options)),
  inBlocks: types => (blocks?.(types) ? staying : null),
});
