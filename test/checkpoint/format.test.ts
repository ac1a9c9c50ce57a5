import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Digest } from '../../src/checkpoint/digest.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/checkpoint/format.ts';
import { DataError, StateError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';

describe.each([true, false])('the bytes of a checkpoint, shared memory %s', shared => {
  const memory = new Memory({ shared });

  it('hold a value, whatever the sizes of its buffers', () => {
    const size = fc.oneof(fc.nat(300), fc.constantFrom(65535, 65536, 65537, 1 << 20, (16 << 20) + 1));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 40 }), fc.boolean(), (sizes, some) => {
        const value = { sizes, bytes: sizes.map((bytes, at) => new Uint8Array(bytes).fill(at + 1)) };
        const bytes = writeCheckpoint(value, memory);
        const back = readCheckpoint(some ? Buffer.from(bytes) : bytes, memory) as typeof value;
        expect(back.sizes).toEqual(sizes);
        expect(back.bytes.map((bytes, at) => Buffer.compare(bytes, value.bytes[at]!))).toEqual(sizes.map(() => 0));
      }),
      { numRuns: 15 },
    );
    expect(memory.stats().heldBytes).toBe(0);
  });

  it('are an Arrow stream between a head and a checksum', () => {
    const bytes = writeCheckpoint({ a: 1, b: Float64Array.of(2) }, memory);
    expect(new TextDecoder().decode(bytes.subarray(0, 8))).toBe('millrace');
    const rows = tableFromIPC(bytes.subarray(16, bytes.length - 8)).toArray();
    expect(rows.map(({ part }) => part)).toEqual([0, 1]);
    expect(JSON.parse(new TextDecoder().decode(rows[0].bytes))).toEqual({ a: 1, b: { $: 'Float64Array', of: 0 } });
  });

  it('are refused when a bit is wrong, or bytes are missing, or they are something else', () => {
    const bytes = writeCheckpoint({ a: [1, 2, 3], b: Float64Array.of(2, 3) }, memory);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << bit;
        expect(() => readCheckpoint(damaged, memory)).toThrow(DataError);
      }),
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), length => {
        expect(() => readCheckpoint(bytes.subarray(0, length), memory)).toThrow(DataError);
      }),
    );
    const later = bytes.slice();
    later[8] = 2;
    expect(() => readCheckpoint(later, memory)).toThrow(/damaged/);
    const digest = new Digest(memory);
    digest.update(later.subarray(0, later.length - 8));
    new DataView(later.buffer).setBigUint64(later.length - 8, digest.finish(), true);
    expect(() => readCheckpoint(later, memory)).toThrow(/version 2, and this millrace reads version 1/);
    expect(() => readCheckpoint(later, memory)).toThrow(StateError);
    expect(() => readCheckpoint(new TextEncoder().encode('{"plan": "something else"}'), memory)).toThrow(
      /no checkpoint/,
    );
    expect(() => readCheckpoint(bytes.subarray(0, bytes.length - 1), memory)).toThrow(/damaged/);
    expect(memory.stats().heldBytes).toBe(0);
  });
});
