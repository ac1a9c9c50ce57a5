import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toArrow } from '../../src/arrow/index.ts';
import { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { batchesFromArrow, batchFromArrow } from '../../src/column/from-arrow.ts';
import { toBatch } from '../../src/column/to-batch.ts';
import { dictionary, f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { arbitraryAnyBatch, plainVector } from '../arbitrary.ts';

describe('apache-arrow', () => {
  it('takes a batch out and in again, over the same buffers', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), batch => {
        const out = toArrow(batch);
        expect(out.numRows).toBe(batch.length);
        const back = batchFromArrow(out);
        expect(back.toArray()).toEqual(batch.toArray());
        expect(String(back.schema)).toBe(String(batch.schema));
        for (const [place, vector] of back.vectors.entries()) {
          expect(vector.values.buffer).toBe(batch.vectors[place]!.values.buffer);
        }
      }),
    );
  });

  it('shows apache-arrow the same values', () => {
    const batch = batchOf(
      {
        n: [1, null, 3],
        s: ['x', null, 'é'],
        t: [new Date(5), null, new Date(-1)],
        b: [1n, 2n, null],
        k: ['u', 'v', 'u'],
      },
      { n: f64(), s: utf8(), t: timestamp('ms'), b: i64(), k: dictionary() },
    );
    const rows = batch
      .toArrow()
      .toArray()
      .map((row: any) => row.toJSON());
    expect(rows).toEqual([
      { n: 1, s: 'x', t: 5, b: 1n, k: 'u' },
      { n: null, s: null, t: null, b: 2n, k: 'v' },
      { n: 3, s: 'é', t: -1, b: null, k: 'u' },
    ]);
  });

  it('gives the very classes that the user imports', () => {
    const batch = batchOf({ s: ['a', 'b'] }, { s: dictionary() });
    const out = batch.toArrow();
    expect(out).toBeInstanceOf(arrow.RecordBatch);
    const table = new arrow.Table([out, batch.toArrow()]);
    expect(table.numRows).toBe(4);
    expect(table.getChild('s')!.toJSON()).toEqual(['a', 'b', 'a', 'b']);
    expect(arrow.tableFromIPC(arrow.tableToIPC(table)).getChild('s')!.toJSON()).toEqual(['a', 'b', 'a', 'b']);
  });

  it('reads slices, and tables of many record batches with different dictionaries', () => {
    const parts = [
      ['a', null, 'b', 'a', 'c', null, 'd', 'a', 'b'],
      ['z', 'a', 'b', null],
    ];
    const tables = parts.map(cells =>
      arrow.tableFromArrays({ flag: cells.map(c => (c === null ? null : c > 'a')), s: cells }),
    );
    for (const [from, to] of [
      [0, 9],
      [1, 8],
      [3, 4],
      [8, 9],
      [2, 2],
    ] as const) {
      const sliced = toBatch(tables[0]!.slice(from, to));
      const cells = parts[0]!.slice(from, to);
      expect(sliced.column('s').toArray()).toEqual(cells);
      expect(sliced.column('flag').toArray()).toEqual(cells.map(c => (c === null ? null : c > 'a')));
    }
    const joined = new arrow.Table(parts.map(s => batchOf({ s }, { s: dictionary() }).toArrow()));
    expect(toBatch(joined).column('s').toArray()).toEqual(parts.flat());
    expect(batchesFromArrow(joined).map(batch => batch.length)).toEqual([9, 4]);
  });

  it('widens codes and converts what has another layout', () => {
    const made = (type: arrow.DataType, values: readonly unknown[]) =>
      toBatch(new arrow.Table({ v: arrow.vectorFromArray(values as any, type as any) }));
    const codes = made(new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()), ['a', 'b', null, 'a']);
    expect(codes.schema.fields[0]!.type.kind).toBe('dictionary');
    expect(codes.column('v').toArray()).toEqual(['a', 'b', null, 'a']);
    expect(made(new arrow.LargeUtf8(), ['one', null, 'three']).column('v').toArray()).toEqual(['one', null, 'three']);
    expect(made(new arrow.Utf8View(), ['in', 'longer than twelve', null]).column('v').toArray()).toEqual([
      'in',
      'longer than twelve',
      null,
    ]);
    expect(
      made(new arrow.DateMillisecond(), [new Date(86_400_000)])
        .column('v')
        .get(0),
    ).toEqual(new Date(86_400_000));
    expect(made(new arrow.Float16(), [1.5, -2, 0]).column('v').toArray()).toEqual([1.5, -2, 0]);
    expect(made(new arrow.Dictionary(new arrow.Int32(), new arrow.Int32()), [7, 9, 7]).column('v').toArray()).toEqual([
      7, 9, 7,
    ]);
    expect(made(new arrow.Null(), [null, null]).column('v').toArray()).toEqual([null, null]);
  });

  it('refuses what has no counterpart, naming the column', () => {
    const table = new arrow.Table({
      l: arrow.vectorFromArray([[1], [2]], new arrow.List(new arrow.Field('x', new arrow.Int32()))),
    });
    expect(() => toBatch(table)).toThrow(/fromArrow: column "l" is List/);
  });

  it('reads an empty table', () => {
    const table = arrow.tableFromArrays({ a: new Float64Array(0) });
    expect(toBatch(table).length).toBe(0);
    expect(toBatch(new arrow.Table(table.schema)).schema.names).toEqual(['a']);
  });

  it('does not read the bytes of a batch with garbage under its nulls', () => {
    const vector = plainVector(dictionary(), ['a', null]);
    (vector.values as Int32Array)[1] = 99;
    expect(
      new Batch({ v: dictionary() }, [vector])
        .toArrow()
        .toArray()
        .map((r: any) => r.v),
    ).toEqual(['a', null]);
  });
});
