import { nearest, OptionError } from '../errors.ts';
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
/** What windows that the watermark closes have in common. */
interface Closing {
  /** For how long after its end a window still takes rows; each time they change it, it shows what it has become. */
  readonly allowedLateness: Duration;
}
/** [start, start + size), one after another; a span of the calendar, such as `'1mo'`, makes windows of its lengths. */
export interface TumblingWindow extends Closing {
  readonly kind: 'tumbling';
  readonly size: Duration;
  readonly offset: Duration;
  /** Whose calendar; null: UTC. */
  readonly timeZone: string | null;
}
/** [start, start + size), a new one every `step`. */
export interface SlidingWindow extends Closing {
  readonly kind: 'sliding';
  readonly size: Duration;
  readonly step: Duration;
  readonly offset: Duration;
  readonly timeZone: string | null;
}
/** Per group: rows less than `gap` apart. Reaches from the first row to the last row + gap. */
export interface SessionWindow extends Closing {
  readonly kind: 'session';
  readonly gap: Duration;
}
/** Windows that the watermark closes. */
export type EventTimeWindow = TumblingWindow | SlidingWindow | SessionWindow;
export type WindowScheme = EverythingWindow | RowsWindow | RangeWindow | EventTimeWindow;

/**
 * When results come out.
 *
 * - `everyBatch`: after every batch, all of them; of event-time windows those that are open or have just closed
 * - `changed`: after every batch, the groups that the batch changed; of event-time windows also all groups when the watermark passes a window's
 *   end
 * - `onUpdate`: the same; of event-time windows a column `pane` says whether it is early, onTime or late
 * - `onClose`: when the watermark passes a window's end; with `allowedLateness` also the groups that late rows change after that, and a
 *   column `pane` (event-time windows)
 * - `end`: once, at the end of the input
 */
export type EmitMode = 'everyBatch' | 'changed' | 'onUpdate' | 'onClose' | 'end';

/** Why a window shows results: it is open, the watermark has just passed its end, or late rows have changed it since. */
export type PaneMark = 'early' | 'onTime' | 'late';

/** As `pane` columns and kernels number them. */
export const paneMarks: readonly PaneMark[] = /* @__PURE__ */ Object.freeze(['early', 'onTime', 'late']);

/**
 * What the results of a window that shows several have to do with each other.
 *
 * - `accumulating`: each takes the place of the one before
 * - `discarding`: each is of the rows that came since the one before; they add up
 * - `retracting`: as `accumulating`, and the one before comes out again first, with `retract` true
 */
export type PaneMode = 'accumulating' | 'discarding' | 'retracting';

const emitModes: readonly EmitMode[] = /* @__PURE__ */ Object.freeze([
  'everyBatch',
  'changed',
  'onUpdate',
  'onClose',
  'end',
]);
const paneModes: readonly PaneMode[] = /* @__PURE__ */ Object.freeze(['accumulating', 'discarding', 'retracting']);

/** @throws OptionError for a mode that there is not, with the nearest as a suggestion */
export function checkModes({ emit, panes }: { readonly emit: string; readonly panes: string }, verb: string): void {
  checkMode('emit', emit, emitModes, verb);
  checkMode('panes', panes, paneModes, verb);
}

function checkMode(option: string, given: string, modes: readonly string[], verb: string): void {
  if (modes.includes(given)) return;
  const near = nearest(String(given), modes);
  const hint = near ? `did you mean "${near}"?` : `there are ${modes.join(', ')}`;
  throw new OptionError(option, `${verb}: no ${option} mode is called "${given}"; ${hint}`);
}

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
      return `session(${[window.gap, ...latenessText(window)].join(', ')})`;
  }
}

const optionsText = (window: TumblingWindow | SlidingWindow): string[] => [
  ...(window.offset === 0 ? [] : [`offset ${window.offset}`]),
  ...(window.timeZone === null ? [] : [window.timeZone]),
  ...latenessText(window),
];

const latenessText = ({ allowedLateness }: Closing): string[] =>
  allowedLateness === 0 ? [] : [`late ${allowedLateness}`];
