import type { Accumulator, AccumulatorKind, Rows } from '../aggregate/accumulator.ts';
import { KeyTable } from '../aggregate/key-table.ts';
import type { ChunkVector } from '../column/chunk.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';
import type { Shown } from './windower.ts';

/** A state that the aggregations of one plan node share. */
export interface StateSpec {
  readonly kind: AccumulatorKind;
  /** Types of its arguments. */
  readonly types: readonly DataType[];
  /** Numbers of its arguments, which are the same for what is the same argument of several states. */
  readonly columns: readonly number[];
}

/** What a grouped, windowed aggregation keeps: which keys, which states. */
export interface GroupSpec {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  /** Types of the keys; none when rows are not grouped. */
  readonly keys: readonly DataType[];
  readonly states: readonly StateSpec[];
}

/** Groups as a checkpoint keeps them. */
export interface SavedGroups {
  readonly keys: Uint8Array | null;
  readonly accumulators: readonly unknown[];
}

/** Rows with their keys and arguments evaluated: at most a block, row 0 first in every vector. */
export interface AggregateBlock {
  length: number;
  /** One per key. */
  keys: ChunkVector[];
  /** Per state its arguments. */
  args: ChunkVector[][];
  /** The time index as i64 ticks, and its validity; only for windows over time. */
  times: number;
  timesValidity: number;
  /** Bits of the rows that take part, 0 = all; only for windows that keep everything. */
  mask: number;
}

/** Dense ids for the keys seen, and one accumulator per state: one pane, one window, or everything so far. */
export class GroupState {
  readonly keys: KeyTable | null;
  readonly accumulators: readonly Accumulator[];
  readonly #shown: { -readonly [P in keyof Shown]: Shown[P] } & { readonly ids: number[] };
  readonly #rows: Rows = { length: 0, vectors: [], groupIds: 0, mask: 0 };

  constructor(spec: GroupSpec, evicting: boolean) {
    const { memory, owner } = spec;
    this.keys = spec.keys.length > 0 ? new KeyTable(memory, { owner, types: spec.keys }) : null;
    this.accumulators = spec.states.map(({ kind, types }) => kind.create({ memory, owner, types, evicting }));
    const ids = this.accumulators.map(() => 0);
    this.#shown = { accumulators: this.accumulators, ids, keys: this.keys, groups: 0, count: 0 };
    this.reserve(this.size);
  }

  /** Number of groups; 1 without keys. */
  get size(): number {
    return this.keys ? this.keys.size : 1;
  }

  /** Ids of the block's rows, at `target`; without keys 0, which stands for "all in group 0". */
  ids(block: AggregateBlock, target: number): number {
    if (!this.keys) return 0;
    this.keys.ids(block.keys, block.length, target, block.mask);
    return target;
  }

  /** Makes room for groups [0, groups) in every accumulator. */
  reserve(groups: number): void {
    for (const accumulator of this.accumulators) accumulator.reserve(groups);
  }

  /** Rows arrived; `groupIds` as `ids` gave them. */
  onNew(block: AggregateBlock, groupIds: number): void {
    this.reserve(this.size);
    this.feed(block, groupIds);
  }

  /** Rows arrived for groups that the accumulators have room for. */
  feed(block: AggregateBlock, groupIds: number): void {
    for (let at = 0; at < this.accumulators.length; at++)
      this.accumulators[at]!.onNew(this.#rowsOf(block, block.args[at]!, groupIds));
  }

  /** The oldest rows left. */
  onOld(block: AggregateBlock, groupIds: number): void {
    for (let at = 0; at < this.accumulators.length; at++)
      this.accumulators[at]!.onOld(this.#rowsOf(block, block.args[at]!, groupIds));
  }

  /** Adds the groups and states of `other`; the address of its ids here is scratch space. */
  merge(other: GroupState, scratch: Scratch): void {
    const groups = other.size;
    if (groups === 0) return;
    let map: number;
    if (this.keys) {
      map = scratch.take(groups * 4);
      this.keys.ids(other.keys!.keys(0, groups, scratch), groups, map);
    } else map = scratch.takeZeroed(4);
    this.reserve(this.size);
    this.mergeStates(other, map, groups);
  }

  /** Adds state i of `other` to state map[i] (u32 at `map`, `noGroup`: none), for i < groups. */
  mergeStates(other: GroupState, map: number, groups: number): void {
    for (let at = 0; at < this.accumulators.length; at++)
      this.accumulators[at]!.merge(other.accumulators[at]!, map, groups);
  }

  /** The `count` groups whose ids are at `ids` are as new. */
  forget(ids: number, count: number): void {
    for (const accumulator of this.accumulators) accumulator.forget(ids, count);
  }

  /** The groups with these ids (u32; 0: [0, count)), to be shown before the next are asked for. */
  shown(ids: number, count: number): Shown {
    const shown = this.#shown;
    shown.ids.fill(ids);
    shown.groups = ids;
    shown.count = count;
    return shown;
  }

  /** All states are as new; the keys keep their ids. */
  clearAccumulators(): void {
    for (const accumulator of this.accumulators) accumulator.clear();
    this.reserve(this.size);
  }

  /** Empty again; the memory stays for the next use. */
  clear(): void {
    this.keys?.clear();
    this.clearAccumulators();
  }

  snapshot(): SavedGroups {
    return {
      keys: this.keys?.snapshot() ?? null,
      accumulators: this.accumulators.map(accumulator => accumulator.snapshot()),
    };
  }

  /** @throws StateError when the bytes are of other keys or aggregations */
  restore({ keys, accumulators }: SavedGroups): void {
    this.clear();
    if (this.keys && keys) this.keys.restore(keys);
    for (const [at, accumulator] of this.accumulators.entries()) accumulator.restore(accumulators[at]!);
  }

  dispose(): void {
    this.keys?.dispose();
    for (const accumulator of this.accumulators) accumulator.dispose();
  }

  #rowsOf(block: AggregateBlock, vectors: readonly ChunkVector[], groupIds: number): Rows {
    const rows = this.#rows;
    rows.length = block.length;
    rows.vectors = vectors;
    rows.groupIds = groupIds;
    rows.mask = groupIds === 0 ? block.mask : 0; // rows that the mask leaves out have no group
    return rows;
  }
}
