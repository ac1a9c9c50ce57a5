import type { Memory } from '../memory/memory.ts';
import type { Vector } from './vector.ts';

/**
 * Distinct utf8 values in linear memory, shared by all chunks whose codes point into it. It only grows: codes stay good.
 *
 * Layout as a utf8 column without nulls: `offsets` (count + 1 int32, from 0) and `values` (bytes).
 */
export interface Dictionary {
  readonly memory: Memory;
  readonly count: number;
  readonly offsets: number;
  readonly values: number;
  /** The values as a heap vector; the same object while `count` stands. */
  toVector(): Vector;
}
