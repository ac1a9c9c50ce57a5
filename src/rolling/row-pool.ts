import { Block } from '../aggregate/_block.ts';
import { joined, misfit, parted } from '../aggregate/_saved.ts';
import { Cells } from '../aggregate/cells.ts';
import { DataError, StateError } from '../errors.ts';
import { rollingRoom } from '../kernel/rolling.ts';
import type { RollingRoom } from '../kernel/wasm/rolling.ts';
import { windowRoom } from '../kernel/window.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';

/** Which rows of its group a row's window has: the last `rows`, or those with a time above its own less `range`; itself included. */
export type RollingExtent = { readonly rows: number } | { readonly range: bigint };

export interface RowPoolOptions {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  readonly extent: RollingExtent;
  /** Rows have group ids. */
  readonly keyed: boolean;
}

// Pool in assembly/rolling/rows.ts, in u32 places
const NEXT = 0;
const PREV = 1;
const TIMES = 2;
const GROUPS = 3;
const NUMBERS = 4;
const USED = 5;
const FREE = 8;
const LIMIT = 9;
const GROUPS_USED = 10;
const RANGE = 6; // in i64 places
const LIVE_GROUPS = 17;
const headerBytes = 128;
const groupBytes = 32;
/** Places that are not addresses or settings. */
const state = [USED, USED + 1, USED + 2, FREE, GROUPS_USED, 14, 15, 16, LIVE_GROUPS] as const;
const leastTime = -(2n ** 63n);

/**
 * The rows of all groups' windows, by slot, and what each row of a block does to them: see assembly/shared/steps.ts.
 *
 * A window of rows keeps the last `rows` of every group ever seen. A window over time keeps the rows of groups that had one within the last
 * `range`, at most two ranges old; the other groups are gone.
 */
export class RowPool {
  readonly extent: RollingExtent;
  /** Address of the steps of the block in hand: first those of `length` rows, then of groups that end, `total` in all. */
  steps = 0;
  length = 0;
  total = 0;
  readonly #memory: Memory;
  readonly #room: RollingRoom;
  readonly #keyed: boolean;
  readonly #header: Block;
  readonly #next: Block;
  readonly #prev: Block;
  readonly #times: Block;
  readonly #groups: Cells;
  readonly #numbers: Cells;
  #newest: bigint | null = null;

  constructor({ memory, owner, extent, keyed }: RowPoolOptions) {
    this.extent = extent;
    this.#memory = memory;
    this.#room = rollingRoom(memory);
    this.#keyed = keyed;
    this.#header = new Block(memory, owner);
    this.#next = new Block(memory, owner);
    this.#prev = new Block(memory, owner);
    this.#times = new Block(memory, owner);
    this.#groups = new Cells(memory, owner, groupBytes);
    this.#numbers = new Cells(memory, owner, 4);
    this.#header.growZeroed(0, headerBytes);
    this.#reserveGroups(1, 1);
    // more rows than that are never held
    if ('rows' in extent) this.#set(LIMIT, Math.min(extent.rows, 0xffff_ffff));
    else memory.i64[this.#header.address / 8 + RANGE] = extent.range;
  }

  /** Address of the u32 slot after each slot in its group. */
  get next(): number {
    return this.#next.address;
  }

  /** Address of the u32 slot before each slot in its group. */
  get prev(): number {
    return this.#prev.address;
  }

  /** Slots that columns need. */
  get slots(): number {
    return this.#get(USED);
  }

  /** Groups that states need. */
  get groups(): number {
    return this.#get(GROUPS_USED);
  }

  /** Groups that have rows. */
  get liveGroups(): number {
    return this.#get(LIVE_GROUPS);
  }

  /** Rows that are held. */
  get rows(): number {
    return this.#get(USED) - this.#get(FREE);
  }

  get stateBytes(): number {
    const parts = [this.#header, this.#next, this.#prev, this.#times, this.#groups, this.#numbers];
    return parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Rows arrive: their steps are in `scratch` until `release`.
   *
   * @param ids u32 for each row, below `keys`, or all ones for no group; 0 when rows are not grouped
   * @param times i64 for each row, for windows over time
   * @throws DataError when a time is before the one above it; nothing was taken then
   */
  enter(ids: number, keys: number, times: number, length: number, scratch: Scratch): void {
    const { extent } = this;
    const timed = 'range' in extent;
    if (timed && length > 0) this.#checkTimes(times, length);
    this.#reserveSlots(length, timed);
    this.#reserveGroups(Math.min(keys, this.groups + length), keys);
    const ends = timed && this.#keyed ? length : 0;
    this.steps = scratch.take((length + ends) * (this.#room.stepBytes.value as number));
    this.length = this.total = length;
    this.#room.enter(this.#header.address, ids, times, length, this.steps);
    if (!timed || length === 0) return;
    this.#newest = this.#memory.i64[times / 8 + length - 1]!;
    const edge = this.#newest - extent.range;
    if (ends > 0 && edge >= leastTime) {
      const after = this.steps + length * (this.#room.stepBytes.value as number);
      this.total += this.#room.expire(this.#header.address, edge, ends, after);
    }
  }

  /** The slots of rows that left are free; nobody asks for them any more. */
  release(): void {
    this.#room.release(this.#header.address, this.steps, this.total);
  }

  /** Address, in `scratch`, of the slots (u32) of the rows that are held; there are `rows`. */
  held(scratch: Scratch): number {
    const slots = scratch.take(this.rows * 4 + 4);
    this.#room.heldSlots(this.#header.address, slots);
    return slots;
  }

  /**
   * Keeps only keys whose groups have rows. They become 0, 1, 2, …; address, in `scratch`, of their ids before (u32, ascending; there are
   * `liveGroups`).
   */
  compactKeys(keys: number, scratch: Scratch): number {
    const kept = scratch.take(this.liveGroups * 4 + 4);
    const count = this.#room.liveKeys(this.#header.address, keys, kept);
    this.#room.renumberKeys(this.#header.address, kept, count, keys);
    return kept;
  }

  clear(): void {
    for (const place of state) this.#set(place, 0);
    this.#groups.clear();
    this.#numbers.clear();
    this.#newest = null;
    if (!this.#keyed) this.#reserveGroups(1, 1);
  }

  snapshot(): Uint8Array {
    const words = Uint32Array.from(state, place => this.#get(place));
    const newest = BigInt64Array.of(this.#newest ?? 0n, this.#newest === null ? 0n : 1n);
    const slots = this.slots;
    return joined([
      new Uint8Array(words.buffer),
      new Uint8Array(newest.buffer),
      this.#next.save(slots * 4),
      this.#prev.save(slots * 4),
      this.#times.save('range' in this.extent ? slots * 8 : 0),
      this.#groups.save(),
      this.#numbers.save(),
    ]);
  }

  /** @throws StateError when the bytes are no saved state of this */
  restore(bytes: Uint8Array): void {
    const [head, newest, next, prev, times, groups, numbers] = parted(bytes, 7, 'rolling') as [
      Uint8Array,
      ...Uint8Array[],
    ];
    const words = new Uint32Array(head.slice().buffer);
    const slots = words[0]!;
    if (words.length !== state.length || next!.length !== slots * 4 || prev!.length !== slots * 4) {
      throw new StateError(misfit('rolling'));
    }
    if ('range' in this.extent && times!.length !== slots * 8) throw new StateError(misfit('rolling'));
    for (const [i, place] of state.entries()) this.#set(place, words[i]!);
    const [time, known] = new BigInt64Array(newest!.slice().buffer) as unknown as [bigint, bigint];
    this.#newest = known === 1n ? time : null;
    this.#next.load(next!);
    this.#prev.load(prev!);
    if ('range' in this.extent) this.#times.load(times!);
    this.#groups.load(groups!);
    this.#numbers.load(numbers!);
    this.#point();
  }

  dispose(): void {
    for (const block of [this.#header, this.#next, this.#prev, this.#times]) block.free();
    this.#groups.free();
    this.#numbers.free();
  }

  #checkTimes(times: number, length: number): void {
    const first = this.#memory.i64[times / 8]!;
    const sorted =
      this.#newest !== null && first < this.#newest ? 0 : windowRoom(this.#memory).sortedRowsI64(times, length);
    if (sorted === length) return;
    throw new DataError(`rolling: the index goes back at row ${sorted} of the batch; sort the rows first`);
  }

  #reserveSlots(length: number, timed: boolean): void {
    const used = this.#get(USED);
    const need = used + Math.max(0, length - this.#get(FREE));
    const times = timed ? this.#times.bytes / 8 : need;
    if (need <= Math.min(this.#next.bytes / 4, this.#prev.bytes / 4, times)) return;
    // a half more, so that growing costs O(1) a row
    const slots = Math.max(need, used + (used >> 1));
    this.#next.grow(used * 4, slots * 4);
    this.#prev.grow(used * 4, slots * 4);
    if (timed) this.#times.grow(used * 8, slots * 8);
    this.#point();
  }

  #reserveGroups(groups: number, keys: number): void {
    this.#groups.grow(groups);
    this.#numbers.grow(keys);
    this.#point();
  }

  #point(): void {
    this.#set(NEXT, this.#next.address);
    this.#set(PREV, this.#prev.address);
    this.#set(TIMES, this.#times.address);
    this.#set(GROUPS, this.#groups.address);
    this.#set(NUMBERS, this.#numbers.address);
  }

  #get(place: number): number {
    return this.#memory.u32[this.#header.address / 4 + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[this.#header.address / 4 + place] = value;
  }
}
