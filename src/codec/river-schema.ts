import type { Schema as ArrowSchema } from 'apache-arrow';
import { ArrowId } from '../column/arrow-type.ts';
import { batchOf } from '../column/batch-of.ts';
import { type ArrowTable, batchesFromArrow } from '../column/from-arrow.ts';
import { DataError, OptionError, SchemaError } from '../errors.ts';
import {
  binary,
  type DataType,
  f32,
  f64,
  i16,
  i32,
  i64,
  isText,
  isVariable,
  typeText,
  widthOf,
} from '../schema/data-type.ts';
import { type Columns, field, Schema, schemaOf } from '../schema/schema.ts';

/** The types of River's fields, by the names they have on the wire. */
export const FieldType = /* @__PURE__ */ Object.freeze({
  DOUBLE: 'DOUBLE',
  FLOAT: 'FLOAT',
  INT16: 'INT16',
  INT32: 'INT32',
  INT64: 'INT64',
  FIXED_WIDTH_BYTES: 'FIXED_WIDTH_BYTES',
  VARIABLE_WIDTH_BYTES: 'VARIABLE_WIDTH_BYTES',
});
export type FieldType = keyof typeof FieldType;

/** Bytes of the numeric types; bytes fields declare theirs. */
const SIZE: Readonly<Partial<Record<FieldType, number>>> = /* @__PURE__ */ Object.freeze({
  DOUBLE: 8,
  FLOAT: 4,
  INT16: 2,
  INT32: 4,
  INT64: 8,
});

const isFieldType = (name: unknown): name is FieldType => typeof name === 'string' && Object.hasOwn(FieldType, name);

/** One field of a River stream. */
export class FieldDefinition {
  readonly name: string;
  readonly type: FieldType;
  /** Bytes in a sample; for VARIABLE_WIDTH_BYTES the most there can be. */
  readonly size: number;

  /**
   * @param size of bytes fields; numbers know theirs
   * @throws OptionError for a type that River lacks, a bytes field without a size, or a number with a wrong one
   */
  constructor(name: string, type: FieldType, size = 0) {
    if (!isFieldType(type)) {
      throw new OptionError(
        'type',
        `FieldDefinition: River has no type ${type}; there are ${Object.keys(FieldType).join(', ')}`,
      );
    }
    if (/\p{Surrogate}/u.test(name))
      throw new OptionError('name', 'FieldDefinition: the name has half a surrogate pair, which UTF-8 can not hold');
    const own = SIZE[type];
    if (own !== undefined && size > 0 && size !== own) {
      throw new OptionError('size', `FieldDefinition: "${name}" says ${size} bytes, but a ${type} has ${own}`);
    }
    if (own === undefined && !(Number.isInteger(size) && size > 0 && size < 2 ** 31)) {
      throw new OptionError(
        'size',
        `FieldDefinition: "${name}" is ${type}; say how many bytes, from 1 to 2,147,483,647`,
      );
    }
    this.name = name;
    this.type = type;
    this.size = own ?? size;
  }
}

/** How millrace's columns become River's fields. */
export interface StreamSchemaOptions {
  /**
   * Bytes of text and binary columns. A column that is alone becomes VARIABLE_WIDTH_BYTES of at most so many (default 1 MiB);
   * one among others FIXED_WIDTH_BYTES, with NULs behind shorter values.
   */
  readonly bytes?: Readonly<Record<string, number>> | number;
}

/** The types that columns have by themselves. */
const COLUMN: Readonly<Record<FieldType, () => DataType>> = /* @__PURE__ */ Object.freeze({
  DOUBLE: f64,
  FLOAT: f32,
  INT16: i16,
  INT32: i32,
  INT64: i64,
  FIXED_WIDTH_BYTES: binary,
  VARIABLE_WIDTH_BYTES: binary,
});

const defaultVariableBytes = 1 << 20;

/** The fields of a River stream, in the order of their bytes. */
export class StreamSchema {
  readonly fieldDefinitions: readonly FieldDefinition[];
  /** Bytes of a sample; for a variable-width field the most there can be. */
  readonly sampleSize: number;

  /** @throws SchemaError when there are no fields */
  constructor(fields: readonly FieldDefinition[]) {
    if (fields.length === 0) throw new SchemaError('StreamSchema: a stream has at least one field');
    this.fieldDefinitions = Object.freeze([...fields]);
    this.sampleSize = fields.reduce((sum, { size }) => sum + size, 0);
  }

  get hasVariableWidthField(): boolean {
    return this.fieldDefinitions.some(({ type }) => type === 'VARIABLE_WIDTH_BYTES');
  }

  /** The text in a stream's metadata: `{"field_definitions":[{"name":…,"size":…,"type":…},…]}`. */
  toJson(): string {
    const fields = this.fieldDefinitions.map(({ name, size, type }) => ({ name, size, type }));
    return JSON.stringify({ field_definitions: fields });
  }

  /**
   * Reads what `toJson` writes: members in any order, sizes also as decimal text, others ignored.
   *
   * @throws DataError when the text is no schema
   */
  static fromJson(text: string): StreamSchema {
    let fields: unknown;
    try {
      fields = (JSON.parse(text) as { field_definitions?: unknown } | null)?.field_definitions;
    } catch (cause) {
      throw new DataError(`the schema is no JSON: ${shortened(text)}`, {}, { cause });
    }
    if (!Array.isArray(fields)) throw new DataError(`the schema has no field_definitions: ${shortened(text)}`);
    try {
      return new StreamSchema(fields.map(definitionOf));
    } catch (cause) {
      throw new DataError(`the schema can't be used: ${(cause as Error).message}`, {}, { cause });
    }
  }

  /**
   * The columns: f64, f32, i16, i32, i64, and binary for bytes.
   *
   * @param types others for the same bytes: timestamps (or u64) for INT64, date32 for INT32, u16, u32, utf8 for bytes
   * @throws SchemaError for a column that is not there, or a type that needs other bytes
   */
  toSchema(types: Columns = {}): Schema {
    const schema = new Schema(this.fieldDefinitions.map(({ name, type }) => field(name, COLUMN[type](), false)));
    for (const name of Object.keys(types)) schema.field(name, 'types');
    return new Schema(
      schema.fields.map(({ name, type }) => {
        const other = types[name];
        if (!other) return field(name, type, false);
        const fits = isVariable(type)
          ? isVariable(other)
          : widthOf(other) === widthOf(type) && other.kind !== 'dictionary';
        if (fits) return field(name, other, false);
        throw new SchemaError(`types: the ${typeText(type)} of "${name}" can't be read as ${typeText(other)}`, {
          column: name,
          expected: typeText(type),
        });
      }),
    );
  }

  /**
   * The Arrow schema of batches with these columns: of `batch.toArrow()`.
   *
   * apache-arrow is loaded at the first call, in Node only.
   */
  toArrow(types: Columns = {}): ArrowSchema {
    return batchOf([], this.toSchema(types)).toArrow().schema;
  }

  /**
   * Fields for the columns of an Arrow schema; FixedSizeBinary becomes FIXED_WIDTH_BYTES of its width.
   *
   * @throws SchemaError for a column that River has no type for
   */
  static fromArrow(schema: ArrowTable['schema'], { bytes }: StreamSchemaOptions = {}): StreamSchema {
    const [batch] = batchesFromArrow({ schema, numRows: 0, batches: [] });
    const declared =
      typeof bytes === 'number' ? Object.fromEntries(schema.fields.map(({ name }) => [name, bytes])) : bytes;
    const fixed = schema.fields.filter(({ type }) => type.typeId === ArrowId.FixedSizeBinary);
    const widths = Object.fromEntries(fixed.map(({ name, type }) => [name, type.byteWidth!]));
    const definitions = StreamSchema.fromSchema(batch!.schema, { bytes: { ...declared, ...widths } }).fieldDefinitions;
    return new StreamSchema(
      definitions.map(one => (one.name in widths ? new FieldDefinition(one.name, 'FIXED_WIDTH_BYTES', one.size) : one)),
    );
  }

  /**
   * Fields for millrace's columns: f64, f32, i16, i32, i64; timestamps as INT64, date32 as INT32;
   * text and binary as bytes.
   *
   * @throws SchemaError for a column that River has no type for
   */
  static fromSchema(columns: Schema | Columns, options: StreamSchemaOptions = {}): StreamSchema {
    const schema = schemaOf(columns as Columns);
    return new StreamSchema(schema.fields.map(one => definitionFor(one.name, one.type, schema.length === 1, options)));
  }
}

function definitionOf(value: unknown): FieldDefinition {
  const { name, size, type } = (value ?? {}) as { name?: unknown; size?: unknown; type?: unknown };
  if (typeof name !== 'string') throw new DataError('a field has no name');
  const bytes = typeof size === 'string' && /^\d+$/.test(size) ? Number(size) : size;
  if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes <= 0)
    throw new DataError(`field "${name}" has no size`);
  return new FieldDefinition(name, type as FieldType, bytes);
}

function definitionFor(name: string, type: DataType, alone: boolean, { bytes }: StreamSchemaOptions): FieldDefinition {
  switch (type.kind) {
    case 'float64':
      return new FieldDefinition(name, 'DOUBLE');
    case 'float32':
      return new FieldDefinition(name, 'FLOAT');
    case 'int16':
      return new FieldDefinition(name, 'INT16');
    case 'int32':
    case 'date32':
      return new FieldDefinition(name, 'INT32');
    case 'int64':
    case 'timestamp':
      return new FieldDefinition(name, 'INT64');
    case 'utf8':
    case 'binary': {
      const size = typeof bytes === 'number' ? bytes : bytes?.[name];
      if (alone) return new FieldDefinition(name, 'VARIABLE_WIDTH_BYTES', size ?? defaultVariableBytes);
      if (size !== undefined) return new FieldDefinition(name, 'FIXED_WIDTH_BYTES', size);
      throw new SchemaError(
        `River: "${name}" is ${typeText(type)} among other columns; say its width, as in { bytes: { ${name}: 16 } }`,
        {
          column: name,
        },
      );
    }
    default:
      throw new SchemaError(
        `River: there is no type for the ${typeText(type)} of "${name}"; cast it to ${isText(type) ? 'utf8' : 'i16, i32, i64, f32 or f64'}`,
        { column: name, expected: 'f64, f32, i16, i32, i64, timestamp, date32, utf8 or binary' },
      );
  }
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
