import { chunkVector } from '../column/chunk.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { u32 } from '../schema/data-type.ts';
import { BlockRows } from './block-rows.ts';
import type { Overlap } from './geometry.ts';
import { floorDiv } from './grid.ts';
import type { AggregateBlock, GroupSpec } from './group-state.ts';
import { GroupSum, type SavedSum } from './group-sum.ts';
import type { Pane, PaneSpan, SavedPane } from './pane.ts';
import { type PaneKeeper, PaneStore, type SavedStore } from './pane-store.ts';
import { beforeAll } from './watermark.ts';
import type { EmitMode } from './window.ts';
import { placeOf, type SavedSums, type Slice, WindowSums } from './window-sums.ts';
import type { Held, PaneSink, Windower, WindowProgress } from './windower.ts';

/** Slices and open windows as a checkpoint keeps them. */
export interface SavedSliding {
  readonly store: SavedStore;
  readonly slices: readonly { readonly cell: bigint; readonly pane: SavedPane | null }[];
  readonly sums: SavedSums;
  /** Windows that closed, for results that wait for the end of the input. */
  readonly due: readonly { readonly window: bigint; readonly sum: SavedSum }[];
  readonly next: bigint;
}

/**
 * Windows of several cells, a new one every few, closed by the watermark. They share slices: a row is counted once, whatever the
 * overlap.
 */
export class Sliding implements Windower, PaneKeeper {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #spec: GroupSpec;
  readonly #overlap: Overlap;
  readonly #emit: EmitMode;
  readonly #store: PaneStore;
  readonly #sums: WindowSums;
  /** Windows that are shown before they close. */
  readonly #open: WindowSums;
  readonly #blocks: BlockRows;
  /** Cells with rows that windows which are not closed cover, oldest first. */
  #slices: Slice[] = [];
  /** Windows before this one are closed. */
  #next: bigint = beforeAll;
  #due: { readonly window: bigint; readonly sum: GroupSum }[] = [];

  constructor(spec: GroupSpec, scratch: Scratch, overlap: Overlap, delay: bigint, emit: EmitMode) {
    this.#memory = spec.memory;
    this.#scratch = scratch;
    this.#spec = spec;
    this.#overlap = overlap;
    this.#emit = emit;
    this.#store = new PaneStore(spec, scratch, delay, emit === 'changed');
    this.#store.onSummed = this.#addSummed;
    this.#sums = new WindowSums(spec, scratch, this.#store, { follows: true, frees: !this.#showsOpen });
    this.#open = new WindowSums(spec, scratch, this.#store, { follows: false, frees: false });
    this.#blocks = new BlockRows(spec.memory, scratch);
  }

  get progress(): WindowProgress {
    const { mark, late, untimed } = this.#store;
    return { watermark: mark.value, late, untimed };
  }

  get held(): Held {
    const { step } = this.#overlap;
    const [oldest, newest] = [this.#withRows(this.#next), this.#slices.at(-1)];
    const windows = oldest === null || !newest ? 0 : Number(floorDiv(newest.cell, step) - oldest) + 1;
    return { groups: this.#store.held, windows };
  }

  rows(block: AggregateBlock): void {
    this.#store.rows(block, this);
  }

  batchEnd(sink: PaneSink): void {
    if (this.#emit === 'end') return;
    this.#showDue(sink);
    const watermark = this.#store.mark.value;
    if (watermark !== null) this.#closeTo(watermark, (sum, window) => this.#show(sink, sum, window));
    if (this.#showsOpen) this.#showOpen(sink);
    this.#store.dropIdleKeys(this.#sums);
  }

  end(sink: PaneSink): void {
    this.#showDue(sink);
    const newest = this.#slices.at(-1);
    if (!newest) return;
    const last = floorDiv(newest.cell, this.#overlap.step);
    this.#closeThrough(last, (sum, window) => this.#show(sink, sum, window));
  }

  paneAt(time: bigint): Pane {
    const cell = this.#overlap.grid.cellOf(time);
    const span = this.#spanOf(cell);
    const watermark = this.#store.mark.value;
    if (!span.counted || (watermark !== null && span.last <= watermark)) return this.#store.bystander(span);
    const place = placeOf(this.#slices, cell);
    const found = this.#slices[place];
    const known = found?.cell === cell;
    if (known && found.pane) return found.pane;
    const pane = this.#store.open(span);
    const slice = known ? found : { cell, pane };
    slice.pane = pane;
    const summed = this.#sums.to !== null && cell < this.#sums.to;
    if (!known) this.#slices.splice(place, 0, slice);
    if (summed && !known) this.#sums.insert(slice);
    pane.summed = summed;
    return pane;
  }

  /** Windows due in the middle of a block are kept aside (as copies) until the batch is over. */
  closeDue(): void {
    this.#closeTo(this.#store.mark.value!, (sum, window) => {
      const copy = new GroupSum(this.#spec, this.#scratch, this.#store);
      copy.addSum(sum);
      this.#due.push({ window, sum: copy });
    });
  }

  snapshot(): SavedSliding {
    return {
      store: this.#store.snapshot(),
      slices: this.#slices.map(({ cell, pane }) => ({ cell, pane: pane?.snapshot() ?? null })),
      sums: this.#sums.snapshot(),
      due: this.#due.map(({ window, sum }) => ({ window, sum: sum.snapshot() })),
      next: this.#next,
    };
  }

  /** @throws StateError when the states are of other keys or aggregations */
  restore({ store, slices, sums, due, next }: SavedSliding): void {
    for (const { pane } of this.#slices) if (pane) this.#store.close(pane);
    for (const { sum } of this.#due) sum.dispose();
    this.#store.restore(store);
    this.#slices = slices.map(({ cell, pane }) => ({ cell, pane: pane && this.#store.load(pane) }));
    this.#sums.restore(sums, this.#slices);
    for (const { cell, pane } of this.#slices) if (pane) pane.summed = sums.to !== null && cell < sums.to;
    this.#due = due.map(({ window, sum }) => {
      const loaded = new GroupSum(this.#spec, this.#scratch, this.#store);
      loaded.restore(sum);
      return { window, sum: loaded };
    });
    this.#next = next;
  }

  dispose(): void {
    for (const { sum } of this.#due) sum.dispose();
    this.#sums.dispose();
    this.#open.dispose();
    this.#store.dispose();
  }

  get #showsOpen(): boolean {
    return this.#emit === 'everyBatch' || this.#emit === 'changed';
  }

  #spanOf(cell: bigint): PaneSpan {
    const { grid, size, step } = this.#overlap;
    const [oldest, newest] = [this.#oldestOver(cell), floorDiv(cell, step)];
    const endOf = (window: bigint): bigint => grid.start(window * step + size);
    return {
      start: grid.start(cell),
      end: grid.start(cell + 1n),
      first: endOf(oldest),
      last: endOf(newest),
      counted: oldest <= newest,
    };
  }

  /** The first window that ends after a cell. */
  #oldestOver(cell: bigint): bigint {
    const { size, step } = this.#overlap;
    return floorDiv(cell - size, step) + 1n;
  }

  /** Rows of slices that sums hold: the sums get them too. */
  readonly #addSummed = (block: AggregateBlock, groups: number, rows: number, count: number): void => {
    const { grid } = this.#overlap;
    const list = this.#memory.u32.slice(rows / 4, rows / 4 + count);
    const byCell = new Map<bigint, number[]>();
    for (const row of list) {
      const cell = grid.cellOf(this.#memory.i64[block.times / 8 + row]!);
      const known = byCell.get(cell);
      if (known) known.push(row);
      else byCell.set(cell, [row]);
    }
    for (const [cell, some] of byCell) {
      const selection = this.#scratch.take(some.length * 4);
      this.#memory.u32.set(some, selection / 4);
      const part = this.#blocks.take(block, selection, some.length);
      const ids = groups === 0 ? 0 : this.#blocks.takeVector(chunkVector(u32(), groups), selection, some.length).values;
      this.#sums.onNew(cell, part, ids);
    }
  };

  #showDue(sink: PaneSink): void {
    for (const { window, sum } of this.#due.splice(0)) {
      this.#show(sink, sum, window);
      sum.dispose();
    }
  }

  /** Closes every window with rows that ends at or before `watermark`, oldest first. */
  #closeTo(watermark: bigint, show: (sum: GroupSum, window: bigint) => void): void {
    const { grid, size, step } = this.#overlap;
    this.#closeThrough(floorDiv(grid.cellOf(watermark) - size, step), show);
    this.#store.closed = watermark;
  }

  #closeThrough(last: bigint, show: (sum: GroupSum, window: bigint) => void): void {
    const { size, step } = this.#overlap;
    for (let window = this.#withRows(this.#next); window !== null && window <= last; ) {
      const mark = this.#scratch.mark();
      const from = window * step;
      show(this.#sums.window(from, from + size, from + step, this.#slices), window);
      this.#scratch.release(mark);
      window = this.#withRows(window + 1n);
    }
    if (last < this.#next) return;
    this.#next = last + 1n;
    for (const slice of this.#slices.splice(0, placeOf(this.#slices, this.#next * step))) {
      if (slice.pane) this.#store.close(slice.pane);
      slice.pane = null;
    }
  }

  /** The first window from `window` on that covers a slice. */
  #withRows(window: bigint): bigint | null {
    const { step } = this.#overlap;
    const slice = this.#slices[window === beforeAll ? 0 : placeOf(this.#slices, window * step)];
    if (!slice) return null;
    const oldest = this.#oldestOver(slice.cell);
    return oldest > window ? oldest : window;
  }

  /** Windows that have rows but have not closed: all of them, or those that the batch changed. */
  #showOpen(sink: PaneSink): void {
    const { size, step } = this.#overlap;
    const changed = this.#slices.filter(({ pane }) => pane?.changed).map(({ cell }) => ({ cell }));
    for (let window = this.#withRows(this.#next); window !== null; window = this.#withRows(window + 1n)) {
      const mark = this.#scratch.mark();
      const from = window * step;
      const first = changed[placeOf(changed, from)];
      if (this.#emit === 'everyBatch' || (first !== undefined && first.cell < from + size))
        this.#show(sink, this.#open.window(from, from + size, from + step, this.#slices), window);
      this.#scratch.release(mark);
    }
    this.#open.clear();
    for (const { pane } of this.#slices) if (pane) this.#store.settle(pane);
  }

  #show(sink: PaneSink, sum: GroupSum, window: bigint): void {
    const { grid, size, step } = this.#overlap;
    const shown = sum.shown();
    if (shown.count > 0) sink.show(shown, { start: grid.start(window * step), end: grid.start(window * step + size) });
  }
}
