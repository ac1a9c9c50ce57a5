import { type Chunk, type ChunkVector, chunkVector } from '../../column/chunk.ts';
import { type DataType, isVariable, widthOf } from '../../schema/data-type.ts';
import type { Schema } from '../../schema/schema.ts';
import type { Progress } from '../metrics.ts';
import type { FusedAggregate } from './fused.ts';
import type { Landing } from './landing.ts';
import type { Operator, RowBlock } from './operator.ts';
import { Outlet } from './outlet.ts';
import { Stopwatch } from './stopwatch.ts';

/** Rows a block has at most: two f64 columns and what is made of them stay in the L2 cache. A multiple of 512, so bits stay 64-byte aligned. */
export const blockRows = 4096;

/** Rows a loop is given at once that keeps nothing of them: as many as are copied at once of one f64 column. */
const fusedRows = 32768;

/** The root of the running operators: cuts chunks into blocks. */
export class SourceOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly #stopwatch = new Stopwatch();
  readonly #required = new Set<number>();
  #requiredNames: string[] | null = null;
  readonly #block: RowBlock & { vectors: ChunkVector[] };
  /** What shows the rows of a block of a larger chunk. */
  readonly #moving: readonly ChunkVector[];
  /** Where the required columns are in chunks of this schema, and in the layout. */
  #known: Schema | null = null;
  #from: number[] = [];
  #to: number[] = [];
  readonly #beforeBlock: () => void;
  readonly #source: { readonly progress?: Progress } | null;

  /** `beforeBlock` is called before each block: scratch space may be used anew. */
  constructor(schema: Schema, beforeBlock: () => void, source: { readonly progress?: Progress } | null) {
    this.layout = schema;
    this.#source = source;
    this.out = new Outlet(this.#stopwatch);
    this.#moving = schema.fields.map(({ type }) => chunkVector(type, 0));
    this.#block = { length: 0, vectors: [...this.#moving], mask: 0, selected: 0, whole: false, behind: -1 };
    this.#beforeBlock = beforeBlock;
  }

  /** Of a source that joins rows in time. */
  get progress(): Progress | undefined {
    return this.#source?.progress;
  }

  /** Names of the columns that are read. */
  get required(): readonly string[] {
    this.#requiredNames ??= [...this.#required].sort((a, b) => a - b).map(place => this.layout.fields[place]!.name);
    return this.#requiredNames;
  }

  /** Where the next block may be brought; null when more than one operator reads it: one could move what the next has not read. */
  get landing(): Landing | null {
    const { targets } = this.out;
    return targets.length === 1 ? (targets[0]!.landing ?? null) : null;
  }

  require(columns: Iterable<number>): void {
    for (const place of columns) this.#required.add(place);
    this.#requiredNames = null;
    this.#known = null;
  }

  /**
   * All blocks of a chunk, which must have the required columns (by name); work on it began at `since`, if that is known.
   *
   * @param whole it is all of a batch, and one block
   * @param more rows of the batch that come in chunks behind it
   */
  chunk({ schema, vectors, length }: Chunk, since: number, whole: boolean, more: number): void {
    if (schema !== this.#known) this.#find(schema);
    const [from, to, block] = [this.#from, this.#to, this.#block];
    block.whole = whole;
    const fused = length > blockRows ? this.#fused : null;
    for (let start = 0; start < length; ) {
      const isFirst = start === 0;
      const left = length - start;
      let rows = Math.min(fused ? fusedRows : blockRows, left);
      this.#beforeBlock();
      this.#stopwatch.begin(this.out, isFirst ? since : 0);
      for (let at = 0; at < from.length; at++) {
        const place = to[at]!;
        const vector = vectors[from[at]!]!;
        if (length <= blockRows) block.vectors[place] = vector;
        else pointAt((block.vectors[place] = this.#moving[place]!), vector, vector.type, start);
      }
      block.length = block.selected = rows;
      if (fused?.take(block)) this.out.rowCount += rows;
      else {
        block.length = block.selected = rows = Math.min(blockRows, left);
        block.behind = more + left - rows;
        this.out.rows(block);
      }
      this.#stopwatch.end();
      start += rows;
    }
  }

  /** A loop that takes blocks of any length, when nobody else is given rows. */
  get #fused(): FusedAggregate | null {
    const { targets } = this.out;
    const fused = targets.length === 1 ? targets[0]!.fused : null;
    return fused?.isUnbounded ? fused : null;
  }

  #find(schema: Schema): void {
    this.#from = this.required.map(name => schema.indexOf(name));
    this.#to = this.required.map(name => this.layout.indexOf(name));
    this.#known = schema;
  }

  rows(block: RowBlock): void {
    this.out.rows(block);
  }

  /** Scratch space stays as the last block left it: a whole batch is still there. */
  batchEnd(): void {
    this.#stopwatch.begin(this.out);
    this.out.batchEnd();
    this.#stopwatch.end();
  }

  /** No rows came, but the watermark may have moved for these operators, which stand behind this one. */
  passTimeTo(operators: readonly Operator[]): void {
    this.#beforeBlock();
    this.#stopwatch.beginLast(this.out);
    for (const operator of operators) {
      if (!operator.passTime) continue;
      const before = this.#stopwatch.switchTo(operator.out);
      operator.passTime();
      this.#stopwatch.switchTo(before);
    }
    this.#stopwatch.end();
  }

  end(): void {
    this.#beforeBlock();
    this.#stopwatch.beginLast(this.out);
    this.out.end();
    this.#stopwatch.end();
  }

  discard(): void {
    this.#stopwatch.end();
    this.out.discard();
  }

  dispose(): void {}
}

/** Lets `to` show the rows of `from` from row `start` on, a multiple of 8. */
export function pointAt(to: ChunkVector, from: ChunkVector, type: DataType, start: number): void {
  const width = widthOf(type);
  to.validity = from.validity === 0 ? 0 : from.validity + (start >> 3);
  to.dictionary = from.dictionary;
  to.heap = null;
  if (isVariable(type)) {
    to.values = from.values;
    to.offsets = from.offsets + start * 4;
  } else to.values = from.values + (width > 0 ? start * width : start >> 3);
}
