import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { castRoom } from '../../src/kernel/cast.ts';
import { Memory } from '../../src/memory/memory.ts';
import * as plain from '../reference/cast.ts';
import { Bench, bitsOf, columnOf, lengths, stores } from './_columns.ts';

type Kernel = (...args: number[]) => number;

describe.each([true, false])('cast over shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const room = castRoom(memory);
  const kernels = room as unknown as Record<string, Kernel>;
  const bench = new Bench(memory);

  for (const name of Object.keys(room)) {
    const parts = /^(cast|check)([IUF]\d+?)((?:[IUF])\d+)$/.exec(name);
    if (!parts) continue;
    const [, kind, from, to] = parts as unknown as [string, string, string, string];

    it(`${name} equals its plain twin`, () => {
      fc.assert(
        fc.property(
          lengths.chain(length => fc.tuple(columnOf(from, length), bitsOf(length))),
          fc.boolean(),
          fc.boolean(),
          ([cells, mask], small, nullable) => {
            // most columns hold values that fit, or no check would ever reach the end
            const values = small
              ? cells.map(x => (plain.cast(x, to) === undefined ? (typeof x === 'bigint' ? 1n : 1) : x))
              : cells;
            const a = bench.put(from, values);
            const out = bench.room(values.length * stores[to]!.bytes);
            const twin = bench.get(from, a, values.length).map(x => plain.cast(x, to));
            if (kind === 'cast') {
              kernels[name]!(a, out, values.length);
              expect(bench.get(to, out, values.length)).toEqual(twin);
            } else {
              const bad = twin.findIndex((x, i) => x === undefined && (!nullable || mask[i]));
              expect(kernels[name]!(a, nullable ? bench.putBits(mask) : 0, out, values.length)).toBe(bad);
              const got = bench.get(to, out, values.length);
              if (bad < 0)
                for (const [i, x] of twin.entries()) if (x !== undefined) expect(got[i]).toBe(x === 0 ? 0 : x);
            }
            expect(bench.close()).toBe(true);
          },
        ),
      );
    });
  }

  it('castBoolI32 spreads bits', () => {
    fc.assert(
      fc.property(lengths.chain(bitsOf), bits => {
        const out = bench.room(bits.length * 4);
        room.castBoolI32(bench.putBits(bits), out, bits.length);
        expect(bench.get('I32', out, bits.length)).toEqual(bits.map(Number));
        expect(bench.close()).toBe(true);
      }),
    );
  });
});
