import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SchemaError } from '../../src/errors.ts';
import { typeText } from '../../src/schema/data-type.ts';
import { type Guess, guessText, inferSchema, joinGuesses, typeOfGuess } from '../../src/schema/infer.ts';

const typeOf = (...values: unknown[]): string => typeText(inferSchema(values.map(x => ({ x }))).fields[0]!.type);

describe('inferSchema', () => {
  it('gives integers room to grow', () => {
    expect(typeOf(1, -2, null)).toBe('i32');
    expect(typeOf(1, 2 ** 28)).toBe('i64');
    expect(typeOf(5n, -(2n ** 40n))).toBe('i64');
    expect(typeOf(2n ** 63n)).toBe('u64');
    expect(typeOf(1, 2.5)).toBe('f64');
    expect(typeOf(1e20)).toBe('f64');
  });

  it('knows dates and times by their text', () => {
    expect(typeOf('2001-01-31', '2001/02/01')).toBe('date32');
    expect(typeOf('2001-01-31', '2001-02-01 14:05')).toBe('timestamp[ms]');
    expect(typeOf('2001-01-31T14:05:06.123456Z')).toBe('timestamp[us]');
    expect(typeOf('2001-01-31T14:05:06.123456789+02:00')).toBe('timestamp[ns]');
    expect(typeOf('2001-02-30')).toBe('utf8');
    expect(typeOf('2001-01-31', 'soon')).toBe('utf8');
    expect(typeOf(new Date(0), null)).toBe('timestamp[ms]');
  });

  it('takes the columns in order of appearance, and text for a mix or nothing', () => {
    expect(String(inferSchema([{ b: 1 }, { a: true, b: 'x' }, { c: null, d: new Uint8Array(1), e: { f: 1 } }]))).toBe(
      '(b: utf8, a: bool, c: utf8, d: binary, e: utf8)',
    );
    expect(() => inferSchema([{}, {}])).toThrow(SchemaError);
  });

  it('does not depend on the order of the rows', () => {
    const values = fc.array(
      fc.oneof(
        fc.integer(),
        fc.double(),
        fc.boolean(),
        fc.constantFrom('2001-01-01', '2001-01-01 10:00', 'x', null, 2n ** 63n),
      ),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(values, list => {
        expect(typeOf(...list.toReversed())).toBe(typeOf(...list));
      }),
    );
  });
});

describe('guessText', () => {
  it.each([
    ['12', 'i32'],
    ['-3000000000', 'i64'],
    ['18446744073709551615', 'u64'],
    ['99999999999999999999999', 'f64'],
    ['1.', 'f64'],
    ['-.5e-3', 'f64'],
    ['NaN', 'f64'],
    ['TRUE', 'bool'],
    ['2001-01-31', 'date32'],
    ['12a', 'utf8'],
    ['1-2', 'utf8'],
  ])('takes %s for %s', (text, type) => {
    expect(typeText(typeOfGuess(guessText(text)))).toBe(type);
  });

  it('joins as a lattice: in any order and grouping', () => {
    const guess = fc.constantFrom<Guess>(
      'none',
      'i32',
      'i64',
      'u64',
      'f64',
      'bool',
      'day',
      'ms',
      'us',
      'ns',
      'binary',
      'text',
    );
    fc.assert(
      fc.property(guess, guess, guess, (a, b, c) => {
        expect(joinGuesses(a, b)).toBe(joinGuesses(b, a));
        expect(joinGuesses(a, joinGuesses(b, c))).toBe(joinGuesses(joinGuesses(a, b), c));
      }),
    );
  });
});
