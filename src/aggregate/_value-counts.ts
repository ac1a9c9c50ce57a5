import type { ChunkVector } from '../column/chunk.ts';
import { Scratch } from '../memory/scratch.ts';
import { joined, parted } from './_saved.ts';
import type { Accumulator, AccumulatorOptions, Parameters, Rows } from './accumulator.ts';
import { type KeyTile, OrderKeys, tileRows } from './order-keys.ts';

/** How often each key occurs in each group, in linear memory. */
export interface KeyCounts {
  readonly stateBytes: number;
  /** Keys that count something. */
  readonly held: number;
  /** There are groups [0, groups) afterwards. */
  reserve(groups: number): void;
  /** Counts the rows of a tile, of groups `ids` (u32; 0: all of group 0). */
  push(tile: KeyTile, ids: number, rows: number): void;
  /** Counts them out. */
  pull(tile: KeyTile, ids: number, rows: number): void;
  /** Adds the counts of group i < groups of `from` to group map[i] (u32), its keys being codes[key] (u32; 0: the same) here. */
  merge(from: this, map: number, groups: number, codes: number): void;
  /** Groups with these ids (u32) are as new. */
  forget(ids: number, count: number): void;
  /** Other codes in place of the keys: `renew` gets the address of `held` codes (u32) and puts the new ones there. */
  recode(codes: number, renew: (codes: number, count: number) => void): void;
  clear(): void;
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
  dispose(): void;
}

/** Counts how often each value occurs in each group, of rows that leave or not. Nulls and NaN are skipped. */
export abstract class ValueCounts<Counts extends KeyCounts> implements Accumulator {
  readonly sideBySide = false;
  protected readonly keys: OrderKeys;
  protected readonly counts: Counts;
  readonly #name: string;
  readonly #own: Scratch;

  /** @param name what it answers, for errors */
  constructor({ memory, owner, types }: AccumulatorOptions, name: string, counts: Counts) {
    this.keys = new OrderKeys(memory, owner, types[0]!);
    this.counts = counts;
    this.#name = name;
    this.#own = new Scratch(memory, owner);
  }

  get stateBytes(): number {
    return this.counts.stateBytes + this.keys.stateBytes;
  }

  reserve(groups: number): void {
    this.counts.reserve(groups);
  }

  onNew({ length, vectors, groupIds, mask }: Rows): void {
    this.reserve(1);
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const tile = this.keys.read(vectors[0]!, start, rows, mask);
      this.keysGrew();
      this.counts.push(tile, groupIds === 0 ? 0 : groupIds + start * 4, rows);
    }
  }

  onOld({ length, vectors, groupIds, mask }: Rows): void {
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const tile = this.keys.read(vectors[0]!, start, rows, mask);
      this.keysGrew();
      this.counts.pull(tile, groupIds === 0 ? 0 : groupIds + start * 4, rows);
    }
    this.#renew();
  }

  merge(from: this, map: number, groups: number): void {
    const codes = this.keys.codesOf(from.keys, this.#own);
    this.keysGrew();
    this.counts.merge(from.counts, map, groups, codes);
    this.#own.reset();
  }

  forget(ids: number, count: number): void {
    this.counts.forget(ids, count);
    this.#renew();
  }

  clear(): void {
    this.counts.clear();
    this.keys.clear();
  }

  abstract result(name: string, parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector;

  snapshot(): Uint8Array {
    return joined([this.counts.snapshot(), this.keys.snapshot()]);
  }

  /** @throws StateError when the bytes are of another kind of state */
  restore(bytes: Uint8Array): void {
    const [counts, keys] = parted(bytes, 2, this.#name) as [Uint8Array, Uint8Array];
    this.counts.restore(counts);
    this.keys.restore(keys);
  }

  dispose(): void {
    this.counts.dispose();
    this.keys.dispose();
    this.#own.dispose();
  }

  /** There may be new keys: told before they are counted. */
  protected keysGrew(): void {}

  /** Lets go of the texts of rows that left, once they are the greater part. */
  #renew(): void {
    const { held } = this.counts;
    if (!this.keys.isStale(held)) return;
    this.counts.recode(this.#own.take(held * 4), (codes, count) => this.keys.renew(codes, count, this.#own));
    this.#own.reset();
  }
}
