import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Accumulator } from '../../src/aggregate/accumulator.ts';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { Batch } from '../../src/column/batch.ts';
import type { ChunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { bindAll, bindPredicate } from '../../src/expr/bind.ts';
import { apply } from '../../src/expr/build.ts';
import { Elaborator } from '../../src/expr/elaborate.ts';
import { column, type Expression } from '../../src/expr/expression.ts';
import { canLoop, Loop } from '../../src/expr/loop.ts';
import type { LoopResult, LoopSpec } from '../../src/expr/loop-code.ts';
import type { Op } from '../../src/expr/ops.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import {
  bool,
  type DataType,
  date32,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  isFloat,
  timestamp,
  u8,
  u16,
  u32,
  u64,
} from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { arbitraryCells, arbitraryLength, plainVector } from '../arbitrary.ts';
import { valuesOf, vectorsIn } from './_chunk.ts';

const schema = schemaOf({
  a: i8(),
  b: i16(),
  c: i32(),
  d: i64(),
  e: u8(),
  g: u16(),
  h: u32(),
  u: u64(),
  f: f32(),
  x: f64(),
  y: f64(),
  p: bool(),
  t: timestamp('ms'),
  n: date32(),
});

const col = (...names: string[]): fc.Arbitrary<Expression> => fc.constantFrom(...names).map(column);
const constant = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 0.5, 127, 255),
  fc.integer({ min: -5, max: 300 }),
  fc.double({ noNaN: true }),
  fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
);
const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;

/** Trees of what lanes know. */
const { number, truth } = fc.letrec<{ number: Expression; truth: Expression }>(tie => {
  const num = tie('number');
  const yes = tie('truth');
  const map = (ops: readonly Op[], ...args: fc.Arbitrary<any>[]): fc.Arbitrary<Expression> =>
    fc.tuple(fc.constantFrom(...ops), ...args).map(([op, ...rest]) => apply(op as Op, ...(rest as Expression[])));
  return {
    number: fc.oneof(
      { depthSize: 'small' },
      col('a', 'b', 'c', 'd', 'e', 'g', 'h', 'u', 'f', 'x', 'y'),
      map(['add', 'sub', 'mul', 'div', 'least', 'greatest'], num, num),
      map(['add', 'sub', 'mul', 'div', 'least', 'greatest'], num, constant),
      map(['neg', 'abs', 'floor', 'ceil', 'trunc', 'round', 'sqrt'], num),
      map(['fillNull', 'fillna'], num, constant),
      map(['ifElse'], yes, num, num),
    ),
    truth: fc.oneof(
      { depthSize: 'small' },
      col('p'),
      map(comparisons, num, num),
      map(comparisons, num, constant),
      map(comparisons, col('t', 'n'), fc.constantFrom('1970-01-02', '1970-01-01', '2001-02-03')),
      map(['and', 'or', 'xor'], yes, yes),
      map(['not'], yes),
      map(['isNull', 'notNull', 'isNaN', 'isna'], num),
      map(['isIn'], col('a', 'b', 'c', 'd', 'h', 'x', 'f'), constant, constant),
    ),
  };
});

/** Columns with and without nulls. */
const arbitraryBatch = fc
  .record({ length: fc.oneof(arbitraryLength(), fc.nat(600)), full: fc.boolean() })
  .chain(({ length, full }) =>
    fc
      .tuple(...schema.fields.map(({ type }) => arbitraryCells(type, length)))
      .map(columns => columns.map((cells, at) => (full || at % 3 === 0 ? cells.map(cell => cell ?? 1) : cells)))
      .map(columns => ({
        length,
        vectors: schema.fields.map(({ type }, at) => plainVector(type, fixed(type, columns[at]!))),
      })),
  );

/** What stands for a null in a column without. */
const fixed = ({ kind }: DataType, cells: readonly unknown[]): unknown[] =>
  cells.map(cell =>
    cell !== 1 ? cell : kind === 'bool' ? true : kind.endsWith('64') || kind === 'timestamp' ? big(kind) : 1,
  );
const big = (kind: string): unknown => (kind === 'float64' ? 1 : 1n);

const memory = new Memory();
const scratch = new Scratch(memory, 'test');

interface Given {
  readonly vectors: readonly ChunkVector[];
  readonly length: number;
  readonly mask: number;
}

const core = (expression: Expression) => new Elaborator(schema, 'test').elaborate(expression);

/** The loop's answers for the block, or null when it has none. */
function looped(spec: LoopSpec, given: Given): Loop | null {
  const loop = new Loop(spec, memory, 'test', 0);
  return loop.run(given) ? loop : null;
}

const bits = (mask: number, length: number): boolean[] =>
  valuesOf(memory, { ...boolVector, values: mask }, length) as boolean[];
const boolVector: ChunkVector = { type: bool(), validity: 0, values: 0, offsets: 0, dictionary: null };

describe('a loop', () => {
  it('stores what the kernels compute, and keeps the rows that they keep', () => {
    let done = 0;
    fc.assert(
      fc.property(
        arbitraryBatch,
        fc.array(truth, { maxLength: 2 }),
        fc.oneof(number, truth),
        fc.boolean(),
        ({ length, vectors }, filters, expression, masked) => {
          let spec: LoopSpec;
          try {
            const results: LoopResult[] = [
              { kind: 'store', node: core(expression) },
              { kind: 'count', node: null },
            ];
            spec = { filters: filters.map(core), results, keepsMask: filters.length > 0 };
          } catch {
            return; // no such types together
          }
          if (!canLoop(spec)) return;
          const block = { length, vectors: vectorsIn(memory, new Batch(schema, vectors, length)) };
          const masks = filters.map(filter => {
            const bound = bindPredicate(filter, schema, memory);
            bound.evaluate(block);
            return bits(bound.mask, length);
          });
          let mask = 0;
          if (masked) {
            mask = memory.allocate((length >> 3) + 8, 'test');
            for (let at = 0; at < (length >> 3) + 8; at++) memory.u8[mask + at] = 0b1011_0110;
            masks.unshift(bits(mask, length));
          }
          const loop = looped(spec, { ...block, mask });
          if (!loop) return;
          done++;
          const kept = Array.from({ length }, (_, row) => masks.every(bits => bits[row]));
          if (filters.length > 0) expect(bits(loop.mask, length)).toEqual(kept);
          for (const [at] of filters.entries()) {
            const left = Array.from({ length }, (_, row) =>
              masks.slice(0, at + 1 + Number(masked)).every(bits => bits[row]),
            );
            expect(loop.left(at)).toBe(left.filter(Boolean).length);
          }
          expect(memory.u32[loop.state(1) / 4]).toBe(kept.filter(Boolean).length);
          const bound = bindAll([expression], schema, memory);
          expect(valuesOf(memory, loop.vector(0), length)).toEqual(valuesOf(memory, bound.evaluate(block)[0]!, length));
          bound.dispose();
          loop.dispose();
        },
      ),
      { numRuns: 400 },
    );
    expect(done).toBeGreaterThan(150);
  });

  it('reduces rows to what accumulators make of them', () => {
    let done = 0;
    fc.assert(
      fc.property(
        arbitraryBatch,
        fc.option(truth),
        fc.oneof(number, col('t', 'n')),
        fc.constantFrom('sum', 'mean', 'count', 'min', 'max', 'size'),
        ({ length, vectors }, filter, expression, name) => {
          const args = name === 'size' ? [] : [expression];
          let types: DataType[];
          let accumulators: Accumulator[];
          let spec: LoopSpec;
          const aggregation = aggregationOf(name, 'test');
          try {
            const nodes = args.map(core);
            types = nodes.map(({ type }) => type);
            aggregation.resultType(types);
            const kind = aggregation.kind(types, {});
            accumulators = [0, 1].map(() => kind.create({ memory, owner: 'test', types, evicting: false }));
            const { reduction } = accumulators[0]!;
            if (!reduction) return;
            spec = {
              filters: filter ? [core(filter)] : [],
              results: [{ kind: reduction, node: nodes[0] ?? null }],
              keepsMask: false,
            };
          } catch {
            return;
          }
          if (!canLoop(spec)) return;
          const block = { length, vectors: vectorsIn(memory, new Batch(schema, vectors, length)) };
          const loop = looped(spec, { ...block, mask: 0 });
          if (!loop) return;
          done++;
          const [got, want] = accumulators as [Accumulator, Accumulator];
          const predicate = filter && bindPredicate(filter, schema, memory);
          predicate?.evaluate(block);
          const bound = bindAll(args, schema, memory);
          const rows = { length, vectors: [...bound.evaluate(block)], groupIds: 0, mask: predicate?.mask ?? 0 };
          // twice: a state that is not new takes it too
          for (let turn = 0; turn < 2; turn++) {
            want.onNew(rows);
            got.add!(loop.state(0));
            scratch.reset();
            const [a, b] = [got, want].map(state =>
              exportVector(state.result(name, {}, 0, 1, scratch), memory, 1).get(0),
            );
            if (typeof a === 'number' && typeof b === 'number' && isFloat(types[0] ?? bool())) near(a, b);
            else expect(a).toEqual(b);
          }
          for (const each of [...accumulators, loop, bound, predicate]) each?.dispose();
        },
      ),
      { numRuns: 600 },
    );
    expect(done).toBeGreaterThan(150);
  });

  it('reads nothing behind the last row, at the end of linear memory too', () => {
    const small = new Memory({ shared: false });
    const loop = new Loop(
      { filters: [], results: [{ kind: 'sumF64', node: core(column('x')) }], keepsMask: false },
      small,
      'test',
      0,
    );
    const values = small.wasm.buffer.byteLength - 3 * 8;
    small.f64.set([1, 2, 4], values / 8);
    const vectors = schema.fields.map(({ type }) => ({ ...boolVector, type, values }));
    expect(loop.run({ length: 3, vectors })).toBe(true);
    expect([...small.f64.subarray(loop.state(0) / 8, loop.state(0) / 8 + 2)]).toEqual([7, 3]);
  });

  it('waits for some rows, and takes what another loop of its shape has made at once', () => {
    const own = new Memory();
    const made = (limit: string): Loop =>
      new Loop(
        {
          filters: [core(apply('gt', column('x'), Number(limit)))],
          results: [{ kind: 'count', node: null }],
          keepsMask: false,
        },
        own,
        'test',
        100,
      );
    const values = own.allocate(800, 'test');
    own.f64.fill(2, values / 8, values / 8 + 100);
    const block = { length: 60, vectors: schema.fields.map(({ type }) => ({ ...boolVector, type, values })) };
    const first = made('1');
    expect([first.run(block), first.run(block)]).toEqual([false, true]);
    expect(made('3').run(block)).toBe(true);
    expect(first.left(0)).toBe(60);
  });
});

/** Sums in another order differ in their last bits, which is much where large ones cancel: cells go up to 1.8e308. */
function near(got: number, want: number): void {
  if (Object.is(got, want) || got === want) return;
  expect(Number.isFinite(got)).toBe(Number.isFinite(want));
  expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(got), Math.abs(want)) + 1e293);
}
