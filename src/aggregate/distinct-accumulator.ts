import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { i64 } from '../schema/data-type.ts';
import { Block } from './_block.ts';
import { joined, misfit, parted } from './_saved.ts';
import type { Accumulator, AccumulatorKind, AccumulatorOptions, Parameters, Rows } from './accumulator.ts';
import { OrderKeys, tileRows } from './order-keys.ts';

// Counts in assembly/order/counts.ts, in u32 places
const SLOTS = 0;
const MASK = 1;
const USED = 2;
const ZEROS = 3;
const DISTINCT = 4;
const TEXTS = 5;
const BYTES = 6;
const slotBytes = 16;
const firstSlots = 64;

/**
 * How often each value occurs in each group: the number of distinct values and the most frequent one, of rows that leave or not;
 * O(1) a row. Nulls and NaN are skipped.
 */
export class DistinctAccumulator implements Accumulator {
  readonly sideBySide = false;
  readonly #memory: Memory;
  readonly #room: OrderRoom;
  readonly #keys: OrderKeys;
  readonly #header: Block;
  readonly #distinct: Block;
  readonly #own: Scratch;
  readonly #owner: string;
  #slots = 0;
  #groupCount = 0;

  constructor({ memory, owner, types }: AccumulatorOptions) {
    this.#memory = memory;
    this.#owner = owner;
    this.#room = orderRoom(memory);
    this.#keys = new OrderKeys(memory, owner, types[0]!);
    this.#header = new Block(memory, owner);
    this.#distinct = new Block(memory, owner);
    this.#own = new Scratch(memory, owner);
    this.#header.growZeroed(0, 64);
    this.#resize(firstSlots);
  }

  get stateBytes(): number {
    return this.#header.bytes + this.#distinct.bytes + this.#memory.sizeOf(this.#slots) + this.#keys.stateBytes;
  }

  reserve(groups: number): void {
    if (groups <= this.#groupCount) return;
    this.#distinct.growZeroed(this.#groupCount * 4, groups * 4);
    this.#groupCount = groups;
    this.#set(DISTINCT, this.#distinct.address);
  }

  onNew({ length, vectors, groupIds, mask }: Rows): void {
    this.reserve(1);
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const { keys, present } = this.#keys.read(vectors[0]!, start, rows, mask);
      const ids = groupIds === 0 ? 0 : groupIds + start * 4;
      for (let done = 0; done < rows; ) {
        done = this.#room.countsPush(this.#header.address, keys, present, ids, done, rows);
        if (done < rows) this.#grow();
      }
    }
  }

  onOld({ length, vectors, groupIds, mask }: Rows): void {
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const { keys, present } = this.#keys.read(vectors[0]!, start, rows, mask);
      this.#room.countsPull(this.#header.address, keys, present, groupIds === 0 ? 0 : groupIds + start * 4, rows);
    }
    this.#renew();
  }

  merge(from: this, map: number, _groups: number): void {
    const codes = this.#keys.codesOf(from.#keys, this.#own);
    for (let slot = 0; slot >= 0; ) {
      slot = this.#room.countsMerge(this.#header.address, from.#header.address, map, codes, slot);
      if (slot >= 0) this.#grow();
    }
    this.#own.reset();
  }

  forget(ids: number, count: number): void {
    this.#room.countsForget(this.#header.address, ids, count);
  }

  clear(): void {
    this.#memory.bulk.fill(this.#distinct.address, 0, this.#groupCount * 4);
    this.#memory.bulk.fill(this.#slots, 0xff, (this.#get(MASK) + 1) * slotBytes);
    this.#set(USED, 0);
    this.#set(ZEROS, 0);
    this.#keys.clear();
  }

  /** `nunique`, or `mode`: the least of the most frequent values. */
  result(name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const out = scratch.take(count * 8);
    if (name === 'nunique') {
      this.#room.countsDistinct(this.#header.address, ids, count, out);
      return chunkVector(i64(), out);
    }
    if (this.#keys.isText) {
      this.#set(TEXTS, this.#keys.dictionary.offsets);
      this.#set(BYTES, this.#keys.dictionary.values);
    }
    const [keys, most] = [this.#own.take(this.#groupCount * 8), this.#own.take(this.#groupCount * 4)];
    const present = scratch.take((count + 7) >> 3);
    this.#room.countsModes(this.#header.address, this.#groupCount, keys, most);
    const found = this.#room.pickKeys(keys, most, ids, count, out, present);
    this.#own.reset();
    return this.#keys.vector(out, found === count ? 0 : present, count, scratch);
  }

  snapshot(): Uint8Array {
    const words = Uint32Array.of(this.#get(MASK), this.#get(USED), this.#get(ZEROS), this.#groupCount);
    const slots = new Uint8Array((words[0]! + 1) * slotBytes);
    slots.set(this.#memory.u8.subarray(this.#slots, this.#slots + slots.length));
    return joined([
      new Uint8Array(words.buffer),
      slots,
      this.#distinct.save(this.#groupCount * 4),
      this.#keys.snapshot(),
    ]);
  }

  restore(bytes: Uint8Array): void {
    const [head, slots, distinct, keys] = parted(bytes, 4, 'nunique') as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const [mask, used, zeros, groups] = new Uint32Array(head.slice().buffer) as unknown as [
      number,
      number,
      number,
      number,
    ];
    if (slots.length !== (mask + 1) * slotBytes) throw new StateError(misfit('nunique'));
    this.#memory.free(this.#slots);
    this.#slots = this.#memory.allocate(slots.length, this.#owner);
    this.#memory.u8.set(slots, this.#slots);
    this.#distinct.load(distinct);
    this.#groupCount = groups;
    this.#keys.restore(keys);
    this.#set(SLOTS, this.#slots);
    this.#set(MASK, mask);
    this.#set(USED, used);
    this.#set(ZEROS, zeros);
    this.#set(DISTINCT, this.#distinct.address);
  }

  dispose(): void {
    this.#header.free();
    this.#distinct.free();
    this.#memory.free(this.#slots);
    this.#slots = 0;
    this.#keys.dispose();
    this.#own.dispose();
  }

  /** Lets go of the texts of rows that left, once they are the greater part. */
  #renew(): void {
    const held = this.#get(USED) - this.#get(ZEROS);
    if (!this.#keys.isStale(held)) return;
    const codes = this.#own.take(held * 4);
    this.#room.countsRecode(this.#header.address, 0, codes);
    this.#keys.renew(codes, held, this.#own);
    this.#room.countsRecode(this.#header.address, 1, codes);
    this.#own.reset();
    this.#resize(this.#get(MASK) + 1); // every key has another place now
  }

  /** Twice the slots, unless half of those in use count nothing. */
  #grow(): void {
    const slots = this.#get(MASK) + 1;
    this.#resize(this.#get(ZEROS) * 2 > this.#get(USED) ? slots : slots * 2);
  }

  #resize(count: number): void {
    const slots = this.#memory.allocate(count * slotBytes, this.#owner);
    this.#room.countsRehash(this.#header.address, slots, count - 1);
    this.#memory.free(this.#slots);
    this.#slots = slots;
  }

  #get(place: number): number {
    return this.#memory.u32[this.#header.address / 4 + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[this.#header.address / 4 + place] = value;
  }
}

/** States that count how often each value occurs. */
export const distinctKind: AccumulatorKind = {
  name: 'distinct',
  create: options => new DistinctAccumulator(options),
};
