import { SchemaError } from '../errors.ts';
import { field, Schema } from '../schema/schema.ts';
import { type ArrowType, arrowTypeText, typeFromArrow } from './arrow-type.ts';
import { vectorFromArrow } from './arrow-vector.ts';
import { Batch } from './batch.ts';
import { concatBatches, concatVectors } from './concat-vectors.ts';
import type { Vector } from './vector.ts';

// What is read of apache-arrow's objects. They are known by the marks that all versions from 18 on share (`Symbol.for`), or by shape:
// reading a table never loads apache-arrow.
interface ForeignType {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly unit?: number;
  readonly timezone?: string | null;
  readonly scale?: number;
  readonly byteWidth?: number;
  readonly indices?: ForeignType;
  readonly dictionary?: ForeignType;
}

interface ForeignData {
  readonly type: ForeignType;
  readonly offset: number;
  readonly length: number;
  readonly nullCount: number;
  readonly values: unknown;
  readonly valueOffsets: unknown;
  readonly nullBitmap: Uint8Array | undefined;
  readonly variadicBuffers?: readonly Uint8Array[];
  readonly children: readonly ForeignData[];
  readonly dictionary?: { readonly data: readonly ForeignData[] };
}

interface ForeignSchema {
  readonly fields: readonly { readonly name: string; readonly type: ForeignType; readonly nullable: boolean }[];
}

/** A RecordBatch of apache-arrow, as far as it is read here. */
export interface ArrowRecordBatch {
  readonly schema: ForeignSchema;
  readonly numRows: number;
  readonly data: ForeignData;
}

/** A Table of apache-arrow, as far as it is read here. */
export interface ArrowTable {
  readonly schema: ForeignSchema;
  readonly numRows: number;
  readonly batches: readonly ArrowRecordBatch[];
}

const looksLikeArrow = (value: unknown): value is { schema: ForeignSchema; numRows: number } =>
  typeof value === 'object' &&
  value !== null &&
  Array.isArray((value as ArrowTable).schema?.fields) &&
  typeof (value as ArrowTable).numRows === 'number';

/** Whether `value` is a Table of apache-arrow, of whatever copy of it. */
export const isArrowTable = (value: unknown): value is ArrowTable =>
  looksLikeArrow(value) && Array.isArray((value as ArrowTable).batches);

/** Whether `value` is a RecordBatch of apache-arrow, of whatever copy of it. */
export const isArrowRecordBatch = (value: unknown): value is ArrowRecordBatch =>
  looksLikeArrow(value) && Array.isArray((value as ArrowRecordBatch).data?.children);

/**
 * The rows of an apache-arrow Table or RecordBatch. Buffers are shared, not copied, where there is one record batch and the
 * column's layout is ours (see `typeFromArrow` for the others).
 *
 * @throws SchemaError for a column type that has no counterpart (lists, structs, …)
 */
export function batchFromArrow(value: ArrowTable | ArrowRecordBatch): Batch {
  return concatBatches(batchesFromArrow(value));
}

/** One batch for each record batch of a Table (an empty one for none). @throws SchemaError as `batchFromArrow` */
export function batchesFromArrow(value: ArrowTable | ArrowRecordBatch): Batch[] {
  const types = value.schema.fields.map(({ name, type }) => arrowTypeOf(type, name));
  const schema = new Schema(
    value.schema.fields.map(({ name, nullable }, i) => field(name, typeFromArrow(types[i]!)!, nullable)),
  );
  const seen = new Map<unknown, Vector>();
  const read = (batch: ArrowRecordBatch): Batch => {
    const vectors = schema.fields.map(({ name }, i) => vectorOfData(types[i]!, batch.data.children[i]!, name, seen));
    return new Batch(schema, vectors, batch.numRows);
  };
  if (!isArrowTable(value)) return [read(value)];
  const batches = value.batches.filter(batch => batch.data.children.length === schema.length).map(read);
  if (batches.length > 0) return batches;
  return [
    new Batch(
      schema,
      schema.fields.map(({ type }) => concatVectors(type, [])),
      0,
    ),
  ];
}

/** @throws SchemaError when no column type holds it */
function arrowTypeOf(type: ForeignType, column: string): ArrowType {
  const value = type.dictionary ?? type;
  const arrow: ArrowType = {
    id: value.typeId,
    bits: value.bitWidth,
    signed: value.isSigned,
    precision: value.precision,
    unit: value.unit,
    timezone: value.timezone,
    scale: value.scale,
    byteWidth: value.byteWidth,
    index: type.indices && { bits: type.indices.bitWidth!, signed: type.indices.isSigned! },
  };
  if (typeFromArrow(arrow)) return arrow;
  throw new SchemaError(
    `fromArrow: column "${column}" is ${arrowTypeText(arrow)}, which has no counterpart; select other columns or cast it first`,
    { column },
  );
}

function vectorOfData(arrow: ArrowType, data: ForeignData, name: string, seen: Map<unknown, Vector>): Vector {
  return vectorFromArrow(
    arrow,
    {
      length: data.length,
      validity: data.nullCount > 0 && data.nullBitmap?.length ? data.nullBitmap : null,
      bitOffset: data.offset,
      values: data.values as ArrayBufferView | undefined,
      offsets: data.valueOffsets as ArrayBufferView | undefined,
      variadic: data.variadicBuffers ?? [],
      dictionary: arrow.index && data.dictionary ? wordsOf(arrow, data.dictionary, seen) : null,
    },
    name,
  );
}

const words = /* @__PURE__ */ new WeakMap<object, Vector>();

/** The values of a dictionary: the same vector for the same buffers, so that its codes are entered in linear memory once. */
function wordsOf(arrow: ArrowType, { data }: { data: readonly ForeignData[] }, seen: Map<unknown, Vector>): Vector {
  const only = data.length === 1 ? data[0] : undefined;
  const known = only ? words.get(only) : seen.get(data);
  if (known) return known;
  const plain: ArrowType = { ...arrow, index: undefined };
  const vector = concatVectors(
    typeFromArrow(plain)!,
    data.map(part => vectorOfData(plain, part, '', seen)),
  );
  if (only) words.set(only, vector);
  else seen.set(data, vector);
  return vector;
}
