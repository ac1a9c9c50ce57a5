import { Cells } from '../aggregate/cells.ts';
import type { ChunkVector } from '../column/chunk.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';
import type { RowGroups, Scan, ScanOptions } from './scan.ts';

/** What is carried on from row to row: a struct of some bytes for each group, which a kernel reads and writes. */
export abstract class CarriedScan implements Scan {
  protected readonly memory: Memory;
  protected readonly scratch: Scratch;
  protected readonly type: DataType;
  readonly #states: Cells;

  constructor({ memory, scratch, owner, types }: ScanOptions, bytes: number) {
    this.memory = memory;
    this.scratch = scratch;
    this.type = types[0]!;
    this.#states = new Cells(memory, owner, bytes);
    this.#states.grow(1);
  }

  rows(vectors: readonly ChunkVector[], length: number, _times: number, groups: RowGroups | null): ChunkVector[] {
    const states = this.#states.grow(groups?.count ?? 1);
    return [this.carry(vectors, length, groups?.ids ?? 0, states)];
  }

  reset(): void {
    this.#states.clear();
  }

  snapshot(): Uint8Array {
    return this.#states.save();
  }

  restore(bytes: Uint8Array): void {
    this.#states.load(bytes);
  }

  dispose(): void {
    this.#states.free();
  }

  /** The values of `length` rows; ids are u32, 0 when rows are not grouped. */
  protected abstract carry(vectors: readonly ChunkVector[], length: number, ids: number, states: number): ChunkVector;
}
