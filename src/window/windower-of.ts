import { OptionError } from '../errors.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { Duration } from '../schema/duration.ts';
import { Evicting } from './evicting.ts';
import { evenGrid } from './grid.ts';
import type { GroupSpec } from './group-state.ts';
import { Running } from './running.ts';
import { Session } from './session.ts';
import { Sliding } from './sliding.ts';
import { Tumbling } from './tumbling.ts';
import type { EmitMode, WindowScheme } from './window.ts';
import type { Windower } from './windower.ts';

export interface WindowerOptions {
  /** Turns spans into ticks of the time index; null when there is none. */
  readonly index: { ticks(span: Duration, option: string): bigint } | null;
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
  const ticks = (span: Duration, option: string): bigint => options.index!.ticks(span, option);
  const delay = options.index ? ticks(options.outOfOrder, 'outOfOrder') : 0n;
  switch (window.kind) {
    case 'everything':
      return new Running(spec, scratch, emit);
    case 'rows':
      return new Evicting(spec, scratch, { rows: window.rows }, emit);
    case 'range':
      return new Evicting(
        spec,
        scratch,
        { range: positive(ticks(window.range, 'window'), window.range, 'window') },
        emit,
      );
    case 'tumbling': {
      const size = positive(ticks(window.size, 'tumbling'), window.size, 'tumbling');
      return new Tumbling(spec, scratch, evenGrid(size, ticks(window.offset, 'offset')), delay, emit);
    }
    case 'sliding': {
      const size = positive(ticks(window.size, 'sliding'), window.size, 'sliding');
      const step = positive(ticks(window.step, 'step'), window.step, 'step');
      const width = gcd(size, step);
      const grid = evenGrid(width, ticks(window.offset, 'offset'));
      return new Sliding(spec, scratch, { grid, size: size / width, step: step / width }, delay, emit);
    }
    case 'session':
      return new Session(spec, scratch, positive(ticks(window.gap, 'session'), window.gap, 'session'), delay, emit);
  }
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function positive(ticks: bigint, span: Duration, option: string): bigint {
  if (ticks > 0n) return ticks;
  throw new OptionError(option, `${option}: a span of ${span} holds no rows; give one above 0`);
}
