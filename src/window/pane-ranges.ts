import { paneRoom } from '../kernel/pane.ts';
import type { PaneRoom } from '../kernel/wasm/pane.ts';
import type { Memory } from '../memory/memory.ts';
import type { NumberRange, Pane } from './pane.ts';

// Panes in assembly/pane/panes.ts, in u32 places
const ITEMS = 0;
const CAPACITY = 1;
const USED = 2;
const MARKS = 12;

/** Numbers of all dense panes together. */
const mostDenseNumbers = 1 << 18;
/** Marks lie so far behind their block's start: one before them is for rows without a group. */
const marksLead = 64;

/**
 * The numbers of a pane table, and which of them are side by side for all groups there are: a pane that has most of the groups is dense, and its
 * rows' numbers are found without looking them up; see assembly/pane/panes.ts. 3.9 → 0.7 ns a row (1,000 groups, windows of 10,000 rows, Node 20).
 */
export class PaneRanges {
  /** Whether panes may be dense. */
  inUse = false;
  /** Groups of the last pane that closed. */
  lastCount = 0;
  /** Groups there were when a pane took its place. */
  groupsBefore = 0;
  /** Panes were loaded, and what was in their ranges without a group is neither theirs nor free. */
  isRestored = false;
  readonly #memory: Memory;
  readonly #kernels: PaneRoom;
  readonly #owner: string;
  readonly #header: number;
  readonly #itemBytes: number;
  /** Numbers of a range. */
  #room = 0;
  /** The first numbers of ranges that no pane has. */
  readonly #spare: number[] = [];

  /** @param header the table's */
  constructor(memory: Memory, owner: string, header: number, itemBytes: number) {
    this.#memory = memory;
    this.#kernels = paneRoom(memory);
    this.#owner = owner;
    this.#header = header;
    this.#itemBytes = itemBytes;
  }

  /** Whether a pane will probably have so many of the groups that it is best to give all of them a number. */
  suits(pane: Pane, groups: number, active: readonly Pane[]): boolean {
    if (!this.inUse || pane.bystander || !pane.span.counted || pane.count > 0 || pane.range) return false;
    // with few of the groups their states lie far apart; while keys still come, ranges would soon be outgrown
    const grows = groups > this.groupsBefore * 1.25;
    this.groupsBefore = groups;
    if (grows || groups === 0 || this.lastCount * 2 < groups) return false;
    let dense = 1;
    for (const { base } of active) if (base !== null) dense++;
    const numbers = dense * this.#room;
    // ranges are not put together of numbers that are free one by one: they must not take new ones for ever
    return numbers <= mostDenseNumbers && (this.#spare.length > 0 || this.#get(USED) <= numbers * 4);
  }

  /** Makes a pane dense. */
  take(pane: Pane): void {
    let base = this.#spare.pop();
    if (base === undefined) {
      base = this.#get(USED);
      while (this.#get(CAPACITY) < base + this.#room) this.#double();
      this.#set(USED, base + this.#room);
    }
    pane.base = base;
  }

  /** A dense pane is gone. */
  give(pane: Pane, base: number): void {
    this.#memory.bulk.fill(this.#get(MARKS) + base, 0, this.#room);
    this.#spare.push(base);
    pane.base = null;
  }

  /** Groups of a dense pane. */
  countOf(pane: Pane): number {
    return this.#kernels.countDense(this.#header, pane.address, this.#room);
  }

  /** 1 at `marks` (u8) for every group that the dense pane at `base` has. */
  markGroups(base: number, marks: number, groups: number): void {
    this.#kernels.either(marks, this.#get(MARKS) + base, groups);
  }

  /** A dense pane has a list of its groups from now on, and no map. */
  list(pane: Pane, base: number): void {
    pane.range = { base, room: this.#room };
    this.#kernels.list(this.#header, pane.address, this.#room);
  }

  /** A pane that was dense is gone, and has given its map up. */
  giveOld(pane: Pane, { base, room }: NumberRange): void {
    this.#kernels.releaseOutside(this.#header, pane.address, base, room);
    pane.range = null;
    if (room === this.#room) this.#spare.push(base);
    else this.#kernels.freeRange(this.#header, base, room);
  }

  /** Makes room for more groups: that of a range that no pane has, else for twice as many. */
  grow(): void {
    const spare = this.#spare.pop();
    if (spare === undefined) this.#double();
    else this.#kernels.freeRange(this.#header, spare, this.#room);
  }

  /** There may be so many groups from now on. */
  widen(groups: number): void {
    for (const base of this.#spare.splice(0)) this.#kernels.freeRange(this.#header, base, this.#room);
    this.#room = (groups + 63) & ~63;
  }

  /** After panes were loaded: all numbers that none has are free, or spare ranges. */
  freeRest(panes: Iterable<Pane>): void {
    if (!this.isRestored) return;
    this.isRestored = false;
    if (!this.inUse || this.#get(USED) === 0) return;
    for (const { address } of panes) this.#kernels.markNumbers(this.#header, address);
    const ranges = this.#memory.allocate((this.#get(USED) / this.#room + 1) * 4, this.#owner);
    const count = this.#kernels.freeUnmarked(this.#header, this.#room, ranges);
    this.#spare.push(...this.#memory.u32.subarray(ranges >>> 2, (ranges >>> 2) + count));
    this.#memory.free(ranges);
  }

  /** No number is used any more. */
  clear(): void {
    this.#spare.length = 0;
  }

  dispose(): void {
    if (this.#get(MARKS) !== 0) this.#memory.free(this.#get(MARKS) - marksLead);
  }

  #double(): void {
    const capacity = Math.max(256, this.#get(CAPACITY) * 2);
    const [used, bytes] = [this.#get(USED), this.#itemBytes];
    this.#set(ITEMS, this.#memory.reallocate(this.#get(ITEMS), used * bytes, capacity * bytes, this.#owner));
    this.#set(CAPACITY, capacity);
    if (!this.inUse) return;
    const before = this.#get(MARKS) === 0 ? 0 : this.#get(MARKS) - marksLead;
    const marks = this.#memory.allocateZeroed(marksLead + capacity, this.#owner);
    this.#memory.bulk.copy(marks, before, before === 0 ? 0 : marksLead + used);
    this.#memory.free(before);
    this.#set(MARKS, marks + marksLead);
  }

  #get(place: number): number {
    return this.#memory.u32[(this.#header >>> 2) + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[(this.#header >>> 2) + place] = value;
  }
}
