import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Memory } from '../../src/memory/memory.ts';

describe('bits', () => {
  it('copies any range of bits to any place, leaving its neighbours alone', () => {
    const memory = new Memory({ shared: false });
    const [from, to] = [memory.allocate(64, 'test'), memory.allocate(64, 'test')];
    const bit = (address: number, at: number) => (memory.u8[address + (at >> 3)]! >> (at & 7)) & 1;
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 40, maxLength: 40 }),
        fc.uint8Array({ minLength: 40, maxLength: 40 }),
        fc.nat(40),
        fc.nat(40),
        fc.nat(200),
        (source, target, sourceBit, targetBit, count) => {
          memory.u8.set(source, from);
          memory.u8.set(target, to);
          const before = Array.from({ length: 320 }, (_, at) => bit(to, at));
          memory.bulk.copyBits(to, targetBit, from, sourceBit, count);
          for (let at = 0; at < 320; at++) {
            const inside = at >= targetBit && at < targetBit + count;
            expect(bit(to, at)).toBe(inside ? bit(from, at - targetBit + sourceBit) : before[at]);
          }
          memory.bulk.fillBits(to, targetBit, 1, count);
          for (let at = targetBit; at < targetBit + count; at++) expect(bit(to, at)).toBe(1);
        },
      ),
    );
  });
});
