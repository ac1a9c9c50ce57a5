import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packValue, unpackValue } from '../../src/checkpoint/value.ts';
import { StateError } from '../../src/errors.ts';

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
