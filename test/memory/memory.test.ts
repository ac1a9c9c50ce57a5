import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryError, OptionError, StateError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';

describe.each([true, false])('memory, shared %s', shared => {
  it('is shared or plain as asked, and kernels run over either', () => {
    const memory = new Memory({ shared });
    expect(memory.wasm.buffer instanceof SharedArrayBuffer).toBe(shared);
    const address = memory.allocate(100, 'test');
    memory.bulk.fill(address, 7, 100);
    expect([...memory.u8.slice(address, address + 100)]).toEqual(Array(100).fill(7));
  });

  it('writes bytes of any number to any place, and nothing around them', () => {
    const memory = new Memory({ shared });
    const source = Uint8Array.from({ length: 40_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
    const block = memory.allocate(50_000, 'test');
    const lengths = fc.oneof(fc.nat(600), fc.integer({ min: 16_000, max: 17_000 }));
    fc.assert(
      fc.property(lengths, fc.nat(9), fc.nat(9), (length, from, to) => {
        memory.bulk.fill(block, 0, 50_000);
        memory.write(source.subarray(from, from + length), block + to);
        const wanted = new Uint8Array(50_000);
        wanted.set(source.subarray(from, from + length), to);
        expect(Buffer.compare(memory.u8.subarray(block, block + 50_000), wanted)).toBe(0);
      }),
    );
    expect(() => memory.write(source, memory.u8.length - 10)).toThrow(RangeError);
  });

  it('hands out aligned blocks that never overlap, whatever is freed in between', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(5000), fc.constant(-1)), { maxLength: 60 }), steps => {
        const memory = new Memory({ shared });
        const blocks: { address: number; bytes: number }[] = [];
        for (const [at, step] of steps.entries()) {
          if (step < 0 && blocks.length > 0) memory.free(blocks.splice(at % blocks.length, 1)[0]!.address);
          else if (step >= 0) blocks.push({ address: memory.allocate(step, 'test'), bytes: step });
        }
        const sorted = blocks.toSorted((a, b) => a.address - b.address);
        for (const [at, { address, bytes }] of sorted.entries()) {
          expect(address % 64).toBe(0);
          expect(memory.sizeOf(address)).toBeGreaterThanOrEqual(bytes);
          if (at > 0)
            expect(address).toBeGreaterThanOrEqual(sorted[at - 1]!.address + memory.sizeOf(sorted[at - 1]!.address));
        }
        expect(memory.stats().heldBytes).toBe(blocks.reduce((sum, block) => sum + memory.sizeOf(block.address), 0));
      }),
      { numRuns: 40 },
    );
  });

  it('grows, keeps what was written, and says who holds how much', () => {
    const memory = new Memory({ shared });
    const small = memory.allocate(8, 'small');
    memory.u8[small] = 42;
    const large = memory.allocate(5 << 20, 'large');
    memory.u8[large + (5 << 20) - 1] = 43;
    expect(memory.u8[small]).toBe(42);
    const { owners, heldBytes, totalBytes, peakBytes } = memory.stats();
    expect(Object.keys(owners)).toEqual(['large', 'small']);
    expect(heldBytes).toBe(owners['large']! + owners['small']!);
    expect(totalBytes).toBeGreaterThan(heldBytes);
    memory.free(large);
    expect(memory.stats().heldBytes).toBe(owners['small']);
    expect(memory.stats().peakBytes).toBe(peakBytes);
  });

  it('moves a block that must grow, and its beginning with it', () => {
    const memory = new Memory({ shared });
    const before = memory.allocate(64, 'test');
    memory.bulk.fill(before, 9, 64);
    const after = memory.reallocate(before, 64, 1000, 'test');
    expect([...memory.u8.slice(after, after + 64)]).toEqual(Array(64).fill(9));
    expect(memory.sizeOf(before)).toBe(0);
    expect(memory.reallocate(after, 64, 500, 'test')).toBe(after);
  });

  it('ends at its limit with an error that names who asked, and goes on working', () => {
    const memory = new Memory({ shared, maximumBytes: 2 << 20 });
    const one = memory.allocate(1 << 20, 'window of trades');
    let error: unknown;
    try {
      memory.allocate(1 << 20, 'groups of trades');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MemoryError);
    expect(error).toMatchObject({ code: 'MEMORY', owner: 'groups of trades', bytes: 1 << 20 });
    memory.free(one);
    expect(memory.allocate(1 << 20, 'again')).toBe(one);
  });

  it('refuses to free what it did not hand out', () => {
    const memory = new Memory({ shared });
    const address = memory.allocate(8, 'test');
    memory.free(address);
    memory.free(0); // no block
    expect(() => memory.free(address)).toThrow(StateError);
  });
});

it('refuses a limit that makes no sense', () => {
  expect(() => new Memory({ maximumBytes: 1000 })).toThrow(OptionError);
  expect(() => new Memory({ maximumBytes: Number.NaN })).toThrow('give 1 MiB to 4 GiB');
});

describe('scratch space', () => {
  it('gives aligned room that stays until it is reset, then one block of it, and allocates nothing the third time round', () => {
    const memory = new Memory({ shared: false });
    const scratch = new Scratch(memory, 'scratch');
    const sizes = [1, 64, 65, 400_000, 3, 2_000_000, 10];
    for (const address of sizes.map(bytes => scratch.take(bytes))) expect(address % 64).toBe(0);
    scratch.reset();
    const second = sizes.map(bytes => scratch.take(bytes));
    expect(new Set(second).size).toBe(sizes.length);
    const held = memory.stats().heldBytes;
    expect(held).toBeLessThan(1.5 * sizes.reduce((sum, bytes) => sum + bytes, 0));
    scratch.reset();
    expect(sizes.map(bytes => scratch.take(bytes))).toEqual(second);
    expect(memory.stats().heldBytes).toBe(held);
    scratch.dispose();
    expect(memory.stats().heldBytes).toBe(0);
  });

  it('can be zeroed', () => {
    const memory = new Memory({ shared: true });
    const scratch = new Scratch(memory, 'scratch');
    memory.bulk.fill(scratch.take(1000), 255, 1000);
    scratch.reset();
    const address = scratch.takeZeroed(1000);
    expect(memory.u8.slice(address, address + 1000).every(byte => byte === 0)).toBe(true);
  });
});
