import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../src/column/batch-of.ts';
import { fromDanfo, toDanfo } from '../../src/danfo/index.ts';
import { DataError, SchemaError } from '../../src/errors.ts';
import { binary, date32, dictionary, f64, i32, i64, timestamp, u64, utf8 } from '../../src/schema/data-type.ts';
import { allTypes, arbitraryAnyBatch } from '../arbitrary.ts';

const danfo = createRequire(import.meta.url)('danfojs-node');
// binary has no counterpart; timestamps of the far past and future have no ISO text of four-digit years
const held = allTypes.filter(type => type.kind !== 'binary' && type.kind !== 'timestamp' && type.kind !== 'date32');

describe('danfo', () => {
  it('takes a batch out and in again, under its schema', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(held), batch => {
        const frame = toDanfo(batch, { int64: 'string' });
        expect(frame.shape[0]).toBe(batch.length);
        expect(fromDanfo(frame, batch.schema).toArray()).toEqual(batch.toArray());
      }),
    );
  });

  it('makes the frames that danfojs-node makes', () => {
    const batch = batchOf({
      v: [1.5, null, 3],
      s: ['a', 'b', null],
      b: [true, false, null],
      n: Int32Array.of(1, 2, 3),
    });
    const frame = toDanfo(batch);
    expect(frame).toBeInstanceOf(danfo.DataFrame);
    expect(frame.columns).toEqual(['v', 's', 'b', 'n']);
    expect(frame.dtypes).toEqual(['float32', 'string', 'boolean', 'int32']);
    expect((frame as any).n.mean()).toBe(2);
    expect(String(fromDanfo(frame).schema)).toBe('(v: f64, s: utf8, b: bool, n: i32)');
    expect(fromDanfo(frame).toArray()).toEqual(batch.toArray());
  });

  it('never rounds int64', () => {
    const exact = batchOf({ v: [2n ** 53n - 1n, null, -5n] }, { v: i64() });
    expect(fromDanfo(toDanfo(exact), exact.schema).toArray()).toEqual(exact.toArray());
    const large = batchOf({ v: [1n, 2n ** 53n] }, { v: u64() });
    expect(() => toDanfo(large)).toThrow(DataError);
    expect(() => toDanfo(large)).toThrow(/^record 2, column "v": toDanfo: 9007199254740992 is beyond/);
    expect(fromDanfo(toDanfo(large, { int64: 'string' }), large.schema).toArray()).toEqual(large.toArray());
  });

  it('writes times as ISO text, exactly, and reads them under a schema', () => {
    const schema = {
      d: date32(),
      s: timestamp('s'),
      ms: timestamp('ms'),
      us: timestamp('us'),
      ns: timestamp('ns', 'UTC'),
    };
    const at = new Date('1969-12-31T23:59:58.000Z');
    const batch = batchOf(
      { d: [at, null], s: [at, null], ms: [at, null], us: [-1n, null], ns: [981173106789012345n, null] },
      schema,
    );
    const frame = toDanfo(batch);
    expect((frame.values as unknown[][])[0]).toEqual([
      '1969-12-31',
      '1969-12-31T23:59:58Z',
      '1969-12-31T23:59:58.000Z',
      '1969-12-31T23:59:59.999999Z',
      '2001-02-03T04:05:06.789012345Z',
    ]);
    expect(fromDanfo(frame, schema).toArray()).toEqual(batch.toArray());
  });

  it('reads a frame that danfo made, and only the columns wanted', () => {
    const frame = new danfo.DataFrame({ a: [1, 2, 3_000_000_000], b: ['x', null, 'z'] });
    expect(fromDanfo(frame).toArray()).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: null },
      { a: 3_000_000_000, b: 'z' },
    ]);
    expect(fromDanfo(frame, { b: dictionary(), a: f64() }).row(0)).toEqual({ b: 'x', a: 1 });
    expect(() => fromDanfo(frame, { a: i32() })).toThrow(/record 3, column "a"/);
  });

  it('takes a batch of no rows', () => {
    const frame = toDanfo(batchOf([], { v: f64(), s: utf8() }));
    expect(frame.shape[0]).toBe(0);
    expect(fromDanfo(frame, { v: f64() }).length).toBe(0);
  });

  it('refuses binary, and takes the module it is given', () => {
    expect(() => toDanfo(batchOf({ v: [new Uint8Array(1)] }, { v: binary() }))).toThrow(SchemaError);
    const made: unknown[] = [];
    class DataFrame {
      constructor(data: object) {
        made.push(data);
      }
    }
    toDanfo(batchOf({ v: [1] }), { danfo: { DataFrame: DataFrame as never } });
    expect(made).toEqual([{ v: [1] }]);
  });
});
