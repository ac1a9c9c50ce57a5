import type { AggregateBlock } from './group-state.ts';
import type { GroupSum } from './group-sum.ts';

/** What one batch brought, by cell. */
export class SliceChanges {
  readonly #make: () => GroupSum;
  readonly #byCell = new Map<bigint, GroupSum>();
  readonly #spare: GroupSum[] = [];
  readonly #result: GroupSum;

  constructor(make: () => GroupSum) {
    this.#make = make;
    this.#result = make();
  }

  /** Rows of a cell came; `groups` are their key ids (u32), 0 without keys. */
  onNew(cell: bigint, block: AggregateBlock, groups: number): void {
    let sum = this.#byCell.get(cell);
    if (!sum) this.#byCell.set(cell, (sum = this.#spare.pop() ?? this.#make()));
    sum.onNew(block, groups);
  }

  /** The sum of cells with from ≤ cell < to, good until the next call. */
  sum(from: bigint, to: bigint): GroupSum {
    this.#result.clear();
    const cells = [...this.#byCell.keys()].filter(cell => cell >= from && cell < to);
    for (const cell of cells.sort((a, b) => (a < b ? -1 : 1))) this.#result.addSum(this.#byCell.get(cell)!);
    return this.#result;
  }

  clear(): void {
    for (const sum of this.#byCell.values()) {
      sum.clear();
      this.#spare.push(sum);
    }
    this.#byCell.clear();
  }

  dispose(): void {
    for (const sum of [...this.#byCell.values(), ...this.#spare, this.#result]) sum.dispose();
    this.#byCell.clear();
    this.#spare.length = 0;
  }
}
