import { ChunkBuilder } from '../../column/chunk-builder.ts';
import { takeVector } from '../../column/take.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import { Schema } from '../../schema/schema.ts';
import { compactBlock } from './compact.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';
import { blockRows, pointAt } from './source.ts';

/** Keeps the one row that an aggregation gives for a batch. */
class Latest implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly row: ChunkBuilder;

  /** @param out of the operator it works for */
  constructor(memory: Memory, layout: Schema, owner: string, out: Outlet) {
    this.layout = layout;
    this.out = out;
    this.row = new ChunkBuilder(memory, layout, owner);
  }

  rows({ vectors, length }: RowBlock): void {
    this.row.append(vectors, length);
  }

  require(): void {}
  batchEnd(): void {}
  end(): void {}

  discard(): void {
    this.row.finish();
  }

  dispose(): void {
    this.row.dispose();
  }
}

/**
 * Adds the results of an aggregation of the same input to every row of a batch: `x - mean(x)`. The results include the batch itself, so
 * its rows wait until it has ended.
 */
export class BroadcastOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #input: Operator;
  readonly #aggregated: Operator;
  readonly #latest: Latest;
  readonly #owner: string;
  readonly #required = new Set<number>();
  #rows: ChunkBuilder | null = null;
  /** Rows that wait when none of their columns is wanted. */
  #waiting = 0;

  /** @param aggregated the operator of the aggregation, which is fed before this one */
  constructor(memory: Memory, scratch: Scratch, input: Operator, aggregated: Operator, layout: Schema, owner: string) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#input = input;
    this.#owner = owner;
    this.layout = layout;
    this.#aggregated = aggregated;
    this.out = input.out.connect(this);
    this.#latest = new Latest(memory, aggregated.layout, owner, this.out);
    aggregated.out.targets.push(this.#latest);
  }

  require(columns: Iterable<number>): void {
    const own = this.#input.layout.length;
    for (const place of columns) {
      if (place >= own || this.#required.has(place)) continue;
      this.#required.add(place);
      this.#input.require([place]);
      this.#rows?.dispose();
      this.#rows = null;
    }
  }

  rows(incoming: RowBlock): void {
    const { vectors, length } = compactBlock(this.#memory, this.#scratch, incoming, this.#required);
    const held = this.#held();
    held.append(
      [...this.#required].map(place => vectors[place]!),
      length,
    );
    if (this.#required.size === 0) this.#waiting += length;
  }

  batchEnd(): void {
    const row = this.#latest.row.finish();
    const held = this.#held().finish();
    const length = this.#required.size === 0 ? this.#waiting : held.length;
    this.#waiting = 0;
    const places = [...this.#required];
    const own = this.#input.layout.length;
    const block = {
      length: 0,
      vectors: [] as RowBlock['vectors'][number][],
      mask: 0,
      selected: 0,
      whole: false,
      behind: -1,
    };
    for (const [at, place] of places.entries()) block.vectors[place] = { ...held.vectors[at]! };
    // the same constants serve every block
    const most = Math.min(blockRows, length);
    const rows = this.#scratch.takeZeroed(most * 4 + 4);
    for (const [at, vector] of row.vectors.entries()) {
      block.vectors[own + at] = takeVector(this.#memory, this.#scratch, vector, rows, most);
    }
    for (let start = 0; start < length; start += blockRows) {
      block.length = block.selected = Math.min(blockRows, length - start);
      block.behind = length - start - block.length;
      for (const [at, place] of places.entries())
        pointAt(block.vectors[place]!, held.vectors[at]!, held.vectors[at]!.type, start);
      this.out.rows(block);
    }
    this.out.batchEnd();
  }

  end(): void {
    this.out.end();
  }

  discard(): void {
    this.#rows?.finish();
    this.#waiting = 0;
    this.out.discard();
  }

  dispose(): void {
    const { targets } = this.#aggregated.out;
    const at = targets.indexOf(this.#latest);
    if (at >= 0) targets.splice(at, 1);
    this.#rows?.dispose();
    this.#latest.dispose();
  }

  #held(): ChunkBuilder {
    const fields = [...this.#required].map(place => this.layout.fields[place]!);
    this.#rows ??= new ChunkBuilder(this.#memory, new Schema(fields), this.#owner);
    return this.#rows;
  }
}
