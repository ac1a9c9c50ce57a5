import { describe, expect, it } from 'vitest';
import { DataError, nearest, SchemaError } from '../../src/errors.ts';
import { f64, sameType, timestamp, typeText, utf8, widthOf } from '../../src/schema/data-type.ts';
import { field, Schema, sameSchema, schemaOf } from '../../src/schema/schema.ts';

describe('schema', () => {
  const schema = schemaOf({ price: f64(), at: timestamp('us', 'Europe/Oslo'), symbol: utf8() });

  it('reads as it is written', () => {
    expect(`${schema}`).toBe('(price: f64, at: timestamp[us, Europe/Oslo], symbol: utf8)');
    expect(schema.names).toEqual(['price', 'at', 'symbol']);
  });

  it('suggests the nearest name for one it does not have', () => {
    expect(() => schema.field('prize', 'filter')).toThrow(
      'filter: no column "prize" in (price: f64, at: timestamp[us, Europe/Oslo], symbol: utf8); did you mean "price"?',
    );
    expect(() => schema.field('volume')).toThrow(SchemaError);
    expect(() => schema.field('volume')).not.toThrow('did you mean');
  });

  it('selects in the order asked for', () => {
    expect(`${schema.select(['symbol', 'price'])}`).toBe('(symbol: utf8, price: f64)');
  });

  it('refuses two columns of one name', () => {
    expect(() => new Schema([field('x', f64()), field('x', utf8())])).toThrow('two columns are named "x"');
  });

  it('tells types apart by unit and time zone', () => {
    expect(sameType(timestamp('ms'), timestamp('ms'))).toBe(true);
    expect(sameType(timestamp('ms'), timestamp('us'))).toBe(false);
    expect(sameType(timestamp('ms'), timestamp('ms', 'UTC'))).toBe(false);
    expect(sameSchema(schema, schemaOf({ price: f64(), at: timestamp('us', 'Europe/Oslo'), symbol: utf8() }))).toBe(
      true,
    );
    expect(typeText(timestamp('ns'))).toBe('timestamp[ns]');
    expect(widthOf(timestamp('ns'))).toBe(8);
  });
});

describe('errors', () => {
  it('say where in its source a record went wrong', () => {
    const error = new DataError('"12x" is no number', {
      source: 'trades.csv',
      record: 7,
      byteOffset: 310,
      column: 'qty',
    });
    expect(error.message).toBe('trades.csv, record 7, byte 310, column "qty": "12x" is no number');
    expect(error).toMatchObject({ code: 'DATA', source: 'trades.csv', record: 7, byteOffset: 310, column: 'qty' });
  });

  it('find the nearest name, or none', () => {
    expect(nearest('delya', ['delay', 'distance'])).toBe('delay');
    expect(nearest('x', ['distance'])).toBeUndefined();
    expect(nearest('Origin', ['origin'])).toBe('origin');
  });
});
