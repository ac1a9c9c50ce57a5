import { noGroup } from '../aggregate/accumulator.ts';
import { paneRoom } from '../kernel/pane.ts';
import type { PaneRoom } from '../kernel/wasm/pane.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { AggregateBlock } from './group-state.ts';
import type { Watermark } from './watermark.ts';

// Sessions in assembly/pane/session.ts, in u32 places
const RECORDS = 0;
const CAPACITY = 1;
const USED = 2;
const FREE = 3;
const LATE = 4;
const UNTIMED = 5;
const WHY = 6;
const LATE_COUNT = 7;
const CLOSING_COUNT = 8;
const OPEN_COUNT = 9;

// Session, in bytes
const FIRST = 0;
const LAST = 8;
const OLDER = 20;
const OPEN = 24;
const FIRED = 28;

const none = 0xffff_ffff;

/** Why `sessionize` stopped before a row. */
export const endReason = /* @__PURE__ */ Object.freeze({ done: 0, full: 1, earlier: 2 });

/** Sessions as a checkpoint keeps them. */
export interface SavedTable {
  readonly records: Uint8Array;
  readonly free: number;
  readonly late: number;
  readonly untimed: number;
  /** Per group its latest session. */
  readonly current: Uint32Array;
}

/** Some sessions: `count` u32 at `numbers`. */
export interface Numbers {
  readonly numbers: number;
  readonly count: number;
}
type Sorted = 'late' | 'closing' | 'open';

/** Which sessions each group has, and their times; see assembly/pane/session.ts. */
export class SessionTable {
  /** Whether the row that was placed last was late. */
  wasLate = false;
  readonly #memory: Memory;
  readonly #room: PaneRoom;
  readonly #owner: string;
  readonly #gap: bigint;
  readonly #keep: bigint;
  readonly #header: number;
  readonly #bytes: number;
  #current = 0;
  #currentGroups = 0;

  /** @param keep a session takes rows until the watermark is its last row + this; in index ticks */
  constructor(memory: Memory, gap: bigint, keep: bigint, owner: string) {
    this.#memory = memory;
    this.#room = paneRoom(memory);
    this.#owner = owner;
    this.#gap = gap;
    this.#keep = keep;
    this.#bytes = this.#room.sessionBytes.value as number;
    this.#header = memory.allocateZeroed(this.#room.sessionsBytes.value as number, owner);
    this.#set(FREE, none);
  }

  /** Numbers are below this. */
  get used(): number {
    return this.#get(USED);
  }

  get late(): number {
    return this.#get(LATE);
  }

  get untimed(): number {
    return this.#get(UNTIMED);
  }

  get why(): number {
    return this.#get(WHY);
  }

  /** How many sessions take rows. */
  get open(): number {
    let count = 0;
    for (let number = 0; number < this.used; number++) count += this.#field(number, OPEN);
    return count;
  }

  /** Numbers rows [from, length) of a block; gives the row it stopped before, for the reason `why`. */
  sessionize(
    { times, timesValidity, length }: AggregateBlock,
    mark: Watermark,
    groups: number,
    from: number,
    target: number,
    late: number,
  ): number {
    return this.#room.sessionize(
      this.#header,
      mark.address,
      times,
      timesValidity,
      groups,
      from,
      length,
      this.#gap,
      this.#keep,
      this.#current,
      target,
      late,
    );
  }

  /**
   * The session of a row that comes before its group's latest: an older one, a new one, or one that takes in its older neighbour
   * (`absorbed`, which is still there); `noGroup` when the row is late.
   */
  place(group: number, time: bigint, watermark: bigint): { readonly number: number; readonly absorbed: number | null } {
    this.wasLate = false;
    let newer = none;
    let number = this.#memory.u32[this.#current / 4 + group]!;
    const touching: number[] = [];
    for (; number !== none; newer = number, number = this.#field(number, OLDER)) {
      const [first, last] = [this.#time(number, FIRST), this.#time(number, LAST)];
      if (last + this.#keep <= watermark) continue; // takes no more rows
      if (time - last < this.#gap && first - time < this.#gap) touching.push(number);
      if (last < time) break;
    }
    const [kept, absorbed = null] = touching;
    if (kept === undefined) {
      this.wasLate = time + this.#keep <= watermark;
      if (!this.wasLate) return { number: this.#insert(group, time, newer, number), absorbed };
      this.#set(LATE, this.late + 1);
      return { number: noGroup, absorbed };
    }
    if (absorbed !== null) {
      this.#setTime(kept, FIRST, this.#time(absorbed, FIRST));
      if (this.#field(absorbed, FIRED) === 0) this.#setField(kept, FIRED, 0);
    }
    if (time < this.#time(kept, FIRST)) this.#setTime(kept, FIRST, time);
    if (time > this.#time(kept, LAST)) this.#setTime(kept, LAST, time);
    return { number: kept, absorbed };
  }

  /** Open sessions whose last row is at or before `limit`, that have fired or have not. */
  closable(limit: bigint, fired: boolean, scratch: Scratch): Numbers {
    const numbers = scratch.take(this.used * 4 + 4);
    return { numbers, count: this.#room.closable(this.#header, limit, fired ? 1 : 0, numbers) };
  }

  /**
   * Sessions that changed: those that have shown that they are over, those that have yet to, their last row being at or before `limit`, and those
   * that are open.
   */
  sortOut(numbers: number, count: number, limit: bigint, scratch: Scratch): Readonly<Record<Sorted, Numbers>> {
    const [late, closing, open] = [scratch.take(count * 4), scratch.take(count * 4), scratch.take(count * 4)];
    this.#room.sortOutSessions(this.#header, numbers, count, limit, late, closing, open);
    return {
      late: { numbers: late, count: this.#get(LATE_COUNT) },
      closing: { numbers: closing, count: this.#get(CLOSING_COUNT) },
      open: { numbers: open, count: this.#get(OPEN_COUNT) },
    };
  }

  /** They have shown that they are over. */
  fire({ numbers, count }: Numbers): void {
    this.#room.fireSessions(this.#header, numbers, count);
  }

  /** Starts and ends (i64) and key ids (u32) of sessions. */
  describe(numbers: number, count: number, starts: number, ends: number, groups: number): void {
    this.#room.describeSessions(this.#header, numbers, count, this.#gap, starts, ends, groups);
  }

  /** They take no more rows. */
  unlink(numbers: number, count: number): void {
    this.#room.unlinkSessions(this.#header, numbers, count, this.#current);
  }

  /** Their numbers serve others. */
  release(numbers: number, count: number): void {
    this.#room.releaseSessions(this.#header, numbers, count);
  }

  /** Ids below `size` of the groups that have sessions, ascending, at `target`; returns how many. */
  groupsInUse(size: number, target: number, scratch: Scratch): number {
    const marks = scratch.takeZeroed(size);
    this.#room.markSessionGroups(this.#header, marks);
    return this.#room.marked(marks, size, target);
  }

  /** Group g, of `groups`, is group map[g] from now on. */
  renumber(map: number, groups: number, scratch: Scratch): void {
    this.#room.renumberSessions(this.#header, map, groups, this.#current, scratch.take(groups * 4));
  }

  /** Makes room for twice the sessions. */
  grow(): void {
    const capacity = Math.max(256, this.#get(CAPACITY) * 2);
    const used = this.used * this.#bytes;
    this.#set(RECORDS, this.#memory.reallocate(this.#get(RECORDS), used, capacity * this.#bytes, this.#owner));
    this.#set(CAPACITY, capacity);
  }

  /** Keys have ids below `groups` from now on. */
  reserve(groups: number): void {
    if (groups <= this.#currentGroups) return;
    const capacity = Math.max(groups, this.#currentGroups * 2, 256);
    const used = this.#currentGroups * 4;
    this.#current = this.#memory.reallocate(this.#current, used, capacity * 4, this.#owner);
    this.#memory.bulk.fill(this.#current + used, 255, capacity * 4 - used);
    this.#currentGroups = capacity;
  }

  snapshot(): SavedTable {
    const { u8, u32 } = this.#memory;
    const records = this.#get(RECORDS);
    return {
      records: u8.slice(records, records + this.used * this.#bytes),
      free: this.#get(FREE),
      late: this.late,
      untimed: this.untimed,
      current: u32.slice(this.#current / 4, this.#current / 4 + this.#currentGroups),
    };
  }

  restore({ records, free, late, untimed, current }: SavedTable): void {
    this.#set(USED, 0);
    while (this.#get(CAPACITY) * this.#bytes < records.length) this.grow();
    this.#memory.u8.set(records, this.#get(RECORDS));
    this.#set(USED, records.length / this.#bytes);
    this.#set(FREE, free);
    this.#set(LATE, late);
    this.#set(UNTIMED, untimed);
    this.reserve(current.length);
    this.#memory.bulk.fill(this.#current, 255, this.#currentGroups * 4);
    this.#memory.u32.set(current, this.#current / 4);
  }

  dispose(): void {
    for (const block of [this.#get(RECORDS), this.#current, this.#header]) this.#memory.free(block);
    this.#current = this.#currentGroups = 0;
  }

  /** A new session of `group` between `newer` and `older` (either may be none). */
  #insert(group: number, time: bigint, newer: number, older: number): number {
    let number = this.#room.beginSession(this.#header, group, time, older) >>> 0;
    if (number === none) {
      this.grow();
      number = this.#room.beginSession(this.#header, group, time, older) >>> 0;
    }
    if (newer === none) this.#memory.u32[this.#current / 4 + group] = number;
    else this.#setField(newer, OLDER, number);
    return number;
  }

  #field(number: number, offset: number): number {
    return this.#memory.u32[(this.#get(RECORDS) + number * this.#bytes + offset) / 4]!;
  }

  #setField(number: number, offset: number, value: number): void {
    this.#memory.u32[(this.#get(RECORDS) + number * this.#bytes + offset) / 4] = value;
  }

  #time(number: number, offset: number): bigint {
    return this.#memory.i64[(this.#get(RECORDS) + number * this.#bytes + offset) / 8]!;
  }

  #setTime(number: number, offset: number, time: bigint): void {
    this.#memory.i64[(this.#get(RECORDS) + number * this.#bytes + offset) / 8] = time;
  }

  #get(place: number): number {
    return this.#memory.u32[(this.#header >>> 2) + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[(this.#header >>> 2) + place] = value;
  }
}
