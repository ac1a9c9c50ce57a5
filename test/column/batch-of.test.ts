import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { toBatch } from '../../src/column/to-batch.ts';
import { DataError, OptionError, SchemaError } from '../../src/errors.ts';
import { bool, date32, dictionary, f32, f64, i8, i64, timestamp, u64, utf8 } from '../../src/schema/data-type.ts';
import { arbitraryAnyBatch } from '../arbitrary.ts';

describe('batchOf', () => {
  it('gives back the rows of any batch under its schema', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), batch => {
        expect(batchOf(batch.toArray(), batch.schema).toArray()).toEqual(batch.toArray());
      }),
    );
  });

  it('encodes texts of any characters and lengths as TextEncoder does one by one', () => {
    const cell = fc.oneof(
      { weight: 6, arbitrary: fc.string({ maxLength: 9 }) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 9 }) },
      fc.constantFrom(null, undefined, '', '\ud83d', '\ude00', 'é'),
      fc.integer({ min: 8_000, max: 20_000 }).map(length => 'long'.repeat(length / 4)),
    );
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 60 }), cells => {
        const [vector] = batchOf({ s: cells }, { s: utf8() }).vectors;
        const encoded = cells.map(text => new TextEncoder().encode(text ?? ''));
        let end = 0;
        expect([...vector!.offsets!]).toEqual([0, ...encoded.map(({ length }) => (end += length))]);
        expect(Buffer.compare(vector!.values as Uint8Array, Buffer.concat(encoded))).toBe(0);
        expect(cells.map((_, row) => vector!.isValid(row))).toEqual(cells.map(text => text != null));
      }),
    );
  });

  it('infers types from the values, over all rows', () => {
    const batch = batchOf([
      { n: null, i: 1n, b: true, s: 'x', t: new Date(7), y: new Uint8Array([1]), e: null },
      { n: 1.5, i: 2n, b: null, s: undefined, t: null, y: null },
      { n: 2, late: 'only here' },
    ]);
    expect(String(batch.schema)).toBe(
      '(n: f64, i: i64, b: bool, s: utf8, t: timestamp[ms], y: binary, e: utf8, late: utf8)',
    );
    expect(batch.row(2)).toEqual({ n: 2, i: null, b: null, s: null, t: null, y: null, e: null, late: 'only here' });
  });

  it('takes uint64 when a bigint needs it', () => {
    expect(String(batchOf({ v: [-0n, 2n ** 64n - 1n, null] }).schema)).toBe('(v: u64)');
  });

  it('refuses a column of two kinds, naming the row', () => {
    expect(() => batchOf([{ v: 1 }, { v: 'x' }])).toThrow(SchemaError);
    expect(() => batchOf([{ v: 1 }, { v: 'x' }])).toThrow('column "v" holds f64 and, in row 1, utf8');
    expect(() => batchOf([{ v: { deep: 1 } }])).toThrow('an object (Object)');
  });

  it('takes typed arrays without a copy', () => {
    const values = Float64Array.of(1, 2);
    const batch = batchOf({ v: values, w: BigInt64Array.of(1n, 2n) });
    expect(batch.column('v').values).toBe(values);
    expect(String(batch.schema)).toBe('(v: f64, w: i64)');
    expect(batchOf({ v: Int32Array.of(1, 2) }, { v: f64() }).column('v').values).toEqual(values);
  });

  it.each([
    ['a fraction for an integer', i8(), 1.5],
    ['a number out of range', i8(), 128],
    ['an unsafe integer for int64', i64(), 2 ** 53],
    ['a bigint out of range', i64(), 2n ** 63n],
    ['a negative uint64', u64(), -1n],
    ['a string for a number', f64(), '1'],
    ['a number for text', utf8(), 1],
    ['0 for a bool', bool(), 0],
    ['an invalid Date', timestamp('ms'), new Date(Number.NaN)],
    ['half a second for timestamp[s]', timestamp('s'), new Date(1500)],
    ['a Date beyond timestamp[ns]', timestamp('ns'), new Date('2500-01-01')],
    ['text that is no date', date32(), 'yesterday'],
    ['an inexact bigint for float64', f64(), 2n ** 60n],
    ['a number for a dictionary', dictionary(), 5],
  ])('refuses %s, naming record and column', (_, type, value) => {
    const call = () => batchOf({ v: [null, value] }, { v: type });
    expect(call).toThrow(DataError);
    expect(call).toThrow(/^record 2, column "v": /);
  });

  it('takes Dates, ISO text, numbers and bigints for times', () => {
    const at = Date.UTC(2001, 0, 31, 14, 5);
    const forms = [new Date(at), '2001-01-31T14:05Z', '2001-01-31 14:05:00', '2001-01-31T15:05:00.000+01:00'];
    const us = BigInt(at) * 1000n;
    expect(
      batchOf({ v: [...forms, us, Number(us)] }, { v: timestamp('us') })
        .column('v')
        .toArray(),
    ).toEqual(new Array(6).fill(us));
    expect(
      batchOf({ v: [...forms, 11353] }, { v: date32() })
        .column('v')
        .toArray(),
    ).toEqual(new Array(5).fill(new Date('2001-01-31')));
  });

  it('rounds float32, and nothing else', () => {
    expect(
      batchOf({ v: [0.1] }, { v: f32() })
        .column('v')
        .get(0),
    ).toBe(Math.fround(0.1));
  });

  it('has the rows of its rows even without columns', () => {
    expect(batchOf([{}, {}]).length).toBe(2);
    expect(batchOf([], { v: f64() }).length).toBe(0);
  });

  it('fills what a schema names and the rows lack, and leaves out the rest', () => {
    expect(batchOf([{ a: 1, b: 2 }], { c: f64(), a: f64() }).toArray()).toEqual([{ c: null, a: 1 }]);
  });
});

describe('toBatch', () => {
  it('takes rows, columns and batches', () => {
    const batch = batchOf([{ v: 1 }]);
    expect(toBatch(batch)).toBe(batch);
    expect(toBatch([{ v: 1 }]).toArray()).toEqual([{ v: 1 }]);
    expect(toBatch({ v: [1] })).toBeInstanceOf(Batch);
    expect(toBatch(new Set([{ v: 1 }])).length).toBe(1);
  });

  it('refuses other columns than wanted, and things without rows', () => {
    expect(() => toBatch(batchOf([{ v: 1 }]), { v: utf8() })).toThrow('the columns are (v: f64), wanted are (v: utf8)');
    expect(() => toBatch(7 as never)).toThrow(OptionError);
  });
});
