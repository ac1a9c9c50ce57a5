import { readFileSync } from 'node:fs';
import { tableFromIPC as flechette } from '@uwdata/flechette';
import * as aa from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrow } from '../../src/codec/arrow.ts';
import type { DecoderOptions } from '../../src/codec/codec.ts';
import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { toBatch } from '../../src/column/to-batch.ts';
import { DataError, OptionError, SchemaError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import { dictionary, f64, i32, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { arbitraryAnyBatch, arbitraryBatch, arbitrarySchema } from '../arbitrary.ts';

const memories = [new Memory({ shared: true }), new Memory({ shared: false })] as const;

/** Decodes bytes that arrive in these pieces. */
function decode(pieces: readonly Uint8Array[], options: Partial<DecoderOptions> = {}) {
  const decoder = arrow().decoder({ memory: memories[0], source: 'test', ...options });
  const batches: Batch[] = [];
  try {
    const drain = (): void => {
      for (let chunk = decoder.next(); chunk; chunk = decoder.next()) batches.push(exportChunk(chunk));
    };
    for (const piece of pieces) {
      decoder.write(piece);
      drain();
    }
    decoder.end();
    drain();
    return {
      batches,
      rows: batches.flatMap(batch => batch.toArray()),
      schema: decoder.schema,
      skipped: decoder.skipped,
    };
  } finally {
    decoder.dispose();
  }
}

function encode(batches: readonly Batch[], format: 'stream' | 'file' = 'stream'): Uint8Array {
  const encoder = arrow({ format }).encoder(batches[0]!.schema);
  return Buffer.concat([...batches.map(batch => encoder.encode(batch)), encoder.end()]);
}

/** Pieces of `bytes` cut at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i]!, end));
}

const table = (columns: Record<string, [aa.DataType, readonly unknown[]]>): aa.Table =>
  new aa.Table(
    Object.fromEntries(
      Object.entries(columns).map(([name, [type, values]]) => [name, aa.vectorFromArray(values as any, type as any)]),
    ),
  );

const twoBatches = arbitrarySchema().chain(schema => fc.tuple(arbitraryBatch(schema), arbitraryBatch(schema)));

describe('arrow', () => {
  it.each(['stream', 'file'] as const)('reads what it wrote, cut anywhere: %s', format => {
    fc.assert(
      fc.property(twoBatches, fc.array(fc.nat(100_000), { maxLength: 6 }), (batches, places) => {
        const bytes = encode(batches, format);
        for (const memory of memories) {
          const { rows, schema } = decode(cut(bytes, places), { memory });
          expect(rows).toEqual(batches.flatMap(batch => batch.toArray()));
          expect(String(schema)).toBe(String(batches[0].schema));
        }
      }),
    );
  });

  it('reads a stream that comes byte by byte', () => {
    const batch = batchOf({ v: [1, 2, null], s: ['a', 'b', null] }, { v: f64(), s: dictionary() });
    const bytes = encode([batch, batch]);
    expect(decode([...bytes].map(byte => Uint8Array.of(byte))).rows).toEqual([...batch.toArray(), ...batch.toArray()]);
  });

  it('writes what apache-arrow and flechette read', () => {
    fc.assert(
      fc.property(twoBatches, fc.constantFrom('stream', 'file'), (batches, format) => {
        const bytes = encode(batches, format);
        const rows = batches.flatMap(batch => batch.toArray());
        expect(toBatch(aa.tableFromIPC(bytes)).toArray()).toEqual(rows);
        expect(flechette(bytes, { useBigInt: true }).numRows).toBe(rows.length);
      }),
    );
    const batch = batchOf(
      { v: [1, null], b: [2n ** 60n, null], s: ['é', null], k: ['x', null] },
      { v: f64(), b: i64(), s: utf8(), k: dictionary() },
    );
    expect(
      flechette(encode([batch]), { useBigInt: true })
        .toArray()
        .map(row => ({ ...row })),
    ).toEqual(batch.toArray());
  });

  it.each(['stream', 'file'] as const)('reads what apache-arrow wrote: %s', format => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), batch => {
        const bytes = aa.tableToIPC(new aa.Table([batch.toArrow()]), format);
        expect(decode([bytes]).rows).toEqual(batch.toArray());
      }),
    );
  });

  it('reads the legacy framing, without continuation marks, whose bodies are not aligned', () => {
    const source = new aa.Table([batchOf({ v: [1, 2, 3], s: ['a', null, 'c'], n: [1n, 2n, 3n] }).toArrow()]);
    const writer = new aa.RecordBatchStreamWriter({ writeLegacyIpcFormat: true });
    writer.writeAll(source.batches);
    writer.finish();
    const bytes = writer.toUint8Array(true);
    expect(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)).not.toBe(-1);
    expect(decode([bytes]).rows).toEqual(toBatch(source).toArray());
  });

  it('keeps one dictionary while a stream replaces and extends its own', () => {
    const parts = [['a', 'b'], ['c', 'b', null], ['a', 'd'], ['d']];
    const batches = parts.map(s => batchOf({ s }, { s: dictionary() }));
    const { rows, batches: read } = decode([encode(batches)]);
    expect(rows).toEqual(parts.flat().map(s => ({ s })));
    expect(read[3]!.vectors[0]!.dictionary!.toArray()).toEqual(['a', 'b', 'c', 'd']);
    // every batch of apache-arrow brings a dictionary of its own: replacement
    const streams = Buffer.concat(batches.map(batch => aa.tableToIPC(new aa.Table([batch.toArrow()]), 'stream')));
    const replaced = decode([streams]);
    expect(replaced.rows).toEqual(rows);
  });

  it('reads codes of every width, large and view texts, and types of another layout', () => {
    const words = ['a', null, 'b', 'a', 'a word of more than twelve bytes'];
    const source = table({
      i8: [new aa.Dictionary(new aa.Utf8(), new aa.Int8()), words],
      u16: [new aa.Dictionary(new aa.Utf8(), new aa.Uint16()), words],
      large: [new aa.LargeUtf8(), words],
      view: [new aa.Utf8View(), words],
      half: [new aa.Float16(), [1.5, null, -2, 0, 65504]],
      ms: [new aa.DateMillisecond(), [new Date(1), null, new Date(-1), new Date(2), new Date(3)]],
      nothing: [new aa.Null(), [null, null, null, null, null]],
      time: [new aa.TimeMicrosecond(), [1n, 2n, null, 4n, 5n]],
      numbers: [new aa.Dictionary(new aa.Int64(), new aa.Int32()), [7n, 8n, null, 7n, 9n]],
    });
    const { rows, schema } = decode([aa.tableToIPC(source)]);
    expect(rows).toEqual(toBatch(source).toArray());
    expect(rows.map(row => [row['i8'], row['u16'], row['large'], row['view']])).toEqual(words.map(w => [w, w, w, w]));
    expect(String(schema)).toBe(
      '(i8: dictionary, u16: dictionary, large: utf8, view: utf8, half: f32, ms: timestamp[ms], nothing: utf8, time: i64, numbers: i64)',
    );
  });

  it.each(['lz4', 'zstd'])('decompresses %s bodies', name => {
    const bytes = readFileSync(new URL(`../golden/arrow/${name}.arrows`, import.meta.url));
    const { rows } = decode([bytes]);
    const want = Array.from({ length: 20_000 }, (_, i) => ({
      n: i % 11 === 0 ? null : BigInt((i * i) % 1000),
      s: i % 7 === 0 ? null : `word ${i % 97}`,
      k: 'abcdefg'[(i * 3) % 7],
      b: i % 3 === 0,
    }));
    expect(rows.length).toBe(want.length);
    for (const at of [0, 1, 6, 7, 11, 8191, 8192, 19_999]) expect(rows[at]).toEqual(want[at]);
    expect(rows).toEqual(want);
  });

  it('reads flights-200k.arrow of vega-datasets', () => {
    const bytes = readFileSync(new URL('../../node_modules/vega-datasets/data/flights-200k.arrow', import.meta.url));
    const { batches, schema } = decode(cut(bytes, [1000, 100_000, 1_000_000]));
    const want = aa.tableFromIPC(bytes);
    expect(String(schema)).toBe('(delay: i16, distance: i16, time: f32)');
    for (const name of ['delay', 'distance', 'time']) {
      const sum = batches.reduce(
        (total, batch) => (batch.column(name).values as Int16Array).reduce((a, b) => a + b, total),
        0,
      );
      expect(sum).toBe([...want.getChild(name)!].reduce((a: number, b: number) => a + b, 0));
    }
  });

  it('cuts long batches into chunks of at most chunkRows, in order', () => {
    const batch = batchOf({
      v: Float64Array.from({ length: 1000 }, (_, i) => i),
      b: Array.from({ length: 1000 }, (_, i) => (i % 5 ? i % 3 === 0 : null)),
      s: Array.from({ length: 1000 }, (_, i) => `${i}`),
    });
    const bytes = encode([batch]);
    for (const chunkRows of [1, 7, 64, 100, 999, 1000, 5000]) {
      const { batches, rows } = decode([bytes], { chunkRows });
      expect(rows).toEqual(batch.toArray());
      expect(Math.max(...batches.map(part => part.length))).toBeLessThanOrEqual(chunkRows);
    }
  });

  it('reads only the columns that are wanted, whatever the others are', () => {
    const source = new aa.Table({
      l: aa.vectorFromArray([[1], [2]], new aa.List(new aa.Field('x', new aa.Int32()))),
      v: aa.vectorFromArray([1.5, 2.5], new aa.Float64()),
      w: aa.vectorFromArray(['long enough for a buffer', 'y'], new aa.Utf8View()),
      s: aa.vectorFromArray(['p', 'q'], new aa.Utf8()),
    });
    const bytes = aa.tableToIPC(source);
    expect(decode([bytes], { columns: ['s', 'v'] }).rows).toEqual([
      { v: 1.5, s: 'p' },
      { v: 2.5, s: 'q' },
    ]);
    expect(() => decode([bytes])).toThrow(SchemaError);
    expect(() => decode([bytes])).toThrow('column "l" is List');
    expect(() => decode([bytes], { columns: ['vv'] })).toThrow('did you mean "v"');
  });

  it('takes bytes that were read straight into linear memory', () => {
    const batch = batchOf({ v: [1, 2, 3] });
    const bytes = encode([batch, batch]);
    const decoder = arrow().decoder({ memory: memories[0] });
    let rows = 0;
    for (let at = 0; at < bytes.length; ) {
      const view = decoder.reserve(50);
      const n = Math.min(view.length, 50, bytes.length - at);
      view.set(bytes.subarray(at, at + n));
      decoder.commit(n);
      at += n;
      for (let chunk = decoder.next(); chunk; chunk = decoder.next()) rows += chunk.length;
    }
    expect(rows).toBe(6);
    decoder.dispose();
    expect(memories[0].stats().owners['arrow decoder']).toBeUndefined();
  });

  it('holds no more memory for a long stream than for a short one', () => {
    const memory = new Memory();
    const encoder = arrow().encoder(batchOf({ v: [1] }).schema);
    const decoder = arrow().decoder({ memory });
    const held: number[] = [];
    for (let i = 0; i < 300; i++) {
      decoder.write(encoder.encode(batchOf({ v: new Float64Array(2000) })));
      while (decoder.next());
      held.push(memory.stats().heldBytes);
    }
    expect(held.at(-1)).toBe(held[20]);
  });

  it('skips damaged batches and counts their rows when asked to', () => {
    const batch = batchOf({ s: ['ab', 'cd', 'ef'] });
    const encoder = arrow().encoder(batch.schema);
    const first = encoder.encode(batch);
    const second = encoder.encode(batch);
    const view = new DataView(second.buffer);
    const body = second.length - 24; // offsets 0 2 4 6, then the text
    view.setInt32(body + 4, 1000, true);
    const bytes = [first, second, encoder.encode(batch), encoder.end()];
    expect(() => decode(bytes)).toThrow(`test, byte ${first.length}, column "s": the offsets of row 1`);
    expect(decode(bytes, { onBadRecord: 'skip' })).toMatchObject({ skipped: 3, rows: { length: 6 } });
  });

  it('says where a truncated input ends', () => {
    const batch = batchOf({ v: [1, 2, 3] });
    const bytes = encode([batch]);
    expect(() => decode([bytes.subarray(0, bytes.length - 20)])).toThrow(
      /^test, byte \d+: the input ends inside a message/,
    );
    expect(() => decode([])).toThrow('there are no bytes');
    const file = encode([batch], 'file');
    for (let end = 1; end < 16; end++) expect(() => decode([file.subarray(0, end)])).toThrow(DataError);
    expect(decode([bytes.subarray(0, bytes.length - 8)]).rows.length).toBe(3); // a stream may end without its mark
  });

  it('refuses other columns in a later stream, and a batch of other columns', () => {
    const one = batchOf({ v: [1] });
    const other = batchOf({ v: ['x'] });
    expect(() => decode([encode([one]), encode([other])])).toThrow('the columns change from (v: f64) to (v: utf8)');
    expect(decode([encode([one]), encode([one])]).rows.length).toBe(2);
    expect(() => arrow().encoder(one.schema).encode(other)).toThrow(SchemaError);
    expect(() => arrow({ format: 'feather' as never })).toThrow(OptionError);
  });

  it('neither traps nor hangs nor grows on damaged bytes', () => {
    const memory = new Memory();
    const good = encode([
      batchOf(
        { v: [1, null, 3], s: ['ab', null, 'cd'], k: ['x', 'y', 'x'], i: [1, 2, 3], t: [1n, 2n, 3n] },
        { v: f64(), s: utf8(), k: dictionary(), i: i32(), t: timestamp('us', 'UTC') },
      ),
    ]);
    const golden = ['lz4', 'zstd'].map(name =>
      readFileSync(new URL(`../golden/arrow/${name}.arrows`, import.meta.url)),
    );
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    const survive = (bytes: Uint8Array, reach: number, edits: [number, number][], length: number): void => {
      const broken = bytes.slice(0, length);
      for (const [at, byte] of edits) if (broken.length > 0) broken[at % Math.min(reach, broken.length)] = byte;
      try {
        decode([broken], { memory, onBadRecord: 'skip' });
      } catch (error) {
        if (!(error instanceof DataError || error instanceof SchemaError)) throw error;
      }
    };
    fc.assert(
      fc.property(damage, fc.integer({ min: 0, max: good.length }), (edits, length) =>
        survive(good, good.length, edits as [number, number][], length),
      ),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...golden), damage, (bytes, edits) =>
        survive(bytes, 4000, edits as [number, number][], bytes.length),
      ),
      { numRuns: 100 },
    );
    expect(memory.stats().totalBytes).toBeLessThan(256 << 20);
  });
});
