import type { Scratch } from '../memory/scratch.ts';
import type { Duration } from '../schema/duration.ts';
import type { Emission } from './emission.ts';
import { Evicting } from './evicting.ts';
import { type IndexTicks, overlapOf, positive, tumblingGrid } from './geometry.ts';
import type { GroupSpec } from './group-state.ts';
import { Running } from './running.ts';
import { Session } from './session.ts';
import { Sliding } from './sliding.ts';
import { Tumbling } from './tumbling.ts';
import type { Followed } from './watermark.ts';
import type { EmitMode, PaneMode, WindowScheme } from './window.ts';
import type { Windower } from './windower.ts';

export interface WindowerOptions {
  /** What windows know of the time index; null when there is none. */
  readonly index: IndexTicks | null;
  readonly emit: EmitMode;
  readonly panes: PaneMode;
  readonly outOfOrder: Duration;
  /** What the watermark follows beside the rows. */
  readonly followed: Followed | null;
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
  { index, emit, panes, outOfOrder, followed }: WindowerOptions,
): Windower {
  const running = emit === 'onUpdate' ? 'changed' : emit;
  switch (window.kind) {
    case 'everything':
      return new Running(spec, scratch, running);
    case 'rows':
      return new Evicting(spec, scratch, { rows: window.rows }, running);
    case 'range':
      return new Evicting(spec, scratch, { range: positive(index!, window.range, 'window') }, running);
  }
  const emission: Emission = {
    emit,
    discards: panes === 'discarding',
    retracts: panes === 'retracting',
    delay: index!.ticks(outOfOrder, 'outOfOrder'),
    followed,
    lateness: index!.ticks(window.allowedLateness, 'allowedLateness'),
  };
  switch (window.kind) {
    case 'tumbling':
      return new Tumbling(spec, scratch, tumblingGrid(window, index!), emission);
    case 'sliding':
      return new Sliding(spec, scratch, overlapOf(window, index!), emission);
    case 'session':
      return new Session(spec, scratch, positive(index!, window.gap, 'session'), emission);
  }
}
