import type { ChunkVector } from '../column/chunk.ts';
import type { Reduction } from '../expr/folds.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';
import type { FlatAccumulator } from './_flat.ts';

/** A row with this group id takes part in no group (its key is null). */
export const noGroup = 0xffff_ffff;

/** Rows that arrive in or leave an accumulator. */
export interface Rows {
  length: number;
  /** The aggregation's arguments (none for `size`), row 0 first. */
  vectors: readonly ChunkVector[];
  /** Address of a u32 group id per row, each below the last `reserve`, or `noGroup`; 0: every row is in group 0. */
  groupIds: number;
  /** Address of bits, 1 = the row takes part; 0: all do. Never set together with `groupIds`. */
  mask: number;
  /** All rows are in this group, as `groupIds` says too: where it is known, loops keep one state at hand. */
  only?: number;
}

export interface AccumulatorOptions {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  /** Types of the arguments. */
  readonly types: readonly DataType[];
  /** Rows will leave again, in the order in which they came: `onOld` is needed. */
  readonly evicting: boolean;
}

/**
 * The state of one aggregation for any number of groups: flat arrays in linear memory, indexed by dense group id.
 *
 * Several aggregations may read one accumulator: sum, mean and count of a column share a [sum, count] state.
 */
export interface Accumulator {
  /**
   * Whether groups lie side by side, so that to forget or to merge some of them costs nothing for the others: then one accumulator serves
   * all windows that are open. Otherwise each window gets one of its own.
   */
  readonly sideBySide: boolean;
  /** States for ids [0, groups) exist afterwards; new ones are `initial`. */
  reserve(groups: number): void;
  /** Rows arrived. */
  onNew(rows: Rows): void;
  /** The oldest rows left; they are handed over as they came. Only when `evicting`. */
  onOld(rows: Rows): void;
  /**
   * Adds the states of `from` (same kind): its group i goes to group map[i] (u32 at `map`; `noGroup`: nowhere), for i < groups.
   * The rows of `from` are taken to have come later, which matters to `first` and `last`.
   *
   * @param map 0: to group i; only where groups lie side by side
   * @param ids its groups ids[i] (u32) in place of i; only where groups lie side by side
   */
  merge(from: this, map: number, groups: number, ids?: number): void;
  /** Back to `initial` for the `count` groups whose ids (u32) are at `ids`. */
  forget(ids: number, count: number): void;
  /** All groups back to `initial`; keeps the memory for the next use. */
  clear(): void;
  /**
   * Results of `count` groups: those whose ids (u32) are at `ids`, or [0, count) when `ids` is 0.
   * `name` says which of the results this state can give (`'mean'`), `parameters` its numbers (ddof, q).
   * The vector lives in `scratch`.
   */
  result(name: string, parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector;
  /** The whole state as bytes, or as values that `structuredClone` copies, and back. */
  snapshot(): unknown;
  restore(saved: any): void;
  /** What a loop made for the argument may hand over in place of its rows; see expr/folds.ts. */
  readonly reduction?: Reduction | null;
  /** Adds the state at this address, of rows that came later, to group 0. Only where there is a reduction. */
  add?(state: number): void;
  /** Bytes of linear memory held. */
  readonly stateBytes: number;
  dispose(): void;
}

/** Named numbers of an aggregation, such as `{ ddof: 1 }` or `{ q: 0.9 }`. */
export type Parameters = Readonly<Record<string, number | string | boolean>>;

/** A kind of state: makes accumulators. `name` and the arguments together tell which aggregations may share one. */
export interface AccumulatorKind {
  readonly name: string;
  /** What a state answers depends on the order in which its rows came. Default: it doesn't, up to rounding. */
  readonly ordered?: boolean;
  create(options: AccumulatorOptions): Accumulator;
  /**
   * What makes its states for blocks of rows, which are added up and never taken from: exact where rows come and go, and cheap to merge. Null or
   * absent: states of this kind, or of these arguments, had better follow row by row.
   */
  inBlocks?(types: readonly DataType[]): ((options: AccumulatorOptions) => FlatAccumulator) | null;
  /** States by group, too, had better be kept by blocks where results of all groups are due: to forget rows, or to tell results then, takes long. */
  readonly blocksByGroup?: boolean;
}

/** One aggregation as users name it: which state it needs, and what it reads from it. */
export interface Aggregation<T extends DataType = DataType> {
  /** `sum`, `mean`, … */
  readonly name: string;
  /** Least and most arguments. */
  readonly arity: readonly [number, number];
  /** Default parameters; also the names that are allowed. */
  readonly parameters: Parameters;
  /** What its states can't do, and why, as errors say it: forget rows that leave a window, add up. Default: both can be done. */
  readonly lacks?: { readonly onOld?: string; readonly merge?: string };
  /**
   * Type of the result for these argument types.
   *
   * @throws SchemaError when the aggregation can't take them; the text starts with the aggregation's name
   */
  resultType(types: readonly DataType[]): T;
  /** The state for these argument types. */
  kind(types: readonly DataType[], parameters: Parameters): AccumulatorKind;
}
