import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { type ChunkVector, chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { type Dictionaries, importBatch } from '../../src/column/import-batch.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { bool, type DataType, dictionary, f64, i32, i64, u32, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { Ring } from '../../src/window/ring.ts';
import { arbitraryBatch, arbitraryLength, arbitrarySchema, plainVector } from '../arbitrary.ts';

type Step = { push: Batch } | { drop: number };

const script = (): fc.Arbitrary<{ types: DataType[]; steps: Step[] }> =>
  arbitrarySchema(4).chain(schema =>
    fc.record({
      types: fc.constant(schema.fields.map(({ type }) => type)),
      steps: fc.array(
        fc.oneof(
          arbitraryBatch(schema).map((push): Step => ({ push })),
          arbitraryLength().map((drop): Step => ({ drop })),
        ),
        { maxLength: 8 },
      ),
    }),
  );

for (const shared of [true, false]) {
  const memory = new Memory({ shared });
  const scratch = new Scratch(memory, 'test');
  const cells = (vectors: readonly ChunkVector[], length: number): unknown[][] =>
    vectors.map(vector => exportVector(vector, memory, length).toArray());

  describe(`Ring, ${shared ? 'shared' : 'plain'} memory`, () => {
    it('gives rows back in the order they came, whatever was pushed and dropped', () => {
      fc.assert(
        fc.property(script(), fc.nat(200), fc.boolean(), ({ types, steps }, some, one) => {
          const ring = new Ring({ memory, owner: 'test', types });
          const dictionaries: Dictionaries | undefined = one ? new Map() : undefined;
          let expected: unknown[][] = types.map(() => []);
          for (const step of steps) {
            scratch.reset();
            if ('push' in step) {
              const chunk = importBatch(step.push, memory, scratch, undefined, dictionaries);
              ring.push(chunk.vectors, chunk.length);
              expected = expected.map((column, i) => [...column, ...step.push.vectors[i]!.toArray()]);
            } else {
              ring.drop(step.drop);
              expected = expected.map(column => column.slice(step.drop));
            }
            expect(ring.length).toBe(expected[0]!.length);
            expect(cells(ring.rows(scratch), ring.length)).toEqual(expected);
            const pieces = ring.oldest(some, scratch);
            const found = types.map((_, i) =>
              pieces.flatMap(({ length, vectors }) => exportVector(vectors[i]!, memory, length).toArray()),
            );
            expect(found).toEqual(expected.map(column => column.slice(0, some)));
          }
          ring.dispose();
          expect(ring.stateBytes).toBe(0);
        }),
      );
    });

    it('takes part of a vector', () => {
      const columns = schemaOf({ name: utf8(), live: bool() });
      fc.assert(
        fc.property(arbitraryBatch(columns, 70), fc.nat(70), fc.nat(70), (batch, a, b) => {
          scratch.reset();
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const ring = new Ring({ memory, owner: 'test', types: [utf8(), bool()] });
          ring.push(importBatch(batch, memory, scratch).vectors, to - from, from);
          expect(cells(ring.rows(scratch), to - from)).toEqual(
            batch.vectors.map(vector => vector.toArray().slice(from, to)),
          );
          ring.dispose();
        }),
      );
    });

    it('takes rows that were written where they stay, whatever is pushed in their place', () => {
      const types = [f64(), i32()];
      const step = fc.record({
        rows: fc.integer({ min: 1, max: 3000 }),
        kind: fc.constantFrom('landed', 'copied', 'some', 'nulls'),
        drop: fc.nat(4000),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 12 }), steps => {
          const ring = new Ring({ memory, owner: 'test', types });
          let expected: (number | null)[] = [];
          let next = 0;
          for (const { rows: wanted, kind, drop } of steps) {
            scratch.reset();
            const rows = ring.room(wanted);
            expect(rows).toBeGreaterThan(0);
            const places = types.map((_, column) => (kind === 'copied' ? scratch.take(rows * 8) : ring.tail(column)));
            for (let row = 0; row < rows; row++) {
              memory.f64[places[0]! / 8 + row] = next + row;
              memory.i32[places[1]! / 4 + row] = next + row;
            }
            const bits = kind === 'nulls' ? scratch.takeZeroed(rows / 8 + 1) : 0;
            const vectors = types.map((type, column) => chunkVector(type, places[column]!, column === 0 ? bits : 0));
            // rows in the middle may be left out, as late ones are: those behind them move
            const [from, count] = kind === 'some' ? [rows >> 1, rows - (rows >> 1)] : [0, rows];
            ring.push(vectors, count, from);
            expected = [...expected, ...Array.from({ length: count }, (_, row) => next + from + row)].map(
              (value, at) => (kind === 'nulls' && at >= expected.length ? null : value),
            );
            next += rows;
            const [first, second] = cells(ring.rows(scratch), ring.length);
            expect(first).toEqual(expected);
            expect(second!.length).toBe(expected.length);
            expect(expected.every((value, at) => value === null || second![at] === value)).toBe(true);
            ring.drop(drop);
            expected = expected.slice(drop);
          }
          ring.dispose();
          expect(ring.stateBytes).toBe(0);
        }),
        { numRuns: 25 },
      );
    });

    it('keeps codes with the dictionary they point into', () => {
      const ring = new Ring({ memory, owner: 'test', types: [dictionary()] });
      for (const words of [
        ['a', 'b', 'a'],
        ['b', 'c'],
      ]) {
        scratch.reset();
        const batch = { schema: schemaOf({ word: dictionary() }), vectors: [plainVector(dictionary(), words)] };
        ring.push(importBatch(batch as unknown as Batch, memory, scratch).vectors, words.length);
      }
      const found = ring.oldest(5, scratch).flatMap(({ length, vectors }) => cells(vectors, length)[0]!);
      expect(found).toEqual(['a', 'b', 'a', 'b', 'c']);
      ring.dispose();
    });

    it('takes a text that is longer than a segment', () => {
      const ring = new Ring({ memory, owner: 'test', types: [utf8()] });
      const words = ['short', 'x'.repeat(100_000), '', 'y'.repeat(40_000), 'end'];
      scratch.reset();
      for (const word of words) {
        const batch = { schema: schemaOf({ word: utf8() }), vectors: [plainVector(utf8(), [word])] };
        ring.push(importBatch(batch as unknown as Batch, memory, scratch).vectors, 1);
      }
      expect(cells(ring.rows(scratch), 5)[0]).toEqual(words);
      ring.dispose();
    });
  });
}

describe('the bytes of a Ring', () => {
  const cases: [string, DataType[], number][] = [
    ['f64, u32 and i64, 10,000 rows', [f64(), u32(), i64()], 10_000],
    ['f64 and i64, 300,000 rows', [f64(), i64()], 300_000],
    ['bool, 1,000,000 rows', [bool()], 1_000_000],
    ['f64, 100 rows', [f64()], 100],
    ['utf8 and i64, 100,000 rows', [utf8(), i64()], 100_000],
    ['12 × f64, 50,000 rows', new Array<DataType>(12).fill(f64()), 50_000],
  ];
  for (const [name, types, rows] of cases) {
    it(`are at most 1.1 times those of the rows and 64 KiB: ${name}`, () => {
      const memory = new Memory();
      const scratch = new Scratch(memory, 'test');
      const ring = new Ring({ memory, owner: 'test', types });
      const step = 997;
      const word = (row: number): string => 'text'.repeat((row * 7) % 9);
      const batch = {
        schema: schemaOf(Object.fromEntries(types.map((type, i) => [`c${i}`, type]))),
        vectors: types.map(type =>
          plainVector(
            type,
            Array.from({ length: step }, (_, row) =>
              type.kind === 'utf8'
                ? word(row)
                : type.kind === 'int64'
                  ? BigInt(row)
                  : type.kind === 'bool'
                    ? row % 3 === 0
                    : row,
            ),
          ),
        ),
      };
      const { vectors } = importBatch(batch as unknown as Batch, memory, scratch);
      let most = 0;
      for (let pushed = 0; pushed < 3 * rows + 5 * step; pushed += step) {
        ring.push(vectors, step);
        if (ring.length > rows) ring.drop(ring.length - rows);
        if (pushed > 2 * rows) most = Math.max(most, ring.stateBytes);
      }
      const width = { bool: 1 / 8, float64: 8, uint32: 4, int64: 8, utf8: 4 + 16 } as Record<string, number>;
      const bytes = types.reduce((sum, { kind }) => sum + width[kind]! * rows, 0);
      expect(most).toBeLessThanOrEqual(1.1 * bytes + 64 * 1024);
      expect(memory.stats().owners['test']).toBeGreaterThanOrEqual(ring.stateBytes);
    });
  }
});
