import { copyOut } from '../column/_copy.ts';
import type { Memory } from '../memory/memory.ts';

/** A block of linear memory that grows and keeps what it holds. */
export class Block {
  readonly #memory: Memory;
  readonly #owner: string;
  address = 0;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#owner = owner;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.address === 0 ? 0 : this.#memory.sizeOf(this.address);
  }

  /** At least `bytes` bytes; the first `used` are kept. */
  grow(used: number, bytes: number): number {
    this.address = this.#memory.reallocate(this.address, used, bytes, this.#owner);
    return this.address;
  }

  /** Like `grow`, twice as large at least when it is too small, and all bytes beyond `used` are zero. */
  growZeroed(used: number, bytes: number): number {
    if (bytes > this.bytes) this.grow(used, Math.max(bytes, 2 * used));
    if (bytes > used) this.#memory.bulk.fill(this.address + used, 0, bytes - used);
    return this.address;
  }

  /** A copy of the first `used` bytes. */
  save(used: number): Uint8Array {
    return used === 0 ? new Uint8Array(0) : copyOut(this.#memory.u8, this.address, used);
  }

  /** Holds these bytes, and room for `bytes`. */
  load(saved: Uint8Array, bytes = saved.length): number {
    this.grow(0, Math.max(bytes, saved.length, 64));
    this.#memory.write(saved, this.address);
    return this.address;
  }

  free(): void {
    this.#memory.free(this.address);
    this.address = 0;
  }
}
