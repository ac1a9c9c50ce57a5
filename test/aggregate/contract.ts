// The laws that every accumulator keeps, whatever it aggregates. An accumulator joins with its plain twin.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Accumulator, noGroup, type Parameters } from '../../src/aggregate/accumulator.ts';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import type { ChunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import type { Vector } from '../../src/column/vector.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { type DataType, sameType, typeText } from '../../src/schema/data-type.ts';
import { arbitraryCells, arbitraryLength, plainVector } from '../arbitrary.ts';

/** One row's arguments as they are stored: numbers, bigints, booleans, texts, or null. */
export type PlainRow = readonly unknown[];

export interface AccumulatorLaw {
  /** Argument types to try. */
  readonly types: readonly (readonly DataType[])[];
  readonly parameters?: Parameters;
  /** The plain twin: what to answer for one group's rows, oldest first. */
  plain(rows: readonly PlainRow[], types: readonly DataType[]): unknown;
  /** Whether rows can leave. */
  readonly invertible: boolean;
  /** Whether a number is near enough; default: integers equal, floats to 1e-9 relative, or both NaN. */
  near?(got: number, want: number, rows: readonly PlainRow[]): boolean;
  /** Cells for an argument, where those of test/arbitrary.ts are too wild for a tolerance. */
  cells?(type: DataType, length: number): fc.Arbitrary<unknown[]>;
}

const groups = 4;

/** What the vector holds at `row`, as stored; null where there is none. */
export function storedAt(vector: Vector, row: number): unknown {
  if (!vector.isValid(row)) return null;
  const { kind } = vector.type;
  return kind === 'bool' || kind === 'utf8' || kind === 'binary' || kind === 'dictionary'
    ? vector.get(row)
    : vector.values[row];
}

export const nearly = (got: number, want: number): boolean =>
  Object.is(got, want) || got === want || Math.abs(got - want) <= 1e-9 * Math.max(Math.abs(got), Math.abs(want));

class Bench {
  readonly memory: Memory;
  readonly scratch: Scratch;

  constructor(shared: boolean) {
    this.memory = new Memory({ shared });
    this.scratch = new Scratch(this.memory, 'test');
  }

  vectors(types: readonly DataType[], rows: readonly PlainRow[]): ChunkVector[] {
    return types.map((type, i) =>
      importVector(
        plainVector(
          type,
          rows.map(row => row[i]),
        ),
        this.memory,
        this.scratch,
        `a${i}`,
        new Map(),
      ),
    );
  }

  u32(values: readonly number[]): number {
    const address = this.scratch.take(values.length * 4 + 4);
    for (const [i, value] of values.entries()) this.memory.u32[(address >>> 2) + i] = value;
    return address;
  }

  bits(values: readonly boolean[]): number {
    const address = this.scratch.takeZeroed((values.length >> 3) + 16);
    for (const [i, value] of values.entries()) if (value) this.memory.u8[address + (i >> 3)]! |= 1 << (i & 7);
    return address;
  }
}

/** Registers the laws for the aggregation called `name`. */
export function accumulatorContract(name: string, law: AccumulatorLaw): void {
  const parameters = { ...aggregationOf(name).parameters, ...law.parameters };
  describe(`${name}(${JSON.stringify(law.parameters ?? {})})`, () => {
    for (const shared of [true, false]) {
      const bench = new Bench(shared);
      for (const types of law.types) {
        const scenario = arbitraryLength().chain(length =>
          fc.record({
            columns: fc.tuple(...types.map(type => (law.cells ?? arbitraryCells)(type, length))),
            groupIds: fc.array(fc.constantFrom(0, 1, 2, 3, noGroup), { minLength: length, maxLength: length }),
            cut: fc.nat(length),
            later: fc.nat(length),
          }),
        );
        const label = `${types.map(typeText).join(', ') || 'no argument'}, ${shared ? 'shared' : 'plain'} memory`;
        it(`keeps the laws for ${label}`, () => {
          fc.assert(
            fc.property(scenario, given => {
              bench.scratch.reset();
              const length = given.groupIds.length;
              const rows = Array.from({ length }, (_, row) => given.columns.map(column => column[row]));
              new Laws(bench, name, law, parameters, types, rows, given.groupIds).all(given.cut, given.later);
            }),
            { numRuns: 40 },
          );
        });
      }
    }
  });
}

class Laws {
  readonly #bench: Bench;
  readonly #name: string;
  readonly #law: AccumulatorLaw;
  readonly #parameters: Parameters;
  readonly #types: readonly DataType[];
  readonly #rows: readonly PlainRow[];
  readonly #groupIds: readonly number[];

  constructor(
    bench: Bench,
    name: string,
    law: AccumulatorLaw,
    parameters: Parameters,
    types: readonly DataType[],
    rows: readonly PlainRow[],
    groupIds: readonly number[],
  ) {
    this.#bench = bench;
    this.#name = name;
    this.#law = law;
    this.#parameters = parameters;
    this.#types = types;
    this.#rows = rows;
    this.#groupIds = groupIds;
  }

  all(one: number, two: number): void {
    const [cut, later] = one < two ? [one, two] : [two, one];
    const end = this.#rows.length;
    this.#cutting(cut, later, end);
    this.#merging(cut, end);
    this.#masked(end);
    this.#forgetting(end);
    if (this.#law.invertible) this.#leaving(cut, later, end);
  }

  /** Cut in three, and saved and restored between the cuts. */
  #cutting(cut: number, later: number, end: number): void {
    const whole = this.#fed(false, [0, end]);
    this.#check(whole, 0, end, 'all at once');
    const first = this.#fed(false, [0, cut]);
    const second = this.#make(false);
    second.restore(first.snapshot());
    second.reserve(groups);
    this.#feed(second, cut, later);
    this.#feed(second, later, end);
    this.#check(second, 0, end, 'cut, saved and restored');
    for (const accumulator of [whole, first, second]) accumulator.dispose();
  }

  #merging(cut: number, end: number): void {
    const older = this.#fed(false, [0, cut]);
    const newer = this.#make(false);
    this.#feed(newer, cut, end, id => groups - 1 - id);
    older.merge(newer, this.#bench.u32([3, 2, 1, 0]), groups);
    this.#check(older, 0, end, 'merged');
    const kept = this.#make(false);
    kept.merge(older, this.#bench.u32([0, 1, 2, noGroup]), groups);
    this.#check(kept, 0, end, 'merged without group 3', [0, 1, 2]);
    this.#checkOne(kept, 3, [], 'left out of the merge');
    if (older.sideBySide) {
      const some = this.#make(false);
      some.merge(older, this.#bench.u32([3, noGroup, 0]), 3, this.#bench.u32([1, 0, 2]));
      this.#checkOne(some, 3, this.#rowsOf(1, 0, end), 'group 1 merged into group 3');
      this.#checkOne(some, 0, this.#rowsOf(2, 0, end), 'group 2 merged into group 0');
      this.#checkOne(some, 1, [], 'merged nowhere');
      some.dispose();
    }
    for (const accumulator of [older, newer, kept]) accumulator.dispose();
  }

  /** Ungrouped, with a mask, equals the group's own state. */
  #masked(end: number): void {
    const accumulator = this.#make(false);
    const vectors = this.#bench.vectors(this.#types, this.#rows);
    const mask = this.#bench.bits(this.#groupIds.map(id => id === 1));
    accumulator.onNew({ length: end, vectors, groupIds: 0, mask });
    this.#checkOne(accumulator, 0, this.#rowsOf(1, 0, end), 'masked');
    accumulator.clear();
    accumulator.onNew({ length: end, vectors, groupIds: 0, mask: 0 });
    this.#checkOne(accumulator, 0, this.#rows, 'ungrouped');
    accumulator.clear();
    const groupIds = this.#bench.u32(this.#rows.map(() => 2));
    accumulator.onNew({ length: end, vectors, groupIds, mask: 0, only: 2 });
    this.#checkOne(accumulator, 2, this.#rows, 'all in one group');
    accumulator.dispose();
  }

  #forgetting(end: number): void {
    const accumulator = this.#fed(false, [0, end]);
    accumulator.forget(this.#bench.u32([1]), 1);
    this.#checkOne(accumulator, 1, [], 'forgotten');
    this.#check(accumulator, 0, end, 'beside a forgotten group', [0, 2, 3]);
    accumulator.clear();
    for (let id = 0; id < groups; id++) this.#checkOne(accumulator, id, [], 'cleared');
    accumulator.dispose();
  }

  #leaving(cut: number, later: number, end: number): void {
    const accumulator = this.#fed(true, [0, later]);
    this.#feed(accumulator, 0, cut, id => id, true);
    this.#check(accumulator, cut, later, 'after the oldest left');
    this.#feed(accumulator, later, end);
    this.#feed(accumulator, cut, later, id => id, true);
    this.#check(accumulator, later, end, 'after more left');
    const vectors = this.#bench.vectors(this.#types, this.#rows);
    const ungrouped = this.#make(true);
    ungrouped.onNew({ length: end, vectors, groupIds: 0, mask: 0 });
    ungrouped.onOld({
      length: cut,
      vectors: this.#bench.vectors(this.#types, this.#rows.slice(0, cut)),
      groupIds: 0,
      mask: 0,
    });
    this.#checkOne(ungrouped, 0, this.#rows.slice(cut), 'ungrouped, after the oldest left');
    for (const one of [accumulator, ungrouped]) one.dispose();
  }

  #make(evicting: boolean): Accumulator {
    const types = this.#types;
    const accumulator = aggregationOf(this.#name)
      .kind(types, this.#parameters)
      .create({ memory: this.#bench.memory, owner: this.#name, types, evicting });
    accumulator.reserve(groups);
    return accumulator;
  }

  #fed(evicting: boolean, [from, to]: readonly [number, number]): Accumulator {
    const accumulator = this.#make(evicting);
    this.#feed(accumulator, from, to);
    return accumulator;
  }

  #feed(accumulator: Accumulator, from: number, to: number, mapped = (id: number): number => id, old = false): void {
    const ids = this.#groupIds.slice(from, to).map(id => (id === noGroup ? noGroup : mapped(id)));
    const vectors = this.#bench.vectors(this.#types, this.#rows.slice(from, to));
    const rows = { length: to - from, vectors, groupIds: this.#bench.u32(ids), mask: 0 };
    if (old) accumulator.onOld(rows);
    else accumulator.onNew(rows);
  }

  #rowsOf(group: number, from: number, to: number): PlainRow[] {
    return this.#rows.slice(from, to).filter((_, i) => this.#groupIds[from + i] === group);
  }

  #check(accumulator: Accumulator, from: number, to: number, when: string, ids = [0, 1, 2, 3]): void {
    for (const id of ids) this.#checkOne(accumulator, id, this.#rowsOf(id, from, to), when);
  }

  #checkOne(accumulator: Accumulator, id: number, rows: readonly PlainRow[], when: string): void {
    const { memory, scratch } = this.#bench;
    const answer = accumulator.result(this.#name, this.#parameters, this.#bench.u32([id]), 1, scratch);
    const vector = exportVector(answer, memory, 1);
    const type = aggregationOf(this.#name).resultType(this.#types);
    expect(sameType(vector.type, type), `${this.#name} gives ${typeText(vector.type)}, not ${typeText(type)}`).toBe(
      true,
    );
    const got = storedAt(vector, 0);
    const want = this.#law.plain(rows, this.#types);
    const near = this.#law.near ?? nearly;
    if (typeof got === 'number' && typeof want === 'number' && near(got, want, rows)) return;
    const whole = typeof got === 'bigint' && typeof want === 'bigint';
    if (whole && this.#law.near?.(Number(got), Number(want), rows)) return;
    expect(got, `group ${id}, ${when}, of ${rows.length} rows`).toEqual(want);
  }
}
