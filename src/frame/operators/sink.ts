import { Batch } from '../../column/batch.ts';
import type { ChunkVector } from '../../column/chunk.ts';
import { ChunkBuilder } from '../../column/chunk-builder.ts';
import { exportVector } from '../../column/export-chunk.ts';
import type { Vector } from '../../column/vector.ts';
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
  /** A whole batch where it was made: it need not be collected. */
  #whole: RowBlock | null = null;

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
    const compact = compactBlock(this.#memory, this.#scratch, block, this.#places);
    if (compact.whole) {
      this.#whole = compact;
      return;
    }
    const { vectors, length } = compact;
    this.#builder.append(
      this.#places.map(place => vectors[place]!),
      length,
    );
  }

  batchEnd(): void {
    const { shown, deliver } = this.#options;
    const whole = this.#whole;
    const { vectors: collected, length } = whole ?? this.#builder.finish();
    const vectors: Vector[] = [];
    let index: Vector | null = null;
    for (let at = 0; at < this.#places.length; at++) {
      const vector = this.#copyOut(collected[whole ? this.#places[at]! : at]!, length);
      if (at < shown.length) vectors.push(vector);
      if (at === this.#indexPlace) index = vector;
    }
    this.#whole = null;
    this.out.rowCount += length;
    this.out.batchEnd();
    deliver(new Batch(shown, vectors, length, index));
  }

  #copyOut(vector: ChunkVector, length: number): Vector {
    const { heap } = vector;
    if (!heap) return exportVector(vector, this.#memory, length);
    heap.vector ??= exportVector(vector, this.#memory, length);
    return heap.vector;
  }

  end(): void {}

  discard(): void {
    this.#whole = null;
    this.#builder.finish();
  }

  dispose(): void {
    this.#builder.dispose();
  }
}
