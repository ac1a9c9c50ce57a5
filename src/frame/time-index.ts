import type { ChunkVector } from '../column/chunk.ts';
import { OptionError, SchemaError } from '../errors.ts';
import { paneRoom } from '../kernel/pane.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, i64, isInteger, timestamp, typeText } from '../schema/data-type.ts';
import { type Duration, durationTicks } from '../schema/duration.ts';
import { type TickClock, tickClock } from '../window/calendar-grid.ts';

/** How a column orders rows: as int64 ticks. */
export interface TimeIndex {
  /** Type of window bounds. */
  readonly boundType: DataType;
  /** A span of time, or of numbers for an integer column, in ticks. */
  ticks(span: Duration, option: string): bigint;
  /** Address of the i64 ticks of a vector's rows; in `scratch` when they must be converted. */
  read(memory: Memory, scratch: Scratch, vector: ChunkVector, length: number): number;
  /** Ticks as milliseconds since the epoch, for watermarks; for integers as they are. */
  toMs(ticks: bigint): number;
  /** A point in time as ticks: a Date or milliseconds since the epoch, for integers the number itself; a bigint is in ticks. */
  at(time: Date | number | bigint, option: string): bigint;
  /** What the calendar needs; null for integers, which no calendar counts. */
  readonly clock: TickClock | null;
}

const secondsPerDay = 86_400n;

/**
 * The index that a column of this type makes.
 *
 * @throws SchemaError for a type that can't order rows; `verb` is what the user called
 */
export function timeIndex(type: DataType, verb: string): TimeIndex {
  if (type.kind === 'timestamp') {
    const { unit } = type;
    const perMs = { s: 1e-3, ms: 1, us: 1e3, ns: 1e6 }[unit];
    return {
      boundType: type,
      ticks: (span, option) => durationTicks(span, unit, option),
      read: (_memory, _scratch, vector) => vector.values,
      toMs: ticks => Number(ticks) / perMs,
      at: (time, option) => instant(time, perMs, option),
      clock: tickClock(BigInt(perMs * 1000)),
    };
  }
  if (type.kind === 'date32') {
    return {
      boundType: timestamp('s'),
      ticks: (span, option) => durationTicks(span, 's', option),
      read: (memory, scratch, vector, length) => widened(memory, scratch, vector, length, secondsPerDay),
      toMs: ticks => Number(ticks) * 1e3,
      at: (time, option) => instant(time, 1e-3, option),
      clock: tickClock(1n),
    };
  }
  if (type.kind === 'int64' || type.kind === 'int32') {
    return {
      boundType: i64(),
      ticks: integerSpan,
      read: (memory, scratch, vector, length) =>
        type.kind === 'int64' ? vector.values : widened(memory, scratch, vector, length, 1n),
      toMs: Number,
      at: integerAt,
      clock: null,
    };
  }
  const advice =
    isInteger(type) || type.kind === 'float64'
      ? "cast it, as in cast(t, 'timestamp[ms]')"
      : 'use a timestamp, date32, i64 or i32 column';
  throw new SchemaError(`${verb}: a column of type ${typeText(type)} can't be a time index; ${advice}`, {
    expected: 'timestamp, date32, i64 or i32',
  });
}

function widened(memory: Memory, scratch: Scratch, vector: ChunkVector, length: number, factor: bigint): number {
  const target = scratch.take(length * 8);
  paneRoom(memory).widenI32(vector.values, length, factor, target);
  return target;
}

/** Ticks at or before a point in time. */
function instant(time: Date | number | bigint, perMs: number, option: string): bigint {
  if (typeof time === 'bigint') return time;
  const ms = Number(time);
  if (!Number.isFinite(ms)) {
    throw new OptionError(option, `${option}: ${time} is no point in time; give a Date, or milliseconds since 1970`);
  }
  const whole = Math.floor(ms);
  if (perMs < 1) return BigInt(Math.floor(ms * perMs));
  return BigInt(whole) * BigInt(perMs) + BigInt(Math.floor((ms - whole) * perMs));
}

function integerAt(time: Date | number | bigint, option: string): bigint {
  if (typeof time === 'bigint') return time;
  if (typeof time === 'number' && Number.isSafeInteger(time)) return BigInt(time);
  throw new OptionError(option, `${option}: the index is a column of integers, so "${time}" must be a whole number`);
}

function integerSpan(span: Duration, option: string): bigint {
  const number = Number(span);
  if (Number.isSafeInteger(number) && number >= 0) return BigInt(number);
  throw new OptionError(option, `${option}: the index is a column of integers, so "${span}" must be a whole number`);
}
