import { SchemaError } from '../errors.ts';
import { columnRoom } from '../kernel/column.ts';
import { largeBytes } from '../memory/copy-bytes.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { isVariable, widthOf } from '../schema/data-type.ts';
import type { Batch } from './batch.ts';
import { type Chunk, type ChunkVector, chunkVector } from './chunk.ts';
import type { View } from './export-chunk.ts';
import { dictionaryOf, GrowingDictionary } from './growing-dictionary.ts';
import type { Values, Vector } from './vector.ts';

/** Dictionaries by column name, shared by all batches of a stream. */
export type Dictionaries = Map<string, GrowingDictionary>;

/**
 * Copies a batch into linear memory.
 *
 * The chunk lives in `scratch`; dictionaries outlive it. Without `dictionaries` each heap dictionary has one of its own
 * (the same each time); with it, all batches imported with that map share one dictionary per column, whatever dictionaries they bring.
 *
 * @param names only these columns, in schema order; default all
 * @throws MemoryError when linear memory is used up
 */
export function importBatch(
  batch: Batch<any>,
  memory: Memory,
  scratch: Scratch,
  names?: readonly string[],
  dictionaries?: Dictionaries,
): Chunk {
  const wanted = names && new Set(names);
  const fields = wanted ? batch.schema.fields.filter(({ name }) => wanted.has(name)) : batch.schema.fields;
  const schema = fields.length === batch.schema.length ? batch.schema : batch.schema.select(fields.map(f => f.name));
  const vectors = fields.map(({ name }) =>
    importVector(batch.vectors[batch.schema.indexOf(name)]!, memory, scratch, name, dictionaries),
  );
  return { memory, schema, length: batch.length, vectors };
}

/** Copies one column into `scratch`. */
export function importVector(
  vector: Vector<any>,
  memory: Memory,
  scratch: Scratch,
  name = '',
  dictionaries?: Dictionaries,
): ChunkVector {
  const { type, length } = vector;
  const validity = importValidity(vector, memory, scratch);
  if (type.kind === 'dictionary') return importCodes(vector, memory, scratch, validity, name, dictionaries);
  if (isVariable(type)) {
    const from = vector.offsets![0] ?? 0;
    const bytes = (vector.offsets![length] ?? from) - from;
    const values = importBytes(memory, scratch, vector.values, from, bytes);
    const starts = length === 0 ? new Int32Array(1) : vector.offsets!.subarray(0, length + 1);
    const offsets = copyIn(memory, scratch, 'i32', starts);
    if (from !== 0) columnRoom(memory).rebaseOffsets(offsets, offsets, length);
    return chunkVector(type, values, validity, offsets);
  }
  const bytes = type.kind === 'bool' ? (length + 7) >> 3 : length * widthOf(type);
  return chunkVector(type, importBytes(memory, scratch, vector.values, 0, bytes), validity);
}

function importBytes(memory: Memory, scratch: Scratch, values: Values, from: number, bytes: number): number {
  return copyIn(memory, scratch, 'u8', new Uint8Array(values.buffer, values.byteOffset + from, bytes));
}

/** So few numbers are copied one by one: a call costs more than they do. */
const few = 24;

/**
 * Copies `values` to `scratch` through a view of linear memory with elements like theirs, and gives their address. They lie as far behind a multiple of 8 as they
 * do now: other ways V8 copies shared memory byte by byte, 16 KB in 10.1 instead of 1.3 µs (Node 20).
 */
export function copyIn(memory: Memory, scratch: Scratch, through: View, values: Values): number {
  const skew = values.byteOffset & 7;
  const target = scratch.take(values.byteLength + skew) + skew;
  copyTo(memory, through, values, target);
  return target;
}

/** As `copyIn`, to the address `target`. */
export function copyTo(memory: Memory, through: View, values: Values, target: number): void {
  const { byteLength, length, BYTES_PER_ELEMENT: width } = values;
  if (byteLength >= largeBytes) {
    memory.write(new Uint8Array(values.buffer, values.byteOffset, byteLength), target);
    return;
  }
  const view: Values = memory[through];
  if (length > few || values instanceof BigInt64Array || values instanceof BigUint64Array) {
    view.set(values as never, target / width);
    return;
  }
  const numbers = values as Float64Array;
  for (let from = 0, to = target / width; from < length; from++, to++) view[to] = numbers[from]!;
}

/** The address of the validity bits, or 0 when no row is null. */
function importValidity({ validity, length }: Vector<any>, memory: Memory, scratch: Scratch): number {
  if (validity === null || length === 0) return 0;
  const target = importBytes(memory, scratch, validity, 0, (length + 7) >> 3);
  return columnRoom(memory).countBits(target, length) === length ? 0 : target;
}

function importCodes(
  vector: Vector<any>,
  memory: Memory,
  scratch: Scratch,
  validity: number,
  name: string,
  dictionaries?: Dictionaries,
): ChunkVector {
  const { length, type } = vector;
  const heap = vector.dictionary!;
  let dictionary = dictionaries?.get(name);
  if (!dictionary) {
    dictionary = dictionaries ? new GrowingDictionary(memory) : dictionaryOf(heap, memory);
    dictionaries?.set(name, dictionary);
  }
  const { map, nulls } = dictionary.add(heap);
  const codes = importBytes(memory, scratch, vector.values, 0, length * 4);
  const present = nulls ? presentBits(memory, scratch, validity, length) : validity;
  let mapAt = 0;
  if (map) {
    mapAt = scratch.take(map.length * 4);
    memory.u32.set(map, mapAt >>> 2);
  }
  const bad = columnRoom(memory).mapCodes(codes, validity, length, mapAt, heap.length, codes, present);
  if (bad >= 0) {
    throw new SchemaError(
      `import: row ${bad} of column "${name}" has a code outside its dictionary of ${heap.length}`,
      {
        column: name,
      },
    );
  }
  return chunkVector(type, codes, present, 0, dictionary);
}

/** Validity bits that may be cleared: those at `validity`, or all ones. */
export function presentBits(memory: Memory, scratch: Scratch, validity: number, length: number): number {
  if (validity !== 0) return validity;
  const bits = scratch.take((length + 7) >> 3);
  memory.bulk.fill(bits, 0xff, (length + 7) >> 3);
  return bits;
}
