import { type Chunk, type ChunkVector, chunkVector } from '../../column/chunk.ts';
import { type DataType, isVariable, widthOf } from '../../schema/data-type.ts';
import type { Schema } from '../../schema/schema.ts';
import { discardTargets, type Operator, type RowBlock, toTargets } from './operator.ts';

/** Rows a block has at most: two f64 columns and what is made of them stay in the L2 cache. A multiple of 512, so bits stay 64-byte aligned. */
export const blockRows = 4096;

/** The root of the running operators: cuts chunks into blocks. */
export class SourceOperator implements Operator {
  readonly layout: Schema;
  readonly targets: Operator[] = [];
  readonly #required = new Set<number>();
  #requiredNames: string[] | null = null;
  readonly #block: RowBlock & { vectors: ChunkVector[] };
  readonly #beforeBlock: () => void;

  /** `beforeBlock` is called before each block: scratch space may be used anew. */
  constructor(schema: Schema, beforeBlock: () => void) {
    this.layout = schema;
    this.#block = { length: 0, vectors: schema.fields.map(({ type }) => chunkVector(type, 0)), mask: 0, selected: 0 };
    this.#beforeBlock = beforeBlock;
  }

  /** Names of the columns that are read. */
  get required(): readonly string[] {
    this.#requiredNames ??= [...this.#required].sort((a, b) => a - b).map(place => this.layout.fields[place]!.name);
    return this.#requiredNames;
  }

  require(columns: Iterable<number>): void {
    for (const place of columns) this.#required.add(place);
    this.#requiredNames = null;
  }

  /** All blocks of a chunk, which must have the required columns (by name). */
  chunk({ schema, vectors, length }: Chunk): void {
    const from = this.required.map(name => vectors[schema.indexOf(name)]!);
    const to = this.required.map(name => this.layout.indexOf(name));
    const block = this.#block;
    for (let start = 0; start < length; start += blockRows) {
      for (let at = 0; at < from.length; at++) pointAt(block.vectors[to[at]!]!, from[at]!, from[at]!.type, start);
      block.length = block.selected = Math.min(blockRows, length - start);
      this.#beforeBlock();
      toTargets(this, block);
    }
  }

  rows(block: RowBlock): void {
    toTargets(this, block);
  }

  batchEnd(): void {
    this.#beforeBlock();
    for (const target of this.targets) target.batchEnd();
  }

  end(): void {
    this.#beforeBlock();
    for (const target of this.targets) target.end();
  }

  discard(): void {
    discardTargets(this);
  }

  dispose(): void {}
}

/** Lets `to` show the rows of `from` from row `start` on, a multiple of 8. */
export function pointAt(to: ChunkVector, from: ChunkVector, type: DataType, start: number): void {
  const width = widthOf(type);
  to.validity = from.validity === 0 ? 0 : from.validity + (start >> 3);
  to.dictionary = from.dictionary;
  if (isVariable(type)) {
    to.values = from.values;
    to.offsets = from.offsets + start * 4;
  } else to.values = from.values + (width > 0 ? start * width : start >> 3);
}
