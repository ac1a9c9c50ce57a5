import { describe, expect, it } from 'vitest';
import { parseSchema } from '../../src/cli/schema-text.ts';

describe('--schema', () => {
  it('reads what a schema prints', () => {
    const text = '(date: timestamp[us, Europe/Oslo], delay: i32, origin: dictionary, day: date32, x: f64)';
    expect(String(parseSchema(text))).toBe(text);
  });

  it('takes the names of other tools, and names in backticks', () => {
    expect(String(parseSchema('a: int64,b:double , `c: d, e`: text, at: timestamp'))).toBe(
      '(a: i64, b: f64, c: d, e: utf8, at: timestamp[ms])',
    );
  });

  it('says what it can not read', () => {
    expect(() => parseSchema('a: i23')).toThrow('--schema: no type is called "i23"');
    expect(() => parseSchema('a: i32, b')).toThrow('can\'t read "b"');
    expect(() => parseSchema('a: i32[5]')).toThrow('no type is called "i32[5]"');
    expect(() => parseSchema('')).toThrow('no columns');
    expect(() => parseSchema('a: i32, a: i32')).toThrow('two columns are named "a"');
  });
});
