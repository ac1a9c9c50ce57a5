import type { ChunkVector } from '../column/chunk.ts';
import { selectRoom } from '../kernel/select.ts';
import { sketchRoom } from '../kernel/sketch.ts';
import type { Memory } from '../memory/memory.ts';
import type { DataType } from '../schema/data-type.ts';
import { Block } from './_block.ts';
import { from } from './_tile.ts';
import type { Rows } from './accumulator.ts';
import { OrderKeys, tileRows } from './order-keys.ts';

/** Some rows as hashes. */
export interface HashTile {
  /** Address of u64 hashes; those of rows that are not present are anything. */
  readonly hashes: number;
  /** Bits, 1 = there is a value; 0: all are there. */
  readonly present: number;
  readonly ids: number;
  readonly length: number;
}

/** The values of a column as 64-bit hashes, equal for equal values, tile by tile. Nulls, NaN and rows that a mask leaves out are not present. */
export class Hashes {
  readonly #memory: Memory;
  readonly #keys: OrderKeys;
  readonly #block: Block;

  constructor(memory: Memory, owner: string, type: DataType) {
    this.#memory = memory;
    this.#keys = new OrderKeys(memory, owner, type);
    this.#block = new Block(memory, owner);
    this.#block.growZeroed(0, tileRows * 8 + tileRows / 8);
  }

  get stateBytes(): number {
    return this.#block.bytes;
  }

  /** Hands on some thousand rows at a time; a tile is good until the next. */
  each({ length, vectors: [vector], groupIds, mask }: Rows, take: (tile: HashTile) => void): void {
    const room = sketchRoom(this.#memory);
    const hashes = this.#block.address;
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      let present: number;
      if (this.#keys.isText) present = this.#texts(vector!, start, rows, mask === 0 ? 0 : mask + start / 8, hashes);
      else {
        const tile = this.#keys.read(vector!, start, rows, mask);
        room.hashKeys(tile.keys, rows, hashes);
        present = tile.present;
      }
      take({ hashes, present, ids: groupIds === 0 ? 0 : groupIds + start * 4, length: rows });
    }
  }

  dispose(): void {
    this.#keys.dispose();
    this.#block.free();
  }

  /** Hashes the bytes themselves; gives the presence bits. */
  #texts(vector: ChunkVector, start: number, rows: number, mask: number, hashes: number): number {
    const { dictionary, values, offsets, validity } = from(vector, start);
    let present = validity || mask;
    if (validity !== 0 && mask !== 0) {
      present = hashes + tileRows * 8;
      selectRoom(this.#memory).andBits(validity, mask, present, (rows + 7) >> 3);
    }
    const [starts, bytes, codes] = dictionary ? [dictionary.offsets, dictionary.values, values] : [offsets, values, 0];
    sketchRoom(this.#memory).hashTexts(starts, bytes, codes, present, rows, hashes);
    return present;
  }
}
