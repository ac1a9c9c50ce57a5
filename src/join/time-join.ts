import { KeyTable } from '../aggregate/key-table.ts';
import type { Chunk, ChunkVector } from '../column/chunk.ts';
import type { Progress } from '../frame/metrics.ts';
import type { TimeIndex } from '../frame/time-index.ts';
import { type JoinRoom, joinRoom } from '../kernel/join.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import { afterAll, beforeAll, type Followed } from '../window/watermark.ts';
import { JoinSide, type SavedSide } from './join-side.ts';
import { JoinState, type SavedLast } from './join-state.ts';
import type { Joiner, Side } from './joiner.ts';
import { type Output, type OutputColumn, outputOf, storedSchema } from './output.ts';
import { reachOf, type TimeMatch } from './time-match.ts';

/** What a join must know of the rows of one side. */
export interface SideOptions {
  /** Name and meaning of the column that orders them. */
  readonly index: { readonly name: string; readonly time: TimeIndex };
  /** Columns that must be equal to the other side's, in pairs. */
  readonly by: readonly string[];
  /** How far its watermark stays behind its highest time. */
  readonly delay: bigint;
  /** What moves its watermark beside the rows. */
  readonly followed: Followed | null;
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
  readonly last: SavedLast;
}

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
  readonly #sides: Readonly<Record<Side, JoinSide>>;
  readonly #state: JoinState;
  readonly #back: boolean;
  readonly #inputs: Record<Side, Input | null> = { left: null, right: null };
  #output: Output | null = null;
  /** Nothing came since all that was due was given. */
  #done = false;
  /** With so many keys, look for those that nobody needs. */
  #keyLimit = 2 * leastGarbage;

  constructor(options: TimeJoinOptions) {
    const { memory, owner, columns, keyTypes, match } = options;
    this.#memory = memory;
    this.#room = joinRoom(memory);
    this.#options = options;
    this.#scratch = new Scratch(memory, owner);
    this.#keys = keyTypes.length > 0 ? new KeyTable(memory, { owner, types: keyTypes }) : null;
    const left = new JoinSide(memory, storedSchema(columns, 'left'), owner, options.left.delay, options.left.followed);
    const right = new JoinSide(
      memory,
      storedSchema(columns, 'right'),
      owner,
      options.right.delay,
      options.right.followed,
    );
    this.#sides = { left, right };
    const reach = reachOf(match);
    this.#back = reach.back;
    this.#state = new JoinState(memory, owner, left, right, reach);
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

  /** Left rows come out in the order of their times. */
  get certain(): bigint {
    const { first, watermark } = this.#sides.left;
    return first < watermark ? first : watermark;
  }

  /** Rows of a side come; they are copied. @throws MemoryError; none was taken then */
  take(side: Side, chunk: Chunk): void {
    const { vectors, length } = chunk;
    if (this.#sides[side].passTime()) this.#done = false;
    if (length === 0) return;
    const scratch = this.#scratch;
    const { time, by, columns } = this.#inputOf(side, chunk.schema);
    scratch.reset();
    this.#sides[side].take(
      {
        vectors: columns.map(place => vectors[place]!),
        length,
        times: this.#options[side].index.time.read(this.#memory, scratch, vectors[time]!, length),
        timesValidity: vectors[time]!.validity,
        ids: this.#idsOf(
          by.map(place => vectors[place]!),
          length,
        ),
      },
      scratch,
    );
    this.#done = false;
  }

  /** No more rows of a side will come. */
  end(side: Side): void {
    this.#sides[side].ended = true;
    this.#done = false;
  }

  next(columns: readonly string[]): Chunk | null {
    if (this.#done) return this.#rest();
    const scratch = this.#scratch;
    scratch.reset();
    const [leftRows, rightRows] = [scratch.take(outputRows * 4), scratch.take(outputRows * 4)];
    const count = this.#decide(leftRows, rightRows);
    this.#done = count < outputRows;
    if (count === 0) return this.#rest();
    if (this.#output?.names !== columns) this.#output = this.#outputOf(columns);
    const { schema, left, right } = this.#output;
    const vectors: ChunkVector[] = [];
    const fromLeft = this.#leftVectors(left.from, leftRows, count);
    for (let at = 0; at < fromLeft.length; at++) vectors[left.to[at]!] = fromLeft[at]!;
    const fromRight = this.#sides.right.store.take(right.from, rightRows, count, scratch);
    for (let at = 0; at < fromRight.length; at++) vectors[right.to[at]!] = fromRight[at]!;
    return { memory: this.#memory, schema, length: count, vectors };
  }

  snapshot(): SavedTimeJoin {
    const { left, right } = this.#sides;
    left.compact();
    this.#compactRight();
    return {
      left: left.snapshot(),
      right: right.snapshot(),
      keys: this.#keys?.snapshot() ?? null,
      last: this.#state.snapshot(this.#groups),
    };
  }

  /** @throws StateError when the state is of another join */
  restore({ left, right, keys, last }: SavedTimeJoin): void {
    if (keys) this.#keys?.restore(keys);
    this.#sides.left.restore(left);
    this.#sides.right.restore(right);
    this.#state.restore(last, this.#groups);
    this.#done = false;
  }

  dispose(): void {
    this.#sides.left.dispose();
    this.#sides.right.dispose();
    this.#keys?.dispose();
    this.#state.dispose();
    this.#scratch.dispose();
  }

  get #groups(): number {
    return this.#keys?.size ?? 1;
  }

  #idsOf(by: readonly ChunkVector[], length: number): number {
    if (!this.#keys) return 0;
    const ids = this.#scratch.take(length * 4);
    this.#keys.ids(by, length, ids);
    return ids;
  }

  #inputOf(side: Side, schema: Schema): Input {
    const known = this.#inputs[side];
    if (known?.schema === schema) return known;
    const { index, by } = this.#options[side];
    const placeOf = (name: string): number => schema.indexOf(name);
    const columns = this.#sides[side].store.schema.names.map(placeOf);
    const input = { schema, time: placeOf(index.name), by: by.map(placeOf), columns };
    this.#inputs[side] = input;
    return input;
  }

  #outputOf(names: readonly string[]): Output {
    const { left, right } = this.#sides;
    return outputOf(names, this.#options.columns, { left: left.store.schema, right: right.store.schema });
  }

  /** Row numbers of pairs that are certain; returns how many. */
  #decide(leftRows: number, rightRows: number): number {
    const { match } = this.#options;
    const state = this.#state;
    state.refresh(this.#groups);
    const [kernel, flag] = match.kind === 'asof' ? [this.#room.asof, match.exact] : [this.#room.interval, match.outer];
    const count = kernel(state.address, flag ? 1 : 0, leftRows, rightRows, outputRows);
    this.#sides.left.head = state.leftHead;
    return count;
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

  /** All that was due is given: rows and keys that nobody needs any more go, when they are many. */
  #rest(): null {
    const { left, right } = this.#sides;
    left.rewind();
    if (left.store.length > 2 * left.waiting + leastGarbage) left.compact();
    right.head = this.#state.dead;
    if (right.store.length > 2 * (right.waiting + (this.#back ? this.#groups : 0)) + leastGarbage) this.#compactRight();
    if (this.#groups > this.#keyLimit) this.#compactKeys();
    return null;
  }

  #compactRight(): void {
    const { right } = this.#sides;
    const [state, groups] = [this.#state, this.#groups];
    state.refresh(groups);
    state.expire(groups);
    const gone = state.dead;
    right.head = gone;
    state.renumberRows(
      right.compact(bits => state.markRows(bits, groups)),
      gone,
      groups,
    );
  }

  /** Forgets keys without rows; those that stay get new ids. */
  #compactKeys(): void {
    const { left, right } = this.#sides;
    left.compact();
    this.#compactRight();
    const [scratch, groups] = [this.#scratch, this.#groups];
    scratch.reset();
    const marks = scratch.takeZeroed(groups);
    for (const side of [left, right]) this.#room.markIds(side.entries, side.count, marks);
    this.#state.markGroups(marks, groups);
    const ids = scratch.take(groups * 4);
    const count = this.#room.marked(marks, groups, ids);
    this.#keyLimit = Math.max(2 * leastGarbage, 2 * count);
    if (2 * count > groups) return;
    const map = scratch.take(groups * 4);
    this.#keys!.compact(ids, count, map);
    for (const side of [left, right]) this.#room.renumberIds(side.entries, side.count, map);
    this.#state.keepGroups(ids, count, groups);
  }
}

/** Where the columns of a side's chunks are. */
interface Input {
  readonly schema: Schema;
  readonly time: number;
  readonly by: readonly number[];
  /** Those that are stored. */
  readonly columns: readonly number[];
}
