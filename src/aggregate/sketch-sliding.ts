import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import { sketchRoom } from '../kernel/sketch.ts';
import type { SketchRoom } from '../kernel/wasm/sketch.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { i64 } from '../schema/data-type.ts';
import { Block } from './_block.ts';
import { Hashes } from './_hashes.ts';
import { joined, misfit, parted } from './_saved.ts';
import type { Accumulator, AccumulatorOptions, Parameters, Rows } from './accumulator.ts';

// Sliding in assembly/sketch/sliding.ts, in u32 places
const NODES = 0;
const CAPACITY = 1;
const USED = 2;
const FREE = 3;
const SLOTS = 4;
const MASK = 5;
const LISTS = 6;
const RANKS = 7;
const PRECISION = 8;
const ARRIVED = 9;
const LEFT = 10;
const headerBytes = 64;
const rankBytes = 256;
const firstSlots = 64;

/** About how many distinct values a window holds whose oldest rows leave: what a fresh sketch of its rows would say, at O(1) a row. */
export class SlidingDistinct implements Accumulator {
  readonly sideBySide = true;
  readonly #memory: Memory;
  readonly #room: SketchRoom;
  readonly #precision: number;
  readonly #hashes: Hashes;
  readonly #header: Block;
  readonly #nodes: Block;
  readonly #slots: Block;
  readonly #ranks: Block;
  readonly #owner: string;
  readonly #nodeBytes: number;
  #groups = 0;

  constructor({ memory, owner, types }: AccumulatorOptions, precision: number) {
    this.#memory = memory;
    this.#owner = owner;
    this.#room = sketchRoom(memory);
    this.#nodeBytes = this.#room.slidingNodeBytes.value as number;
    this.#precision = precision;
    this.#hashes = new Hashes(memory, owner, types[0]!);
    this.#header = new Block(memory, owner);
    this.#nodes = new Block(memory, owner);
    this.#slots = new Block(memory, owner);
    this.#ranks = new Block(memory, owner);
    this.#header.growZeroed(0, headerBytes);
    this.#set(PRECISION, precision);
    this.#set(USED, 1); // number 0 means "none"
    this.#growNodes();
    this.#growSlots(firstSlots);
    this.reserve(1);
  }

  get stateBytes(): number {
    const blocks = [this.#header, this.#nodes, this.#slots, this.#ranks];
    return blocks.reduce((sum, { bytes }) => sum + bytes, this.#hashes.stateBytes);
  }

  reserve(groups: number): void {
    if (groups <= this.#groups) return;
    this.#ranks.growZeroed(this.#groups * rankBytes, groups * rankBytes);
    this.#groups = groups;
    this.#set(RANKS, this.#ranks.address);
  }

  onNew(rows: Rows): void {
    const header = this.#header.address;
    this.#hashes.each(rows, ({ ids, hashes, present, length }) => {
      for (let done = 0; ; this.#grow()) {
        done = this.#room.slidingPush(header, ids, hashes, present, done, length);
        if (done >= length) break;
      }
      this.#set(ARRIVED, this.#get(ARRIVED) + length);
    });
  }

  onOld(rows: Rows): void {
    this.#hashes.each(rows, ({ ids, hashes, present, length }) => {
      this.#room.slidingDrop(this.#header.address, ids, hashes, present, length);
      this.#set(LEFT, this.#get(LEFT) + length);
    });
  }

  /** @throws StateError always: windows that rows leave never add states */
  merge(): void {
    throw new StateError(
      'approx_nunique: states of windows that rows leave do not add up; merge those of rows that stay',
    );
  }

  forget(ids: number, count: number): void {
    this.#room.slidingForget(this.#header.address, ids, count);
  }

  clear(): void {
    this.#memory.bulk.fill(this.#ranks.address, 0, this.#groups * rankBytes);
    this.#memory.bulk.fill(this.#slots.address, 0, (this.#get(MASK) + 1) * 4);
    for (const place of [FREE, LISTS, ARRIVED, LEFT]) this.#set(place, 0);
    this.#set(USED, 1);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const out = scratch.take(count * 8);
    this.#room.distinctResult(this.#ranks.address, rankBytes, this.#precision, ids, count, out);
    return chunkVector(i64(), out);
  }

  snapshot(): Uint8Array {
    return joined([
      this.#header.save(headerBytes),
      this.#nodes.save(this.#get(USED) * this.#nodeBytes),
      this.#slots.save((this.#get(MASK) + 1) * 4),
      this.#ranks.save(this.#groups * rankBytes),
    ]);
  }

  restore(bytes: Uint8Array): void {
    const [header, nodes, slots, ranks] = parted(bytes, 4, 'approx_nunique') as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const words = new Uint32Array(header.slice().buffer);
    if (words[PRECISION] !== this.#precision || slots.length !== (words[MASK]! + 1) * 4) {
      throw new StateError(misfit('approx_nunique'));
    }
    this.#header.load(header);
    this.#set(NODES, this.#nodes.load(nodes));
    this.#set(CAPACITY, Math.floor(this.#nodes.bytes / this.#nodeBytes));
    this.#set(SLOTS, this.#slots.load(slots));
    this.#set(RANKS, this.#ranks.load(ranks));
    this.#groups = ranks.length / rankBytes;
  }

  dispose(): void {
    this.#hashes.dispose();
    for (const block of [this.#header, this.#nodes, this.#slots, this.#ranks]) block.free();
  }

  /** More of what ran out. */
  #grow(): void {
    const slots = this.#get(MASK) + 1;
    if (this.#get(LISTS) >= (slots - 1) >> 1) this.#growSlots(slots * 2);
    else this.#growNodes();
  }

  #growNodes(): void {
    const used = this.#get(USED) * this.#nodeBytes;
    this.#set(NODES, this.#nodes.grow(used, Math.max(used * 2, 64 * this.#nodeBytes)));
    this.#set(CAPACITY, Math.floor(this.#nodes.bytes / this.#nodeBytes));
  }

  #growSlots(count: number): void {
    const old = this.#slots.address;
    const slots = this.#memory.allocate(count * 4, this.#owner);
    this.#room.slidingRehash(this.#header.address, slots, count - 1);
    this.#memory.free(old);
    this.#slots.address = slots;
  }

  #get(place: number): number {
    return this.#memory.u32[this.#header.address / 4 + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[this.#header.address / 4 + place] = value;
  }
}
