import { Batch } from '../../column/batch.ts';
import { ChunkBuilder } from '../../column/chunk-builder.ts';
import { exportChunk } from '../../column/export-chunk.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import { Schema } from '../../schema/schema.ts';
import { compactBlock } from './compact.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';

export interface SinkOptions {
  /** The columns that are shown. */
  readonly shown: Schema;
  /** Name of the frame's index, or null; a hidden one is collected too. */
  readonly index: string | null;
  readonly deliver: (batch: Batch) => void;
  readonly owner: string;
}

/** Collects a batch's rows and hands them on as one `Batch`. */
export class SinkOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #options: SinkOptions;
  readonly #places: readonly number[];
  readonly #indexPlace: number;
  readonly #builder: ChunkBuilder;

  constructor(memory: Memory, scratch: Scratch, input: Operator, options: SinkOptions) {
    const { shown, index, owner } = options;
    this.#memory = memory;
    this.#scratch = scratch;
    this.#options = options;
    const hidden = index !== null && !shown.has(index) ? input.layout.field(index) : null;
    this.layout = hidden ? new Schema([...shown.fields, hidden]) : shown;
    this.#indexPlace = index === null ? -1 : this.layout.indexOf(index);
    this.#places = this.layout.fields.map(({ name }) => input.layout.indexOf(name));
    this.#builder = new ChunkBuilder(memory, this.layout, owner);
    input.require(this.#places);
    this.out = input.out.connect(this);
  }

  require(): void {}

  rows(block: RowBlock): void {
    const { vectors, length } = compactBlock(this.#memory, this.#scratch, block, this.#places);
    this.#builder.append(
      this.#places.map(place => vectors[place]!),
      length,
    );
  }

  batchEnd(): void {
    const { vectors, length } = exportChunk(this.#builder.finish());
    const { shown, deliver } = this.#options;
    const index = this.#indexPlace < 0 ? null : vectors[this.#indexPlace]!;
    this.out.rowCount += length;
    this.out.batchEnd();
    deliver(new Batch(shown, vectors.slice(0, shown.length), length, index));
  }

  end(): void {}

  discard(): void {
    this.#builder.finish();
  }

  dispose(): void {
    this.#builder.dispose();
  }
}
