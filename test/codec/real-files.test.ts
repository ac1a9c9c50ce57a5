import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { csv } from '../../src/codec/csv.ts';
import { ndjson } from '../../src/codec/ndjson.ts';
import { decode } from './_text.ts';

const folder = fileURLToPath(new URL('../../node_modules/vega-datasets/data/', import.meta.url));
const arrays = readdirSync(folder).filter(name => name.endsWith('.json') && readFileSync(folder + name)[0] === 0x5b);
const tables = readdirSync(folder).filter(name => /\.[ct]sv$/.test(name));

describe('files of vega-datasets, without a schema', () => {
  it.each(arrays)('%s has the values that JSON.parse finds', name => {
    const bytes = readFileSync(folder + name);
    const rows = decode(ndjson(), bytes, {}, [1000, 20_000, 21_000]).batches.flatMap(batch => batch.toArray());
    const wanted: Record<string, unknown>[] = JSON.parse(bytes.toString());
    expect(rows.length).toBe(wanted.length);
    const differing = wanted.findIndex((row, i) =>
      Object.entries(row).some(([key, value]) => {
        const found = rows[i]![key];
        if (found instanceof Date) return typeof value !== 'string';
        if (typeof found === 'bigint') return found !== BigInt(value as number);
        if (typeof value === 'object' && value !== null)
          return JSON.stringify(JSON.parse(found as string)) !== JSON.stringify(value);
        return found !== value && found !== String(value);
      }),
    );
    expect(differing).toBe(-1);
  });

  it.each(tables)('%s has as many rows as lines', name => {
    const bytes = readFileSync(folder + name);
    const codec = csv(undefined, { delimiter: name.endsWith('.tsv') ? '\t' : ',' });
    const { batches } = decode(codec, bytes, {}, [1000, 20_000, 21_000]);
    const lines = bytes.toString().trimEnd().split(/\r?\n/).length - 1;
    expect(batches.reduce((sum, { length }) => sum + length, 0)).toBe(lines);
  });
});
