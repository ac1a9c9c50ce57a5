import { paneRoom } from '../kernel/pane.ts';
import type { PaneRoom } from '../kernel/wasm/pane.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { BlockRows } from './block-rows.ts';
import type { AggregateBlock } from './group-state.ts';

const statsBytes = 64;
export const beforeAll: bigint = -(2n ** 63n);

/** Where the windows of a slice lie; all in index ticks. */
export interface SliceGeometry {
  /** Width of a slice. */
  readonly size: bigint;
  /** Slices start at offset (mod size). */
  readonly offset: bigint;
  /** From a window's start to its end. */
  readonly reach: bigint;
  /** Distance of windows; 0 when a window is one slice. */
  readonly step: bigint;
}

/** How far a slicer has come, as a checkpoint keeps it. */
export interface SavedSlicer {
  readonly highest: bigint;
  readonly closed: bigint;
  readonly late: number;
  readonly untimed: number;
}

interface Run {
  readonly start: bigint;
  readonly from: number;
  readonly to: number;
}

/** Cuts blocks into slices of time, drops rows that are too late, and keeps the watermark. */
export class Slicer {
  late = 0;
  untimed = 0;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #room: PaneRoom;
  readonly #geometry: SliceGeometry;
  readonly #delay: bigint;
  readonly #blocks: BlockRows;
  readonly #stats: number;

  /** @param delay how far the watermark stays behind the highest time */
  constructor(memory: Memory, scratch: Scratch, geometry: SliceGeometry, delay: bigint, owner: string) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#room = paneRoom(memory);
    this.#geometry = geometry;
    this.#delay = delay;
    this.#blocks = new BlockRows(memory, scratch);
    this.#stats = memory.allocateZeroed(statsBytes, owner);
    this.#highest = beforeAll;
    this.closed = beforeAll;
  }

  /** No earlier rows are expected; null before the first row. */
  get watermark(): bigint | null {
    const highest = this.#highest;
    return highest === beforeAll ? null : highest - this.#delay;
  }

  /** Windows that ended at or before this have been closed; the owner moves it on. */
  get closed(): bigint {
    return this.#memory.i64[(this.#stats + 32) >> 3]!;
  }

  set closed(watermark: bigint) {
    this.#memory.i64[(this.#stats + 32) >> 3] = watermark;
  }

  get #highest(): bigint {
    return this.#memory.i64[this.#stats >> 3]!;
  }

  set #highest(time: bigint) {
    this.#memory.i64[this.#stats >> 3] = time;
  }

  /**
   * Hands the block's rows over slice by slice, in row order within a slice.
   *
   * @param closeDue called when a window is due before the next row may be counted; moves `closed`
   */
  each(block: AggregateBlock, take: (start: bigint, rows: AggregateBlock) => void, closeDue: () => void): void {
    const { size, offset, reach, step } = this.#geometry;
    const rows = this.#scratch.take(block.length * 4);
    const runs = this.#scratch.take(block.length * 16);
    for (let from = 0; from < block.length; ) {
      const count = this.#room.assign(
        block.times,
        block.timesValidity,
        from,
        block.length - from,
        size,
        offset,
        this.#delay,
        reach,
        step,
        rows,
        runs,
        this.#stats,
      );
      const { i32 } = this.#memory;
      const at = this.#stats >> 2;
      const [kept, late, untimed, ordered, stopped] = [
        i32[at + 2]!,
        i32[at + 3]!,
        i32[at + 4]!,
        i32[at + 5]!,
        i32[at + 6]!,
      ];
      this.late += late;
      this.untimed += untimed;
      if (ordered === 1 || count <= 1)
        this.#inOrder(block, this.#runs(runs, count), rows, kept === stopped - from ? from : -1, take);
      else this.#gathered(block, this.#runs(runs, count), rows, kept, take);
      from = stopped;
      if (from < block.length) closeDue();
    }
  }

  snapshot(): SavedSlicer {
    return { highest: this.#highest, closed: this.closed, late: this.late, untimed: this.untimed };
  }

  restore({ highest, closed, late, untimed }: SavedSlicer): void {
    this.#highest = highest;
    this.closed = closed;
    this.late = late;
    this.untimed = untimed;
  }

  dispose(): void {
    this.#memory.free(this.#stats);
  }

  #runs(address: number, count: number): Run[] {
    const { i64, i32 } = this.#memory;
    const runs: Run[] = [];
    let from = 0;
    for (let run = 0; run < count; run++) {
      const at = address + run * 16;
      const to = i32[(at + 8) >> 2]!;
      runs.push({ start: i64[at >> 3]!, from, to });
      from = to;
    }
    return runs;
  }

  /** `first` is the block row of the first kept row when no row was dropped, else -1. */
  #inOrder(
    block: AggregateBlock,
    runs: Run[],
    rows: number,
    first: number,
    take: (start: bigint, rows: AggregateBlock) => void,
  ): void {
    for (const { start, from, to } of runs) {
      const part =
        first >= 0
          ? this.#blocks.slice(block, first + from, to - from)
          : this.#blocks.take(block, rows + from * 4, to - from);
      take(start, part);
    }
  }

  /** Out of order: brings the runs of each slice together first, so that every slice is one call. */
  #gathered(
    block: AggregateBlock,
    runs: Run[],
    rows: number,
    kept: number,
    take: (start: bigint, rows: AggregateBlock) => void,
  ): void {
    runs.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.from - b.from));
    const gathered = this.#scratch.take(kept * 4);
    let begin = 0;
    let filled = 0;
    for (const [place, { start, from, to }] of runs.entries()) {
      this.#memory.bulk.copy(gathered + filled * 4, rows + from * 4, (to - from) * 4);
      filled += to - from;
      if (runs[place + 1]?.start === start) continue;
      take(start, this.#blocks.take(block, gathered + begin * 4, filled - begin));
      begin = filled;
    }
  }
}
