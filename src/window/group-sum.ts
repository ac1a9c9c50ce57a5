import type { KeyTable } from '../aggregate/key-table.ts';
import { paneRoom } from '../kernel/pane.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type AggregateBlock, type GroupSpec, GroupState, type SavedGroups } from './group-state.ts';
import type { Pane } from './pane.ts';
import type { SumGroups } from './sum-groups.ts';
import type { Shown } from './windower.ts';

/** A sum as a checkpoint keeps it. */
export interface SavedSum {
  readonly groups: SavedGroups;
  readonly present: Uint8Array;
}

/** A sum with room for this many times the groups there are gives it back when it is cleared, if that is worth it. */
const spareRoom = 4;
const leastRoom = 1024;

/** The states of several panes brought together, by place, and which places have any rows. */
export class GroupSum {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #spec: GroupSpec;
  readonly #places: SumGroups;
  readonly #keys: KeyTable | null;
  #state: GroupState;
  /** A byte for each place, 1 when its group has rows. */
  #present = 0;
  /** Places that there is room for; those beyond the ones there are have no rows. */
  #room = 0;

  /** @param keys those of the groups at `places` */
  constructor(spec: GroupSpec, scratch: Scratch, places: SumGroups, keys: KeyTable | null) {
    this.#memory = spec.memory;
    this.#scratch = scratch;
    this.#spec = { ...spec, keys: [] };
    this.#places = places;
    this.#keys = keys;
    this.#state = new GroupState(this.#spec, false);
  }

  /** Adds a pane; its rows are taken to be later ones. */
  add(pane: Pane): void {
    this.#reserve();
    const { places, count } = this.#places.addTo(this.#state, pane);
    paneRoom(this.#memory).mark(places, count, this.#present);
  }

  /** Adds a sum of later panes, over the same places. */
  addSum(later: GroupSum): void {
    this.#reserve();
    const size = later.#size;
    const ids = this.#scratch.take(size * 4);
    this.#memory.bulk.iota(ids, 0, size);
    this.#state.mergeStates(later.#state, ids, size);
    paneRoom(this.#memory).either(this.#present, later.#present, size);
  }

  /** As `from`, or only the groups of it that are marked (u8, by its places); this is empty, and of all groups. */
  copy(from: GroupSum, marks?: number): void {
    const map = from.#places.keyIds();
    if (marks !== undefined) paneRoom(this.#memory).dropUnmarked(map, from.#size, marks);
    this.takeOver(from, map, from.#size);
  }

  /** Rows of a pane that it holds; `groups` are their places (u32), 0 without keys. */
  onNew(block: AggregateBlock, groups: number): void {
    this.#reserve();
    this.#state.feed(block, groups);
    if (groups === 0) this.#memory.u8[this.#present] = 1;
    else paneRoom(this.#memory).mark(groups, block.length, this.#present);
  }

  /**
   * The groups that have rows, in order of their keys; good until the next one is shown.
   *
   * @param marks only those marked there (u8, by place)
   */
  shown(marks?: number): Shown {
    this.#reserve();
    const keys = this.#keys;
    if (!keys) {
      const count = this.#memory.u8[marks ?? this.#present]!;
      return { ...this.#state.shown(0, count), places: { at: 0, below: 1 } };
    }
    const { places, groups, count } = this.#places.marked(marks ?? this.#present);
    const { accumulators, ids } = this.#state.shown(places, count);
    return { accumulators, ids, keys, groups, count, places: { at: groups, below: keys.size } };
  }

  /** 1 at `marks` (u8, by place) for every group that has rows. */
  markGroups(marks: number): void {
    paneRoom(this.#memory).either(marks, this.#present, this.#size);
  }

  /** As `from`, whose group at place p is at place map[p] (u32, of `length` places) here, or nowhere; this is empty. */
  takeOver(from: GroupSum, map: number, length: number): void {
    this.#reserve();
    const size = Math.min(from.#room, length);
    const room = paneRoom(this.#memory);
    const [places, ids] = [this.#scratch.take(size * 4 + 4), this.#scratch.take(size * 4 + 4)];
    this.#state.mergeStates(from.#state, map, size);
    const count = room.marked(from.#present, size, places);
    room.renumber(places, count, map, ids);
    room.mark(ids, count, this.#present);
  }

  clear(): void {
    if (this.#room > leastRoom && this.#room > this.#places.size * spareRoom) {
      this.dispose();
      this.#state = new GroupState(this.#spec, false);
      return;
    }
    this.#state.clearAccumulators();
    this.#memory.bulk.fill(this.#present, 0, this.#room);
  }

  snapshot(): SavedSum {
    const { u8 } = this.#memory;
    return { groups: this.#state.snapshot(), present: u8.slice(this.#present, this.#present + this.#size) };
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
    this.#present = this.#room = 0;
  }

  /** Places that may have rows. */
  get #size(): number {
    return Math.min(this.#room, this.#places.size);
  }

  /** Makes room for all places. */
  #reserve(): void {
    const { size } = this.#places;
    if (size <= this.#room) return;
    this.#state.reserve(size);
    if (size > this.#memory.sizeOf(this.#present)) {
      this.#present = this.#memory.reallocate(this.#present, this.#room, size * 2, this.#spec.owner);
    }
    this.#memory.bulk.fill(this.#present + this.#room, 0, size - this.#room);
    this.#room = size;
  }
}
