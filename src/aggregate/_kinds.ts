import type { Accumulator, AccumulatorKind, AccumulatorOptions } from './accumulator.ts';

/** What else there is to say of states of `kindOf`. */
export interface KindTraits {
  readonly blocks?: AccumulatorKind['inBlocks'];
  readonly ordered?: boolean;
  readonly byGroup?: boolean;
}

/** A kind whose states of rows that stay differ from those of rows that leave. */
export const kindOf = (
  name: string,
  staying: (options: AccumulatorOptions) => Accumulator,
  leaving: (options: AccumulatorOptions) => Accumulator = staying,
  { blocks, ordered = false, byGroup = false }: KindTraits = {},
): AccumulatorKind => ({
  name,
  ordered,
  create: options => (options.evicting ? leaving(options) : staying(options)),
  inBlocks: types => blocks?.(types) ?? null,
  blocksByGroup: byGroup,
});
