import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import type { Reduction } from '../expr/folds.ts';
import { type AggregateRoom, aggregateRoom } from '../kernel/aggregate.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, type Kind, widthOf } from '../schema/data-type.ts';
import { misfit } from './_saved.ts';
import type { Accumulator, AccumulatorOptions, Parameters, Rows } from './accumulator.ts';

/** Types as assembly/aggregate/cast.ts numbers them. */
const CODE: Readonly<Partial<Record<Kind, number>>> = /* @__PURE__ */ Object.freeze({
  bool: 0,
  int8: 1,
  uint8: 2,
  int16: 3,
  uint16: 4,
  int32: 5,
  date32: 5,
  uint32: 6,
  int64: 7,
  timestamp: 7,
  uint64: 8,
  float32: 9,
  float64: 10,
});

export const codeOf = (type: DataType): number => CODE[type.kind]!;

/** What the kernels read: values cast to f64, integers (or raw bits) widened to i64, or the column as it is. */
export type Form = 'f64' | 'i64' | 'own';

/** Rows cast at a time; their 8-byte values stay in the L1 and L2 caches. A multiple of 8, so that bits stay aligned to bytes. */
const tileRows = 2048;

/** How states of blocks are added up, as assembly/aggregate/blocks.ts numbers it. */
export const JOIN = /* @__PURE__ */ Object.freeze({
  words: 0,
  sumInt: 1,
  sumWide: 2,
  exact: 3,
  moments2: 4,
  moments4: 5,
  minF64: 6,
  maxF64: 7,
  minI64: 8,
  maxI64: 9,
  first: 10,
  last: 11,
  pairs: 12,
  productF64: 13,
  productI64: 14,
  sumMoments: 15,
});

/** A state for windows that are kept by blocks. */
export interface BlockState {
  readonly address: number;
  readonly stride: number;
  readonly initial: 0 | 255;
  /** One of `JOIN`. */
  readonly join: number;
}

export interface Layout {
  /** What states are of, for checkpoints: `sum f64`. */
  readonly name: string;
  /** Bytes of one group's state, a multiple of 4. */
  readonly stride: number;
  /** Every byte of an initial state. */
  readonly initial: 0 | 255;
  /** What the kernels read, for each argument. */
  readonly forms: readonly Form[];
  /** One of `JOIN`; absent where windows are not kept by blocks of it. */
  readonly join?: number;
}

/** Rows as kernels take them; the arguments' values and validity bits, 0 where there is none. */
export interface Part {
  /** Address of group 0. */
  states: number;
  length: number;
  ids: number;
  mask: number;
  values: number;
  validity: number;
  values2: number;
  validity2: number;
}

/**
 * States as one array of structs in linear memory, indexed by group id. The struct before group 0 takes what belongs to no group, so that
 * kernels need no branch for it:
 *
 * ```
 * block ─ … │ spare │ group 0 │ group 1 │ …
 *                   └ states, 64-byte aligned
 * ```
 */
export abstract class FlatAccumulator implements Accumulator {
  readonly sideBySide: boolean = true;
  readonly reduction: Reduction | null = null;
  protected readonly memory: Memory;
  protected readonly room: AggregateRoom;
  protected readonly types: readonly DataType[];
  protected readonly evicting: boolean;
  protected groups = 0;
  /** Address of group 0. */
  protected states = 0;
  readonly #owner: string;
  readonly #layout: Layout;
  readonly #lead: number;
  readonly #casts: readonly boolean[];
  readonly #part: Part = { states: 0, length: 0, ids: 0, mask: 0, values: 0, validity: 0, values2: 0, validity2: 0 };
  #capacity = 0;
  #work = 0;
  #one = 0;

  constructor(options: AccumulatorOptions, layout: Layout) {
    this.memory = options.memory;
    this.room = aggregateRoom(options.memory);
    this.types = options.types;
    this.evicting = options.evicting;
    this.#owner = options.owner;
    this.#layout = layout;
    this.#lead = (layout.stride + 63) & ~63;
    this.#casts = layout.forms.map((form, i) => form !== 'own' && castNeeded(options.types[i]!, form));
    this.reserve(1);
  }

  /** Hands rows to a kernel; `old` when they leave. */
  protected abstract feed(part: Part, old: boolean): void;

  /** Adds states with a kernel; `map` 0: each to its own. */
  protected abstract join(states: number, from: number, map: number, groups: number): void;

  abstract result(name: string, parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector;

  /** The state of group 0. */
  get blockState(): BlockState {
    const { stride, initial, join } = this.#layout;
    return { address: this.states, stride, initial, join: join! };
  }

  add(state: number): void {
    this.join(this.states, state, 0, 1);
  }

  reserve(groups: number): void {
    if (groups <= this.groups) return;
    const { stride, initial } = this.#layout;
    if (groups > this.#capacity) {
      const bytes = this.#lead + Math.max(groups, 2 * this.#capacity) * stride;
      const block = this.states === 0 ? 0 : this.states - this.#lead;
      const moved = this.memory.reallocate(block, this.#lead + this.groups * stride, bytes, this.#owner);
      if (block === 0) this.memory.bulk.fill(moved, initial, this.#lead);
      this.states = moved + this.#lead;
      this.#capacity = Math.floor((this.memory.sizeOf(moved) - this.#lead) / stride);
    }
    this.memory.bulk.fill(this.states + this.groups * stride, initial, (groups - this.groups) * stride);
    this.groups = groups;
  }

  onNew(rows: Rows): void {
    this.#rows(rows, false);
  }

  /** @throws StateError unless made for rows that leave */
  onOld(rows: Rows): void {
    if (!this.evicting) {
      throw new StateError(`${this.#layout.name}: rows leave a state made without { evicting: true }; make it so`);
    }
    this.#rows(rows, true);
  }

  merge(from: this, map: number, groups: number, ids = 0): void {
    if (ids !== 0 && groups === 1) {
      this.join(this.states, from.states + this.memory.u32[ids / 4]! * this.#layout.stride, map, 1);
    } else if (ids !== 0) this.#mergeSome(from, map, groups, ids);
    else if (groups > 0) this.join(this.states, from.states, map, groups);
  }

  forget(ids: number, count: number): void {
    this.room.reset(this.states, this.#layout.stride, this.#layout.initial, ids, count);
  }

  clear(): void {
    this.memory.bulk.fill(this.states, this.#layout.initial, this.groups * this.#layout.stride);
  }

  snapshot(): Uint8Array {
    const name = new TextEncoder().encode(this.#layout.name.padEnd(24).slice(0, 24));
    const bytes = this.groups * this.#layout.stride;
    const saved = new Uint8Array(name.length + bytes);
    saved.set(name);
    saved.set(this.memory.u8.subarray(this.states, this.states + bytes), name.length);
    return saved;
  }

  /** @throws StateError when the bytes are of another kind of state */
  restore(bytes: Uint8Array): void {
    const { name, stride } = this.#layout;
    const found = new TextDecoder().decode(bytes.slice(0, 24)).trimEnd();
    const groups = (bytes.length - 24) / stride;
    if (found !== name.slice(0, 24).trimEnd() || !Number.isInteger(groups)) throw new StateError(misfit(name));
    this.clear();
    this.groups = 0;
    this.reserve(Math.max(1, groups));
    this.memory.write(bytes.subarray(24), this.states);
  }

  get stateBytes(): number {
    const blocks = [this.states - this.#lead, this.#work, this.#one];
    return blocks.reduce((sum, block) => sum + this.memory.sizeOf(block), 0);
  }

  dispose(): void {
    if (this.states !== 0) this.memory.free(this.states - this.#lead);
    this.memory.free(this.#work);
    this.memory.free(this.#one);
    this.states = this.#work = this.#one = this.groups = this.#capacity = 0;
  }

  /** An answer of `count` values at `values`, with its validity bits if there are nulls. */
  protected answer(type: DataType, values: number, bits: number, nulls: number): ChunkVector {
    return chunkVector(type, values, nulls > 0 ? bits : 0);
  }

  /** An answer whose `count` values lie at `wide` as i64 or f64, in the narrower type. */
  protected narrowed(type: DataType, wide: 'i64' | 'f64', values: number, count: number, scratch: Scratch): number {
    const code = codeOf(type);
    if (code === 7 || code === 8 || code === 10) return values;
    const target = scratch.take(Math.max(1, count * (widthOf(type) || 1)));
    if (wide === 'i64') this.room.narrow(code === 9 ? 5 : code, values, count, target);
    else this.room.narrowF64(code, values, count, target);
    return target;
  }

  #rows(rows: Rows, old: boolean): void {
    const { only } = rows;
    if (only === undefined) this.#feed(rows, this.states, rows.groupIds, old);
    else this.#feedOne(rows, only, old);
  }

  /** All rows are in one group: its state works as group 0 of a block of its own, with a spare struct before it. */
  #feedOne(rows: Rows, group: number, old: boolean): void {
    const { stride, initial } = this.#layout;
    const { bulk } = this.memory;
    if (this.#one === 0) {
      this.#one = this.memory.allocate(this.#lead + stride, this.#owner);
      bulk.fill(this.#one, initial, this.#lead);
    }
    const one = this.#one + this.#lead;
    bulk.copy(one, this.states + group * stride, stride);
    this.#feed(rows, one, 0, old);
    bulk.copy(this.states + group * stride, one, stride);
  }

  #feed(rows: Rows, states: number, ids: number, old: boolean): void {
    const part = this.#part;
    const [one, two] = rows.vectors;
    part.states = states;
    part.length = rows.length;
    part.ids = ids;
    part.mask = rows.mask;
    part.values = one === undefined ? 0 : one.values;
    part.validity = one === undefined ? 0 : one.validity;
    part.values2 = two === undefined ? 0 : two.values;
    part.validity2 = two === undefined ? 0 : two.validity;
    if (this.#casts[0] || this.#casts[1]) this.#tiles(part, old);
    else this.feed(part, old);
  }

  /** Brings the states of these groups together, some at a time. */
  #mergeSome(from: this, map: number, groups: number, ids: number): void {
    const { stride } = this.#layout;
    const work = this.#workFor(stride);
    const most = Math.floor(this.memory.sizeOf(work) / stride);
    for (let start = 0; start < groups; start += most) {
      const count = Math.min(most, groups - start);
      this.room.gatherStates(from.states, stride, ids + start * 4, count, work);
      this.join(this.states, work, map + start * 4, count);
    }
  }

  /** Space for a tile of cast values, or for `bytes`. */
  #workFor(bytes: number): number {
    this.#work = this.memory.reallocate(this.#work, 0, Math.max(2 * 8 * tileRows, bytes), this.#owner);
    return this.#work;
  }

  /** Casts some rows at a time, then feeds them. */
  #tiles(part: Part, old: boolean): void {
    this.#workFor(0);
    const whole = { ...part };
    for (let start = 0; start < whole.length; start += tileRows) {
      const bits = (address: number): number => (address === 0 ? 0 : address + start / 8);
      part.length = Math.min(tileRows, whole.length - start);
      part.ids = whole.ids === 0 ? 0 : whole.ids + 4 * start;
      part.mask = bits(whole.mask);
      part.validity = bits(whole.validity);
      part.validity2 = bits(whole.validity2);
      part.values = this.#ready(0, whole.values, start, part.length);
      part.values2 = this.#ready(1, whole.values2, start, part.length);
      this.feed(part, old);
    }
  }

  #ready(argument: number, values: number, start: number, length: number): number {
    if (argument >= this.types.length) return 0;
    const type = this.types[argument]!;
    const from = type.kind === 'bool' ? values + start / 8 : values + start * widthOf(type);
    if (!this.#casts[argument]) return from;
    const target = this.#work + argument * 8 * tileRows;
    const code = codeOf(type);
    if (this.#layout.forms[argument] === 'f64') this.room.castF64(code, from, length, target);
    else this.room.castI64(code === 9 ? 6 : code, from, length, target);
    return target;
  }
}

function castNeeded(type: DataType, form: Form): boolean {
  const code = codeOf(type);
  return form === 'f64' ? code !== 10 : code !== 7 && code !== 8 && code !== 10;
}
