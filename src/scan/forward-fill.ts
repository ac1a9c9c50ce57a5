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
import type { Scan, ScanKind, ScanOptions } from './scan.ts';

const stateBytes = 64;

/** Values of fixed width: a kernel remembers the last one. */
class FixedFill implements Scan {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #state: number;

  constructor({ memory, scratch, owner }: ScanOptions) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#state = memory.allocateZeroed(stateBytes, owner);
  }

  rows([vector]: readonly ChunkVector[], length: number): readonly ChunkVector[] {
    const { type, values, validity } = vector!;
    const width = widthOf(type) as 1 | 2 | 4 | 8;
    const out = this.#scratch.take(length * width);
    const bits = this.#scratch.take((length + 7) >> 3);
    const room = scanRoom(this.#memory);
    const kernel = { 8: room.fill64, 4: room.fill32, 2: room.fill16, 1: room.fill8 }[width];
    kernel(values, validity, length, this.#state, out, bits);
    return [chunkVector(type, out, bits)];
  }

  reset(): void {
    this.#memory.bulk.fill(this.#state, 0, stateBytes);
  }

  snapshot(): Uint8Array {
    return this.#memory.u8.slice(this.#state, this.#state + stateBytes);
  }

  restore(bytes: Uint8Array): void {
    this.#memory.u8.set(bytes, this.#state);
  }

  dispose(): void {
    this.#memory.free(this.#state);
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
  create: options => (isFixed(options.types[0]!) ? new FixedFill(options) : new TakenFill(options)),
};

const isFixed = (type: DataType): boolean => widthOf(type) > 0 && type.kind !== 'dictionary';
