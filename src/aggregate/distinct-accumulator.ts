import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import { Scratch } from '../memory/scratch.ts';
import { i64 } from '../schema/data-type.ts';
import { joined, parted } from './_saved.ts';
import type { Accumulator, AccumulatorKind, AccumulatorOptions, Parameters, Rows } from './accumulator.ts';
import { CountTable } from './count-table.ts';
import { OrderKeys, tileRows } from './order-keys.ts';

/** How often each value occurs in each group, and so the number of distinct values, of rows that leave or not; O(1) a row. Nulls and NaN are skipped. */
export class DistinctAccumulator implements Accumulator {
  readonly sideBySide = false;
  readonly #room: OrderRoom;
  readonly #keys: OrderKeys;
  readonly #table: CountTable;
  readonly #own: Scratch;

  constructor({ memory, owner, types }: AccumulatorOptions) {
    this.#room = orderRoom(memory);
    this.#keys = new OrderKeys(memory, owner, types[0]!);
    this.#table = new CountTable(memory, owner);
    this.#own = new Scratch(memory, owner);
  }

  get stateBytes(): number {
    return this.#table.stateBytes + this.#keys.stateBytes;
  }

  reserve(groups: number): void {
    this.#table.reserve(groups);
  }

  onNew({ length, vectors, groupIds, mask }: Rows): void {
    this.reserve(1);
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const { keys, present } = this.#keys.read(vectors[0]!, start, rows, mask);
      const ids = groupIds === 0 ? 0 : groupIds + start * 4;
      for (let done = 0; done < rows; ) {
        done = this.#room.countsPush(this.#table.address, keys, present, ids, done, rows);
        if (done < rows) this.#table.grow();
      }
    }
  }

  onOld({ length, vectors, groupIds, mask }: Rows): void {
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const { keys, present } = this.#keys.read(vectors[0]!, start, rows, mask);
      this.#room.countsPull(this.#table.address, keys, present, groupIds === 0 ? 0 : groupIds + start * 4, rows);
    }
    this.#renew();
  }

  merge(from: this, map: number, _groups: number): void {
    const codes = this.#keys.codesOf(from.#keys, this.#own);
    for (let slot = 0; slot >= 0; ) {
      slot = this.#room.countsMerge(this.#table.address, from.#table.address, map, codes, slot);
      if (slot >= 0) this.#table.grow();
    }
    this.#own.reset();
  }

  forget(ids: number, count: number): void {
    this.#room.countsForget(this.#table.address, ids, count);
    this.#renew();
  }

  clear(): void {
    this.#table.clear();
    this.#keys.clear();
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const out = scratch.take(count * 8);
    this.#room.countsDistinct(this.#table.address, ids, count, out);
    return chunkVector(i64(), out);
  }

  snapshot(): Uint8Array {
    return joined([this.#table.snapshot(), this.#keys.snapshot()]);
  }

  restore(bytes: Uint8Array): void {
    const [table, keys] = parted(bytes, 2, 'nunique') as [Uint8Array, Uint8Array];
    this.#table.restore(table);
    this.#keys.restore(keys);
  }

  dispose(): void {
    this.#table.dispose();
    this.#keys.dispose();
    this.#own.dispose();
  }

  /** Lets go of the texts of rows that left, once they are the greater part. */
  #renew(): void {
    const { held } = this.#table;
    if (!this.#keys.isStale(held)) return;
    this.#table.recode(this.#own.take(held * 4), (codes, count) => this.#keys.renew(codes, count, this.#own));
    this.#own.reset();
  }
}

/** States that count how often each value occurs. */
export const distinctKind: AccumulatorKind = {
  name: 'distinct',
  create: options => new DistinctAccumulator(options),
};
