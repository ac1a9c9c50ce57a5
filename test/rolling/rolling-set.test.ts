import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { StateError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { RollingSet } from '../../src/rolling/rolling-set.ts';
import { ROLLINGS } from '../../src/rolling/rollings.ts';
import {
  bool,
  type DataType,
  date32,
  dictionary,
  f32,
  f64,
  i16,
  i32,
  i64,
  timestamp,
  u64,
  utf8,
} from '../../src/schema/data-type.ts';
import { each, tameCells } from '../aggregate/_cells.ts';
import { compareCells } from '../aggregate/window-laws.ts';
import { plainVector } from '../arbitrary.ts';
import type { Rows } from '../reference/aggregate.ts';
import * as plain from '../reference/aggregate.ts';
import { mode, quantile } from '../reference/order.ts';
import { exactSum } from '../reference/rolling.ts';
import { rollingLaws } from './laws.ts';

const numbers = [f64(), i32(), i64(), bool(), f32(), u64()];
const times = [timestamp('ns'), date32()];
const texts = [utf8(), dictionary()];
const some = [f64(), i16(), bool()];

/** Cells that often are alike. */
const fewCells = (type: DataType, length: number): fc.Arbitrary<unknown[]> => {
  const options = { minLength: length, maxLength: length };
  const few = (): fc.Arbitrary<unknown> => {
    switch (type.kind) {
      case 'float64':
      case 'float32':
        return fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0.5));
      case 'int64':
      case 'timestamp':
        return fc.bigInt({ min: -3n, max: 3n });
      case 'uint64':
        return fc.oneof(fc.bigInt({ min: 0n, max: 3n }), fc.constant(2n ** 64n - 1n));
      case 'utf8':
      case 'dictionary':
        return fc.constantFrom('', 'a', 'b', 'ba', 'Ω', 'aaaa');
      case 'bool':
        return fc.boolean();
      default:
        return fc.integer({ min: -3, max: 3 });
    }
  };
  return fc.oneof(fc.array(few(), options), fc.array(fc.option(few(), { freq: 4 }), options));
};

const real = (rows: Rows): number[] => plain.numbers(rows);
const squared = (rows: Rows): number => Math.max(1, ...real(rows).map(x => (Number.isFinite(x) ? x * x : 0)));

rollingLaws('sum', { types: each(numbers), cells: tameCells, plain: rows => exactSum(real(rows)) });
rollingLaws('mean', {
  types: each(numbers),
  cells: tameCells,
  plain: rows => (real(rows).length === 0 ? null : exactSum(real(rows)) / real(rows).length),
});
rollingLaws('size', { types: [[]], plain: rows => rows.length });
rollingLaws('count', { types: each([...some, ...times, ...texts]), plain: rows => plain.present(rows).length });

const spread = {
  types: each(some),
  cells: tameCells,
  near: (got: number, want: number, rows: Rows) => Math.abs(got - want) <= 1e-9 * squared(rows),
};
for (const ddof of [0, 1, 2]) rollingLaws('var', { ...spread, parameters: { ddof }, plain: plain.variance(ddof) });
rollingLaws('std', { ...spread, plain: plain.std });
rollingLaws('sem', { ...spread, plain: plain.sem });
const shape = {
  types: each(some),
  cells: tameCells,
  near: (got: number, want: number) => Math.abs(got - want) <= 1e-6 * Math.max(1, Math.abs(want)),
};
rollingLaws('skew', { ...shape, plain: plain.skew });
rollingLaws('kurt', { ...shape, plain: plain.kurt });
const joint = {
  types: [
    [f64(), f64()],
    [i32(), f32()],
    [bool(), i16()],
  ],
  cells: tameCells,
};
rollingLaws('cov', {
  ...joint,
  plain: plain.cov,
  near: (got, want, rows) => Math.abs(got - want) <= 1e-9 * greatestProduct(rows),
});
rollingLaws('corr', { ...joint, plain: plain.corr, near: (got, want) => Math.abs(got - want) <= 1e-7 });
const greatestProduct = (rows: Rows): number =>
  Math.max(1, ...rows.flat().map(x => (Number.isFinite(Number(x)) ? Number(x) ** 2 : 0)));

rollingLaws('prod', {
  types: each([f64(), i16(), bool()]),
  cells: fewCells,
  plain: rows => real(rows).reduce((a, b) => a * b, 1),
});
rollingLaws('any', {
  types: each(some),
  cells: fewCells,
  plain: plain.any,
});
rollingLaws('all', {
  types: each(some),
  cells: fewCells,
  plain: plain.all,
});

for (const cells of [fewCells, undefined]) {
  const given = { ...(cells && { cells }) };
  rollingLaws('min', { ...given, types: each([...numbers, ...times]), plain: plain.min });
  rollingLaws('max', { ...given, types: each([...numbers, ...times]), plain: plain.max });
  rollingLaws('min', { ...given, types: each(texts), plain: plain.minText });
  rollingLaws('max', { ...given, types: each(texts), plain: plain.maxText });
  const pairs = [
    [f64(), i32()],
    [timestamp('ms'), f64()],
    [i64(), timestamp('us')],
    [bool(), u64()],
    [utf8(), f64()],
  ];
  rollingLaws('argmin', { ...given, types: pairs, plain: plain.argmin });
  rollingLaws('argmax', { ...given, types: pairs, plain: plain.argmax });
  rollingLaws('first', { ...given, types: each([f64(), i32(), ...times, ...texts]), plain: plain.first });
  rollingLaws('last', { ...given, types: each([f64(), i32(), ...times, ...texts]), plain: plain.last });
  rollingLaws('nunique', {
    ...given,
    types: each([...numbers, ...times, ...texts]),
    plain: rows => new Set(plain.present(rows).map(x => (typeof x === 'number' ? x + 0 : x))).size,
  });
  rollingLaws('mode', {
    ...given,
    types: each([...numbers, ...times, ...texts]),
    plain: (rows, [type]) =>
      mode(
        plain.present(rows).map(x => (typeof x === 'number' ? x + 0 : x)),
        (a, b) => compareCells(type!, a, b),
      ),
  });
}
for (const nth of [0, 2, -1, -3]) {
  rollingLaws('nth', {
    types: each([f64(), utf8(), timestamp('ms')]),
    parameters: { nth },
    plain: rows => plain.present(rows).at(nth),
  });
}

const sorted = (rows: Rows): number[] => real(rows).sort((a, b) => a - b);
rollingLaws('median', { types: each(some), cells: tameCells, plain: rows => quantile(sorted(rows), 0.5) });
for (const interpolation of ['linear', 'lower', 'nearest']) {
  rollingLaws('quantile', {
    types: each([f64(), i32()]),
    cells: tameCells,
    parameters: { q: 0.3, interpolation },
    plain: rows => quantile(sorted(rows), 0.3, interpolation),
  });
}

for (const method of ['average', 'min', 'max', 'dense']) {
  for (const [ascending, pct] of [
    [true, false],
    [false, true],
  ]) {
    rollingLaws('rank', {
      types: each([f64(), i32(), timestamp('ms')]),
      cells: fewCells,
      parameters: { method, ascending: ascending!, pct: pct! },
      plain: rank(method, ascending!, pct!),
    });
  }
}

/** The rank of the last row. */
function rank(method: string, ascending: boolean, pct: boolean): (rows: Rows) => number | null {
  return rows => {
    const own = rows.at(-1)![0];
    if (own === null || Number.isNaN(own)) return null;
    const given = plain.present(rows).map(Number);
    const values = method === 'dense' ? [...new Set(given.map(x => x + 0))] : given;
    const x = Number(own);
    const below = values.filter(value => (ascending ? value < x : value > x)).length;
    const same = values.filter(value => value === x).length;
    const place = method === 'average' ? below + (same + 1) / 2 : method === 'max' ? below + same : below + 1;
    return pct ? place / values.length : place;
  };
}

describe('texts that left a window', () => {
  it('are let go of, and those that are there keep their meaning', () => {
    const memory = new Memory();
    const df = new DataFrame({ schema: { k: utf8(), s: utf8() }, memory }) as any;
    const out = df.select({
      n: 'rolling_nunique(s, 3, by=k)',
      m: 'rolling_mode(s, 3, by=k)',
      f: 'rolling_first(s, 3, by=k)',
      b: 'shift(s, 2, by=k)',
      l: 'ffill(s, by=k)',
    });
    const found = out.sinkToList();
    const texts = Array.from({ length: 30_000 }, (_, row) => (row % 5 === 4 ? 'often' : `text ${row}`));
    const rows = texts.map((s, row) => ({ k: 'abc'[row % 3], s }));
    df.emit(rows.slice(0, 10_000));
    df.emit(rows.slice(10_000));
    // 30,000 texts would be three times 400 kB
    expect(df.checkpoint().length).toBeLessThan(700_000);
    const answers = found.flatMap((batch: any) => batch.toArray());
    for (let row = 9; row < rows.length; row += 101) {
      const window = [texts[row - 6]!, texts[row - 3]!, texts[row]!];
      const n = new Set(window).size;
      expect(answers[row]).toEqual({
        n,
        m: mode(window, (a, b) => compareCells(utf8(), a, b)),
        f: window[0],
        b: window[0],
        l: texts[row],
      });
    }
    df.dispose();
  });
});

describe('a set of windows', () => {
  it('gives its memory back, and forgets everything', () => {
    const memory = new Memory();
    const scratch = new Scratch(memory, 'test');
    const columns = Object.values(ROLLINGS).map(kind => {
      return { kind, args: [0, 1].slice(0, kind.arity[0]), parameters: kind.parameters, minPeriods: 0 };
    });
    const push = (set: RollingSet): unknown[] => {
      scratch.reset();
      const x = importVector(plainVector(f64(), [1, 2, 2, Number.NaN, 5]), memory, scratch);
      const y = importVector(plainVector(f64(), [3, null, 1, 2, 2]), memory, scratch);
      return set.push([x, y], 5, 0, 1, 0, scratch).map(vector => exportVector(vector, memory, 5).toArray());
    };
    const make = (): RollingSet =>
      new RollingSet({ memory, owner: 'test', extent: { rows: 2 }, keyed: false, types: [f64(), f64()], columns });
    push(make()); // what all sets of a memory share stays
    const before = memory.stats().heldBytes;
    const set = make();
    const first = push(set);
    expect(push(set)).not.toEqual(first);
    set.clear();
    expect(push(set)).toEqual(first);
    expect(set.stateBytes).toBeGreaterThan(0);
    set.dispose();
    expect(memory.stats().heldBytes).toBe(before);
  });

  it.each([true, false])(
    'gives the same in one batch and in many, saved and restored between them, by key %s',
    keyed => {
      const memory = new Memory();
      const scratch = new Scratch(memory, 'test');
      const columns = Object.values(ROLLINGS).map(kind => {
        return { kind, args: [0, 1].slice(0, kind.arity[0]), parameters: kind.parameters, minPeriods: 0 };
      });
      const rows = 9000;
      let state = 1;
      const random = (below: number): number =>
        ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8) % below;
      const cells = [0, 1].map(() => Array.from({ length: rows }, () => (random(9) === 0 ? null : random(4000) / 8)));
      const groups = Array.from({ length: rows }, () => random(3));
      let time = 0;
      const times = groups.map(() => BigInt((time += random(3))));
      for (const extent of [{ rows: 1500 }, { rows: 7 }, { range: 1200n }]) {
        const make = (): RollingSet =>
          new RollingSet({ memory, owner: 'test', extent, keyed, types: [f64(), f64()], columns });
        const push = (set: RollingSet, from: number, to: number): unknown[][] => {
          scratch.reset();
          const vectors = cells.map(column =>
            importVector(plainVector(f64(), column.slice(from, to)), memory, scratch),
          );
          const ids = scratch.take((to - from) * 4);
          memory.u32.set(groups.slice(from, to), ids / 4);
          const ticks = scratch.take((to - from) * 8);
          memory.i64.set(times.slice(from, to), ticks / 8);
          const answers = set.push(vectors, to - from, keyed ? ids : 0, 3, ticks, scratch);
          return answers.map(vector => exportVector(vector, memory, to - from).toArray());
        };
        const whole = make();
        const wanted = push(whole, 0, rows);
        whole.dispose();
        let set = make();
        const found = columns.map((): unknown[] => []);
        for (let from = 0; from < rows; from += 1000) {
          for (const [at, answers] of push(set, from, from + 1000).entries()) found[at]!.push(...answers);
          const saved = set.snapshot();
          set.dispose();
          set = make();
          set.restore(saved);
        }
        set.dispose();
        for (const [at, { kind }] of columns.entries()) expect(found[at], kind.name).toEqual(wanted[at]);
      }
    },
  );

  it('refuses the saved state of another', () => {
    const memory = new Memory();
    const make = (rows: number, name: string): RollingSet => {
      const spec = { kind: ROLLINGS[name]!, args: [0], parameters: ROLLINGS[name]!.parameters, minPeriods: 0 };
      return new RollingSet({ memory, owner: 'test', extent: { rows }, keyed: false, types: [f64()], columns: [spec] });
    };
    const [sums, ranks] = [make(3, 'sum'), make(3, 'rank')];
    expect(() => ranks.restore(new Uint8Array(7))).toThrow(StateError);
    expect(() => ranks.restore(sums.snapshot())).toThrow(StateError);
    sums.dispose();
    ranks.dispose();
  });
});
