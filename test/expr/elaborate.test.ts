import { describe, expect, it } from 'vitest';
import { OptionError, SchemaError } from '../../src/errors.ts';
import { argumentsOf, hasAggregate, splitAggregates } from '../../src/expr/aggregates.ts';
import { type AggregateCall, columnsOf } from '../../src/expr/expression.ts';
import { parse } from '../../src/expr/parse.ts';
import { typeOf } from '../../src/expr/type-of.ts';
import {
  bool,
  date32,
  dictionary,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  timestamp,
  typeText,
  u8,
  u16,
  u32,
  u64,
  utf8,
} from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';

const schema = schemaOf({
  price: f64(),
  symbol: utf8(),
  origin: dictionary(),
  ok: bool(),
  a: i8(),
  b: i16(),
  c: i32(),
  d: i64(),
  e: u8(),
  g: u16(),
  h: u32(),
  u: u64(),
  f: f32(),
  at: timestamp('us'),
  day: date32(),
});
const typeTextOf = (text: string): string => typeText(typeOf(parse(text), schema, 'filter'));

describe('typeOf', () => {
  it.each([
    ['b * b', 'i32'],
    ['a + e', 'i32'],
    ['b + 1', 'i32'],
    ['b + 100000', 'i64'],
    ['g * g', 'i64'],
    ['c + c', 'i64'],
    ['c + b', 'i64'],
    ['h + 1', 'i64'],
    ['d * 2', 'i64'],
    ['u + u', 'u64'],
    ['u + 1', 'u64'],
    ['u + h', 'u64'],
    ['u + d', 'f64'],
    ['d + 9223372036854775808', 'f64'],
    ['d + 1.5', 'f64'],
    ['f + 1', 'f32'],
    ['f * 0.1', 'f32'],
    ['f + b', 'f32'],
    ['f + c', 'f64'],
    ['f + price', 'f64'],
    ['c / 2', 'f64'],
    ['c // 2', 'i64'],
    ['b % 7', 'i32'],
    ['c // c', 'f64'],
    ['c // 0', 'f64'],
    ['price // 2', 'f64'],
    ['c ** 2', 'i64'],
    ['c ** 0.5', 'f64'],
    ['-a', 'i32'],
    ['-c', 'i32'],
    ['-h', 'i64'],
    ['abs(e)', 'u8'],
    ['abs(f)', 'f32'],
    ['b & 255', 'i16'],
    ['b & d', 'i64'],
    ['ok & ok', 'bool'],
    ['ok * 2', 'i32'],
    ['least(b, 5)', 'i32'],
    ['greatest(g, h)', 'i64'],
    ['fillNull(b, 0)', 'i16'],
    ['ifElse(ok, b, c)', 'i32'],
    ['ifElse(ok, symbol, origin)', 'utf8'],
    ["fillNull(at, '2001-01-01')", 'timestamp[us]'],
    ['symbol + origin', 'utf8'],
    ['round(c)', 'i32'],
    ['round(f)', 'f32'],
    ["cast(c, 'str')", 'utf8'],
    ["symbol == 'x' and at > '2001-01-01'", 'bool'],
    ['c in [1, 2]', 'bool'],
    ['1', 'i32'],
    ['3000000000', 'i64'],
    ['1.0', 'f64'],
  ])('%s is %s', (text, type) => {
    expect(typeTextOf(text)).toBe(type);
  });

  it.each([
    ['symbol > 5', 'filter: gt() needs a number, "symbol" is utf8'],
    ["price == 'x'", "filter: eq() needs a number, 'x' is utf8"],
    ['prise > 5', expect.stringMatching(/^filter: no column "prise" in \(price: f64, .*\); did you mean "price"\?$/)],
    ['price + symbol', 'filter: add() needs a number, "symbol" is utf8'],
    ['abs(symbol)', 'filter: abs() needs a number, "symbol" is utf8'],
    ['price and ok', 'filter: and() needs a bool or an integer, "price" is f64'],
    ['not price', 'filter: not() needs a bool or an integer, "price" is f64'],
    ['ok - ok', 'filter: sub() of two bools has no meaning; use xor (^)'],
    ['c ** -1', 'filter: pow() of the integer c to the -1 is no integer; cast it to f64 first'],
    ['mean(price) > 1', 'filter: mean() is an aggregation, or no function at all; only agg takes aggregations'],
    ["at > 'noon'", "filter: gt() can't read 'noon' as timestamp[us]; write '2001-01-31' or '2001-01-31T12:00:00'"],
    [
      "at > '2001-02-30'",
      "filter: gt() can't read '2001-02-30' as timestamp[us]; write '2001-01-31' or '2001-01-31T12:00:00'",
    ],
    ['at > price', 'filter: gt() needs timestamp[us], "price" is f64'],
    ['ifElse(price, 1, 2)', 'filter: ifElse() needs a bool, "price" is f64'],
    ['ifElse(ok, 1, symbol)', 'filter: ifElse() needs two values of one type, here are i32 and utf8'],
    ["price in ['a']", 'filter: isIn() looks for a in a column of type f64'],
    ["cast(ok, 'date32')", "filter: cast() can't make date32 of ok, which is bool"],
    ['round(price, c)', 'filter: round() takes a constant number of decimals, not c'],
    ["contains(price, 'x')", 'filter: contains() needs text, "price" is f64'],
    ['year(price)', 'filter: year() needs a date or time, "price" is f64'],
    ["matches(symbol, '(')", expect.stringMatching(/^filter: matches\(\) can't read the pattern: /)],
    ["extract(symbol, 'a(b)c', 2)", 'filter: extract(): the pattern has no group 2; there are 0, 1'],
    ["replacePattern(symbol, '(', 'x')", expect.stringMatching(/^filter: replacePattern\(\) can't read the pattern/)],
    ["split_part(symbol, '', 1)", 'filter: splitPart() looks for a text that is not empty'],
    ["padStart(symbol, 3, 'ab')", 'filter: padStart() fills with one character, not "ab"'],
    ['repeat(symbol, -1)', 'filter: repeat() takes a number of times from 0 on, not -1'],
    ['slice(symbol, price)', 'filter: slice() takes constant whole numbers, not price'],
    ['length(price)', 'filter: length() needs text, "price" is f64'],
    ['fillNull(null, null)', "filter: fillNull() of two nulls has no type; write cast(null, 'f64')"],
  ])('refuses %s', (text, message) => {
    let error: unknown;
    try {
      typeTextOf(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SchemaError);
    expect((error as Error).message).toEqual(message);
  });
});

describe('floor of a time', () => {
  it('refuses what is no duration, or is finer than the column', () => {
    expect(() => typeTextOf("floor(at, 'soon')")).toThrow(OptionError);
    expect(() => typeTextOf("floor(at, '5ns')")).toThrow('5ns is no whole number of us');
  });
});

describe('splitAggregates', () => {
  it('takes each call out once and leaves columns of their names', () => {
    const { calls, outer } = splitAggregates([parse('sum(a * b) / sum(b)'), parse('sum(b) + 1'), parse('count()')]);
    expect(calls.map(({ key }) => key)).toEqual(['sum((a * b))', 'sum(b)', 'count()']);
    expect(outer.map(({ key }) => key)).toEqual(['(`sum((a * b))` / `sum(b)`)', '(`sum(b)` + 1)', '`count()`']);
    expect(hasAggregate(parse('1 + mean(x)'))).toBe(true);
    expect(outer.some(hasAggregate)).toBe(false);
  });

  it('refuses an aggregation of an aggregation', () => {
    expect(() => splitAggregates([parse('sum(mean(x))')])).toThrow(
      "agg: sum() can't aggregate mean(x), which is aggregated already",
    );
  });
});

describe('argumentsOf', () => {
  const quantile = { name: 'quantile', arity: [1, 1], parameters: { q: 0.5 } } as const;
  const taken = (text: string): unknown => {
    const { args, parameters } = argumentsOf(parse(text) as AggregateCall, quantile);
    return [args.map(({ key }) => key), parameters];
  };

  it('reads constants behind the arguments as parameters', () => {
    expect(taken('quantile(x)')).toEqual([['x'], { q: 0.5 }]);
    expect(taken('quantile(x, 0.9)')).toEqual([['x'], { q: 0.9 }]);
    expect(taken('quantile(x, q=0.9)')).toEqual([['x'], { q: 0.9 }]);
  });

  it.each([
    ['quantile()', 'agg: quantile() takes 1 argument, here are 0'],
    ['quantile(x, y)', 'agg: quantile() takes 1 argument, here are 2'],
    ['quantile(x, 0.1, 0.2)', 'agg: quantile() takes 1 argument, here are 3'],
    ['quantile(x, level=1)', 'agg: quantile() has no parameter "level"; it takes q'],
  ])('refuses %s', (text, message) => {
    expect(() => taken(text)).toThrow(message);
  });
});

describe('columnsOf', () => {
  it('names each column once', () => {
    expect([...columnsOf(parse('a + b * a > mean(c)'))]).toEqual(['a', 'b', 'c']);
  });
});
