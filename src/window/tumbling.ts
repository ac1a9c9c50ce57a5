import type { Scratch } from '../memory/scratch.ts';
import { type AggregateBlock, type GroupSpec, type GroupState, groupsOf, type SavedGroups } from './group-state.ts';
import { PanePool } from './pane-pool.ts';
import { type SavedSlicer, Slicer } from './slicer.ts';
import type { EmitMode } from './window.ts';
import type { Held, PaneSink, Windower, WindowProgress } from './windower.ts';

interface Pane {
  readonly start: bigint;
  readonly state: GroupState;
  changed: boolean;
}

/** Open windows as a checkpoint keeps them. */
export interface SavedTumbling {
  readonly slicer: SavedSlicer;
  readonly panes: readonly { readonly start: bigint; readonly groups: SavedGroups }[];
}

/** Windows [start, start + size), one after another, closed by the watermark. */
export class Tumbling implements Windower {
  readonly #slicer: Slicer;
  readonly #pool: PanePool;
  readonly #scratch: Scratch;
  readonly #size: bigint;
  readonly #emit: EmitMode;
  /** Open panes by start, oldest first. */
  readonly #panes: Pane[] = [];

  constructor(spec: GroupSpec, scratch: Scratch, size: bigint, offset: bigint, delay: bigint, emit: EmitMode) {
    this.#slicer = new Slicer(spec.memory, scratch, { size, offset, reach: size, step: 0n }, delay, spec.owner);
    this.#pool = new PanePool(spec);
    this.#scratch = scratch;
    this.#size = size;
    this.#emit = emit;
  }

  get progress(): WindowProgress {
    const { watermark, late, untimed } = this.#slicer;
    return { watermark, late, untimed };
  }

  get held(): Held {
    return { groups: groupsOf(this.#panes), windows: this.#panes.length };
  }

  rows(block: AggregateBlock): void {
    this.#slicer.each(block, this.#add, noop);
  }

  batchEnd(sink: PaneSink): void {
    if (this.#emit === 'end') return;
    const { watermark } = this.#slicer;
    let closed = 0;
    if (watermark !== null)
      while (closed < this.#panes.length && this.#panes[closed]!.start + this.#size <= watermark) closed++;
    this.#close(sink, closed);
    if (this.#emit === 'onClose') return;
    for (const pane of this.#panes) {
      if (pane.changed || this.#emit === 'everyBatch') this.#show(sink, pane);
      pane.changed = false;
    }
  }

  end(sink: PaneSink): void {
    this.#close(sink, this.#panes.length);
  }

  snapshot(): SavedTumbling {
    const panes = this.#panes.map(({ start, state }) => ({ start, groups: state.snapshot() }));
    return { slicer: this.#slicer.snapshot(), panes };
  }

  /** @throws StateError when the states are of other keys or aggregations */
  restore({ slicer, panes }: SavedTumbling): void {
    this.#slicer.restore(slicer);
    for (const { state } of this.#panes.splice(0)) this.#pool.give(state);
    for (const { start, groups } of panes) this.#paneAt(start).state.restore(groups);
  }

  dispose(): void {
    for (const { state } of this.#panes) state.dispose();
    this.#panes.length = 0;
    this.#pool.dispose();
    this.#slicer.dispose();
  }

  readonly #add = (start: bigint, rows: AggregateBlock): void => {
    const pane = this.#paneAt(start);
    pane.changed = true;
    pane.state.onNew(rows, pane.state.keys ? pane.state.ids(rows, this.#scratch.take(rows.length * 4)) : 0);
  };

  #paneAt(start: bigint): Pane {
    let place = this.#panes.length;
    while (place > 0 && this.#panes[place - 1]!.start > start) place--;
    const found = this.#panes[place - 1];
    if (found?.start === start) return found;
    const pane = { start, state: this.#pool.take(), changed: false };
    this.#panes.splice(place, 0, pane);
    return pane;
  }

  /** Shows and frees the `count` oldest panes. */
  #close(sink: PaneSink, count: number): void {
    for (const pane of this.#panes.splice(0, count)) {
      this.#show(sink, pane);
      this.#pool.give(pane.state);
    }
  }

  #show(sink: PaneSink, { state, start }: Pane): void {
    if (state.size === 0) return; // every row's key was null
    sink.pane(state, state.keys ? state.keys.sorted() : 0, state.size, start, start + this.#size);
  }
}

const noop = (): void => {};
