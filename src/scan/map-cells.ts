import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { exportVector } from '../column/export-chunk.ts';
import { importVector } from '../column/import-batch.ts';
import { vectorOf } from '../column/vector-of.ts';
import type { DataType } from '../schema/data-type.ts';
import type { Scan, ScanKind, ScanOptions } from './scan.ts';

/** What a user's function gives for a cell; null cells are passed to it as they are. */
export type CellFunction = (cell: any) => unknown;

/** A column of what `fn` makes of each cell, by itself. */
export function mapCells(fn: CellFunction, type: DataType): ScanKind {
  return {
    name: `map#${++made}`,
    arity: [1, 1],
    parameters: {},
    inputs: types => types,
    result: () => type,
    create: options => new MapCells(options, fn, type),
  };
}

/** Functions have no text that tells them apart. */
let made = 0;

class MapCells implements Scan {
  readonly #options: ScanOptions;
  readonly #fn: CellFunction;
  readonly #type: DataType;

  constructor(options: ScanOptions, fn: CellFunction, type: DataType) {
    this.#options = options;
    this.#fn = fn;
    this.#type = type;
  }

  rows([vector]: readonly ChunkVector[], length: number): readonly ChunkVector[] {
    const { memory, scratch } = this.#options;
    const cells = exportVector(vector!, memory, length).toArray();
    if (length === 0) return [chunkVector(this.#type, scratch.take(8), 0, scratch.takeZeroed(8))];
    const fn = this.#fn;
    const made = vectorOf(
      this.#type,
      cells.map(cell => fn(cell)),
    );
    return [importVector(made, memory, scratch)];
  }

  reset(): void {}
  dispose(): void {}
}
