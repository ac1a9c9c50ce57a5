import type { ChunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { DataType } from '../schema/data-type.ts';

/** The distinct values of one key column, numbered in order of first appearance. */
export interface KeyColumn {
  readonly type: DataType;
  readonly size: number;
  readonly bytes: number;
  /** Ids (u32) of `length` rows at `target`; rows outside `mask` get `noGroup`, as do nulls unless they are kept. */
  ids(vector: ChunkVector, length: number, mask: number, target: number): void;
  /** As `ids`, but values that were never met get `noGroup`, and none is added. */
  lookup(vector: ChunkVector, length: number, mask: number, target: number): void;
  /** The values with these ids (u32; 0: all). */
  gather(ids: number, count: number, scratch: Scratch, plainText?: boolean): ChunkVector;
  /** The id of a JavaScript value, or `noGroup`. */
  find(value: unknown): number;
  /** A u64 for each of `count` ids (u32; 0: all) that ascends as the values do, null last; in `scratch`. */
  sortKeys(ids: number, count: number, scratch: Scratch): number;
  /** Address in `scratch` of all ids (u32) in ascending order of their values, null last, where that is quickly told; else 0. */
  sorted(scratch: Scratch): number;
  clear(): void;
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
  dispose(): void;
}

/** What a key column needs to know. */
export interface KeyColumnOptions {
  readonly owner: string;
  readonly type: DataType;
  /** Null is a key of its own. */
  readonly keepNull: boolean;
}
