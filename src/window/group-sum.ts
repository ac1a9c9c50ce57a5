import { paneRoom } from '../kernel/pane.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type AggregateBlock, type GroupSpec, GroupState, type SavedGroups } from './group-state.ts';
import type { Pane } from './pane.ts';
import type { PaneStore } from './pane-store.ts';
import type { Shown } from './windower.ts';

/** A sum as a checkpoint keeps it. */
export interface SavedSum {
  readonly groups: SavedGroups;
  readonly present: Uint8Array;
}

/** The states of several panes brought together, by key id, and which groups have any rows. */
export class GroupSum {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #store: PaneStore;
  readonly #owner: string;
  readonly #state: GroupState;
  /** A byte for each group, 1 when it has rows. */
  #present = 0;
  #groups = 0;

  constructor(spec: GroupSpec, scratch: Scratch, store: PaneStore) {
    this.#memory = spec.memory;
    this.#scratch = scratch;
    this.#store = store;
    this.#owner = spec.owner;
    this.#state = new GroupState({ ...spec, keys: [] }, false);
  }

  /** Adds a pane; its rows are taken to be later ones. */
  add(pane: Pane): void {
    this.#reserve();
    const { groups, count } = this.#store.addTo(this.#state, pane);
    paneRoom(this.#memory).mark(groups, count, this.#present);
  }

  /** Adds a sum of later panes. */
  addSum(later: GroupSum): void {
    this.#reserve();
    const groups = later.#groups;
    const ids = this.#scratch.take(groups * 4);
    this.#memory.bulk.iota(ids, 0, groups);
    this.#state.mergeStates(later.#state, ids, groups);
    paneRoom(this.#memory).either(this.#present, later.#present, groups);
  }

  /** As `from`, or only the groups of it that are marked (u8, by key id); this is empty. */
  copy(from: GroupSum, marks?: number): void {
    if (marks === undefined) {
      this.addSum(from);
      return;
    }
    const map = this.#scratch.take(from.#groups * 4);
    this.#memory.bulk.iota(map, 0, from.#groups);
    paneRoom(this.#memory).dropUnmarked(map, from.#groups, marks);
    this.takeOver(from, map);
  }

  /** Rows of a pane that it holds; `groups` are their key ids (u32), 0 without keys. */
  onNew(block: AggregateBlock, groups: number): void {
    this.#reserve();
    this.#state.feed(block, groups);
    if (groups === 0) this.#memory.u8[this.#present] = 1;
    else paneRoom(this.#memory).mark(groups, block.length, this.#present);
  }

  /**
   * The groups that have rows, in order of their keys; good until the next one is shown.
   *
   * @param marks only those marked there (u8, by key id)
   */
  shown(marks?: number): Shown {
    const { keys } = this.#store;
    if (!keys) {
      const count = this.#groups > 0 ? this.#memory.u8[marks ?? this.#present]! : 0;
      return { ...this.#state.shown(0, count), places: { at: 0, below: 1 } };
    }
    this.#reserve();
    const sorted = keys.sorted();
    const ids = this.#scratch.take(keys.size * 4 + 4);
    const count = paneRoom(this.#memory).pickMarked(sorted, keys.size, marks ?? this.#present, ids);
    const { accumulators, ids: places } = this.#state.shown(ids, count);
    return { accumulators, ids: places, keys, groups: ids, count, places: { at: ids, below: keys.size } };
  }

  /** 1 at `marks` (u8) for every group that has rows. */
  markGroups(marks: number): void {
    paneRoom(this.#memory).either(marks, this.#present, this.#groups);
  }

  /** As `from`, whose group g is group map[g] here, or nowhere; this is empty. */
  takeOver(from: GroupSum, map: number): void {
    this.#reserve();
    const room = paneRoom(this.#memory);
    const [places, ids] = [this.#scratch.take(from.#groups * 4 + 4), this.#scratch.take(from.#groups * 4 + 4)];
    this.#state.mergeStates(from.#state, map, from.#groups);
    const count = room.marked(from.#present, from.#groups, places);
    room.renumber(places, count, map, ids);
    room.mark(ids, count, this.#present);
  }

  clear(): void {
    this.#state.clearAccumulators();
    this.#memory.bulk.fill(this.#present, 0, this.#groups);
  }

  snapshot(): SavedSum {
    const { u8 } = this.#memory;
    return { groups: this.#state.snapshot(), present: u8.slice(this.#present, this.#present + this.#groups) };
  }

  /** @throws StateError when the states are of other aggregations */
  restore({ groups, present }: SavedSum): void {
    this.clear();
    this.#state.restore(groups);
    this.#reserve();
    this.#memory.u8.set(present, this.#present);
  }

  dispose(): void {
    this.#state.dispose();
    this.#memory.free(this.#present);
    this.#present = this.#groups = 0;
  }

  /** Makes room for all keys. */
  #reserve(): void {
    const { groups } = this.#store;
    if (groups <= this.#groups) return;
    this.#state.reserve(groups);
    if (groups > this.#memory.sizeOf(this.#present)) {
      this.#present = this.#memory.reallocate(this.#present, this.#groups, groups * 2, this.#owner);
    }
    this.#memory.bulk.fill(this.#present + this.#groups, 0, groups - this.#groups);
    this.#groups = groups;
  }
}
