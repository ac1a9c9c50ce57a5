import { DistinctAccumulator } from '../../src/aggregate/distinct-accumulator.ts';
import { bool, date32, dictionary, f64, i8, i64, timestamp, u64, utf8 } from '../../src/schema/data-type.ts';
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
      create: create as never,
      plain: rows =>
        shown(
          type,
          mode(cellsOf(rows), (a, b) => compareCells(type, a, b)),
        ),
    });
  }
}
