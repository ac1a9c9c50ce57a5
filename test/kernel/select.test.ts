import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectRoom } from '../../src/kernel/select.ts';
import { Memory } from '../../src/memory/memory.ts';
import * as plain from '../reference/select.ts';
import { Bench, bitsOf, columnOf, lengths, stores } from './_columns.ts';

type Kernel = (...args: number[]) => number;
const widths = [
  ['8', 'U8'],
  ['16', 'U16'],
  ['32', 'I32'],
  ['64', 'I64'],
] as const;
const texts = (length: number): fc.Arbitrary<string[]> =>
  fc.array(fc.oneof(fc.string({ maxLength: 3 }), fc.string({ maxLength: 50 })), {
    minLength: length,
    maxLength: length,
  });

describe.each([true, false])('select over shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const room = selectRoom(memory);
  const kernels = room as unknown as Record<string, Kernel>;
  const bench = new Bench(memory);
  const bytesOf = (length: number): number => (length + 7) >> 3;
  const twoMasks = lengths.chain(length => fc.tuple(bitsOf(length), bitsOf(length)));

  it.each(['and', 'or', 'xor', 'andNot', 'orNot'])('%sBits equals its plain twin', op => {
    fc.assert(
      fc.property(twoMasks, ([a, b]) => {
        const out = bench.room(bytesOf(a.length));
        kernels[`${op}Bits`]!(bench.putBits(a), bench.putBits(b), out, bytesOf(a.length));
        expect(bench.getBits(out, a.length)).toEqual(a.map((x, i) => plain.bits(op, x, b[i]!)));
        expect(bench.close()).toBe(true);
      }),
    );
  });

  it.each(['and', 'or', 'xor'])('%sBitsScalar repeats 8 bytes', op => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ minLength: 8, maxLength: 8 }), (a, b) => {
        const out = bench.room(a.length);
        kernels[`${op}BitsScalar`]!(bench.put('U8', a), bench.put('U8', b), out, a.length);
        const twin = [...a].map((x, i) => (op === 'and' ? x & b[i & 7]! : op === 'or' ? x | b[i & 7]! : x ^ b[i & 7]!));
        expect(bench.get('U8', out, a.length)).toEqual(twin);
        expect(bench.close()).toBe(true);
      }),
    );
  });

  it('notBits inverts', () => {
    fc.assert(
      fc.property(lengths.chain(bitsOf), a => {
        const out = bench.room(bytesOf(a.length));
        room.notBits(bench.putBits(a), out, bytesOf(a.length));
        expect(bench.getBits(out, a.length)).toEqual(a.map(bit => !bit));
        expect(bench.close()).toBe(true);
      }),
    );
  });

  it.each(['and', 'or'] as const)('Kleene %s lets the deciding value win over null', op => {
    const cells = (length: number): fc.Arbitrary<(boolean | null)[]> =>
      fc.array(fc.constantFrom(true, false, null), { minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        lengths.chain(length => fc.tuple(cells(length), cells(length))),
        ([a, b]) => {
          const [out, valid] = [bench.room(bytesOf(a.length)), bench.room(bytesOf(a.length))];
          const [values, valids] = [
            (x: boolean | null): boolean => x ?? a.length % 2 === 0,
            (x: boolean | null): boolean => x !== null,
          ];
          const put = (list: (boolean | null)[]): [number, number] => [
            bench.putBits(list.map(values)),
            bench.putBits(list.map(valids)),
          ];
          const kernel = op === 'and' ? room.kleeneAnd : room.kleeneOr;
          kernel(...put(a), ...put(b), out, valid, bytesOf(a.length));
          const present = bench.getBits(valid, a.length);
          const result = bench.getBits(out, a.length).map((bit, i) => (present[i] ? bit : null));
          expect(result).toEqual(a.map((x, i) => plain.kleene(op, x, b[i]!)));
          expect(bench.close()).toBe(true);
        },
      ),
    );
  });

  it('countBits counts the first bits only', () => {
    fc.assert(
      fc.property(lengths.chain(bitsOf), mask => {
        expect(room.countBits(bench.putBits(mask), mask.length)).toBe(mask.filter(Boolean).length);
        expect(bench.close()).toBe(true);
      }),
    );
  });

  it('sliceBits and appendBits move bits to any place', () => {
    fc.assert(
      fc.property(lengths.chain(bitsOf), fc.nat(20), fc.nat(20), (mask, from, held) => {
        const start = Math.min(from, mask.length);
        const length = mask.length - start;
        const out = bench.room(bytesOf(length));
        room.sliceBits(bench.putBits(mask), start, out, length);
        expect(bench.getBits(out, length)).toEqual(mask.slice(start));
        const joined = bench.room(bytesOf(held + mask.length));
        const before = bench.getBits(joined, held);
        room.appendBits(bench.putBits(mask), joined, held, mask.length);
        expect(bench.getBits(joined, held + mask.length)).toEqual([...before, ...mask]);
        expect(bench.close()).toBe(true);
      }),
    );
  });

  it('selection lists the rows of a mask', () => {
    fc.assert(
      fc.property(lengths.chain(bitsOf), fc.nat(1000), (mask, base) => {
        const rows = plain.selection(mask, base);
        const out = bench.room(mask.length * 4);
        expect(room.selection(bench.putBits(mask), mask.length, base, out)).toBe(rows.length);
        expect(bench.get('U32', out, rows.length)).toEqual(rows);
        expect(bench.close()).toBe(true);
      }),
    );
  });

  describe.each(widths)('values of %s bits', (width, type) => {
    const { bytes } = stores[type]!;

    it('take follows a selection of any order', () => {
      fc.assert(
        fc.property(
          lengths.chain(length => columnOf(type, length + 1)),
          fc.array(fc.nat(), { maxLength: 200 }),
          (values, picks) => {
            const rows = picks.map(pick => pick % values.length);
            const out = bench.room(rows.length * bytes);
            kernels[`take${width}`]!(bench.put(type, values), bench.put('U32', rows), out, rows.length);
            expect(bench.get(type, out, rows.length)).toEqual(plain.take(values, rows));
            expect(bench.close()).toBe(true);
          },
        ),
      );
    });

    it('blend chooses by bit', () => {
      fc.assert(
        fc.property(
          lengths.chain(length => fc.tuple(bitsOf(length), columnOf(type, length), columnOf(type, length))),
          ([mask, a, b]) => {
            const out = bench.room(a.length * bytes);
            kernels[`blend${width}`]!(bench.putBits(mask), bench.put(type, a), bench.put(type, b), out, a.length);
            expect(bench.get(type, out, a.length)).toEqual(plain.blend(mask, a, b));
            expect(bench.close()).toBe(true);
          },
        ),
      );
    });
  });

  it('takeBits takes bits and counts the ones', () => {
    fc.assert(
      fc.property(
        lengths.chain(length => bitsOf(length + 1)),
        fc.array(fc.nat(), { maxLength: 200 }),
        (bits, picks) => {
          const rows = picks.map(pick => pick % bits.length);
          const out = bench.room(bytesOf(rows.length));
          const taken = plain.take(bits, rows);
          expect(room.takeBits(bench.putBits(bits), bench.put('U32', rows), out, rows.length)).toBe(
            taken.filter(Boolean).length,
          );
          expect(bench.getBits(out, rows.length)).toEqual(taken);
          expect(bench.close()).toBe(true);
        },
      ),
    );
  });

  it('takes, blends and joins texts', () => {
    fc.assert(
      fc.property(
        lengths.chain(length => fc.tuple(texts(length), texts(length), bitsOf(length))),
        fc.array(fc.nat(), { maxLength: 100 }),
        ([a, b, mask], picks) => {
          const rows = a.length ? picks.map(pick => pick % a.length) : [];
          const [p, q] = [bench.putTexts(a), bench.putTexts(b)];
          const list = bench.put('U32', rows);
          expect(
            bench.made(
              rows.length,
              out => room.takeUtf8Offsets(p[0], list, out, rows.length),
              out => room.takeUtf8Bytes(...p, list, out, rows.length),
            ),
          ).toEqual(plain.take(a, rows));
          const bits = bench.putBits(mask);
          expect(
            bench.made(
              a.length,
              out => room.blendUtf8Offsets(bits, p[0], q[0], out, a.length),
              out => room.blendUtf8Bytes(bits, ...p, ...q, out, a.length),
            ),
          ).toEqual(plain.blend(mask, a, b));
          expect(
            bench.made(
              a.length,
              out => room.joinUtf8Offsets(p[0], q[0], out, a.length),
              out => room.joinUtf8Bytes(...p, ...q, out, a.length),
            ),
          ).toEqual(a.map((text, i) => text + b[i]!));
          expect(bench.close()).toBe(true);
        },
      ),
    );
  });

  it('says that texts pass 2 GiB', () => {
    const offsets = bench.put('I32', [0, 2 ** 30]);
    const rows = bench.put('U32', [0, 0]);
    expect(room.takeUtf8Offsets(offsets, rows, bench.room(12), 2)).toBe(-1);
    expect(bench.close()).toBe(true);
  });
});
