import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashRoom } from '../../src/kernel/hash.ts';
import { Memory } from '../../src/memory/memory.ts';
import { plainXxh64 } from '../reference/hash.ts';

describe.each([true, false])('XXH64, shared memory %s', shared => {
  const memory = new Memory({ shared });
  const hashOf = (bytes: Uint8Array, seed = 0n): bigint => {
    const room = hashRoom(memory);
    const state = memory.allocate(room.stateBytes.value, 'test');
    const at = memory.allocate(bytes.length + 8, 'test');
    memory.u8.set(bytes, at);
    const whole = bytes.length - (bytes.length % room.stripeBytes.value);
    room.startXxh64(state, seed);
    room.mixXxh64(state, at, whole);
    const hash = BigInt.asUintN(64, room.finishXxh64(state, at + whole, bytes.length - whole));
    memory.free(state);
    memory.free(at);
    return hash;
  };

  // The first three are known from other implementations, the rest of them from the twin.
  it.each([
    ['', 0xef46db3751d8e999n],
    ['a', 0xd24ec4f1a98c6e5bn],
    ['abc', 0x44bc2cf5ad770999n],
  ])('of %j is what others say', (text, hash) => {
    const bytes = new TextEncoder().encode(text);
    expect(hashOf(bytes)).toBe(hash);
    expect(plainXxh64(bytes)).toBe(hash);
  });

  it('equals its specification, for any length and seed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (bytes, seed) => {
        expect(hashOf(bytes, seed)).toBe(plainXxh64(bytes, seed));
      }),
      { numRuns: 300 },
    );
  });
});
