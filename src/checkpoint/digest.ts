import { hashRoom } from '../kernel/hash.ts';
import type { Memory } from '../memory/memory.ts';

/** Bytes hashed at a time: they stay in the L2 cache between being copied in and being read. */
const tileBytes = 256 * 1024;
const owner = 'checkpoint';

/**
 * XXH64 over bytes on the JavaScript heap, in whatever pieces they come.
 *
 * Linear memory is held until `finish` (or `dispose`).
 */
export class Digest {
  readonly #memory: Memory;
  readonly #state: number;
  #tile: number;
  #filled = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#tile = memory.allocate(tileBytes + 64, owner);
    this.#state = this.#tile + tileBytes;
    hashRoom(memory).startXxh64(this.#state, 0n);
  }

  update(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const taken = Math.min(bytes.length - from, tileBytes - this.#filled);
      this.#memory.write(bytes.subarray(from, from + taken), this.#tile + this.#filled);
      this.#filled += taken;
      from += taken;
      if (this.#filled < tileBytes) return;
      hashRoom(this.#memory).mixXxh64(this.#state, this.#tile, tileBytes);
      this.#filled = 0;
    }
  }

  /** The hash; nothing can be added after it. */
  finish(): bigint {
    const room = hashRoom(this.#memory);
    const whole = this.#filled - (this.#filled % room.stripeBytes.value);
    room.mixXxh64(this.#state, this.#tile, whole);
    const hash = BigInt.asUintN(64, room.finishXxh64(this.#state, this.#tile + whole, this.#filled - whole));
    this.dispose();
    return hash;
  }

  dispose(): void {
    this.#memory.free(this.#tile);
    this.#tile = 0;
  }
}

/** XXH64 of bytes, as 16 hexadecimal digits. */
export function digestText(bytes: Uint8Array, memory: Memory): string {
  const digest = new Digest(memory);
  digest.update(bytes);
  return digest.finish().toString(16).padStart(16, '0');
}
