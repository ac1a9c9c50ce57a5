import { StateError } from '../errors.ts';
import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import type { Memory } from '../memory/memory.ts';
import { Block } from './_block.ts';
import { joined, misfit, parted } from './_saved.ts';
import type { KeyCounts } from './_value-counts.ts';
import { Cells } from './cells.ts';
import type { KeyTile, OrderKeys } from './order-keys.ts';

// Modes in assembly/order/modes.ts, in u32 places
const MASK = 1;
const NODES = 2;
const CAPACITY = 3;
const USED = 4;
const FREE = 5;
const HELD = 6;
const ROOTS = 7;
const TEXTS = 8;
const BYTES = 9;
const nodeBytes = 32;
const firstNodes = 64;

/** How often each key occurs in each group, and the most frequent of each, in linear memory; kernels of the room `order` push, pull and ask. */
export class ModeTable implements KeyCounts {
  readonly #memory: Memory;
  readonly #room: OrderRoom;
  readonly #header: Block;
  readonly #nodes: Block;
  readonly #lists: Block;
  readonly #roots: Cells;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#room = orderRoom(memory);
    this.#header = new Block(memory, owner);
    this.#nodes = new Block(memory, owner);
    this.#lists = new Block(memory, owner);
    this.#roots = new Cells(memory, owner, 4);
    this.#header.growZeroed(0, 64);
    this.#set(USED, 1); // number 0 means "none"
    this.grow();
  }

  get address(): number {
    return this.#header.address;
  }

  get stateBytes(): number {
    return this.#header.bytes + this.#nodes.bytes + this.#lists.bytes + this.#roots.bytes;
  }

  /** Keys that count something. */
  get held(): number {
    return this.#get(HELD);
  }

  /** There are groups [0, groups) afterwards. */
  reserve(groups: number): void {
    this.#set(ROOTS, this.#roots.grow(groups));
  }

  /** Twice the nodes: what to do when a kernel ran out of them. */
  grow(): void {
    const used = this.#get(USED);
    this.#set(NODES, this.#nodes.grow(used * nodeBytes, Math.max(firstNodes, used * 2) * nodeBytes));
    this.#set(CAPACITY, Math.floor(this.#nodes.bytes / nodeBytes));
    this.relist();
  }

  push({ keys, present }: KeyTile, ids: number, rows: number): void {
    for (let done = 0; done < rows; ) {
      done = this.#room.modesPush(this.address, keys, present, ids, done, rows);
      if (done < rows) this.grow();
    }
  }

  pull({ keys, present }: KeyTile, ids: number, rows: number): void {
    this.#room.modesPull(this.address, keys, present, ids, rows);
  }

  merge(from: ModeTable, map: number, _groups: number, codes: number): void {
    for (let node = 1; node !== 0; ) {
      node = this.#room.modesMerge(this.address, from.address, map, codes, node);
      if (node !== 0) this.grow();
    }
  }

  forget(ids: number, count: number): void {
    this.#room.modesForget(this.address, ids, count);
  }

  /** The most frequent key of each of `count` groups (i64 at `keys`), and bits of those that have one; returns how many. `ids` as in `result`. */
  modes(ids: number, count: number, keys: number, present: number): number {
    return this.#room.modesRead(this.address, ids, count, keys, present);
  }

  /** What codes of text mean: to be told before rows come, because the dictionary's parts move as it grows. */
  pointToTexts({ isText, dictionary }: OrderKeys): void {
    if (!isText) return;
    this.#set(TEXTS, dictionary.offsets);
    this.#set(BYTES, dictionary.values);
  }

  /** Keys of text pass through `map` (u32 by code; 0: they stay). */
  relist(map = 0): void {
    // as many lists as there may be nodes, at least
    const lists = 2 ** Math.ceil(Math.log2(this.#get(CAPACITY)));
    if (lists - 1 !== this.#get(MASK)) this.#lists.grow(0, lists * 4);
    this.#room.modesRelist(this.address, this.#lists.address, lists - 1, map);
  }

  /** Other codes in place of the keys: `renew` gets the address of `held` codes (u32) and puts the new ones there. */
  recode(codes: number, renew: (codes: number, count: number) => void): void {
    const count = this.#room.modesRecode(this.address, 0, codes);
    renew(codes, count);
    this.#room.modesRecode(this.address, 1, codes);
    this.relist();
  }

  clear(): void {
    this.#set(USED, 1);
    this.#set(FREE, 0);
    this.#set(HELD, 0);
    this.#roots.clear();
    this.relist();
  }

  snapshot(): Uint8Array {
    const words = Uint32Array.of(this.#get(USED), this.#get(FREE), this.#get(HELD));
    return joined([new Uint8Array(words.buffer), this.#nodes.save(this.#get(USED) * nodeBytes), this.#roots.save()]);
  }

  /** @throws StateError when the bytes are no saved table */
  restore(bytes: Uint8Array): void {
    const [head, nodes, roots] = parted(bytes, 3, 'mode') as [Uint8Array, Uint8Array, Uint8Array];
    const [used, free, held] = new Uint32Array(head.slice().buffer) as unknown as [number, number, number];
    if (nodes.length !== used * nodeBytes) throw new StateError(misfit('mode'));
    this.#nodes.load(nodes, Math.max(used, firstNodes) * nodeBytes);
    this.#roots.load(roots);
    this.#set(NODES, this.#nodes.address);
    this.#set(CAPACITY, Math.floor(this.#nodes.bytes / nodeBytes));
    this.#set(ROOTS, this.#roots.address);
    this.#set(USED, used);
    this.#set(FREE, free);
    this.#set(HELD, held);
    this.relist();
  }

  dispose(): void {
    for (const block of [this.#header, this.#nodes, this.#lists]) block.free();
    this.#roots.free();
  }

  #get(place: number): number {
    return this.#memory.u32[this.#header.address / 4 + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[this.#header.address / 4 + place] = value;
  }
}
