import type { ChunkVector } from '../../column/chunk.ts';
import type { BoundExpressions } from '../../expr/bind.ts';
import type { Schema } from '../../schema/schema.ts';
import type { FusedAggregate } from './fused.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';

/** Computes columns: those that somebody needs. Rows that a mask leaves out are computed too: cheaper than looking. */
export class ProjectOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  /** Does its work, and that of those behind it, when it can. */
  fused: FusedAggregate | null = null;
  readonly #input: Operator;
  readonly #reads: readonly (readonly number[])[];
  readonly #bind: (places: readonly number[]) => BoundExpressions;
  readonly #required = new Set<number>();
  #places: readonly number[] = [];
  #bound: BoundExpressions | null = null;
  readonly #block: RowBlock & { vectors: ChunkVector[] } = {
    length: 0,
    vectors: [],
    mask: 0,
    selected: 0,
    whole: false,
    behind: -1,
  };

  /**
   * @param reads per output column the input columns it reads
   * @param bind compiles the expressions of these output columns
   */
  constructor(
    layout: Schema,
    input: Operator,
    reads: readonly (readonly number[])[],
    bind: (places: readonly number[]) => BoundExpressions,
  ) {
    this.layout = layout;
    this.#input = input;
    this.#reads = reads;
    this.#bind = bind;
    this.out = input.out.connect(this);
  }

  require(columns: Iterable<number>): void {
    for (const place of columns) {
      if (this.#required.has(place)) continue;
      this.#required.add(place);
      this.#input.require(this.#reads[place]!);
      this.dispose();
    }
  }

  rows(block: RowBlock): void {
    if (this.fused?.take(block)) return;
    if (!this.#bound) {
      this.#places = [...this.#required];
      this.#bound = this.#bind(this.#places);
    }
    const vectors = this.#bound.evaluate(block);
    const out = this.#block;
    out.length = block.length;
    out.mask = block.mask;
    out.selected = block.selected;
    out.whole = block.whole;
    out.behind = block.behind;
    for (let at = 0; at < vectors.length; at++) out.vectors[this.#places[at]!] = vectors[at]!;
    this.out.rows(out);
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
    this.#bound?.dispose();
    this.#bound = null;
  }
}
