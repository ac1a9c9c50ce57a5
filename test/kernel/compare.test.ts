import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRoom } from '../../src/kernel/compare.ts';
import { Memory } from '../../src/memory/memory.ts';
import * as plain from '../reference/compare.ts';
import { Bench, columnOf, lengths, stores, type Value } from './_columns.ts';

type Kernel = (...args: number[]) => number;
const runs = { numRuns: 60 };
const flips = fc.constantFrom(0, 1);
const words = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '\uffff'), maxLength: 20 }),
);
const textColumn = (length: number): fc.Arbitrary<string[]> =>
  fc.array(words, { minLength: length, maxLength: length });

describe.each([true, false])('compare over shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const room = compareRoom(memory);
  const kernels = room as unknown as Record<string, Kernel>;
  const bench = new Bench(memory);
  const answers = (out: number, length: number): boolean[] => {
    const bits = bench.getBits(out, length);
    // the rest of the last byte is zero
    expect(bench.getBits(out, (length + 7) & ~7).slice(length)).not.toContain(true);
    expect(bench.close()).toBe(true);
    return bits;
  };
  const bytesOf = (length: number): number => (length + 7) >> 3;

  for (const name of Object.keys(room)) {
    const parts = /^(eq|lt|le|gt|ge)([IUF]\d+)(Scalar)?$/.exec(name);
    if (!parts) continue;
    const [, op, type, scalar] = parts as unknown as [string, string, string, string?];
    it(`${name} equals its plain twin`, () => {
      fc.assert(
        fc.property(
          lengths.chain(length => fc.tuple(columnOf(type, length), columnOf(type, length))),
          fc.nat(),
          flips,
          ([a, others], pick, flip) => {
            const b = others.map((value, i) => (i % 3 === 0 ? a[i]! : value));
            const single =
              (pick & 1 ? a[pick % (a.length || 1)] : others[0]) ?? (type.includes('64') && type[0] !== 'F' ? 3n : 3);
            const right = scalar ? [single] : b;
            const out = bench.room(bytesOf(a.length));
            kernels[name]!(bench.put(type, a), bench.put(type, right), out, a.length, flip);
            const twin = a.map((x, i) => plain.compare(op, x, scalar ? single : b[i]!) !== (flip === 1));
            expect(answers(out, a.length)).toEqual(twin);
          },
        ),
        runs,
      );
    });
  }

  for (const type of ['I8', 'I16', 'I32', 'I64', 'F32', 'F64']) {
    it(`within${type} finds the values of a set`, () => {
      fc.assert(
        fc.property(
          lengths.chain(length => columnOf(type, length)),
          fc.array(stores[type]!.value, { maxLength: 5 }),
          flips,
          (a, others, flip) => {
            const set = [...others, ...a.slice(0, 2)];
            const out = bench.room(bytesOf(a.length));
            kernels[`within${type}`]!(bench.put(type, a), bench.put(type, set), set.length, out, a.length, flip);
            const rounded = set.map(value => asStored(type, value));
            expect(answers(out, a.length)).toEqual(a.map(x => rounded.some(y => x === y) !== (flip === 1)));
          },
        ),
        runs,
      );
    });
  }

  for (const test of ['eq', 'lt', 'le', 'startsWith', 'endsWith', 'contains']) {
    it(`${test}Utf8 equals its plain twin`, () => {
      fc.assert(
        fc.property(
          lengths.chain(length => fc.tuple(textColumn(length), textColumn(length))),
          words,
          flips,
          ([a, others], text, flip) => {
            const b = others.map((word, i) => (i % 2 ? a[i]! : word));
            const [offsets, values] = putTexts(a);
            const [bOffsets, bValues] = putTexts(b);
            const out = bench.room(bytesOf(a.length));
            const needle = new TextEncoder().encode(text);
            kernels[`${test}Utf8Scalar`]!(offsets, values, bench.put('U8', needle), needle.length, out, a.length, flip);
            expect(bench.getBits(out, a.length)).toEqual(a.map(x => plain.compareText(test, x, text) !== (flip === 1)));
            if (kernels[`${test}Utf8`]) {
              kernels[`${test}Utf8`]!(offsets, values, bOffsets, bValues, out, a.length, flip);
              expect(bench.getBits(out, a.length)).toEqual(
                a.map((x, i) => plain.compareText(test, x, b[i]!) !== (flip === 1)),
              );
            }
            answers(out, a.length);
          },
        ),
        runs,
      );
    });
  }

  it('findUtf8 gives the first row from a place on, or -1', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), words, fc.nat(20), (texts, text, from) => {
        const [offsets, values] = putTexts(texts);
        const needle = new TextEncoder().encode(text);
        expect(room.findUtf8(offsets, values, from, texts.length, bench.put('U8', needle), needle.length)).toBe(
          texts.indexOf(text, from),
        );
        expect(bench.close()).toBe(true);
      }),
    );
  });

  it('lookUpBits reads a bit per code, and stays inside for codes that are none', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fc.boolean(), { minLength: 1, maxLength: 70 }),
          fc.array(fc.boolean(), { minLength: 110, maxLength: 300 }),
        ),
        fc.array(fc.oneof(fc.nat(80), fc.nat(320), fc.constantFrom(-1, 70_000, 2 ** 31 - 1)), { maxLength: 100 }),
        flips,
        (bits, codes, flip) => {
          const out = bench.room(bytesOf(codes.length));
          room.lookUpBits(bench.put('I32', codes), bench.putBits(bits), bits.length, out, codes.length, flip);
          expect(answers(out, codes.length)).toEqual(codes.map(code => (bits[code] ?? bits[0]) !== (flip === 1)));
        },
      ),
    );
  });

  function putTexts(texts: string[]): [number, number] {
    const encoded = texts.map(text => new TextEncoder().encode(text));
    const offsets = [5];
    for (const bytes of encoded) offsets.push(offsets.at(-1)! + bytes.length);
    return [bench.put('I32', offsets), bench.put('U8', [1, 2, 3, 4, 5, ...encoded.flatMap(bytes => [...bytes])])];
  }
});

const asStored = (type: string, value: Value): Value => (type === 'F32' ? Math.fround(value as number) : value);
