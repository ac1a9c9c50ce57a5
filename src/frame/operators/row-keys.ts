import { KeyTable } from '../../aggregate/key-table.ts';
import type { BoundExpressions } from '../../expr/bind.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { RowGroups, Scan } from '../../scan/scan.ts';
import type { RowBlock } from './operator.ts';

/** The groups of rows by their keys. */
export class RowKeys {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #inputs: BoundExpressions;
  readonly #table: KeyTable;

  constructor(memory: Memory, scratch: Scratch, inputs: BoundExpressions, owner: string) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#inputs = inputs;
    this.#table = new KeyTable(memory, { owner, types: inputs.types });
  }

  /** The groups of a block's rows; ids are in scratch space. */
  of(block: RowBlock): RowGroups {
    const ids = this.#scratch.take(block.length * 4 + 4);
    const count = this.#table.ids(this.#inputs.evaluate(block), block.length, ids);
    return { ids, count };
  }

  /** Drops the keys of groups that `scan` has forgotten, once they are many. */
  forget(scan: Scan): void {
    const kept = scan.forgetKeys?.(this.#table.size);
    if (!kept) return;
    const map = this.#memory.allocate(this.#table.size * 4 + 4, 'rolling');
    this.#table.compact(kept.ids, kept.count, map);
    this.#memory.free(map);
  }

  clear(): void {
    this.#table.clear();
  }

  snapshot(): Uint8Array {
    return this.#table.snapshot();
  }

  restore(bytes: Uint8Array): void {
    this.#table.restore(bytes);
  }

  dispose(): void {
    this.#inputs.dispose();
    this.#table.dispose();
  }
}
