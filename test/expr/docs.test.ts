import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ops } from '../../src/expr/ops.ts';
import { parse } from '../../src/expr/parse.ts';
import { typeOf } from '../../src/expr/type-of.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { bool, f64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';

const text = readFileSync(fileURLToPath(new URL('../../docs/expressions.md', import.meta.url)), 'utf8');
/** The calls in the first cell of each row between two places of the document. */
const callsBetween = (from: string, to: string) =>
  text
    .slice(text.indexOf(from), text.indexOf(to))
    .split('\n')
    .filter(line => line.startsWith('| `'))
    .flatMap(line => [...line.split(' | ')[0]!.matchAll(/`([^`]+\(.*?\))`/g)].map(([, call]) => call!));
const remembering = 'Columns that remember rows before them';
const calls = callsBetween('## Functions', remembering);
const rememberingCalls = callsBetween(remembering, '## How it runs');
const schema = schemaOf({
  x: f64(),
  y: f64(),
  low: f64(),
  high: f64(),
  s: utf8(),
  t: timestamp('ms'),
  condition: bool(),
});

describe('docs/expressions.md', () => {
  it.each(calls)('has a function that is one: %s', call => {
    const whole = call
      .replace(/decimals = 0/, '0')
      .replace(/, start, stop/, ', 0, 2')
      .replace(/\b[ab]\b(?=[,)\]])/g, call.startsWith('isIn') ? '1' : 'x');
    expect(typeOf(parse(whole), schema)).toBeDefined();
  });

  it.each(rememberingCalls)('has a column that remembers: %s', call => {
    const columns = { x: f64(), y: f64(), at: timestamp('ms') };
    const frame: any = new DataFrame({ schema: columns, index: 'at' });
    expect(frame.assign({ out: call }).schema.field('out')).toBeDefined();
  });

  it('names every function', () => {
    const named = new Set(calls.map(call => call.slice(0, call.indexOf('('))));
    const infix = new Set(Object.values(ops).flatMap(({ name, symbol }) => (symbol ? [name] : [])));
    const missing = Object.keys(ops).filter(name => !named.has(name) && !infix.has(name));
    expect(missing).toEqual(['neg', 'not']);
  });
});
