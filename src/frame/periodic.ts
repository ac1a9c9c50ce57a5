import type { Batch } from '../column/batch.ts';
import { batchOf } from '../column/batch-of.ts';
import { type BatchLike, toBatch } from '../column/to-batch.ts';
import { OptionError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { type Float64, f64, type Int32, i32, type Timestamp, timestamp } from '../schema/data-type.ts';
import { type Duration, parseDuration } from '../schema/duration.ts';
import { type Columns, type Schema, schemaOf } from '../schema/schema.ts';
import { type Clock, sleep, systemClock } from '../stream/clock.ts';
import type { FrameSource, SourceMetrics } from './root.ts';

/** What a function of `fromPeriodic` is told; both in milliseconds since 1970. */
export interface Period {
  /** The `now` of the call before; for the first, when the frame was made. */
  readonly last: number;
  readonly now: number;
}

export interface PeriodicOptions {
  /** Time from one call to the next; default 500 ms. */
  readonly interval?: Duration;
  /** Run at once, without waiting for `run()`; default false. */
  readonly start?: boolean;
  /** Names and types of the columns; default: as a call with `last` = `now` shows. */
  readonly schema?: Columns | Schema;
  /** The column that tells a row's time. */
  readonly index?: string;
  /** How much later than a newer row a row may come and still be in time. */
  readonly outOfOrder?: Duration;
  /** Where time comes from. */
  readonly clock?: Clock;
  readonly memory?: Memory;
}

/** What `fromPeriodic` and `random` make a frame of. */
export interface PeriodicParts {
  readonly schema: Schema;
  readonly index: string | null;
  readonly outOfOrder: Duration;
  readonly memory: Memory | undefined;
  readonly source: FrameSource;
}

const noBytes: SourceMetrics = /* @__PURE__ */ Object.freeze({ bytes: 0, storedBytes: 0, skipped: 0 });

/** @throws OptionError when the interval is none, or above 0; SchemaError when the columns can't be told */
export function periodicParts(fn: (period: Period) => BatchLike, options: PeriodicOptions): PeriodicParts {
  const { interval = 500, schema, index = null, outOfOrder = 0, clock = systemClock, memory } = options;
  if (typeof fn !== 'function') {
    throw new OptionError('fn', `fromPeriodic: ${typeof fn} makes no rows; give a function that does`);
  }
  const ms = parseDuration(interval, 'interval');
  if (ms === 0) throw new OptionError('interval', 'fromPeriodic: an interval of 0 never waits; give one above 0');
  const made = clock.now();
  const columns = schema ? schemaOf(schema as Schema) : toBatch(fn({ last: made, now: made })).schema;
  return { schema: columns, index, outOfOrder, memory, source: new Periodic(fn, ms, made, clock) };
}

/** Calls a function every so often, until the run is aborted; the next wait begins when the rows were taken. */
class Periodic implements FrameSource {
  readonly #fn: (period: Period) => BatchLike;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #last: number;

  constructor(fn: (period: Period) => BatchLike, intervalMs: number, last: number, clock: Clock) {
    this.#fn = fn;
    this.#intervalMs = intervalMs;
    this.#last = last;
    this.#clock = clock;
  }

  async run(
    push: (rows: unknown) => void | Promise<void>,
    _columns: readonly string[],
    signal?: AbortSignal,
  ): Promise<void> {
    while (true) {
      await sleep(this.#clock, this.#intervalMs, signal);
      if (signal?.aborted) return;
      const now = this.#clock.now();
      const rows = this.#fn({ last: this.#last, now });
      this.#last = now;
      await push(rows);
    }
  }

  metrics(): SourceMetrics {
    return noBytes;
  }
}

export type RandomColumns = { readonly at: Timestamp; readonly x: Float64; readonly y: Int32; readonly z: Float64 };

export interface RandomOptions extends Omit<PeriodicOptions, 'schema' | 'index'> {
  /** Time from one row to the next; default 100 ms. */
  readonly freq?: Duration;
  /** Numbers in [0, 1), in place of `Math.random`. */
  readonly random?: () => number;
}

/** Rows from `last` + freq to `now`: x uniform in [0, 1), y Poisson with mean 1, z normal. */
function randomBlock({ last, now }: Period, freqMs: number, random: () => number): Batch<RandomColumns> {
  const length = Math.max(0, Math.floor((now - last) / freqMs));
  const rows = Array.from({ length }, (_, row) => row);
  return batchOf<RandomColumns>(
    {
      at: rows.map(row => BigInt(Math.round(last + (row + 1) * freqMs))),
      x: rows.map(() => random()),
      y: rows.map(() => poisson(random)),
      z: rows.map(() => normal(random)),
    },
    { at: timestamp('ms'), x: f64(), y: i32(), z: f64() },
  );
}

/** @throws OptionError when freq is no length of time above 0 */
export function randomParts({ freq = 100, random = Math.random, ...options }: RandomOptions): PeriodicParts {
  const ms = parseDuration(freq, 'freq');
  if (ms === 0) throw new OptionError('freq', 'random: rows that take no time never end; give a freq above 0');
  return periodicParts(period => randomBlock(period, ms, random), { ...options, index: 'at' });
}

/** How many uniform numbers it takes until their product is below 1/e, less one (Knuth). */
function poisson(random: () => number): number {
  let count = 0;
  for (let product = random(); product > Math.exp(-1); product *= random()) count++;
  return count;
}

/** Box and Muller's. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
