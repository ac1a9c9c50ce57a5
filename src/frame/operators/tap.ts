import type { Chunk } from '../../column/chunk.ts';
import { ChunkBuilder } from '../../column/chunk-builder.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Schema } from '../../schema/schema.ts';
import { compactBlock } from './compact.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';

/** The rows of one batch in linear memory. They last until they are released. */
export interface TappedRows {
  readonly chunk: Chunk;
  release(): void;
}

/** Takes what comes out of a tap. A promise holds the next batch back. */
export interface TapReceiver {
  rows(rows: TappedRows): void | Promise<void>;
  ended(): void | Promise<void>;
}

export interface TapParts {
  /** Of the columns to collect. */
  readonly names: readonly string[];
  readonly deliver: (rows: TappedRows) => void;
  readonly ended: () => void;
  readonly owner: string;
}

/** Collects a batch's rows and hands them on in linear memory, for another executor over it. */
export class TapOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #input: Operator;
  readonly #parts: TapParts;
  #schema: Schema;
  #places: readonly number[];
  #builder: ChunkBuilder;
  /** Those whose rows were released. */
  #free: ChunkBuilder[] = [];
  #disposed = false;

  constructor(memory: Memory, scratch: Scratch, input: Operator, parts: TapParts) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#input = input;
    this.#parts = parts;
    this.layout = input.layout;
    this.out = input.out.connect(this);
    [this.#schema, this.#places] = this.#collect(parts.names);
    this.#builder = this.#open();
  }

  /** Collects these columns from the next batch on. */
  widen(names: readonly string[]): void {
    [this.#schema, this.#places] = this.#collect(names);
    for (const builder of [this.#builder, ...this.#free]) builder.dispose();
    this.#free = [];
    this.#builder = this.#open();
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
    const builder = this.#builder;
    this.#builder = this.#free.pop() ?? this.#open();
    this.#parts.deliver({ chunk: builder.chunk(), release: () => this.#release(builder) });
  }

  /** The receiver sees for itself whether that means anything. */
  passTime(): void {
    this.batchEnd();
  }

  end(): void {
    this.#parts.ended();
  }

  discard(): void {
    this.#builder.finish();
  }

  dispose(): void {
    this.#disposed = true;
    for (const builder of [this.#builder, ...this.#free]) builder.dispose();
    this.#free = [];
  }

  #collect(names: readonly string[]): readonly [Schema, readonly number[]] {
    const places = names.map(name => this.layout.indexOf(name)).sort((a, b) => a - b);
    this.#input.require(places);
    return [this.layout.select(places.map(place => this.layout.fields[place]!.name)), places];
  }

  #open(): ChunkBuilder {
    return new ChunkBuilder(this.#memory, this.#schema, this.#parts.owner);
  }

  #release(builder: ChunkBuilder): void {
    builder.finish();
    if (this.#disposed || builder.schema !== this.#schema) builder.dispose();
    else this.#free.push(builder);
  }
}
