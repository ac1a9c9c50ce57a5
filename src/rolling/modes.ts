import { ModeTable } from '../aggregate/mode-table.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { orderRoom } from '../kernel/order.ts';
import type { Memory } from '../memory/memory.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { KeyColumn } from './slot-columns.ts';

/** The most frequent value of each window, the least of several; O(log w) a row, amortised. */
export class Modes implements Follower {
  readonly #memory: Memory;
  readonly #column: KeyColumn;
  readonly #table: ModeTable;
  #answers = 0;
  #present = 0;

  constructor(memory: Memory, owner: string, column: KeyColumn) {
    this.#memory = memory;
    this.#column = column;
    this.#table = new ModeTable(memory, owner);
  }

  get stateBytes(): number {
    return this.#table.stateBytes;
  }

  follow({ pool: { next, steps, length, total, groups }, scratch }: RollingBlock): void {
    const table = this.#table;
    table.reserve(groups);
    table.pointToTexts(this.#column.keys);
    this.#answers = scratch.take(length * 8 + 8);
    this.#present = scratch.takeZeroed(((length + 7) >> 3) + 8);
    const { values, have } = this.#column;
    const room = orderRoom(this.#memory);
    const [answers, present] = [this.#answers, this.#present];
    for (let from = 0; from < total; ) {
      from = room.modesSteps(table.address, next, steps, from, length, total, values, have, answers, present);
      if (from < total) table.grow();
    }
  }

  answer({ pool, scratch }: RollingBlock): ChunkVector {
    return this.#column.shown(this.#answers, this.#present, pool.length, scratch);
  }

  recoded(column: Follower, map: number): void {
    if (column === this.#column) this.#table.relist(map);
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
    this.#table.dispose();
  }
}
