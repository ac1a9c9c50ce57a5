import { SchemaError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type DataType, typeText } from '../schema/data-type.ts';
import { type WindowRoom, windowWasm } from './wasm/window.ts';

/** Kernels of windows: time bounds, runs, row numbers by window, bits. */
export const windowRoom = (memory: Memory): WindowRoom => openRoom<WindowRoom>(memory, 'window', windowWasm);

/** A point or span on the index: bigint for 64-bit columns; numbers are taken too when they are whole. */
export type TimeValue = bigint | number;

/** The time kernels for one type of index. Times are addresses of values without nulls. */
export interface TimeKernels {
  /** Bytes of one time. */
  readonly width: 4 | 8;
  /** First row whose time is above `limit`, or `length`. Times must not decrease. */
  firstAbove(times: number, length: number, limit: TimeValue): number;
  /** First row whose time is at or above `limit`, or `length`. Times must not decrease. */
  firstFrom(times: number, length: number, limit: TimeValue): number;
  /** How many leading rows do not decrease. */
  sortedRows(times: number, length: number): number;
  /** Whether no time is before the one above it. */
  isSorted(times: number, length: number): boolean;
  /**
   * Cuts non-decreasing times into runs of equal floor((time - offset) / size): i32 run ends and i64 window numbers, for as
   * many runs as there may be rows. Returns the number of runs.
   */
  runsOf(times: number, length: number, size: TimeValue, offset: TimeValue, ends: number, numbers: number): number;
  /** The i64 window number of each row, times in any order. */
  windowsOf(times: number, length: number, size: TimeValue, offset: TimeValue, numbers: number): void;
  /**
   * For each row of [from, to) the first row inside (time - range, time], as i32 at `starts`; `start` is that of the row before
   * `from`. Returns the last one.
   */
  timeBounds(times: number, from: number, to: number, range: TimeValue, start: number, starts: number): number;
  /** The time at an address. */
  at(address: number): TimeValue;
}

/**
 * The kernels for an index of `type`: int64 and timestamps, int32 and date32, float64.
 *
 * @throws SchemaError for other types; `verb` is what the user called
 */
export function timeKernels(memory: Memory, type: DataType, verb = 'window'): TimeKernels {
  const room = windowRoom(memory);
  switch (type.kind) {
    case 'int64':
    case 'timestamp':
      return {
        width: 8,
        firstAbove: (times, length, limit) => room.firstAboveI64(times, length, BigInt(limit)),
        firstFrom: (times, length, limit) => room.firstFromI64(times, length, BigInt(limit)),
        sortedRows: (times, length) => room.sortedRowsI64(times, length),
        isSorted: (times, length) => room.sortedRowsI64(times, length) === length,
        runsOf: (times, length, size, offset, ends, numbers) =>
          room.runsOfI64(times, length, BigInt(size), BigInt(offset), ends, numbers),
        windowsOf: (times, length, size, offset, numbers) =>
          room.windowsOfI64(times, length, BigInt(size), BigInt(offset), numbers),
        timeBounds: (times, from, to, range, start, starts) =>
          room.timeBoundsI64(times, from, to, BigInt(range), start, starts),
        at: address => memory.i64[address / 8]!,
      };
    case 'int32':
    case 'date32':
      return {
        width: 4,
        // limits may lie outside int32, where wasm would wrap them
        firstAbove: (times, length, limit) =>
          limit >= 0x7fff_ffff
            ? length
            : limit < -0x8000_0000
              ? 0
              : room.firstAboveI32(times, length, Math.floor(Number(limit))),
        firstFrom: (times, length, limit) =>
          limit > 0x7fff_ffff
            ? length
            : limit <= -0x8000_0000
              ? 0
              : room.firstFromI32(times, length, Math.ceil(Number(limit))),
        sortedRows: (times, length) => room.sortedRowsI32(times, length),
        isSorted: (times, length) => room.sortedRowsI32(times, length) === length,
        runsOf: (times, length, size, offset, ends, numbers) =>
          room.runsOfI32(times, length, Number(size), Number(offset), ends, numbers),
        windowsOf: (times, length, size, offset, numbers) =>
          room.windowsOfI32(times, length, Number(size), Number(offset), numbers),
        timeBounds: (times, from, to, range, start, starts) =>
          room.timeBoundsI32(times, from, to, Math.min(Number(range), 0x7fff_ffff), start, starts),
        at: address => memory.i32[address / 4]!,
      };
    case 'float64':
      return {
        width: 8,
        firstAbove: (times, length, limit) => room.firstAboveF64(times, length, Number(limit)),
        firstFrom: (times, length, limit) => room.firstFromF64(times, length, Number(limit)),
        sortedRows: (times, length) => room.sortedRowsF64(times, length),
        isSorted: (times, length) => room.sortedRowsF64(times, length) === length,
        runsOf: (times, length, size, offset, ends, numbers) =>
          room.runsOfF64(times, length, Number(size), Number(offset), ends, numbers),
        windowsOf: (times, length, size, offset, numbers) =>
          room.windowsOfF64(times, length, Number(size), Number(offset), numbers),
        timeBounds: (times, from, to, range, start, starts) =>
          room.timeBoundsF64(times, from, to, Number(range), start, starts),
        at: address => memory.f64[address / 8]!,
      };
    default:
      throw new SchemaError(
        `${verb}: rows can't be put in order by a column of type ${typeText(type)}; use a timestamp, date32, i64, i32 or f64`,
        { expected: 'timestamp, date32, i64, i32 or f64' },
      );
  }
}
