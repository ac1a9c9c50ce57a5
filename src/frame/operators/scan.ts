import type { ChunkVector } from '../../column/chunk.ts';
import type { BoundExpressions } from '../../expr/bind.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Scan } from '../../scan/scan.ts';
import type { Schema } from '../../schema/schema.ts';
import type { TimeIndex } from '../time-index.ts';
import { compactBlock } from './compact.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';

/** What a remembering column needs, bound to the input's columns. */
export interface ScanParts {
  readonly layout: Schema;
  readonly scan: Scan;
  readonly inputs: BoundExpressions;
  readonly time: { readonly place: number; readonly index: TimeIndex } | null;
  /** Input columns that are read. */
  readonly reads: readonly number[];
  /** Every batch is a frame of its own: nothing is remembered from one to the next. */
  readonly perBatch: boolean;
}

/** Adds one column that remembers rows, behind the input's. */
export class ScanOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #input: Operator;
  readonly #parts: ScanParts;
  readonly #required: Set<number>;
  readonly #out: RowBlock & { vectors: ChunkVector[] } = { length: 0, vectors: [], mask: 0, selected: 0 };

  constructor(memory: Memory, scratch: Scratch, input: Operator, parts: ScanParts) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#input = input;
    this.#parts = parts;
    this.layout = parts.layout;
    this.#required = new Set(parts.reads);
    input.require(parts.reads);
    this.out = input.out.connect(this);
  }

  require(columns: Iterable<number>): void {
    const own = this.layout.length - 1;
    for (const place of columns) {
      if (place === own) continue;
      this.#required.add(place);
      this.#input.require([place]);
    }
  }

  rows(incoming: RowBlock): void {
    const { scan, inputs, time } = this.#parts;
    // rows that a filter left out are not "the row before": they go first
    const block = compactBlock(this.#memory, this.#scratch, incoming, this.#required);
    const out = this.#out;
    out.length = out.selected = block.length;
    for (const place of this.#required) out.vectors[place] = block.vectors[place]!;
    const times = time ? time.index.read(this.#memory, this.#scratch, block.vectors[time.place]!, block.length) : 0;
    out.vectors[this.layout.length - 1] = scan.rows(inputs.evaluate(block), block.length, times);
    this.out.rows(out);
  }

  batchEnd(): void {
    if (this.#parts.perBatch) this.#parts.scan.reset();
    this.out.batchEnd();
  }

  end(): void {
    this.out.end();
  }

  discard(): void {
    this.out.discard();
  }

  snapshot(): unknown {
    return this.#parts.scan.snapshot?.() ?? null;
  }

  restore(state: unknown): void {
    if (state !== null) this.#parts.scan.restore?.(state);
  }

  dispose(): void {
    this.#parts.scan.dispose();
    this.#parts.inputs.dispose();
  }
}
