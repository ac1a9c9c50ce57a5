import { copyOut } from '../column/_copy.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import type { Dictionary } from '../column/dictionary.ts';
import { GrowingDictionary } from '../column/growing-dictionary.ts';
import { takeText } from '../column/take.ts';
import { keyKernels, orderRoom } from '../kernel/order.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, isVariable, widthOf } from '../schema/data-type.ts';
import { Block } from './_block.ts';
import { joined, parted } from './_saved.ts';

/** Rows that become keys at a time: their keys stay in the L1 cache. */
export const tileRows = 2048;

/** A dictionary of fewer texts is never renewed. */
const leastStale = 4096;

/** Keys of some rows: one i64 for each, at `keys`. */
export interface KeyTile {
  keys: number;
  /** Bits, 1 = there is a value; 0 when all rows have one. */
  present: number;
  /** How many rows have one. */
  count: number;
}

/**
 * The values of a column as i64 keys, in the order of the values, and keys as values again.
 *
 * Rows that are null, NaN or masked out are not present. -0 becomes 0. Text becomes codes of a dictionary of its own, equal for equal
 * texts but in no order.
 */
export class OrderKeys {
  readonly type: DataType;
  readonly isText: boolean;
  readonly #memory: Memory;
  readonly #kernels: ReturnType<typeof keyKernels>;
  readonly #tile: KeyTile = { keys: 0, present: 0, count: 0 };
  readonly #address: number;
  /** The texts that have codes; null until there is one, and for other types. */
  #own: GrowingDictionary | null = null;
  /** Own codes of the codes of the dictionary seen last. */
  #seen: Dictionary | null = null;
  #mapped = 0;
  readonly #map: Block;

  /** @param place accumulators that need several tiles at a time number them */
  constructor(memory: Memory, owner: string, type: DataType, place = 0) {
    this.type = type;
    this.#memory = memory;
    this.#kernels = keyKernels(memory, type);
    this.isText = this.#kernels === null;
    this.#address = tileAddress(memory, place);
    this.#map = new Block(memory, owner);
  }

  get stateBytes(): number {
    return this.#map.bytes;
  }

  /** Texts by code. */
  get dictionary(): GrowingDictionary {
    this.#own ??= new GrowingDictionary(this.#memory);
    return this.#own;
  }

  /**
   * The keys of rows [start, start + length) of a vector: `start` is a multiple of 8, `length` at most `tileRows`. The tile is valid
   * until the next one is read.
   */
  read(vector: ChunkVector, start: number, length: number, mask = 0): KeyTile {
    const tile = this.#tile;
    const validity = vector.validity === 0 ? 0 : vector.validity + start / 8;
    const maskAt = mask === 0 ? 0 : mask + start / 8;
    if (validity === 0 && maskAt === 0 && (this.type.kind === 'int64' || this.type.kind === 'timestamp')) {
      tile.keys = vector.values + start * 8; // they are their own keys
      tile.present = 0;
      tile.count = length;
      return tile;
    }
    tile.keys = this.#address;
    tile.present = this.#address + tileRows * 8;
    if (this.#kernels) {
      const values = vector.values + (this.type.kind === 'bool' ? start / 8 : start * widthOf(this.type));
      tile.count = this.#kernels.read(values, validity, maskAt, length, tile.keys, tile.present);
    } else {
      const codes = this.#codes(vector, start, length, validity);
      const map = vector.dictionary ? this.#map.address : 0;
      tile.count = orderRoom(this.#memory).keysCodes(codes, map, validity, maskAt, length, tile.keys, tile.present);
    }
    if (tile.count === length) tile.present = 0;
    return tile;
  }

  /** The values of `count` keys, with these presence bits (0: all are there); lives in `scratch`. */
  vector(keys: number, present: number, count: number, scratch: Scratch): ChunkVector {
    const { type } = this;
    if (type.kind === 'int64' || type.kind === 'timestamp') return chunkVector(type, keys, present);
    if (this.#kernels) {
      const values = scratch.take(type.kind === 'bool' ? (count + 7) >> 3 : count * widthOf(type));
      this.#kernels.write(keys, count, values);
      return chunkVector(type, values, present);
    }
    const codes = scratch.take(count * 4);
    orderRoom(this.#memory).valuesI32(keys, count, codes);
    const { dictionary } = this;
    if (type.kind === 'dictionary') return chunkVector(type, codes, present, 0, dictionary);
    const text = takeText(this.#memory, scratch, dictionary.offsets, dictionary.values, codes, count);
    return chunkVector(type, text.values, present, text.offsets);
  }

  /** Own codes of the texts of another of this kind, by its code, as u32 in `scratch`; 0 when there are no texts. */
  codesOf(other: OrderKeys, scratch: Scratch): number {
    if (!other.#own || other.#own.count === 0) return 0;
    const { offsets, values, count } = other.#own;
    const codes = scratch.take(count * 4);
    this.dictionary.encode(offsets, values, 0, count, codes);
    return codes;
  }

  /** Whether most texts of the own dictionary are surely those of rows that are gone, when `held` rows are there. */
  isStale(held: number): boolean {
    // Codes of a dictionary column are mapped one by one as its own dictionary grows: there is nothing to gain.
    return isVariable(this.type) && this.#own !== null && this.#own.count > leastStale + 4 * held;
  }

  /** Keeps the texts of these codes only (`count` u32, one for each key that is held), and puts their new codes in place of them. */
  renew(codes: number, count: number, scratch: Scratch): void {
    const old = this.dictionary;
    const { offsets, values } = takeText(this.#memory, scratch, old.offsets, old.values, codes, count);
    this.#own = new GrowingDictionary(this.#memory);
    this.#own.encode(offsets, values, 0, count, codes);
    old.dispose(); // no answer points into it: those of texts are copies
  }

  /** Forgets all texts; only when no key is held any more. */
  clear(): void {
    this.#own?.dispose();
    this.#own = null;
    this.#seen = null;
    this.#mapped = 0;
  }

  snapshot(): Uint8Array {
    if (!this.#own) return joined([new Uint8Array(0), new Uint8Array(0)]);
    const { offsets, values, count } = this.#own;
    const { u8, i32 } = this.#memory;
    return joined([copyOut(u8, offsets, (count + 1) * 4), copyOut(u8, values, i32[(offsets >>> 2) + count]!)]);
  }

  restore(bytes: Uint8Array): void {
    this.clear();
    const [offsets, values] = parted(bytes, 2, 'an aggregation over text') as [Uint8Array, Uint8Array];
    if (offsets.length === 0) return;
    const memory = this.#memory;
    const count = offsets.length / 4 - 1;
    const parts = [offsets.length, values.length, count * 4].map(size => memory.allocate(size, 'restore'));
    const [offsetsAt, valuesAt, codes] = parts as [number, number, number];
    memory.u8.set(offsets, offsetsAt);
    memory.u8.set(values, valuesAt);
    this.dictionary.encode(offsetsAt, valuesAt, 0, count, codes); // in order of first appearance: the codes are the same
    for (const part of parts) memory.free(part);
  }

  dispose(): void {
    this.clear();
    this.#map.free();
  }

  /** The address of the codes of these rows: own ones for text; for a dictionary its codes, and `#map` holds ours. */
  #codes(vector: ChunkVector, start: number, length: number, validity: number): number {
    if (isVariable(vector.type)) {
      const codes = this.#address + tileRows * 8 + tileRows / 8;
      this.dictionary.encode(vector.offsets + start * 4, vector.values, validity, length, codes);
      return codes;
    }
    const seen = vector.dictionary!;
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#mapped = 0;
    }
    const { count } = seen;
    if (this.#mapped < count || this.#map.address === 0) {
      this.#map.growZeroed(this.#mapped * 4, Math.max(64, count * 4));
      const target = this.#map.address + this.#mapped * 4;
      this.dictionary.encode(seen.offsets + this.#mapped * 4, seen.values, 0, count - this.#mapped, target);
      this.#mapped = count;
    }
    return vector.values + start * 4;
  }
}

const tiles = /* @__PURE__ */ new WeakMap<Memory, number[]>();

/** A tile serves all accumulators of a memory: its keys are used at once. */
function tileAddress(memory: Memory, place: number): number {
  let addresses = tiles.get(memory);
  if (!addresses) tiles.set(memory, (addresses = []));
  addresses[place] ??= memory.allocate(tileRows * 8 + tileRows / 8 + tileRows * 4, 'order keys');
  return addresses[place]!;
}
