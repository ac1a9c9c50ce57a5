import { paneRoom } from '../kernel/pane.ts';
import type { Memory } from '../memory/memory.ts';

/** How many rows each group has: u32 per group id. */
export class LiveGroups {
  readonly #memory: Memory;
  readonly #owner: string;
  #rows = 0;
  #capacity = 0;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#owner = owner;
  }

  /** Rows of these groups (u32 at `ids`), all below `groups`, arrived. */
  enter(ids: number, length: number, groups: number): void {
    this.#reserve(groups);
    paneRoom(this.#memory).enter(ids, length, this.#rows);
  }

  /** Rows left; writes the groups that have none any more to `emptied`, and returns how many these are. */
  leave(ids: number, length: number, emptied: number): number {
    return paneRoom(this.#memory).leave(ids, length, this.#rows, emptied);
  }

  /** Those of the `count` groups at `ids`, all below `groups`, that have rows, in their order at `target`; returns how many. */
  alive(ids: number, count: number, groups: number, target: number): number {
    this.#reserve(groups);
    return paneRoom(this.#memory).alive(ids, count, this.#rows, target);
  }

  /** No group has rows. */
  clear(): void {
    this.#memory.bulk.fill(this.#rows, 0, this.#capacity * 4);
  }

  snapshot(): Uint32Array {
    return this.#memory.u32.slice(this.#rows / 4, this.#rows / 4 + this.#capacity);
  }

  restore(rows: Uint32Array): void {
    this.clear();
    this.#reserve(rows.length);
    this.#memory.u32.set(rows, this.#rows / 4);
  }

  dispose(): void {
    this.#memory.free(this.#rows);
    this.#rows = this.#capacity = 0;
  }

  #reserve(groups: number): void {
    if (groups <= this.#capacity) return;
    const capacity = Math.max(groups, this.#capacity * 2, 1024);
    const rows = this.#memory.allocateZeroed(capacity * 4, this.#owner);
    this.#memory.bulk.copy(rows, this.#rows, this.#capacity * 4);
    this.#memory.free(this.#rows);
    this.#rows = rows;
    this.#capacity = capacity;
  }
}
