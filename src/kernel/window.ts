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
  /** How many leading rows do not decrease. */
  sortedRows(times: number, length: number): number;
  /**
   * For each row of [from, to) the first row inside (time - range, time], as i32 at `starts`; `start` is that of the row before
   * `from`. Returns the last one.
   */
  timeBounds(times: number, from: number, to: number, range: TimeValue, start: number, starts: number): number;
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
        sortedRows: (times, length) => room.sortedRowsI64(times, length),
        timeBounds: (times, from, to, range, start, starts) =>
          room.timeBoundsI64(times, from, to, BigInt(range), start, starts),
      };
    case 'int32':
    case 'date32':
      return {
        width: 4,
        sortedRows: (times, length) => room.sortedRowsI32(times, length),
        timeBounds: (times, from, to, range, start, starts) =>
          room.timeBoundsI32(times, from, to, Math.min(Number(range), 0x7fff_ffff), start, starts),
      };
    case 'float64':
      return {
        width: 8,
        sortedRows: (times, length) => room.sortedRowsF64(times, length),
        timeBounds: (times, from, to, range, start, starts) =>
          room.timeBoundsF64(times, from, to, Number(range), start, starts),
      };
    default:
      throw new SchemaError(
        `${verb}: rows can't be put in order by a column of type ${typeText(type)}; use a timestamp, date32, i64, i32 or f64`,
        { expected: 'timestamp, date32, i64, i32 or f64' },
      );
  }
}
