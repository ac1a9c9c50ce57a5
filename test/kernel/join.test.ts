import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinRoom } from '../../src/kernel/join.ts';
import { Memory } from '../../src/memory/memory.ts';
import { type Entry, plainExpand, plainOrder } from '../reference/join.ts';
import { Bench, bitsOf, lengths } from './_columns.ts';

const none = 0xffff_ffff;
const beforeAll = -(2n ** 63n);
const ids = (length: number, groups = 5): fc.Arbitrary<number[]> =>
  fc.array(fc.oneof(fc.nat(groups - 1), fc.constant(none)), { minLength: length, maxLength: length });

describe.each([true, false])('join over shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const room = joinRoom(memory);
  const bench = new Bench(memory);

  const putEntries = (entries: readonly Entry[], spare = 0): number => {
    const words = entries.flatMap(({ time, row, id }) => [time, BigInt(row) | (BigInt(id) << 32n)]);
    return bench.put(
      'I64',
      [...words, ...new Array<bigint>(spare * 2).fill(0n)].map(word => BigInt.asIntN(64, word)),
    );
  };
  const getEntries = (address: number, count: number): Entry[] => {
    const words = bench.get('I64', address, count * 2) as bigint[];
    return Array.from({ length: count }, (_, at) => {
      const rest = BigInt.asUintN(64, words[at * 2 + 1]!);
      return { time: words[at * 2]!, row: Number(rest & 0xffff_ffffn), id: Number(rest >> 32n) };
    });
  };
  const putProgress = (highest: bigint, floor: bigint, delay: bigint): number => {
    const noCap = 2n ** 63n - 1n;
    const mark = bench.put('I64', [highest, noCap, floor, delay]);
    return bench.put('U32', [mark, 0, 0, 0]);
  };

  it('rowsByKey finds the row of each key, foundBits tells which were found', () => {
    fc.assert(
      fc.property(lengths.chain(ids), fc.array(fc.nat(9), { minLength: 5, maxLength: 5 }), (keys, rowOf) => {
        const out = bench.room(keys.length * 4);
        const wanted = keys.map(id => (id === none ? 0 : rowOf[id]!));
        const found = wanted.filter(row => row !== 0).length;
        expect(room.rowsByKey(bench.put('U32', keys), keys.length, bench.put('U32', rowOf), out)).toBe(found);
        expect(bench.get('U32', out, keys.length)).toEqual(wanted);
        const bits = bench.room((keys.length + 7) >> 3);
        room.foundBits(out, keys.length, bits);
        expect(bench.getBits(bits, keys.length)).toEqual(wanted.map(row => row !== 0));
        expect(bench.close()).toBe(true);
      }),
    );
  });

  it('listByKey and expand pair rows of equal keys, however often they are interrupted', () => {
    fc.assert(
      fc.property(
        fc.tuple(
          lengths.chain(length => ids(length)),
          fc.nat(30).chain(length => ids(length)),
        ),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        ([keys, table], outer, capacity) => {
          const groups = 5;
          const [starts, rows] = [bench.put('U32', new Array(groups + 2).fill(0)), bench.room(table.length * 4)];
          const most = Math.max(
            0,
            ...Array.from({ length: groups }, (_, id) => table.filter(one => one === id).length),
          );
          expect(room.listByKey(bench.put('U32', table), table.length, 9, groups, starts, rows)).toBe(most);
          const cursor = bench.put('U32', [0, 0]);
          const given = bench.put('U32', keys);
          const [left, right] = [bench.room(capacity * 4), bench.room(capacity * 4)];
          const pairs: unknown[] = [];
          while (true) {
            const count = room.expand(given, keys.length, starts, rows, outer ? 1 : 0, cursor, left, right, capacity);
            if (count === 0) break;
            const [a, b] = [bench.get('U32', left, count), bench.get('U32', right, count)];
            pairs.push(...a.map((one, i) => [one, b[i]]));
          }
          expect(pairs).toEqual(plainExpand(keys, table, 9, outer));
          expect(bench.close()).toBe(true);
        },
      ),
    );
  });

  it('latest keeps the last row of each key', () => {
    fc.assert(
      fc.property(lengths.chain(ids), keys => {
        const rowOf = bench.put('U32', [0, 0, 0, 0, 0]);
        room.latest(bench.put('U32', keys), keys.length, 7, rowOf);
        expect(bench.get('U32', rowOf, 5)).toEqual(
          [0, 1, 2, 3, 4].map(id => keys.lastIndexOf(id) + 7 - (keys.includes(id) ? 0 : 6)),
        );
        expect(bench.close()).toBe(true);
      }),
    );
  });

  it('order puts new entries among those that are in order, behind those of the same time', () => {
    const times = fc.array(fc.bigInt({ min: -9n, max: 9n }), { maxLength: 70 });
    fc.assert(
      fc.property(times, times, fc.boolean(), (old, fresh, ascending) => {
        const sort = (list: readonly bigint[]): bigint[] => [...list].sort((a, b) => Number(a - b));
        const all = [...sort(old), ...(ascending ? sort(fresh) : fresh)].map((time, row) => ({
          time,
          row,
          id: row % 3,
        }));
        const entries = putEntries(all);
        const spare = bench.room(fresh.length * 16);
        const moved = room.order(entries, old.length, all.length, spare);
        const wanted = plainOrder(all);
        expect(getEntries(entries, all.length)).toEqual(wanted);
        expect(moved).toBe(Number(wanted.some((entry, at) => entry.row !== at)));
        expect(bench.close()).toBe(true);
      }),
    );
  });

  it('arrive leaves out rows that are late, row by row, and rows without a time', () => {
    const row = fc.record({ time: fc.bigInt({ min: -20n, max: 20n }), id: fc.nat(3) });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 70 }).chain(list => fc.tuple(fc.constant(list), bitsOf(list.length))),
        fc.bigInt({ min: 0n, max: 9n }),
        fc.bigInt({ min: -15n, max: 5n }),
        fc.nat(70),
        ([list, valid], delay, floor, cut) => {
          const [times, keys] = [
            bench.put(
              'I64',
              list.map(({ time }) => time),
            ),
            bench.put(
              'U32',
              list.map(({ id }) => id),
            ),
          ];
          const progress = putProgress(beforeAll, floor, delay);
          const entries = bench.room(list.length * 16);
          let count = 0;
          // two batches: cut anywhere, on a byte of bits
          const at = Math.min(cut & ~7, list.length);
          for (const [from, to] of [
            [0, at],
            [at, list.length],
          ] as const) {
            count = room.arrive(
              times + from * 8,
              bench.putBits(valid.slice(from, to)),
              keys + from * 4,
              to - from,
              1 + from,
              entries,
              count,
              progress,
            );
          }
          let highest = -1000n;
          const [kept, late] = [[] as Entry[], [] as number[]];
          for (const [i, { time, id }] of list.entries()) {
            if (!valid[i]) continue;
            if (time < floor || time < highest - delay) late.push(i);
            else kept.push({ time, row: i + 1, id });
            if (time > highest) highest = time;
          }
          expect(getEntries(entries, count)).toEqual(kept);
          expect(bench.get('U32', progress + 4, 2)).toEqual([late.length, valid.filter(bit => !bit).length]);
          expect(bench.close()).toBe(true);
        },
      ),
    );
  });
});
