import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { takeVector } from '../column/take.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { isVariable, widthOf } from '../schema/data-type.ts';
import type { AggregateBlock } from './group-state.ts';

/** Makes smaller blocks out of a block: a run of its rows, or chosen rows. Results live in scratch. */
export class BlockRows {
  readonly #memory: Memory;
  readonly #scratch: Scratch;

  constructor(memory: Memory, scratch: Scratch) {
    this.#memory = memory;
    this.#scratch = scratch;
  }

  /** Rows [from, from + length): addresses move, only bits that don't start on a byte are copied. */
  slice(block: AggregateBlock, from: number, length: number): AggregateBlock {
    if (from === 0 && length === block.length) return block;
    const slice = (vector: ChunkVector): ChunkVector => this.sliceVector(vector, from, length);
    return mapBlock(block, length, slice, from);
  }

  /** The `length` rows whose numbers (u32) are at `selection`. */
  take(block: AggregateBlock, selection: number, length: number): AggregateBlock {
    const take = (vector: ChunkVector): ChunkVector =>
      takeVector(this.#memory, this.#scratch, vector, selection, length);
    return mapBlock(block, length, take, 0);
  }

  sliceVector(vector: ChunkVector, from: number, length: number): ChunkVector {
    const { type, values, validity, offsets, dictionary } = vector;
    const width = widthOf(type);
    const moved = isVariable(type) ? values : width > 0 ? values + from * width : this.#bits(values, from, length);
    return chunkVector(
      type,
      moved,
      validity === 0 ? 0 : this.#bits(validity, from, length),
      offsets === 0 ? 0 : offsets + from * 4,
      dictionary,
    );
  }

  takeVector(vector: ChunkVector, selection: number, length: number): ChunkVector {
    return takeVector(this.#memory, this.#scratch, vector, selection, length);
  }

  #bits(address: number, from: number, length: number): number {
    if ((from & 7) === 0) return address + (from >> 3);
    const copy = this.#scratch.take((length >> 3) + 9);
    this.#memory.bulk.copyBits(copy, 0, address, from, length);
    return copy;
  }
}

function mapBlock(
  block: AggregateBlock,
  length: number,
  map: (vector: ChunkVector) => ChunkVector,
  from: number,
): AggregateBlock {
  return {
    length,
    keys: block.keys.map(map),
    args: block.args.map(vectors => vectors.map(map)),
    times: block.times === 0 ? 0 : block.times + from * 8,
    timesValidity: 0,
    mask: 0,
  };
}
