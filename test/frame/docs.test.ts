import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as millrace from '../../src/index.ts';

const text = readFileSync(fileURLToPath(new URL('../../docs/dataframe.md', import.meta.url)), 'utf8');
/** The code in the last cell of each row of the tables. */
const lines = text
  .split('\n')
  .filter(line => line.startsWith('| '))
  .flatMap(line =>
    [
      ...line
        .split(' | ')
        .at(-1)!
        .matchAll(/`((?:df|DataFrame)\.[^`]*)`/g),
    ].map(([, code]) => code!),
  )
  .filter(code => !code.includes('fromPeriodic(fn') && !code.startsWith('DataFrame.random'));
const rows = [
  { at: new Date(0), symbol: 'A', price: 10, qty: 1n },
  { at: new Date(1000), symbol: 'B', price: 13, qty: 2n },
];

describe('docs/dataframe.md', () => {
  it.each([...new Set(lines)])('has a line that runs: %s', code => {
    const { DataFrame, f64, i64, timestamp, utf8 } = millrace;
    const df = new DataFrame({
      schema: { at: timestamp('ms'), symbol: utf8(), price: f64(), qty: i64() },
      index: 'at',
    });
    const made = new Function('df', 'DataFrame', 'f64', `return ${code}`)(df, DataFrame, f64);
    const out = 'sink' in made ? made : made.sum();
    const results: unknown[] = [];
    out.sink((result: unknown) => results.push(result));
    df.emit(rows);
    df.end();
    expect(results.length).toBeGreaterThan(0);
    df.dispose();
  });

  it('begins with an example that runs', () => {
    const [, code] = /```js\n([\s\S]*?)```/.exec(text)!;
    const tables: any[] = [];
    const body = code!.replace(/import .*\n/, '').replace(/console\.table/g, 'table');
    new Function(...Object.keys(millrace), 'table', body)(...Object.values(millrace), (rows: any) => tables.push(rows));
    expect(tables).toEqual([[{ symbol: 'A', vwap: 12, high: 13 }]]);
  });
});
