import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, timestamp, utf8 } from '../../src/schema/data-type.ts';

interface Recorded {
  readonly columns: Readonly<Record<'at' | 'k' | 'x' | 'y', readonly unknown[]>>;
  readonly cases: readonly { readonly of: string; readonly values: readonly (number | null)[] }[];
}

const folder = fileURLToPath(new URL('../golden/pandas/', import.meta.url));
const schema = { at: timestamp('ms'), k: utf8(), x: f64(), y: f64() };

/** How far pandas may be off: it adds and subtracts, in powers of the values. */
function within({ columns }: Recorded, of: string): number {
  const level = Math.max(...columns.x.map(x => Math.abs(Number(x))));
  if (/skew|kurt/.test(of)) return level > 1e6 ? Number.POSITIVE_INFINITY : 1e-8;
  return /cov|corr|var|std|sem/.test(of) ? 1e-12 * Math.max(1, level) ** 1.2 : 1e-13 * Math.max(1, level);
}

it.each(readdirSync(folder).filter(file => file.endsWith('.json')))('rows answer what pandas did: %s', file => {
  const recorded: Recorded = JSON.parse(readFileSync(`${folder}${file}`, 'utf8'));
  const { columns, cases } = recorded;
  const rows = columns.at.map((at, row) => ({ at, k: columns.k[row], x: columns.x[row], y: columns.y[row] }));
  const df = new DataFrame({ schema, index: 'at' });
  const texts = Object.fromEntries(cases.map(({ of }, i) => [`c${i}`, of]));
  const found = df.select(texts as any).sinkToList();
  for (let from = 0; from < rows.length; from += 13) df.emit(rows.slice(from, from + 13));
  const wrong: unknown[] = [];
  for (const [i, { of, values }] of cases.entries()) {
    const got = found.flatMap(batch => [...batch.column(`c${i}`)]) as (number | null)[];
    const far = within(recorded, of);
    for (const [row, want] of values.entries()) {
      const have = got[row]!;
      const agrees =
        want === null || have === null ? have === want : Math.abs(have - want) <= far + 1e-10 * Math.abs(want);
      if (!agrees) wrong.push({ of, row, want, have });
    }
  }
  expect(wrong).toEqual([]);
  df.dispose();
});
