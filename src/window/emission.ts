import type { Followed } from './watermark.ts';
import type { EmitMode } from './window.ts';

/** When windows show what they have, and until when they take rows; ticks of the time index. */
export interface Emission {
  readonly emit: EmitMode;
  /** Each result is of the rows that came since the one before. */
  readonly discards: boolean;
  /** Each result takes back the one before. */
  readonly retracts: boolean;
  /** How much later than a newer row a row may come. */
  readonly delay: bigint;
  /** What the watermark follows beside the rows; null for results of other windows. */
  readonly followed: Followed | null;
  /** For how long after its end a window still takes rows. */
  readonly lateness: bigint;
}

/** What a window shows. */
export interface Showing {
  /** A place in `paneMarks`. */
  readonly mark: number;
  /** All groups, or those that changed since the last batch. */
  readonly all: boolean;
}

export const [early, onTime, late] = [0, 1, 2] as const;

/** Whether windows must know which of their groups changed. */
export const tracksChanges = ({ emit, lateness, discards }: Emission): boolean =>
  emit === 'changed' || emit === 'onUpdate' || discards || (lateness > 0n && emit !== 'end');

/** What a window shows after a batch in which the watermark has passed its end for the first time. */
export const closingPane = ({ emit, discards }: Emission): Showing => ({
  mark: onTime,
  all: !(discards && emit === 'onUpdate'), // what came before has been shown
});

/** What a window shows that a batch changed after the watermark had passed its end. */
export const latePane = ({ emit }: Emission): Showing => ({
  mark: late,
  all: emit === 'everyBatch',
});

/** What a window shows after a batch while it is open; null: nothing. */
export function openPane({ emit }: Emission, changed: boolean): Showing | null {
  if (emit === 'everyBatch') return { mark: early, all: true };
  if (!changed || emit === 'onClose') return null;
  return { mark: early, all: false };
}
