import type { Accumulator, AccumulatorKind, AccumulatorOptions } from './accumulator.ts';

/** A kind whose states of rows that stay differ from those of rows that leave. */
export const kindOf = (
  name: string,
  staying: (options: AccumulatorOptions) => Accumulator,
  leaving: (options: AccumulatorOptions) => Accumulator = staying,
): AccumulatorKind => ({
  name,
  create: options => (options.evicting ? leaving(options) : staying(options)),
});
