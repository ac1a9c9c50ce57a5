import { columnRoom } from '../kernel/column.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { isVariable, widthOf } from '../schema/data-type.ts';
import type { Chunk, ChunkVector } from './chunk.ts';

/**
 * Rows [start, start + length) of a chunk, in its buffers. Only bits that do not begin with a byte move, to `scratch`; values are
 * aligned to their own size then, no longer to 64 bytes.
 */
export function sliceChunk(chunk: Chunk, start: number, length: number, scratch: Scratch): Chunk {
  if (start === 0 && length === chunk.length) return chunk;
  const { memory, schema } = chunk;
  return {
    memory,
    schema,
    length,
    vectors: chunk.vectors.map(one => sliceVector(one, start, length, memory, scratch)),
  };
}

/** As `sliceChunk`, of one column. */
export function sliceVector(
  { type, validity, values, offsets, dictionary }: ChunkVector,
  start: number,
  length: number,
  memory: Memory,
  scratch: Scratch,
): ChunkVector {
  const bits = (source: number): number => {
    if (start % 8 === 0) return source + start / 8;
    const target = scratch.take((length + 7) >> 3);
    columnRoom(memory).copyBits(source, start, target, length);
    return target;
  };
  const present = validity === 0 ? 0 : bits(validity);
  if (isVariable(type)) return { type, validity: present, values, offsets: offsets + start * 4, dictionary };
  const own = type.kind === 'bool' ? bits(values) : values + start * widthOf(type);
  return { type, validity: present, values: own, offsets: 0, dictionary };
}
