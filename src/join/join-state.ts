import { type JoinRoom, joinRoom } from '../kernel/join.ts';
import { paneRoom } from '../kernel/pane.ts';
import { selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import type { JoinSide } from './join-side.ts';

// Join in assembly/join/timed.ts, in places of u32
const word = /* @__PURE__ */ Object.freeze({
  leftProgress: 10,
  rightProgress: 11,
  back: 12,
  ahead: 13,
  left: 14,
  right: 15,
  leftHead: 16,
  leftCount: 17,
  rightCount: 18,
  passed: 19,
  linked: 20,
  resume: 21,
  links: 22,
  firsts: 23,
  finals: 24,
  lastRows: 25,
  lastTimes: 26,
});
type Word = keyof typeof word;
const spans = 2; // in i64 places: tolerance, from, to
const joinBytes = 128;
const none = 0xffff_ffff;

/** Where partners lie: behind a row, ahead of it, or both; and how far away, in ticks. */
export interface Reach {
  readonly back: boolean;
  readonly ahead: boolean;
  /** -1 is any distance. */
  readonly tolerance: bigint;
  readonly from: bigint;
  readonly to: bigint;
}

/** The last row of each key that the left has passed, as a checkpoint keeps it. */
export interface SavedLast {
  readonly passed: number;
  readonly rows: Uint32Array;
  readonly times: BigInt64Array;
}

/**
 * What the kernels know of a join: how far both sides have come, and the right's rows by key. Behind a row, the last that was passed; ahead of
 * it, the others, in a chain for each key.
 */
export class JoinState {
  readonly address: number;
  readonly #memory: Memory;
  readonly #room: JoinRoom;
  readonly #owner: string;
  readonly #reach: Reach;
  readonly #left: JoinSide;
  readonly #right: JoinSide;
  readonly #scratch: Scratch;
  /** Entries that there are links for, and keys that there is room for in the tables. */
  #links = 0;
  #groups = 0;

  constructor(memory: Memory, owner: string, left: JoinSide, right: JoinSide, reach: Reach) {
    this.#memory = memory;
    this.#room = joinRoom(memory);
    this.#owner = owner;
    this.#reach = reach;
    this.#left = left;
    this.#right = right;
    this.#scratch = new Scratch(memory, owner);
    this.address = memory.allocateZeroed(joinBytes, owner);
    memory.i64.set([reach.tolerance, reach.from, reach.to], this.address / 8 + spans);
    memory.u32.set(
      [left.progress, right.progress, reach.back ? 1 : 0, reach.ahead ? 1 : 0],
      this.address / 4 + word.leftProgress,
    );
    this.#set('resume', none);
  }

  /** The left entry that waits first. */
  get leftHead(): number {
    return this.#get('leftHead');
  }

  /** How many of the right's entries no left row can reach any more. */
  get dead(): number {
    return this.#room.dead(this.address);
  }

  /** Looks at the sides; makes room for `groups` keys. */
  refresh(groups: number): void {
    const [left, right] = [this.#left, this.#right];
    const { u32 } = this.#memory;
    const at = this.address / 4;
    u32[at + word.left] = left.entries;
    u32[at + word.right] = right.entries;
    u32[at + word.leftHead] = left.head;
    u32[at + word.leftCount] = left.count;
    u32[at + word.rightCount] = right.count;
    this.#room.refresh(this.address);
    if (groups > this.#groups) this.#reserve(groups);
    if (!this.#reach.ahead) return;
    if (right.count > this.#links) this.#reserveLinks(right.count);
    this.#room.link(this.address);
  }

  /** Sets the bits of rows that are the last of their keys. */
  markRows(bits: number, groups: number): void {
    if (this.#reach.back) this.#room.mark(this.#get('lastRows'), groups, bits);
  }

  /** Sets the bytes of keys that have a last row. */
  markGroups(bytes: number, groups: number): void {
    if (this.#reach.back) this.#room.markFound(this.#get('lastRows'), groups, bytes);
  }

  /** Forgets last rows that are too far behind to be a partner. */
  expire(groups: number): void {
    if (this.#reach.back) this.#room.expire(this.address, groups);
  }

  /** The first `gone` of the right's entries went, and its rows have new numbers: map[old], u32. */
  renumberRows(map: number, gone: number, groups: number): void {
    if (this.#reach.back) {
      const rows = this.#get('lastRows');
      paneRoom(this.#memory).renumber(rows, groups, map, rows);
      this.#set('passed', this.#get('passed') - gone);
    }
    this.relink(groups);
  }

  /** Of `groups` keys only the `count` whose ids (u32) are at `ids` stay; they are the first now. */
  keepGroups(ids: number, count: number, groups: number): void {
    if (this.#reach.back) {
      const { take32, take64 } = selectRoom(this.#memory);
      this.#keep('lastRows', take32, 4, ids, count, groups);
      this.#keep('lastTimes', take64, 8, ids, count, groups);
    }
    this.relink(count);
  }

  /** Makes the chains of the right's entries anew. */
  relink(groups: number): void {
    // keys that come later get ids that were in use before
    if (this.#reach.ahead) {
      for (const table of ['firsts', 'finals'] as const)
        this.#memory.bulk.fill(this.#get(table), 255, this.#groups * 4);
    }
    this.#set('linked', 0);
    this.refresh(groups);
  }

  snapshot(groups: number): SavedLast {
    const { u32, i64 } = this.#memory;
    const [rows, times] = [this.#get('lastRows') / 4, this.#get('lastTimes') / 8];
    const count = this.#reach.back ? groups : 0;
    return {
      passed: this.#get('passed'),
      rows: u32.slice(rows, rows + count),
      times: i64.slice(times, times + count),
    };
  }

  restore({ passed, rows, times }: SavedLast, groups: number): void {
    this.#reserve(groups);
    if (this.#reach.back) {
      this.#memory.u32.set(rows, this.#get('lastRows') / 4);
      this.#memory.i64.set(times, this.#get('lastTimes') / 8);
    }
    this.#set('passed', passed);
    this.relink(groups);
  }

  dispose(): void {
    for (const table of ['links', 'firsts', 'finals', 'lastRows', 'lastTimes'] as const)
      this.#memory.free(this.#get(table));
    this.#memory.free(this.address);
    this.#scratch.dispose();
  }

  #reserve(groups: number): void {
    const capacity = Math.max(groups, this.#groups * 2, 1024);
    if (this.#reach.back) {
      this.#grow('lastRows', 4, 0, capacity);
      this.#grow('lastTimes', 8, 0, capacity);
    }
    if (this.#reach.ahead) {
      this.#grow('firsts', 4, 255, capacity);
      this.#grow('finals', 4, 255, capacity);
    }
    this.#groups = capacity;
  }

  #grow(name: Word, width: number, fill: number, capacity: number): void {
    const used = this.#groups * width;
    const table = this.#memory.reallocate(this.#get(name), used, capacity * width, this.#owner);
    this.#memory.bulk.fill(table + used, fill, capacity * width - used);
    this.#set(name, table);
  }

  #reserveLinks(entries: number): void {
    const capacity = Math.max(entries, this.#links * 2, 1024);
    this.#set('links', this.#memory.reallocate(this.#get('links'), this.#links * 4, capacity * 4, this.#owner));
    this.#links = capacity;
  }

  #keep(
    name: Word,
    take: (values: number, rows: number, out: number, count: number) => void,
    width: number,
    ids: number,
    count: number,
    groups: number,
  ): void {
    const { bulk } = this.#memory;
    const [table, kept] = [this.#get(name), this.#scratch.take(count * width)];
    take(table, ids, kept, count);
    bulk.fill(table, 0, groups * width);
    bulk.copy(table, kept, count * width);
    this.#scratch.reset();
  }

  #get(name: Word): number {
    return this.#memory.u32[this.address / 4 + word[name]]!;
  }

  #set(name: Word, value: number): void {
    this.#memory.u32[this.address / 4 + word[name]] = value;
  }
}
