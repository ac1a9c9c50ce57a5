import { columnRoom } from '../kernel/column.ts';
import type { Memory } from '../memory/memory.ts';
import type { ChunkVector } from './chunk.ts';
import type { Dictionary } from './dictionary.ts';
import { GrowingDictionary } from './growing-dictionary.ts';

/**
 * Codes of whatever dictionaries a column brings as codes of one dictionary, which outlives them: each of their texts is looked up once,
 * not once a row, as long as the dictionary stays the same.
 */
export class Recoder {
  readonly dictionary: GrowingDictionary;
  readonly #memory: Memory;
  readonly #owner: string;
  /** The dictionary met last, and at `#map` (u32) our codes of its first `#mapped` texts. */
  #known: Dictionary | null = null;
  #map = 0;
  #mapped = 0;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#owner = owner;
    this.dictionary = new GrowingDictionary(memory);
  }

  /** Writes our codes of the first `length` cells of `from` to `target` (int32); missing cells get 0. */
  encode(from: ChunkVector, length: number, target: number): void {
    const dictionary = from.dictionary!;
    if (dictionary === this.dictionary) {
      this.#memory.bulk.copy(target, from.values, length * 4);
      return;
    }
    this.#learn(dictionary);
    columnRoom(this.#memory).mapCodes(from.values, from.validity, length, this.#map, this.#mapped, target, 0);
  }

  /** The dictionary goes too: only when none of its codes is in use any more. */
  dispose(): void {
    this.#memory.free(this.#map);
    this.#map = this.#mapped = 0;
    this.#known = null;
    this.dictionary.dispose();
  }

  #learn(dictionary: Dictionary): void {
    if (dictionary !== this.#known) this.#mapped = 0;
    this.#known = dictionary;
    const { count, offsets, values } = dictionary;
    if (count === this.#mapped) return;
    const room = Math.max(count, 16) * 4;
    if (this.#memory.sizeOf(this.#map) < room) {
      this.#map = this.#memory.reallocate(this.#map, this.#mapped * 4, room * 2, this.#owner);
    }
    const more = count - this.#mapped;
    this.dictionary.encode(offsets + this.#mapped * 4, values, 0, more, this.#map + this.#mapped * 4);
    this.#mapped = count;
  }
}
