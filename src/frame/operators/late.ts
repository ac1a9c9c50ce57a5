import type { ChunkVector } from '../../column/chunk.ts';
import { takeVector } from '../../column/take.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Schema } from '../../schema/schema.ts';
import type { AggregateOperator } from './aggregate.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';

/** Hands on the rows of an aggregation's input that came too late, as they came. */
export class LateOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #input: AggregateOperator;
  readonly #required = new Set<number>();
  #some = false;

  constructor(memory: Memory, scratch: Scratch, input: AggregateOperator, layout: Schema) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#input = input;
    this.layout = layout;
    this.out = input.out.connect(this);
    input.late = this;
  }

  require(columns: Iterable<number>): void {
    for (const place of columns) this.#required.add(place);
    this.#input.requireLate(this.#required);
  }

  /** These rows (u32) of a block of the aggregation's input are late. */
  take({ vectors }: RowBlock, rows: number, count: number): void {
    const taken: ChunkVector[] = [];
    for (const place of this.#required) {
      taken[place] = takeVector(this.#memory, this.#scratch, vectors[place]!, rows, count);
    }
    this.#some = true;
    this.out.rows({ length: count, vectors: taken, mask: 0, selected: count, whole: false, behind: -1 });
  }

  /** The batch is over, whether the aggregation has results or not. */
  settle(): void {
    if (!this.#some) return;
    this.#some = false;
    this.out.batchEnd();
  }

  /** Results of the aggregation, which are not its own. */
  rows(): void {}
  batchEnd(): void {}

  end(): void {
    this.out.end();
  }

  discard(): void {
    this.#some = false;
    this.out.discard();
  }

  dispose(): void {
    this.#input.late = null;
  }
}
