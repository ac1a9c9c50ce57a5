import { codeOf } from '../aggregate/_flat.ts';
import { joined, parted } from '../aggregate/_saved.ts';
import { Cells } from '../aggregate/cells.ts';
import { OrderKeys, tileRows } from '../aggregate/order-keys.ts';
import { tapeKernel } from '../aggregate/rolling-column.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { aggregateRoom } from '../kernel/aggregate.ts';
import { rollingRoom } from '../kernel/rolling.ts';
import { windowRoom } from '../kernel/window.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, f64, i32, isNumeric, widthOf } from '../schema/data-type.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { RowPool } from './row-pool.ts';

export interface SlotColumnOptions {
  readonly memory: Memory;
  /** For `memoryStats()` and errors. */
  readonly owner: string;
  /** Type of the argument, and its place among the arguments. */
  readonly type: DataType;
  readonly arg: number;
}

/** An argument's values of all rows that are held, by slot: 8 bytes each, and a byte that says whether there is one. */
abstract class SlotColumn implements Follower {
  readonly type: DataType;
  protected readonly memory: Memory;
  protected readonly arg: number;
  readonly #values: Cells;
  readonly #have: Cells;

  constructor({ memory, owner, type, arg }: SlotColumnOptions) {
    this.memory = memory;
    this.type = type;
    this.arg = arg;
    this.#values = new Cells(memory, owner, 8);
    this.#have = new Cells(memory, owner, 1);
  }

  /** Address of the values. */
  get values(): number {
    return this.#values.address;
  }

  /** Address of the bytes, 1 = there is a value. */
  get have(): number {
    return this.#have.address;
  }

  get stateBytes(): number {
    return this.#values.bytes + this.#have.bytes;
  }

  follow(block: RollingBlock): void {
    this.#values.grow(block.pool.slots);
    this.#have.grow(block.pool.slots);
    this.place(block.args[this.arg]!, block.pool, block.scratch);
  }

  clear(): void {}

  snapshot(): Uint8Array {
    return joined([this.#values.save(), this.#have.save()]);
  }

  restore(bytes: Uint8Array): void {
    const [values, have] = parted(bytes, 2, 'rolling') as [Uint8Array, Uint8Array];
    this.#values.load(values);
    this.#have.load(have);
  }

  dispose(): void {
    this.#values.free();
    this.#have.free();
  }

  /** Puts the block's values where its rows lie. */
  protected abstract place(vector: ChunkVector, pool: RowPool, scratch: Scratch): void;

  /** The 8-byte values at `count` slots (u32; all ones: none), and their presence bits (0: all are there). */
  protected taken(slots: number, count: number, scratch: Scratch): { values: number; validity: number } {
    const [values, bits] = [scratch.take(count * 8 + 8), scratch.take(((count + 7) >> 3) + 8)];
    const found = rollingRoom(this.memory).takeSlots(slots, count, this.values, this.have, values, bits);
    return { values, validity: found === count ? 0 : bits };
  }
}

/** Numbers and bool as f64; what is null or NaN is no value. */
export class NumberColumn extends SlotColumn {
  protected place(vector: ChunkVector, pool: RowPool, scratch: Scratch): void {
    const { length, steps } = pool;
    let { values } = vector;
    if (this.type.kind !== 'float64' || vector.validity !== 0) {
      values = scratch.take(length * 8 + 8);
      const have = scratch.take(length + 8);
      tapeKernel(windowRoom(this.memory), this.type)(vector.values, vector.validity, length, Number.NaN, values, have);
    }
    rollingRoom(this.memory).placeNumbers(steps, length, values, this.values, this.have);
  }
}

/** Values of any type as i64 keys in their order, text as codes; what is null or NaN is no value. */
export class KeyColumn extends SlotColumn {
  readonly keys: OrderKeys;

  constructor(options: SlotColumnOptions) {
    super(options);
    this.keys = new OrderKeys(options.memory, options.owner, options.type);
  }

  override get stateBytes(): number {
    return super.stateBytes + this.keys.stateBytes;
  }

  /** Values at `count` slots (u32; all ones: none): numbers and bool as f64, others in the column's type. */
  take(slots: number, count: number, scratch: Scratch): ChunkVector {
    const { values, validity } = this.taken(slots, count, scratch);
    return this.shown(values, validity, count, scratch);
  }

  /** The values of keys: numbers and bool as f64, others in the column's type. */
  shown(keys: number, validity: number, count: number, scratch: Scratch): ChunkVector {
    const vector = this.keys.vector(keys, validity, count, scratch);
    const { type } = this;
    if (type.kind === 'float64' || !(isNumeric(type) || type.kind === 'bool')) return vector;
    const out = scratch.take(count * 8 + 8);
    aggregateRoom(this.memory).castF64(codeOf(type), vector.values, count, out);
    return chunkVector(f64(), out, validity);
  }

  /** Lets go of the texts of rows that left, once they are the greater part. Returns the address of the new code of each old one, or 0. */
  renew(pool: RowPool, scratch: Scratch): number {
    const { keys, memory } = this;
    if (!keys.isStale(pool.rows)) return 0;
    const room = rollingRoom(memory);
    const [slots, count] = [pool.held(scratch), pool.rows];
    const before = keys.dictionary.count;
    const map = scratch.takeZeroed(before * 4 + 4);
    room.markCodes(slots, count, this.values, this.have, map);
    const codes = scratch.take(before * 4 + 4);
    const kept: number[] = [];
    for (let code = 0; code < before; code++) if (memory.u32[map / 4 + code] === 1) kept.push(code);
    memory.u32.set(kept, codes / 4);
    keys.renew(codes, kept.length, scratch);
    for (const [at, code] of kept.entries()) memory.u32[map / 4 + code] = memory.u32[codes / 4 + at]!;
    room.recodeSlots(slots, count, map, this.values, this.have);
    return map;
  }

  override clear(): void {
    this.keys.clear();
  }

  override snapshot(): Uint8Array {
    return joined([super.snapshot(), this.keys.snapshot()]);
  }

  override restore(bytes: Uint8Array): void {
    const [slots, keys] = parted(bytes, 2, 'rolling') as [Uint8Array, Uint8Array];
    super.restore(slots);
    this.keys.restore(keys);
  }

  override dispose(): void {
    super.dispose();
    this.keys.dispose();
  }

  protected place(vector: ChunkVector, { length, steps }: RowPool): void {
    const room = rollingRoom(this.memory);
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const { keys, present } = this.keys.read(vector, start, rows);
      room.placeKeys(steps, start, start + rows, keys, present, this.values, this.have);
    }
  }
}

/** Values of fixed width as raw bits, NaN among them; only null is no value. */
export class RawColumn extends SlotColumn {
  /** Values at `count` slots (u32; all ones: none), in the column's type. */
  take(slots: number, count: number, scratch: Scratch): ChunkVector {
    const { type, memory } = this;
    const { values, validity } = this.taken(slots, count, scratch);
    if (widthOf(type) === 8) return chunkVector(type, values, validity);
    const out = scratch.take(count * (widthOf(type) || 1) + 8);
    // an f32 is four bytes as they are
    aggregateRoom(memory).narrow(codeOf(type.kind === 'float32' ? i32() : type), values, count, out);
    return chunkVector(type, out, validity);
  }

  protected place(vector: ChunkVector, { length, steps }: RowPool, scratch: Scratch): void {
    let { values } = vector;
    if (widthOf(this.type) !== 8) {
      values = scratch.take(length * 8 + 8);
      aggregateRoom(this.memory).castI64(codeOf(this.type), vector.values, length, values);
    }
    rollingRoom(this.memory).placeKeys(steps, 0, length, values, vector.validity, this.values, this.have);
  }
}
