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
}

/** A column that remembers: one value per row, computed from this row and the rows before it, in whatever batches they came. */
export interface Scan {
  /**
   * The values for these rows, valid until the next call or until the scratch space is used anew.
   *
   * @param times address of the rows' i64 index ticks; 0 when the scan needs none
   */
  rows(vectors: readonly ChunkVector[], length: number, times: number): ChunkVector;
  /** Forgets all rows. */
  reset(): void;
  /** What it remembers as plain values and typed arrays, and back; absent for columns that remember nothing. */
  snapshot?(): unknown;
  restore?(state: any): void;
  dispose(): void;
}

/** A kind of remembering column, by the name users give it. */
export interface ScanKind {
  readonly name: string;
  /** Least and most arguments. */
  readonly arity: readonly [number, number];
  /** Default parameters; also the names that are allowed. */
  readonly parameters: Parameters;
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
