import { CountTable } from '../aggregate/count-table.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { orderRoom } from '../kernel/order.ts';
import { selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { f64 } from '../schema/data-type.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { KeyColumn } from './slot-columns.ts';

/** How many distinct values each window has; O(1) a row. */
export class Distinct implements Follower {
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #column: KeyColumn;
  readonly #table: CountTable;
  #answers = 0;

  constructor(memory: Memory, owner: string, column: KeyColumn) {
    this.#memory = memory;
    this.#owner = owner;
    this.#column = column;
    this.#table = new CountTable(memory, owner);
  }

  get stateBytes(): number {
    return this.#table.stateBytes;
  }

  follow({ pool: { next, steps, length, total, groups }, scratch }: RollingBlock): void {
    const table = this.#table;
    table.reserve(groups);
    this.#answers = scratch.take(length * 8 + 8);
    const { values, have } = this.#column;
    const room = orderRoom(this.#memory);
    for (let from = 0; from < total; ) {
      from = room.countsSteps(table.address, next, steps, from, length, total, values, have, this.#answers);
      if (from < total) table.grow();
    }
  }

  answer(): ChunkVector {
    return chunkVector(f64(), this.#answers);
  }

  recoded(column: Follower, map: number): void {
    if (column !== this.#column) return;
    const own = new Scratch(this.#memory, this.#owner);
    this.#table.recode(own.take(this.#table.held * 4 + 4), (codes, count) => {
      const renewed = own.take(count * 4 + 4);
      selectRoom(this.#memory).take32(map, codes, renewed, count);
      this.#memory.bulk.copy(codes, renewed, count * 4);
    });
    own.dispose();
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
