import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import type { Vector } from '../../src/column/vector.ts';
import { StateError } from '../../src/errors.ts';
import { copyValue, packValue, unpackValue } from '../../src/saved/value.ts';
import { dictionary, f64 } from '../../src/schema/data-type.ts';

const typed: fc.Arbitrary<unknown> = fc.oneof(
  fc.uint8Array(),
  fc.int16Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.uint8ClampedArray(),
  fc.uint8Array().map(bytes => bytes.slice().buffer),
  fc.uint8Array({ minLength: 9 }).map(bytes => new DataView(bytes.buffer, 3, 5)),
);
const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(null, undefined, -0, Number.NaN, Number.POSITIVE_INFINITY, '$'),
  typed,
);
const key = fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', 'of', ''));
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value')),
    fc.uniqueArray(fc.tuple(key, tie('value')), { selector: ([name]) => name }).map(Object.fromEntries),
    fc.array(fc.tuple(leaf, tie('value'))).map(entries => new Map(entries)),
    fc.array(leaf).map(items => new Set(items)),
  ),
}));

const through = (given: unknown): unknown => {
  const { json, buffers } = packValue(given);
  return unpackValue(
    JSON.parse(JSON.stringify(json)),
    buffers.map(bytes => bytes.slice()),
  );
};

describe('a packed value', () => {
  it('comes back as it was, as structuredClone would copy it', () => {
    fc.assert(
      fc.property(value, given => {
        expect(through(given)).toStrictEqual(structuredClone(given));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps batches and vectors', () => {
    const batch = batchOf({ x: [1, null], d: ['a', 'b'] }, { x: f64(), d: dictionary() });
    const [first, second] = through([batch, batch.vectors[1]]) as [Batch, Vector];
    expect(first).toBeInstanceOf(Batch);
    expect(first.toArray()).toEqual(batch.toArray());
    expect(second.toArray()).toEqual(['a', 'b']);
  });

  it('is copied so that it shares nothing', () => {
    const value = { bytes: Uint8Array.of(1, 2), map: new Map([['a', [1]]]) };
    const copy = copyValue(value);
    value.bytes[0] = 9;
    value.map.get('a')!.push(2);
    expect(copy).toStrictEqual({ bytes: Uint8Array.of(1, 2), map: new Map([['a', [1]]]) });
  });

  it('keeps the bytes of an array that is met twice once', () => {
    const bytes = Float64Array.of(1, 2, 3);
    expect(packValue({ a: bytes, b: [bytes] }).buffers).toHaveLength(1);
  });

  it('takes the part of a buffer that a view shows, and a Buffer as bytes', () => {
    const whole = new Float64Array(1000);
    const { buffers } = packValue([whole.subarray(3, 5), Buffer.from('abc')]);
    expect(buffers.map(({ length }) => length)).toEqual([16, 3]);
    expect(through(Buffer.from('abc'))).toStrictEqual(Uint8Array.of(97, 98, 99));
  });

  it('refuses what would not come back, and says where it stands', () => {
    class Counter {}
    const loop: Record<string, unknown> = {};
    loop['again'] = [loop];
    for (const [given, text] of [
      [{ groups: [{ state: () => 1 }] }, /a function at groups\.0\.state can't be saved/],
      [new Map([['k', new Counter()]]), /an instance of Counter at k can't be saved/],
      [Symbol('s'), /a symbol at the top can't be saved/],
      [loop, /an object that contains itself at again\.0/],
    ] as const) {
      expect(() => packValue(given)).toThrow(StateError);
      expect(() => packValue(given)).toThrow(text);
    }
  });
});
