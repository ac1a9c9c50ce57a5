import type { Scratch } from '../memory/scratch.ts';
import type { Duration } from '../schema/duration.ts';
import { Evicting } from './evicting.ts';
import { type IndexTicks, overlapOf, positive, tumblingGrid } from './geometry.ts';
import type { GroupSpec } from './group-state.ts';
import { Running } from './running.ts';
import { Session } from './session.ts';
import { Sliding } from './sliding.ts';
import { Tumbling } from './tumbling.ts';
import type { EmitMode, WindowScheme } from './window.ts';
import type { Windower } from './windower.ts';

export interface WindowerOptions {
  /** Turns spans into ticks of the time index; null when there is none. */
  readonly index: IndexTicks | null;
  readonly emit: EmitMode;
  readonly outOfOrder: Duration;
}

/**
 * What runs a window scheme.
 *
 * @throws OptionError for a span of nothing, or one that is no whole number of the index's ticks
 */
export function windowerOf(
  window: WindowScheme,
  spec: GroupSpec,
  scratch: Scratch,
  options: WindowerOptions,
): Windower {
  const emit = options.emit === 'onUpdate' ? 'changed' : options.emit;
  const delay = options.index?.ticks(options.outOfOrder, 'outOfOrder') ?? 0n;
  switch (window.kind) {
    case 'everything':
      return new Running(spec, scratch, emit);
    case 'rows':
      return new Evicting(spec, scratch, { rows: window.rows }, emit);
    case 'range':
      return new Evicting(spec, scratch, { range: positive(options.index!, window.range, 'window') }, emit);
    case 'tumbling':
      return new Tumbling(spec, scratch, tumblingGrid(window, options.index!), delay, emit);
    case 'sliding':
      return new Sliding(spec, scratch, overlapOf(window, options.index!), delay, emit);
    case 'session':
      return new Session(spec, scratch, positive(options.index!, window.gap, 'session'), delay, emit);
  }
}
