import { OptionError } from '../errors.ts';

/** A length of time: milliseconds as a number, or text such as `'500ms'`, `'2h'`, `'1h30m'`. */
export type Duration = number | string;

/** Units of time columns. */
export type TickUnit = 's' | 'ms' | 'us' | 'ns';

const nanoseconds: Readonly<Record<string, bigint>> = /* @__PURE__ */ Object.freeze({
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  sec: 1_000_000_000n,
  m: 60_000_000_000n,
  min: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
});

const part = /(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|sec|s|min|m|h|d|w)\s*/gy;

/**
 * Milliseconds of a duration; fractions are kept (`'1us'` is 0.001).
 *
 * Units: ns, us, ms, s, m or min, h, d (24 h), w; parts add up, as in `'1h30m'`. A number is milliseconds. streamz counts
 * bare numbers in seconds.
 *
 * @throws OptionError when it is negative, not finite, or can't be read
 */
export function parseDuration(duration: Duration, option = 'duration'): number {
  if (typeof duration === 'number') {
    if (duration >= 0 && Number.isFinite(duration)) return duration;
    throw new OptionError(option, `${option}: ${duration} is no length of time; give milliseconds, 0 or more`);
  }
  return Number(exactly(duration, option)) / 1e6;
}

/**
 * A duration in ticks of `unit`, exact to the nanosecond; for time columns.
 *
 * @throws OptionError when it can't be read, or is no whole number of ticks
 */
export function durationTicks(duration: Duration, unit: TickUnit, option = 'duration'): bigint {
  const ns =
    typeof duration === 'number'
      ? BigInt(Math.round(parseDuration(duration, option) * 1e6))
      : exactly(duration, option);
  const size = nanoseconds[unit]!;
  if (ns % size === 0n) return ns / size;
  throw new OptionError(
    option,
    `${option}: ${duration} is no whole number of ${unit}; the time column counts in ${unit}`,
  );
}

function exactly(text: string, option: string): bigint {
  let total = 0n;
  part.lastIndex = 0;
  const trimmed = String(text).trim();
  while (part.lastIndex < trimmed.length) {
    const match = part.exec(trimmed);
    if (!match) break;
    total += times(match[1]!, nanoseconds[match[2]!]!);
    if (part.lastIndex === trimmed.length) return total;
  }
  throw new OptionError(
    option,
    `${option}: "${text}" is no length of time; write a number and a unit (ns, us, ms, s, m, h, d, w), as in "500ms" or "2h"`,
  );
}

/** `digits` (decimal text) times `size`, without floating point. */
function times(digits: string, size: bigint): bigint {
  const [whole, fraction = ''] = digits.split('.') as [string, string?];
  const scale = 10n ** BigInt(fraction.length);
  return (BigInt(whole + fraction) * size) / scale;
}
