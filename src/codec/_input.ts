import type { Memory } from '../memory/memory.ts';

/** Kernels read up to this many bytes beyond the end. */
const slack = 64;
const firstBytes = 64 * 1024;

/** Bytes of a text in linear memory that were not read yet: [start, end), followed by a 0 and slack. */
export class Input {
  readonly memory: Memory;
  readonly #owner: string;
  #address = 0;
  #capacity = 0;
  /** Address of the first unread byte. */
  start = 0;
  /** Address behind the last byte. */
  end = 0;
  /** Offset in the source of the byte at `#address`. */
  #before: number;

  /** @param from offset in the source of the first byte that will be written */
  constructor(memory: Memory, owner: string, from = 0) {
    this.memory = memory;
    this.#owner = owner;
    this.#before = from;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** Offset in the source of the byte at `address`. */
  offsetOf(address: number): number {
    return this.#before + (address - this.#address);
  }

  /** Where the byte at `offset` in the source lies, if it was not read yet. */
  addressOf(offset: number): number {
    return this.#address + (offset - this.#before);
  }

  write(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.memory.write(bytes, this.end);
    this.commit(bytes.length);
  }

  reserve(bytes: number): Uint8Array {
    this.#makeRoom(bytes);
    return this.memory.u8.subarray(this.end, this.#address + this.#capacity - slack);
  }

  commit(bytes: number): void {
    this.end += bytes;
    if (this.end > 0) this.memory.u8[this.end] = 0;
  }

  /** A copy of the bytes [from, to), which TextDecoder takes. */
  copy(from: number, to: number): Uint8Array {
    return this.memory.u8.slice(from, to);
  }

  dispose(): void {
    this.memory.free(this.#address);
    this.#address = this.#capacity = this.start = this.end = 0;
  }

  #makeRoom(bytes: number): void {
    if (this.end + bytes + slack <= this.#address + this.#capacity && this.#address !== 0) return;
    const { memory, length } = this;
    const needed = length + bytes + slack;
    const old = this.#address;
    const read = this.start - old;
    // A buffer that is half unread moves into one twice its size, so that no byte is moved often.
    if (needed > this.#capacity) {
      const address = memory.allocate(Math.max(firstBytes, needed, length * 2), this.#owner);
      if (length > 0) memory.bulk.copy(address, this.start, length);
      memory.free(old);
      this.#address = address;
      this.#capacity = memory.sizeOf(address);
    } else if (length > 0) {
      memory.bulk.copy(old, this.start, length);
    }
    this.#before += read;
    this.start = this.#address;
    this.end = this.#address + length;
  }
}
