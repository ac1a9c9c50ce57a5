import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringRoom } from '../../src/kernel/string.ts';
import { Memory } from '../../src/memory/memory.ts';
import * as plain from '../reference/string.ts';
import { Bench } from './_columns.ts';

const spaces = [
  ' ',
  '\t',
  '\n',
  '\u00a0',
  '\u1680',
  '\u2003',
  '\u200a',
  '\u2028',
  '\u202f',
  '\u205f',
  '\u3000',
  '\ufeff',
];
const notSpaces = ['\u200b', '\u2060', '\u0085', '\u3001', '\ufeee', 'â'];
/** Texts in which the parts that are looked for occur, also overlapping, and beyond the sixteen bytes of a step. */
const texts = fc.array(
  fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('a', 'b', 'ab', '-', 'é', '€', '😀'), maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('a', ...spaces, ...notSpaces), maxLength: 12 }),
  ),
  { maxLength: 20 },
);
const looked = fc.oneof(
  fc.constantFrom('a', 'aa', 'ab', 'aba', '-', 'é', '€', '😀', 'abababababababababab'),
  fc.string({ minLength: 1, maxLength: 3 }),
);
const runs = { numRuns: 200 };

describe.each([true, false])('string over shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const room = stringRoom(memory);
  const bench = new Bench(memory);

  it('counts and cuts texts by code points, and changes the case of ASCII', () => {
    const unicode = fc.array(
      fc.oneof(
        fc.string({ maxLength: 40 }),
        fc.string({ unit: fc.constantFrom('a', 'Z', 'é', '€', '😀'), maxLength: 40 }),
      ),
      { maxLength: 20 },
    );
    const at = fc.integer({ min: -12, max: 12 });
    fc.assert(
      fc.property(unicode, at, fc.oneof(at, fc.constant(0x7fff_ffff)), (list, start, stop) => {
        const [offsets, values] = bench.putTexts(list);
        const counts = bench.room(list.length * 4);
        room.lengthUtf8(offsets, values, counts, list.length);
        expect(bench.get('I32', counts, list.length)).toEqual(list.map(text => [...text].length));
        const cut = bench.made(
          list.length,
          out => room.sliceUtf8(offsets, values, start, stop, out, 0, list.length),
          out => room.sliceUtf8(offsets, values, start, stop, bench.room((list.length + 1) * 4), out, list.length),
        );
        expect(cut).toEqual(list.map(text => [...text].slice(start, stop).join('')));
        const text = new TextEncoder().encode(list.join(''));
        const out = bench.room(text.length);
        const isAscii = text.every(byte => byte < 128);
        for (const [kernel, twin] of [
          [room.upperAscii, list.join('').toUpperCase()],
          [room.lowerAscii, list.join('').toLowerCase()],
        ] as const) {
          expect(kernel(bench.put('U8', text), out, text.length)).toBe(isAscii ? 0 : 1);
          if (isAscii) expect(new TextDecoder().decode(memory.u8.slice(out, out + text.length))).toBe(twin);
        }
        expect(bench.close()).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('takes the white space away that JavaScript takes away', () => {
    fc.assert(
      fc.property(texts, list => {
        const [offsets, values] = bench.putTexts(list);
        const out = bench.room(new TextEncoder().encode(list.join('')).length);
        const ends = bench.room((list.length + 1) * 4);
        for (const [which, twin] of [
          [1, (text: string) => text.trimStart()],
          [2, (text: string) => text.trimEnd()],
          [3, (text: string) => text.trim()],
        ] as const) {
          room.strip(offsets, values, which, list.length, ends, out);
          expect(bench.texts(ends, out, list.length)).toEqual(list.map(twin));
        }
        expect(bench.close()).toBe(true);
      }),
      runs,
    );
  });

  it('finds, counts, and cuts at a text', () => {
    fc.assert(
      fc.property(texts, looked, fc.integer({ min: -5, max: 5 }), (list, what, n) => {
        const [offsets, values] = bench.putTexts(list);
        const [, from] = bench.putTexts([what]);
        const text = from + 3;
        const bytes = new TextEncoder().encode(what).length;
        const numbers = bench.room(list.length * 4);
        room.find(offsets, values, text, bytes, numbers, list.length);
        expect(bench.get('I32', numbers, list.length)).toEqual(list.map(one => plain.find(one, what)));
        room.occurrences(offsets, values, text, bytes, numbers, list.length);
        expect(bench.get('I32', numbers, list.length)).toEqual(list.map(one => plain.occurrences(one, what)));
        const out = bench.room(new TextEncoder().encode(list.join('')).length);
        const ends = bench.room((list.length + 1) * 4);
        const bits = bench.room((list.length + 7) >> 3);
        room.splitPart(offsets, values, text, bytes, n, list.length, ends, out, bits);
        const there = bench.getBits(bits, list.length);
        const parts = bench.texts(ends, out, list.length).map((part, row) => (there[row] ? part : null));
        expect(parts).toEqual(list.map(one => plain.splitPart(one, what, n)));
        expect(bench.close()).toBe(true);
      }),
      runs,
    );
  });

  it('replaces, fills and repeats', () => {
    fc.assert(
      fc.property(
        texts,
        looked,
        fc.string({ maxLength: 5 }),
        fc.integer({ min: -2, max: 12 }),
        (list, what, by, size) => {
          const [offsets, values] = bench.putTexts(list);
          const { length } = list;
          const address = (text: string): [number, number] => [
            bench.putTexts([text])[1] + 3,
            new TextEncoder().encode(text).length,
          ];
          const [from, to] = [address(what), address(by)];
          const replaced = (ends: number, out: number): number =>
            room.replace(offsets, values, ...from, ...to, length, ends, out);
          const ends = bench.room((length + 1) * 4);
          expect(
            bench.made(
              length,
              at => replaced(at, 0),
              out => replaced(ends, out),
            ),
          ).toEqual(list.map(one => one.replaceAll(what, () => by)));
          for (const [side, name] of (['start', 'end', 'zeros'] as const).entries()) {
            const fill = name === 'zeros' ? '0' : '€';
            const point = address(fill);
            const padded = (at: number, out: number): number =>
              room.pad(offsets, values, size, ...point, side, length, at, out);
            expect(
              bench.made(
                length,
                at => padded(at, 0),
                out => padded(ends, out),
              ),
            ).toEqual(list.map(one => plain.pad(one, size, fill, name)));
          }
          const times = Math.max(0, size);
          const repeated = (at: number, out: number): number => room.repeat(offsets, values, times, length, at, out);
          expect(
            bench.made(
              length,
              at => repeated(at, 0),
              out => repeated(ends, out),
            ),
          ).toEqual(list.map(one => one.repeat(times)));
          expect(bench.close()).toBe(true);
        },
      ),
      runs,
    );
  });

  it('says that texts pass 2 GiB', () => {
    const [offsets, values] = bench.putTexts(['a'.repeat(1000), '']);
    expect(room.repeat(offsets, values, 2 ** 30, 2, bench.room(12), 0)).toBe(-1);
    const [a] = [bench.put('U8', [97])];
    expect(room.pad(offsets, values, 0x7fff_ffff, a, 1, 0, 2, bench.room(12), 0)).toBe(-1);
    expect(room.replace(offsets, values, a, 1, values, 0x7fff_ffff, 2, bench.room(12), 0)).toBe(-1);
    expect(bench.close()).toBe(true);
  });
});
