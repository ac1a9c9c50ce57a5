import { Block } from '../aggregate/_block.ts';
import { joined, misfit, parted } from '../aggregate/_saved.ts';
import { Cells } from '../aggregate/cells.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import type { Memory } from '../memory/memory.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { KeyColumn } from './slot-columns.ts';

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

/** The most frequent value of each window, the least of several; O(log w) a row, amortised. */
export class Modes implements Follower {
  readonly #memory: Memory;
  readonly #room: OrderRoom;
  readonly #column: KeyColumn;
  readonly #header: Block;
  readonly #nodes: Block;
  readonly #lists: Block;
  readonly #roots: Cells;
  #answers = 0;
  #present = 0;

  constructor(memory: Memory, owner: string, column: KeyColumn) {
    this.#memory = memory;
    this.#room = orderRoom(memory);
    this.#column = column;
    this.#header = new Block(memory, owner);
    this.#nodes = new Block(memory, owner);
    this.#lists = new Block(memory, owner);
    this.#roots = new Cells(memory, owner, 4);
    this.#header.growZeroed(0, 64);
    this.#set(USED, 1); // number 0 means "none"
    this.#grow();
  }

  get stateBytes(): number {
    return this.#header.bytes + this.#nodes.bytes + this.#lists.bytes + this.#roots.bytes;
  }

  follow({ pool: { next, steps, length, total, groups }, scratch }: RollingBlock): void {
    this.#set(ROOTS, this.#roots.grow(groups));
    this.#pointToTexts();
    this.#answers = scratch.take(length * 8 + 8);
    this.#present = scratch.takeZeroed(((length + 7) >> 3) + 8);
    const { values, have } = this.#column;
    const modes = this.#header.address;
    const [answers, present] = [this.#answers, this.#present];
    for (let from = 0; from < total; ) {
      from = this.#room.modesSteps(modes, next, steps, from, length, total, values, have, answers, present);
      if (from < total) this.#grow();
    }
  }

  answer({ pool, scratch }: RollingBlock): ChunkVector {
    return this.#column.shown(this.#answers, this.#present, pool.length, scratch);
  }

  recoded(column: Follower, map: number): void {
    if (column === this.#column) this.#relist(map);
  }

  clear(): void {
    this.#set(USED, 1);
    this.#set(FREE, 0);
    this.#set(HELD, 0);
    this.#roots.clear();
    this.#relist(0);
  }

  snapshot(): Uint8Array {
    const words = Uint32Array.of(this.#get(USED), this.#get(FREE), this.#get(HELD));
    return joined([new Uint8Array(words.buffer), this.#nodes.save(this.#get(USED) * nodeBytes), this.#roots.save()]);
  }

  restore(bytes: Uint8Array): void {
    const [head, nodes, roots] = parted(bytes, 3, 'rolling') as [Uint8Array, Uint8Array, Uint8Array];
    const [used, free, held] = new Uint32Array(head.slice().buffer) as unknown as [number, number, number];
    if (nodes.length !== used * nodeBytes) throw new StateError(misfit('rolling'));
    this.#nodes.load(nodes, Math.max(used, firstNodes) * nodeBytes);
    this.#roots.load(roots);
    this.#set(NODES, this.#nodes.address);
    this.#set(CAPACITY, Math.floor(this.#nodes.bytes / nodeBytes));
    this.#set(USED, used);
    this.#set(FREE, free);
    this.#set(HELD, held);
    this.#relist(0);
  }

  dispose(): void {
    for (const block of [this.#header, this.#nodes, this.#lists]) block.free();
    this.#roots.free();
  }

  #grow(): void {
    const used = this.#get(USED);
    const address = this.#nodes.grow(used * nodeBytes, Math.max(firstNodes, used * 2) * nodeBytes);
    this.#set(NODES, address);
    this.#set(CAPACITY, Math.floor(this.#nodes.bytes / nodeBytes));
    this.#relist(0);
  }

  /** As many lists as there may be nodes, at least. */
  #relist(map: number): void {
    const lists = 2 ** Math.ceil(Math.log2(this.#get(CAPACITY)));
    if (lists - 1 !== this.#get(MASK)) this.#lists.grow(0, lists * 4);
    this.#pointToTexts();
    this.#room.modesRelist(this.#header.address, this.#lists.address, lists - 1, map);
  }

  /** The dictionary's parts move as it grows. */
  #pointToTexts(): void {
    const { keys } = this.#column;
    if (!keys.isText) return;
    this.#set(TEXTS, keys.dictionary.offsets);
    this.#set(BYTES, keys.dictionary.values);
  }

  #get(place: number): number {
    return this.#memory.u32[this.#header.address / 4 + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[this.#header.address / 4 + place] = value;
  }
}
