import { type ChunkVector, chunkVector } from '../../column/chunk.ts';
import { takeVector } from '../../column/take.ts';
import type { LiveTable } from '../../join/lookup-join.ts';
import type { LookupRows } from '../../join/lookup-rows.ts';
import { joinRoom } from '../../kernel/join.ts';
import { selectRoom } from '../../kernel/select.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import { u32 } from '../../schema/data-type.ts';
import type { Schema } from '../../schema/schema.ts';
import type { JoinedColumn } from '../joined-columns.ts';
import type { MergeHow } from '../plan.ts';
import { compactBlock } from './compact.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';
import { blockRows } from './source.ts';

export interface MergeParts {
  readonly layout: Schema;
  readonly how: MergeHow;
  readonly table: LookupRows;
  /** Whose rows change; null: they never do. */
  readonly live: LiveTable | null;
  /** Places of the keys in the input. */
  readonly keys: readonly number[];
  /** Where each column of `layout` comes from. */
  readonly columns: readonly JoinedColumn[];
}

/** Sets the columns of a table's rows beside those of rows with the same key. */
export class MergeOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #input: Operator;
  readonly #parts: MergeParts;
  /** Places of the input that are read: keys, and what somebody behind needs. */
  readonly #left: Set<number>;
  /** Columns of the table that somebody behind needs, and their places in `layout`. */
  readonly #right: number[] = [];
  readonly #rightTo: number[] = [];
  readonly #leftTo: { readonly from: number; readonly to: number }[] = [];

  constructor(memory: Memory, scratch: Scratch, input: Operator, parts: MergeParts) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#input = input;
    this.#parts = parts;
    this.layout = parts.layout;
    this.#left = new Set(parts.keys);
    input.require(parts.keys);
    this.out = input.out.connect(this);
  }

  require(columns: Iterable<number>): void {
    for (const to of columns) {
      const { side, place } = this.#parts.columns[to]!;
      if (side === 'right') {
        if (this.#rightTo.includes(to)) continue;
        this.#right.push(place);
        this.#rightTo.push(to);
      } else if (!this.#leftTo.some(one => one.to === to)) {
        this.#left.add(place);
        this.#leftTo.push({ from: place, to });
        this.#input.require([place]);
      }
    }
  }

  rows(block: RowBlock): void {
    const { how, table } = this.#parts;
    if (table.multiple && (how === 'inner' || how === 'left')) this.#pair(block, how === 'left');
    else this.#match(block);
  }

  batchEnd(): void {
    this.out.batchEnd();
  }

  end(): void {
    this.out.end();
  }

  discard(): void {
    this.out.discard();
  }

  /** A table that never changes is part of the plan; one that changes is remembered. */
  snapshot(): unknown {
    return this.#parts.live ? this.#parts.table.snapshot() : null;
  }

  restore(state: any): void {
    if (state !== null) this.#parts.table.restore(state);
  }

  dispose(): void {
    if (this.#parts.live) this.#parts.live.rows = null;
    this.#parts.table.dispose();
  }

  /** At most one row for each: the input's rows stay where they are, a mask tells which count. */
  #match(block: RowBlock): void {
    const { how, table } = this.#parts;
    const { length, mask, selected } = block;
    const rows = this.#scratch.take(length * 4);
    const found = table.rows(this.#keysOf(block), length, mask, rows);
    if (how === 'left') {
      this.#handOn(block, rows, found === selected);
      return;
    }
    const kept = how === 'anti' ? selected - found : found;
    if (kept === 0) return;
    if (kept === selected) {
      this.#handOn(block, rows, true);
      return;
    }
    const narrowed = {
      length,
      vectors: block.vectors,
      mask: this.#narrow(rows, length, mask),
      selected: kept,
      whole: false,
      behind: -1,
    };
    // as for filters: above a quarter, copying costs more than the rows that don't count
    if (kept * 4 >= length) this.#handOn(narrowed, rows, true);
    else {
      const with_ = { ...narrowed, vectors: [...block.vectors, chunkVector(u32(), rows)] };
      const own = block.vectors.length;
      const compact = compactBlock(this.#memory, this.#scratch, with_, [...this.#left, own]);
      this.#handOn(compact, compact.vectors[own]!.values, true);
    }
  }

  /** The mask of the rows that were found, or for `anti` of those that were not. */
  #narrow(rows: number, length: number, mask: number): number {
    const bytes = ((length + 63) >> 6) * 8;
    const bits = this.#scratch.take(bytes);
    joinRoom(this.#memory).foundBits(rows, length, bits);
    if (this.#parts.how !== 'anti') return bits;
    const room = selectRoom(this.#memory);
    if (mask === 0) room.notBits(bits, bits, bytes);
    else room.andNotBits(mask, bits, bits, bytes);
    return bits;
  }

  /** Any number of rows for each: pairs, some thousand at a time. */
  #pair(incoming: RowBlock, outer: boolean): void {
    const scratch = this.#scratch;
    const block = compactBlock(this.#memory, scratch, incoming, this.#left);
    const { length } = block;
    const { table } = this.#parts;
    const ids = scratch.take(length * 4);
    table.ids(this.#keysOf(block), length, ids);
    const cursor = scratch.takeZeroed(8);
    const [left, right] = [scratch.take(blockRows * 4), scratch.take(blockRows * 4)];
    const mark = scratch.mark();
    while (true) {
      const count = table.pairs(ids, length, outer, cursor, left, right, blockRows);
      if (count === 0) return;
      const vectors: ChunkVector[] = [];
      for (const { from } of this.#leftTo) {
        vectors[from] ??= takeVector(this.#memory, scratch, block.vectors[from]!, left, count);
      }
      this.#handOn({ length: count, vectors, mask: 0, selected: count, whole: false, behind: -1 }, right, !outer);
      scratch.release(mark);
    }
  }

  #keysOf({ vectors }: RowBlock): ChunkVector[] {
    return this.#parts.keys.map(place => vectors[place]!);
  }

  /** The input's columns as they are, and those of the table at `rows`. */
  #handOn({ length, vectors, mask, selected }: RowBlock, rows: number, allFound: boolean): void {
    const joined: ChunkVector[] = [];
    for (const { from, to } of this.#leftTo) joined[to] = vectors[from]!;
    const found = this.#parts.table.store.take(this.#right, rows, length, this.#scratch, allFound);
    for (const [at, to] of this.#rightTo.entries()) joined[to] = found[at]!;
    this.out.rows({ length, vectors: joined, mask, selected, whole: false, behind: -1 });
  }
}
