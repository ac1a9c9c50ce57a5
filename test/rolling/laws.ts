// The laws of answers for each row's own window, which every aggregation joins with its plain twin: whatever the window, the groups and the
// cuts between batches, saved and restored or not, each answer is that of the rows in the row's window.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noGroup, type Parameters } from '../../src/aggregate/accumulator.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { type RollingColumnSpec, RollingSet } from '../../src/rolling/rolling-set.ts';
import { ROLLINGS, type RollingKind } from '../../src/rolling/rollings.ts';
import type { RollingExtent } from '../../src/rolling/row-pool.ts';
import { type DataType, f64, isNumeric, sameType, typeText } from '../../src/schema/data-type.ts';
import { storedAt } from '../aggregate/contract.ts';
import { arbitraryCells, plainVector } from '../arbitrary.ts';
import type { Rows } from '../reference/aggregate.ts';

export interface RollingLaw {
  /** Argument types to try. */
  readonly types: readonly (readonly DataType[])[];
  readonly parameters?: Parameters;
  /** The plain twin: what to answer for the rows of a window, oldest first, the row itself last; as it is stored, or as a number. */
  plain(rows: Rows, types: readonly DataType[]): unknown;
  /** Whether a number is near enough; default: 1e-9 of it, or of the greatest in the window. */
  near?(got: number, want: number, rows: Rows): boolean;
  /** Cells for an argument, where those of test/arbitrary.ts are too wild for a tolerance. */
  cells?(type: DataType, length: number): fc.Arbitrary<unknown[]>;
}

interface Case {
  readonly columns: unknown[][];
  readonly groups: number[];
  readonly gaps: number[];
  readonly cuts: number[];
  readonly saves: boolean[];
  readonly keyed: boolean;
  readonly extent: RollingExtent;
  readonly minPeriods: number;
}

const isThere = (cell: unknown): boolean => cell !== null && !Number.isNaN(cell);

const greatest = (rows: Rows): number =>
  rows
    .flat()
    .reduce<number>((most, cell) => (Number.isFinite(Number(cell)) ? Math.max(most, Math.abs(Number(cell))) : most), 0);

const nearly = (got: number, want: number, rows: Rows): boolean =>
  Object.is(got, want) ||
  got === want ||
  Math.abs(got - want) <= 1e-9 * Math.max(Math.abs(got), Math.abs(want), greatest(rows));

const extents: fc.Arbitrary<RollingExtent> = fc.oneof(
  fc.constantFrom(1, 2, 3, 7, 16, 500).map(rows => ({ rows })),
  fc.constantFrom(1n, 3n, 10n, 1000n).map(range => ({ range })),
);

function cases(law: RollingLaw, types: readonly DataType[]): fc.Arbitrary<Case> {
  return fc.tuple(fc.oneof(fc.constantFrom(0, 1, 8, 9, 64), fc.nat(90)), extents).chain(([length, extent]) =>
    fc.record({
      columns: fc.tuple(...types.map(type => (law.cells ?? arbitraryCells)(type, length))) as fc.Arbitrary<unknown[][]>,
      groups: fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.constant(noGroup) }), {
        minLength: length,
        maxLength: length,
      }),
      gaps: fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(30) }), {
        minLength: length,
        maxLength: length,
      }),
      cuts: fc.array(fc.nat(length), { maxLength: 4 }),
      saves: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      keyed: fc.boolean(),
      extent: fc.constant(extent),
      minPeriods: 'rows' in extent ? fc.nat(Math.min(extent.rows, 4)) : fc.nat(4),
    }),
  );
}

/** Registers the laws for the aggregation called `name`. */
export function rollingLaws(name: string, law: RollingLaw): void {
  const kind = ROLLINGS[name]!;
  const parameters = { ...kind.parameters, ...law.parameters };
  describe(`rolling ${name}(${JSON.stringify(law.parameters ?? {})})`, () => {
    for (const [at, types] of law.types.entries()) {
      const memory = new Memory({ shared: at % 2 === 0 });
      it(`answers for ${types.map(typeText).join(', ') || 'no argument'} what the rows of each window do`, () => {
        fc.assert(
          fc.property(cases(law, types), given => check(memory, name, law, parameters, types, given)),
          { numRuns: 60 },
        );
      });
    }
  });
}

function check(
  memory: Memory,
  name: string,
  law: RollingLaw,
  parameters: Parameters,
  types: readonly DataType[],
  given: Case,
): void {
  const { columns, groups, gaps, keyed, extent, minPeriods } = given;
  const kind = ROLLINGS[name]!;
  const args = types.map((_, at) => at);
  const spec: RollingColumnSpec = { kind, args, parameters, minPeriods };
  // size beside it: what several share must not get in each other's way
  const sizes: RollingColumnSpec = { kind: ROLLINGS['size']!, args: [], parameters: {}, minPeriods: 0 };
  const make = (): RollingSet =>
    new RollingSet({ memory, owner: 'test', extent, keyed, types, columns: [spec, sizes] });
  const scratch = new Scratch(memory, 'test');
  let time = 0;
  const times = gaps.map(gap => BigInt((time += gap)));
  const found: unknown[] = [];
  const cuts = [0, ...given.cuts.toSorted((a, b) => a - b), groups.length];
  let set = make();
  for (const [at, from] of cuts.slice(0, -1).entries()) {
    const to = cuts[at + 1]!;
    if (given.saves[at]) {
      const saved = set.snapshot();
      set.dispose();
      set = make();
      set.restore(saved);
    }
    scratch.reset();
    const vectors = types.map((type, i) =>
      importVector(plainVector(type, columns[i]!.slice(from, to)), memory, scratch),
    );
    const ids = scratch.take((to - from) * 4 + 4);
    for (let row = from; row < to; row++) memory.u32[ids / 4 + row - from] = groups[row]!;
    const ticks = scratch.take((to - from) * 8 + 8);
    memory.i64.set(times.slice(from, to), ticks / 8);
    const [answers, rows] = set.push(vectors, to - from, keyed ? ids : 0, keyed ? 4 : 1, ticks, scratch);
    const type = kind.resultType(types);
    expect(sameType(answers!.type, type), `${name} gives ${typeText(answers!.type)}, not ${typeText(type)}`).toBe(true);
    expect(sameType(rows!.type, f64())).toBe(true);
    const vector = exportVector(answers!, memory, to - from);
    for (let row = 0; row < to - from; row++) found.push(storedAt(vector, row));
  }
  set.dispose();
  scratch.dispose();
  for (let row = 0; row < groups.length; row++) {
    const inside = windowOf(row, given, times);
    const rows = inside.map(at => columns.map(column => column[at]));
    const want = answer(kind, law, types, rows, keyed && groups[row] === noGroup, minPeriods);
    const got = found[row];
    const near = law.near ?? nearly;
    if (typeof got === 'number' && typeof want === 'number' && near(got, want, rows)) continue;
    expect(got, `row ${row}, of ${JSON.stringify(rows, plainCell)}`).toEqual(want);
  }
}

const plainCell = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}n` : Number.isNaN(value) ? 'NaN' : value;

function windowOf(row: number, { groups, keyed, extent }: Case, times: readonly bigint[]): number[] {
  const same = Array.from({ length: row + 1 }, (_, at) => at).filter(at => !keyed || groups[at] === groups[row]);
  if ('rows' in extent) return same.slice(-extent.rows);
  return same.filter(at => times[at]! > times[row]! - extent.range);
}

function answer(
  kind: RollingKind,
  law: RollingLaw,
  types: readonly DataType[],
  rows: Rows,
  ungrouped: boolean,
  minPeriods: number,
): unknown {
  // counts go by rows, also by those that count for nothing
  const there = kind.counts ? rows.length : rows.filter(row => row.every(isThere)).length;
  if (ungrouped || there < minPeriods) return null;
  const plain = law.plain(rows, types);
  if (plain === null || plain === undefined || Number.isNaN(plain)) return null;
  const [type] = types;
  const number = type === undefined || isNumeric(type) || type.kind === 'bool';
  return number && kind.resultType(types).kind !== 'bool' ? Number(plain) + 0 : plain;
}
