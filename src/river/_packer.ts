import type { PackedRows, RowEncoder } from '../codec/river-encoder.ts';
import { riverRows } from '../codec/river-rows.ts';
import type { StreamSchema } from '../codec/river-schema.ts';
import { Batch } from '../column/batch.ts';
import { type Chunk, isChunk } from '../column/chunk.ts';
import { isArrowRecordBatch, isArrowTable } from '../column/from-arrow.ts';
import { type BatchLike, toBatch } from '../column/to-batch.ts';
import { StreamWriterException } from '../errors.ts';
import type { Schema } from '../schema/schema.ts';
import { bytesOf, type SampleBuffer } from './_buffer.ts';
import type { WriteOptions } from './writer.ts';

/** What a writer takes: packed samples, values of a variable-width field, or rows. */
export type Samples = SampleBuffer | readonly Uint8Array[] | BatchLike | Chunk;

/** Packs what users write as the samples of a stream. */
export class SamplePacker {
  readonly #schema: StreamSchema;
  /** The types of row objects. */
  readonly #columns: Schema;
  #encoder: { readonly schema: Schema; readonly encoder: RowEncoder } | null = null;

  constructor(schema: StreamSchema, columns: Schema) {
    this.#schema = schema;
    this.#columns = columns;
  }

  /**
   * The samples in `data`, one behind the other.
   *
   * @throws StreamWriterException for buffers that do not hold as many samples
   * @throws SchemaError, DataError for rows that the stream can't hold
   */
  pack(data: Samples, { n, sizes }: Pick<WriteOptions, 'n' | 'sizes'>): PackedRows {
    const schema = this.#schema;
    const variable = schema.hasVariableWidthField;
    if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) {
      const bytes = bytesOf(data as SampleBuffer, schema);
      if (!bytes) {
        const types = schema.fieldDefinitions.map(({ type }) => type).join(', ');
        throw new StreamWriterException(
          `write: samples of ${types} can't be taken from a ${data.constructor.name}; use newBuffer()`,
        );
      }
      return variable ? this.#values(bytes, n, sizes) : this.#samples(bytes, n);
    }
    if (Array.isArray(data) && data.length > 0 && data.every(value => value instanceof Uint8Array)) {
      if (!variable) throw new StreamWriterException('write: a list of buffers is for a field of variable width');
      return this.#values(
        Buffer.concat(data),
        n,
        data.map(({ length }) => length),
      );
    }
    return this.#rows(data as BatchLike | Chunk);
  }

  #samples(bytes: Uint8Array, n: number | undefined): PackedRows {
    const { sampleSize } = this.#schema;
    const count = n ?? bytes.length / sampleSize;
    if (Number.isInteger(count) && count * sampleSize <= bytes.length) return { bytes, count, sizes: null };
    throw new StreamWriterException(
      `write: ${bytes.length} bytes are not ${n ?? 'whole'} samples of ${sampleSize} bytes`,
    );
  }

  #values(bytes: Uint8Array, n: number | undefined, sizes: ArrayLike<number> | undefined): PackedRows {
    if (!sizes) throw new StreamWriterException('write: samples of variable width need their sizes');
    const count = n ?? sizes.length;
    const { size } = this.#schema.fieldDefinitions[0]!;
    const lengths = Int32Array.from({ length: count }, (_, i) => sizes[i] ?? -1);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const bad = lengths.findIndex(length => length < 0 || length > size);
    if (bad >= 0)
      throw new StreamWriterException(`write: sample ${bad} has ${sizes[bad]} bytes, the field takes 0 to ${size}`);
    if (total > bytes.length)
      throw new StreamWriterException(`write: the sizes need ${total} bytes, there are ${bytes.length}`);
    return { bytes, count, sizes: lengths };
  }

  #rows(data: BatchLike | Chunk): PackedRows {
    const rows = isChunk(data) ? data : toBatch(data, hasTypes(data) ? undefined : this.#columns);
    if (this.#encoder?.schema !== rows.schema) {
      this.#encoder = { schema: rows.schema, encoder: riverRows(this.#schema).encoder(rows.schema) };
    }
    return this.#encoder.encoder.pack(rows);
  }
}

/** Whether rows tell their types themselves. */
const hasTypes = (data: BatchLike): boolean => data instanceof Batch || isArrowTable(data) || isArrowRecordBatch(data);
