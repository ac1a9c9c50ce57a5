import { expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import * as millrace from '../../src/index.ts';
import { f64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { examplesOf, pageOf } from './doc-examples.ts';

// What the page takes for granted: trades with routes, and functions of one's own.
const schema = {
  at: timestamp('ms'),
  x: f64(),
  symbol: utf8(),
  price: f64(),
  qty: f64(),
  route: utf8(),
  origin: utf8(),
};
const given = {
  f: (x: number | null) => (x === null ? null : 2 * x),
  keep: ({ x }: { x: number }) => x > 1,
  total: (rows: any) =>
    rows
      .column('price')
      .toArray()
      .reduce((sum: number, price: number) => sum + price, 0),
};
const rows = [1, 2, 3, 4].map(i => ({
  at: new Date(i * 20_000),
  x: i,
  symbol: i % 2 ? 'A' : 'B',
  price: 10 * i,
  qty: 1,
  route: `r${i % 2}`,
  origin: 'o',
}));

// Modules of WebAssembly and lines that stand for others (…) are tested elsewhere.
const examples = examplesOf(pageOf('aggregations.md'))
  .map(({ code }) => code)
  .filter(code => !code.includes('wasmAggregation'))
  .map((code, at) => [at + 1, code.replace(/^.*…\).*$/m, '')] as const);

it.each(examples)('docs/aggregations.md shows frames that give results: example %i', async (_, code) => {
  const frame: any = new DataFrame({ schema, index: 'at' });
  const made: any[] = [];
  // every statement that begins with the frame makes one
  const body = code
    .replace(/^frame\./gm, 'made[made.length] = frame.')
    .replace(/; frame\./g, '; made[made.length] = frame.');
  const names = { ...millrace, ...given, frame, made };
  new Function(...Object.keys(names), body)(...Object.values(names));
  expect(made.length).toBeGreaterThan(0);
  const counts = made.map(one => {
    const seen = { rows: 0 };
    one.sink((batch: { length: number }) => {
      seen.rows += batch.length;
    });
    return seen;
  });
  await frame.emit(rows.slice(0, 2));
  await frame.emit(rows.slice(2));
  await frame.end();
  for (const [at, seen] of counts.entries()) expect(seen.rows, `frame ${at + 1}`).toBeGreaterThan(0);
});

it('has the examples that are run', () => {
  expect(examples.length).toBe(5);
});
