import type { Accumulator } from '../aggregate/accumulator.ts';
import type { KeyTable } from '../aggregate/key-table.ts';
import type { AggregateBlock } from './group-state.ts';

/** Groups whose results are due, in order. */
export interface Shown {
  /** By state. */
  readonly accumulators: readonly Accumulator[];
  /** For each accumulator the ids of the groups in it: address of u32, 0 for [0, count). */
  readonly ids: readonly number[];
  readonly keys: KeyTable | null;
  /** The ids of their keys: address of u32, 0 for [0, count). */
  readonly groups: number;
  readonly count: number;
  /** Of event-time windows: numbers that stay the groups' own as long as their window is open. */
  readonly places?: Places;
}

/** Numbers of groups: u32 at `at` (0: 0, 1, 2, …), all below `below`. */
export interface Places {
  readonly at: number;
  readonly below: number;
}

/** Receives the results of one window (or of everything so far). */
export interface PaneSink {
  /**
   * @param span where the window of all these groups, or of each, lies; for event-time windows
   * @param pane why they are shown: a place in `paneMarks`
   */
  show(shown: Shown, span?: WindowSpan | WindowSpans, pane?: number): void;
  /** A window is shown no more; `start` is where it started. */
  gone(start: bigint): void;
  /** Of sessions, which have one set of places: those of `count` of them, which are shown no more. */
  goneSessions(places: Places, count: number): void;
  /** Sessions have become part of others: what was shown of them holds no more. */
  swallowed(places: Places, count: number): void;
  /** Groups at places that are key ids have others: place p is map[p] (u32) from now on, or gone. */
  renumber(map: number, length: number): void;
}

/** [start, end) in index ticks. */
export interface WindowSpan {
  readonly start: bigint;
  readonly end: bigint;
}

/** The same of several windows: addresses of i64. */
export interface WindowSpans {
  readonly starts: number;
  readonly ends: number;
}

/** How far a windower has come. */
export interface WindowProgress {
  /** Highest index seen minus the allowed disorder, in index ticks; null before the first row, and for windows without time. */
  readonly watermark: bigint | null;
  /** Rows that came after their window had closed. */
  readonly late: number;
  /** Rows without a time. */
  readonly untimed: number;
}

/** What a windower keeps. */
export interface Held {
  /** Groups, in all windows together. */
  readonly groups: number;
  /** Windows that are open; null where windows don't open and close. */
  readonly windows: number | null;
}

/** Where a windower keeps rows: what is brought there need not be copied. See `Ring`. */
export interface RowStore {
  /** How many of the next `rows` rows have room behind `tail`. */
  room(rows: number): number;
  /** Where the next value of a column goes. */
  tail(column: number): number;
}

/**
 * Runs a window scheme: finds which rows are new and which are old, and when results are due. The aggregations in its
 * `GroupState`s never know which scheme runs them.
 */
export interface Windower {
  /** Told which rows of the block in hand come too late: numbers (u32) of `count` rows. */
  onLate?: ((rows: number, count: number) => void) | null;
  readonly progress: WindowProgress;
  /** The states of what has no groups, and never forgets: rows may be added to them directly. Absent or null elsewhere. */
  readonly ungrouped?: readonly Accumulator[] | null;
  readonly held: Held;
  /** Keeps its arguments' columns, and behind them the time, if there is one; absent where nothing may be written before its turn. */
  readonly store?: RowStore | null;
  /** A block of rows of the batch in hand. */
  rows(block: AggregateBlock): void;
  /** Takes up what moves the watermark without rows; whether it has moved, so that `batchEnd` may have results. Absent where nothing closes. */
  passTime?(): boolean;
  /** The batch is over: results that are due go to `sink`. */
  batchEnd(sink: PaneSink): void;
  /** The input is over: what is still open is closed. */
  end(sink: PaneSink): void;
  /** Starts anew, for windows that keep everything: what an aggregation of an updating frame does before each result. */
  clear?(): void;
  /** What it remembers between batches as plain values and typed arrays, and back. */
  snapshot(): unknown;
  restore(state: any): void;
  dispose(): void;
}

export const noProgress: WindowProgress = /* @__PURE__ */ Object.freeze({ watermark: null, late: 0, untimed: 0 });
