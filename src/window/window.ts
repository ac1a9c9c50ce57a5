import { OptionError } from '../errors.ts';
import type { Duration } from '../schema/duration.ts';

/** All rows so far. */
export interface EverythingWindow {
  readonly kind: 'everything';
}
/** The last `rows` rows. */
export interface RowsWindow {
  readonly kind: 'rows';
  readonly rows: number;
}
/** Rows whose index is above (newest − range). */
export interface RangeWindow {
  readonly kind: 'range';
  readonly range: Duration;
}
/** [start, start + size), one after another; a span of the calendar, such as `'1mo'`, makes windows of its lengths. */
export interface TumblingWindow {
  readonly kind: 'tumbling';
  readonly size: Duration;
  readonly offset: Duration;
  /** Whose calendar; null: UTC. */
  readonly timeZone: string | null;
}
/** [start, start + size), a new one every `step`. */
export interface SlidingWindow {
  readonly kind: 'sliding';
  readonly size: Duration;
  readonly step: Duration;
  readonly offset: Duration;
  readonly timeZone: string | null;
}
/** Per group: rows less than `gap` apart. Reaches from the first row to the last row + gap. */
export interface SessionWindow {
  readonly kind: 'session';
  readonly gap: Duration;
}
/** Windows that the watermark closes. */
export type EventTimeWindow = TumblingWindow | SlidingWindow | SessionWindow;
export type WindowScheme = EverythingWindow | RowsWindow | RangeWindow | EventTimeWindow;

/**
 * When results come out.
 *
 * - `everyBatch`: after every batch, all of them
 * - `changed`, for event-time windows also called `onUpdate`: after every batch, the groups (or windows) that the batch changed
 * - `onClose`: once, when the watermark passes the window's end (event-time windows)
 * - `end`: once, at the end of the input
 */
export type EmitMode = 'everyBatch' | 'changed' | 'onUpdate' | 'onClose' | 'end';

export const everything: EverythingWindow = /* @__PURE__ */ Object.freeze({ kind: 'everything' });

export const isEventTime = (window: WindowScheme): window is EventTimeWindow =>
  window.kind === 'tumbling' || window.kind === 'sliding' || window.kind === 'session';

/** `window(100)` and `window('2h')`. @throws OptionError for a count that is no whole number ≥ 0 */
export function slidingOver(extent: number | string): RowsWindow | RangeWindow {
  if (typeof extent === 'string') return { kind: 'range', range: extent };
  if (!Number.isSafeInteger(extent) || extent < 0) {
    throw new OptionError('n', `window: ${extent} rows make no sense; give a whole number, or a duration such as "2h"`);
  }
  return { kind: 'rows', rows: extent };
}

/** Whether two schemes keep the same rows. */
export const sameWindow = (a: WindowScheme, b: WindowScheme): boolean => a === b || windowText(a) === windowText(b);

/** The window as users write it: `tumbling(1d)`, `window(100)`. */
export function windowText(window: WindowScheme): string {
  switch (window.kind) {
    case 'everything':
      return 'everything';
    case 'rows':
      return `window(${window.rows} rows)`;
    case 'range':
      return `window(${window.range})`;
    case 'tumbling':
      return `tumbling(${[window.size, ...optionsText(window)].join(', ')})`;
    case 'sliding':
      return `sliding(${[window.size, window.step, ...optionsText(window)].join(', ')})`;
    case 'session':
      return `session(${window.gap})`;
  }
}

const optionsText = ({ offset, timeZone }: TumblingWindow | SlidingWindow): string[] => [
  ...(offset === 0 ? [] : [`offset ${offset}`]),
  ...(timeZone === null ? [] : [timeZone]),
];
