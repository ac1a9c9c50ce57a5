import type { FlatAccumulator } from '../aggregate/_flat.ts';
import type { Rows } from '../aggregate/accumulator.ts';
import { StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { GroupSpec, StateSpec } from './group-state.ts';
import type { Ring } from './ring.ts';

/** States by group of some rows, or of several blocks together. */
interface Table {
  /** Its first row; of a block. */
  start: number;
  /** Groups that there is room for, in any state. */
  groups: number;
  readonly states: readonly FlatAccumulator[];
}

/** Blocks as a checkpoint keeps them: where they lie. What they hold is in the ring. */
export interface SavedGroupBlocks {
  readonly rows: readonly [start: number, openFrom: number, fedTo: number, end: number];
  /** First rows of the blocks, the oldest first. */
  readonly front: readonly number[];
  readonly back: readonly number[];
  /** Where the last result was, and how many rows behind the one before. */
  readonly shown: readonly [at: number, step: number];
}

const leastRows = 32;
/** A block's states in bytes are at most this part of its rows', or all blocks' together this many. */
const [shareOfRows, smallBytes] = [1 / 16, 48 * 1024];
/** Blocks are at most this part of a window, or else all of it: where most rows leave between results. */
const [shareOfWindow, mostLeave] = [1 / 4, 3 / 4];
/** Tables that are kept for the next blocks. */
const mostSpare = 8;

/**
 * As `BlockedStates`, by group: states of a window that nothing is ever taken from. A block has a table of states by group; blocks form two
 * stacks, so that a result costs some three merges for each group:
 *
 * ```
 *            start        front (each holds itself and all after it)   back                  open
 *  rows   ┊┊┊┊┊[┊ cut ][ b1+b2+b3 ][ b2+b3 ][ b3 ]                     [ b4 ][ b5 ] …        [ … fedTo) … end
 *  result        cut  +  b1+b2+b3             +                        backSum            +  open
 * ```
 * It is for states that forget only with much effort: variances by 100 keys of the last 10,000 rows, 1,000 rows a batch, took 48 ns a row where
 * each row was added and taken away, and the results of 160 bits 300 ns a group.
 */
export class GroupBlocks {
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #scratch: Scratch;
  readonly #ring: Ring;
  readonly #specs: readonly StateSpec[];
  /** Column of the ring with the rows' groups. */
  readonly #ids: number;
  /** Of the ring's rows, and of a group's states. */
  readonly #rowBytes: number;
  readonly #groupBytes: number;
  readonly #rows: Rows = { length: 0, vectors: [], groupIds: 0, mask: 0 };
  readonly #spare: Table[] = [];
  /** The oldest is the last. */
  #front: Table[] = [];
  /** The oldest is the first. */
  #back: Table[] = [];
  readonly #backSum: Table;
  readonly #result: Table;
  #open: Table;
  /** Rows are numbered from the first that ever came: the ring holds [start, end), those before fedTo are counted. */
  #start = 0;
  #fedTo = 0;
  #end = 0;
  /** Groups there are. */
  #groups = 0;
  /** Where the last result was, and how many rows it was behind the one before. */
  #shownAt = 0;
  #step = 1024;

  /** @param ids column of the ring with the rows' groups */
  constructor({ memory, owner }: GroupSpec, states: readonly StateSpec[], scratch: Scratch, ring: Ring, ids: number) {
    this.#memory = memory;
    this.#owner = owner;
    this.#scratch = scratch;
    this.#ring = ring;
    this.#specs = states;
    this.#ids = ids;
    this.#rowBytes = ring.rowBytes;
    this.#backSum = this.#table(0);
    this.#result = this.#table(0);
    this.#open = this.#table(0);
    this.#groupBytes = this.#open.states.reduce((sum, { blockState }) => sum + blockState.stride, 0);
  }

  /** Rows that came and are not counted. */
  get waiting(): number {
    return this.#end - this.#fedTo;
  }

  /** Rows were pushed into the ring; there are so many groups now. */
  onNew(count: number, groups: number): void {
    this.#end += count;
    this.#groups = groups;
  }

  /** The oldest `count` rows leave the ring. */
  onOld(count: number): void {
    this.#start += count;
    const start = this.#start;
    while (this.#front.length > 0 && this.#front.at(-1)!.start < start) this.#free(this.#front.pop()!);
    if (this.#front.length === 0 && this.#back.length > 0 && this.#back[0]!.start < start) this.#turn();
    if (start <= this.#open.start) return;
    this.#empty(this.#open);
    this.#open.start = this.#fedTo = start;
  }

  /** Counts rows that came, by blocks. They must be in the ring. */
  count(): void {
    const enough = this.#enough();
    while (this.#fedTo < this.#end) {
      // blocks may have been longer before
      if (this.#fedTo - this.#open.start >= enough) this.#close();
      const rows = Math.min(this.#end - this.#fedTo, enough - (this.#fedTo - this.#open.start));
      this.#feed(this.#open, this.#fedTo, rows);
      this.#fedTo += rows;
    }
  }

  /** The states of all groups of the window; good until the next call. */
  results(): readonly FlatAccumulator[] {
    this.count();
    this.#step = Math.max(1, this.#end - this.#shownAt);
    this.#shownAt = this.#end;
    // blocks end where results are, so that mostly the window's edge cuts none
    if ((this.#fedTo - this.#open.start) * 2 >= this.#enough()) this.#close();
    const oldest = this.#front.at(-1) ?? this.#back[0] ?? this.#open;
    const parts: Table[] = [];
    if (this.#front.length > 0) parts.push(this.#front.at(-1)!);
    if (this.#back.length > 0) parts.push(this.#backSum);
    if (this.#fedTo > this.#open.start) parts.push(this.#open);
    const cut = oldest.start - this.#start;
    if (cut === 0 && parts.length === 1) {
      this.#reserve(parts[0]!, this.#groups);
      return parts[0]!.states;
    }
    const result = this.#result;
    this.#empty(result);
    this.#reserve(result, this.#groups);
    if (cut > 0) this.#feed(result, this.#start, cut);
    for (const part of parts) this.#join(result, part);
    return result.states;
  }

  /** As new; so is the ring. */
  clear(): void {
    for (const table of [...this.#front.splice(0), ...this.#back.splice(0)]) this.#free(table);
    for (const table of [this.#backSum, this.#open]) this.#empty(table);
    this.#start = this.#open.start = this.#fedTo = this.#end = this.#shownAt = 0;
  }

  snapshot(): SavedGroupBlocks {
    this.count();
    return {
      rows: [this.#start, this.#open.start, this.#fedTo, this.#end],
      front: this.#front.map(({ start }) => start).reverse(),
      back: this.#back.map(({ start }) => start),
      shown: [this.#shownAt, this.#step],
    };
  }

  /** The ring has its rows; there are so many groups. @throws StateError when the blocks are of other rows */
  restore(saved: SavedGroupBlocks | null, groups: number): void {
    if (!saved)
      throw new StateError('restore: the saved window has no blocks; restore a state with the plan that made it');
    const { rows, front, back, shown } = saved;
    this.clear();
    const [start, openFrom, fedTo, end] = rows;
    const bounds = [start, ...front, ...back, openFrom, fedTo, end];
    if (end - start !== this.#ring.length || bounds.some((bound, at) => at > 0 && bound < bounds[at - 1]!)) {
      throw new StateError('restore: the saved window is damaged; its blocks are of other rows');
    }
    this.#groups = groups;
    [this.#start, this.#end] = [start, end];
    [this.#shownAt, this.#step] = shown;
    this.#front = this.#filled(front, back[0] ?? openFrom);
    this.#sumUp(this.#front.reverse());
    this.#back = this.#filled(back, openFrom);
    for (const block of this.#back) this.#join(this.#backSum, block);
    this.#open.start = openFrom;
    if (fedTo > openFrom) this.#feed(this.#open, openFrom, fedTo - openFrom);
    this.#fedTo = fedTo;
  }

  dispose(): void {
    const tables = [...this.#front, ...this.#back, ...this.#spare, this.#backSum, this.#result, this.#open];
    for (const { states } of tables) for (const state of states) state.dispose();
    this.#front = [];
    this.#back = [];
    this.#spare.length = 0;
  }

  /**
   * Rows in a block. To finish one costs three merges of its groups, and for each result half of one is counted anew: with s rows from result to
   * result that is 15 ns · groups / b + 2.5 ns · b / s for each row, least for b = √(6 s groups).
   */
  #enough(): number {
    const [step, held] = [this.#step, this.#end - this.#start];
    if (step >= held * mostLeave) return Number.POSITIVE_INFINITY;
    const bytes = this.#groups * this.#groupBytes;
    const small = Math.min(bytes / (this.#rowBytes * shareOfRows), (held * bytes) / smallBytes);
    const best = Math.max(leastRows, small, Math.sqrt(6 * step * this.#groups));
    const rows = Math.max(leastRows, Math.min(best, held * shareOfWindow));
    return rows < step ? Math.ceil(step / Math.round(step / rows)) : step * Math.round(rows / step);
  }

  /** Rows [from, from + count) go to a table. */
  #feed(table: Table, from: number, count: number): void {
    this.#reserve(table, this.#groups);
    const rows = this.#rows;
    for (const { length, vectors } of this.#ring.pieces(from - this.#start, count, this.#scratch)) {
      rows.length = length;
      rows.groupIds = vectors[this.#ids]!.values;
      for (let at = 0; at < this.#specs.length; at++) {
        rows.vectors = this.#specs[at]!.columns.map(column => vectors[column]!);
        table.states[at]!.onNew(rows);
      }
    }
  }

  /** The open rows are a block of the back. */
  #close(): void {
    const block = this.#open;
    this.#join(this.#backSum, block);
    this.#back.push(block);
    this.#open = this.#table(this.#fedTo);
  }

  /** Blocks of the back that are whole become the front, each with what is newer. */
  #turn(): void {
    const blocks = this.#back;
    this.#back = [];
    this.#empty(this.#backSum);
    while (blocks.length > 0 && blocks[0]!.start < this.#start) this.#free(blocks.shift()!);
    this.#front = blocks.reverse();
    this.#sumUp(this.#front);
  }

  /** Each of the blocks, the newest first, has what is newer, too. */
  #sumUp(blocks: readonly Table[]): void {
    for (let at = 1; at < blocks.length; at++) this.#join(blocks[at]!, blocks[at - 1]!);
  }

  /** Blocks that begin at these rows, the last ending before `end`. */
  #filled(starts: readonly number[], end: number): Table[] {
    return starts.map((start, at) => {
      const table = this.#table(start);
      this.#feed(table, start, (starts[at + 1] ?? end) - start);
      return table;
    });
  }

  /** Adds the states of later rows. */
  #join(to: Table, later: Table): void {
    this.#reserve(to, later.groups);
    for (let at = 0; at < to.states.length; at++) to.states[at]!.merge(later.states[at]!, 0, later.groups);
  }

  #reserve(table: Table, groups: number): void {
    if (groups <= table.groups) return;
    for (const state of table.states) state.reserve(groups);
    table.groups = groups;
  }

  #table(start: number): Table {
    const spare = this.#spare.pop();
    if (spare) {
      spare.start = start;
      return spare;
    }
    const [memory, owner] = [this.#memory, this.#owner];
    const states = this.#specs.map(({ kind, types }) =>
      kind.inBlocks!(types)!({ memory, owner, types, evicting: false }),
    );
    return { start, groups: 0, states };
  }

  #empty(table: Table): void {
    for (const state of table.states) state.clear();
  }

  #free(table: Table): void {
    if (this.#spare.length < mostSpare && table.groups <= 2 * this.#groups) {
      this.#empty(table);
      this.#spare.push(table);
    } else for (const state of table.states) state.dispose();
  }
}
