import type { BoundPredicate } from '../../expr/bind.ts';
import { selectRoom } from '../../kernel/select.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Schema } from '../../schema/schema.ts';
import { compactBlock } from './compact.ts';
import type { FusedAggregate } from './fused.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';

/** Keeps the rows for which a condition is true. */
export class FilterOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  /** Does its work, and that of those behind it, when it can. */
  fused: FusedAggregate | null = null;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #input: Operator;
  readonly #predicate: BoundPredicate;
  readonly #required = new Set<number>();

  /** @param reads columns of the input that the predicate reads */
  constructor(memory: Memory, scratch: Scratch, input: Operator, predicate: BoundPredicate, reads: Iterable<number>) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#input = input;
    this.layout = input.layout;
    this.#predicate = predicate;
    input.require(reads);
    this.out = input.out.connect(this);
  }

  require(columns: Iterable<number>): void {
    for (const place of columns) this.#required.add(place);
    this.#input.require(columns);
  }

  rows(block: RowBlock): void {
    if (this.fused?.take(block)) return;
    const { mask, count } = this.#narrow(block);
    if (count === 0) return;
    if (count === block.length) {
      this.out.rows(block);
      return;
    }
    const kept: RowBlock = {
      length: block.length,
      vectors: block.vectors,
      mask,
      selected: count,
      whole: block.whole,
      behind: -1,
    };
    // A sparse mask costs every kernel behind it the rows that don't count; above a quarter, copying costs more than that.
    const sparse = count * 4 < block.length;
    this.out.rows(sparse ? compactBlock(this.#memory, this.#scratch, kept, this.#required) : kept);
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

  dispose(): void {
    this.#predicate.dispose();
  }

  /** The mask of rows that pass this and every filter before, and their number. */
  #narrow(block: RowBlock): { mask: number; count: number } {
    const passed = this.#predicate.evaluate(block);
    if (block.mask === 0) return { mask: this.#predicate.mask, count: passed };
    const room = selectRoom(this.#memory);
    const mask = this.#scratch.take(((block.length + 63) >> 6) * 8);
    room.andBits(block.mask, this.#predicate.mask, mask, ((block.length + 63) >> 6) * 8);
    return { mask, count: room.countBits(mask, block.length) };
  }
}
