import type { Scratch } from '../memory/scratch.ts';
import { closingPane, type Emission, latePane, openPane, type Showing, tracksChanges } from './emission.ts';
import type { Grid } from './grid.ts';
import type { AggregateBlock, GroupSpec } from './group-state.ts';
import type { Pane, SavedPane } from './pane.ts';
import { type PaneGroups, type PaneKeeper, PaneStore, type SavedStore } from './pane-store.ts';
import { afterAll, beforeAll } from './watermark.ts';
import type { Held, PaneSink, Windower, WindowProgress } from './windower.ts';

/** Open windows as a checkpoint keeps them. */
export interface SavedTumbling {
  readonly firedTo: bigint;
  readonly store: SavedStore;
  readonly panes: readonly SavedPane[];
}

/** Windows side by side, each a cell of a grid, closed by the watermark. */
export class Tumbling implements Windower, PaneKeeper {
  readonly #scratch: Scratch;
  readonly #store: PaneStore;
  readonly #grid: Grid;
  readonly #emission: Emission;
  /** Windows that take rows, oldest first; those whose end the watermark has passed come first. */
  readonly #panes: Pane[] = [];
  /** The watermark of the last batch: windows that ended until then have shown what they had. */
  #firedTo: bigint = beforeAll;

  constructor(spec: GroupSpec, scratch: Scratch, grid: Grid, emission: Emission) {
    this.#store = new PaneStore(spec, scratch, emission, tracksChanges(emission), emission.retracts);
    this.#scratch = scratch;
    this.#grid = grid;
    this.#emission = emission;
  }

  get progress(): WindowProgress {
    const { mark, late, untimed } = this.#store;
    return { watermark: mark.value, late, untimed };
  }

  get held(): Held {
    return { groups: this.#store.held, windows: this.#panes.length };
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
    const watermark = this.#store.mark.value;
    if (watermark === null) return;
    for (const pane of this.#store.changedPanes()) if (pane.fired) this.#show(sink, pane, latePane(this.#emission));
    this.#close(sink, watermark);
    this.#fire(sink, watermark);
    if (this.#emission.emit !== 'onClose') this.#showOpen(sink);
    this.#store.settle();
    this.#store.dropIdleKeys();
  }

  end(sink: PaneSink): void {
    this.#close(sink, afterAll);
    this.#fire(sink, afterAll);
  }

  paneAt(time: bigint): Pane {
    const cell = this.#grid.cellOf(time);
    const [start, end] = [this.#grid.start(cell), this.#grid.start(cell + 1n)];
    let place = this.#panes.length;
    while (place > 0 && this.#panes[place - 1]!.span.start > start) place--;
    const found = this.#panes[place - 1];
    if (found?.span.start === start) return found;
    const span = { start, end, first: afterAll, last: end + this.#emission.lateness, counted: true };
    const watermark = this.#store.mark.value;
    if (watermark !== null && span.last <= watermark) return this.#store.bystander(span);
    const pane = this.#store.open(span);
    this.#panes.splice(place, 0, pane);
    pane.fired = end <= this.#firedTo; // without rows, it showed nothing
    return pane;
  }

  closeDue(): void {}

  snapshot(): SavedTumbling {
    return {
      firedTo: this.#firedTo,
      store: this.#store.snapshot(),
      panes: this.#panes.map(pane => pane.snapshot()),
    };
  }

  /** @throws StateError when the states are of other keys or aggregations */
  restore({ firedTo, store, panes }: SavedTumbling): void {
    for (const pane of this.#panes.splice(0)) this.#store.close(pane);
    this.#store.restore(store);
    for (const saved of panes) this.#panes.push(this.#store.load(saved));
    this.#firedTo = firedTo;
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Windows whose end the watermark has passed show what they have, and go if they take no more rows. */
  #fire(sink: PaneSink, watermark: bigint): void {
    this.#firedTo = watermark;
    const showing = closingPane(this.#emission);
    let closed = 0;
    for (let at = this.#firstUnfired(); at < this.#panes.length && this.#panes[at]!.span.end <= watermark; at++) {
      const pane = this.#panes[at]!;
      const before = this.#scratch.mark();
      const shown = this.#show(sink, pane, showing);
      pane.fired = true;
      if (pane.span.last <= watermark) {
        this.#free(sink, pane, showing.all ? shown : null);
        closed++; // as all before it
      }
      this.#scratch.release(before);
    }
    this.#panes.splice(0, closed);
  }

  #firstUnfired(): number {
    let at = this.#panes.length;
    while (at > 0 && !this.#panes[at - 1]!.fired) at--;
    return at;
  }

  #showOpen(sink: PaneSink): void {
    const panes = this.#emission.emit === 'everyBatch' ? this.#panes : this.#store.changedPanes();
    for (const pane of panes) {
      const showing = pane.fired ? null : openPane(this.#emission, pane.changed);
      const before = this.#scratch.mark();
      if (showing) this.#show(sink, pane, showing);
      this.#scratch.release(before);
    }
  }

  /** Windows that have shown what they had and take no more rows go. */
  #close(sink: PaneSink, watermark: bigint): void {
    let count = 0;
    for (; count < this.#panes.length; count++) {
      const pane = this.#panes[count]!;
      if (!pane.fired || pane.span.last > watermark) break;
      const before = this.#scratch.mark();
      this.#free(sink, pane, null);
      this.#scratch.release(before);
    }
    this.#panes.splice(0, count);
  }

  #free(sink: PaneSink, pane: Pane, shown: PaneGroups | null): void {
    this.#store.close(pane, shown);
    if (this.#emission.retracts) sink.gone(pane.span.start);
  }

  #show(sink: PaneSink, pane: Pane, { mark, all }: Showing): PaneGroups | null {
    const shown = this.#store.shown(pane, !all);
    if (!shown) return null; // every row's key was null
    sink.show(shown, pane.span, mark);
    if (this.#emission.discards) this.#store.forget(pane, shown);
    return shown;
  }
}
