import type { Chunk } from '../column/chunk.ts';
import { beforeAll, type Followed } from '../window/watermark.ts';
import type { Joiner, Side } from './joiner.ts';
import type { LookupRows } from './lookup-rows.ts';

/** A table that changes, while the rows that are looked up in it flow; whoever looks rows up opens it. */
export class LiveTable {
  rows: LookupRows | null = null;
}

/** Feeds a table that changes from the right side, and lets the left side's rows through, to be looked up behind. */
export class LookupJoin implements Joiner {
  readonly #table: LiveTable;
  readonly #followed: Followed | null;
  #rows: Chunk | null = null;

  /** @param followed what is said of the left rows' times, beside the rows */
  constructor(table: LiveTable, followed: Followed | null) {
    this.#table = table;
    this.#followed = followed;
  }

  get certain(): bigint {
    const { inputs, column } = this.#followed ?? {};
    return inputs && column ? inputs.givenOf(column) : beforeAll;
  }

  take(side: Side, chunk: Chunk): void {
    if (side === 'left') this.#rows = chunk;
    else this.#table.rows?.upsert(chunk);
  }

  end(): void {}

  next(): Chunk | null {
    const rows = this.#rows;
    this.#rows = null;
    return rows;
  }

  held(): number {
    return 0;
  }

  watermark(): bigint {
    return beforeAll;
  }

  /** Nothing: the table is remembered where rows are looked up. */
  snapshot(): null {
    return null;
  }

  restore(): void {}

  dispose(): void {}
}
