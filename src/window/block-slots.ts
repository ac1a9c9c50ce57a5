import type { Memory } from '../memory/memory.ts';

const firstSlots = 16;

/** States of blocks of rows, side by side in linear memory, the oldest block first; the oldest leave first. */
export class BlockSlots {
  /** Bytes of the states of one block. */
  readonly slotBytes: number;
  readonly #memory: Memory;
  readonly #owner: string;
  #block = 0;
  #capacity = 0;
  /** First rows of the blocks; those before `head` have left. */
  #starts: number[] = [];
  #head = 0;

  constructor(memory: Memory, owner: string, slotBytes: number) {
    this.#memory = memory;
    this.#owner = owner;
    this.slotBytes = slotBytes;
  }

  get length(): number {
    return this.#starts.length - this.#head;
  }

  /** First row of the oldest block; Infinity when there is none. */
  get first(): number {
    return this.#head < this.#starts.length ? this.#starts[this.#head]! : Number.POSITIVE_INFINITY;
  }

  get starts(): number[] {
    return this.#starts.slice(this.#head);
  }

  /** Of the oldest block. */
  get address(): number {
    return this.#block + this.#head * this.slotBytes;
  }

  /** Room for a block that begins with row `start`: its address, good until the next one. */
  push(start: number): number {
    const count = this.#starts.push(start);
    if (count > this.#capacity) this.#reserve(Math.max(firstSlots, 2 * this.#capacity), count - 1);
    return this.#block + (count - 1) * this.slotBytes;
  }

  /** Blocks that begin before this row leave. */
  dropBefore(row: number): void {
    while (this.#head < this.#starts.length && this.#starts[this.#head]! < row) this.#head++;
  }

  clear(): void {
    this.#starts.length = 0;
    this.#head = 0;
  }

  save(): Uint8Array {
    return this.#memory.u8.slice(this.address, this.address + this.length * this.slotBytes);
  }

  /** What was saved; false when its states are of another size. */
  load(starts: readonly number[], states: Uint8Array): boolean {
    if (states?.length !== starts.length * this.slotBytes) return false;
    this.#starts = [...starts];
    this.#head = 0;
    if (starts.length > this.#capacity) this.#reserve(starts.length, 0);
    this.#memory.u8.set(states, this.#block);
    return true;
  }

  dispose(): void {
    this.#memory.free(this.#block);
    this.#block = this.#capacity = 0;
    this.clear();
  }

  #reserve(slots: number, used: number): void {
    const { slotBytes } = this;
    this.#block = this.#memory.reallocate(this.#block, used * slotBytes, slots * slotBytes, this.#owner);
    this.#capacity = slots;
  }
}
