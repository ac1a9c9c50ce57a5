import { Batch } from '../../column/batch.ts';
import type { ChunkVector } from '../../column/chunk.ts';
import { ChunkBuilder } from '../../column/chunk-builder.ts';
import { exportChunk } from '../../column/export-chunk.ts';
import type { Memory } from '../../memory/memory.ts';
import { Scratch } from '../../memory/scratch.ts';
import { Schema } from '../../schema/schema.ts';
import { Importer } from '../importer.ts';
import { compactBlock } from './compact.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';
import { blockRows, pointAt } from './source.ts';

/** Rows in, rows out, once for every batch; it may remember. */
export interface BatchFunction {
  (rows: Batch): Batch;
  /** What it remembers, for checkpoints; absent when that is nothing. */
  readonly remembered?: Remembered;
}

/** What a function remembers as values that `structuredClone` copies, and back. */
export interface Remembered {
  save(): unknown;
  load(state: any): void;
}

export interface MapBatchesParts {
  /** The columns handed on; a hidden index is the last. */
  readonly layout: Schema;
  /** Columns of the input that the function sees. */
  readonly shown: Schema;
  /** Name of the input's index, or null; a hidden one is the function's `rows.index`. */
  readonly index: string | null;
  readonly open: () => BatchFunction;
  /** Every batch is a frame of its own: nothing is remembered from one to the next. */
  readonly perBatch: boolean;
  readonly owner: string;
}

/** Hands whole batches on the JavaScript heap to a user's function, and what it gives on as rows in linear memory. */
export class MapBatchesOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #parts: MapBatchesParts;
  readonly #places: readonly number[];
  readonly #collected: ChunkBuilder;
  readonly #indexPlace: number;
  readonly #imports: Scratch;
  readonly #importer: Importer;
  readonly #required = new Set<number>();
  #names: string[] | null = null;
  #run: BatchFunction;

  constructor(memory: Memory, scratch: Scratch, input: Operator, parts: MapBatchesParts) {
    const { layout, shown, index, owner } = parts;
    this.#memory = memory;
    this.#scratch = scratch;
    this.#parts = parts;
    this.layout = layout;
    const hidden = index !== null && !shown.has(index) ? input.layout.field(index) : null;
    const taken = hidden ? new Schema([...shown.fields, hidden]) : shown;
    this.#indexPlace = index === null ? -1 : taken.indexOf(index);
    this.#places = taken.fields.map(({ name }) => input.layout.indexOf(name));
    this.#collected = new ChunkBuilder(memory, taken, owner);
    this.#imports = new Scratch(memory, owner);
    this.#importer = new Importer(memory, this.#imports);
    this.#run = parts.open();
    input.require(this.#places);
    this.out = input.out.connect(this);
  }

  require(columns: Iterable<number>): void {
    for (const place of columns) this.#required.add(place);
    this.#names = null;
  }

  rows(block: RowBlock): void {
    const { vectors, length } = compactBlock(this.#memory, this.#scratch, block, this.#places);
    this.#collected.append(
      this.#places.map(place => vectors[place]!),
      length,
    );
  }

  batchEnd(): void {
    const { shown, perBatch, open } = this.#parts;
    const { vectors, length } = exportChunk(this.#collected.finish());
    const index = this.#indexPlace < 0 ? null : vectors[this.#indexPlace]!;
    if (perBatch) this.#run = open();
    this.#handOn(this.#run(new Batch(shown, vectors.slice(0, shown.length), length, index)));
    this.out.batchEnd();
  }

  end(): void {
    this.out.end();
  }

  discard(): void {
    this.#collected.finish();
    this.out.discard();
  }

  /** @throws StateError when the function remembers what can't be saved */
  snapshot(): unknown {
    return this.#run.remembered?.save() ?? null;
  }

  restore(state: unknown): void {
    this.#run.remembered?.load(state);
  }

  dispose(): void {
    this.#collected.dispose();
    this.#importer.dispose();
    this.#imports.dispose();
  }

  #handOn(result: Batch): void {
    const { layout } = this;
    const hidden = layout.length > result.schema.length;
    const all = hidden ? new Batch(layout, [...result.vectors, result.index!], result.length) : result;
    this.#names ??= [...this.#required].sort((a, b) => a - b).map(place => layout.fields[place]!.name);
    const { vectors, length } = this.#importer.import(all, this.#names);
    const block: RowBlock & { vectors: ChunkVector[] } = {
      length: 0,
      vectors: [],
      mask: 0,
      selected: 0,
      whole: false,
      behind: -1,
    };
    const places = this.#names.map(name => layout.indexOf(name));
    for (const [at, place] of places.entries()) block.vectors[place] = { ...vectors[at]! };
    for (let start = 0; start < length; start += blockRows) {
      for (const [at, place] of places.entries()) {
        pointAt(block.vectors[place]!, vectors[at]!, vectors[at]!.type, start);
      }
      block.length = block.selected = Math.min(blockRows, length - start);
      this.out.rows(block);
    }
    this.#imports.reset();
  }
}
