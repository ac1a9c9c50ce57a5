import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrow } from '../../src/codec/arrow.ts';
import { rawBatches } from '../../src/codec/arrow-buffers.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { DataError } from '../../src/errors.ts';
import { f64, utf8 } from '../../src/schema/data-type.ts';

const columns = { x: f64(), s: utf8() };
const rows = fc.array(fc.record({ x: fc.double({ noNaN: true }), s: fc.string({ unit: 'grapheme' }) }), {
  maxLength: 20,
});

function encoded(batches: readonly { x: number; s: string }[][]): Uint8Array {
  const encoder = arrow().encoder(batchOf([], columns).schema);
  return Buffer.concat([...batches.map(batch => encoder.encode(batchOf(batch, columns))), encoder.end()]);
}

describe('rawBatches', () => {
  it('gives the buffers of every record batch as they lie', () => {
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 5 }), batches => {
        const found = [...rawBatches(encoded(batches))].map(({ length, buffers }) => {
          const [, x, , ends, text] = buffers.map(buffer => buffer.slice());
          const offsets = new Int32Array(ends!.buffer);
          const values = new Float64Array(x!.buffer);
          return Array.from({ length }, (_, row) => ({
            x: values[row]!,
            s: new TextDecoder().decode(text!.subarray(offsets[row], offsets[row + 1])),
          }));
        });
        expect(found).toEqual(batches);
      }),
    );
  });

  it('ends, or says that the stream is damaged, whatever the bytes are', () => {
    const bytes = Uint8Array.from(encoded([[{ x: 1, s: 'one' }], [{ x: 2, s: 'two' }]]));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
        const damaged = bytes.slice(0, length);
        if (at < length) damaged[at] = value;
        try {
          for (const { buffers } of rawBatches(damaged)) expect(buffers.length).toBeLessThan(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 500 },
    );
    expect(() => [...rawBatches(bytes.subarray(0, -8))]).toThrow(/the stream has no end/);
  });
});
