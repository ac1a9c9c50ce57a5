import type { ChunkVector } from '../../column/chunk.ts';
import type { Schema } from '../../schema/schema.ts';
import type { Progress } from '../metrics.ts';
import type { FusedAggregate } from './fused.ts';
import type { Landing } from './landing.ts';
import type { Outlet } from './outlet.ts';

/** At most 4,096 rows in linear memory on their way through the operators. */
export interface RowBlock {
  length: number;
  /** In the order of the layout; undefined for columns that nobody behind asked for. */
  vectors: readonly ChunkVector[];
  /** Address of the bits of the rows that count; 0: all do. */
  mask: number;
  /** How many rows count. */
  selected: number;
  /** It is all of its batch, and its vectors stay good until the batch has ended. */
  whole: boolean;
  /** How many rows of its batch come behind it, without gaps and in blocks of `blockRows`; -1 when some may be left out. */
  behind: number;
}

/**
 * A running plan node. Blocks of a batch come in with `rows`, then `batchEnd`; after the last batch `end`.
 *
 * Vectors that are handed on are valid until the call returns, those of a whole batch until its `batchEnd` has returned.
 */
export interface Operator {
  /** The columns it hands on. */
  readonly layout: Schema;
  /** Asked before it does anything with a block. */
  fused?: FusedAggregate | null;
  /** Where its rows go. */
  readonly out: Outlet;
  /** Where rows of its input, a source, may be brought before they are handed to it, a block at a time. */
  readonly landing?: Landing | null;
  /** Columns (positions in `layout`) that somebody behind needs. */
  require(columns: Iterable<number>): void;
  rows(block: RowBlock): void;
  batchEnd(): void;
  end(): void;
  /** No rows came, but the watermark may have moved. Absent for operators without one. */
  passTime?(): void;
  /** The batch in hand failed: its rows must not come out with the next one. */
  discard(): void;
  /** How far it has come in time, and what it keeps; absent for operators without time or groups. */
  readonly progress?: Progress;
  /** What it remembers as plain values and typed arrays, and back; absent for operators that remember nothing. */
  snapshot?(): unknown;
  restore?(state: any): void;
  dispose(): void;
}
