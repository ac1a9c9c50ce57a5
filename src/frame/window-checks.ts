import { OptionError } from '../errors.ts';
import { type Duration, parseDuration } from '../schema/duration.ts';
import { checkSpans, positive } from '../window/geometry.ts';
import { isEventTime, type WindowScheme, windowText } from '../window/window.ts';
import { indexOf, type Plan } from './plan.ts';

/**
 * The window, which makes sense over a plan's rows.
 *
 * @throws SchemaError when it goes by time and the rows have none; OptionError for spans that are none
 */
export function checkedWindow<W extends WindowScheme>(plan: Plan, window: W): W {
  if (isEventTime(window) || window.kind === 'range') checkSpans(window, indexOf(plan, windowText(window)));
  return window;
}

/**
 * How far the windows of each row reach: a number of rows, or a span of time.
 *
 * @throws as `checkedWindow`
 */
export function checkedExtent(plan: Plan, n: unknown): number | string {
  if (typeof n === 'string') positive(indexOf(plan, 'rolling'), n, 'rolling');
  else if (!(typeof n === 'number' && Number.isSafeInteger(n) && n > 0)) {
    throw new OptionError(
      'rolling',
      `rolling: a window of ${n} rows makes no sense; give a whole number or a span, "2s"`,
    );
  }
  return n;
}

/** How late rows may come. @throws OptionError for what is no length of time in the index */
export function checkedDelay(plan: Plan, outOfOrder: Duration): Duration {
  if (plan.index === null) parseDuration(outOfOrder, 'outOfOrder');
  else indexOf(plan, 'outOfOrder').ticks(outOfOrder, 'outOfOrder');
  return outOfOrder;
}
