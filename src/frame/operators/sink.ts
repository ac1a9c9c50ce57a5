import type { Batch } from '../../column/batch.ts';
import type { Chunk } from '../../column/chunk.ts';
import { ChunkBuilder } from '../../column/chunk-builder.ts';
import { exportChunk } from '../../column/export-chunk.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Schema } from '../../schema/schema.ts';
import { compactBlock } from './compact.ts';
import type { Operator, RowBlock } from './operator.ts';

/** Collects a batch's rows and hands them on as one `Batch`. */
export class SinkOperator implements Operator {
  readonly layout: Schema;
  readonly targets: Operator[] = [];
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #places: readonly number[];
  readonly #builder: ChunkBuilder;
  readonly #deliver: (batch: Batch) => void;

  /** Shows the leading columns of the input that `schema` names. */
  constructor(
    memory: Memory,
    scratch: Scratch,
    input: Operator,
    schema: Schema,
    deliver: (batch: Batch) => void,
    owner: string,
  ) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.layout = schema;
    this.#places = schema.fields.map((_, place) => place);
    this.#builder = new ChunkBuilder(memory, schema, owner);
    this.#deliver = deliver;
    input.require(this.#places);
    input.targets.push(this);
  }

  require(): void {}

  rows(block: RowBlock): void {
    const { vectors, length } = compactBlock(this.#memory, this.#scratch, block, this.#places);
    this.#builder.append(vectors, length);
  }

  batchEnd(): void {
    const chunk: Chunk = this.#builder.finish();
    this.#deliver(exportChunk(chunk));
  }

  end(): void {}

  dispose(): void {
    this.#builder.dispose();
  }
}
