import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { concatVectors } from '../column/concat-vectors.ts';
import { exportVector } from '../column/export-chunk.ts';
import { GrowingDictionary } from '../column/growing-dictionary.ts';
import { presentBits } from '../column/import-batch.ts';
import type { Vector } from '../column/vector.ts';
import { DataError } from '../errors.ts';
import { columnRoom, nullCode } from '../kernel/column.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';

const owner = 'arrow dictionary';

/**
 * One dictionary of an IPC stream.
 *
 * The stream's codes may change their meaning (a replaced dictionary), repeat values or stand for null; ours never do. `map` leads from
 * the stream's codes to those of one dictionary that only grows, so a column keeps the same `Dictionary` through the whole stream.
 */
export class ArrowDictionary {
  readonly #memory: Memory;
  readonly #values: GrowingDictionary;
  #map = 0;
  #size = 0;
  #isIdentity = true;
  #hasNulls = false;
  /** Values that are no text, for columns that hold the values themselves. */
  others: Vector | null = null;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#values = new GrowingDictionary(memory);
  }

  /** Takes text values: after those that are there (a delta), or instead of them. */
  addTexts({ offsets, values, validity }: ChunkVector, length: number, isDelta: boolean): void {
    const room = columnRoom(this.#memory);
    const before = isDelta ? this.#size : 0;
    this.#map = this.#memory.reallocate(this.#map, before * 4, Math.max((before + length) * 4, 64), owner);
    this.#values.encode(offsets, values, validity, length, this.#map + before * 4, nullCode);
    this.#size = before + length;
    this.#isIdentity = room.isIdentity(this.#map, this.#size) === 1;
    const present = validity === 0 ? length : room.countBits(validity, length);
    this.#hasNulls = (isDelta && this.#hasNulls) || present < length;
  }

  addOthers(vector: ChunkVector, length: number, isDelta: boolean): void {
    const values = exportVector(vector, this.#memory, length);
    this.others = isDelta && this.others ? concatVectors(values.type, [this.others, values]) : values;
  }

  /** The column with codes of our dictionary; written over the stream's codes when they differ. @throws DataError */
  translate({ type, values, validity }: ChunkVector, length: number, scratch: Scratch): ChunkVector {
    const room = columnRoom(this.#memory);
    const dictionary = this.#values;
    if (this.#isIdentity && room.codesWithin(values, length, this.#size) === 1) {
      return chunkVector(type, values, validity, 0, dictionary);
    }
    const present = this.#hasNulls ? presentBits(this.#memory, scratch, validity, length) : validity;
    const map = this.#isIdentity ? 0 : this.#map;
    const bad = room.mapCodes(values, validity, length, map, this.#size, values, present);
    if (bad >= 0) throw new DataError(`row ${bad} has a code outside its dictionary of ${this.#size}`);
    return chunkVector(type, values, present, 0, dictionary);
  }

  dispose(): void {
    this.#memory.free(this.#map);
    this.#map = 0;
  }
}
