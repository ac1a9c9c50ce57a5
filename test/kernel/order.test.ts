import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { keyKernels, orderRoom } from '../../src/kernel/order.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { typeText } from '../../src/schema/data-type.ts';
import { allTypes, arbitraryCells, arbitraryLength, plainVector } from '../arbitrary.ts';

for (const shared of [true, false]) {
  describe(`order kernels, ${shared ? 'shared' : 'plain'} memory`, () => {
    const memory = new Memory({ shared });
    const scratch = new Scratch(memory, 'test');
    const room = orderRoom(memory);

    for (const type of allTypes) {
      const kernels = keyKernels(memory, type);
      if (!kernels) continue;
      it(`turns ${typeText(type)} into keys of the same order, and back`, () => {
        fc.assert(
          fc.property(
            arbitraryLength().chain(length =>
              fc.tuple(arbitraryCells(type, length), fc.array(fc.boolean(), { minLength: length, maxLength: length })),
            ),
            ([cells, masked]) => {
              scratch.reset();
              const { length } = cells;
              const vector = importVector(plainVector(type, cells), memory, scratch);
              const mask = scratch.takeZeroed((length + 7) >> 3);
              for (const [i, on] of masked.entries()) if (on) memory.u8[mask + (i >> 3)]! |= 1 << (i & 7);
              const [keys, present] = [scratch.take(length * 8), scratch.take((length + 7) >> 3)];
              const count = kernels.read(vector.values, vector.validity, mask, length, keys, present);
              const there = cells.map((cell, i) => cell !== null && !Number.isNaN(cell) && masked[i]!);
              expect(count).toBe(there.filter(Boolean).length);
              const rows = there.flatMap((yes, i) => (yes ? [i] : []));
              for (const i of rows) expect((memory.u8[present + (i >> 3)]! >> (i & 7)) & 1).toBe(1);
              const key = (i: number): bigint => memory.i64[keys / 8 + i]!;
              for (const [a, b] of rows.slice(1).map((b, i) => [rows[i]!, b] as const)) {
                const [x, y] = [cells[a] as number, cells[b] as number];
                expect([key(a) < key(b), key(a) === key(b)]).toEqual([x < y, x === y]);
              }
              const values = scratch.take(length * 8 + 8);
              kernels.write(keys, length, values);
              const back = exportVector(chunkVector(type, values), memory, length).toArray();
              const given = plainVector(type, cells).toArray();
              for (const i of rows) expect(back[i]).toEqual(Object.is(given[i], -0) ? 0 : given[i]);
            },
          ),
          { numRuns: 40 },
        );
      });
    }

    it('sorts keys with their rows, equal ones in their order', () => {
      const key = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -3n, max: 300n }));
      fc.assert(
        fc.property(fc.array(key, { minLength: 1, maxLength: 300 }), given => {
          scratch.reset();
          const { length } = given;
          const [keys, rows, counters] = [scratch.take(length * 16), scratch.take(length * 8), scratch.take(8192)];
          memory.i64.set(given, keys / 8);
          memory.u32.set(Array.from(given.keys()), rows / 4);
          room.radixSort(keys, rows, length, counters);
          const sorted = given
            .map((value, row) => ({ value, row }))
            .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.row - b.row));
          expect([...memory.i64.slice(keys / 8, keys / 8 + length)]).toEqual(sorted.map(({ value }) => value));
          expect([...memory.u32.slice(rows / 4, rows / 4 + length)]).toEqual(sorted.map(({ row }) => row));
        }),
      );
    });
  });
}
