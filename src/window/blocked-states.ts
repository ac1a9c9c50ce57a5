import type { FlatAccumulator } from '../aggregate/_flat.ts';
import type { AccumulatorOptions, Rows } from '../aggregate/accumulator.ts';
import { togetherInBlocks } from '../aggregate/sum-moments.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import { type AggregateRoom, aggregateRoom } from '../kernel/aggregate.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { BlockSlots } from './block-slots.ts';
import type { GroupSpec, StateSpec } from './group-state.ts';
import type { Ring } from './ring.ts';
import type { Shown } from './windower.ts';

/** A state that rows are fed to. */
interface Fed {
  /** Of rows that are not yet a block. */
  readonly open: FlatAccumulator;
  readonly result: FlatAccumulator;
  /** Columns of the ring that it reads. */
  readonly columns: readonly number[];
  readonly vectors: ChunkVector[];
}

/** Blocks as a checkpoint keeps them. */
export interface SavedBlocks {
  readonly rows: readonly [start: number, openFrom: number, fedTo: number, end: number];
  /** First rows of the blocks, the oldest first. */
  readonly frontStarts: readonly number[];
  readonly backStarts: readonly number[];
  /** Where the last result was, and how many rows behind the one before. */
  readonly shown: readonly [at: number, step: number];
  readonly front: Uint8Array;
  readonly back: Uint8Array;
  readonly backSum: Uint8Array;
  readonly open: readonly unknown[];
}

/**
 * Rows in a block: a cut one is counted anew for each result, at some 0.3 ns a row and state; a finished one costs some 50 ns a state. Of blocks of
 * b rows, with s rows from result to result, that is 0.3 b / 2 + 50 s / b: least for b = √(330 s). They are √3 times as long, so that the states
 * of all blocks stay a twentieth of the rows that a window of numbers holds.
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
  readonly #room: AggregateRoom;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #ring: Ring;
  readonly #fed: readonly Fed[];
  readonly #shown: Shown;
  readonly #rows: Rows = { length: 0, vectors: [], groupIds: 0, mask: 0 };
  /** For the kernels: which states there are, and where they are fed. */
  readonly #plan: number;
  /** Blocks that came since the front was made; slot 0 is the oldest. */
  #back: BlockSlots;
  /** Each holds its own block and all newer ones of the front; slot 0 was the oldest. */
  #front: BlockSlots;
  /** One slot: all blocks of the back together. */
  readonly #backSum: BlockSlots;
  /** Rows are numbered from the first that ever came: the ring holds [start, end), those before fedTo are counted. */
  #start = 0;
  #openFrom = 0;
  #fedTo = 0;
  #end = 0;
  /** Where the last result was, and how many rows it was behind the one before. */
  #shownAt = 0;
  #step = mostRows;

  constructor({ memory, owner, states }: GroupSpec, scratch: Scratch, ring: Ring) {
    this.#memory = memory;
    this.#room = aggregateRoom(memory);
    this.#scratch = scratch;
    this.#ring = ring;
    const [fed, places] = fedStates(memory, owner, states);
    this.#fed = fed;
    this.#shown = {
      accumulators: places.map(place => fed[place]!.result),
      ids: states.map(() => 0),
      keys: null,
      groups: 0,
      count: 1,
    };
    this.#plan = memory.allocate(fed.length * planBytes, owner);
    this.#writePlan();
    const slotBytes = fed.reduce((sum, { open }) => sum + open.blockState.stride, 0);
    this.#back = new BlockSlots(memory, owner, slotBytes);
    this.#front = new BlockSlots(memory, owner, slotBytes);
    this.#backSum = new BlockSlots(memory, owner, slotBytes);
    this.#backSum.push(0);
  }

  /** Rows were pushed into the ring. */
  onNew(count: number): void {
    this.#end += count;
  }

  /** The oldest `count` rows leave the ring. */
  onOld(count: number): void {
    this.#start += count;
    const start = this.#start;
    this.#front.dropBefore(start);
    if (this.#front.length === 0 && this.#back.first < start) this.#turn();
    if (start <= this.#openFrom) return;
    for (const { open } of this.#fed) open.clear();
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
    const [room, plan, states] = [this.#room, this.#plan, this.#fed.length];
    const [front, back] = [this.#front, this.#back];
    const whole = Math.min(front.first, back.first, this.#openFrom);
    const cut = whole - this.#start;
    if (cut > 0) {
      room.windowOfBlocks(plan, states, 0, 0, 0, 0);
      this.#feed(this.#start, cut, 'result');
    }
    const blocks = back.length > 0 ? this.#backSum.address : 0;
    const open = this.#fedTo > this.#openFrom ? 1 : 0;
    room.windowOfBlocks(plan, states, cut > 0 ? 1 : 0, front.length > 0 ? front.address : 0, blocks, open);
    return this.#shown;
  }

  /** As new; so is the ring. */
  clear(): void {
    for (const { open } of this.#fed) open.clear();
    this.#front.clear();
    this.#back.clear();
    this.#start = this.#openFrom = this.#fedTo = this.#end = this.#shownAt = 0;
    this.#step = mostRows;
  }

  snapshot(): SavedBlocks {
    this.count();
    return {
      rows: [this.#start, this.#openFrom, this.#fedTo, this.#end],
      frontStarts: this.#front.starts,
      backStarts: this.#back.starts,
      shown: [this.#shownAt, this.#step],
      front: this.#front.save(),
      back: this.#back.save(),
      backSum: this.#backSum.save(),
      open: this.#fed.map(({ open }) => open.snapshot()),
    };
  }

  /** @throws StateError when the states are of other aggregations */
  restore({ rows, frontStarts, backStarts, shown, front, back, backSum, open }: SavedBlocks): void {
    if (open?.length !== this.#fed.length) throw otherStates();
    for (const [at, { open: state }] of this.#fed.entries()) state.restore(open[at] as Uint8Array);
    this.#writePlan();
    [this.#start, this.#openFrom, this.#fedTo, this.#end] = rows;
    [this.#shownAt, this.#step] = shown;
    const fits =
      this.#front.load(frontStarts, front) && this.#back.load(backStarts, back) && this.#backSum.load([0], backSum);
    if (!fits) throw otherStates();
  }

  dispose(): void {
    for (const { open, result } of this.#fed) {
      open.dispose();
      result.dispose();
    }
    for (const slots of [this.#front, this.#back, this.#backSum]) slots.dispose();
    this.#memory.free(this.#plan);
  }

  /** See assembly/aggregate/blocks.ts. */
  #writePlan(): void {
    const words = this.#fed.flatMap(({ open, result }) => {
      const { address, stride, initial, join } = open.blockState;
      return [join, stride, initial === 0 ? 0 : 0xffff_ffff, address, result.blockState.address];
    });
    this.#memory.u32.set(words, this.#plan / 4);
  }

  /** Rows [from, from + count) go to the open block or the result. */
  #feed(from: number, count: number, to: 'open' | 'result'): void {
    const rows = this.#rows;
    for (const { length, vectors } of this.#ring.pieces(from - this.#start, count, this.#scratch)) {
      rows.length = length;
      for (let at = 0; at < this.#fed.length; at++) {
        const fed = this.#fed[at]!;
        const { columns } = fed;
        for (let arg = 0; arg < columns.length; arg++) fed.vectors[arg] = vectors[columns[arg]!]!;
        rows.vectors = fed.vectors;
        fed[to].onNew(rows);
      }
    }
  }

  /** The open rows are a block of the back. */
  #close(): void {
    const begins = this.#back.length === 0 ? 1 : 0;
    const slot = this.#back.push(this.#openFrom);
    this.#room.closeBlock(this.#plan, this.#fed.length, slot, this.#backSum.address, begins);
    this.#openFrom = this.#fedTo;
  }

  /** Blocks of the back that are whole become the front, each with what is newer. */
  #turn(): void {
    [this.#front, this.#back] = [this.#back, this.#front];
    this.#back.clear();
    const front = this.#front;
    front.dropBefore(this.#start);
    this.#room.sumSlots(this.#plan, this.#fed.length, front.address, front.length, front.slotBytes);
  }
}

const planBytes = 20;

/** The states that rows are fed to, and which of them serves each of `states`. */
function fedStates(memory: Memory, owner: string, states: readonly StateSpec[]): [fed: Fed[], places: number[]] {
  const fed: Fed[] = [];
  const places: number[] = [];
  for (const [at, { kind, types, columns }] of states.entries()) {
    if (places[at] !== undefined) continue;
    let make = kind.inBlocks!(types)!;
    for (let next = at + 1; next < states.length; next++) {
      if (states[next]!.columns[0] !== columns[0]) continue;
      const both = togetherInBlocks(kind, states[next]!.kind, types);
      if (!both) continue;
      make = both;
      places[next] = fed.length;
    }
    places[at] = fed.length;
    const options: AccumulatorOptions = { memory, owner, types, evicting: false };
    fed.push({ open: make(options), result: make(options), columns, vectors: [] });
  }
  return [fed, places];
}

const otherStates = (): StateError =>
  new StateError('restore: the saved window has other aggregations; restore a state with the plan that made it');
