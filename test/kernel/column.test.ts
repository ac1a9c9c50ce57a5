import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnRoom, nullCode } from '../../src/kernel/column.ts';
import { parquetRoom } from '../../src/kernel/parquet.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { bitsOf, checkOffsets, hybrid, mapCodes } from '../reference/column.ts';

describe.each([true, false])('kernels that move columns, shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const scratch = new Scratch(memory, 'test');
  const room = columnRoom(memory);

  const bytesIn = (bytes: Uint8Array): number => {
    const at = scratch.take(bytes.length + 64);
    memory.u8.set(bytes, at);
    return at;
  };
  const wordsIn = (words: readonly number[]): number => {
    const at = scratch.take(words.length * 4 + 64);
    memory.i32.set(words, at >>> 2);
    return at;
  };
  const bytesOut = (at: number, length: number): Uint8Array => memory.u8.slice(at, at + length);
  const wordsOut = (at: number, length: number): number[] => [...memory.u32.subarray(at >>> 2, (at >>> 2) + length)];
  const law = <T extends [unknown, ...unknown[]]>(
    values: { [K in keyof T]: fc.Arbitrary<T[K]> },
    holds: (...args: T) => void,
  ) =>
    fc.assert(
      fc.property(fc.tuple(...(values as any)), args => {
        scratch.reset();
        holds(...(args as T));
      }),
    );

  const someBits = fc.uint8Array({ minLength: 1, maxLength: 40 });

  it('copies, counts and packs bits as one at a time', () => {
    law<[Uint8Array, number, number]>([someBits, fc.nat(), fc.nat()], (bits, from, size) => {
      const total = bits.length * 8;
      const offset = from % total;
      const length = size % (total - offset + 1);
      const at = bytesIn(bits);
      const target = scratch.take(64);
      room.copyBits(at, offset, target, length);
      expect(bitsOf(bytesOut(target, 64), length)).toEqual(bitsOf(bits, length, offset));
      expect(room.countBits(at, length)).toBe(bitsOf(bits, length).reduce((a, b) => a + b, 0));
      room.packBits(at, target, bits.length);
      expect(bitsOf(bytesOut(target, 64), bits.length)).toEqual([...bits].map(byte => (byte ? 1 : 0)));
    });
  });

  it('finds the first offset that is wrong', () => {
    const offsets = fc.oneof(
      fc
        .array(fc.nat(20), { minLength: 1, maxLength: 40 })
        .map(steps => steps.map((_, i) => steps.slice(0, i).reduce((a, b) => a + b, 0))),
      fc.array(fc.integer({ min: -3, max: 50 }), { minLength: 1, maxLength: 20 }),
    );
    law<[number[], number]>([offsets, fc.nat(400)], (list, limit) => {
      expect(room.checkOffsets(wordsIn(list), list.length - 1, limit)).toBe(checkOffsets(list, limit));
    });
  });

  it('maps codes, and makes null what maps to nothing', () => {
    const cells = fc.array(fc.tuple(fc.nat(9), fc.nat(1)), { maxLength: 40 });
    law<[[number, number][], (number | null)[]]>(
      [cells, fc.array(fc.option(fc.nat(99)), { minLength: 1, maxLength: 9 })],
      (list, map) => {
        const codes = list.map(([code]) => code);
        const present = list.map(([, bit]) => bit);
        const bits = new Uint8Array(8);
        for (const [i, bit] of present.entries()) bits[i >> 3]! |= bit << (i & 7);
        const validity = bytesIn(bits);
        const target = scratch.take(codes.length * 4);
        const bad = room.mapCodes(
          wordsIn(codes),
          validity,
          codes.length,
          wordsIn(map.map(code => code ?? nullCode | 0)),
          map.length,
          target,
          validity,
        );
        const want = mapCodes(codes, present, map);
        if (typeof want === 'number') expect(bad).toBe(want);
        else {
          expect(bad).toBe(-1);
          expect(wordsOut(target, codes.length)).toEqual(want.codes);
          expect(bitsOf(bytesOut(validity, 8), codes.length)).toEqual(want.present);
        }
        expect(room.codesWithin(wordsIn(codes), codes.length, map.length)).toBe(
          codes.every(code => code < map.length) ? 1 : 0,
        );
      },
    );
  });

  it('decodes runs of every width, and refuses what is cut short', () => {
    const runsOf = (width: number) => {
      const value = fc.integer({ min: 0, max: width === 32 ? 0xffff_ffff : 2 ** width - 1 });
      const group = fc.array(value, { minLength: 8, maxLength: 8 });
      const run = fc.oneof(
        fc.tuple(value, fc.integer({ min: 1, max: 300 })),
        fc.array(group, { minLength: 1, maxLength: 5 }),
      );
      return fc.array(run, { minLength: 1, maxLength: 5 });
    };
    const cases = fc.integer({ min: 1, max: 32 }).chain(width => fc.tuple(fc.constant(width), runsOf(width)));
    law<[any]>([cases], ([width, runs]) => {
      const bytes = hybrid(runs, width);
      const want = runs.flatMap((run: any) =>
        typeof run[0] === 'number' ? new Array(run[1]).fill(run[0]) : run.flat(),
      );
      const target = scratch.take(want.length * 4 + 64);
      const kernels = parquetRoom(memory);
      expect(kernels.hybrid32(bytesIn(bytes), bytes.length, width, want.length, target)).toBe(bytes.length);
      expect(wordsOut(target, want.length)).toEqual(want);
      expect(kernels.hybrid32(bytesIn(bytes), bytes.length - 1, width, want.length, target)).toBe(-1);
    });
  });
});
