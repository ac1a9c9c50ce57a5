import type { ChunkVector } from '../../column/chunk.ts';
import { DataError } from '../../errors.ts';
import type { BoundExpressions } from '../../expr/bind.ts';
import { selectRoom } from '../../kernel/select.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Scan } from '../../scan/scan.ts';
import type { Schema } from '../../schema/schema.ts';
import type { TimeIndex } from '../time-index.ts';
import { compactBlock } from './compact.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';
import type { RowKeys } from './row-keys.ts';

/** What remembering columns need, bound to the input's columns. */
export interface ScanParts {
  readonly layout: Schema;
  readonly scan: Scan;
  readonly inputs: BoundExpressions;
  /** The rows' groups; null: they have none. */
  readonly keys: RowKeys | null;
  readonly time: { readonly place: number; readonly index: TimeIndex } | null;
  /** Input columns that are read. */
  readonly reads: readonly number[];
  /** Every batch is a frame of its own: nothing is remembered from one to the next. */
  readonly perBatch: boolean;
}

/** Adds columns that remember rows, behind the input's. */
export class ScanOperator implements Operator {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #input: Operator;
  readonly #parts: ScanParts;
  readonly #required: Set<number>;
  readonly #out: RowBlock & { vectors: ChunkVector[] } = {
    length: 0,
    vectors: [],
    mask: 0,
    selected: 0,
    whole: false,
    behind: -1,
  };

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
    for (const place of columns) {
      if (place >= this.#input.layout.length) continue;
      this.#required.add(place);
      this.#input.require([place]);
    }
  }

  rows(incoming: RowBlock): void {
    const { scan, inputs, keys, time } = this.#parts;
    // rows that a filter left out are not "the row before": they go first
    const block = compactBlock(this.#memory, this.#scratch, incoming, this.#required);
    const out = this.#out;
    out.length = out.selected = block.length;
    out.whole = block.whole && !this.#parts.perBatch;
    out.behind = block.behind;
    for (const place of this.#required) out.vectors[place] = block.vectors[place]!;
    const times = time ? this.#times(block) : 0;
    const columns = scan.rows(inputs.evaluate(block), block.length, times, keys ? keys.of(block) : null);
    const own = this.#input.layout.length;
    for (let at = 0; at < columns.length; at++) out.vectors[own + at] = columns[at]!;
    keys?.forget(scan);
    this.out.rows(out);
  }

  batchEnd(): void {
    if (this.#parts.perBatch) {
      this.#parts.scan.reset();
      this.#parts.keys?.clear();
    }
    this.out.batchEnd();
  }

  end(): void {
    this.out.end();
  }

  discard(): void {
    this.out.discard();
  }

  snapshot(): unknown {
    const { scan, keys } = this.#parts;
    return { scan: scan.snapshot?.() ?? null, keys: keys?.snapshot() ?? null };
  }

  restore({ scan, keys }: { readonly scan: unknown; readonly keys: Uint8Array | null }): void {
    if (scan !== null) this.#parts.scan.restore?.(scan);
    if (keys !== null) this.#parts.keys?.restore(keys);
  }

  dispose(): void {
    this.#parts.scan.dispose();
    this.#parts.inputs.dispose();
    this.#parts.keys?.dispose();
  }

  /** @throws DataError when a row has no time */
  #times({ vectors, length }: RowBlock): number {
    const { place, index } = this.#parts.time!;
    const vector = vectors[place]!;
    if (vector.validity !== 0 && selectRoom(this.#memory).countBits(vector.validity, length) < length) {
      throw new DataError('rolling: rows without a time are in no window of time; drop them first, as in dropna()');
    }
    return index.read(this.#memory, this.#scratch, vector, length);
  }
}
