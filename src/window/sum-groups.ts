import { paneRoom } from '../kernel/pane.ts';
import { selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { GroupState } from './group-state.ts';
import type { Pane } from './pane.ts';
import type { PaneStore } from './pane-store.ts';

/** Some groups of a sum: addresses of u32 in scratch. */
export interface PlacedGroups {
  /** Where the sum keeps their states. */
  readonly places: number;
  /** Their keys' ids. */
  readonly groups: number;
  readonly count: number;
}

/** The groups that sums are of. Each has a place: where sums keep its state. */
export interface SumGroups {
  /** Places there are. */
  readonly size: number;
  /** Adds the states of a pane to those of `to`, which are by place; gives the places that the pane has: u32 in scratch. */
  addTo(to: GroupState, pane: Pane): { readonly places: number; readonly count: number };
  /** The groups whose places are marked (u8), in order of their keys; there are keys. */
  marked(marks: number): PlacedGroups;
  /** Marks (u8, by place) of the groups that changed in any of the panes. */
  changedIn(panes: Iterable<Pane>): number;
  /** The key ids of all places: u32, which may be changed until the next are asked for. */
  keyIds(): number;
}

/** All groups of a store; their places are their key ids. */
export class AllGroups implements SumGroups {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #store: PaneStore;

  constructor(memory: Memory, scratch: Scratch, store: PaneStore) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#store = store;
  }

  get size(): number {
    return this.#store.groups;
  }

  addTo(to: GroupState, pane: Pane): { places: number; count: number } {
    const { groups, count } = this.#store.addTo(to, pane);
    return { places: groups, count };
  }

  marked(marks: number): PlacedGroups {
    const keys = this.#store.keys!;
    const ids = this.#scratch.take(keys.size * 4 + 4);
    const count = paneRoom(this.#memory).pickMarked(keys.sorted(), keys.size, marks, ids);
    return { places: ids, groups: ids, count };
  }

  changedIn(panes: Iterable<Pane>): number {
    const marks = this.#scratch.takeZeroed(this.size);
    for (const pane of panes) this.#store.markChanged(pane, marks);
    return marks;
  }

  keyIds(): number {
    const ids = this.#scratch.take(this.size * 4);
    this.#memory.bulk.iota(ids, 0, this.size);
    return ids;
  }
}

/**
 * The groups of a store that a batch changed, in order of their keys: windows that show only those need not be summed for all groups.
 * 100 changed groups of 30,000 in six windows, ms a batch: sum 1.2 → 0.1, median 19 → 0.5, nunique 1.7 → 0.5 (Node 20, medians of 30).
 */
export class ChangedGroups implements SumGroups {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #store: PaneStore;
  readonly #all: AllGroups;
  /** Key ids by place: u32 in scratch; 0 before any are gathered. */
  #ids = 0;
  #count = 0;

  constructor(memory: Memory, scratch: Scratch, store: PaneStore) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#store = store;
    this.#all = new AllGroups(memory, scratch, store);
  }

  get size(): number {
    return this.#count;
  }

  /** From now on those that changed in any of the panes, until `forget`. */
  gather(panes: Iterable<Pane>): void {
    if (this.#ids !== 0) return;
    const { ids, count } = this.#store.inOrder(this.#all.changedIn(panes));
    this.#ids = ids;
    this.#count = count;
  }

  forget(): void {
    this.#ids = this.#count = 0;
  }

  addTo(to: GroupState, pane: Pane): { places: number; count: number } {
    const { groups, count } = this.#store.addSomeTo(to, pane, this.#ids, this.#count);
    return { places: groups, count };
  }

  marked(marks: number): PlacedGroups {
    const [places, groups] = [this.#scratch.take(this.#count * 4 + 4), this.#scratch.take(this.#count * 4 + 4)];
    const count = paneRoom(this.#memory).marked(marks, this.#count, places);
    selectRoom(this.#memory).take32(this.#ids, places, groups, count);
    return { places, groups, count };
  }

  changedIn(panes: Iterable<Pane>): number {
    const marks = this.#scratch.take(this.#count);
    selectRoom(this.#memory).take8(this.#all.changedIn(panes), this.#ids, marks, this.#count);
    return marks;
  }

  keyIds(): number {
    const ids = this.#scratch.take(this.#count * 4);
    this.#memory.bulk.copy(ids, this.#ids, this.#count * 4);
    return ids;
  }
}
