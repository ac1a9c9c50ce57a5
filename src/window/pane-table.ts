import { paneRoom } from '../kernel/pane.ts';
import type { PaneRoom } from '../kernel/wasm/pane.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { AggregateBlock } from './group-state.ts';
import { Pane, type PaneSpan, type SavedPane } from './pane.ts';
import { PaneRanges } from './pane-ranges.ts';
import type { Watermark } from './watermark.ts';

// Panes in assembly/pane/panes.ts, in u32 places
const ITEMS = 0;
const CAPACITY = 1;
const USED = 2;
const FREE = 3;
const ACTIVE = 4;
const ACTIVE_COUNT = 5;
const KEPT = 6;
const LATE = 7;
const UNTIMED = 8;
const LISTED = 9;
const WHY = 10;
const ONLY = 11;
const CLOSED = 7; // in i64 places

const none = 0xffff_ffff;
/** Panes that rows are looked up in without asking: late rows of many windows come in turns. */
const mostActive = 32;
/** Entries of all maps together; with many groups fewer panes are active. */
const mapEntries = 1 << 24;

/** Why `assign` stopped before a row. */
export const why = /* @__PURE__ */ Object.freeze({ done: 0, unknown: 1, due: 2, full: 3 });

/** Some groups of a pane: addresses of u32 in scratch. */
export interface PaneItems {
  readonly count: number;
  /** The numbers of their states. */
  readonly numbers: number;
  /** Their keys' ids. */
  readonly groups: number;
}

const noItems = /* @__PURE__ */ Object.freeze({ groups: 0, count: 0 });

/** The panes of a table as a checkpoint keeps them. */
export interface SavedTable {
  readonly items: Uint8Array;
  readonly free: number;
  readonly closed: bigint;
}

/**
 * Which groups each pane has, and the number of each pane's group: where its state is in accumulators that all panes share. A kernel
 * gives rows their numbers; see assembly/pane/panes.ts.
 */
export class PaneTable {
  readonly #memory: Memory;
  readonly #room: PaneRoom;
  readonly #owner: string;
  readonly #header: number;
  readonly #itemBytes: number;
  readonly #panes = new Set<Pane>();
  readonly #spareRecords: number[] = [];
  readonly #spareMaps: number[] = [];
  #active: Pane[] = [];
  #mapGroups = 0;
  readonly #ranges: PaneRanges;
  #groups = 0;
  /** Panes with changes that are not active any more. */
  readonly #changedBefore = new Set<Pane>();

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#room = paneRoom(memory);
    this.#owner = owner;
    this.#itemBytes = this.#room.itemBytes.value as number;
    this.#header = memory.allocateZeroed(this.#room.panesBytes.value as number, owner);
    this.#set(FREE, none);
    this.#set(ACTIVE, memory.allocate(mostActive * 4, owner));
    this.closed = -(2n ** 63n);
    this.#ranges = new PaneRanges(memory, owner, this.#header, this.#itemBytes);
  }

  /** Nobody asks for the places of groups in their panes, or which of them changed. */
  set mayBeDense(value: boolean) {
    this.#ranges.inUse = value;
  }

  /** Numbers are below this. */
  get used(): number {
    return this.#get(USED);
  }

  /** Rows of the last `assign` that count. */
  get kept(): number {
    return this.#get(KEPT);
  }

  /** Those that were late. */
  get late(): number {
    return this.#get(LATE);
  }

  get untimed(): number {
    return this.#get(UNTIMED);
  }

  /** Those in panes that sums hold. */
  get listed(): number {
    return this.#get(LISTED);
  }

  /** Why the last `assign` stopped. */
  get why(): number {
    return this.#get(WHY);
  }

  /** The number of all rows of the last `assign` that count; undefined when they have several. */
  get only(): number | undefined {
    const only = this.#get(ONLY);
    return only === none ? undefined : only;
  }

  /** Groups of all panes together. */
  get held(): number {
    let groups = 0;
    for (const pane of this.#panes) groups += this.countOf(pane);
    return groups;
  }

  get panes(): Iterable<Pane> {
    return this.#panes;
  }

  get activePanes(): readonly Pane[] {
    return this.#active;
  }

  /** Whether an active pane must go before another becomes active. */
  get crowded(): boolean {
    return this.#active.length >= Math.max(4, Math.min(mostActive, Math.floor(mapEntries / this.#mapGroups)));
  }

  /** Windows that ended at or before this have been closed. */
  set closed(watermark: bigint) {
    this.#memory.i64[(this.#header >>> 3) + CLOSED] = watermark;
  }

  /** Numbers rows [from, length) of a block; gives the row it stopped before, for the reason `why`. */
  assign(
    { times, timesValidity, length }: AggregateBlock,
    mark: Watermark,
    groups: number,
    from: number,
    track: boolean,
    target: number,
    late: number,
    listed: number,
  ): number {
    return this.#room.assign(
      this.#header,
      mark.address,
      times,
      timesValidity,
      groups,
      from,
      length,
      track ? 1 : 0,
      target,
      late,
      listed,
    );
  }

  /** Groups of a pane. */
  countOf(pane: Pane): number {
    return pane.base === null ? pane.count : this.#ranges.countOf(pane);
  }

  open(span: PaneSpan): Pane {
    const record = this.#spareRecords.pop() ?? this.#memory.allocate(this.#room.paneBytes.value as number, this.#owner);
    const pane = new Pane(this.#memory, record, span);
    this.#panes.add(pane);
    return pane;
  }

  /** The pane is gone, and so are the numbers of its groups, which are all at hand. */
  close(pane: Pane, { groups, count }: Pick<PaneItems, 'groups' | 'count'>): void {
    if (pane.span.counted && !pane.bystander) this.#ranges.lastCount = count;
    const at = this.#active.indexOf(pane);
    if (at >= 0) {
      const { map } = pane;
      if (map !== 0) {
        this.#room.wipeMap(pane.address, groups, count);
        this.#spareMaps.push(map);
      }
      if (pane.base !== null) this.#ranges.give(pane, pane.base);
      this.#active.splice(at, 1);
      this.#listActive();
    }
    if (pane.range !== null) this.#ranges.giveOld(pane, pane.range);
    else this.#room.release(this.#header, pane.address);
    this.#spareRecords.push(pane.address);
    this.#panes.delete(pane);
    this.#changedBefore.delete(pane);
  }

  /** From now on rows find the pane. When `crowded`, another gives place, and a pane that nobody remembers is closed. */
  activate(pane: Pane): void {
    if (this.crowded) this.#makePlace();
    if (this.#ranges.suits(pane, this.#groups, this.#active)) this.#ranges.take(pane);
    else if (!pane.bystander) this.#room.takeMap(this.#header, pane.address, this.#cleanMap());
    this.#active.push(pane);
    this.#listActive();
  }

  /** Makes room for more groups. */
  grow(): void {
    this.#ranges.grow();
  }

  /** Keys have ids below `groups` from now on. */
  reserve(groups: number): void {
    this.#groups = groups;
    if (groups > this.#mapGroups) this.#widen(groups);
    this.#ranges.freeRest(this.#panes);
  }

  /** Makes maps and ranges larger. */
  #widen(groups: number): void {
    const capacity = Math.max(groups, 2 * this.#mapGroups, 16);
    const active = this.#active.splice(0);
    for (const pane of active) this.#giveMap(pane);
    for (const map of this.#spareMaps.splice(0)) this.#memory.free(map);
    this.#mapGroups = capacity;
    this.#ranges.widen(capacity);
    for (const pane of active) this.activate(pane);
  }

  /** The groups of a pane, or those that changed, in order of first appearance (the last changed first); of a dense one, of their ids. */
  items(pane: Pane, changed: boolean, scratch: Scratch): PaneItems {
    if (pane.base !== null) return this.sortedItems(pane, 0, this.#groups, scratch);
    const room = pane.count;
    const [numbers, groups] = [scratch.take(room * 4), scratch.take(room * 4)];
    const count = this.#room.collect(this.#header, pane.address, changed ? 1 : 0, numbers, groups);
    return { count, numbers, groups };
  }

  /** All groups of an active pane in the order of the `size` ids at `sorted`. */
  sortedItems(pane: Pane, sorted: number, size: number, scratch: Scratch): PaneItems {
    const room = this.countOf(pane) * 4 + 4;
    const [numbers, groups] = [scratch.take(room), scratch.take(room)];
    const count =
      pane.base === null
        ? this.#room.collectSorted(pane.address, sorted, size, numbers, groups)
        : this.#room.collectDense(this.#header, pane.address, sorted, size, numbers, groups);
    return { count, numbers, groups };
  }

  /** Those of the `count` groups at `ids` that a pane has; `groups` are their places there. */
  pick(pane: Pane, ids: number, count: number, scratch: Scratch): PaneItems {
    const [numbers, groups] = [scratch.take(count * 4 + 4), scratch.take(count * 4 + 4)];
    this.#listActively(pane);
    const bare = pane.map === 0;
    if (bare) {
      const map = scratch.take(this.#mapGroups * 4);
      this.#memory.bulk.fill(map, 255, this.#mapGroups * 4);
      this.#room.takeMap(this.#header, pane.address, map);
    }
    const found = this.#room.pick(pane.address, ids, count, numbers, groups);
    if (bare) this.#room.wipeMap(pane.address, 0, 0);
    return { count: found, numbers, groups };
  }

  /** Panes whose groups changed since the last `settle`, the earliest first. */
  changedPanes(): Pane[] {
    const panes = new Set([...this.#changedBefore, ...this.#active.filter(pane => pane.changed)]);
    return [...panes].sort((a, b) => (a.span.start < b.span.start ? -1 : 1));
  }

  /** Nothing has changed since now. */
  settle(): void {
    for (const pane of this.changedPanes()) this.#room.settle(this.#header, pane.address);
    this.#changedBefore.clear();
  }

  /** 1 at marks[group] (u8) for every group of the pane that changed. */
  markChanged(pane: Pane, marks: number): void {
    this.#room.markTouched(this.#header, pane.address, marks);
  }

  /** The places of groups in their panes, by number (both u32). */
  locals(numbers: number, count: number, target: number): void {
    this.#room.locals(this.#header, numbers, count, target);
  }

  /** The rows of a pane among those numbered at `target`, and the places of their groups; returns how many. */
  rowsOf(pane: Pane, target: number, length: number, rows: number, locals: number): number {
    return this.#room.rowsOf(this.#header, pane.address, target, length, rows, locals);
  }

  /** 1 at `marks` (u8) for every group that a pane has. */
  markGroups(marks: number): void {
    for (const { address, base } of this.#panes) {
      if (base === null) this.#room.markGroups(this.#header, address, marks);
      else this.#ranges.markGroups(base, marks, this.#groups);
    }
  }

  /** Group g is group map[g] from now on. */
  renumber(map: number): void {
    this.#ranges.groupsBefore = 0; // it may not be the last time
    const active = this.#active.splice(0);
    for (const pane of active) this.#giveMap(pane);
    for (const { address } of this.#panes) this.#room.renumberGroups(this.#header, address, map);
    for (const pane of active) this.activate(pane);
  }

  snapshot(): SavedTable {
    for (const pane of this.#active) this.#listActively(pane);
    const items = this.#get(ITEMS);
    const bytes = this.used * this.#itemBytes;
    return {
      items: this.#memory.u8.slice(items, items + bytes),
      free: this.#get(FREE),
      closed: this.#memory.i64[(this.#header >>> 3) + CLOSED]!,
    };
  }

  /** Empty, but for items; panes follow with `load`. */
  restore({ items, free, closed }: SavedTable): void {
    for (const pane of [...this.#panes]) this.close(pane, noItems);
    this.#set(USED, 0);
    this.#ranges.clear();
    while (this.#get(CAPACITY) * this.#itemBytes < items.length) this.grow();
    this.#memory.u8.set(items, this.#get(ITEMS));
    this.#set(USED, items.length / this.#itemBytes);
    this.#set(FREE, free);
    this.#ranges.isRestored = true;
    this.closed = closed;
  }

  /** A saved pane, whose items are there already. */
  load(saved: SavedPane): Pane {
    const pane = this.open(saved.span);
    pane.load(saved);
    this.#room.adopt(this.#header, pane.address);
    return pane;
  }

  dispose(): void {
    for (const { address, map } of this.#panes) for (const block of [address, map]) this.#memory.free(block);
    for (const block of [...this.#spareRecords, ...this.#spareMaps]) this.#memory.free(block);
    this.#ranges.dispose();
    for (const block of [this.#get(ITEMS), this.#get(ACTIVE), this.#header]) this.#memory.free(block);
    this.#panes.clear();
    this.#active = [];
  }

  /** A pane without rows since the last time goes, else the one that came first. */
  #makePlace(): void {
    let at = this.#active.findIndex(pane => !pane.used);
    if (at < 0) {
      for (const pane of this.#active) pane.used = false;
      at = 0;
    }
    const [pane] = this.#active.splice(at, 1) as [Pane];
    if (pane.changed) this.#changedBefore.add(pane);
    if (pane.bystander) this.close(pane, noItems);
    else this.#giveMap(pane);
  }

  /** A map in which no group has a number. */
  #cleanMap(): number {
    const spare = this.#spareMaps.pop();
    if (spare !== undefined) return spare;
    const map = this.#memory.allocate(this.#mapGroups * 4, this.#owner);
    this.#memory.bulk.fill(map, 255, this.#mapGroups * 4);
    return map;
  }

  /** A dense pane is active as others are from now on. */
  #listActively(pane: Pane): void {
    if (pane.base === null) return;
    this.#ranges.list(pane, pane.base);
    this.#room.takeMap(this.#header, pane.address, this.#cleanMap());
  }

  #giveMap(pane: Pane): void {
    if (pane.base !== null) this.#ranges.list(pane, pane.base);
    const { map } = pane;
    if (map === 0) return;
    this.#room.leaveMap(this.#header, pane.address);
    this.#spareMaps.push(map);
  }

  #listActive(): void {
    const { u32 } = this.#memory;
    // the newest first: most rows are its own
    for (const [at, { address }] of this.#active.entries())
      u32[this.#get(ACTIVE) / 4 + this.#active.length - 1 - at] = address;
    this.#set(ACTIVE_COUNT, this.#active.length);
  }

  #get(place: number): number {
    return this.#memory.u32[(this.#header >>> 2) + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[(this.#header >>> 2) + place] = value;
  }
}
