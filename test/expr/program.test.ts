import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batch } from '../../src/column/batch.ts';
import { bindAll, bindPredicate } from '../../src/expr/bind.ts';
import { blockRows } from '../../src/expr/block.ts';
import { apply } from '../../src/expr/build.ts';
import { Elaborator } from '../../src/expr/elaborate.ts';
import { column, type Expression } from '../../src/expr/expression.ts';
import type { Op } from '../../src/expr/ops.ts';
import { Memory } from '../../src/memory/memory.ts';
import { bool, dictionary, f32, f64, i8, i16, i32, i64, u8, u32, u64, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { arbitraryCells, plainVector } from '../arbitrary.ts';
import { type Cell, evaluate } from '../reference/expr.ts';
import { valuesOf, vectorsIn } from './_chunk.ts';

const schema = schemaOf({
  a: i8(),
  b: i16(),
  c: i32(),
  d: i64(),
  e: u8(),
  h: u32(),
  u: u64(),
  f: f32(),
  x: f64(),
  y: f64(),
  p: bool(),
  q: bool(),
  k: utf8(),
  w: dictionary(),
});

const one = (...ops: Op[]): fc.Arbitrary<Op> => fc.constantFrom(...ops);
const col = (...names: string[]): fc.Arbitrary<Expression> => fc.constantFrom(...names).map(column);
const constant = fc.oneof(
  fc.integer({ min: -5, max: 300 }),
  fc.double(),
  fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
);
const word = fc.constantFrom('', 'a', 'null', ' x ', 'zz');

/** Trees that are right by construction: numbers, bools, texts. */
const { number, truth, text } = fc.letrec<{ number: Expression; truth: Expression; text: Expression }>(tie => {
  const num = tie('number');
  const yes = tie('truth');
  const str = tie('text');
  const map = (args: fc.Arbitrary<any>[], ops: fc.Arbitrary<Op>): fc.Arbitrary<Expression> =>
    fc.tuple(ops, ...args).map(([op, ...rest]) => apply(op as Op, ...(rest as Expression[])));
  return {
    number: fc.oneof(
      { depthSize: 'small' },
      col('a', 'b', 'c', 'd', 'e', 'h', 'u', 'f', 'x', 'y'),
      map([num, num], one('add', 'sub', 'mul', 'div', 'least', 'greatest', 'floordiv', 'mod')),
      map([num, constant], one('add', 'sub', 'mul', 'div', 'least', 'greatest', 'floordiv', 'mod')),
      map([constant, num], one('add', 'sub', 'mul', 'div', 'least')),
      map([num], one('neg', 'abs', 'floor', 'sqrt', 'exp')),
      map([yes, num, num], one('ifElse')),
      map([num, constant], one('fillNull', 'fillna')),
      map([col('a', 'b', 'c', 'e', 'd'), fc.integer({ min: 0, max: 1000 })], one('and', 'or', 'xor')),
    ),
    truth: fc.oneof(
      { depthSize: 'small' },
      col('p', 'q'),
      map([num, num], one('eq', 'ne', 'lt', 'le', 'gt', 'ge')),
      map([num, constant], one('eq', 'ne', 'lt', 'le', 'gt', 'ge')),
      map([yes, yes], one('and', 'or', 'xor', 'eq', 'ne')),
      map([yes], one('not')),
      map([num], one('isNull', 'notNull', 'isNaN', 'isna')),
      map([yes, yes, yes], one('ifElse')),
      map([str, word], one('eq', 'ne', 'lt', 'le', 'gt', 'ge', 'startsWith', 'contains')),
      map([str, str], one('eq', 'ne', 'lt', 'le', 'gt', 'ge')),
      map([str, word, word], one('isIn')),
    ),
    text: fc.oneof(
      { depthSize: 'small' },
      col('k', 'w'),
      map([str, str], one('add')),
      map([str, word], one('add', 'fillNull')),
      map([yes, str, str], one('ifElse')),
    ),
  };
});

const columns = fc
  .constantFrom(0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 130)
  .chain(length => fc.tuple(...schema.fields.map(({ type }) => arbitraryCells(type, length))));

describe.each([true, false])('programs over shared memory: %s', shared => {
  const memory = new Memory({ shared });

  it('agree with the plain way, row by row, for any expressions bound together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(number, truth, text), { minLength: 1, maxLength: 3 }),
        columns,
        (expressions, cells) => {
          const length = cells[0]!.length;
          const batch = new Batch(
            schema,
            cells.map((list, i) => plainVector(schema.fields[i]!.type, list)),
            length,
          );
          const bound = bindAll(expressions, schema, memory);
          const block = { length, vectors: vectorsIn(memory, batch) };
          bound.evaluate(block);
          // twice: temporaries hold the first run's values now
          const vectors = bound.evaluate(block);
          const elaborator = new Elaborator(schema, 'test');
          for (const [i, expression] of expressions.entries()) {
            const node = elaborator.elaborate(expression);
            const twin = Array.from({ length }, (_, row) =>
              evaluate(
                node,
                cells.map(list => list[row] as Cell),
              ),
            );
            const result = vectors[i]!;
            // NaN of any sign is NaN; toEqual keeps -0 apart from 0
            expect({ of: expression.key, values: valuesOf(memory, result, length) }).toEqual({
              of: expression.key,
              values: twin,
            });
          }
          bound.dispose();
        },
      ),
      // no shrinking: of such trees it can take for ever
      { numRuns: 400, endOnFailure: true },
    );
  });

  it('fill a whole block, and the next shorter one', () => {
    const cells = Array.from({ length: blockRows }, (_, row) => (row % 7 === 0 ? null : row / 2));
    const xs = schemaOf({ x: f64() });
    const batch = new Batch(xs, [plainVector(f64(), cells)], blockRows);
    const vectors = vectorsIn(memory, batch);
    const bound = bindPredicate(apply('gt', apply('mul', column('x'), 2), 100), xs, memory);
    const count = (rows: number): number => cells.slice(0, rows).filter(x => x !== null && x * 2 > 100).length;
    for (const rows of [blockRows, 1000, 101, 102, 0, blockRows]) {
      expect(bound.evaluate({ length: rows, vectors })).toBe(count(rows));
    }
    bound.dispose();
  });
});
