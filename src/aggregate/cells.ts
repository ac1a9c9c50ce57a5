import type { Memory } from '../memory/memory.ts';
import { Block } from './_block.ts';

/** A struct of some bytes for each group, or for each slot of a pool; new ones are zero. */
export class Cells {
  readonly #memory: Memory;
  readonly #block: Block;
  readonly #stride: number;
  #count = 0;

  constructor(memory: Memory, owner: string, stride: number) {
    this.#memory = memory;
    this.#block = new Block(memory, owner);
    this.#stride = stride;
  }

  get address(): number {
    return this.#block.address;
  }

  get bytes(): number {
    return this.#block.bytes;
  }

  get count(): number {
    return this.#count;
  }

  /** There are `count` structs afterwards. */
  grow(count: number): number {
    if (count <= this.#count) return this.address;
    this.#block.growZeroed(this.#count * this.#stride, count * this.#stride);
    this.#count = count;
    return this.address;
  }

  /** All are zero again. */
  clear(): void {
    if (this.#count > 0) this.#memory.bulk.fill(this.address, 0, this.#count * this.#stride);
  }

  save(): Uint8Array {
    return this.#block.save(this.#count * this.#stride);
  }

  load(bytes: Uint8Array): void {
    this.#block.load(bytes);
    this.#count = Math.floor(bytes.length / this.#stride);
  }

  free(): void {
    this.#block.free();
    this.#count = 0;
  }
}
