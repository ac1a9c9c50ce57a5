import type { StreamSchema } from '../codec/river-schema.ts';

/** Where samples are read to or written from: a typed array for a stream of one number, else bytes. */
export type SampleBuffer =
  | Uint8Array
  | Float64Array
  | Float32Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | ArrayBuffer
  | DataView;

const arrays = /* @__PURE__ */ Object.freeze({
  DOUBLE: Float64Array,
  FLOAT: Float32Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
});

const arrayFor = (schema: StreamSchema) =>
  schema.fieldDefinitions.length === 1 ? arrays[schema.fieldDefinitions[0]!.type as keyof typeof arrays] : undefined;

/** A new buffer for `n` samples: the typed array of a single number's type, else bytes. */
export function bufferFor(schema: StreamSchema, n: number): SampleBuffer {
  const array = arrayFor(schema);
  return array ? new array(n) : new Uint8Array(n * schema.sampleSize);
}

/**
 * The bytes of a buffer; null when its elements are of another type than the stream's samples.
 */
export function bytesOf(buffer: SampleBuffer, schema: StreamSchema): Uint8Array | null {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  const plain = buffer instanceof Uint8Array || buffer instanceof DataView;
  const array = arrayFor(schema);
  if (!plain && !(array && buffer instanceof array)) return null;
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
