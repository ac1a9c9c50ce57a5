import { describe, expect, it } from 'vitest';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { FifoAccumulator, type FifoName } from '../../src/aggregate/fifo-accumulator.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { OptionError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import {
  bool,
  type DataType,
  date32,
  dictionary,
  f32,
  f64,
  i8,
  i64,
  timestamp,
  u32,
  u64,
  utf8,
} from '../../src/schema/data-type.ts';
import { plainVector } from '../arbitrary.ts';
import { type Cell, compareCells, real, shown, windowLaws } from './window-laws.ts';

const pick: Record<'first' | 'last' | 'min' | 'max', (type: DataType, cells: Cell[]) => Cell> = {
  first: (_, cells) => cells[0],
  last: (_, cells) => cells.at(-1),
  min: (type, cells) => cells.reduce((a, b) => (compareCells(type, b, a) < 0 ? b : a), cells[0]),
  max: (type, cells) => cells.reduce((a, b) => (compareCells(type, b, a) > 0 ? b : a), cells[0]),
};

const types = [f64(), f32(), i8(), i64(), u32(), u64(), bool(), date32(), timestamp('us'), utf8(), dictionary()];

for (const name of ['first', 'last', 'min', 'max'] as const) {
  for (const type of types) {
    windowLaws({
      name,
      types: [type],
      result: name,
      create: memory => new FifoAccumulator(name, { memory, owner: 'test', types: [type], evicting: true }),
      plain: rows => shown(type, pick[name](type, real(rows.map(([cell]) => cell)))),
    });
  }
}

for (const n of [0, 1, 3, -1, -2, -4]) {
  for (const type of n === 1 || n === -2 ? types : [f64(), utf8()]) {
    for (const evicting of [true, false]) {
      windowLaws({
        name: `nth ${n}, ${evicting ? 'rows leave' : 'rows stay'}`,
        types: [type],
        result: 'nth',
        evicting,
        create: memory =>
          aggregationOf('nth')
            .kind([type], { n })
            .create({ memory, owner: 'test', types: [type], evicting }),
        plain: rows => shown(type, real(rows.map(([cell]) => cell)).at(n)),
      });
    }
  }
}

for (const name of ['argmin', 'argmax'] as const) {
  for (const [type, label] of [
    [f64(), utf8()],
    [i64(), i64()],
    [utf8(), f64()],
  ] as const) {
    windowLaws({
      name,
      types: [type, label],
      result: name,
      create: memory => new FifoAccumulator(name, { memory, owner: 'test', types: [type, label], evicting: true }),
      plain: rows => {
        const there = rows.filter(cells => real(cells).length === 2);
        const sign = name === 'argmin' ? -1 : 1;
        const best = there.reduce<Cell[] | undefined>(
          (a, b) => (a && compareCells(type, b[0], a[0]) * sign <= 0 ? a : b),
          undefined,
        );
        return best ? shown(label, best[1]) : null;
      },
    });
  }
}

describe('FifoAccumulator', () => {
  const memory = new Memory();
  const scratch = new Scratch(memory, 'test');
  const accumulator = (name: FifoName): FifoAccumulator =>
    new FifoAccumulator(name, { memory, owner: 'test', types: [f64()], evicting: true });
  const rows = (cells: number[]) => ({
    length: cells.length,
    vectors: [importVector(plainVector(f64(), cells), memory, scratch)],
    groupIds: 0,
    mask: 0,
  });
  const read = (one: FifoAccumulator): unknown => exportVector(one.result('', {}, 0, 1, scratch), memory, 1).get(0);

  it('counts the rows of the stream when argmax has one argument', () => {
    const one = accumulator('argmax');
    one.onNew(rows([3, 9, 9, 1]));
    expect(read(one)).toBe(1n);
    one.onOld(rows([3, 9]));
    expect(read(one)).toBe(2n);
    one.onNew(rows([4, 5]));
    one.onOld(rows([9, 1]));
    expect(read(one)).toBe(5n);
    one.dispose();
  });

  it('appends the rows of another in merge', () => {
    const map = scratch.take(64);
    memory.u32[map / 4] = 0;
    for (const [name, before, after] of [
      ['max', 7, 4],
      ['first', 1, 2],
      ['last', 4, 4],
    ] as const) {
      const [a, b] = [accumulator(name), accumulator(name)];
      a.onNew(rows([1, 7]));
      b.onNew(rows([9, 2, 4]));
      b.onOld(rows([9]));
      a.merge(b, map, 1);
      expect(read(a)).toBe(before);
      a.onOld(rows([1, 7]));
      expect(read(a)).toBe(after);
      a.dispose();
      b.dispose();
    }
  });

  it('holds no more values than it must', () => {
    for (const [n, bytes] of [
      [2, 4096],
      [-2, 4096],
    ] as const) {
      const options = { memory, owner: 'test', types: [f64()], evicting: false };
      const one = aggregationOf('nth').kind([f64()], { n }).create(options);
      one.onNew(rows(Array.from({ length: 50_000 }, (_, i) => i)));
      expect(one.stateBytes).toBeLessThan(bytes);
      one.dispose();
    }
    expect(() => aggregationOf('nth').kind([f64()], { n: 1.5 })).toThrow(OptionError);
  });

  it('holds little for a long window', () => {
    const one = accumulator('max');
    const cells = Array.from({ length: 50_000 }, (_, i) => Math.sin(i * i));
    one.onNew(rows(cells));
    expect(read(one)).toBe(Math.max(...cells));
    expect(one.stateBytes).toBeLessThan(4096);
    one.dispose();
  });

  it('finds the greatest of rows that only fall, and of rows that only rise', () => {
    const falling = Array.from({ length: 9000 }, (_, i) => 9000 - i);
    for (const cells of [falling, [...falling].reverse()]) {
      const one = accumulator('max');
      one.onNew(rows(cells));
      for (let at = 0; at < 9000; at += 1500) {
        expect(read(one)).toBe(Math.max(...cells.slice(at)));
        one.onOld(rows(cells.slice(at, at + 1500)));
      }
      expect(read(one)).toBe(null);
      one.dispose();
    }
  });
});
