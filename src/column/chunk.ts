import type { Memory } from '../memory/memory.ts';
import type { DataType } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import type { Dictionary } from './dictionary.ts';
import type { Vector } from './vector.ts';

/**
 * One column in linear memory, in Arrow's layout. Buffers begin at a multiple of 64, those of Arrow messages of 8, and those of
 * slices of their values' size; 0 means "there is no such buffer".
 *
 * ```
 * validity   bits, 1 = present; 0 when every row is present. Bits beyond `length` are undefined
 * values     fixed width: values; bool: bits; utf8, binary: bytes; dictionary: int32 codes
 * offsets    utf8, binary: length + 1 int32, the first may be above 0
 * ```
 */
export interface ChunkVector {
  type: DataType;
  validity: number;
  values: number;
  offsets: number;
  dictionary: Dictionary | null;
  /** For a column that is the same in batch after batch: its copy on the JavaScript heap, which is made once. */
  heap?: HeapCopy | null;
}

/** Where the copy of a lasting column is kept; null before somebody asks for it. */
export interface HeapCopy {
  vector: Vector | null;
}

/**
 * A record batch in linear memory.
 *
 * Whoever makes a chunk owns its buffers and says how long they last. Chunks that decoders and executors hand out are valid
 * only until the call returns (or the next chunk is asked for); copy to a `Batch` to keep one.
 */
export interface Chunk {
  readonly memory: Memory;
  readonly schema: Schema;
  readonly length: number;
  readonly vectors: readonly ChunkVector[];
}

export const chunkVector = (
  type: DataType,
  values: number,
  validity = 0,
  offsets = 0,
  dictionary: Dictionary | null = null,
): ChunkVector => ({ type, validity, values, offsets, dictionary, heap: null });

/** Whether `value` is a chunk, and not a batch, rows or an Arrow table. */
export function isChunk(value: unknown): value is Chunk {
  return typeof value === 'object' && value !== null && 'vectors' in value && 'memory' in value;
}
