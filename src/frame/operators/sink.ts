import { Batch } from '../../column/batch.ts';
import type { ChunkVector } from '../../column/chunk.ts';
import { ChunkBuilder } from '../../column/chunk-builder.ts';
import { exportVector } from '../../column/export-chunk.ts';
import { HeapBuilder } from '../../column/heap-builder.ts';
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
  /** Takes batches of which is known how many rows they have, straight to where they are handed on; null for texts and bits. */
  readonly #heap: HeapBuilder | null;
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
    this.#heap = HeapBuilder.takes(this.layout) ? new HeapBuilder(memory, this.layout) : null;
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
    const vectors = this.#places.map(place => compact.vectors[place]!);
    const { length, behind } = compact;
    if (this.#heap && (behind > 0 || this.#heap.length > 0)) {
      if (this.#heap.length === 0) this.#heap.open(length + behind);
      this.#heap.append(vectors, length);
    } else this.#builder.append(vectors, length);
  }

  batchEnd(): void {
    const { shown, deliver } = this.#options;
    const { vectors, length } = this.#collected();
    this.out.rowCount += length;
    this.out.batchEnd();
    const index = this.#indexPlace < 0 ? null : vectors[this.#indexPlace]!;
    // a hidden index stands behind the columns that are shown
    const visible = vectors.length === shown.length ? vectors : vectors.slice(0, shown.length);
    deliver(new Batch(shown, visible, length, index));
  }

  #collected(): { readonly vectors: readonly Vector[]; readonly length: number } {
    const [whole, heap] = [this.#whole, this.#heap];
    this.#whole = null;
    if (whole) {
      const places = this.#places;
      const vectors: Vector[] = [];
      for (let at = 0; at < places.length; at++) vectors.push(this.#copyOut(whole.vectors[places[at]!]!, whole.length));
      return { vectors, length: whole.length };
    }
    if (heap && heap.length > 0) return { length: heap.length, vectors: heap.finish() };
    const { vectors, length } = this.#builder.finish();
    return { vectors: vectors.map(vector => this.#copyOut(vector, length)), length };
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
    this.#heap?.clear();
    this.#builder.finish();
  }

  dispose(): void {
    this.#builder.dispose();
  }
}
