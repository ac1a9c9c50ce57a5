// Laws of accumulators whose rows leave: after any coming and going each group's result is that of the rows it still has.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Accumulator, noGroup, type Parameters, type Rows } from '../../src/aggregate/accumulator.ts';
import type { ChunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { type DataType, isFloat, typeText } from '../../src/schema/data-type.ts';
import { arbitraryStored, plainVector } from '../arbitrary.ts';

/** A cell as it is stored, null, or NaN. */
export type Cell = unknown;

interface Row {
  readonly cells: Cell[];
  readonly group: number;
  readonly inMask: boolean;
}

interface Step {
  readonly push?: Row[];
  readonly drop?: number;
  readonly do?: 'snapshot' | 'forget' | 'clear';
}

export interface Law {
  readonly name: string;
  readonly types: readonly DataType[];
  readonly result: string;
  readonly parameters?: Parameters;
  create(memory: Memory): Accumulator;
  /** The answer for the rows of one group, each with the cells of all arguments, oldest first; as `Vector.get` gives it. */
  plain(rows: Cell[][]): unknown;
  /** Whether rows leave. Default true. */
  readonly evicting?: boolean;
}

const groupCount = 5;

/** Cells that often are equal, so that ties happen. */
const cellsOf = (type: DataType): fc.Arbitrary<Cell> =>
  arbitraryStoredFew(type).chain(few =>
    fc.oneof({ weight: 6, arbitrary: fc.constant(few) }, { weight: 1, arbitrary: fc.constant(null) }),
  );

function arbitraryStoredFew(type: DataType): fc.Arbitrary<Cell> {
  const any = arbitraryStored(type);
  switch (type.kind) {
    case 'int64':
    case 'uint64':
    case 'timestamp':
      return fc.oneof(any, fc.bigInt({ min: 0n, max: 6n }));
    case 'bool':
      return any;
    case 'utf8':
    case 'dictionary':
      return fc.oneof(fc.constantFrom('', 'a', 'b', 'ba', 'c', 'Ω', 'aaaa'), any);
    default:
      return fc.oneof(any, fc.integer({ min: 0, max: 6 }));
  }
}

const lengths = (): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65), fc.nat(40));

const rowsOf = (types: readonly DataType[]): fc.Arbitrary<Row[]> =>
  lengths().chain(length =>
    fc.array(
      fc.record({
        cells: fc.tuple(...types.map(cellsOf)) as fc.Arbitrary<Cell[]>,
        group: fc.oneof(
          { weight: 9, arbitrary: fc.nat(groupCount - 1) },
          { weight: 1, arbitrary: fc.constant(noGroup) },
        ),
        inMask: fc.boolean(),
      }),
      { minLength: length, maxLength: length },
    ),
  );

const scripts = (types: readonly DataType[], evicting: boolean): fc.Arbitrary<Step[]> => {
  const push = rowsOf(types).map((push): Step => ({ push }));
  const drop = lengths().map((drop): Step => ({ drop }));
  const other = fc
    .constantFrom('snapshot', 'snapshot', 'forget', 'clear')
    .map((name): Step => ({ do: name as 'forget' }));
  return fc.array(
    evicting
      ? fc.oneof({ weight: 5, arbitrary: push }, { weight: 4, arbitrary: drop }, { weight: 1, arbitrary: other })
      : fc.oneof({ weight: 6, arbitrary: push }, { weight: 1, arbitrary: other }),
    { maxLength: 9 },
  );
};

type Shape = 'grouped' | 'ungrouped' | 'masked';

function rowsIn(memory: Memory, scratch: Scratch, types: readonly DataType[], rows: Row[], shape: Shape): Rows {
  const vectors = types.map(
    (type, i): ChunkVector =>
      importVector(
        plainVector(
          type,
          rows.map(({ cells }) => cells[i]!),
        ),
        memory,
        scratch,
      ),
  );
  let groupIds = 0;
  let mask = 0;
  if (shape === 'grouped') {
    groupIds = scratch.take(rows.length * 4);
    memory.u32.set(
      rows.map(({ group }) => group),
      groupIds / 4,
    );
  } else if (shape === 'masked') {
    mask = scratch.takeZeroed((rows.length + 7) >> 3);
    for (const [i, { inMask }] of rows.entries()) if (inMask) memory.u8[mask + (i >> 3)]! |= 1 << (i & 7);
  }
  return { length: rows.length, vectors, groupIds, mask };
}

/** Joins the laws for one aggregation. */
export function windowLaws(law: Law): void {
  const { types, evicting = true } = law;
  for (const shared of [true, false]) {
    const memory = new Memory({ shared });
    const scratch = new Scratch(memory, 'test');
    const kind = `${law.name}(${types.map(typeText)}), ${shared ? 'shared' : 'plain'} memory`;
    describe(kind, () => {
      for (const shape of ['grouped', 'ungrouped', 'masked'] as const) {
        it(`is that of the rows which are there, ${shape}`, () => {
          fc.assert(
            fc.property(scripts(types, evicting), steps => play(law, memory, scratch, steps, shape)),
            { numRuns: 40 },
          );
        });
      }
    });
  }
}

function play(law: Law, memory: Memory, scratch: Scratch, steps: Step[], shape: Shape): void {
  const { types } = law;
  let one = law.create(memory);
  one.reserve(groupCount);
  let held: Row[] = [];
  for (const step of steps) {
    scratch.reset();
    if (step.push) {
      one.onNew(rowsIn(memory, scratch, types, step.push, shape));
      held.push(...step.push);
    } else if (step.drop !== undefined) {
      const old = held.slice(0, step.drop);
      one.onOld(rowsIn(memory, scratch, types, old, shape));
      held = held.slice(old.length);
    } else if (step.do === 'clear') {
      one.clear();
      held = [];
    } else if (step.do === 'forget') {
      // only groups without rows are forgotten while others have some; here: after the rows of 1 and 3 were taken out by a rebuild
      one.clear();
      const kept = held.filter(({ group }) => group !== 1 && group !== 3);
      one.onNew(rowsIn(memory, scratch, types, shape === 'grouped' ? held : kept, shape));
      if (shape === 'grouped') {
        const ids = scratch.take(8);
        memory.u32.set([1, 3], ids / 4);
        one.forget(ids, 2);
        // forgotten rows never leave: the others are put in anew
        one.clear();
        one.onNew(rowsIn(memory, scratch, types, kept, shape));
      }
      held = kept;
    } else {
      const saved = one.snapshot();
      const other = law.create(memory);
      other.restore(saved);
      one.dispose();
      one = other;
    }
    check(law, memory, scratch, one, held, shape);
  }
  one.dispose();
}

function check(law: Law, memory: Memory, scratch: Scratch, one: Accumulator, held: Row[], shape: Shape): void {
  const groups = shape === 'grouped' ? groupCount : 1;
  const part = (id: number): Cell[][] =>
    held
      .filter(({ group, inMask }) => (shape === 'grouped' ? group === id : shape === 'ungrouped' || inMask))
      .map(({ cells }) => cells);
  const expected = Array.from({ length: groups }, (_, id) => law.plain(part(id)));
  const found = one.result(law.result, law.parameters ?? {}, 0, groups, scratch);
  agree(exportVector(found, memory, groups).toArray(), expected);
  const order = shape === 'grouped' ? [3, 0, 4, 3] : [0];
  const ids = scratch.take(order.length * 4);
  memory.u32.set(order, ids / 4);
  const some = one.result(law.result, law.parameters ?? {}, ids, order.length, scratch);
  agree(
    exportVector(some, memory, order.length).toArray(),
    order.map(id => expected[id]),
  );
}

/** An answer that may be rounded otherwise. */
export class Near {
  readonly value: number;
  readonly within: number;

  constructor(value: number, within: number) {
    this.value = value;
    this.within = within;
  }
}

function agree(found: unknown[], expected: unknown[]): void {
  const matched = expected.map((want, i) => {
    if (!(want instanceof Near)) return want;
    const got = found[i] as number;
    return got === want.value || Math.abs(got - want.value) <= want.within ? got : want;
  });
  expect(found).toEqual(matched);
}

/** Cells that take part in most aggregations: there, and not NaN. */
export const real = (cells: Cell[]): Cell[] => cells.filter(cell => cell !== null && !Number.isNaN(cell));

/** The order of stored cells of a type; text by its bytes. */
export function compareCells(type: DataType, a: Cell, b: Cell): number {
  if (type.kind === 'utf8' || type.kind === 'dictionary') {
    return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
  }
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

/** A stored cell as `Vector.get` gives it; -0 as 0. */
export const shown = (type: DataType, cell: Cell): unknown => {
  if (cell === null || cell === undefined) return null;
  const stored = isFloat(type) ? (cell as number) + 0 : cell;
  return plainVector(type, [stored]).get(0);
};
