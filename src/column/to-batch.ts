import { OptionError, SchemaError } from '../errors.ts';
import { type Columns, type Schema, sameSchema, schemaOf } from '../schema/schema.ts';
import { Batch } from './batch.ts';
import { batchOf, type ColumnValues } from './batch-of.ts';
import { type Chunk, isChunk } from './chunk.ts';
import { exportChunk } from './export-chunk.ts';
import {
  type ArrowRecordBatch,
  type ArrowTable,
  batchFromArrow,
  isArrowRecordBatch,
  isArrowTable,
} from './from-arrow.ts';

/** Everything that is taken for a batch of rows at the edges of the engine. */
export type BatchLike =
  | Batch<any>
  | Chunk
  | ArrowTable
  | ArrowRecordBatch
  | Iterable<object>
  | Readonly<Record<string, ColumnValues>>;

/**
 * A batch from whatever holds rows: a batch (itself), a chunk (copied), an apache-arrow Table or RecordBatch (over its buffers), row
 * objects, or columns by name (see `batchOf`).
 *
 * @param schema types for rows and columns; a batch, chunk or table must have just these columns
 * @throws SchemaError when the columns are others than `schema` says
 * @throws OptionError for a value that holds no rows
 */
export function toBatch<C extends Columns = Columns>(value: BatchLike, schema?: Schema<C> | C): Batch<C> {
  const wanted = schema && schemaOf(schema);
  const batch = columnar(value);
  if (!batch) {
    if (typeof value === 'object' && value !== null) return batchOf(value as Iterable<object>, wanted);
    throw new OptionError(
      'data',
      `toBatch: ${value === null ? 'null' : typeof value} holds no rows; give a Batch, an Arrow table, row objects or columns`,
    );
  }
  if (wanted && !sameSchema(batch.schema, wanted)) {
    throw new SchemaError(`toBatch: the columns are ${batch.schema}, wanted are ${wanted}`, {
      expected: String(wanted),
    });
  }
  return batch as Batch<C>;
}

function columnar(value: BatchLike): Batch | null {
  if (value instanceof Batch) return value;
  if (isChunk(value)) return exportChunk(value);
  if (isArrowTable(value) || isArrowRecordBatch(value)) return batchFromArrow(value);
  return null;
}
