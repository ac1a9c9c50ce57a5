import { MemoryError, OptionError, StateError } from '../errors.ts';
import { type BulkRoom, bulkWasm } from '../kernel/wasm/bulk.ts';
import { copyBytes } from './copy-bytes.ts';
import { openRoom } from './room.ts';

const PAGE = 65536;
/** Static data of the kernel rooms lies below this address; scripts/build-wasm gives each room its place there. */
export const reservedBytes = 512 * 1024;
/** Columns start on a cache line: 64 bytes, as Arrow recommends. */
export const alignment = 64;

const roundUp = (bytes: number): number => (bytes + (alignment - 1)) & ~(alignment - 1);

export interface MemoryOptions {
  /**
   * Shared between threads (`SharedArrayBuffer`). Default: whether the host has shared memory (Node does, a page does when
   * it is cross-origin isolated).
   */
  readonly shared?: boolean;
  /** Upper limit, at most 4 GiB; default 4 GiB. */
  readonly maximumBytes?: number;
}

/** Who holds how much of linear memory. */
export interface MemoryStats {
  /** Size of the WebAssembly memory. */
  readonly totalBytes: number;
  /** Handed out and not freed. */
  readonly heldBytes: number;
  /** The most that was ever held. */
  readonly peakBytes: number;
  readonly shared: boolean;
  /** Held bytes by owner, largest first. */
  readonly owners: Readonly<Record<string, number>>;
}

interface Block {
  readonly bytes: number;
  owner: string;
}

/**
 * The one linear memory and its allocator.
 *
 * Blocks are 64-byte aligned. Sizes are rounded up to size classes, four to each power of two, so a freed block always
 * fits the next request of its class; at most a quarter of a block is slack. Kernels never allocate: they are told
 * addresses.
 *
 * Views (`u8`, `f64`, …) are made anew when the memory grows: take them after the last allocation and never keep one
 * across an allocation or an `await`.
 */
export class Memory {
  readonly shared: boolean;
  readonly wasm: WebAssembly.Memory;
  /** Instances of kernel rooms over this memory, by room; see room.ts. */
  readonly rooms = new Map<string, WebAssembly.Exports>();
  u8!: Uint8Array;
  i8!: Int8Array;
  u16!: Uint16Array;
  i16!: Int16Array;
  u32!: Uint32Array;
  i32!: Int32Array;
  u64!: BigUint64Array;
  i64!: BigInt64Array;
  f32!: Float32Array;
  f64!: Float64Array;
  /** `fill`, `copy`, `equal`: in wasm, because JavaScript's own are slow over shared views. */
  readonly bulk: BulkRoom;
  readonly #blocks = new Map<number, Block>();
  readonly #free = new Map<number, number[]>();
  readonly #maximumPages: number;
  #top = reservedBytes;
  #held = 0;
  #peak = 0;

  constructor(options: MemoryOptions = {}) {
    const maximumBytes = options.maximumBytes ?? 65536 * PAGE;
    if (!(maximumBytes >= 1 << 20 && maximumBytes <= 65536 * PAGE)) {
      throw new OptionError('maximumBytes', `Memory: maximumBytes is ${maximumBytes}; give 1 MiB to 4 GiB`);
    }
    this.#maximumPages = Math.ceil(maximumBytes / PAGE);
    this.shared = options.shared ?? typeof SharedArrayBuffer !== 'undefined';
    // The modules declare a maximum of 65536 pages; a smaller limit is kept here, in #grow.
    this.wasm = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: this.shared });
    this.#refresh();
    this.bulk = openRoom<BulkRoom>(this, 'bulk', bulkWasm);
  }

  /**
   * A block of at least `bytes` bytes at a 64-byte aligned address; its content is undefined.
   *
   * @param owner who holds it, for `memoryStats()` and errors
   * @throws MemoryError when linear memory is used up
   */
  allocate(bytes: number, owner: string): number {
    const size = sizeClass(bytes);
    const reuse = this.#free.get(size);
    let address = reuse?.pop();
    if (address === undefined) {
      address = this.#top;
      if (address + size > this.wasm.buffer.byteLength) this.#grow(address + size, owner, bytes);
      this.#top = address + size;
    }
    this.#blocks.set(address, { bytes: size, owner });
    this.#held += size;
    if (this.#held > this.#peak) this.#peak = this.#held;
    return address;
  }

  /** Like `allocate`, with every byte zero. */
  allocateZeroed(bytes: number, owner: string): number {
    const address = this.allocate(bytes, owner);
    this.bulk.fill(address, 0, this.sizeOf(address));
    return address;
  }

  /** Gives a block back. Address 0 (no block) is ignored. */
  free(address: number): void {
    if (address === 0) return;
    const block = this.#blocks.get(address);
    if (!block) throw new StateError(`free: no block at ${address}; it was freed before or never allocated`);
    this.#blocks.delete(address);
    this.#held -= block.bytes;
    const list = this.#free.get(block.bytes);
    if (list) list.push(address);
    else this.#free.set(block.bytes, [address]);
  }

  /** Copies bytes of the JavaScript heap to `address`. */
  write(bytes: Uint8Array, address: number): void {
    copyBytes(bytes, this.u8, address);
  }

  /** A block of at least `bytes` that begins with the first `used` bytes of the block at `address`, which is freed. */
  reallocate(address: number, used: number, bytes: number, owner: string): number {
    if (address !== 0 && this.sizeOf(address) >= bytes) return address;
    const moved = this.allocate(bytes, owner);
    this.bulk.copy(moved, address, used);
    this.free(address);
    return moved;
  }

  /** The real size of the block at `address`. */
  sizeOf(address: number): number {
    return this.#blocks.get(address)?.bytes ?? 0;
  }

  stats(): MemoryStats {
    const owners = new Map<string, number>();
    for (const { bytes, owner } of this.#blocks.values()) owners.set(owner, (owners.get(owner) ?? 0) + bytes);
    return {
      totalBytes: this.wasm.buffer.byteLength,
      heldBytes: this.#held,
      peakBytes: this.#peak,
      shared: this.shared,
      owners: Object.fromEntries([...owners].sort((a, b) => b[1] - a[1])),
    };
  }

  #grow(end: number, owner: string, bytes: number): void {
    const have = this.wasm.buffer.byteLength / PAGE;
    const need = Math.ceil(end / PAGE);
    // At least an eighth more, so that many small allocations don't grow the memory one by one.
    const want = Math.min(this.#maximumPages, Math.max(need, have + (have >> 3)));
    if (need > this.#maximumPages) throw new MemoryError(owner, bytes, this.#held);
    try {
      this.wasm.grow(want - have);
    } catch {
      throw new MemoryError(owner, bytes, this.#held);
    }
    this.#refresh();
  }

  #refresh(): void {
    const { buffer } = this.wasm;
    this.u8 = new Uint8Array(buffer);
    this.i8 = new Int8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i16 = new Int16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}

/** Sizes 64·{4, 5, 6, 7}·2ᵏ (and 64, 128, 192 below that). */
function sizeClass(bytes: number): number {
  const size = Math.max(alignment, roundUp(Math.min(bytes, 0xffff_0000)));
  if (bytes > 0xffff_0000) return bytes;
  if (size <= 256) return size;
  const step = 2 ** (Math.floor(Math.log2(size - 1)) - 2);
  return Math.ceil(size / step) * step;
}

let shared: Memory | undefined;

/** The memory that frames use unless told otherwise; opened on first use, never on import. */
export function defaultMemory(): Memory {
  shared ??= new Memory();
  return shared;
}

/** Who holds how much of the default memory. */
export function memoryStats(): MemoryStats {
  return defaultMemory().stats();
}
