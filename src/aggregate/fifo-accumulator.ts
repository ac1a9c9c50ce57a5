import type { ChunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import type { WindowRoom } from '../kernel/wasm/window.ts';
import { windowRoom } from '../kernel/window.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { i64 } from '../schema/data-type.ts';
import { Block } from './_block.ts';
import { joined, misfit, parted } from './_saved.ts';
import type { Accumulator, AccumulatorKind, AccumulatorOptions, Rows } from './accumulator.ts';
import { OrderKeys, tileRows } from './order-keys.ts';

/** What is asked of a window that forgets its oldest rows. */
export type FifoName = 'first' | 'last' | 'min' | 'max' | 'argmin' | 'argmax' | 'nth' | 'nth from the end';

// Fifo, Node and Group in assembly/window/fifo.ts, in u32 places and bytes
const NODES = 0;
const CAPACITY = 1;
const USED = 2;
const FREE = 3;
const GROUPS = 4;
const MODE = 5;
const FLIP = 6;
const TEXTS = 7;
const BYTES = 8;
const PAYLOADS = 9;
const LIMIT = 10;
const EVICTING = 11;
const nodeBytes = 24;
const groupBytes = 24;

/** When a new row drops older ones; see assembly/window/fifo.ts and nth.ts. */
const MODES: Readonly<Record<FifoName, number>> = /* @__PURE__ */ Object.freeze({
  first: 0,
  last: 1,
  min: 2,
  max: 2,
  argmin: 3,
  argmax: 3,
  nth: 4,
  'nth from the end': 5,
});
const firstNth = 4;

/**
 * The first, last, least or greatest value of a window whose oldest rows leave; O(1) amortised a row, for any number of groups. Where rows never
 * leave, the least and the greatest hold one value a group.
 *
 * Nulls and NaN are skipped. `argmin` and `argmax` give the second argument of the (first) least or greatest row, or without
 * one its number in the stream, from 0; rows whose second argument is null or NaN are skipped too.
 *
 * `nth` is the value at place `limit` from 0; from the end it is that of the last `limit` values which came first. These two also serve
 * windows that rows never leave: they hold no more than limit + 1 values a group then (from the end: never more than `limit`).
 */
export class FifoAccumulator implements Accumulator {
  readonly sideBySide = false;
  readonly #name: FifoName;
  readonly #memory: Memory;
  readonly #room: WindowRoom;
  readonly #keys: OrderKeys;
  readonly #payloads: OrderKeys | null;
  readonly #header: Block;
  readonly #nodes: Block;
  readonly #groups: Block;
  readonly #payload: Block;
  readonly #own: Scratch;
  readonly #isNth: boolean;
  readonly #evicting: boolean;
  #groupCount = 0;
  #rows = 0;

  constructor(name: FifoName, { memory, owner, types, evicting }: AccumulatorOptions, limit = 0) {
    this.#name = name;
    this.#isNth = MODES[name] >= firstNth;
    this.#evicting = evicting;
    this.#memory = memory;
    this.#room = windowRoom(memory);
    this.#keys = new OrderKeys(memory, owner, types[0]!);
    this.#payloads = name.startsWith('arg') ? new OrderKeys(memory, owner, types[1] ?? i64(), 1) : null;
    this.#header = new Block(memory, owner);
    this.#nodes = new Block(memory, owner);
    this.#groups = new Block(memory, owner);
    this.#payload = new Block(memory, owner);
    this.#own = new Scratch(memory, owner);
    this.#header.growZeroed(0, 64);
    this.#set(MODE, MODES[name]);
    this.#set(LIMIT, limit);
    this.#set(EVICTING, evicting ? 1 : 0);
    this.#set(FLIP, name.endsWith('min') ? 0xffff_ffff : 0);
    this.#growNodes(64);
    this.#empty();
  }

  get stateBytes(): number {
    const blocks = [this.#header, this.#nodes, this.#groups, this.#payload];
    return blocks.reduce((sum, { bytes }) => sum + bytes, this.#keys.stateBytes);
  }

  reserve(groups: number): void {
    if (groups <= this.#groupCount) return;
    this.#groups.growZeroed(this.#groupCount * groupBytes, groups * groupBytes);
    this.#groupCount = groups;
    this.#set(GROUPS, this.#groups.address);
  }

  onNew({ length, vectors, groupIds, mask }: Rows): void {
    this.reserve(1);
    const alone = this.#evicting && groupIds === 0 && MODES[this.#name] >= 2 && !this.#isNth && !this.#keys.isText;
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      let payloads = 0;
      let takesPart = mask;
      if (this.#payloads && vectors[1]) {
        const tile = this.#payloads.read(vectors[1], start, rows, mask);
        payloads = tile.keys;
        takesPart = tile.present === 0 ? 0 : tile.present - start / 8;
      } else if (this.#payloads) payloads = this.#rowNumbers(rows);
      const { keys, present } = this.#keys.read(vectors[0]!, start, rows, takesPart);
      if (this.#keys.isText) this.#pointToTexts();
      const header = this.#header.address;
      if (alone) {
        while (this.#room.fifoPushAll(header, keys, present, payloads, rows) === 0) this.#growNodes();
      } else {
        const ids = groupIds === 0 ? 0 : groupIds + start * 4;
        for (let done = 0; done < rows; ) {
          done = this.#isNth
            ? this.#room.nthPush(header, keys, present, ids, done, rows)
            : this.#room.fifoPush(header, keys, present, ids, payloads, done, rows);
          if (done < rows) this.#growNodes();
        }
      }
      this.#rows += rows;
    }
    if (!this.#evicting) this.#renewAll();
  }

  onOld({ length, groupIds }: Rows): void {
    this.#room[this.#isNth ? 'nthDrop' : 'fifoDrop'](this.#header.address, groupIds, length);
    this.#renewAll();
  }

  merge(from: this, map: number, groups: number): void {
    const nodes = from.#get(USED);
    while (this.#room.fifoRoom(this.#header.address) < nodes) this.#growNodes();
    const codes = this.#keys.codesOf(from.#keys, this.#own);
    if (this.#keys.isText) this.#pointToTexts();
    const [to, other] = [this.#header.address, from.#header.address];
    if (this.#isNth) this.#room.nthMerge(to, other, map, groups, codes);
    else this.#room.fifoMerge(to, other, map, groups, codes, this.#payloadCodes(from));
    this.#own.reset();
  }

  forget(ids: number, count: number): void {
    this.#room.fifoForget(this.#header.address, ids, count);
  }

  clear(): void {
    this.#memory.bulk.fill(this.#groups.address, 0, this.#groupCount * groupBytes);
    this.#empty();
    this.#keys.clear();
    this.#payloads?.clear();
    this.#rows = 0;
  }

  result(_name: string, _parameters: unknown, ids: number, count: number, scratch: Scratch): ChunkVector {
    const keys = scratch.take(count * 8);
    const present = scratch.take((count + 7) >> 3);
    const found = this.#isNth
      ? this.#room.nthRead(this.#header.address, ids, count, keys, present)
      : this.#room.fifoHeads(this.#header.address, ids, count, this.#payloads ? 1 : 0, keys, present);
    return (this.#payloads ?? this.#keys).vector(keys, found === count ? 0 : present, count, scratch);
  }

  snapshot(): Uint8Array {
    const used = this.#get(USED);
    const limit = this.#get(LIMIT);
    const meta = Float64Array.of(MODES[this.#name], used, this.#get(FREE), this.#groupCount, this.#rows, limit);
    return joined([
      new Uint8Array(meta.buffer),
      this.#nodes.save(used * nodeBytes),
      this.#groups.save(this.#groupCount * groupBytes),
      this.#payloads ? this.#payload.save(used * 8) : new Uint8Array(0),
      this.#keys.snapshot(),
      this.#payloads?.snapshot() ?? new Uint8Array(0),
    ]);
  }

  restore(bytes: Uint8Array): void {
    const parts = parted(bytes, 6, this.#name);
    const [head, nodes, groups, payload, keys, payloads] = parts as [Uint8Array, ...Uint8Array[]] as Uint8Array[];
    const meta = new Float64Array(head!.slice().buffer);
    const [mode, used, free, groupCount, rows, limit] = [...meta] as [number, number, number, number, number, number];
    const same = mode === MODES[this.#name] && limit === this.#get(LIMIT);
    if (!same || nodes!.length !== used * nodeBytes) throw new StateError(misfit(this.#name));
    this.#growNodes(used);
    this.#nodes.load(nodes!);
    this.#groups.load(groups!);
    if (this.#payloads) {
      this.#payload.load(payload!);
      this.#payloads.restore(payloads!);
    }
    this.#keys.restore(keys!);
    if (this.#keys.isText) this.#pointToTexts();
    this.#set(NODES, this.#nodes.address);
    this.#set(PAYLOADS, this.#payload.address);
    this.#set(GROUPS, this.#groups.address);
    this.#set(USED, used);
    this.#set(FREE, free);
    this.#groupCount = groupCount;
    this.#rows = rows;
  }

  dispose(): void {
    for (const block of [this.#header, this.#nodes, this.#groups, this.#payload]) block.free();
    this.#keys.dispose();
    this.#payloads?.dispose();
    this.#own.dispose();
  }

  /** Lets go of the texts of rows that are held no longer, once they are the greater part. */
  #renewAll(): void {
    this.#renew(this.#keys, 0);
    if (this.#payloads) this.#renew(this.#payloads, 1);
  }

  #renew(keys: OrderKeys, payloads: number): void {
    if (!keys.isStale(0)) return;
    const held = this.#room.fifoHeld(this.#header.address);
    if (!keys.isStale(held)) return;
    const codes = this.#own.take(held * 4);
    this.#room.fifoRecode(this.#header.address, this.#groupCount, payloads, 0, codes);
    keys.renew(codes, held, this.#own);
    this.#room.fifoRecode(this.#header.address, this.#groupCount, payloads, 1, codes);
    if (payloads === 0) this.#pointToTexts();
    this.#own.reset();
  }

  /** Number 0 means "none". */
  #empty(): void {
    this.#set(USED, 1);
    this.#set(FREE, 0);
  }

  #growNodes(least = this.#get(CAPACITY) * 2): void {
    const used = this.#get(USED);
    this.#set(NODES, this.#nodes.grow(used * nodeBytes, least * nodeBytes));
    const capacity = Math.floor(this.#nodes.bytes / nodeBytes);
    if (this.#payloads) this.#set(PAYLOADS, this.#payload.grow(used * 8, capacity * 8));
    this.#set(CAPACITY, capacity);
  }

  #rowNumbers(rows: number): number {
    const keys = this.#own.take(rows * 8);
    this.#own.reset();
    this.#room.count(keys, BigInt(this.#rows), rows);
    return keys;
  }

  #payloadCodes(from: this): number {
    return this.#payloads?.isText ? this.#payloads.codesOf(from.#payloads!, this.#own) : 0;
  }

  #pointToTexts(): void {
    const { offsets, values } = this.#keys.dictionary;
    this.#set(TEXTS, offsets);
    this.#set(BYTES, values);
  }

  #get(place: number): number {
    return this.#memory.u32[this.#header.address / 4 + place]!;
  }

  #set(place: number, value: number): void {
    this.#memory.u32[this.#header.address / 4 + place] = value;
  }
}

const kinds = /* @__PURE__ */ new Map<FifoName, AccumulatorKind>();

/** The kind of state that gives `name` of a window whose rows leave. */
export function fifoKind(name: FifoName): AccumulatorKind {
  let kind = kinds.get(name);
  if (!kind) kinds.set(name, (kind = { name: `fifo ${name}`, create: options => new FifoAccumulator(name, options) }));
  return kind;
}
