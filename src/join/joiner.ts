import type { Chunk } from '../column/chunk.ts';
import type { Progress } from '../frame/metrics.ts';

/** The two sides of a join. */
export type Side = 'left' | 'right';

export const otherSide = (side: Side): Side => (side === 'left' ? 'right' : 'left');

/** What joins the rows of two sides: fed with chunks of both in any turns, it gives the joined rows that are due. */
export interface Joiner {
  /** How far it has come, in joins over time. */
  readonly progress?: Progress;
  /** Rows of a side come, or none: only its time may have passed. They are used up, or copied, before `next` has given null. */
  take(side: Side, chunk: Chunk): void;
  /** No more rows of a side will come. */
  end(side: Side): void;
  /** The next joined rows, with these columns, good until anything is called; null when none are due. */
  next(columns: readonly string[]): Chunk | null;
  /** Rows of a side in hand. */
  held(side: Side): number;
  /** No rows of a side before this time are taken. */
  watermark(side: Side): bigint;
  /** No joined row before this time comes any more, beside what is due: in ticks of the left's index. */
  readonly certain: bigint;
  /** What it remembers as plain values and typed arrays, and back; between calls of `next` that gave null. */
  snapshot(): unknown;
  restore(state: any): void;
  dispose(): void;
}
