import { describe, expect, it } from 'vitest';
import type { Accumulator } from '../../src/aggregate/accumulator.ts';
import { DistinctAccumulator } from '../../src/aggregate/distinct-accumulator.ts';
import { FifoAccumulator } from '../../src/aggregate/fifo-accumulator.ts';
import { ModeAccumulator } from '../../src/aggregate/mode-accumulator.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { bool, date32, dictionary, f64, i8, i64, timestamp, u64, utf8 } from '../../src/schema/data-type.ts';
import { plainVector } from '../arbitrary.ts';
import { mode } from '../reference/order.ts';
import { type Cell, compareCells, real, shown, windowLaws } from './window-laws.ts';

/** -0 counts as 0. */
const cellsOf = (rows: Cell[][]): Cell[] =>
  real(rows.map(([cell]) => cell)).map(cell => (Object.is(cell, -0) ? 0 : cell));

for (const evicting of [true, false]) {
  for (const type of [f64(), i8(), i64(), u64(), bool(), date32(), timestamp('s'), utf8(), dictionary()]) {
    const create = (memory: never) => new DistinctAccumulator({ memory, owner: 'test', types: [type], evicting });
    windowLaws({
      name: evicting ? 'nunique, evicting' : 'nunique',
      types: [type],
      result: 'nunique',
      evicting,
      create: create as never,
      plain: rows => BigInt(new Set(cellsOf(rows)).size),
    });
    windowLaws({
      name: evicting ? 'mode, evicting' : 'mode',
      types: [type],
      result: 'mode',
      evicting,
      create: memory => new ModeAccumulator({ memory, owner: 'test', types: [type], evicting }),
      plain: rows =>
        shown(
          type,
          mode(cellsOf(rows), (a, b) => compareCells(type, a, b)),
        ),
    });
  }
}

describe('the texts of windows', () => {
  it('may be let go with the rows that had them: answers stay right', () => {
    const memory = new Memory();
    const scratch = new Scratch(memory, 'test');
    const options = { memory, owner: 'test', types: [utf8()], evicting: true };
    const distinct = new DistinctAccumulator(options);
    const often = new ModeAccumulator(options);
    const least = new FifoAccumulator('min', options);
    const label = new FifoAccumulator('argmax', { ...options, types: [f64(), utf8()] });
    const text = (row: number): string => `text ${(row * 7919) % 100_003}`;
    const step = 500;
    for (let at = 0; at < 40_000; at += step) {
      scratch.reset();
      const texts = (from: number) =>
        importVector(
          plainVector(
            utf8(),
            Array.from({ length: step }, (_, i) => text(from + i)),
          ),
          memory,
          scratch,
        );
      const numbers = (from: number) =>
        importVector(
          plainVector(
            f64(),
            Array.from({ length: step }, (_, i) => (from + i) % 997),
          ),
          memory,
          scratch,
        );
      const part = (from: number) => ({ length: step, vectors: [texts(from)], groupIds: 0, mask: 0 });
      const labelled = (from: number) => ({
        length: step,
        vectors: [numbers(from), texts(from)],
        groupIds: 0,
        mask: 0,
      });
      for (const one of [distinct, often, least]) one.onNew(part(at));
      label.onNew(labelled(at));
      if (at >= 1000) {
        for (const one of [distinct, often, least]) one.onOld(part(at - 1000));
        label.onOld(labelled(at - 1000));
      }
      const window = Array.from({ length: Math.min(1000, at + step) }, (_, i) => at + step - 1 - i).reverse();
      const read = (one: Accumulator, name: string) =>
        exportVector(one.result(name, {}, 0, 1, scratch), memory, 1).get(0);
      expect(read(distinct, 'nunique')).toBe(BigInt(window.length));
      expect(read(often, 'mode')).toBe(window.map(text).sort()[0]);
      expect(read(least, 'min')).toBe(window.map(text).sort()[0]);
      expect(read(label, 'argmax')).toBe(text(window.reduce((a, b) => (b % 997 > a % 997 ? b : a))));
    }
    for (const one of [distinct, often, least, label]) one.dispose();
  });
});
