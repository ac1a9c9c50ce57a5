import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../src/codec/codec.ts';
import { csv } from '../../src/codec/csv.ts';
import { ndjson } from '../../src/codec/ndjson.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { importBatch } from '../../src/column/import-batch.ts';
import { SchemaError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { f32, f64, i32, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { arbitraryAnyBatch } from '../arbitrary.ts';
import { plainNdjson, storedRows } from '../reference/ndjson.ts';
import { decode, memories } from './_text.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const written = (codec: Codec<any>, batch: any): string => {
  const encoder = codec.encoder(batch.schema);
  return text(encoder.encode(batch)) + text(encoder.end());
};
const finite = (rows: unknown[][]): unknown[][] =>
  rows.map(cells =>
    cells.map(cell => (typeof cell === 'number' && !Number.isFinite(cell) ? null : Object.is(cell, -0) ? 0 : cell)),
  );

describe('the ndjson encoder', () => {
  it('writes what JSON.stringify writes', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), batch => {
        expect(written(ndjson(), batch)).toBe(plainNdjson(batch));
      }),
      { numRuns: 500 },
    );
  });

  it('is undone by the decoder', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), batch => {
        const { batches } = decode(ndjson(batch.schema), written(ndjson(), batch));
        expect(storedRows(batches)).toEqual(finite(storedRows([batch])));
      }),
    );
  });

  it('writes floats with the fewest digits, as Number does', () => {
    const bits = fc
      .bigInt({ min: 0n, max: 2n ** 64n - 1n })
      .map(b => new Float64Array(BigUint64Array.of(b).buffer)[0]!);
    const edges = [
      5e-324,
      1.7976931348623157e308,
      2.2250738585072014e-308,
      1e21,
      1e22,
      1e-6,
      1e-7,
      123456789012345680000,
      0.1,
      1 / 3,
      9007199254740992,
      2 ** 60,
      2 ** 1000,
      4.35,
      0.000001234,
      1.5e300,
      9e-320,
    ];
    const decimals = fc.tuple(fc.integer(), fc.integer({ min: -25, max: 25 })).map(([m, e]) => Number(`${m}e${e}`));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(bits, fc.double(), decimals, fc.constantFrom(...edges)), { minLength: 50, maxLength: 200 }),
        list => {
          const batch = batchOf({ x: Float64Array.from(list) }, schemaOf({ x: f64() }));
          expect(written(ndjson(), batch).split('\n').slice(0, -1)).toEqual(
            list.map(x => `{"x":${JSON.stringify(x)}}`),
          );
        },
      ),
      { numRuns: 300 },
    );
    for (let e = -1074; e < 1024; e++) {
      const batch = batchOf({ x: [2 ** e] }, schemaOf({ x: f64() }));
      expect(written(ndjson(), batch)).toBe(`{"x":${2 ** e}}\n`);
    }
    expect(written(ndjson(), batchOf({ x: [0.1] }, schemaOf({ x: f32() })))).toBe('{"x":0.10000000149011612}\n');
  });

  it('escapes what JSON must, in texts of any length', () => {
    const long = '\u0000\u001f"\\\n'.repeat(50_000);
    const batch = batchOf({ s: ['a', long, '\b\f\t\r', 'ø'.repeat(20)] });
    expect(
      written(ndjson(), batch)
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).s),
    ).toEqual(batch.column('s' as never).toArray());
  });

  it('refuses rows of another schema', () => {
    const encoder = ndjson().encoder(schemaOf({ a: i32() }));
    expect(() => encoder.encode(batchOf({ a: ['x'] }))).toThrow(SchemaError);
  });
});

describe('the csv encoder', () => {
  it.each([
    ['commas', {}],
    ['semicolons', { delimiter: ';' }],
    ['null texts that look like values', { nulls: ['0', 'NaN', 'a', 'true'] }],
    ['no header', { header: false }],
    ['another quote and comments', { quote: "'", comment: '#' }],
  ])('is undone by the decoder, with %s', (_, options) => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), batch => {
        const { batches } = decode(csv(batch.schema, options), written(csv(undefined, options), batch));
        expect(storedRows(batches)).toEqual(storedRows([batch]));
      }),
      { numRuns: 200 },
    );
  });

  it('quotes only what needs it, names too', () => {
    const batch = batchOf([
      { 'a,b': 'plain', n: 1.5 },
      { 'a,b': 'with "quotes"', n: Number.NaN },
      { 'a,b': 'two\nlines', n: -0 },
      { 'a,b': '', n: null },
      { 'a,b': null, n: -Infinity },
    ]);
    expect(written(csv(), batch)).toBe('"a,b",n\nplain,1.5\n"with ""quotes""",NaN\n"two\nlines",-0\n"",\n,-Infinity\n');
  });

  it('writes the header once, and also when there are no rows', () => {
    const encoder = csv().encoder(schemaOf({ a: i32() }));
    expect(text(encoder.encode(batchOf({ a: [1] }, schemaOf({ a: i32() }))))).toBe('a\n1\n');
    expect(text(encoder.encode(batchOf({ a: [2] }, schemaOf({ a: i32() }))))).toBe('2\n');
    expect(text(encoder.end())).toBe('');
    expect(
      text(
        csv()
          .encoder(schemaOf({ a: i32() }))
          .end(),
      ),
    ).toBe('a\n');
  });

  it('says when a text needs quotes that are off', () => {
    const encoder = csv(undefined, { quote: null }).encoder(schemaOf({ s: utf8() }));
    expect(() => encoder.encode(batchOf({ s: ['a', 'b,c'] }))).toThrow(
      'column "s": encode: a text holds the delimiter',
    );
  });
});

describe.each(memories)('encoders in %s memory', (_, memory) => {
  it('write chunks as they write batches, and hold nothing afterwards', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), batch => {
        const scratch = new Scratch(memory, 'test');
        const chunk = importBatch(batch, memory, scratch);
        for (const codec of [ndjson(), csv()]) {
          expect(text(codec.encoder(batch.schema).encode(chunk))).toBe(text(codec.encoder(batch.schema).encode(batch)));
        }
        scratch.dispose();
        expect(Object.keys(memory.stats().owners).filter(owner => owner === 'ndjson' || owner === 'csv')).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('read no byte beyond linear memory', () => {
    const own = new Memory({ shared: memory.shared });
    const bytes = own.wasm.buffer.byteLength;
    for (const length of [1, 7, 15, 17]) {
      const end = bytes - length;
      own.u8.fill(0x61, end);
      const offsets = own.allocate(8, 'test');
      own.i32.set([0, length], offsets / 4);
      const schema = schemaOf({ s: utf8() });
      const vectors = [{ type: utf8(), validity: 0, values: end, offsets, dictionary: null }];
      for (const codec of [ndjson(), csv(undefined, { nulls: ['a', 'aaaaaaa'] })]) {
        const line = text(codec.encoder(schema).encode({ memory: own, schema, length: 1, vectors }));
        expect(line).toContain('a'.repeat(length));
      }
    }
  });
});
