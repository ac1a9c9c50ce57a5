import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { paneRoom } from '../kernel/pane.ts';
import { windowRoom } from '../kernel/window.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, i64, u32 } from '../schema/data-type.ts';
import { BlockRows } from './block-rows.ts';
import { BlockedStates, canBeBlocked, type SavedBlocks } from './blocked-states.ts';
import { ChangedGroups } from './changed-groups.ts';
import { GroupBlocks, type SavedGroupBlocks } from './group-blocks.ts';
import { type AggregateBlock, type GroupSpec, GroupState, type SavedGroups, type StateSpec } from './group-state.ts';
import { LiveGroups } from './live-groups.ts';
import { Ring } from './ring.ts';
import { loadRows, type SavedRows, saveRows } from './saved-rows.ts';
import type { EmitMode } from './window.ts';
import type { Held, PaneSink, RowStore, Shown, Windower, WindowProgress } from './windower.ts';

/** Which rows stay: the last `rows`, or those with a time above (newest − `range`). */
export type Extent = { readonly rows: number } | { readonly range: bigint };

const keptByBlocks = ({ kind, types }: StateSpec): boolean => !!kind.blocksByGroup && !!kind.inBlocks?.(types);

/** Rows that are looked at first for those that leave. */
const firstLook = 4096;
/** So many rows may wait to be counted: what the ring holds of them stays in the L2 cache. */
const mostWaiting = 16_384;
/** To make a group's states new costs as much as to count this part of a row; so few rows are taken away in any case. */
const [clearedAsRows, fewRows] = [0.25, 64];

/** A window as a checkpoint keeps it. */
export interface SavedWindow {
  readonly groups: SavedGroups | SavedBlocks;
  /** Of states by group that are kept by blocks. */
  readonly blocks: SavedGroupBlocks | null;
  readonly rows: SavedRows;
  readonly live: Uint32Array;
  /** Rows are not counted before a result is due. */
  readonly waits: boolean;
  readonly newest: bigint | null;
  readonly late: number;
  readonly untimed: number;
}

/**
 * The last n rows, or the rows of the last stretch of time. A ring remembers what the aggregations were given, so that `onOld` gets
 * the same rows back when they leave. States of all rows that merge easily are kept by blocks instead, and nothing is taken from them; so are
 * states by group that forget only with much effort. Rows that leave before a result shows them need not be counted, and where most of
 * a window leaves, what stays is counted anew.
 *
 * Rows of a time window are kept in the order of their times. A block that goes back in time is sorted in, and the states are made
 * anew from the ring; rows that are older than the window when they come never enter.
 */
export class Evicting implements Windower {
  #late = 0;
  #untimed = 0;
  #newest: bigint | null = null;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #state: GroupState;
  readonly #blocked: BlockedStates | null;
  /** Those of the states by group that are not in `#state`. */
  readonly #groupBlocks: GroupBlocks | null;
  /** Which states are in `#state`. */
  readonly #followed: readonly boolean[];
  readonly #ring: Ring;
  readonly #extent: Extent;
  readonly #emit: EmitMode;
  readonly #blocks: BlockRows;
  /** Columns of the ring that each state reads. */
  readonly #columns: readonly (readonly number[])[];
  readonly #changed: ChangedGroups | null;
  /** Groups that lost their last row since the last look for them. */
  #emptied = 0;
  /** Counted rows of each group. */
  readonly #live: LiveGroups;
  /** The newest rows of the ring, which are not counted yet. */
  #waiting = 0;
  /** Rows since the last result. */
  #fresh = 0;
  /** Rows may leave before a result has shown them: then they are not counted before one is due. */
  #waits = false;

  constructor(spec: GroupSpec, scratch: Scratch, extent: Extent, emit: EmitMode) {
    const { memory, owner } = spec;
    this.#memory = memory;
    this.#scratch = scratch;
    this.#extent = extent;
    this.#emit = emit;
    const blocked = canBeBlocked(spec);
    this.#followed = spec.states.map(
      state => !blocked && !(keptByBlocks(state) && spec.keys.length > 0 && emit !== 'changed'),
    );
    this.#state = new GroupState({ ...spec, states: spec.states.filter((_, at) => this.#followed[at]) }, true);
    this.#waits = emit === 'end';
    this.#blocks = new BlockRows(memory, scratch);
    this.#live = new LiveGroups(memory, owner);
    this.#columns = spec.states.map(({ columns }) => columns);
    const types: DataType[] = [];
    for (const state of spec.states) for (const [i, column] of state.columns.entries()) types[column] = state.types[i]!;
    const hidden: DataType[] = [...(this.#state.keys ? [u32()] : []), ...('range' in extent ? [i64()] : [])];
    this.#ring = new Ring({ memory, owner, types: [...types, ...hidden] });
    this.#blocked = blocked ? new BlockedStates(spec, scratch, this.#ring) : null;
    const byBlocks = blocked ? [] : spec.states.filter((_, at) => !this.#followed[at]);
    this.#groupBlocks = byBlocks.length > 0 ? new GroupBlocks(spec, byBlocks, scratch, this.#ring, types.length) : null;
    this.#changed = emit === 'changed' && this.#state.keys ? new ChangedGroups(memory, owner) : null;
  }

  get progress(): WindowProgress {
    return { watermark: this.#newest, late: this.#late, untimed: this.#untimed };
  }

  get held(): Held {
    return { groups: this.#liveGroups(), windows: null };
  }

  /** Not with keys: groups that vanish have the rows moved before those that come are taken. */
  get store(): RowStore | null {
    return this.#blocked && this.#ring.takesLandings ? this.#ring : null;
  }

  rows(block: AggregateBlock): void {
    this.#fresh += block.length;
    this.#dropEmptyGroups();
    const groupIds = this.#state.keys ? this.#state.ids(block, this.#scratch.take(block.length * 4)) : 0;
    if ('rows' in this.#extent) {
      this.#enter(block, groupIds);
      this.#leave(this.#ring.length - this.#extent.rows);
    } else this.#timedRows(block, groupIds, this.#extent.range);
    if (this.#blocked) this.#blocked.count();
    else if (this.#waiting > mostWaiting) this.#countWaiting();
    const waiting = this.#groupBlocks?.waiting ?? 0;
    if (waiting > (this.#waits ? mostWaiting : 0)) this.#groupBlocks!.count();
  }

  batchEnd(sink: PaneSink): void {
    if (this.#emit !== 'end') this.#show(sink);
  }

  end(sink: PaneSink): void {
    if (this.#emit === 'end') this.#show(sink);
  }

  snapshot(): SavedWindow {
    this.#countWaiting();
    return {
      groups: this.#blocked?.snapshot() ?? this.#state.snapshot(),
      blocks: this.#groupBlocks?.snapshot() ?? null,
      rows: saveRows(this.#memory, this.#ring.rows(this.#scratch), this.#ring.length),
      live: this.#live.snapshot(),
      waits: this.#waits,
      newest: this.#newest,
      late: this.#late,
      untimed: this.#untimed,
    };
  }

  /** @throws StateError when the state is of other columns */
  restore({ groups, blocks, rows, live, waits, newest, late, untimed }: SavedWindow): void {
    if (this.#blocked) this.#blocked.restore(groups as SavedBlocks);
    else this.#state.restore(groups as SavedGroups);
    this.#ring.clear();
    this.#ring.push(loadRows(this.#memory, this.#scratch, rows, this.#ring.types), rows.length);
    this.#groupBlocks?.restore(blocks, this.#state.size);
    this.#live.restore(live);
    this.#waits = waits;
    this.#waiting = 0;
    this.#newest = newest;
    this.#late = late;
    this.#untimed = untimed;
  }

  dispose(): void {
    this.#state.dispose();
    this.#blocked?.dispose();
    this.#groupBlocks?.dispose();
    this.#ring.dispose();
    this.#changed?.dispose();
    this.#live.dispose();
  }

  #liveGroups(): number {
    if (!this.#state.keys) return 1;
    this.#countWaiting();
    return this.#living()[1];
  }

  /** The groups that have rows: an address of u32, and how many they are. */
  #living(): [ids: number, count: number] {
    const { size } = this.#state;
    const [ids, living] = [this.#scratch.take(size * 4), this.#scratch.take(size * 4 + 4)];
    this.#memory.bulk.iota(ids, 0, size);
    return [living, this.#live.alive(ids, size, size, living)];
  }

  #enter(block: AggregateBlock, groupIds: number): void {
    this.#ring.push(this.#ringVectors(block, groupIds), block.length);
    if (groupIds !== 0) this.#changed?.add(groupIds, block.length, this.#state.size);
    this.#groupBlocks?.onNew(block.length, this.#state.size);
    if (this.#blocked) this.#blocked.onNew(block.length);
    else if (this.#waits || this.#waiting > 0)
      this.#waiting += block.length; // those that wait are the newest
    else this.#count(block, groupIds);
  }

  #count(block: AggregateBlock, groupIds: number): void {
    this.#state.onNew(this.#followedRows(block), groupIds);
    if (groupIds === 0) return;
    this.#live.enter(groupIds, block.length, this.#state.size);
  }

  #countWaiting(): void {
    const count = this.#waiting;
    if (count === 0) return;
    this.#waiting = 0;
    for (const { length, vectors } of this.#ring.pieces(this.#ring.length - count, count, this.#scratch))
      this.#count(this.#blockOf(vectors, length), this.#state.keys ? this.#groupIdsOf(vectors) : 0);
  }

  /** The oldest `count` rows leave; groups that became empty are as new. */
  #leave(count: number): void {
    if (count <= 0) return;
    if (this.#blocked) this.#blocked.onOld(count);
    else this.#forget(count);
    this.#groupBlocks?.onOld(count);
    this.#ring.drop(count);
  }

  /** Takes the oldest `count` rows away, as far as they were counted; or counts the others anew, where those are fewer. */
  #forget(count: number): void {
    const stay = Math.max(0, this.#ring.length - count);
    const counted = Math.min(count, this.#ring.length - this.#waiting);
    if (this.#changed) this.#noteOldest(count);
    if (counted > fewRows + stay - this.#waiting + this.#state.size * clearedAsRows) {
      this.#uncount();
      this.#waiting = stay;
      return;
    }
    this.#waiting = Math.min(this.#waiting, stay);
    if (counted === 0) return;
    for (const { length, vectors } of this.#ring.oldest(counted, this.#scratch)) {
      const groupIds = this.#state.keys ? this.#groupIdsOf(vectors) : 0;
      this.#state.onOld(this.#followedRows(this.#blockOf(vectors, length)), groupIds);
      if (groupIds === 0) continue;
      const emptied = this.#scratch.take(length * 4 + 4);
      const gone = this.#live.leave(groupIds, length, emptied);
      if (gone > 0) this.#state.forget(emptied, gone);
      this.#emptied += gone;
    }
  }

  /** The groups of the oldest `count` rows change. */
  #noteOldest(count: number): void {
    for (const { length, vectors } of this.#ring.oldest(count, this.#scratch))
      this.#changed!.add(this.#groupIdsOf(vectors), length, this.#state.size);
  }

  /** No row is counted. */
  #uncount(): void {
    this.#state.clearAccumulators();
    this.#live.clear();
    this.#emptied = 0;
    this.#waiting = this.#ring.length;
  }

  #timedRows(block: AggregateBlock, groupIds: number, range: bigint): void {
    const room = windowRoom(this.#memory);
    const clean = block.timesValidity === 0 ? { block, groupIds } : this.#withoutNullTimes(block, groupIds);
    const { times, length } = clean.block;
    if (length === 0) return;
    const first = this.#memory.i64[times / 8]!;
    const sorted = room.sortedRowsI64(times, length) === length;
    if (sorted && (this.#newest === null || first >= this.#newest)) {
      this.#newest = this.#memory.i64[times / 8 + length - 1]!;
      this.#enter(clean.block, clean.groupIds);
    } else this.#sortIn(clean.block, clean.groupIds, range);
    this.#leave(this.#firstInside(this.#newest! - range));
  }

  /** How many of the oldest rows have a time at or before `limit`. */
  #firstInside(limit: bigint): number {
    const room = windowRoom(this.#memory);
    let count = 0;
    // Some rows, then as many again: mostly the first of them stay.
    for (let look = firstLook; count < this.#ring.length; look = count) {
      for (const { length, vectors } of this.#ring.pieces(count, look, this.#scratch)) {
        const outside = room.firstAboveI64(vectors.at(-1)!.values, length, limit);
        count += outside;
        if (outside < length) return count;
      }
    }
    return count;
  }

  #withoutNullTimes(block: AggregateBlock, groupIds: number): { block: AggregateBlock; groupIds: number } {
    const { u8 } = this.#memory;
    const selection = this.#scratch.take(block.length * 4);
    const rows = this.#memory.u32;
    let kept = 0;
    for (let row = 0; row < block.length; row++) {
      if ((u8[block.timesValidity + (row >> 3)]! >> (row & 7)) & 1) rows[selection / 4 + kept++] = row;
    }
    this.#untimed += block.length - kept;
    return this.#choose(block, groupIds, selection, kept);
  }

  #choose(
    block: AggregateBlock,
    groupIds: number,
    selection: number,
    kept: number,
  ): { block: AggregateBlock; groupIds: number } {
    const chosen = this.#blocks.take(block, selection, kept);
    chosen.times = this.#blocks.takeVector(chunkVector(i64(), block.times), selection, kept).values;
    const ids = groupIds === 0 ? 0 : this.#blocks.takeVector(chunkVector(u32(), groupIds), selection, kept).values;
    return { block: chosen, groupIds: ids };
  }

  /** Rows that go back in time: everything in the window is put in order again and counted anew. */
  #sortIn(block: AggregateBlock, groupIds: number, range: bigint): void {
    const { i64: ticks } = this.#memory;
    let newest = this.#newest ?? ticks[block.times / 8]!;
    const kept: number[] = [];
    for (let row = 0; row < block.length; row++) {
      const time = ticks[block.times / 8 + row]!;
      if (time > newest) newest = time;
      if (time > newest - range) kept.push(row);
      else this.#late++;
    }
    this.#newest = newest;
    if (kept.length === 0) return;
    const selection = this.#scratch.take(kept.length * 4);
    this.#memory.u32.set(kept, selection / 4);
    const arrived = this.#choose(block, groupIds, selection, kept.length);
    this.#ring.push(this.#ringVectors(arrived.block, arrived.groupIds), kept.length);
    const length = this.#ring.length;
    const vectors = this.#ring.rows(this.#scratch);
    const times = vectors.at(-1)!.values / 8;
    const order = Array.from({ length }, (_, row) => row);
    const at = this.#memory.i64.slice(times, times + length);
    order.sort((a, b) => (at[a]! < at[b]! ? -1 : at[a]! > at[b]! ? 1 : a - b));
    const sorted = this.#scratch.take(length * 4);
    this.#memory.u32.set(order, sorted / 4);
    const inOrder = vectors.map(vector => this.#blocks.takeVector(vector, sorted, length));
    this.#replay(
      this.#blockOf(inOrder, length),
      this.#state.keys ? this.#groupIdsOf(inOrder) : 0,
      inOrder.at(-1)!.values,
    );
  }

  /**
   * Groups without rows are forgotten once they are the most, so that memory follows the window: the others get new numbers, and the rows
   * that the ring holds are counted anew.
   */
  #dropEmptyGroups(): void {
    const { keys } = this.#state;
    // no more groups than rows have any
    const emptied = keys && Math.max(this.#emptied, keys.size - this.#ring.length);
    if (!keys || keys.size < 1024 || emptied! * 2 < keys.size) return;
    this.#countWaiting();
    this.#emptied = 0;
    const { size } = keys;
    const [alive, count] = this.#living();
    if (count * 2 > size) return;
    const map = this.#scratch.take(size * 4);
    keys.compact(alive, count, map);
    const { length } = this.#ring;
    const vectors = this.#ring.rows(this.#scratch);
    const groupIds = this.#groupIdsOf(vectors);
    const renumbered = this.#scratch.take(length * 4);
    paneRoom(this.#memory).renumber(groupIds, length, map, renumbered);
    this.#replay(this.#blockOf(vectors, length), renumbered, vectors.at(-1)!.values);
  }

  /** Counts rows anew that the ring held; `times` are theirs, for windows over time. */
  #replay(block: AggregateBlock, groupIds: number, times: number): void {
    this.#changed?.clear();
    this.#uncount();
    this.#blocked?.clear();
    this.#groupBlocks?.clear();
    this.#ring.clear();
    this.#waiting = 0;
    block.times = times;
    this.#enter(block, groupIds);
  }

  #show(sink: PaneSink): void {
    this.#countWaiting();
    this.#waits = this.#fresh * 2 > this.#ring.length;
    this.#fresh = 0;
    const { keys, size } = this.#state;
    if (!keys) {
      sink.show(this.#blocked?.shown() ?? this.#state.shown(0, 1));
      return;
    }
    const [ids, count] = this.#changed ? [this.#changed.ids, this.#changed.count] : [keys.sorted(), size];
    const alive = this.#scratch.take(count * 4 + 4);
    const shown = this.#live.alive(ids, count, size, alive);
    // the order of all keys is known to what shows them
    sink.show(this.#withBlocks(this.#state.shown(shown === size && !this.#changed ? ids : alive, shown)));
    this.#changed?.clear();
  }

  /** The states that are kept by blocks, too. */
  #withBlocks(followed: Shown): Shown {
    if (!this.#groupBlocks) return followed;
    const [rows, blocks] = [followed.accumulators.values(), this.#groupBlocks.results().values()];
    const accumulators = this.#followed.map(follows => (follows ? rows : blocks).next().value!);
    return { ...followed, accumulators, keys: this.#state.keys, ids: accumulators.map(() => followed.groups) };
  }

  /** A block as `#state` takes it. */
  #followedRows(block: AggregateBlock): AggregateBlock {
    return this.#groupBlocks ? { ...block, args: block.args.filter((_, at) => this.#followed[at]) } : block;
  }

  /** What the ring keeps of a block: all arguments, then the group id, then the time. */
  #ringVectors(block: AggregateBlock, groupIds: number): ChunkVector[] {
    const vectors: ChunkVector[] = [];
    for (let state = 0; state < this.#columns.length; state++) {
      const columns = this.#columns[state]!;
      for (let arg = 0; arg < columns.length; arg++) vectors[columns[arg]!] = block.args[state]![arg]!;
    }
    if (this.#state.keys) vectors.push(chunkVector(u32(), groupIds));
    if ('range' in this.#extent) vectors.push(chunkVector(i64(), block.times));
    return vectors;
  }

  #blockOf(vectors: readonly ChunkVector[], length: number): AggregateBlock {
    const args = this.#columns.map(columns => columns.map(column => vectors[column]!));
    return { length, keys: [], args, times: 0, timesValidity: 0, mask: 0 };
  }

  #groupIdsOf(vectors: readonly ChunkVector[]): number {
    return vectors[vectors.length - ('range' in this.#extent ? 2 : 1)]!.values;
  }
}
