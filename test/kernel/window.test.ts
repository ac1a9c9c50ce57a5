import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeKernels, windowRoom } from '../../src/kernel/window.ts';
import { Memory } from '../../src/memory/memory.ts';
import { type DataType, f64, i32, timestamp, u8 } from '../../src/schema/data-type.ts';
import * as plain from '../reference/window.ts';

type Time = bigint | number;

const kinds: [string, DataType, (x: number) => Time][] = [
  ['i64', timestamp('ms'), x => BigInt(x)],
  ['i32', i32(), x => x],
  ['f64', f64(), x => x],
];

/** Times, mostly few and close, so that there are equal neighbours and long runs. */
const times = (): fc.Arbitrary<number[]> =>
  fc.oneof(
    fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 140 }),
    fc.array(fc.integer({ min: -1e9, max: 1e9 }), { maxLength: 70 }),
    fc
      .tuple(fc.integer({ min: -5, max: 5 }), fc.nat(300))
      .map(([time, length]) => new Array<number>(length).fill(time)),
  );
const sorted = (): fc.Arbitrary<number[]> => times().map(list => list.sort((a, b) => a - b));

for (const shared of [true, false]) {
  describe(`time kernels, ${shared ? 'shared' : 'plain'} memory`, () => {
    const memory = new Memory({ shared });
    const room = windowRoom(memory);
    const at = memory.allocate(4096, 'test');
    const out = memory.allocate(4096, 'test');

    for (const [name, type, make] of kinds) {
      const kernels = timeKernels(memory, type);
      const write = (list: readonly number[]): Time[] => {
        const cells = list.map(make);
        if (name === 'i64') memory.i64.set(cells as bigint[], at / 8);
        else if (name === 'i32') memory.i32.set(cells as number[], at / 4);
        else memory.f64.set(cells as number[], at / 8);
        return cells;
      };

      it(`counts the rows that are in order (${name})`, () => {
        fc.assert(
          fc.property(fc.oneof(times(), sorted()), fc.nat(300), (list, swap) => {
            if (swap + 1 < list.length) [list[swap], list[swap + 1]] = [list[swap + 1]!, list[swap]!];
            const cells = write(list);
            expect(kernels.sortedRows(at, cells.length)).toBe(plain.sortedRows(cells));
          }),
        );
      });

      it(`finds the first row inside (time - range, time], in parts as at once (${name})`, () => {
        fc.assert(
          fc.property(sorted(), fc.integer({ min: 1, max: 60 }), fc.nat(300), (list, range, cut) => {
            const cells = write(list);
            const middle = Math.min(cut, cells.length);
            const start = kernels.timeBounds(at, 0, middle, make(range), 0, out);
            kernels.timeBounds(at, middle, cells.length, make(range), start, out + 4 * middle);
            expect([...memory.i32.slice(out / 4, out / 4 + cells.length)]).toEqual(
              plain.timeBounds(cells, make(range)),
            );
          }),
        );
      });
    }

    it('takes times at the ends of int64 without wrapping', () => {
      const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
      const kernels = timeKernels(memory, timestamp('ns'));
      memory.i64.set([least, -1n, 0n, most], at / 8);
      kernels.timeBounds(at, 0, 4, 10n, 0, out);
      expect([...memory.i32.slice(out / 4, out / 4 + 4)]).toEqual([0, 1, 1, 3]);
      expect(room.firstAboveI64(at, 4, most)).toBe(4);
    });

    it('finds the first row above a limit', () => {
      fc.assert(
        fc.property(sorted(), fc.integer({ min: -45, max: 45 }), fc.nat(200), (list, near, pick) => {
          const cells = list.map(BigInt);
          memory.i64.set(cells, at / 8);
          for (const limit of [BigInt(near), cells[pick % Math.max(1, cells.length)] ?? 0n]) {
            expect(room.firstAboveI64(at, cells.length, limit)).toBe(plain.firstAbove(cells, limit));
          }
        }),
      );
    });

    it('ends rows in order with NaN among f64 times', () => {
      memory.f64.set([1, 2, Number.NaN, 3], at / 8);
      expect(timeKernels(memory, f64()).sortedRows(at, 4)).toBe(2);
      expect(timeKernels(memory, f64()).sortedRows(at + 16, 2)).toBe(0);
    });

    it('refuses a column that can not be an index', () => {
      expect(() => timeKernels(memory, u8(), 'tumbling')).toThrow(/^tumbling: .*u8/);
    });
  });
}
