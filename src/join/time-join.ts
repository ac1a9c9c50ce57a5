import { KeyTable } from '../aggregate/key-table.ts';
import type { Chunk, ChunkVector } from '../column/chunk.ts';
import type { Progress } from '../frame/metrics.ts';
import type { TimeIndex } from '../frame/time-index.ts';
import { type JoinRoom, joinRoom } from '../kernel/join.ts';
import { paneRoom } from '../kernel/pane.ts';
import { selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';
import { type Field, Schema } from '../schema/schema.ts';
import { afterAll, beforeAll, JoinSide, type SavedSide } from './join-side.ts';
import type { Joiner, Side } from './joiner.ts';

/** Which rows belong together; spans in ticks of the indexes. */
export type TimeMatch =
  | {
      readonly kind: 'asof';
      readonly direction: 'backward' | 'forward' | 'nearest';
      /** Null: any distance. */
      readonly tolerance: bigint | null;
      readonly exact: boolean;
    }
  | { readonly kind: 'interval'; readonly from: bigint; readonly to: bigint; readonly outer: boolean };

/** What a join must know of the rows of one side. */
export interface SideOptions {
  /** Name and meaning of the column that orders them. */
  readonly index: { readonly name: string; readonly time: TimeIndex };
  /** Columns that must be equal to the other side's, in pairs. */
  readonly by: readonly string[];
  /** How far its watermark stays behind its highest time. */
  readonly delay: bigint;
}

/** A column that the result can have, and where it comes from. */
export interface OutputColumn {
  readonly field: Field;
  readonly side: Side;
  /** Its name there. */
  readonly from: string;
}

export interface TimeJoinOptions {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  readonly left: SideOptions;
  readonly right: SideOptions;
  /** Types of the columns that must be equal, as the right side has them. */
  readonly keyTypes: readonly DataType[];
  readonly columns: readonly OutputColumn[];
  readonly match: TimeMatch;
}

/** A join as a checkpoint keeps it. */
export interface SavedTimeJoin {
  readonly left: SavedSide;
  readonly right: SavedSide;
  readonly keys: Uint8Array | null;
  readonly passed: number;
  readonly lastRows: Uint32Array;
  readonly lastTimes: BigInt64Array;
}

// Join in assembly/join/timed.ts, in places of u32 behind five of i64
const words = 10;
const PLACES = [
  'left',
  'right',
  'leftHead',
  'leftCount',
  'rightCount',
  'passed',
  'linked',
  'rightEnded',
  'links',
  'firsts',
  'finals',
  'lastRows',
  'lastTimes',
  'resume',
] as const;
type Word = (typeof PLACES)[number];
const joinBytes = 128;

const none = 0xffff_ffff;
const directions = { backward: 0, forward: 1, nearest: 2 } as const;
/** Rows handed on at a time. */
const outputRows = 16_384;
/** So many rows, or keys, that nobody needs are worth clearing away; and as many as are needed. */
const leastGarbage = 4096;

/**
 * Joins the rows of two sides by time, and by keys: as-of (a partner for each left row) or interval (all partners within a span).
 *
 * Each side may bring rows out of order within its delay. Left rows come out in the order of their times, as soon as nothing that may still
 * come can change their partners; what comes out is the same, in whatever batches and turns the two sides come. What is remembered is bounded
 * by the watermarks: rows that wait, right rows that a waiting or coming left row can reach, and for as-of backward the last row of each key.
 */
export class TimeJoin implements Joiner {
  readonly #memory: Memory;
  readonly #room: JoinRoom;
  readonly #options: TimeJoinOptions;
  readonly #scratch: Scratch;
  readonly #keys: KeyTable | null;
  readonly #sides: { readonly left: JoinSide; readonly right: JoinSide };
  readonly #join: number;
  #output: Output | null = null;
  /** Room in `links` (entries), and in the tables by key (groups). */
  #linkCapacity = 0;
  #groupCapacity = 0;
  /** With so many keys, look for those that nobody needs. */
  #keyLimit = 2 * leastGarbage;
  readonly #back: boolean;
  readonly #ahead: boolean;

  constructor(options: TimeJoinOptions) {
    const { memory, owner, columns, keyTypes, match } = options;
    this.#memory = memory;
    this.#room = joinRoom(memory);
    this.#options = options;
    this.#scratch = new Scratch(memory, owner);
    this.#keys = keyTypes.length > 0 ? new KeyTable(memory, { owner, types: keyTypes }) : null;
    const stored = (side: Side): Schema => storedSchema(columns, side);
    this.#sides = {
      left: new JoinSide(memory, stored('left'), owner, options.left.delay),
      right: new JoinSide(memory, stored('right'), owner, options.right.delay),
    };
    this.#join = memory.allocateZeroed(joinBytes, owner);
    const spans = match.kind === 'asof' ? [match.tolerance ?? -1n, 0n, 0n] : [0n, match.from, match.to];
    memory.i64.set(spans, (this.#join >>> 3) + 2);
    this.#set('resume', none);
    this.#back = match.kind === 'asof' && match.direction !== 'forward';
    this.#ahead = match.kind === 'interval' || match.direction !== 'backward';
    this.#reserveGroups();
  }

  get progress(): Progress {
    const { left, right } = this.#sides;
    const { time } = this.#options.left.index;
    const mark = left.watermark < right.watermark ? left.watermark : right.watermark;
    return {
      watermark: mark === beforeAll || mark === afterAll ? null : time.toMs(mark),
      isInstant: time.boundType.kind === 'timestamp',
      late: left.late + right.late,
      untimed: left.untimed + right.untimed,
      groups: this.#keys?.size ?? null,
      windows: null,
    };
  }

  /** Rows of a side that are held: that wait, or that others may need. */
  held(side: Side): number {
    return this.#sides[side].waiting;
  }

  /** No rows of a side before this are taken. */
  watermark(side: Side): bigint {
    return this.#sides[side].watermark;
  }

  /** Rows of a side come; they are copied. @throws MemoryError; none was taken then */
  take(side: Side, { schema, vectors, length }: Chunk): void {
    if (length === 0) return;
    const { index, by } = this.#options[side];
    const scratch = this.#scratch;
    const column = (name: string): ChunkVector => vectors[schema.indexOf(name)]!;
    const time = column(index.name);
    const to = this.#sides[side];
    to.take(
      {
        vectors: to.store.schema.names.map(column),
        length,
        times: index.time.read(this.#memory, scratch, time, length),
        timesValidity: time.validity,
        ids: this.#idsOf(by.map(column), length),
      },
      scratch,
    );
    scratch.reset();
  }

  /** No more rows of a side will come. */
  end(side: Side): void {
    this.#sides[side].ended = true;
  }

  next(columns: readonly string[]): Chunk | null {
    const scratch = this.#scratch;
    scratch.reset();
    const [leftRows, rightRows] = [scratch.take(outputRows * 4), scratch.take(outputRows * 4)];
    const count = this.#decide(leftRows, rightRows);
    if (count === 0) {
      this.#clearAway();
      return null;
    }
    if (this.#output?.names !== columns) this.#output = outputOf(columns, this.#options.columns, this.#sides);
    const { schema, left, right } = this.#output;
    const vectors: ChunkVector[] = [];
    const put = (to: readonly number[], found: readonly ChunkVector[]): void => {
      for (let at = 0; at < to.length; at++) vectors[to[at]!] = found[at]!;
    };
    put(left.to, this.#leftVectors(left.from, leftRows, count));
    put(right.to, this.#sides.right.store.take(right.from, rightRows, count, scratch));
    return { memory: this.#memory, schema, length: count, vectors };
  }

  snapshot(): SavedTimeJoin {
    this.#compactLeft();
    this.#compactRight();
    const { left, right } = this.#sides;
    const groups = this.#back ? this.#groups : 0;
    const { u32, i64 } = this.#memory;
    const [rows, times] = [this.#get('lastRows'), this.#get('lastTimes')];
    return {
      left: left.snapshot(),
      right: right.snapshot(),
      keys: this.#keys?.snapshot() ?? null,
      passed: this.#get('passed'),
      lastRows: u32.slice(rows >>> 2, (rows >>> 2) + groups),
      lastTimes: i64.slice(times >>> 3, (times >>> 3) + groups),
    };
  }

  /** @throws StateError when the state is of another join */
  restore({ left, right, keys, passed, lastRows, lastTimes }: SavedTimeJoin): void {
    if (keys) this.#keys?.restore(keys);
    this.#sides.left.restore(left);
    this.#sides.right.restore(right);
    this.#reserveGroups();
    if (this.#back) {
      this.#memory.u32.set(lastRows, this.#get('lastRows') >>> 2);
      this.#memory.i64.set(lastTimes, this.#get('lastTimes') >>> 3);
    }
    this.#set('passed', passed);
    this.#relink();
    this.#scratch.reset();
  }

  dispose(): void {
    this.#sides.left.dispose();
    this.#sides.right.dispose();
    this.#keys?.dispose();
    this.#scratch.dispose();
    for (const word of ['links', 'firsts', 'finals', 'lastRows', 'lastTimes'] as const)
      this.#memory.free(this.#get(word));
    this.#memory.free(this.#join);
  }

  get #groups(): number {
    return this.#keys?.size ?? 1;
  }

  #idsOf(by: readonly ChunkVector[], length: number): number {
    if (!this.#keys) return 0;
    const ids = this.#scratch.take(length * 4);
    this.#keys.ids(by, length, ids);
    this.#reserveGroups();
    return ids;
  }

  /** Row numbers of pairs that are certain; returns how many. */
  #decide(leftRows: number, rightRows: number): number {
    const { match } = this.#options;
    this.#tell();
    if (this.#ahead) this.#room.link(this.#join);
    const count =
      match.kind === 'asof'
        ? this.#room.asof(this.#join, directions[match.direction], match.exact ? 1 : 0, leftRows, rightRows, outputRows)
        : this.#room.interval(this.#join, match.outer ? 1 : 0, leftRows, rightRows, outputRows);
    this.#sides.left.head = this.#get('leftHead');
    return count;
  }

  /** Tells the kernels where the sides stand. */
  #tell(): void {
    const { left, right } = this.#sides;
    if (this.#ahead && right.count > this.#linkCapacity) {
      const capacity = Math.max(right.count, this.#linkCapacity * 2, 1024);
      const used = this.#linkCapacity * 4;
      this.#set('links', this.#memory.reallocate(this.#get('links'), used, capacity * 4, this.#options.owner));
      this.#linkCapacity = capacity;
    }
    this.#memory.i64.set([left.watermark, right.watermark], this.#join >>> 3);
    const state = [left.entries, right.entries, left.head, left.count, right.count];
    this.#memory.u32.set(state, (this.#join >>> 2) + words);
    this.#set('rightEnded', right.ended ? 1 : 0);
  }

  /** Rows of the left come in their order, mostly that of the store: then nothing is copied. */
  #leftVectors(from: readonly number[], rows: number, count: number): ChunkVector[] {
    const { store, disordered } = this.#sides.left;
    const { u32 } = this.#memory;
    const first = u32[rows >>> 2]!;
    const together = u32[(rows >>> 2) + count - 1]! - first === count - 1;
    if (this.#options.match.kind === 'asof' && together && !disordered)
      return store.slice(from, first, count, this.#scratch);
    return store.take(from, rows, count, this.#scratch, true);
  }

  /** Drops rows and keys that nobody needs any more, when they are many. */
  #clearAway(): void {
    const { left, right } = this.#sides;
    left.rewind();
    if (left.store.length > 2 * left.waiting + leastGarbage) this.#compactLeft();
    right.head = this.#deadRight();
    if (right.store.length > 2 * (right.waiting + (this.#back ? this.#groups : 0)) + leastGarbage) this.#compactRight();
    if (this.#groups > this.#keyLimit) this.#compactKeys();
  }

  /** How many of the right's entries no left row can reach any more. */
  #deadRight(): number {
    const { left, right } = this.#sides;
    const { match } = this.#options;
    const passed = this.#get('passed');
    if (!this.#ahead) return passed;
    const reach = match.kind === 'interval' ? match.from : 0n;
    const earliest = this.#earliestLeft();
    const linked = this.#get('linked');
    const dead =
      earliest === afterAll && left.ended
        ? linked
        : this.#room.firstFrom(right.entries, 0, linked, saturated(earliest + reach));
    return this.#back ? Math.min(passed, dead) : dead;
  }

  /** No left row that waits or comes is before this. */
  #earliestLeft(): bigint {
    const { left } = this.#sides;
    const { watermark } = left;
    if (left.waiting === 0) return watermark;
    const time = this.#memory.i64[(left.entries >>> 3) + left.head * 2]!;
    return time < watermark ? time : watermark;
  }

  #compactLeft(): void {
    this.#sides.left.compact();
  }

  #compactRight(): void {
    const { right } = this.#sides;
    const { match } = this.#options;
    const groups = this.#groups;
    const [rows, times] = [this.#get('lastRows'), this.#get('lastTimes')];
    if (this.#back && match.kind === 'asof' && match.tolerance !== null) {
      const earliest = this.#earliestLeft();
      this.#room.expire(rows, times, groups, saturated(earliest - match.tolerance));
    }
    right.head = this.#deadRight();
    const gone = right.head;
    const map = right.compact(bits => {
      if (this.#back) this.#room.mark(rows, groups, bits);
    });
    if (this.#back) {
      paneRoom(this.#memory).renumber(rows, groups, map, rows);
      this.#set('passed', this.#get('passed') - gone);
    }
    this.#relink();
  }

  /** Makes the chains of the right's entries anew. */
  #relink(): void {
    if (!this.#ahead) return;
    const bytes = this.#groupCapacity * 4; // keys that come later get ids that were in use before
    for (const word of ['firsts', 'finals'] as const) this.#memory.bulk.fill(this.#get(word), 255, bytes);
    this.#set('linked', 0);
    this.#tell();
    this.#room.link(this.#join);
  }

  /** Forgets keys without rows; those that stay get new ids. */
  #compactKeys(): void {
    this.#compactLeft();
    this.#compactRight();
    const { left, right } = this.#sides;
    const scratch = this.#scratch;
    const groups = this.#groups;
    const marks = scratch.takeZeroed(groups);
    for (const side of [left, right]) this.#room.markIds(side.entries, side.count, marks);
    const lastRows = this.#get('lastRows');
    if (this.#back) this.#room.markFound(lastRows, groups, marks);
    const ids = scratch.take(groups * 4);
    const count = this.#room.marked(marks, groups, ids);
    this.#keyLimit = Math.max(2 * leastGarbage, 2 * count);
    if (2 * count > groups) return;
    const map = scratch.take(groups * 4);
    this.#keys!.compact(ids, count, map);
    for (const side of [left, right]) this.#room.renumberIds(side.entries, side.count, map);
    if (this.#back) this.#keepLast(ids, count, groups);
    this.#relink();
  }

  /** The last rows of the keys at `ids`, which are the first `count` now. */
  #keepLast(ids: number, count: number, groups: number): void {
    const room = selectRoom(this.#memory);
    const { bulk } = this.#memory;
    for (const [word, width, take] of [
      ['lastRows', 4, room.take32],
      ['lastTimes', 8, room.take64],
    ] as const) {
      const [table, kept] = [this.#get(word), this.#scratch.take(count * width)];
      take(table, ids, kept, count);
      bulk.fill(table, 0, groups * width);
      bulk.copy(table, kept, count * width);
    }
  }

  #reserveGroups(): void {
    const groups = this.#groups;
    if (groups <= this.#groupCapacity) return;
    const capacity = Math.max(groups, this.#groupCapacity * 2, 1024);
    const grow = (word: Word, width: number, fill: number): void => {
      const used = this.#groupCapacity * width;
      const table = this.#memory.reallocate(this.#get(word), used, capacity * width, this.#options.owner);
      this.#memory.bulk.fill(table + used, fill, capacity * width - used);
      this.#set(word, table);
    };
    if (this.#back) {
      grow('lastRows', 4, 0);
      grow('lastTimes', 8, 0);
    }
    if (this.#ahead) {
      grow('firsts', 4, 255);
      grow('finals', 4, 255);
    }
    this.#groupCapacity = capacity;
  }

  #get(word: Word): number {
    return this.#memory.u32[(this.#join >>> 2) + words + PLACES.indexOf(word)]!;
  }

  #set(word: Word, value: number): void {
    this.#memory.u32[(this.#join >>> 2) + words + PLACES.indexOf(word)] = value;
  }
}

/** The columns of a side that the result shows. */
function storedSchema(columns: readonly OutputColumn[], side: Side): Schema {
  const fields = columns.filter(column => column.side === side).map(({ field, from }) => ({ ...field, name: from }));
  return new Schema(fields);
}

/** Which columns go where: places in a side's store, and in the output. */
interface Output {
  readonly names: readonly string[];
  readonly schema: Schema;
  readonly left: { readonly from: number[]; readonly to: number[] };
  readonly right: { readonly from: number[]; readonly to: number[] };
}

function outputOf(
  names: readonly string[],
  columns: readonly OutputColumn[],
  sides: Readonly<Record<Side, JoinSide>>,
): Output {
  const found = names.map(name => columns.find(({ field }) => field.name === name)!);
  const of = (side: Side): { from: number[]; to: number[] } => {
    const to = [...found.keys()].filter(at => found[at]!.side === side);
    return { to, from: to.map(at => sides[side].store.schema.indexOf(found[at]!.from)) };
  };
  return { names, schema: new Schema(found.map(({ field }) => field)), left: of('left'), right: of('right') };
}

const saturated = (ticks: bigint): bigint => (ticks < beforeAll ? beforeAll : ticks > afterAll ? afterAll : ticks);
