import { columnRoom } from '../kernel/column.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { type DataType, isVariable, type Kind } from '../schema/data-type.ts';
import { copyOut } from './_copy.ts';
import { Batch } from './batch.ts';
import type { Chunk, ChunkVector } from './chunk.ts';
import { takeVector } from './take.ts';
import { type Values, Vector } from './vector.ts';

/** Which rows to copy. */
export interface ExportOptions {
  /** Address of u32 row numbers; 0 or absent: the first rows. */
  readonly selection?: number;
  /** How many rows; default: all of the chunk. */
  readonly count?: number;
}

const scratches = /* @__PURE__ */ new WeakMap<Memory, Scratch>();

/** Copies rows of a chunk to the JavaScript heap. @throws DataError when a text column would have 2 GiB or more */
export function exportChunk(chunk: Chunk, { selection = 0, count = chunk.length }: ExportOptions = {}): Batch {
  const { memory, schema } = chunk;
  const vectors = chunk.vectors.map(vector => exportVector(vector, memory, count, selection));
  return new Batch(schema, vectors, count);
}

/** Copies `count` cells of a column (those at `selection`, or the first) to the JavaScript heap. */
export function exportVector(vector: ChunkVector, memory: Memory, count: number, selection = 0): Vector {
  if (selection === 0 || count === 0) return copyVector(vector, memory, count);
  let scratch = scratches.get(memory);
  if (!scratch) scratches.set(memory, (scratch = new Scratch(memory, 'export')));
  const result = copyVector(takeVector(memory, scratch, vector, selection, count), memory, count);
  scratch.reset();
  return result;
}

function copyVector(
  { type, validity, values, offsets, dictionary }: ChunkVector,
  memory: Memory,
  count: number,
): Vector {
  const someNull = validity !== 0 && count > 0 && columnRoom(memory).countBits(validity, count) < count;
  const present = someNull ? copyOut(memory.u8, validity, (count + 7) >> 3) : null;
  if (isVariable(type)) {
    if (count === 0) return new Vector(type, 0, { values: new Uint8Array(0), offsets: new Int32Array(1) });
    const from = memory.u32[offsets >>> 2]!;
    const bytes = memory.u32[(offsets >>> 2) + count]! - from;
    const rebased = copyOut(memory.i32, offsets, count + 1);
    if (from !== 0) for (let i = 0; i <= count; i++) rebased[i]! -= from;
    return new Vector(type, count, {
      validity: present,
      values: copyOut(memory.u8, values + from, bytes),
      offsets: rebased,
    });
  }
  if (type.kind === 'bool') {
    return new Vector(type, count, { validity: present, values: copyOut(memory.u8, values, (count + 7) >> 3) });
  }
  return new Vector(type, count, {
    validity: present,
    values: copyOut(viewOf(type, memory), values, count),
    dictionary: dictionary?.toVector() ?? null,
  });
}

/** Name of a view of linear memory. */
export type View = { readonly [K in keyof Memory]: Memory[K] extends Values ? K : never }[keyof Memory];

/** The view whose elements are values of each kind of type. */
export const VIEW: Readonly<Record<Kind, View>> = /* @__PURE__ */ Object.freeze({
  bool: 'u8',
  int8: 'i8',
  int16: 'i16',
  int32: 'i32',
  int64: 'i64',
  uint8: 'u8',
  uint16: 'u16',
  uint32: 'u32',
  uint64: 'u64',
  float32: 'f32',
  float64: 'f64',
  utf8: 'u8',
  binary: 'u8',
  dictionary: 'i32',
  date32: 'i32',
  timestamp: 'i64',
});

/** The view of linear memory whose elements are values of `type`. */
export const viewOf = (type: DataType, memory: Memory): Values => memory[VIEW[type.kind]];
