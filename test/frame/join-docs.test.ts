import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as millrace from '../../src/index.ts';

const text = readFileSync(fileURLToPath(new URL('../../docs/joins.md', import.meta.url)), 'utf8');
const examples = [...text.matchAll(/```js\n([\s\S]*?)```\n+```text\n([\s\S]*?)```/g)].map(
  ([, code, shown]) => [/\.(merge\w*)\(\w+, \{[^}]*\}/.exec(code!)![0], code!, shown!] as const,
);

/** Rows as a table of texts, columns two spaces apart. */
function tableOf(rows: readonly Record<string, unknown>[]): string[] {
  const lines = [Object.keys(rows[0]!), ...rows.map(row => Object.values(row).map(String))];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map(line => line[column]!.length)));
  return lines.map(line =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

it.each(examples)('docs/joins.md: %s', (_, code, shown) => {
  const lines: string[] = [];
  const body = code.replace(/import .*\n/, '').replace(/console\.table/g, 'table');
  const table = (rows: Record<string, unknown>[]): void => void (rows.length > 0 && lines.push(...tableOf(rows)));
  new Function(...Object.keys(millrace), 'table', body)(...Object.values(millrace), table);
  expect(lines).toEqual(shown.trimEnd().split('\n'));
});

it('has the examples that are shown', () => {
  expect(examples.length).toBe(4);
});
