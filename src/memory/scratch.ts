import type { Memory } from './memory.ts';

const firstBlockBytes = 32 * 1024;

/** A place in scratch space. */
export interface ScratchMark {
  readonly block: number;
  readonly at: number;
}

/**
 * Short-lived space in linear memory: a bump pointer over a few blocks, emptied as a whole.
 *
 * `take` gives 64-byte aligned addresses whose content is undefined. Addresses stay valid until `reset`, or `release`
 * of an earlier mark. What needed several blocks gets one of their size in the next round; it is kept, so a steady flow allocates
 * nothing, and holds what it needs.
 */
export class Scratch {
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #blocks: { readonly address: number; readonly bytes: number }[] = [];
  #firstBytes: number;
  #block = -1;
  #at = 0;
  #end = 0;

  /** @param firstBytes size of the first block; each further one is at least twice as large */
  constructor(memory: Memory, owner: string, firstBytes: number = firstBlockBytes) {
    this.#memory = memory;
    this.#owner = owner;
    this.#firstBytes = firstBytes;
  }

  /** @throws MemoryError when linear memory is used up */
  take(bytes: number): number {
    const size = (bytes + 63) & ~63;
    if (this.#at + size > this.#end || size < 0) this.#advance(bytes);
    const address = this.#at;
    this.#at += size;
    return address;
  }

  /** Like `take`, with every byte zero. */
  takeZeroed(bytes: number): number {
    const address = this.take(bytes);
    this.#memory.bulk.fill(address, 0, (bytes + 63) & ~63);
    return address;
  }

  /** Where it stands, for `release`. */
  mark(): ScratchMark {
    return { block: this.#block, at: this.#at };
  }

  /** Forgets everything taken since `mark`; addresses may be handed out again. */
  release({ block, at }: ScratchMark): void {
    if (block < 0) {
      this.reset();
      return;
    }
    this.#block = block;
    this.#enter();
    this.#at = at;
  }

  /** Forgets everything taken; addresses may be handed out again. */
  reset(): void {
    if (this.#block < 0) return;
    if (this.#block > 0) {
      const before = this.#blocks.slice(0, this.#block).reduce((sum, { bytes }) => sum + bytes, 0);
      this.#firstBytes = before + this.#at - this.#blocks[this.#block]!.address;
      this.dispose();
      return;
    }
    this.#enter();
  }

  /** Frees the blocks. */
  dispose(): void {
    for (const { address } of this.#blocks) this.#memory.free(address);
    this.#blocks.length = 0;
    this.#block = -1;
    this.#at = this.#end = 0;
  }

  #advance(bytes: number): void {
    const need = bytes + 64;
    while (this.#block + 1 < this.#blocks.length) {
      this.#block++;
      this.#enter();
      if (this.#end - this.#at >= need) return;
    }
    const last = this.#blocks.at(-1);
    const size = Math.max(need, last ? Math.min(last.bytes * 2, 64 << 20) : this.#firstBytes);
    const address = this.#memory.allocate(size, this.#owner);
    this.#blocks.push({ address, bytes: this.#memory.sizeOf(address) });
    this.#block = this.#blocks.length - 1;
    this.#enter();
  }

  #enter(): void {
    const block = this.#blocks[this.#block]!;
    this.#at = block.address;
    this.#end = block.address + block.bytes;
  }
}
