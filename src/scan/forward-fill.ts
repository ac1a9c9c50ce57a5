import { Cells } from '../aggregate/cells.ts';
import { OrderKeys, tileRows } from '../aggregate/order-keys.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { ChunkBuilder } from '../column/chunk-builder.ts';
import { takeVector } from '../column/take.ts';
import { scanRoom } from '../kernel/scan.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, widthOf } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import { BlockRows } from '../window/block-rows.ts';
import { loadRows, type SavedRows, saveRows } from '../window/saved-rows.ts';
import { CarriedScan } from './_carried.ts';
import type { RowGroups, Scan, ScanKind, ScanOptions } from './scan.ts';

/** Values of fixed width: a kernel remembers the last one. */
class FixedFill extends CarriedScan {
  constructor(options: ScanOptions) {
    super(options, 16);
  }

  protected carry([vector]: readonly ChunkVector[], length: number, ids: number, states: number): ChunkVector {
    const { type, values, validity } = vector!;
    const width = widthOf(type) as 1 | 2 | 4 | 8;
    const out = this.scratch.take(length * width);
    const bits = this.scratch.take((length + 7) >> 3);
    const room = scanRoom(this.memory);
    const kernel = { 8: room.fill64, 4: room.fill32, 2: room.fill16, 1: room.fill8 }[width];
    kernel(values, validity, ids, length, states, out, bits);
    return chunkVector(type, out, bits);
  }
}

/** Bits and text by group: the last value of each as a key. */
class KeyFill implements Scan {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #keys: OrderKeys;
  readonly #states: Cells;

  constructor({ memory, scratch, owner, types }: ScanOptions) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#keys = new OrderKeys(memory, owner, types[0]!);
    this.#states = new Cells(memory, owner, 16);
    this.#states.grow(1);
  }

  rows([vector]: readonly ChunkVector[], length: number, _times: number, groups: RowGroups | null): ChunkVector[] {
    const states = this.#states.grow(groups?.count ?? 1);
    const ids = groups?.ids ?? 0;
    const [out, bits] = [this.#scratch.take(length * 8 + 8), this.#scratch.take(((length + 7) >> 3) + 8)];
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const { keys, present } = this.#keys.read(vector!, start, rows);
      const own = ids === 0 ? 0 : ids + start * 4;
      scanRoom(this.#memory).fill64(keys, present, own, rows, states, out + start * 8, bits + start / 8);
    }
    const filled = this.#keys.vector(out, bits, length, this.#scratch);
    this.#renew();
    return [filled];
  }

  reset(): void {
    this.#states.clear();
    this.#keys.clear();
  }

  snapshot(): { readonly states: Uint8Array; readonly keys: Uint8Array } {
    return { states: this.#states.save(), keys: this.#keys.snapshot() };
  }

  restore({ states, keys }: { readonly states: Uint8Array; readonly keys: Uint8Array }): void {
    this.#states.load(states);
    this.#keys.restore(keys);
  }

  dispose(): void {
    this.#states.free();
    this.#keys.dispose();
  }

  /** Lets go of texts that no group has any more, once they are the greater part. */
  #renew(): void {
    const { count, address } = this.#states;
    if (!this.#keys.isStale(count)) return;
    const { u32 } = this.#memory;
    // of each state the key in two words, and whether there is one
    const held = Array.from({ length: count }, (_, id) => address / 4 + id * 4).filter(at => u32[at + 2] === 1);
    const codes = this.#scratch.take(held.length * 4 + 4);
    for (const [i, at] of held.entries()) u32[codes / 4 + i] = u32[at]!;
    this.#keys.renew(codes, held.length, this.#scratch);
    for (const [i, at] of held.entries()) this.#memory.u32[at] = this.#memory.u32[codes / 4 + i]!;
  }
}

/** Bits, and text with or without a dictionary, which may be another later: rows are taken from [the last value, the block]. */
class TakenFill implements Scan {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #builder: ChunkBuilder;
  readonly #last: ChunkBuilder;
  readonly #blocks: BlockRows;
  #carried: ChunkVector | null = null;

  constructor({ memory, scratch, owner, types }: ScanOptions) {
    const schema = new Schema([field('value', types[0] as DataType)]);
    this.#memory = memory;
    this.#scratch = scratch;
    this.#builder = new ChunkBuilder(memory, schema, owner, true);
    this.#last = new ChunkBuilder(memory, schema, owner, true);
    this.#blocks = new BlockRows(memory, scratch);
  }

  rows([vector]: readonly ChunkVector[], length: number): readonly ChunkVector[] {
    if (vector!.validity === 0) {
      this.#carry(vector!, length - 1, length);
      return [vector!];
    }
    const first = this.#carried ? 1 : 0;
    if (this.#carried) this.#builder.append([this.#carried], 1);
    this.#builder.append([vector!], length);
    const all = this.#builder.finish().vectors[0]!;
    const rows = this.#scratch.take(length * 4);
    const { u8, u32 } = this.#memory;
    let last = -1;
    for (let row = 0; row < length; row++) {
      if ((u8[vector!.validity + (row >> 3)]! >> (row & 7)) & 1) last = row;
      // before the first value: the row itself, which is null
      u32[rows / 4 + row] = last >= 0 ? last + first : first === 1 ? 0 : row;
    }
    const filled = takeVector(this.#memory, this.#scratch, all, rows, length);
    if (last >= 0) this.#carry(vector!, last, length);
    return [filled];
  }

  reset(): void {
    this.#carried = null;
  }

  snapshot(): SavedRows | null {
    return this.#carried && saveRows(this.#memory, [this.#carried], 1);
  }

  restore(saved: SavedRows): void {
    this.#carry(loadRows(this.#memory, this.#scratch, saved, [this.#builder.schema.fields[0]!.type])[0]!, 0, 1);
  }

  dispose(): void {
    this.#builder.dispose();
    this.#last.dispose();
  }

  #carry(vector: ChunkVector, row: number, length: number): void {
    if (length === 0) return;
    this.#last.append([this.#blocks.sliceVector(vector, row, 1)], 1);
    this.#carried = this.#last.finish().vectors[0]!;
  }
}

/** Nulls take the last present value, also from earlier batches. */
export const ffill: ScanKind = {
  name: 'ffill',
  arity: [1, 1],
  parameters: {},
  inputs: types => types,
  result: ([type]) => type!,
  keyed: true,
  create: options =>
    isFixed(options.types[0]!) ? new FixedFill(options) : options.keyed ? new KeyFill(options) : new TakenFill(options),
};

const isFixed = (type: DataType): boolean => widthOf(type) > 0 && type.kind !== 'dictionary';
