import type { Scratch } from '../memory/scratch.ts';
import type { Grid } from './grid.ts';
import type { AggregateBlock, GroupSpec } from './group-state.ts';
import type { Pane, SavedPane } from './pane.ts';
import { type PaneGroups, type PaneKeeper, PaneStore, type SavedStore } from './pane-store.ts';
import { afterAll } from './watermark.ts';
import type { EmitMode } from './window.ts';
import type { Held, PaneSink, Windower, WindowProgress } from './windower.ts';

/** Open windows as a checkpoint keeps them. */
export interface SavedTumbling {
  readonly store: SavedStore;
  readonly panes: readonly SavedPane[];
}

/** Windows side by side, each a cell of a grid, closed by the watermark. */
export class Tumbling implements Windower, PaneKeeper {
  readonly #scratch: Scratch;
  readonly #store: PaneStore;
  readonly #grid: Grid;
  readonly #emit: EmitMode;
  /** Open windows by start, oldest first. */
  readonly #panes: Pane[] = [];

  constructor(spec: GroupSpec, scratch: Scratch, grid: Grid, delay: bigint, emit: EmitMode) {
    this.#store = new PaneStore(spec, scratch, delay, emit === 'changed');
    this.#scratch = scratch;
    this.#grid = grid;
    this.#emit = emit;
  }

  get progress(): WindowProgress {
    const { mark, late, untimed } = this.#store;
    return { watermark: mark.value, late, untimed };
  }

  get held(): Held {
    return { groups: this.#store.held, windows: this.#panes.length };
  }

  rows(block: AggregateBlock): void {
    this.#store.rows(block, this);
  }

  batchEnd(sink: PaneSink): void {
    if (this.#emit === 'end') return;
    const watermark = this.#store.mark.value;
    let closed = 0;
    if (watermark !== null) while (closed < this.#panes.length && this.#panes[closed]!.span.end <= watermark) closed++;
    this.#close(sink, closed);
    if (this.#emit === 'onClose') return;
    for (const pane of this.#panes) {
      if (pane.changed || this.#emit === 'everyBatch') this.#show(sink, pane);
      this.#store.settle(pane);
    }
  }

  end(sink: PaneSink): void {
    this.#close(sink, this.#panes.length);
  }

  paneAt(time: bigint): Pane {
    const cell = this.#grid.cellOf(time);
    const [start, end] = [this.#grid.start(cell), this.#grid.start(cell + 1n)];
    let place = this.#panes.length;
    while (place > 0 && this.#panes[place - 1]!.span.start > start) place--;
    const found = this.#panes[place - 1];
    if (found?.span.start === start) return found;
    const span = { start, end, first: afterAll, last: end, counted: true };
    const watermark = this.#store.mark.value;
    if (watermark !== null && end <= watermark) return this.#store.bystander(span);
    const pane = this.#store.open(span);
    this.#panes.splice(place, 0, pane);
    return pane;
  }

  closeDue(): void {}

  snapshot(): SavedTumbling {
    return { store: this.#store.snapshot(), panes: this.#panes.map(pane => pane.snapshot()) };
  }

  /** @throws StateError when the states are of other keys or aggregations */
  restore({ store, panes }: SavedTumbling): void {
    for (const pane of this.#panes.splice(0)) this.#store.close(pane);
    this.#store.restore(store);
    for (const saved of panes) this.#panes.push(this.#store.load(saved));
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Shows and frees the `count` oldest windows. */
  #close(sink: PaneSink, count: number): void {
    if (count === 0) return;
    for (const pane of this.#panes.splice(0, count)) {
      const mark = this.#scratch.mark();
      this.#store.close(pane, this.#show(sink, pane));
      this.#scratch.release(mark);
    }
    this.#store.dropIdleKeys();
  }

  #show(sink: PaneSink, pane: Pane): PaneGroups | null {
    const shown = this.#store.shown(pane);
    if (shown) sink.show(shown, pane.span); // none: every row's key was null
    return shown;
  }
}
