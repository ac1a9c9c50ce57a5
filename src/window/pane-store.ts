import { noGroup } from '../aggregate/accumulator.ts';
import { KeyTable } from '../aggregate/key-table.ts';
import { paneRoom } from '../kernel/pane.ts';
import { selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { BlockRows } from './block-rows.ts';
import type { Emission } from './emission.ts';
import type { AggregateBlock, GroupSpec, GroupState } from './group-state.ts';
import type { Pane, PaneSpan, SavedPane } from './pane.ts';
import { PaneStates } from './pane-states.ts';
import { type PaneItems, PaneTable, type SavedTable, why } from './pane-table.ts';
import type { SavedWatermark } from './watermark.ts';
import { Watermark } from './watermark.ts';
import type { Places, Shown } from './windower.ts';

/** Runs of rows of one pane that are fed one by one, when there are no groups. */
const mostRuns = 8;

/** Who says which panes there are. */
export interface PaneKeeper {
  /** The pane that holds a time. */
  paneAt(time: bigint): Pane;
  /** Windows are due before the next row may be counted; closes them. */
  closeDue(): void;
}

/** A block on its way to the states. */
interface Part {
  readonly block: AggregateBlock;
  /** Its rows' numbers. */
  readonly target: number;
  /** Rows before this have been handed over; those before `ownFrom` to states that each pane has of its own. */
  from: number;
  ownFrom: number;
  /** How many of the others count, and the number of all of them, if they have one. */
  kept: number;
  only: number | undefined;
}

/** Knows groups by the ids of their keys. */
export interface GroupHolder {
  /** Sets marks[id] (u8) to 1 for every group that it needs. */
  markGroups(marks: number): void;
  /** Group g is group map[g] (u32) from now on. */
  renumber(map: number, length: number): void;
}

/** Groups of a pane that are shown, and the numbers of their states. */
export interface PaneGroups extends Shown {
  readonly numbers: number;
}

/** What a store holds as a checkpoint keeps it; panes are saved beside it. */
export interface SavedStore {
  readonly mark: SavedWatermark;
  readonly late: number;
  readonly untimed: number;
  readonly keys: Uint8Array | null;
  readonly table: SavedTable;
  readonly states: readonly unknown[];
}

/** Groups of many stretches of time: rows go in, panes are shown and closed. Keys are hashed once, whatever panes they are in. */
export class PaneStore {
  readonly keys: KeyTable | null;
  readonly mark: Watermark;
  late = 0;
  untimed = 0;
  /** Told which rows of a block, numbers (u32) of `count` rows, are of panes that sums hold; their groups are at `groups` (u32), by row. */
  onSummed: ((block: AggregateBlock, groups: number, rows: number, count: number) => void) | null = null;
  /** Told which rows of the block in hand are late: their numbers (u32). */
  onLate: ((rows: number, count: number) => void) | null = null;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #table: PaneTable;
  readonly #states: PaneStates;
  readonly #blocks: BlockRows;
  readonly #track: boolean;
  readonly #remembered: boolean;
  /** Groups that panes closed with since the last look for idle keys. */
  #closedGroups = 0;

  /**
   * @param emission how far the watermark stays behind, and what it follows
   * @param track whether panes know which groups changed
   * @param remembered whether what is shown is remembered by the places of groups
   */
  constructor(
    spec: GroupSpec,
    scratch: Scratch,
    { delay, followed }: Pick<Emission, 'delay' | 'followed'>,
    track: boolean,
    remembered = false,
  ) {
    const { memory, owner } = spec;
    this.#memory = memory;
    this.#scratch = scratch;
    this.keys = spec.keys.length > 0 ? new KeyTable(memory, { owner, types: spec.keys }) : null;
    this.mark = new Watermark(memory, delay, owner, followed);
    this.#table = new PaneTable(memory, owner);
    this.#states = new PaneStates(spec, scratch, this.#table);
    this.#table.mayBeDense = !track && !remembered && !this.#states.hasOwn;
    this.#blocks = new BlockRows(memory, scratch);
    this.#track = track;
    this.#remembered = remembered;
  }

  /** Number of key ids; 1 without keys. */
  get groups(): number {
    return this.keys ? this.keys.size : 1;
  }

  /** Groups of all panes together. */
  get held(): number {
    return this.#table.held;
  }

  /** Windows that ended at or before this have been closed. */
  set closed(watermark: bigint) {
    this.#table.closed = watermark;
  }

  open(span: PaneSpan): Pane {
    const pane = this.#table.open(span);
    this.#states.opened(pane);
    return pane;
  }

  /** A pane for rows that are not counted any more, or never. */
  bystander(span: PaneSpan): Pane {
    const pane = this.#table.open(span);
    pane.bystander = true;
    return pane;
  }

  /** @param shown all of its groups, where they are at hand */
  close(pane: Pane, shown?: PaneGroups | null): void {
    const items = shown ?? this.#table.items(pane, false, this.#scratch);
    this.#states.closing(pane, items);
    this.#table.close(pane, items);
    this.#closedGroups += items.count;
  }

  /** A block of rows of the batch in hand. */
  rows(block: AggregateBlock, keeper: PaneKeeper): void {
    const { length } = block;
    this.mark.follow();
    const groups = this.#groupsOf(block);
    this.#table.reserve(this.groups);
    const target = this.#scratch.take(length * 4);
    const late = this.onLate ? this.#scratch.take(length * 4) : 0;
    const summed = this.onSummed ? this.#scratch.take(length * 4) : 0;
    const part = { block, target, from: 0, ownFrom: 0, kept: 0, only: undefined as number | undefined };
    for (let row = 0; row < length; ) {
      row = this.#table.assign(block, this.mark, groups, row, this.#track, target, late, summed);
      this.#count(part, late);
      if (this.#table.listed > 0) this.onSummed?.(block, groups, summed, this.#table.listed);
      switch (this.#table.why) {
        case why.unknown: {
          const pane = keeper.paneAt(this.#memory.i64[block.times / 8 + row]!);
          if (this.#table.crowded) this.#feedOwn(part, row);
          this.#table.activate(pane);
          break;
        }
        case why.due:
          this.#feed(part, row);
          keeper.closeDue();
          break;
        case why.full:
          this.#table.grow();
      }
    }
    this.#feed(part, length);
  }

  /** A pane's groups in order of their keys, or those that changed; null when there are none. */
  shown(pane: Pane, changed = false): PaneGroups | null {
    const { numbers, groups, count } = this.#inOrder(pane, changed);
    if (count === 0) return null;
    const { accumulators, ids } = this.#states.of(pane, numbers, count);
    return { accumulators, ids, keys: this.keys, numbers, groups, count, places: this.#placesOf(pane, numbers, count) };
  }

  /** Panes whose groups changed in this batch, the earliest first. */
  changedPanes(): Pane[] {
    return this.#track ? this.#table.changedPanes() : [];
  }

  /** The batch is over. */
  settle(): void {
    if (this.#track) this.#table.settle();
  }

  /** 1 at marks[group] (u8) for every group of the pane that changed. */
  markChanged(pane: Pane, marks: number): void {
    this.#table.markChanged(pane, marks);
  }

  /** These groups of a pane begin anew, without rows. */
  forget(pane: Pane, shown: PaneGroups): void {
    this.#states.forget(pane, shown);
  }

  /** Adds the states of a pane to those of the same groups of `to`, by group. */
  addTo(to: GroupState, pane: Pane): PaneItems {
    const items = this.#table.items(pane, false, this.#scratch);
    this.#states.addTo(to, pane, items);
    return items;
  }

  /** The same of those of the `count` groups at `ids` that it has: group ids[i] is group i there. */
  addSomeTo(to: GroupState, pane: Pane, ids: number, count: number): PaneItems {
    const items = this.#table.pick(pane, ids, count, this.#scratch);
    this.#states.addSomeTo(to, pane, items);
    return items;
  }

  /** The groups that are marked (u8, by key id), in order of their keys: u32 in scratch. There are keys. */
  inOrder(marks: number): { readonly ids: number; readonly count: number } {
    const keys = this.keys!;
    const room = paneRoom(this.#memory);
    const found = this.#scratch.take(keys.size * 4 + 4);
    const count = room.marked(marks, keys.size, found);
    const sorted = keys.sortedFor(count);
    if (sorted === 0) return { ids: this.#taken(found, keys.order(found, count, this.#scratch), count), count };
    return { ids: found, count: room.pickMarked(sorted, keys.size, marks, found) };
  }

  /**
   * Keys that no pane has are forgotten once they are the most, so that memory follows the open windows.
   *
   * @param others hold groups beside the panes
   */
  dropIdleKeys(others?: GroupHolder): void {
    // Looking costs a pass over all panes: only when about as many groups closed since the last look.
    if (!this.keys || this.keys.size < 1024 || this.#closedGroups * 2 < this.keys.size) return;
    this.#closedGroups = 0;
    const { size } = this.keys;
    const marks = this.#scratch.takeZeroed(size);
    this.#table.markGroups(marks);
    others?.markGroups(marks);
    const [kept, map] = [this.#scratch.take(size * 4 + 4), this.#scratch.take(size * 4)];
    const count = paneRoom(this.#memory).marked(marks, size, kept);
    if (count * 2 > size) return;
    this.keys.compact(kept, count, map);
    this.#table.renumber(map);
    others?.renumber(map, size);
  }

  snapshot(): SavedStore {
    return {
      mark: this.mark.snapshot(),
      late: this.late,
      untimed: this.untimed,
      keys: this.keys?.snapshot() ?? null,
      table: this.#table.snapshot(),
      states: this.#states.snapshot(),
    };
  }

  /** @throws StateError when the states are of other keys or aggregations */
  restore({ mark, late, untimed, keys, table, states }: SavedStore): void {
    this.mark.restore(mark);
    this.late = late;
    this.untimed = untimed;
    if (this.keys && keys) this.keys.restore(keys);
    this.#table.restore(table);
    this.#states.restore(states);
  }

  /** A saved pane. @throws StateError when its states are of other aggregations */
  load(saved: SavedPane): Pane {
    const pane = this.#table.load(saved);
    this.#states.load(pane, saved.own);
    return pane;
  }

  dispose(): void {
    this.keys?.dispose();
    this.mark.dispose();
    this.#states.dispose();
    this.#table.dispose();
  }

  #groupsOf(block: AggregateBlock): number {
    if (!this.keys) return 0;
    const groups = this.#scratch.take(block.length * 4);
    this.keys.ids(block.keys, block.length, groups);
    return groups;
  }

  #count(part: Part, late: number): void {
    const { late: count, untimed, kept, only } = this.#table;
    this.untimed += untimed;
    this.late += count;
    if (count > 0) this.onLate?.(late, count);
    if (kept === 0) return;
    if (part.kept === 0) part.only = only;
    else if (part.only !== only) part.only = undefined;
    part.kept += kept;
  }

  /** Hands the rows up to `to`, which have their numbers, to the states. */
  #feed(part: Part, to: number): void {
    this.#feedOwn(part, to);
    const { block, target, from, kept, only } = part;
    const length = to - from;
    part.from = to;
    part.kept = 0;
    if (kept === 0) return;
    // one state for all of them, or for long runs: its loops keep it at hand
    if (only !== undefined && kept === length) this.#give(part, from, length, only);
    else if (this.keys || !this.#giveRuns(part, from, length))
      this.#states.onNew(this.#blocks.slice(block, from, length), target + from * 4, undefined);
  }

  #give({ block, target }: Part, from: number, length: number, only: number): void {
    this.#states.onNew(this.#blocks.slice(block, from, length), target + from * 4, only);
  }

  #giveRuns(part: Part, from: number, length: number): boolean {
    const ends = this.#scratch.take(mostRuns * 8);
    const count = paneRoom(this.#memory).runs(part.target + from * 4, length, mostRuns, ends);
    if (count < 0) return false;
    const runs = this.#memory.u32.slice(ends / 4, ends / 4 + count * 2);
    let start = 0;
    for (let run = 0; run < count; run++) {
      const [number, end] = [runs[run * 2]!, runs[run * 2 + 1]!];
      if (number !== noGroup) this.#give(part, from + start, end - start, number);
      start = end;
    }
    return true;
  }

  #feedOwn(part: Part, to: number): void {
    const { block, target, ownFrom } = part;
    part.ownFrom = to;
    if (!this.#states.hasOwn || to === ownFrom) return;
    this.#states.onNewOwn(this.#blocks.slice(block, ownFrom, to - ownFrom), target + ownFrom * 4);
  }

  /** Groups' places in their pane: no one else has them while the pane is open. */
  #placesOf(pane: Pane, numbers: number, count: number): Places | undefined {
    if (!this.#remembered) return undefined;
    const at = this.#scratch.take(count * 4);
    this.#table.locals(numbers, count, at);
    return { at, below: pane.count };
  }

  #inOrder(pane: Pane, changed: boolean): PaneItems {
    const { keys } = this;
    if (keys && !changed && (pane.map !== 0 || pane.base !== null)) {
      const sorted = keys.sortedFor(this.#table.countOf(pane));
      if (sorted !== 0) return this.#table.sortedItems(pane, sorted, keys.size, this.#scratch);
    }
    const items = this.#table.items(pane, changed, this.#scratch);
    if (!keys || items.count === 0) return items;
    const { numbers, groups, count } = items;
    const order = keys.order(groups, count, this.#scratch);
    return { numbers: this.#taken(numbers, order, count), groups: this.#taken(groups, order, count), count };
  }

  #taken(values: number, rows: number, count: number): number {
    const out = this.#scratch.take(count * 4);
    selectRoom(this.#memory).take32(values, rows, out, count);
    return out;
  }
}
