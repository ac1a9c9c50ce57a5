import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noGroup } from '../../src/aggregate/accumulator.ts';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { KeyTable } from '../../src/aggregate/key-table.ts';
import { type ChunkVector, chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { MemoryError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import {
  type DataType,
  dictionary,
  f64,
  i8,
  i16,
  i32,
  i64,
  timestamp,
  typeText,
  u16,
  u32,
  u64,
  utf8,
  widthOf,
} from '../../src/schema/data-type.ts';
import { allTypes, arbitraryCells, arbitraryLength, plainVector } from '../arbitrary.ts';
import { compareKeys, PlainKeys } from '../reference/group.ts';
import { storedAt } from './contract.ts';

type Cells = readonly unknown[];

for (const shared of [true, false]) {
  const memory = new Memory({ shared });
  const scratch = new Scratch(memory, 'test');
  const where = shared ? 'shared' : 'plain';

  const vectors = (types: readonly DataType[], columns: readonly Cells[]): ChunkVector[] =>
    types.map((type, i) => importVector(plainVector(type, columns[i]!), memory, scratch, `k${i}`));

  const idsOf = (table: KeyTable, columns: readonly Cells[], mask = 0): number[] => {
    const length = columns[0]!.length;
    const target = scratch.take(length * 4 + 4);
    table.ids(vectors(table.types, columns), length, target, mask);
    return [...memory.u32.subarray(target >>> 2, (target >>> 2) + length)];
  };

  const keysOf = (table: KeyTable, ids = 0, count = table.size): unknown[][] => {
    const columns = table.keys(ids, count, scratch).map(vector => exportVector(vector, memory, count));
    return Array.from({ length: count }, (_, row) => columns.map(column => storedAt(column, row)));
  };

  const idList = (ids: readonly number[]): number => {
    const address = scratch.take(ids.length * 4 + 4);
    for (const [i, id] of ids.entries()) memory.u32[(address >>> 2) + i] = id;
    return address;
  };

  const rowsOf = (columns: readonly Cells[]): unknown[][] =>
    Array.from({ length: columns[0]!.length }, (_, row) => columns.map(column => column[row]));

  const batches = (types: readonly DataType[]): fc.Arbitrary<unknown[][][]> =>
    fc.array(
      arbitraryLength().chain(length => fc.tuple(...types.map(type => arbitraryCells(type, length)))),
      { minLength: 1, maxLength: 3 },
    );

  const typeLists: readonly (readonly DataType[])[] = [
    ...allTypes.map(type => [type]),
    [i32(), i32()],
    [utf8(), f64()],
    [i8(), dictionary(), i64()],
  ];

  describe(`KeyTable in ${where} memory`, () => {
    for (const types of typeLists) {
      for (const dropNull of [true, false]) {
        const label = `(${types.map(typeText).join(', ')})${dropNull ? '' : ', nulls kept'}`;

        it(`numbers groups in order of appearance ${label}`, () => {
          fc.assert(
            fc.property(batches(types), given => {
              scratch.reset();
              const plain = new PlainKeys(dropNull);
              let table = new KeyTable(memory, { owner: 'test', types, dropNull });
              for (const columns of given) {
                const wanted = rowsOf(columns).map(row => plain.id(row));
                expect(idsOf(table, columns)).toEqual(wanted);
                const restored = new KeyTable(memory, { owner: 'test', types, dropNull });
                restored.restore(table.snapshot());
                table.dispose();
                table = restored;
              }
              expect(table.size).toBe(plain.keys.length);
              // A cleared table numbers from 0 again, whatever it kept.
              const again = new KeyTable(memory, { owner: 'test', types, dropNull });
              for (const columns of given) idsOf(again, columns);
              again.clear();
              const fresh = new PlainKeys(dropNull);
              for (const columns of given.toReversed()) {
                expect(idsOf(again, columns)).toEqual(rowsOf(columns).map(row => fresh.id(row)));
              }
              again.dispose();
              const keys = keysOf(table);
              expect(keys.map(row => row.map(same))).toEqual(plain.keys.map(row => row.map(same)));
              for (const [id, row] of plain.keys.entries()) expect(table.find(row)).toBe(id);
              table.dispose();
            }),
            { numRuns: 30 },
          );
        });

        it(`looks keys up without learning them ${label}`, () => {
          fc.assert(
            fc.property(batches(types), given => {
              scratch.reset();
              const table = new KeyTable(memory, { owner: 'test', types, dropNull });
              for (const columns of given) {
                const { size } = table;
                const wanted = rowsOf(columns).map(row => table.find(row) >>> 0);
                const length = wanted.length;
                const target = scratch.take(length * 4 + 4);
                table.lookup(vectors(types, columns), length, target);
                expect([...memory.u32.subarray(target >>> 2, (target >>> 2) + length)]).toEqual(wanted);
                expect(table.size).toBe(size);
                idsOf(table, columns);
              }
              table.dispose();
            }),
            { numRuns: 20 },
          );
        });

        it(`sorts groups by their keys ${label}`, () => {
          fc.assert(
            fc.property(batches(types), given => {
              scratch.reset();
              const table = new KeyTable(memory, { owner: 'test', types, dropNull });
              for (const columns of given) idsOf(table, columns);
              const count = table.size;
              const sorted = keysOf(table, table.sorted(), count);
              for (let i = 1; i < count; i++) expect(compareKeys(sorted[i - 1]!, sorted[i]!)).toBeLessThan(0);
              table.dispose();
            }),
            { numRuns: 20 },
          );
        });

        it(`puts some groups in the order of all ${label}`, () => {
          fc.assert(
            fc.property(batches(types), fc.infiniteStream(fc.nat(4)), (given, choose) => {
              scratch.reset();
              const table = new KeyTable(memory, { owner: 'test', types, dropNull });
              for (const columns of given) idsOf(table, columns);
              const share = choose.next().value!;
              const some = Array.from({ length: table.size }, (_, id) => id)
                .filter(() => choose.next().value! <= share)
                .reverse();
              const ids = idList(some);
              for (const known of [false, true]) {
                // first by themselves or among all, then among all whose order is known
                const order = table.order(ids, some.length, scratch);
                const places = [...memory.u32.subarray(order >>> 2, (order >>> 2) + some.length)];
                expect(places.toSorted((a, b) => a - b)).toEqual(some.map((_, at) => at));
                const keys = keysOf(table);
                for (let i = 1; i < some.length; i++) {
                  expect(compareKeys(keys[some[places[i - 1]!]!]!, keys[some[places[i]!]!]!)).toBeLessThan(0);
                }
                if (!known) table.sorted();
              }
              table.dispose();
            }),
            { numRuns: 20 },
          );
        });

        it(`keeps the groups it is told to ${label}`, () => {
          fc.assert(
            fc.property(batches(types), fc.infiniteStream(fc.boolean()), (given, choose) => {
              scratch.reset();
              const table = new KeyTable(memory, { owner: 'test', types, dropNull });
              for (const columns of given) idsOf(table, columns);
              const before = keysOf(table).map(row => row.map(same));
              const kept = before.map((_, id) => id).filter(() => choose.next().value);
              const map = scratch.take(before.length * 4 + 4);
              table.compact(idList(kept), kept.length, map);
              expect(keysOf(table).map(row => row.map(same))).toEqual(kept.map(id => before[id]));
              const wanted = before.map((_, id) => (kept.includes(id) ? kept.indexOf(id) : noGroup));
              expect([...memory.u32.subarray(map >>> 2, (map >>> 2) + before.length)]).toEqual(wanted);
              table.dispose();
            }),
            { numRuns: 10 },
          );
        });
      }
    }

    it('gives masked rows no group and makes none for them', () => {
      const table = new KeyTable(memory, { owner: 'test', types: [i32()] });
      const mask = scratch.takeZeroed(64);
      memory.u8[mask] = 0b1010;
      expect(idsOf(table, [[5, 6, 7, 6]], mask)).toEqual([noGroup, 0, noGroup, 0]);
      expect(table.size).toBe(1);
      memory.u8[mask] = 0b0111;
      const target = scratch.take(16);
      table.lookup(vectors(table.types, [[6, 7, 6, 6]]), 4, target, mask);
      expect([...memory.u32.subarray(target >>> 2, (target >>> 2) + 4)]).toEqual([0, noGroup, 0, noGroup]);
      table.dispose();
    });

    for (const [type, cell] of [
      [i8(), (i: number): unknown => (i % 200) - 100],
      [i32(), (i: number): unknown => i],
      [i32(), (i: number): unknown => Math.imul(i, 0x9e3779b1)],
      [i64(), (i: number): unknown => BigInt(i) << 40n],
      [f64(), (i: number): unknown => i / 4],
      [dictionary(), (i: number): unknown => `text ${i}`],
    ] as const) {
      it(`numbers keys of ${typeText(type)} between nulls and masked rows`, () => {
        for (const dropNull of [true, false]) {
          const plain = new PlainKeys(dropNull);
          const table = new KeyTable(memory, { owner: 'test', types: [type], dropNull });
          for (const [round, length] of [3000, 2047, 19].entries()) {
            scratch.reset();
            const cells = Array.from({ length }, (_, i) => ((i * 5 + round) % 7 < 3 ? null : cell((i * i) % 1500)));
            const mask = scratch.take(length);
            for (let i = 0; i < length; i++) memory.u8[mask + i] = round === 2 ? 255 : (i * 83) >> 2;
            const taken = cells.map((_, i) => ((memory.u8[mask + (i >> 3)]! >> (i & 7)) & 1) === 1);
            const wanted = cells.map((key, i) => (taken[i] ? plain.id([key]) : noGroup));
            expect(idsOf(table, [cells], mask)).toEqual(wanted);
            const target = scratch.take(length * 4);
            table.lookup(vectors(table.types, [cells]), length, target, mask);
            expect([...memory.u32.subarray(target >>> 2, (target >>> 2) + length)]).toEqual(wanted);
            expect(table.size).toBe(plain.keys.length);
          }
          table.dispose();
        }
      });
    }

    for (const [type, step] of [
      [i32(), 1],
      [i32(), 104_729],
      [u32(), 40_503],
      [i64(), 9_007_199],
    ] as const) {
      it(`grows to many groups of ${typeText(type)} ${step} apart`, () => {
        const count = 30_000;
        const cell = (i: number): unknown => (type.kind === 'int64' ? BigInt(i) * BigInt(step) : i * step);
        const cells = Array.from({ length: count }, (_, i) => cell(i % (count / 2)));
        const table = new KeyTable(memory, { owner: 'test', types: [type] });
        expect(idsOf(table, [cells])).toEqual(cells.map((_, i) => i % (count / 2)));
        expect(table.find([cell(77)])).toBe(77);
        expect(table.find([cell(count)])).toBe(-1);
        table.clear();
        expect(idsOf(table, [cells.slice(5)])).toEqual(cells.slice(5).map((_, i) => i % (count / 2)));
        table.dispose();
      });
    }

    for (const type of [i8(), i16(), u16(), i32(), u32(), i64(), u64(), timestamp('ms')]) {
      it(`sorts keys of ${typeText(type)} that lie close together`, () => {
        const big = widthOf(type) === 8;
        const bits = 8 * widthOf(type);
        const half = big ? 2n ** 63n : BigInt(2 ** (bits - 1));
        const least = type.kind.startsWith('uint') ? half - 60n : -60n;
        const lowest = type.kind.startsWith('uint') ? 0n : -half;
        for (const start of [least, least + 60n, lowest, lowest + 2n * half - 113n]) {
          scratch.reset();
          const cells = Array.from({ length: 400 }, (_, i) => {
            const key = start + BigInt((i * 37) % 113);
            return i % 9 === 4 ? null : big ? key : Number(key);
          });
          for (const dropNull of [true, false]) {
            const table = new KeyTable(memory, { owner: 'test', types: [type], dropNull });
            idsOf(table, [cells]);
            const wanted = [...new Set(cells)].filter(cell => cell !== null || !dropNull);
            expect(keysOf(table, table.sorted())).toEqual(wanted.map(cell => [cell]).sort(compareKeys));
            table.dispose();
          }
        }
      });
    }

    for (const type of [i32(), i64()]) {
      it(`numbers keys of ${typeText(type)} that lie far apart until there are many`, () => {
        scratch.reset();
        const count = 200_003;
        const table = new KeyTable(memory, { owner: 'test', types: [type] });
        const cell = (i: number): unknown => {
          const key = ((i * 7919) % count) * 7 - 500_000;
          return type.kind === 'int64' ? BigInt(key) : key;
        };
        for (const from of [0, 5000]) {
          for (let start = from; start < count; start += 50_000) {
            const rows = Math.min(50_000, count - start);
            const ids = idsOf(table, [Array.from({ length: rows }, (_, row) => cell(start + row))]);
            expect(ids.every((id, row) => id === start + row)).toBe(true);
          }
        }
        expect(table.find([cell(count - 1)])).toBe(count - 1);
        const keys = keysOf(table, table.sorted());
        for (let i = 1; i < count; i++)
          if (!(keys[i - 1]![0]! < keys[i]![0]!)) expect(keys[i - 1]).toBeLessThan(keys[i] as never);
        const restored = new KeyTable(memory, { owner: 'test', types: [type] });
        restored.restore(table.snapshot());
        expect(restored.find([cell(77_777)])).toBe(77_777);
        table.clear();
        expect(idsOf(table, [[cell(5), cell(9), cell(5)]])).toEqual([0, 1, 0]);
        for (const one of [table, restored]) one.dispose();
      });
    }

    for (const [type, cell] of [
      [i32(), (i: number): unknown => Math.imul(i, 0x9e3779b1)],
      [utf8(), (i: number): unknown => `key number ${i}`],
    ] as const) {
      it(`still knows its keys of ${typeText(type)} when memory is used up`, () => {
        const small = new Memory({ shared, maximumBytes: 4 << 20 });
        const space = new Scratch(small, 'test');
        const table = new KeyTable(small, { owner: 'test', types: [type] });
        const target = space.take(4 * 1000);
        const fill = (): void => {
          for (let i = 0; ; i += 1000) {
            const cells = Array.from({ length: 1000 }, (_, row) => cell(i + row));
            const keys = new Scratch(small, 'keys');
            try {
              table.ids([importVector(plainVector(type, cells), small, keys)], 1000, target);
            } finally {
              keys.dispose();
            }
          }
        };
        expect(fill).toThrow(MemoryError);
        const { size } = table;
        expect(size).toBeGreaterThan(10_000);
        expect(table.find([cell(0)])).toBe(0);
        expect(table.find([cell(size - 1)])).toBe(size - 1);
        expect(fill).toThrow(MemoryError);
        table.dispose();
        space.dispose();
        expect(small.stats().owners['test'] ?? 0).toBe(0);
      });
    }

    it('follows codes of one text through several dictionaries', () => {
      const table = new KeyTable(memory, { owner: 'test', types: [dictionary()] });
      expect(idsOf(table, [['b', 'a', 'b']])).toEqual([0, 1, 0]);
      expect(idsOf(table, [['c', 'a', 'b']])).toEqual([2, 1, 0]);
      for (let i = 0; i < 9; i++) expect(idsOf(table, [[`${i}`, 'a']])).toEqual([3 + i, 1]);
      table.dispose();
    });

    it('tells texts of all lengths apart', () => {
      const nearly = (length: number): string[] => {
        const text = 'x'.repeat(length);
        const changed = Array.from({ length }, (_, at) => `${text.slice(0, at)}y${text.slice(at + 1)}`);
        return [text, ...changed, `${text.slice(1)}\0`];
      };
      // the same hashes: what the last bit of byte 15 does to them, the case of byte 16 undoes
      const alike = [`${'x'.repeat(15)}Aa${'z'.repeat(15)}`, `${'x'.repeat(15)}@A${'z'.repeat(15)}`];
      const texts = Array.from({ length: 70 }, (_, length) => nearly(length)).flat();
      const all = [...new Set([...texts, ...alike])];
      for (const dropNull of [true, false]) {
        scratch.reset();
        const cells = all.flatMap((text, i) => [text, i % 5 === 0 ? null : all[(i * 7) % all.length]!]);
        const mask = scratch.take(cells.length / 8 + 1);
        for (let i = 0; i <= cells.length / 8; i++) memory.u8[mask + i] = i * 37;
        for (const bits of [0, mask]) {
          const taken = (i: number): boolean => bits === 0 || ((memory.u8[mask + (i >> 3)]! >> (i & 7)) & 1) === 1;
          const plain = new PlainKeys(dropNull);
          const table = new KeyTable(memory, { owner: 'test', types: [utf8()], dropNull });
          const wanted = cells.map((cell, i) => (taken(i) ? plain.id([cell]) : noGroup));
          expect(idsOf(table, [cells], bits)).toEqual(wanted);
          expect(idsOf(table, [cells], bits)).toEqual(wanted);
          expect(idsOf(table, [all.slice(0, 9)], 0).length).toBe(9);
          table.dispose();
        }
      }
    });

    it('sorts many texts, whatever they begin with', () => {
      const families = [
        (i: number) => `sensor-${i}`,
        (i: number) => `${i}`.padStart(5, '0'),
        (i: number) => 'é'.repeat(i),
      ];
      for (const chosen of [families.slice(0, 1), families.slice(1, 2), families]) {
        for (const dropNull of [true, false]) {
          scratch.reset();
          const cells = chosen.flatMap(text => Array.from({ length: 90 }, (_, i) => text((i * 37) % 90)));
          const all = [
            ...cells,
            null,
            'sensor-',
            'sensor-1\0',
            'sensor-12345678',
            'sensor-123456789',
            'sensor-12345678\0',
          ];
          const table = new KeyTable(memory, { owner: 'test', types: [utf8()], dropNull });
          idsOf(table, [all]);
          const wanted = [...new Set(all)].filter(cell => cell !== null || !dropNull).map(cell => [cell]);
          expect(keysOf(table, table.sorted())).toEqual(wanted.toSorted(compareKeys));
          table.dispose();
        }
      }
    });

    it('reads texts at the end of memory', () => {
      const small = new Memory({ shared, maximumBytes: 4 << 20 });
      const table = new KeyTable(small, { owner: 'test', types: [utf8()] });
      const end = small.wasm.buffer.byteLength;
      const texts = ['', 'a', 'bcdefgh', 'ijklmnopq', 'a', 'rstuvwxyz012345', ''];
      const ends = small.allocate(64, 'test');
      let at = end - texts.join('').length;
      const values = at;
      for (const [i, text] of texts.entries()) {
        small.i32[(ends >>> 2) + i] = at - values;
        small.u8.set(new TextEncoder().encode(text), at);
        at += text.length;
      }
      small.i32[(ends >>> 2) + texts.length] = at - values;
      const target = small.allocate(64, 'test');
      table.ids([chunkVector(utf8(), values, 0, ends)], texts.length, target);
      expect([...small.u32.subarray(target >>> 2, (target >>> 2) + 7)]).toEqual([0, 1, 2, 3, 1, 4, 0]);
      expect(table.find(['rstuvwxyz012345'])).toBe(4);
      table.dispose();
    });

    it('accumulates rows as ids, reserve and onNew would', () => {
      scratch.reset();
      const length = 10_000;
      const keys = Array.from({ length }, (_, i) => (i % 11 === 0 ? null : (i * 7919) % 257));
      const values = Array.from({ length }, (_, i) => i);
      const [key, value] = vectors([i32(), f64()], [keys, values]);
      const table = new KeyTable(memory, { owner: 'test', types: [i32()] });
      const types = [f64()];
      const sums = aggregationOf('sum').kind(types, {}).create({ memory, owner: 'test', types, evicting: false });
      const groups = table.accumulate([key!], length, [{ accumulator: sums, vectors: [value!] }]);
      const wanted = new Map<number, number>();
      for (const [i, k] of keys.entries()) if (k !== null) wanted.set(k, (wanted.get(k) ?? 0) + i);
      const found = exportVector(sums.result('sum', {}, 0, groups, scratch), memory, groups);
      expect([...found]).toEqual([...wanted.values()]);
      for (const one of [table, sums]) one.dispose();
    });

    it('frees what it held', () => {
      scratch.dispose();
      expect(memory.stats().owners['test'] ?? 0).toBe(0);
    });
  });
}

/** -0 and 0 are one key. */
const same = (value: unknown): unknown => (value === 0 ? 0 : value);
