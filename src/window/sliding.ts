import { chunkVector } from '../column/chunk.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { u32 } from '../schema/data-type.ts';
import { BlockRows } from './block-rows.ts';
import { closingPane, type Emission, latePane, openPane, type Showing, tracksChanges } from './emission.ts';
import type { Overlap } from './geometry.ts';
import { floorDiv } from './grid.ts';
import type { AggregateBlock, GroupSpec } from './group-state.ts';
import { GroupSum, type SavedSum } from './group-sum.ts';
import type { Pane, PaneSpan, SavedPane } from './pane.ts';
import { type PaneKeeper, PaneStore, type SavedStore } from './pane-store.ts';
import { SliceChanges } from './slice-changes.ts';
import { AllGroups, ChangedGroups, type SumGroups } from './sum-groups.ts';
import { beforeAll } from './watermark.ts';
import { placeOf, type SavedSums, type Slice, WindowSums } from './window-sums.ts';
import type { Held, PaneSink, Windower, WindowProgress } from './windower.ts';

/** Results that are due since the middle of a batch. */
interface Due {
  readonly window: bigint;
  readonly mark: number;
  readonly sum: GroupSum;
}

/** Shows a window, or keeps it; `changed` marks (u8, by place in the sum) the groups that count. */
type Show = (sum: GroupSum, window: bigint, mark: number, changed?: number) => void;

/** Slices and open windows as a checkpoint keeps them. */
export interface SavedSliding {
  readonly store: SavedStore;
  readonly slices: readonly { readonly cell: bigint; readonly pane: SavedPane | null }[];
  readonly sums: SavedSums;
  /** Windows that closed, for results that wait for the end of the input. */
  readonly due: readonly { readonly window: bigint; readonly mark: number; readonly sum: SavedSum }[];
  readonly fired: bigint;
  readonly final: bigint;
}

/**
 * Windows of several cells, a new one every few, closed by the watermark. They share slices: a row is counted once, whatever the
 * overlap.
 *
 * ```
 *  windows   … final │ fired: late rows still change them │ open …
 *                    └ #final                             └ #fired
 * ```
 */
export class Sliding implements Windower, PaneKeeper {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #spec: GroupSpec;
  readonly #overlap: Overlap;
  readonly #emission: Emission;
  readonly #store: PaneStore;
  /** Of windows as they close, one after another. */
  readonly #sums: WindowSums;
  /** Some states answer by the order of rows: that of slices, and in a slice that of arrival. */
  readonly #ordered: boolean;
  readonly #all: AllGroups;
  /** What windows that are open, or that late rows change, are summed for; null: all groups. */
  readonly #changedGroups: ChangedGroups | null;
  /** Of such windows. */
  readonly #others: WindowSums;
  /** What came in this batch; null unless results are of what came since the ones before. */
  readonly #changes: SliceChanges | null;
  readonly #blocks: BlockRows;
  /** Cells with rows of windows that are not final, oldest first. */
  #slices: Slice[] = [];
  /** The first window whose end the watermark has not passed. */
  #fired: bigint = beforeAll;
  /** The first window that takes rows. */
  #final: bigint = beforeAll;
  #due: Due[] = [];
  /** Starts of windows that are final since the last batch. */
  #gone: bigint[] = [];

  constructor(spec: GroupSpec, scratch: Scratch, overlap: Overlap, emission: Emission) {
    this.#memory = spec.memory;
    this.#scratch = scratch;
    this.#spec = spec;
    this.#overlap = overlap;
    this.#emission = emission;
    this.#store = new PaneStore(spec, scratch, emission, tracksChanges(emission));
    this.#store.onSummed = this.#addSummed;
    const once = (emission.emit === 'onClose' || emission.emit === 'end') && emission.lateness === 0n;
    this.#all = new AllGroups(spec.memory, scratch, this.#store);
    const some = this.#store.keys && emission.emit !== 'everyBatch' && tracksChanges(emission);
    this.#changedGroups = some ? new ChangedGroups(spec.memory, scratch, this.#store) : null;
    const others = (): GroupSum => this.#newSum(this.#changedGroups ?? this.#all);
    this.#ordered = spec.states.some(({ kind }) => kind.ordered);
    this.#sums = new WindowSums(() => this.#newSum(), this.#store, { follows: true, frees: once && !this.#ordered });
    this.#others = new WindowSums(others, this.#store, { follows: false, frees: false });
    this.#changes = emission.discards ? new SliceChanges(() => this.#newSum()) : null;
    this.#blocks = new BlockRows(spec.memory, scratch);
  }

  get progress(): WindowProgress {
    const { mark, late, untimed } = this.#store;
    return { watermark: mark.value, late, untimed };
  }

  get held(): Held {
    const { step } = this.#overlap;
    const [oldest, newest] = [this.#withRows(this.#final), this.#slices.at(-1)];
    const windows = oldest === null || !newest ? 0 : Number(floorDiv(newest.cell, step) - oldest) + 1;
    return { groups: this.#store.groups, windows };
  }

  set onLate(told: (rows: number, count: number) => void) {
    this.#store.onLate = told;
  }

  rows(block: AggregateBlock): void {
    this.#store.rows(block, this);
  }

  passTime(): boolean {
    return this.#store.mark.follow();
  }

  batchEnd(sink: PaneSink): void {
    this.#store.mark.follow();
    if (this.#emission.emit === 'end') return;
    this.#showDue(sink);
    const watermark = this.#store.mark.value;
    if (watermark !== null) {
      const show: Show = (sum, window, mark, changed) => this.#show(sink, sum, window, mark, changed);
      const last = this.#lastEndingBy(watermark);
      this.#changed(this.#final, this.#fired - 1n, latePane(this.#emission), show);
      this.#fire(last, show);
      this.#showOpen(show);
      this.#clearOthers();
      this.#finish(this.#lastEndingBy(watermark - this.#emission.lateness));
      this.#store.closed = watermark;
    }
    for (const start of this.#gone.splice(0)) sink.gone(start);
    this.#changes?.clear();
    this.#store.settle();
    this.#store.dropIdleKeys({
      markGroups: marks => this.#sums.markGroups(marks),
      renumber: (map, length) => {
        this.#sums.renumber(map, length);
        sink.renumber(map, length);
      },
    });
  }

  end(sink: PaneSink): void {
    this.#showDue(sink);
    const newest = this.#slices.at(-1);
    if (!newest) return;
    const last = floorDiv(newest.cell, this.#overlap.step);
    this.#fire(last, (sum, window, mark) => this.#show(sink, sum, window, mark));
    this.#finish(last);
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
    if (!known) this.#slices.splice(place, 0, slice);
    const summed = this.#isSummed(cell);
    if (summed && !known) this.#sums.insert(slice);
    pane.summed = summed || this.#emission.discards;
    return pane;
  }

  /** Windows that must not see the next row: their results are kept aside (as copies) until the batch is over. */
  closeDue(): void {
    const watermark = this.#store.mark.value!;
    const last = this.#lastEndingBy(watermark - this.#emission.lateness);
    const keep: Show = (sum, window, mark, changed) => {
      const copy = this.#newSum();
      copy.copy(sum, changed);
      this.#due.push({ window, mark, sum: copy });
    };
    this.#changed(this.#final, last < this.#fired ? last : this.#fired - 1n, latePane(this.#emission), keep);
    this.#fire(last, keep);
    this.#clearOthers();
    this.#finish(last);
    this.#store.closed = watermark;
  }

  snapshot(): SavedSliding {
    return {
      store: this.#store.snapshot(),
      slices: this.#slices.map(({ cell, pane }) => ({ cell, pane: pane?.snapshot() ?? null })),
      sums: this.#sums.snapshot(),
      due: this.#due.map(({ window, mark, sum }) => ({ window, mark, sum: sum.snapshot() })),
      fired: this.#fired,
      final: this.#final,
    };
  }

  /** @throws StateError when the states are of other keys or aggregations */
  restore({ store, slices, sums, due, fired, final }: SavedSliding): void {
    for (const { pane } of this.#slices) if (pane) this.#store.close(pane);
    for (const { sum } of this.#due) sum.dispose();
    this.#store.restore(store);
    this.#slices = slices.map(({ cell, pane }) => ({ cell, pane: pane && this.#store.load(pane) }));
    this.#sums.restore(sums, this.#slices);
    this.#fired = fired;
    this.#final = final;
    for (const { cell, pane } of this.#slices) if (pane) pane.summed = this.#isSummed(cell) || this.#emission.discards;
    this.#due = due.map(({ window, mark, sum }) => {
      const loaded = this.#newSum();
      loaded.restore(sum);
      return { window, mark, sum: loaded };
    });
  }

  dispose(): void {
    for (const { sum } of this.#due) sum.dispose();
    for (const sums of [this.#sums, this.#others, this.#changes]) sums?.dispose();
    this.#store.dispose();
  }

  #newSum(groups: SumGroups = this.#all): GroupSum {
    return new GroupSum(this.#spec, this.#scratch, groups, this.#store.keys);
  }

  #clearOthers(): void {
    this.#others.clear();
    this.#changedGroups?.forget();
  }

  #spanOf(cell: bigint): PaneSpan {
    const { grid, size, step } = this.#overlap;
    const [oldest, newest] = [this.#oldestOver(cell), floorDiv(cell, step)];
    const endOf = (window: bigint): bigint => grid.start(window * step + size) + this.#emission.lateness;
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

  #lastEndingBy(time: bigint): bigint {
    const { grid, size, step } = this.#overlap;
    return floorDiv(grid.cellOf(time) - size, step);
  }

  /** Whether the sums of windows that are to close hold a cell. */
  #isSummed(cell: bigint): boolean {
    const { to } = this.#sums;
    return to !== null && cell < to && cell >= this.#fired * this.#overlap.step;
  }

  /** Rows of slices that sums hold: the sums get them too, or, where they would be in the wrong place there, are made anew from the slices. */
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
      if (this.#isSummed(cell)) {
        if (this.#ordered) this.#sums.clear();
        else this.#sums.onNew(cell, part, ids);
      }
      this.#changes?.onNew(cell, part, ids);
    }
  };

  #showDue(sink: PaneSink): void {
    for (const { window, mark, sum } of this.#due.splice(0)) {
      this.#show(sink, sum, window, mark);
      sum.dispose();
    }
  }

  /** Windows through `last` close: those with rows show what they have, oldest first. */
  #fire(last: bigint, show: Show): void {
    const { mark, all } = closingPane(this.#emission);
    for (let window = this.#withRows(this.#fired); window !== null && window <= last; ) {
      const before = this.#scratch.mark();
      show(all ? this.#sumOf(window, this.#sums) : this.#changeOf(window), window, mark);
      this.#scratch.release(before);
      window = this.#withRows(window + 1n);
    }
    if (last >= this.#fired) this.#fired = last + 1n;
  }

  /** Windows from `first` to `last` that this batch changed show what has changed. */
  #changed(first: bigint, last: bigint, { mark, all }: Showing, show: Show): void {
    if (first > last) return;
    const { size, step } = this.#overlap;
    const panes = this.#store.changedPanes();
    this.#changedGroups?.gather(panes);
    const changed = panes.map(pane => ({ cell: this.#overlap.grid.cellOf(pane.span.start), pane }));
    let next = first;
    for (const { cell } of changed) {
      const [oldest, newest] = [this.#oldestOver(cell), floorDiv(cell, step)];
      for (let window = oldest > next ? oldest : next; window <= newest && window <= last; window++) {
        next = window + 1n;
        const before = this.#scratch.mark();
        if (this.#changes) show(this.#changeOf(window), window, mark);
        else if (all) show(this.#sumOf(window, this.#others), window, mark);
        else {
          const [from, to] = [window * step, window * step + size];
          const inside = panes.slice(placeOf(changed, from), placeOf(changed, to));
          const marks = (this.#changedGroups ?? this.#all).changedIn(inside);
          show(this.#sumOf(window, this.#others), window, mark, marks);
        }
        this.#scratch.release(before);
      }
    }
  }

  /** Windows that have not closed. */
  #showOpen(show: Show): void {
    const { step } = this.#overlap;
    const newest = this.#slices.at(-1);
    if (!newest || this.#emission.emit === 'onClose') return;
    if (this.#emission.emit !== 'everyBatch') {
      this.#changed(this.#fired, floorDiv(newest.cell, step), openPane(this.#emission, true)!, show);
      return;
    }
    for (let window = this.#withRows(this.#fired); window !== null; window = this.#withRows(window + 1n)) {
      const before = this.#scratch.mark();
      show(this.#sumOf(window, this.#others), window, openPane(this.#emission, false)!.mark);
      this.#scratch.release(before);
    }
  }

  #sumOf(window: bigint, sums: WindowSums): GroupSum {
    const { size, step } = this.#overlap;
    const from = window * step;
    return sums.window(from, from + size, from + step, this.#slices);
  }

  /** What this batch brought for a window. */
  #changeOf(window: bigint): GroupSum {
    const { size, step } = this.#overlap;
    return this.#changes!.sum(window * step, window * step + size);
  }

  /** Windows through `last` take no more rows; slices that only they have go. */
  #finish(last: bigint): void {
    const { grid, step } = this.#overlap;
    if (last < this.#final) return;
    let window = this.#emission.retracts ? this.#withRows(this.#final) : null;
    for (; window !== null && window <= last; window = this.#withRows(window + 1n))
      this.#gone.push(grid.start(window * step));
    this.#final = last + 1n;
    for (const slice of this.#slices.splice(0, placeOf(this.#slices, this.#final * step))) {
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

  /** @param changed marks (u8) of the groups that are shown, by place in the sum; all when absent */
  #show(sink: PaneSink, sum: GroupSum, window: bigint, mark: number, changed?: number): void {
    const { grid, size, step } = this.#overlap;
    const shown = sum.shown(changed);
    const span = { start: grid.start(window * step), end: grid.start(window * step + size) };
    if (shown.count > 0) sink.show(shown, span, mark);
  }
}
