import { StateError } from '../errors.ts';
import { orderRoom } from '../kernel/order.ts';
import type { Memory } from '../memory/memory.ts';
import { Block } from './_block.ts';
import { joined, misfit, parted } from './_saved.ts';
import { Cells } from './cells.ts';

// Tree in assembly/order/tree.ts, in u32 places
const NODES = 0;
const CAPACITY = 1;
const USED = 2;
const COUNTS = 8;
/** The words before COUNTS are the state; the rest is addresses and room for a path. */
const savedWords = 8;
const headerBytes = 256;

/** A multiset of keys for each group with order statistics, in linear memory; kernels of the room `order` push, pull and ask. */
export class GroupTree {
  readonly #memory: Memory;
  readonly #header: Block;
  readonly #nodes: Block;
  readonly #counts: Cells;
  readonly #nodeBytes: number;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#header = new Block(memory, owner);
    this.#nodes = new Block(memory, owner);
    this.#counts = new Cells(memory, owner, 4);
    this.#nodeBytes = orderRoom(memory).treeNodeBytes.value as number;
    this.#header.growZeroed(0, headerBytes);
    this.clear();
  }

  get address(): number {
    return this.#header.address;
  }

  get stateBytes(): number {
    return this.#header.bytes + this.#nodes.bytes + this.#counts.bytes;
  }

  /** Whether no row was pushed since it was made or cleared. */
  get isNew(): boolean {
    return this.#used === 1;
  }

  /** Groups that there is room for. */
  get groups(): number {
    return this.#counts.count;
  }

  /** There are groups [0, groups) afterwards. */
  reserve(groups: number): void {
    if (groups <= this.#counts.count) return;
    this.#counts.grow(groups);
    this.#point();
  }

  /** More nodes: what to do when a kernel ran out of them. */
  grow(): void {
    const used = this.#used;
    this.#nodes.grow(used * this.#nodeBytes, (used + (used >> 1) + 4) * this.#nodeBytes);
    this.#point();
  }

  clear(): void {
    this.#memory.u32.fill(0, this.address / 4, this.address / 4 + savedWords);
    this.#memory.u32[this.address / 4 + USED] = 1; // number 0 means "none"
    this.#counts.clear();
    this.#point();
  }

  snapshot(): Uint8Array {
    const nodes = this.#nodes.save(this.isNew ? 0 : this.#used * this.#nodeBytes);
    return joined([this.#header.save(savedWords * 4), nodes, this.#counts.save()]);
  }

  /** @throws StateError when the bytes are no saved tree */
  restore(bytes: Uint8Array): void {
    const [head, nodes, counts] = parted(bytes, 3, 'median') as [Uint8Array, Uint8Array, Uint8Array];
    const words = new Uint32Array(head.slice().buffer);
    const used = words[USED]!;
    if (words.length !== savedWords || nodes.length !== (used === 1 ? 0 : used * this.#nodeBytes)) {
      throw new StateError(misfit('median'));
    }
    this.#memory.u32.set(words, this.address / 4);
    if (nodes.length > 0) this.#nodes.load(nodes);
    this.#counts.load(counts);
    this.#point();
  }

  dispose(): void {
    this.#header.free();
    this.#nodes.free();
    this.#counts.free();
  }

  get #used(): number {
    return this.#memory.u32[this.address / 4 + USED]!;
  }

  #point(): void {
    const { u32 } = this.#memory;
    u32[this.address / 4 + NODES] = this.#nodes.address;
    u32[this.address / 4 + CAPACITY] = Math.floor(this.#nodes.bytes / this.#nodeBytes);
    u32[this.address / 4 + COUNTS] = this.#counts.address;
  }
}
