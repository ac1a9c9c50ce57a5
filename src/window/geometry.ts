import { OptionError } from '../errors.ts';
import type { Duration } from '../schema/duration.ts';
import { calendarGrid, calendarSpanOf, stepsOf, type TickClock } from './calendar-grid.ts';
import { evenGrid, type Grid } from './grid.ts';
import type { SlidingWindow, TumblingWindow, WindowScheme } from './window.ts';

/** What windows must know of the time index. */
export interface IndexTicks {
  /** A span in ticks. @throws OptionError for what is none */
  ticks(span: Duration, option: string): bigint;
  /** What the calendar needs; null for an index of plain numbers. */
  readonly clock: TickClock | null;
}

/** Windows over a grid: window k has the cells [k · step, k · step + size). */
export interface Overlap {
  readonly grid: Grid;
  readonly size: bigint;
  readonly step: bigint;
}

/** The cells of tumbling windows, each one window. @throws OptionError for spans and zones that make none */
export function tumblingGrid({ size, offset, timeZone }: TumblingWindow, index: IndexTicks): Grid {
  const span = calendarSpanOf(size, timeZone, 'tumbling');
  if (span) return calendarGrid(span, timeZone, offset, clockOf(index, size, 'tumbling'), 'tumbling');
  return evenGrid(positive(index, size, 'tumbling'), index.ticks(offset, 'offset'));
}

/** The cells that sliding windows share: as wide as sizes and steps allow. @throws OptionError for spans and zones that make none */
export function overlapOf({ size, step, offset, timeZone }: SlidingWindow, index: IndexTicks): Overlap {
  const [sizes, steps] = [calendarSpanOf(size, timeZone, 'sliding'), calendarSpanOf(step, timeZone, 'sliding')];
  if (sizes && steps) {
    const grid = calendarGrid(steps, timeZone, offset, clockOf(index, size, 'sliding'), 'sliding');
    return { grid, size: BigInt(stepsOf(sizes, steps)), step: 1n };
  }
  if (sizes || steps) throw mixed(sizes ? size : step, sizes ? step : size);
  const [wide, far] = [positive(index, size, 'sliding'), positive(index, step, 'step')];
  const width = gcd(wide, far);
  return { grid: evenGrid(width, index.ticks(offset, 'offset')), size: wide / width, step: far / width };
}

/** Looks at the spans of a window before it runs. @throws OptionError as windows do */
export function checkSpans(window: WindowScheme, index: IndexTicks): void {
  if ('allowedLateness' in window) index.ticks(window.allowedLateness, 'allowedLateness');
  if (window.kind === 'range') positive(index, window.range, 'window');
  else if (window.kind === 'tumbling') tumblingGrid(window, index);
  else if (window.kind === 'sliding') overlapOf(window, index);
  else if (window.kind === 'session') positive(index, window.gap, 'session');
}

/** A span above 0, in ticks. */
export function positive(index: IndexTicks, span: Duration, option: string): bigint {
  const ticks = index.ticks(span, option);
  if (ticks > 0n) return ticks;
  throw new OptionError(option, `${option}: a span of ${span} holds no rows; give one above 0`);
}

function clockOf({ clock }: IndexTicks, size: Duration, verb: string): TickClock {
  if (clock) return clock;
  throw new OptionError(
    verb,
    `${verb}: the index is a column of integers, and ${size} is of the calendar; index a time`,
  );
}

const mixed = (calendar: Duration, fixed: Duration): OptionError =>
  new OptionError(
    'step',
    `sliding: ${calendar} is of the calendar and ${fixed} a length of time; give both of the calendar, as in sliding('3mo', '1mo')`,
  );

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
