import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../src/errors.ts';
import { aggregate, call, column, type Expression, float, literal } from '../../src/expr/expression.ts';
import { opNamed, ops } from '../../src/expr/ops.ts';
import { parse, parseAssignments } from '../../src/expr/parse.ts';
import { f64, timestamp } from '../../src/schema/data-type.ts';

const keyOf = (text: string): string => parse(text).key;

describe('parse', () => {
  it.each([
    ['a + b * c', '(a + (b * c))'],
    ['(a + b) * c', '((a + b) * c)'],
    ['a - b - c', '((a - b) - c)'],
    ['a / b // c % d', '(((a / b) // c) % d)'],
    ['2 ** 3 ** 2', '(2 ** (3 ** 2))'],
    ['-a ** 2', '(-(a ** 2))'],
    ['2 ** -a', '(2 ** (-a))'],
    ['(-2) ** a', '((-2) ** a)'],
    ['a * -b', '(a * (-b))'],
    ['- 5', '-5'],
    ['+a', 'a'],
    ['a > 1 and b < 2 or c', '(((a > 1) & (b < 2)) | c)'],
    ['a > 1 & b < 2 | c', '(((a > 1) & (b < 2)) | c)'],
    ['a && b || c', '((a & b) | c)'],
    ['a > 1 ^ b > 1', '((a > 1) ^ (b > 1))'],
    ['not a == b', '(~(a == b))'],
    ['not a and b', '((~a) & b)'],
    ['~a & b', '((~a) & b)'],
    ['!a', '(~a)'],
    ['1 < x <= 3', '((1 < x) & (x <= 3))'],
    ['a == b == c', '((a == b) & (b == c))'],
    ['a + 1 > b - 1', '((a + 1) > (b - 1))'],
    ["k in ['a', 'b']", "(k in ['a', 'b'])"],
    ['k in (1, 2,)', '(k in [1, 2])'],
    ["k not in ['a'] and b", "((~(k in ['a'])) & b)"],
    ['not k in [1]', '(~(k in [1]))'],
    ['isIn(k, [1, 2])', '(k in [1, 2])'],
    ['`distance (km)` > 5', '(`distance (km)` > 5)'],
    ['`a``b`', '`a``b`'],
    ["sum('*', ')')", "sum('*', ')')"],
    ["k in ['[', ',']", "(k in ['[', ','])"],
    ["f(x, '=')", "f(x, '=')"],
    ["origin == 'it\\'s' or origin == \"x\\u00e9\"", "((origin == 'it\\'s') | (origin == 'xé'))"],
    ['9007199254740993 + 1', '(9007199254740993 + 1)'],
    ['1_000 * 1e3 + .5', '((1000 * 1000.0) + 0.5)'],
    ['2.0', '2.0'],
    ['-0.0', '-0.0'],
    ['nan != inf', '(nan != inf)'],
    ['true & False | None', '((true & false) | null)'],
    ['is_null(x)', 'isNull(x)'],
    ['astype(x, float64)', "cast(x, 'f64')"],
    ["cast(x, 'datetime64[ns]')", "cast(x, 'timestamp[ns]')"],
    ['sum(delay*distance)/sum(distance)', '(sum((delay * distance)) / sum(distance))'],
    ['count()', 'count()'],
    ['count(*)', 'count()'],
    ['quantile(x, 0.9)', 'quantile(x, 0.9)'],
    ['std(x, ddof = 0)', 'std(x, ddof=0)'],
    ['größe > 1', '(größe > 1)'],
    ["at > date('2001-01-01')", "(at > date('2001-01-01T00:00:00.000Z'))"],
  ])('reads %s as %s', (text, key) => {
    expect(keyOf(text)).toBe(key);
    expect(keyOf(key)).toBe(key);
  });

  it('keeps integers beyond 2⁵³ exact', () => {
    expect(parse('18446744073709551615')).toMatchObject({ kind: 'literal', value: 18446744073709551615n });
    expect(parse('-9007199254740993')).toMatchObject({ value: -9007199254740993n });
    expect(parse('9007199254740991')).toMatchObject({ value: Number.MAX_SAFE_INTEGER });
  });

  it.each([
    ['', 'where: a value must stand here, not the end\n  \n  ^', 0],
    ['distance > and x', 'where: a value must stand here, not "and"\n  distance > and x\n             ^', 11],
    ['a = 1', 'where: = assigns a name; == compares\n  a = 1\n    ^', 2],
    ['(a + b', 'where: ) must stand here, not the end\n  (a + b\n        ^', 6],
    ['a b', 'where: an operator must stand here, not "b"\n  a b\n    ^', 2],
    ['a > 1 and\nb § 2', 'where: unexpected "§"\n  b § 2\n    ^', 12],
    ["k == 'open", "where: ' opens here and never closes\n  k == 'open\n       ^", 5],
    ['round()', 'where: round() takes 1 to 2 arguments, here are 0\n  round()\n  ^', 0],
    [
      "cast(x, 'flaot64')",
      "where: there is no type \"flaot64\"; did you mean 'float64'?\n  cast(x, 'flaot64')\n  ^",
      0,
    ],
    ['k in [x]', 'where: a list holds constants only\n  k in [x]\n        ^', 6],
    ['sum(x, q=y)', 'where: q= takes a constant\n  sum(x, q=y)\n           ^', 9],
  ])('says where %j goes wrong', (text, message, position) => {
    const error = caught(() => parse(text, { verb: 'where' }));
    expect(error).toBeInstanceOf(ExpressionError);
    expect(error).toMatchObject({ code: 'EXPRESSION', message, text, position });
  });

  it('refuses what is nested too deeply, and never overflows', () => {
    expect(() => parse(`${'('.repeat(5000)}x`)).toThrow('too deeply nested');
    expect(() => parse(`${'-'.repeat(5000)}x`)).toThrow('too deeply nested');
    expect(() => parse(`${'not '.repeat(5000)}x`)).toThrow('too deeply nested');
    expect(parse(`x${' + 1'.repeat(5000)}`).kind).toBe('call');
  });

  it('throws nothing but ExpressionError, whatever the text', () => {
    const pieces = fc.constantFrom(
      ..."a b and or not in ( ) [ ] , = == < ** // * - ~ 1 2.5 's' \" ` sum( cast( \\ é 1e".split(' '),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map(list => list.join(' ')),
        ),
        text => {
          const error = caught(() => parse(text));
          if (error !== undefined) expect(error).toBeInstanceOf(ExpressionError);
          else expect(keyOf(parse(text).key)).toBe(parse(text).key);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reads back the key of any tree', () => {
    const leaf: fc.Arbitrary<Expression> = fc.oneof(
      fc.string().map(column),
      fc.oneof(fc.integer(), fc.bigInt(), fc.string(), fc.boolean(), fc.constant(null)).map(value => literal(value)),
      fc.double().map(float),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map(literal),
    );
    const { tree } = fc.letrec<{ tree: Expression }>(tie => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc
          .tuple(fc.constantFrom('add', 'pow', 'and', 'lt', 'ne', 'least', 'fillNull'), tie('tree'), tie('tree'))
          .map(([op, a, b]) => call(op as 'add', [a, b])),
        fc.tuple(fc.constantFrom('not', 'abs', 'isNull'), tie('tree')).map(([op, a]) => call(op as 'abs', [a])),
        tie('tree').map(a => call('cast', [a], timestamp('us', 'Europe/Oslo'))),
        tie('tree').map(a => call('isIn', [a, literal(1), literal('x')])),
        tie('tree').map(a => aggregate('quantile', [a], { q: 0.5, method: 'a' })),
      ),
    }));
    fc.assert(
      fc.property(tree, ({ key }) => {
        expect(keyOf(key)).toBe(key);
      }),
      // no shrinking: of such trees it can take for ever
      { numRuns: 1000, endOnFailure: true },
    );
  });
});

describe('parseAssignments', () => {
  it('names each result, by its own text when none is given', () => {
    const list = parseAssignments('flights = count(), mean( delay ), origin, `my vwap` = sum(a*b)/sum(b)');
    expect(list.map(({ name, expression }) => [name, expression.key])).toEqual([
      ['flights', 'count()'],
      ['mean( delay )', 'mean(delay)'],
      ['origin', 'origin'],
      ['my vwap', '(sum((a * b)) / sum(b))'],
    ]);
  });

  it('refuses two results of one name', () => {
    expect(() => parseAssignments('a = 1, a = 2', { verb: 'agg' })).toThrow(
      'agg: two results are named "a"; rename one',
    );
  });
});

describe('ops', () => {
  it('gives every function name one meaning, in words joined by _ too', () => {
    const names = Object.values(ops).flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    expect(['is_null', 'starts_with', 'min2', 'tz_convert', 'day_of_week', 'sum'].map(opNamed)).toEqual([
      'isNull',
      'startsWith',
      'least',
      'tz',
      'weekday',
      undefined,
    ]);
    expect(call('cast', [column('x')], f64()).key).toBe("cast(x, 'f64')");
  });
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
