import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderAccumulator } from '../../src/aggregate/order-accumulator.ts';
import { chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { bool, type DataType, date32, f32, f64, i8, i64, timestamp, u64 } from '../../src/schema/data-type.ts';
import { quantile } from '../reference/order.ts';
import { type Cell, compareCells, Near, real, shown, windowLaws } from './window-laws.ts';

const sorted = (type: DataType, rows: Cell[][]): Cell[] =>
  real(rows.map(([cell]) => cell)).sort((a, b) => compareCells(type, a, b));
/** One rounding of the interpolation apart. */
const close = (cells: Cell[], q: number, interpolation?: string): unknown => {
  const numbers = cells.map(Number);
  const value = quantile(numbers, q, interpolation);
  if (value === null || !Number.isFinite(value)) return value;
  return new Near(value, 2 * Number.MIN_VALUE + 1e-15 * Math.max(...numbers.filter(Number.isFinite).map(Math.abs)));
};

for (const evicting of [true, false]) {
  for (const type of [f64(), f32(), i8(), i64(), u64(), bool()]) {
    windowLaws({
      name: evicting ? 'median, evicting' : 'median',
      types: [type],
      result: 'median',
      evicting,
      create: memory => new OrderAccumulator({ memory, owner: 'test', types: [type], evicting }),
      plain: rows => close(sorted(type, rows), 0.5),
    });
  }

  for (const interpolation of ['lower', 'higher', 'nearest', 'midpoint', 'linear']) {
    windowLaws({
      name: `quantile 0.3 ${interpolation}${evicting ? ', evicting' : ''}`,
      types: [f64()],
      result: 'quantile',
      parameters: { q: 0.3, interpolation },
      evicting,
      create: memory => new OrderAccumulator({ memory, owner: 'test', types: [f64()], evicting }),
      plain: rows => close(sorted(f64(), rows), 0.3, interpolation),
    });
  }

  for (const type of [date32(), timestamp('ms')]) {
    windowLaws({
      name: `quantile lower${evicting ? ', evicting' : ''}`,
      types: [type],
      result: 'quantile',
      parameters: { q: 0.9, interpolation: 'lower' },
      evicting,
      create: memory => new OrderAccumulator({ memory, owner: 'test', types: [type], evicting }),
      plain: rows => {
        const cells = sorted(type, rows);
        return shown(type, cells[Math.floor(0.9 * (cells.length - 1))]);
      },
    });
  }
}

describe('OrderAccumulator', () => {
  const memory = new Memory();
  const scratch = new Scratch(memory, 'test');
  const rowsOf = (values: number[]) => {
    const at = scratch.take(values.length * 8);
    memory.f64.set(values, at / 8);
    return { length: values.length, vectors: [chunkVector(f64(), at)], groupIds: 0, mask: 0 };
  };
  const median = (one: OrderAccumulator): unknown =>
    exportVector(one.result('median', {}, 0, 1, scratch), memory, 1).get(0);
  const plain = (values: number[]): number | null =>
    quantile(
      [...values].sort((a, b) => a - b),
      0.5,
    );

  it('stays right in a deep tree: rising, falling, few and random values', () => {
    const makers: ((i: number) => number)[] = [
      i => i,
      i => -i,
      i => i % 7,
      i => Math.sin(i * i) * 1e6,
      i => (i % 2 === 0 ? i : -i),
      i => Math.floor(Math.sin(i) * 50),
    ];
    for (const make of makers) {
      const one = new OrderAccumulator({ memory, owner: 'test', types: [f64()], evicting: true });
      const values = Array.from({ length: 30_000 }, (_, i) => make(i));
      for (let at = 0; at < values.length; at += 3000) {
        scratch.reset();
        one.onNew(rowsOf(values.slice(at, at + 3000)));
        if (at >= 12_000) one.onOld(rowsOf(values.slice(at - 12_000, at - 9000)));
        expect(median(one)).toBe(plain(values.slice(Math.max(0, at - 9000), at + 3000)));
      }
      one.onOld(rowsOf(values.slice(18_000)));
      expect(median(one)).toBe(null);
      one.onNew(rowsOf([3, 1, 2]));
      expect(median(one)).toBe(2);
      one.dispose();
      scratch.reset();
    }
  });

  it('gives memory of rows that left to rows that come', () => {
    const one = new OrderAccumulator({ memory, owner: 'test', types: [f64()], evicting: true });
    let most = 0;
    for (let at = 0; at < 200; at++) {
      scratch.reset();
      const rows = rowsOf(Array.from({ length: 500 }, (_, i) => Math.sin(at * 500 + i) * 1e3 + at));
      one.onNew(rows);
      if (at >= 4) {
        one.onOld(rowsOf(Array.from({ length: 500 }, (_, i) => Math.sin((at - 4) * 500 + i) * 1e3 + at - 4)));
      }
      most = Math.max(most, one.stateBytes);
    }
    // 2,500 rows of 16 bytes; leaves are at least a quarter full
    expect(most).toBeLessThan(2500 * 16 * 4);
    one.dispose();
  });

  it('adds the rows of another in merge', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), fc.array(fc.nat(20), { maxLength: 200 }), (a, b) => {
        scratch.reset();
        const make = () => new OrderAccumulator({ memory, owner: 'test', types: [f64()], evicting: false });
        const [left, right] = [make(), make()];
        const map = scratch.takeZeroed(64);
        left.onNew(rowsOf(a));
        right.onNew(rowsOf(b));
        left.merge(right, map, 1);
        expect(median(left)).toBe(plain([...a, ...b]));
        left.dispose();
        right.dispose();
      }),
    );
  });

  it('ranks values among the rows that are there', () => {
    scratch.reset();
    const one = new OrderAccumulator({ memory, owner: 'test', types: [f64()], evicting: true });
    one.onNew(rowsOf([5, 1, 5, Number.NaN, 9]));
    const out = scratch.take(64);
    one.ranks(rowsOf([5, 0, 10, Number.NaN]), out, out + 16);
    expect([...memory.u32.slice(out / 4, out / 4 + 8)]).toEqual([1, 0, 4, 0, 3, 0, 4, 0]);
    one.dispose();
  });

  it('refuses an interpolation it does not know', () => {
    scratch.reset();
    const one = new OrderAccumulator({ memory, owner: 'test', types: [f64()], evicting: true });
    one.reserve(1);
    expect(() => one.result('quantile', { q: 0.5, interpolation: 'cubic' }, 0, 1, scratch)).toThrow(
      /^quantile: .*cubic/,
    );
    one.dispose();
  });
});
