import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Accumulator, noGroup } from '../../src/aggregate/accumulator.ts';
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

describe('nunique of many groups', () => {
  it('adds those of a few groups, and of most, to what is there', () => {
    const groups = 100;
    const cells = fc.array(fc.tuple(fc.nat(groups - 1), fc.nat(60)), { maxLength: 900 });
    const chosen = fc.oneof(
      fc.uniqueArray(fc.nat(groups - 1), { maxLength: 5 }),
      fc.constant([...Array(groups).keys()]),
    );
    const memory = new Memory();
    const scratch = new Scratch(memory, 'test');
    fc.assert(
      fc.property(cells, cells, chosen, fc.constantFrom(i64(), utf8()), (here, there, taken, type) => {
        scratch.reset();
        const states = [here, there].map(rows => {
          const state = new DistinctAccumulator({ memory, owner: 'test', types: [type], evicting: false });
          const groupIds = scratch.take(rows.length * 4 + 4);
          memory.u32.set(
            rows.map(([group]) => group),
            groupIds / 4,
          );
          const values = rows.map(([, value]) => (type.kind === 'utf8' ? `text ${value}` : BigInt(value)));
          const vectors = [importVector(plainVector(type, values), memory, scratch)];
          state.reserve(groups);
          state.onNew({ length: rows.length, vectors, groupIds, mask: 0 });
          return state;
        }) as [DistinctAccumulator, DistinctAccumulator];
        const map = Array.from({ length: groups }, (_, group) =>
          taken.includes(group) ? groups - 1 - group : noGroup,
        );
        const address = scratch.take(groups * 4);
        memory.u32.set(map, address / 4);
        states[0].merge(states[1], address, groups);
        const moved = there.flatMap(([group, value]) =>
          map[group] === noGroup ? [] : [[map[group]!, value] as const],
        );
        const expected = Array.from({ length: groups }, (_, group) => {
          const values = [...here, ...moved].flatMap(([own, value]) => (own === group ? [value] : []));
          return BigInt(new Set(values).size);
        });
        const found = exportVector(states[0].result('nunique', {}, 0, groups, scratch), memory, groups);
        expect([...found.toArray()]).toEqual(expected);
        for (const state of states) state.dispose();
      }),
    );
  });
});

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
