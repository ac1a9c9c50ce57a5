import type { Parameters } from '../aggregate/accumulator.ts';
import type { ChunkVector } from '../column/chunk.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';
import type { Duration } from '../schema/duration.ts';

export interface ScanOptions {
  readonly memory: Memory;
  /** Where results are put; good for one block. */
  readonly scratch: Scratch;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  /** Types of the arguments: those that `inputs` asked for. */
  readonly types: readonly DataType[];
  readonly parameters: Parameters;
  /** Turns spans of time into ticks of the index; null when rows have none. */
  readonly index: { ticks(span: Duration, option: string): bigint } | null;
  /** Rows have groups: each remembers the rows of its own. */
  readonly keyed: boolean;
}

/** The groups of some rows. */
export interface RowGroups {
  /** Address of a u32 for each row, all ones for no group. */
  readonly ids: number;
  /** Ids are below this. */
  readonly count: number;
}

/** Columns that remember: values for each row, computed from this row and the rows before it, in whatever batches they came. */
export interface Scan {
  /**
   * The values for these rows, column by column, valid until the next call or until the scratch space is used anew.
   *
   * @param times address of the rows' i64 index ticks; 0 when the scan needs none
   * @param groups null when rows are not grouped
   */
  rows(
    vectors: readonly ChunkVector[],
    length: number,
    times: number,
    groups: RowGroups | null,
  ): readonly ChunkVector[];
  /**
   * Forgets the keys of groups that are gone, once they are many: the address, in scratch space, of the ids that stay (u32, ascending), which
   * become 0, 1, 2, …; null when all stay.
   *
   * @param keys how many ids there are
   */
  forgetKeys?(keys: number): { readonly ids: number; readonly count: number } | null;
  /** Forgets all rows. */
  reset(): void;
  /** What it remembers as plain values and typed arrays, and back; absent for columns that remember nothing. */
  snapshot?(): unknown;
  restore?(state: any): void;
  dispose(): void;
}

/** A kind of remembering column that takes no window, by the name users give it. */
export interface ScanKind {
  readonly name: string;
  /** Least and most arguments. */
  readonly arity: readonly [number, number];
  /** Default parameters; also the names that are allowed. */
  readonly parameters: Parameters;
  /** Whether it can remember rows by group. */
  readonly keyed?: true;
  /** Whether it goes by the time index. */
  needsIndex?(parameters: Parameters): boolean;
  /**
   * The types its arguments are cast to.
   *
   * @throws SchemaError when it can't take these types; the text starts with its name
   */
  inputs(types: readonly DataType[]): readonly DataType[];
  /** Type of the result, for the cast arguments. */
  result(inputs: readonly DataType[]): DataType;
  /** Type the result is cast to, for the arguments as they were; default: as it is. */
  shown?(types: readonly DataType[]): DataType;
  /** @throws OptionError for a parameter that makes no sense */
  create(options: ScanOptions): Scan;
}
