import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decoder } from '../../src/codec/codec.ts';
import { riverRows } from '../../src/codec/river-rows.ts';
import { FieldDefinition, FieldType, StreamSchema } from '../../src/codec/river-schema.ts';
import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { importBatch } from '../../src/column/import-batch.ts';
import { DataError, OptionError, SchemaError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { binary, f32, f64, i16, i32, i64, timestamp, u8, utf8 } from '../../src/schema/data-type.ts';
import { packReference, type RiverCell, unpackReference } from '../reference/river.ts';

const memories = [true, false].map(shared => ({ shared, memory: new Memory({ shared }) }));

const fixedTypes = ['DOUBLE', 'FLOAT', 'INT16', 'INT32', 'INT64', 'FIXED_WIDTH_BYTES'] as const;

const cellOf = (type: FieldType, size: number): fc.Arbitrary<RiverCell> => {
  if (type === 'DOUBLE') return fc.double();
  if (type === 'FLOAT') return fc.float();
  if (type === 'INT16') return fc.integer({ min: -32768, max: 32767 });
  if (type === 'INT32') return fc.integer();
  if (type === 'INT64') return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  return fc.uint8Array({ minLength: size, maxLength: size });
};

/** Schemas with runs of one width, so that groups form; row counts around the sizes of groups. */
const tables = fc
  .array(
    fc.record({
      type: fc.constantFrom(...fixedTypes),
      size: fc.integer({ min: 1, max: 19 }),
      run: fc.integer({ min: 1, max: 9 }),
    }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .chain(runs => {
    const fields = runs
      .flatMap(({ type, size, run }) => Array.from({ length: run }, () => ({ type, size })))
      .map(({ type, size }, i) => new FieldDefinition(`f${i}`, type, type === 'FIXED_WIDTH_BYTES' ? size : 0));
    const row = fc.tuple(...fields.map(({ type, size }) => cellOf(type, size)));
    const length = fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33);
    const rows = length.chain(count => fc.array(row, { minLength: count, maxLength: count }));
    return rows.map(cells => ({ fields, rows: cells }));
  });

const cells = (batch: Batch): RiverCell[][] => batch.toArray().map(row => Object.values(row) as RiverCell[]);

function decodeAll(decoder: Decoder, bytes: Uint8Array, cut = bytes.length): RiverCell[][] {
  const rows: RiverCell[][] = [];
  const take = (): void => {
    for (let chunk = decoder.next(); chunk; chunk = decoder.next()) rows.push(...cells(exportChunk(chunk)));
  };
  for (let at = 0; at < bytes.length; at += cut) {
    decoder.write(bytes.subarray(at, at + cut));
    take();
  }
  decoder.end();
  take();
  decoder.dispose();
  return rows;
}

describe.each(memories)('river rows in memory with shared $shared', ({ memory }) => {
  test('unpacks as the plain twin does, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 400 }), ({ fields, rows }, cut) => {
        const bytes = packReference(fields, rows);
        const codec = riverRows(new StreamSchema(fields));
        expect(decodeAll(codec.decoder({ memory, chunkRows: 13 }), bytes, cut)).toEqual(unpackReference(fields, bytes));
      }),
    );
  });

  test('packs as the plain twin does', () => {
    fc.assert(
      fc.property(tables, ({ fields, rows }) => {
        const schema = new StreamSchema(fields);
        const codec = riverRows(schema);
        const columns = Object.fromEntries(fields.map(({ name }, i) => [name, rows.map(row => row[i])]));
        const batch = batchOf(columns, schema.toSchema());
        const scratch = new Scratch(memory, 'test');
        const chunk = importBatch(batch, memory, scratch);
        expect(codec.encoder(schema.toSchema()).encode(chunk)).toEqual(packReference(fields, rows));
        scratch.dispose();
      }),
    );
  });

  test('copies the bits of every NaN, and of minus zero', () => {
    const bits = new BigUint64Array([0x7ff8000000000001n, 0xfff0000000000001n, 0x8000000000000000n, 1n]);
    const codec = riverRows({ x: f64() });
    const decoder = codec.decoder({ memory });
    decoder.write(new Uint8Array(bits.buffer));
    const chunk = decoder.next()!;
    const packed = codec.encoder(codec.schema!).encode(chunk);
    expect(new BigUint64Array(packed.buffer)).toEqual(bits);
    decoder.dispose();
  });

  test('decodes only the columns that are wanted', () => {
    const fields = ['a', 'b', 'c', 'd'].map(name => new FieldDefinition(name, 'DOUBLE'));
    const bytes = packReference(fields, [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    const decoder = riverRows(new StreamSchema(fields)).decoder({ memory, columns: ['d', 'b'] });
    decoder.write(bytes);
    expect(exportChunk(decoder.next()!).toArray()).toEqual([
      { b: 2, d: 4 },
      { b: 6, d: 8 },
    ]);
    decoder.dispose();
  });

  test('frames values of variable width with their lengths', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 50 }),
        fc.integer({ min: 1, max: 60 }),
        (values, cut) => {
          const codec = riverRows({ message: binary() }, { bytes: 40 });
          const bytes = codec.encoder(codec.schema!).encode(batchOf({ message: values }, { message: binary() }));
          expect(decodeAll(codec.decoder({ memory, chunkRows: 7 }), bytes, cut).flat()).toEqual(values);
        },
      ),
    );
  });

  test('tells how many bytes are left of a row that was cut off', () => {
    const decoder = riverRows({ a: i32(), b: i16() }).decoder({ memory, source: 'sensor' });
    decoder.write(new Uint8Array(8));
    decoder.end();
    expect(decoder.next()!.length).toBe(1);
    expect(() => decoder.next()).toThrow(
      new DataError('2 bytes are left, a row has 6', { source: 'sensor', record: 2, byteOffset: 6 }),
    );
    decoder.dispose();
  });

  test('refuses a value whose length is damage', () => {
    const decoder = riverRows({ m: utf8() }).decoder({ memory });
    decoder.write(Uint8Array.of(1, 0, 0, 0, 65, 255, 255, 255, 127));
    expect(() => decoder.next()).toThrow(/length of row 2/);
    decoder.dispose();
  });

  test('reads text of fixed width without the NULs that fill it', () => {
    const schema = new StreamSchema([
      new FieldDefinition('s', 'FIXED_WIDTH_BYTES', 4),
      new FieldDefinition('n', 'INT16'),
    ]);
    const codec = riverRows(schema, { types: { s: utf8() } });
    const rows = batchOf({ s: ['', 'a', 'äb', 'abcd'], n: [1, 2, 3, 4] }, { s: utf8(), n: i16() });
    const bytes = codec.encoder(rows.schema).encode(rows);
    expect(bytes.subarray(6, 12)).toEqual(Uint8Array.of(97, 0, 0, 0, 2, 0));
    expect(decodeAll(codec.decoder({ memory }), bytes)).toEqual([
      ['', 1],
      ['a', 2],
      ['äb', 3],
      ['abcd', 4],
    ]);
  });

  test('refuses bytes that are no text when text is wanted', () => {
    const decoder = riverRows(new StreamSchema([new FieldDefinition('s', 'FIXED_WIDTH_BYTES', 2)]), {
      types: { s: utf8() },
    }).decoder({ memory });
    decoder.write(Uint8Array.of(65, 66, 0xff, 0xfe));
    expect(() => decoder.next()).toThrow(/column "s".*not UTF-8/);
    decoder.dispose();
  });
});

describe('river rows', () => {
  test('write nulls of floats as NaN and refuse others', () => {
    const codec = riverRows({ x: f32(), n: i32() });
    const encoder = codec.encoder(codec.schema!);
    const bytes = encoder.encode(batchOf({ x: [1, null], n: [1, 2] }, { x: f32(), n: i32() }));
    expect(new DataView(bytes.buffer).getFloat32(8, true)).toBeNaN();
    const holes = batchOf({ x: [1, 2, 3], n: [1, 2, null] }, { x: f32(), n: i32() });
    expect(() => encoder.encode(holes)).toThrow(/record 3, column "n": River has no nulls/);
  });

  test('refuse a value that is longer than its field', () => {
    const codec = riverRows({ s: utf8(), n: i16() }, { bytes: { s: 3 } });
    const rows = batchOf({ s: ['abc', 'abcd'], n: [1, 2] }, { s: utf8(), n: i16() });
    expect(() => codec.encoder(rows.schema).encode(rows)).toThrow(
      /record 2, column "s": the value is longer than the 3 bytes/,
    );
  });

  test('keep timestamps as INT64 and read them back as told', () => {
    const columns = { at: timestamp('ms'), x: f64() };
    const codec = riverRows(columns);
    expect(codec.streamSchema.fieldDefinitions[0]).toEqual(new FieldDefinition('at', 'INT64'));
    const rows = batchOf({ at: [new Date(5)], x: [1] }, columns);
    const bytes = codec.encoder(rows.schema).encode(rows);
    expect(decodeAll(codec.decoder({ memory: memories[0]!.memory }), bytes)).toEqual([[new Date(5), 1]]);
  });

  test('refuse another schema than the stream has', () => {
    const codec = riverRows({ x: f64() });
    expect(() => codec.encoder(batchOf({ x: [1] }, { x: i32() }).schema)).toThrow(
      /column "x" is i32, the stream has f64/,
    );
    expect(() => codec.encoder(batchOf({ y: [1] }).schema)).toThrow(SchemaError);
  });
});

describe('StreamSchema', () => {
  test('writes the text that River writes, and reads it in any order', () => {
    const schema = new StreamSchema([
      new FieldDefinition('a', 'DOUBLE'),
      new FieldDefinition('b', 'FIXED_WIDTH_BYTES', 3),
    ]);
    const text =
      '{"field_definitions":[{"name":"a","size":8,"type":"DOUBLE"},{"name":"b","size":3,"type":"FIXED_WIDTH_BYTES"}]}';
    expect(schema.toJson()).toBe(text);
    expect(StreamSchema.fromJson(text)).toEqual(schema);
    expect(
      StreamSchema.fromJson('{"x":1,"field_definitions":[{"type":"INT16","extra":0,"size":"2","name":"n"}]}')
        .fieldDefinitions,
    ).toEqual([new FieldDefinition('n', 'INT16')]);
  });

  test.each([
    '',
    '{',
    'null',
    '{}',
    '{"field_definitions":[{"name":"n","size":4,"type":"UINT32"}]}',
    '{"field_definitions":[{"name":"n","size":3,"type":"INT32"}]}',
    '{"field_definitions":[{"size":2,"type":"INT16"}]}',
    '{"field_definitions":[{"name":"n","type":"INT16"}]}',
    '{"field_definitions":[]}',
  ])('refuses %s', text => expect(() => StreamSchema.fromJson(text)).toThrow(DataError));

  test('knows the sizes of numbers and asks for those of bytes', () => {
    expect(new FieldDefinition('x', FieldType.FLOAT).size).toBe(4);
    expect(() => new FieldDefinition('x', 'DOUBLE', 3)).toThrow(OptionError);
    expect(() => new FieldDefinition('x', 'FIXED_WIDTH_BYTES')).toThrow(/say how many bytes/);
  });

  test('has columns of millrace, and comes from them', () => {
    const columns = { a: f64(), b: f32(), c: i16(), d: i32(), e: i64(), f: binary() };
    const schema = StreamSchema.fromSchema(columns, { bytes: { f: 7 } });
    expect(schema.sampleSize).toBe(33);
    expect(String(schema.toSchema())).toBe('(a: f64, b: f32, c: i16, d: i32, e: i64, f: binary)');
    expect(() => StreamSchema.fromSchema({ a: u8() })).toThrow(/no type for the u8 of "a"/);
    expect(() => StreamSchema.fromSchema({ a: utf8(), b: f64() })).toThrow(/say its width/);
    expect(StreamSchema.fromSchema({ a: utf8() }).hasVariableWidthField).toBe(true);
    expect(() => schema.toSchema({ a: f32() })).toThrow(/can't be read as f32/);
  });

  test('has an Arrow schema, and comes from one', () => {
    const arrowSchema = new arrow.Schema([
      new arrow.Field('a', new arrow.Float64(), false),
      new arrow.Field('b', new arrow.Int16(), false),
      new arrow.Field('at', new arrow.TimestampMillisecond(), false),
      new arrow.Field('tag', new arrow.FixedSizeBinary(5), false),
      new arrow.Field('name', new arrow.Utf8(), false),
    ]);
    const schema = StreamSchema.fromArrow(arrowSchema, { bytes: { name: 9 } });
    expect(schema.fieldDefinitions.map(({ name, type, size }) => `${name} ${type} ${size}`)).toEqual([
      'a DOUBLE 8',
      'b INT16 2',
      'at INT64 8',
      'tag FIXED_WIDTH_BYTES 5',
      'name FIXED_WIDTH_BYTES 9',
    ]);
    expect(
      StreamSchema.fromArrow(new arrow.Schema([new arrow.Field('tag', new arrow.FixedSizeBinary(5))]))
        .hasVariableWidthField,
    ).toBe(false);
    const { fields } = schema.toArrow({ at: timestamp('ms') });
    expect(fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'a Float64',
      'b Int16',
      'at Timestamp<MILLISECOND>',
      'tag Binary',
      'name Binary',
    ]);
    expect(() =>
      StreamSchema.fromArrow(
        new arrow.Schema([new arrow.Field('x', new arrow.List(new arrow.Field('y', new arrow.Int8())))]),
      ),
    ).toThrow(SchemaError);
  });
});
