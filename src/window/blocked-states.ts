import { type Accumulator, noGroup, type Rows } from '../aggregate/accumulator.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { GroupSpec, StateSpec } from './group-state.ts';
import type { Ring } from './ring.ts';
import type { Shown } from './windower.ts';

/** A state once for each part of the window. */
interface Parts {
  /** Blocks that came since the front was made: slot 0 the oldest. */
  readonly back: Accumulator;
  /** All of them together. */
  readonly backSum: Accumulator;
  /** Slot 0 is the newest block; slot i is block i and all newer ones of the front. */
  readonly front: Accumulator;
  /** Rows that are not yet a block. */
  readonly open: Accumulator;
  readonly result: Accumulator;
  /** Columns of the ring that it reads. */
  readonly columns: readonly number[];
  readonly vectors: ChunkVector[];
}

/** The parts as a checkpoint keeps them. */
export interface SavedBlocks {
  readonly rows: readonly [start: number, openFrom: number, fedTo: number, end: number];
  readonly frontStarts: readonly number[];
  readonly backStarts: readonly number[];
  /** Where the last result was, and how many rows behind the one before. */
  readonly shown: readonly [at: number, step: number];
  /** By state: back, backSum, front, open. */
  readonly states: readonly (readonly unknown[])[];
}

/**
 * Rows in a block: a cut one is counted anew for each result, at some 0.3 ns a row and state; a finished one costs some 150 ns a state. Of blocks of
 * b rows, with s rows from result to result, that is 0.3 b / 2 + 150 s / b: least for b = √(1000 s).
 */
const [leastRows, mostRows] = [32, 1024];
const bestRows = (step: number): number => Math.min(mostRows, Math.max(leastRows, Math.sqrt(1000 * step)));
/** Rows that are counted in one go, if they come so; cuts that leave more than this share of a window cost too much. */
const [mostAtOnce, shareOfWindow] = [4096, 16];

/** Whether all states can be kept by blocks. */
export const canBeBlocked = ({ keys, states }: GroupSpec): boolean =>
  keys.length === 0 && states.every(({ kind, types }) => kind.inBlocks?.(types));

/**
 * States of a window over one FIFO of rows, of which nothing is ever taken away: rows are counted by blocks, and a window is what its blocks are
 * together. Blocks form two stacks, so that a result costs some three merges, however many blocks there are:
 *
 * ```
 *            start        front (each holds itself and all after it)   back                  open
 *  rows   ┊┊┊┊┊[┊ cut ][ b1+b2+b3 ][ b2+b3 ][ b3 ]                     [ b4 ][ b5 ] …        [ … fedTo) … end
 *  result        cut  +  b1+b2+b3             +                        backSum            +  open
 * ```
 * Rows of a block that the window's edge has cut are read from the ring again. Sum, mean and variance of 3 columns over the last 100,000 rows, 10,000
 * rows a batch: 28 ns a row where every row was added and taken away, 7.3 by blocks (Node 20, bench/case/streaming).
 *
 * @see Tangwongsan, Hirzel & Schneider 2015, "General Incremental Sliding-Window Aggregation" (two stacks)
 */
export class BlockedStates {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #ring: Ring;
  readonly #parts: readonly Parts[];
  readonly #shown: Shown;
  readonly #rows: Rows = { length: 0, vectors: [], groupIds: 0, mask: 0 };
  /** One u32: a slot. */
  readonly #slot: number;
  /** Zero, as a map: to group 0. */
  readonly #zero: number;
  /** Rows are numbered from the first that ever came: the ring holds [start, end), those before fedTo are counted. */
  #start = 0;
  #openFrom = 0;
  #fedTo = 0;
  #end = 0;
  /** Where the last result was, and how many rows it was behind the one before. */
  #shownAt = 0;
  #step = mostRows;
  /** First rows of the front's blocks, the newest first. */
  #frontStarts: number[] = [];
  /** First rows of the back's blocks, the oldest first; `openFrom` follows the last. */
  #backStarts: number[] = [];

  constructor({ memory, owner, states }: GroupSpec, scratch: Scratch, ring: Ring) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#ring = ring;
    this.#parts = states.map(state => partsOf(memory, owner, state));
    this.#shown = {
      accumulators: this.#parts.map(({ result }) => result),
      ids: states.map(() => 0),
      keys: null,
      groups: 0,
      count: 1,
    };
    this.#slot = memory.allocateZeroed(64, owner);
    this.#zero = this.#slot + 4;
  }

  /** Rows were pushed into the ring. */
  onNew(count: number): void {
    this.#end += count;
  }

  /** The oldest `count` rows leave the ring. */
  onOld(count: number): void {
    this.#start += count;
    const start = this.#start;
    while (this.#frontStarts.length > 0 && this.#frontStarts.at(-1)! < start) this.#frontStarts.pop();
    if (this.#frontStarts.length === 0 && this.#backStarts.length > 0 && this.#backStarts[0]! < start) this.#turn();
    if (start <= this.#openFrom) return;
    for (const { open } of this.#parts) open.clear();
    this.#openFrom = this.#fedTo = start;
  }

  /** Counts rows that came, by blocks. They must be in the ring. */
  count(): void {
    const held = this.#end - this.#start;
    const share = Math.floor(held / shareOfWindow);
    const most = Math.min(mostAtOnce, Math.max(leastRows, share));
    const enough = Math.min(bestRows(this.#step), most);
    while (this.#fedTo < this.#end) {
      const rows = Math.min(this.#end - this.#fedTo, most - (this.#fedTo - this.#openFrom));
      this.#feed(this.#fedTo, rows, 'open');
      this.#fedTo += rows;
      if (this.#fedTo - this.#openFrom >= enough) this.#close();
    }
  }

  /** The window's states; good until the next call. */
  shown(): Shown {
    this.count();
    this.#step = this.#end - this.#shownAt;
    this.#shownAt = this.#end;
    const front = this.#frontStarts.length;
    const whole = front > 0 ? this.#frontStarts[front - 1]! : (this.#backStarts[0] ?? this.#openFrom);
    for (const { result } of this.#parts) result.clear();
    if (whole > this.#start) this.#feed(this.#start, whole - this.#start, 'result');
    if (front > 0) this.#memory.u32[this.#slot / 4] = front - 1;
    for (const parts of this.#parts) {
      const { result } = parts;
      if (front > 0) result.merge(parts.front, this.#zero, 1, this.#slot);
      if (this.#backStarts.length > 0) result.merge(parts.backSum, this.#zero, 1);
      if (this.#fedTo > this.#openFrom) result.merge(parts.open, this.#zero, 1);
    }
    return this.#shown;
  }

  /** As new; so is the ring. */
  clear(): void {
    for (const parts of this.#parts) for (const part of accumulatorsOf(parts)) part.clear();
    this.#frontStarts = [];
    this.#backStarts = [];
    this.#start = this.#openFrom = this.#fedTo = this.#end = this.#shownAt = 0;
    this.#step = mostRows;
  }

  snapshot(): SavedBlocks {
    this.count();
    return {
      rows: [this.#start, this.#openFrom, this.#fedTo, this.#end],
      frontStarts: [...this.#frontStarts],
      backStarts: [...this.#backStarts],
      shown: [this.#shownAt, this.#step],
      states: this.#parts.map(({ back, backSum, front, open }) =>
        [back, backSum, front, open].map(part => part.snapshot()),
      ),
    };
  }

  /** @throws StateError when the states are of other aggregations */
  restore({ rows, frontStarts, backStarts, shown, states }: SavedBlocks): void {
    if (states?.length !== this.#parts.length) {
      throw new StateError(
        'restore: the saved window has other aggregations; restore a state with the plan that made it',
      );
    }
    [this.#start, this.#openFrom, this.#fedTo, this.#end] = rows;
    [this.#shownAt, this.#step] = shown;
    this.#frontStarts = [...frontStarts];
    this.#backStarts = [...backStarts];
    for (const [at, { back, backSum, front, open }] of this.#parts.entries()) {
      for (const [i, part] of [back, backSum, front, open].entries()) part.restore(states[at]![i]);
    }
  }

  dispose(): void {
    for (const parts of this.#parts) for (const part of accumulatorsOf(parts)) part.dispose();
    this.#memory.free(this.#slot);
  }

  /** Rows [from, from + count) go to the open block or the result. */
  #feed(from: number, count: number, to: 'open' | 'result'): void {
    const rows = this.#rows;
    for (const { length, vectors } of this.#ring.pieces(from - this.#start, count, this.#scratch)) {
      rows.length = length;
      for (const parts of this.#parts) {
        const { columns } = parts;
        for (let at = 0; at < columns.length; at++) parts.vectors[at] = vectors[columns[at]!]!;
        rows.vectors = parts.vectors;
        parts[to].onNew(rows);
      }
    }
  }

  /** The open rows are a block of the back. */
  #close(): void {
    const slot = this.#backStarts.length;
    this.#memory.u32[this.#slot / 4] = slot;
    for (const { back, backSum, open } of this.#parts) {
      back.reserve(slot + 1);
      back.merge(open, this.#slot, 1);
      backSum.merge(open, this.#zero, 1);
      open.clear();
    }
    this.#backStarts.push(this.#openFrom);
    this.#openFrom = this.#fedTo;
  }

  /** Blocks of the back that are whole become the front, each with what is newer. */
  #turn(): void {
    const starts = this.#backStarts;
    let gone = 0;
    while (gone < starts.length && starts[gone]! < this.#start) gone++;
    const count = starts.length - gone;
    this.#backStarts = [];
    this.#frontStarts = starts.slice(gone).reverse();
    const map = this.#scratch.take(starts.length * 4 + 4);
    const { u32 } = this.#memory;
    for (let slot = 0; slot < starts.length; slot++)
      u32[map / 4 + slot] = slot < gone ? noGroup : starts.length - 1 - slot;
    const next = this.#scratch.take(count * 4 + 4);
    this.#memory.bulk.iota(next, 1, count);
    for (const { front, back, backSum } of this.#parts) {
      front.clear();
      front.reserve(count);
      front.merge(back, map, starts.length);
      // slot i goes into slot i + 1, one after the other
      if (count > 1) front.merge(front, next, count - 1);
      back.clear();
      backSum.clear();
    }
  }
}

function partsOf(memory: Memory, owner: string, { kind, types, columns }: StateSpec): Parts {
  const make = kind.inBlocks!(types)!;
  const part = (): Accumulator => make({ memory, owner, types, evicting: false });
  return { back: part(), backSum: part(), front: part(), open: part(), result: part(), columns, vectors: [] };
}

const accumulatorsOf = ({ back, backSum, front, open, result }: Parts): Accumulator[] => [
  back,
  backSum,
  front,
  open,
  result,
];
