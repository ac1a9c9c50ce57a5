import type { KeyTable } from '../aggregate/key-table.ts';
import type { AggregateBlock, GroupState } from './group-state.ts';

/** Receives the results of one window (or of everything so far). */
export interface PaneSink {
  /**
   * @param state the groups
   * @param ids address of the u32 ids to show, in order; 0: ids [0, count)
   * @param start first instant of the window in index ticks, for event-time windows
   * @param end first instant after the window
   */
  pane(state: GroupState, ids: number, count: number, start?: bigint, end?: bigint): void;
  /**
   * Sessions, each a group of `state` (u32 ids at `ids`), with keys of their own: those of the groups whose ids in `keys` are at
   * `groups`, and each with its own span.
   */
  sessions(state: GroupState, ids: number, keys: KeyTable | null, groups: number, spans: readonly WindowSpan[]): void;
}

/** [start, end) in index ticks. */
export interface WindowSpan {
  readonly start: bigint;
  readonly end: bigint;
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

/**
 * Runs a window scheme: finds which rows are new and which are old, and when results are due. The aggregations in its
 * `GroupState`s never know which scheme runs them.
 */
export interface Windower {
  readonly progress: WindowProgress;
  readonly held: Held;
  /** A block of rows of the batch in hand. */
  rows(block: AggregateBlock): void;
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
