import { DataError } from '../errors.ts';
import type { WindowRoom } from '../kernel/wasm/window.ts';
import { type TimeKernels, type TimeValue, timeKernels, windowRoom } from '../kernel/window.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';

export interface TimeSpansOptions {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  /** Type of the index. */
  readonly type: DataType;
  /** How far back a window reaches, in ticks of the index. */
  readonly range: TimeValue;
}

/**
 * How many rows lie in (time - range, time] of each row, itself included: what a `RollingColumn` without `rows` wants to be told. Several
 * columns may share the answer. State carries over from batch to batch.
 */
export class TimeSpans {
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #kernels: TimeKernels;
  readonly #room: WindowRoom;
  readonly #range: TimeValue;
  /** Times of the rows from the last window on, oldest first. */
  #tape = 0;
  #end = 0;
  /** First row of the last window. */
  #start = 0;

  /** @throws SchemaError when rows can't be put in order by this type */
  constructor({ memory, owner, type, range }: TimeSpansOptions) {
    this.#memory = memory;
    this.#owner = owner;
    this.#kernels = timeKernels(memory, type, 'rolling');
    this.#room = windowRoom(memory);
    this.#range = range;
  }

  get stateBytes(): number {
    return this.#memory.sizeOf(this.#tape);
  }

  /**
   * The address, in `scratch`, of an i32 for each of `length` rows whose times (without nulls) are at `times`.
   *
   * @throws DataError when a time is before the one above it; nothing was taken then
   */
  push(times: number, length: number, scratch: Scratch): number {
    const { width } = this.#kernels;
    if ((this.#end + length) * width > this.stateBytes) this.#makeRoom(length);
    const from = this.#end;
    const to = from + length;
    this.#memory.bulk.copy(this.#tape + from * width, times, length * width);
    const first = Math.max(0, from - 1);
    const sorted = this.#kernels.sortedRows(this.#tape + first * width, to - first);
    if (sorted < to - first) {
      throw new DataError(
        `rolling: the index goes back at row ${first + sorted - from} of the batch; sort the rows first`,
      );
    }
    const spans = scratch.take(length * 4);
    this.#start = this.#kernels.timeBounds(this.#tape, from, to, this.#range, this.#start, spans);
    this.#room.spansOf(spans, from, to, spans);
    this.#end = to;
    return spans;
  }

  snapshot(): Uint8Array {
    const { width } = this.#kernels;
    const from = this.#tape + this.#start * width;
    return this.#memory.u8.slice(from, this.#tape + this.#end * width);
  }

  restore(bytes: Uint8Array): void {
    this.#start = this.#end = 0;
    const length = bytes.length / this.#kernels.width;
    this.#makeRoom(length);
    this.#memory.u8.set(bytes, this.#tape);
    this.#end = length;
  }

  dispose(): void {
    this.#memory.free(this.#tape);
    this.#tape = this.#end = this.#start = 0;
  }

  /** Moves the last window to the front, of a tape twice as long when it fills more than half of it. */
  #makeRoom(length: number): void {
    const { width } = this.#kernels;
    const kept = this.#end - this.#start;
    const from = this.#tape + this.#start * width;
    const need = (kept + length) * width;
    const old = this.#tape;
    const grows = need * 2 > this.stateBytes;
    if (grows) this.#tape = this.#memory.allocate(Math.max(need * 2, 4096), this.#owner);
    this.#memory.bulk.copy(this.#tape, from, kept * width);
    if (grows) this.#memory.free(old);
    this.#end = kept;
    this.#start = 0;
  }
}
