import { StateError } from '../errors.ts';
import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import type { Memory } from '../memory/memory.ts';
import { Block } from './_block.ts';
import { joined, misfit, parted } from './_saved.ts';
import type { KeyCounts } from './_value-counts.ts';
import { Cells } from './cells.ts';
import type { KeyTile } from './order-keys.ts';

// Counts in assembly/order/counts.ts, in u32 places
const SLOTS = 0;
const MASK = 1;
const USED = 2;
const ZEROS = 3;
const DISTINCT = 4;
const HEADS = 5;
const slotBytes = 16;
const linkBytes = 4;
const firstSlots = 64;

/** How often each key occurs in each group, in linear memory; kernels of the room `order` push, pull and ask. */
export class CountTable implements KeyCounts {
  readonly #memory: Memory;
  readonly #room: OrderRoom;
  readonly #owner: string;
  readonly #header: Block;
  readonly #distinct: Cells;
  readonly #heads: Cells;
  #slots = 0;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#room = orderRoom(memory);
    this.#owner = owner;
    this.#header = new Block(memory, owner);
    this.#distinct = new Cells(memory, owner, 4);
    this.#heads = new Cells(memory, owner, 4);
    this.#header.growZeroed(0, 64);
    this.#resize(firstSlots);
  }

  get address(): number {
    return this.#header.address;
  }

  get stateBytes(): number {
    return this.#header.bytes + this.#distinct.bytes + this.#heads.bytes + this.#memory.sizeOf(this.#slots);
  }

  /** Keys that count something. */
  get held(): number {
    return this.#get(USED) - this.#get(ZEROS);
  }

  /** There are groups [0, groups) afterwards. */
  reserve(groups: number): void {
    if (groups <= this.#distinct.count) return;
    this.#set(DISTINCT, this.#distinct.grow(groups));
    this.#set(HEADS, this.#heads.grow(groups));
  }

  /** Twice the slots, unless half of those in use count nothing: what to do when a kernel ran out of them. */
  grow(): void {
    const slots = this.#get(MASK) + 1;
    this.#resize(this.#get(ZEROS) * 2 > this.#get(USED) ? slots : slots * 2);
  }

  push({ keys, present }: KeyTile, ids: number, rows: number): void {
    for (let done = 0; done < rows; ) {
      done = this.#room.countsPush(this.address, keys, present, ids, done, rows);
      if (done < rows) this.grow();
    }
  }

  pull({ keys, present }: KeyTile, ids: number, rows: number): void {
    this.#room.countsPull(this.address, keys, present, ids, rows);
  }

  merge(from: CountTable, map: number, groups: number, codes: number): void {
    const held = Math.min(groups, from.#heads.count);
    for (let slot = 0; slot >= 0; ) {
      slot = this.#room.countsMerge(this.address, from.address, map, held, codes, slot);
      if (slot >= 0) this.grow();
    }
  }

  forget(ids: number, count: number): void {
    this.#room.countsForget(this.address, ids, count);
  }

  /** How many keys each of `count` groups has: i64 at `out`; `ids` as in `result`. */
  distinct(ids: number, count: number, out: number): void {
    this.#room.countsDistinct(this.address, ids, count, out);
  }

  /** Other codes in place of the keys: `renew` gets the address of `held` codes (u32) and puts the new ones there. */
  recode(codes: number, renew: (codes: number, count: number) => void): void {
    const count = this.#room.countsRecode(this.address, 0, codes);
    renew(codes, count);
    this.#room.countsRecode(this.address, 1, codes);
    this.#resize(this.#get(MASK) + 1); // every key has another place now
  }

  clear(): void {
    this.#distinct.clear();
    this.#heads.clear();
    this.#memory.bulk.fill(this.#slots, 0xff, (this.#get(MASK) + 1) * slotBytes);
    this.#set(USED, 0);
    this.#set(ZEROS, 0);
  }

  snapshot(): Uint8Array {
    const words = Uint32Array.of(this.#get(MASK), this.#get(USED), this.#get(ZEROS));
    const slots = this.#memory.u8.slice(this.#slots, this.#slots + (words[0]! + 1) * slotBytes);
    return joined([new Uint8Array(words.buffer), slots, this.#distinct.save()]);
  }

  /** @throws StateError when the bytes are no saved table */
  restore(bytes: Uint8Array): void {
    const [head, slots, distinct] = parted(bytes, 3, 'nunique') as [Uint8Array, Uint8Array, Uint8Array];
    const [mask, used, zeros] = new Uint32Array(head.slice().buffer) as unknown as [number, number, number];
    if (slots.length !== (mask + 1) * slotBytes) throw new StateError(misfit('nunique'));
    this.#memory.free(this.#slots);
    this.#slots = this.#memory.allocate(slots.length, this.#owner);
    this.#memory.u8.set(slots, this.#slots);
    this.#distinct.load(distinct);
    this.#set(SLOTS, this.#slots);
    this.#set(MASK, mask);
    this.#set(USED, used);
    this.#set(ZEROS, zeros);
    this.#set(DISTINCT, this.#distinct.address);
    this.#set(HEADS, this.#heads.grow(this.#distinct.count));
    this.#resize(mask + 1); // lists of groups are not saved
  }

  dispose(): void {
    this.#header.free();
    this.#distinct.free();
    this.#heads.free();
    this.#memory.free(this.#slots);
    this.#slots = 0;
  }

  #resize(count: number): void {
    const slots = this.#memory.allocate(count * (slotBytes + linkBytes), this.#owner);
    this.#room.countsRehash(this.address, slots, count - 1, this.#heads.count);
    this.#memory.free(this.#slots);
    this.#slots = slots;
  }

  #get(place: number): number {
    return this.#memory.u32[this.address / 4 + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[this.address / 4 + place] = value;
  }
}
