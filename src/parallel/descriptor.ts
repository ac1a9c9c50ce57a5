import { Batch } from '../column/batch.ts';
import type { Chunk, ChunkVector } from '../column/chunk.ts';
import { isChunk } from '../column/chunk.ts';
import { type Values, Vector } from '../column/vector.ts';
import { OptionError, StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { type DataType, typeText } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';

type Fields = readonly { readonly name: string; readonly type: DataType; readonly nullable: boolean }[];

const fieldsOf = (schema: Schema): Fields =>
  schema.fields.map(({ name, type, nullable }) => ({ name, type, nullable }));

const schemaOf = (fields: Fields): Schema =>
  new Schema(fields.map(({ name, type, nullable }) => field(name, type, nullable)));

interface VectorDescriptor {
  readonly type: DataType;
  readonly validity: number;
  readonly values: number;
  readonly offsets: number;
  readonly dictionary: { readonly count: number; readonly offsets: number; readonly values: number } | null;
}

/** A chunk as it travels between threads: the memory, which they share, and addresses in it. No row is copied. */
export interface ChunkDescriptor {
  readonly millraceChunk: 1;
  readonly memory: WebAssembly.Memory;
  readonly fields: Fields;
  readonly length: number;
  readonly vectors: readonly VectorDescriptor[];
}

/** @throws OptionError when the chunk's memory is not shared */
function describeChunk(chunk: Chunk): ChunkDescriptor {
  if (!chunk.memory.shared) {
    throw new OptionError(
      'memory',
      'scatter: this chunk lies in memory that threads do not share; send a Batch, which is copied',
    );
  }
  return {
    millraceChunk: 1,
    memory: chunk.memory.wasm,
    fields: fieldsOf(chunk.schema),
    length: chunk.length,
    vectors: chunk.vectors.map(({ type, validity, values, offsets, dictionary }) => ({
      type,
      validity,
      values,
      offsets,
      dictionary: dictionary && { count: dictionary.count, offsets: dictionary.offsets, values: dictionary.values },
    })),
  };
}

/** The chunk of a descriptor, over the same memory. It can be read; there is nothing to allocate from. */
function chunkOf(descriptor: ChunkDescriptor): Chunk {
  const memory = memoryOver(descriptor.memory);
  const vectors = descriptor.vectors.map(
    ({ dictionary, ...rest }): ChunkVector => ({
      ...rest,
      dictionary: dictionary && {
        ...dictionary,
        memory,
        toVector: () => {
          throw new StateError(
            `toVector: not in a worker; read the dictionary's ${typeText(rest.type)} bytes at its addresses`,
          );
        },
      },
    }),
  );
  return { memory, schema: schemaOf(descriptor.fields), length: descriptor.length, vectors };
}

const isDescriptor = (value: unknown): value is ChunkDescriptor =>
  typeof value === 'object' && value !== null && (value as Partial<ChunkDescriptor>).millraceChunk === 1;

const opened = /* @__PURE__ */ new WeakMap<WebAssembly.Memory, Memory>();

/** The views of `Memory` over a memory that another thread allocates from. */
function memoryOver(wasm: WebAssembly.Memory): Memory {
  const known = opened.get(wasm);
  if (known && known.u8.length === wasm.buffer.byteLength) return known;
  const { buffer } = wasm;
  const refuse = (): never => {
    throw new StateError('allocate: only the thread that made this memory allocates from it');
  };
  const memory = {
    shared: true,
    wasm,
    rooms: known?.rooms ?? new Map<string, WebAssembly.Exports>(),
    u8: new Uint8Array(buffer),
    i8: new Int8Array(buffer),
    u16: new Uint16Array(buffer),
    i16: new Int16Array(buffer),
    u32: new Uint32Array(buffer),
    i32: new Int32Array(buffer),
    u64: new BigUint64Array(buffer),
    i64: new BigInt64Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    allocate: refuse,
    allocateZeroed: refuse,
    reallocate: refuse,
    free: refuse,
  } as unknown as Memory;
  opened.set(wasm, memory);
  return memory;
}

interface HeapVector {
  readonly type: DataType;
  readonly length: number;
  readonly validity: Uint8Array | null;
  readonly values: Values;
  readonly offsets: Int32Array | null;
  readonly dictionary: HeapVector | null;
}

/** A batch as it travels: its buffers, without its methods. They are copied, but for those in a `SharedArrayBuffer`. */
export interface BatchDescriptor {
  readonly millraceBatch: 1;
  readonly fields: Fields;
  readonly length: number;
  readonly vectors: readonly HeapVector[];
}

function describeBatch(batch: Batch): BatchDescriptor {
  return {
    millraceBatch: 1,
    fields: fieldsOf(batch.schema),
    length: batch.length,
    vectors: batch.vectors.map(describeVector),
  };
}

function describeVector({ type, length, validity, values, offsets, dictionary }: Vector): HeapVector {
  return {
    type,
    length,
    validity: validity && own(validity),
    values: own(values),
    offsets: offsets && own(offsets),
    dictionary: dictionary && describeVector(dictionary),
  };
}

// postMessage copies the whole buffer behind a view, or none of it where threads share it.
const own = <V extends Values>(view: V): V =>
  view.byteLength === view.buffer.byteLength || isShared(view.buffer) ? view : (view.slice() as V);

const isShared = (buffer: ArrayBufferLike): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;

const batchOf = ({ fields, length, vectors }: BatchDescriptor): Batch =>
  new Batch(schemaOf(fields), vectors.map(vectorOf), length);

const vectorOf = ({ type, length, dictionary, ...buffers }: HeapVector): Vector =>
  new Vector(type, length, { ...buffers, dictionary: dictionary && vectorOf(dictionary) });

const isBatch = (value: unknown): value is BatchDescriptor =>
  typeof value === 'object' && value !== null && (value as Partial<BatchDescriptor>).millraceBatch === 1;

/** A value ready to be sent: chunks and batches in it (also in arrays) as descriptors. */
export function packed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(packed);
  if (value instanceof Batch) return describeBatch(value);
  return isChunk(value) ? describeChunk(value) : value;
}

export function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked);
  if (isBatch(value)) return batchOf(value);
  return isDescriptor(value) ? chunkOf(value) : value;
}
