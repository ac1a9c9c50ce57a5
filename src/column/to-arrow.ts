import type * as Arrow from 'apache-arrow';
import type { DataType } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import { ArrowId, arrowFromType } from './arrow-type.ts';
import type { Batch } from './batch.ts';
import type { Vector } from './vector.ts';

type Library = typeof Arrow;

/** An apache-arrow RecordBatch over the buffers of `batch`: nothing is copied. */
export function recordBatchOf(batch: Batch<any>, arrow: Library): Arrow.RecordBatch {
  const schema = schemaIn(batch.schema, arrow);
  const children = batch.vectors.map((vector, place) => dataOf(vector, schema.fields[place]!.type, arrow));
  const data = arrow.makeData({
    type: new arrow.Struct(schema.fields),
    length: batch.length,
    nullCount: 0,
    children,
  });
  return new arrow.RecordBatch(schema, data);
}

const schemas = /* @__PURE__ */ new WeakMap<Schema, Arrow.Schema>();

/** Ids of dictionaries are places in the schema: batches of equal schemas fit one Table, which compares ids. */
function schemaIn(schema: Schema, arrow: Library): Arrow.Schema {
  let known = schemas.get(schema);
  if (!known) {
    const fields = schema.fields.map(
      ({ name, type, nullable }, place) => new arrow.Field(name, typeIn(type, arrow, place), nullable),
    );
    schemas.set(schema, (known = new arrow.Schema(fields)));
  }
  return known;
}

function typeIn(type: DataType, arrow: Library, place: number): Arrow.DataType {
  if (type.kind === 'dictionary') return new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), place);
  const { id, bits, signed, precision, unit, timezone } = arrowFromType(type);
  switch (id) {
    case ArrowId.Bool:
      return new arrow.Bool();
    case ArrowId.Int:
      return new arrow.Int(signed as any, bits as any);
    case ArrowId.Float:
      return new arrow.Float(precision!);
    case ArrowId.Utf8:
      return new arrow.Utf8();
    case ArrowId.Binary:
      return new arrow.Binary();
    case ArrowId.Date:
      return new arrow.DateDay();
    default:
      return new arrow.Timestamp(unit!, timezone);
  }
}

const words = /* @__PURE__ */ new WeakMap<Vector, Arrow.Vector>();

function dataOf(vector: Vector, type: Arrow.DataType, arrow: Library): Arrow.Data {
  const { length, validity, values, offsets } = vector;
  const props = {
    type,
    length,
    nullCount: validity ? -1 : 0,
    nullBitmap: validity ?? undefined,
    data: values,
    valueOffsets: offsets ?? undefined,
    dictionary: vector.dictionary ? wordsIn(vector.dictionary, arrow) : undefined,
  };
  return arrow.makeData(props as any);
}

function wordsIn(dictionary: Vector, arrow: Library): Arrow.Vector {
  let known = words.get(dictionary);
  if (!known) {
    known = new arrow.Vector([dataOf(dictionary, new arrow.Utf8(), arrow)]);
    words.set(dictionary, known);
  }
  return known;
}
