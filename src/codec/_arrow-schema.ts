import { ArrowId, type ArrowType, arrowFromType, arrowTypeText, typeFromArrow } from '../column/arrow-type.ts';
import { DataError, nearest, SchemaError } from '../errors.ts';
import { field, Schema } from '../schema/schema.ts';
import type { FlatReader, FlatWriter } from './_flat.ts';

// Schema.fbs and Message.fbs of Arrow 1.0 and later: https://github.com/apache/arrow/tree/main/format

/** Header of a message. */
export const SCHEMA = 1;
export const DICTIONARY_BATCH = 2;
export const RECORD_BATCH = 3;

/** One field of a stream's schema, and how much of each record batch is its. */
export interface ArrowField {
  readonly name: string;
  readonly nullable: boolean;
  readonly type: ArrowType;
  /** Number of its dictionary; -1 for none. */
  readonly dictionary: number;
  /** Entries among the batch's nodes, fixed buffers and variadic counts that it takes, its children's included. */
  readonly nodes: number;
  readonly buffers: number;
  readonly views: number;
}

/** @throws DataError for damaged metadata, SchemaError for big-endian data */
export function readSchema(flat: FlatReader, table: number): ArrowField[] {
  const endianness = flat.field(table, 0);
  if (endianness && flat.u16(endianness) !== 0) {
    throw new SchemaError('arrow: the stream is big-endian; write it on a little-endian machine, or swap it there');
  }
  return fieldsOf(flat, flat.reference(table, 1), 0);
}

function fieldsOf(flat: FlatReader, vector: number, depth: number): ArrowField[] {
  if (depth > 64) throw new DataError('fields are nested more than 64 deep');
  const count = flat.count(vector, 4);
  return Array.from({ length: count }, (_, i) => readField(flat, flat.follow(vector + 4 + i * 4), depth));
}

function readField(flat: FlatReader, table: number, depth: number): ArrowField {
  const name = flat.reference(table, 0);
  const nullable = flat.field(table, 1);
  const encoding = flat.reference(table, 4);
  const value = readType(flat, table);
  const children = fieldsOf(flat, flat.reference(table, 5), depth + 1);
  const head = { name: name ? flat.text(name) : '', nullable: nullable !== 0 && flat.u8(nullable) !== 0 };
  if (encoding) {
    const id = flat.field(encoding, 0);
    const index = flat.reference(encoding, 1);
    const type = { ...value, index: index ? readInt(flat, index) : { bits: 32, signed: true } };
    return { ...head, type, dictionary: id ? flat.size(id) : 0, nodes: 1, buffers: 2, views: 0 };
  }
  const sum = (of: (child: ArrowField) => number): number => children.reduce((total, child) => total + of(child), 0);
  const isView = value.id === ArrowId.BinaryView || value.id === ArrowId.Utf8View;
  return {
    ...head,
    type: value,
    dictionary: -1,
    nodes: 1 + sum(child => child.nodes),
    buffers: ownBuffers(value) + sum(child => child.buffers),
    views: (isView ? 1 : 0) + sum(child => child.views),
  };
}

/** Buffers of a column without its children's. */
function ownBuffers({ id, unit }: ArrowType): number {
  switch (id) {
    case ArrowId.Null:
    case ArrowId.RunEndEncoded:
      return 0;
    case ArrowId.Struct:
    case ArrowId.FixedSizeList:
      return 1;
    case ArrowId.Union:
      return unit === 1 ? 2 : 1; // dense has offsets too
    case ArrowId.Utf8:
    case ArrowId.Binary:
    case ArrowId.LargeUtf8:
    case ArrowId.LargeBinary:
    case 25: // ListView
    case 26: // LargeListView
      return 3;
    default:
      return 2;
  }
}

function readType(flat: FlatReader, field: number): ArrowType {
  const idAt = flat.field(field, 2);
  const id = idAt ? flat.u8(idAt) : 0;
  const table = flat.reference(field, 3);
  if (table === 0) throw new DataError('a field has no type');
  const short = (slot: number, otherwise: number): number => {
    const at = flat.field(table, slot);
    return at ? flat.u16(at) : otherwise;
  };
  const int = (slot: number, otherwise: number): number => {
    const at = flat.field(table, slot);
    return at ? flat.i32(at) : otherwise;
  };
  switch (id) {
    case ArrowId.Int:
      return { id, ...readInt(flat, table) };
    case ArrowId.Float:
      return { id, precision: oneOf(short(0, 0), [0, 1, 2], 'a precision') };
    case ArrowId.Decimal:
      return { id, scale: int(1, 0), bits: oneOf(int(2, 128), [32, 64, 128, 256], 'bits of a decimal') };
    case ArrowId.Date:
      return { id, unit: oneOf(short(0, 1), [0, 1], 'a unit') };
    case ArrowId.Time:
      return { id, unit: oneOf(short(0, 1), units, 'a unit'), bits: oneOf(int(1, 32), [32, 64], 'bits of a time') };
    case ArrowId.Duration:
      return { id, unit: oneOf(short(0, 1), units, 'a unit') };
    case ArrowId.Union:
      return { id, unit: short(0, 0) };
    case ArrowId.Timestamp: {
      const zone = flat.reference(table, 1);
      return { id, unit: oneOf(short(0, 0), units, 'a unit'), timezone: zone ? flat.text(zone) : null };
    }
    case ArrowId.FixedSizeBinary:
      return { id, byteWidth: int(0, 0) };
    default:
      return { id };
  }
}

const units: readonly number[] = /* @__PURE__ */ Object.freeze([0, 1, 2, 3]);

function oneOf(value: number, allowed: readonly number[], what: string): number {
  if (allowed.includes(value)) return value;
  throw new DataError(`a field's type has ${value} for ${what}`);
}

function readInt(flat: FlatReader, table: number): { bits: number; signed: boolean } {
  const bits = flat.field(table, 0);
  const signed = flat.field(table, 1);
  return {
    bits: oneOf(bits ? flat.i32(bits) : 0, [8, 16, 32, 64], 'bits of an integer'),
    signed: signed !== 0 && flat.u8(signed) !== 0,
  };
}

/**
 * The columns of a stream that are wanted (null: all).
 *
 * @throws SchemaError for a column that has no counterpart, or a name that is not there
 */
export function columnsOf(fields: readonly ArrowField[], wanted: readonly string[] | null): Schema {
  const names = wanted && new Set(wanted);
  for (const name of wanted ?? []) {
    if (fields.some(one => one.name === name)) continue;
    const near = nearest(
      name,
      fields.map(one => one.name),
    );
    throw new SchemaError(`arrow: no column "${name}" in the stream${near ? `; did you mean "${near}"?` : ''}`, {
      column: name,
    });
  }
  const kept = fields.filter(({ name }) => !names || names.has(name));
  return new Schema(
    kept.map(({ name, type, nullable }) => {
      const column = typeFromArrow(type);
      if (column) return field(name, column, nullable);
      throw new SchemaError(
        `arrow: column "${name}" is ${arrowTypeText(type)}, which has no counterpart; choose other columns or cast it first`,
        { column: name },
      );
    }),
  );
}

/** Writes the schema as the table that `from` refers to; dictionary i belongs to column i. */
export function writeSchema(flat: FlatWriter, from: number, schema: Schema): void {
  const [, fields] = flat.table(from, [[2, 0], 'reference']);
  const slots = flat.references(fields!, schema.length);
  for (const [place, { name, type, nullable }] of schema.fields.entries()) {
    const arrow = arrowFromType(type);
    const at = flat.table(slots[place]!, [
      'reference',
      [1, nullable ? 1 : 0],
      [1, arrow.id],
      'reference',
      arrow.index ? 'reference' : null,
      'reference',
    ]);
    flat.text(at[0]!, name);
    writeType(flat, at[3]!, arrow);
    if (arrow.index) {
      const [, index] = flat.table(at[4]!, [[8, place], 'reference', [1, 0]]);
      flat.table(index!, [
        [4, 32],
        [1, 1],
      ]);
    }
    flat.references(at[5]!, 0);
  }
}

function writeType(flat: FlatWriter, from: number, { id, bits, signed, precision, unit, timezone }: ArrowType): void {
  if (id === ArrowId.Int)
    flat.table(from, [
      [4, bits!],
      [1, signed ? 1 : 0],
    ]);
  else if (id === ArrowId.Float) flat.table(from, [[2, precision!]]);
  else if (id === ArrowId.Date) flat.table(from, [[2, unit!]]);
  else if (id === ArrowId.Timestamp) {
    const [, zone] = flat.table(from, [[2, unit!], timezone ? 'reference' : null]);
    if (timezone) flat.text(zone!, timezone);
  } else flat.table(from, []);
}
