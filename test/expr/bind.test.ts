import { describe, expect, it } from 'vitest';
import { batchOf } from '../../src/column/batch-of.ts';
import { bind, bindAll, bindPredicate } from '../../src/expr/bind.ts';
import type { Expression } from '../../src/expr/expression.ts';
import { parse } from '../../src/expr/parse.ts';
import { Memory } from '../../src/memory/memory.ts';
import {
  bool,
  date32,
  dictionary,
  f32,
  f64,
  i16,
  i32,
  i64,
  timestamp,
  typeText,
  u8,
  u64,
  utf8,
} from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { valuesOf, vectorsIn } from './_chunk.ts';

const schema = schemaOf({
  x: f64(),
  y: i64(),
  k: utf8(),
  b: bool(),
  d: dictionary(),
  s: i16(),
  n: i32(),
  u: u8(),
  w: u64(),
  f: f32(),
  at: timestamp('ms'),
  day: date32(),
});
const rows = [
  {
    x: 1.5,
    y: 3n,
    k: 'a',
    b: true,
    d: 'SFO',
    s: 300,
    n: 7,
    u: 1,
    w: 1n,
    f: 0.5,
    at: new Date('2001-01-05T06:00Z'),
    day: new Date('2001-01-05'),
  },
  {
    x: -3.25,
    y: -1n,
    k: 'b',
    b: false,
    d: 'JFK',
    s: -30000,
    n: -7,
    u: 255,
    w: 2n ** 64n - 1n,
    f: -1.5,
    at: new Date('2001-01-06T00:00Z'),
    day: new Date('2001-01-06'),
  },
  {
    x: Number.NaN,
    y: null,
    k: null,
    b: null,
    d: null,
    s: null,
    n: null,
    u: null,
    w: null,
    f: null,
    at: null,
    day: null,
  },
  {
    x: null,
    y: 4n,
    k: 'ab',
    b: true,
    d: 'SFO',
    s: 2,
    n: 0,
    u: 0,
    w: 0n,
    f: Number.NaN,
    at: new Date('2000-12-31T23:59:59.999Z'),
    day: new Date('2000-12-31'),
  },
];

describe.each([true, false])('bind over shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const batch = batchOf(rows, schema);
  const block = { length: rows.length, vectors: vectorsIn(memory, batch) };

  const evaluate = (text: string | Expression): { type: string; values: unknown[] } => {
    const expression = typeof text === 'string' ? parse(text) : text;
    const bound = bind(expression, schema, memory);
    const result = { type: typeText(bound.type), values: valuesOf(memory, bound.evaluate(block), block.length) };
    bound.dispose();
    return result;
  };

  it.each([
    ['x', 'f64', [1.5, -3.25, Number.NaN, null]],
    ['x + 1', 'f64', [2.5, -2.25, Number.NaN, null]],
    ['1 - x', 'f64', [-0.5, 4.25, Number.NaN, null]],
    ['x * 2 + 1', 'f64', [4, -5.5, Number.NaN, null]],
    ['y + 1', 'i64', [4n, 0n, null, 5n]],
    ['y * 1.5', 'f64', [4.5, -1.5, null, 6]],
    ['y * 2.0', 'f64', [6, -2, null, 8]],
    ['y / 2', 'f64', [1.5, -0.5, null, 2]],
    ['y // 2', 'i64', [1n, -1n, null, 2n]],
    ['y % -3', 'i64', [0n, -1n, null, -2n]],
    ['y // 0', 'f64', [Infinity, -Infinity, null, Infinity]],
    ['y % 0', 'f64', [Number.NaN, Number.NaN, null, Number.NaN]],
    ['7 // y', 'f64', [2, -7, null, 1]],
    ['7 % y', 'f64', [1, -0, null, 3]],
    ['y ** 2', 'i64', [9n, 1n, null, 16n]],
    ['2 ** y', 'f64', [8, 0.5, null, 16]],
    ['x ** 2', 'f64', [2.25, 10.5625, Number.NaN, null]],
    ['s * s', 'i32', [90000, 900000000, null, 4]],
    ['n * n', 'i64', [49n, 49n, null, 0n]],
    ['s + x', 'f64', [301.5, -30003.25, null, null]],
    ['f * 2', 'f32', [1, -3, null, Number.NaN]],
    ['w + 1', 'u64', [2n, 0n, null, 1n]],
    ['b + b', 'bool', [true, false, null, true]],
    ['b * 2', 'i32', [2, 0, null, 2]],
    ['-b', 'bool', [false, true, null, false]],
    ['-y', 'i64', [-3n, 1n, null, -4n]],
    ['abs(x)', 'f64', [1.5, 3.25, Number.NaN, null]],
    ['~y', 'i64', [-4n, 0n, null, -5n]],
    ['y & 3', 'i64', [3n, 3n, null, 0n]],
    ['y ^ 5', 'i64', [6n, -6n, null, 1n]],
    ['s | 1', 'i16', [301, -29999, null, 3]],
    ['round(x / 3, 1)', 'f64', [0.5, -1.1, Number.NaN, null]],
    ['round(x)', 'f64', [2, -3, Number.NaN, null]],
    ['round(y, -1)', 'f64', [0, -0, null, 0]],
    ['x > 1', 'bool', [true, false, false, false]],
    ['x != 1.5', 'bool', [false, true, true, true]],
    ['3 >= y', 'bool', [true, true, false, false]],
    ['y != 3', 'bool', [false, true, true, true]],
    ['s > 40000', 'bool', [false, false, false, false]],
    ['s < 40000', 'bool', [true, true, false, true]],
    ['s != 40000', 'bool', [true, true, true, true]],
    ['s > 299.5', 'bool', [true, false, false, false]],
    ['s <= 2.5', 'bool', [false, true, false, true]],
    ['u >= 255', 'bool', [false, true, false, false]],
    ['w > 5', 'bool', [false, true, false, false]],
    ['x > y', 'bool', [false, false, false, false]],
    ['y >= n', 'bool', [false, true, false, true]],
    ['f < x', 'bool', [true, false, false, false]],
    ["k == 'a'", 'bool', [true, false, false, false]],
    ["k != 'a'", 'bool', [false, true, true, true]],
    ["k < 'b'", 'bool', [true, false, false, true]],
    ["k >= 'ab'", 'bool', [false, true, false, true]],
    ["k in ['a', 'ab']", 'bool', [true, false, false, true]],
    ["k not in ('a', 'ab')", 'bool', [false, true, true, false]],
    ["contains(k, 'b')", 'bool', [false, true, false, true]],
    ["startsWith(k, 'a')", 'bool', [true, false, false, true]],
    ["endsWith(d, 'K')", 'bool', [false, true, false, false]],
    ["d == 'SFO'", 'bool', [true, false, false, true]],
    ["d != 'SFO'", 'bool', [false, true, true, false]],
    ["d == 'LAX'", 'bool', [false, false, false, false]],
    ["d in ['JFK', 'LAX', 'SFO']", 'bool', [true, true, false, true]],
    ['k == d', 'bool', [false, false, false, false]],
    ['k < d', 'bool', [false, false, false, false]],
    ['k + d', 'utf8', ['aSFO', 'bJFK', null, 'abSFO']],
    ["k + '-' + d", 'utf8', ['a-SFO', 'b-JFK', null, 'ab-SFO']],
    ['y in [3, 4, 5.5]', 'bool', [true, false, false, true]],
    ['x in [1.5]', 'bool', [true, false, false, false]],
    ['b and y > 3', 'bool', [false, false, false, true]],
    ['b or y > 3', 'bool', [true, false, null, true]],
    ['b & b', 'bool', [true, false, null, true]],
    ['not b', 'bool', [false, true, null, false]],
    ['b and null', 'bool', [null, false, null, null]],
    ['b or null', 'bool', [true, null, null, true]],
    ['b == true', 'bool', [true, false, false, true]],
    ['b != true', 'bool', [false, true, true, false]],
    ['b ^ b', 'bool', [false, false, null, false]],
    ['1 < x <= 1.5', 'bool', [true, false, false, false]],
    ['between(y, 3, 4)', 'bool', [true, false, false, true]],
    ['isNull(x)', 'bool', [false, false, false, true]],
    ['notNull(k)', 'bool', [true, true, false, true]],
    ['isNaN(x)', 'bool', [false, false, true, false]],
    ['isna(x)', 'bool', [false, false, true, true]],
    ['notna(x)', 'bool', [true, true, false, false]],
    ['fillNull(x, 0)', 'f64', [1.5, -3.25, Number.NaN, 0]],
    ['fillna(x, y)', 'f64', [1.5, -3.25, null, 4]],
    ['fillNull(s, 7)', 'i16', [300, -30000, 7, 2]],
    ["fillNull(k, '?')", 'utf8', ['a', 'b', '?', 'ab']],
    ["fillNull(d, '?')", 'utf8', ['SFO', 'JFK', '?', 'SFO']],
    ['ifElse(x > 0, x, -x)', 'f64', [1.5, 3.25, Number.NaN, null]],
    ["ifElse(b, 'yes', 'no')", 'utf8', ['yes', 'no', 'no', 'yes']],
    ['ifElse(b, y > 3, null)', 'bool', [false, null, null, true]],
    ['clip(x, -1, 1)', 'f64', [1, -1, Number.NaN, null]],
    ['clip(s, null, 100)', 'i32', [100, -30000, null, 2]],
    ['least(y, n)', 'i64', [3n, -7n, null, 0n]],
    ['greatest(w, 5)', 'u64', [5n, 2n ** 64n - 1n, null, 5n]],
    ['floor(x)', 'f64', [1, -4, Number.NaN, null]],
    ['sqrt(abs(s))', 'f64', [Math.sqrt(300), Math.sqrt(30000), null, Math.sqrt(2)]],
    ['exp(n)', 'f64', [Math.exp(7), Math.exp(-7), null, 1]],
    ["cast(y, 'f64')", 'f64', [3, -1, null, 4]],
    ["cast(s, 'i64')", 'i64', [300n, -30000n, null, 2n]],
    ["cast(b, 'int64')", 'i64', [1n, 0n, null, 1n]],
    ["cast(n, 'bool')", 'bool', [true, true, null, false]],
    ["cast(y, 'str')", 'utf8', ['3', '-1', null, '4']],
    ["cast(cast(x, 'str'), 'f64')", 'f64', [1.5, -3.25, Number.NaN, null]],
    ["cast(d, 'utf8')", 'utf8', ['SFO', 'JFK', null, 'SFO']],
    ["at > '2001-01-05'", 'bool', [true, true, false, false]],
    ["at >= '2001-01-06'", 'bool', [false, true, false, false]],
    ["at < '2001-01-05T06:00:00.0000001'", 'bool', [true, false, false, true]],
    ["day == '2001-01-05'", 'bool', [true, false, false, false]],
    ["day > '2001-01-05T12:00'", 'bool', [false, true, false, false]],
    ['at == day', 'bool', [false, true, false, false]],
    ["cast(at, 'date32')", 'date32', [new Date('2001-01-05'), new Date('2001-01-06'), null, new Date('2000-12-31')]],
    ["cast(day, 'str')", 'utf8', ['2001-01-05', '2001-01-06', null, '2000-12-31']],
    ["day in ['2001-01-05', '2000-12-31']", 'bool', [true, false, false, true]],
    ['year(at)', 'i32', [2001, 2001, null, 2000]],
    ['month(at)', 'i32', [1, 1, null, 12]],
    ['day(day)', 'i32', [5, 6, null, 31]],
    ['dayofyear(at)', 'i32', [5, 6, null, 366]],
    ['quarter(at)', 'i32', [1, 1, null, 4]],
    ['weekday(at)', 'i32', [4, 5, null, 6]],
    ['hour(at)', 'i32', [6, 0, null, 23]],
    ['minute(at) + second(at)', 'i64', [0n, 0n, null, 118n]],
    ['hour(day)', 'i32', [0, 0, null, 0]],
    ["date(at) == '2001-01-05'", 'bool', [true, false, false, false]],
    [
      "floor(at, '12h')",
      'timestamp[ms]',
      [new Date('2001-01-05T00:00Z'), new Date('2001-01-06T00:00Z'), null, new Date('2000-12-31T12:00Z')],
    ],
    ['length(k + d)', 'i32', [4, 4, null, 5]],
    ["upper(k + 'é')", 'utf8', ['AÉ', 'BÉ', null, 'ABÉ']],
    ['upper(k) + lower(d)', 'utf8', ['Asfo', 'Bjfk', null, 'ABsfo']],
    ['slice(d, 1)', 'utf8', ['FO', 'FK', null, 'FO']],
    ['slice(d, -2, -1)', 'utf8', ['F', 'F', null, 'F']],
    ["strip('  ' + k)", 'utf8', ['a', 'b', null, 'ab']],
    ["lstrip(' ' + k + ' ')", 'utf8', ['a ', 'b ', null, 'ab ']],
    ["rstrip(' ' + d + ' ')", 'utf8', [' SFO', ' JFK', null, ' SFO']],
    ["split_part(d + '-x', '-', 1)", 'utf8', ['x', 'x', null, 'x']],
    ["splitPart(d, 'F', -2)", 'utf8', ['S', 'J', null, 'S']],
    ["splitPart(k, 'b', 1)", 'utf8', [null, '', null, '']],
    ["find(d, 'F')", 'i32', [1, 1, null, 1]],
    ["find('é' + d, 'O')", 'i32', [3, -1, null, 3]],
    ["occurrences(d + d, 'F')", 'i32', [2, 2, null, 2]],
    ['repeat(k, 3)', 'utf8', ['aaa', 'bbb', null, 'ababab']],
    ["padStart(k, 3, '€')", 'utf8', ['€€a', '€€b', null, '€ab']],
    ['padEnd(d, 5)', 'utf8', ['SFO  ', 'JFK  ', null, 'SFO  ']],
    ["zfill('-' + k, 4)", 'utf8', ['-00a', '-00b', null, '-0ab']],
    ["extract(d, '(.)F')", 'utf8', ['S', 'J', null, 'S']],
    ["extract(d, 'S(?<rest>.*)', 'rest')", 'utf8', ['FO', null, null, 'FO']],
    ["extract(k, '(?i)B')", 'utf8', [null, 'b', null, 'b']],
    ["replacePattern(d, '[A-J](.)', '$1')", 'utf8', ['SO', 'FK', null, 'SO']],
    ["matches(d, '(?i)^sf')", 'bool', [true, false, false, true]],
    ["replace(d, 'F', '$&-')", 'utf8', ['S$&-O', 'J$&-K', null, 'S$&-O']],
    ["matches(k, '^.b$')", 'bool', [false, false, false, true]],
    ["matches(d, '[JK]')", 'bool', [false, true, false, false]],
    ['null > x', 'bool', [false, false, false, false]],
    ['2 * 3 + 1', 'i64', [7n, 7n, 7n, 7n]],
    ['1', 'i32', [1, 1, 1, 1]],
    ["'hi'", 'utf8', ['hi', 'hi', 'hi', 'hi']],
  ] as [string, string, unknown[]][])('computes %s', (text, type, values) => {
    expect(evaluate(text)).toEqual({ type, values });
  });

  it('gives a plain column without a copy', () => {
    const bound = bind(parse('x'), schema, memory);
    expect(bound.evaluate(block)).toBe(block.vectors[0]);
    bound.dispose();
  });

  it('computes common parts once and keeps the results apart', () => {
    const all = bindAll(
      ['x * 2', 'x * 2 + 1', 'x * 2 - 1', 'y'].map(text => parse(text)),
      schema,
      memory,
    );
    const vectors = all.evaluate(block);
    expect(vectors.map(vector => valuesOf(memory, vector, 2))).toEqual([
      [3, -6.5],
      [4, -5.5],
      [2, -7.5],
      [3n, -1n],
    ]);
    all.dispose();
  });

  it('counts the rows for which a condition is true, and gives their bits', () => {
    const bound = bindPredicate(parse('b'), schema, memory);
    expect(bound.evaluate(block)).toBe(2);
    expect(memory.u8[bound.mask]! & 15).toBe(0b1001);
    bound.dispose();
  });

  it('frees what it took', () => {
    const before = memory.stats().heldBytes;
    const bound = bind(parse("ifElse(d == 'SFO', x * y + 1, 0)"), schema, memory);
    bound.evaluate(block);
    bound.dispose();
    expect(memory.stats().heldBytes).toBe(before);
  });

  it('refuses a value that a checked cast can not keep, unless the row has none', () => {
    expect(() => evaluate("cast(x, 'i32')")).toThrow('cast: NaN has no place in i64; fill or filter it first (fillna)');
    expect(() => evaluate("cast(s, 'i8')")).toThrow('cast: 300 has no place in i8');
    // the mask leaves out row 2, which is NaN
    const bound = bind(parse("cast(x, 'i32')"), schema, memory);
    const mask = memory.allocateZeroed(8, 'test');
    memory.u8[mask] = 0b1011;
    expect(valuesOf(memory, bound.evaluate({ ...block, mask }), 2)).toEqual([1, -3]);
    bound.dispose();
    memory.free(mask);
    expect(evaluate("cast(fillna(x, 0), 'i32')").values).toEqual([1, -3, 0, 0]);
  });
});
