import { Block } from '../aggregate/_block.ts';
import { joined, misfit, parted } from '../aggregate/_saved.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import { orderRoom } from '../kernel/order.ts';
import { selectRoom } from '../kernel/select.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { f64 } from '../schema/data-type.ts';
import { Cells } from './_cells.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { KeyColumn } from './slot-columns.ts';

// Counts in assembly/order/counts.ts, in u32 places
const SLOTS = 0;
const MASK = 1;
const USED = 2;
const ZEROS = 3;
const DISTINCT = 4;
const slotBytes = 16;
const firstSlots = 64;

/** How many distinct values each window has; O(1) a row. */
export class Distinct implements Follower {
  readonly #memory: Memory;
  readonly #room: OrderRoom;
  readonly #owner: string;
  readonly #column: KeyColumn;
  readonly #header: Block;
  readonly #distinct: Cells;
  #slots = 0;
  #answers = 0;

  constructor(memory: Memory, owner: string, column: KeyColumn) {
    this.#memory = memory;
    this.#room = orderRoom(memory);
    this.#owner = owner;
    this.#column = column;
    this.#header = new Block(memory, owner);
    this.#distinct = new Cells(memory, owner, 4);
    this.#header.growZeroed(0, 64);
    this.#resize(firstSlots);
  }

  get stateBytes(): number {
    return this.#header.bytes + this.#distinct.bytes + this.#memory.sizeOf(this.#slots);
  }

  follow({ pool: { next, steps, length, total, groups }, scratch }: RollingBlock): void {
    this.#set(DISTINCT, this.#distinct.grow(groups));
    this.#answers = scratch.take(length * 8 + 8);
    const { values, have } = this.#column;
    const table = this.#header.address;
    for (let from = 0; from < total; ) {
      from = this.#room.countsSteps(table, next, steps, from, length, total, values, have, this.#answers);
      if (from < total) this.#grow();
    }
  }

  answer(): ChunkVector {
    return chunkVector(f64(), this.#answers);
  }

  recoded(column: Follower, map: number): void {
    if (column !== this.#column) return;
    const own = new Scratch(this.#memory, this.#owner);
    const codes = own.take((this.#get(USED) + 1) * 4);
    const count = this.#room.countsRecode(this.#header.address, 0, codes);
    const renewed = own.take(count * 4 + 4);
    selectRoom(this.#memory).take32(map, codes, renewed, count);
    this.#room.countsRecode(this.#header.address, 1, renewed);
    own.dispose();
    this.#resize(this.#get(MASK) + 1); // every key has another place now
  }

  clear(): void {
    this.#distinct.clear();
    this.#memory.bulk.fill(this.#slots, 0xff, (this.#get(MASK) + 1) * slotBytes);
    this.#set(USED, 0);
    this.#set(ZEROS, 0);
  }

  snapshot(): Uint8Array {
    const words = Uint32Array.of(this.#get(MASK), this.#get(USED), this.#get(ZEROS));
    const bytes = (words[0]! + 1) * slotBytes;
    const slots = this.#memory.u8.slice(this.#slots, this.#slots + bytes);
    return joined([new Uint8Array(words.buffer), slots, this.#distinct.save()]);
  }

  restore(bytes: Uint8Array): void {
    const [head, slots, distinct] = parted(bytes, 3, 'rolling') as [Uint8Array, Uint8Array, Uint8Array];
    const [mask, used, zeros] = new Uint32Array(head.slice().buffer) as unknown as [number, number, number];
    if (slots.length !== (mask + 1) * slotBytes) throw new StateError(misfit('rolling'));
    this.#memory.free(this.#slots);
    this.#slots = this.#memory.allocate(slots.length, this.#owner);
    this.#memory.u8.set(slots, this.#slots);
    this.#distinct.load(distinct);
    this.#set(SLOTS, this.#slots);
    this.#set(MASK, mask);
    this.#set(USED, used);
    this.#set(ZEROS, zeros);
  }

  dispose(): void {
    this.#header.free();
    this.#distinct.free();
    this.#memory.free(this.#slots);
    this.#slots = 0;
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
