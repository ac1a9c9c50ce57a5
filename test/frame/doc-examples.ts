// Examples of the pages in docs/, run as they stand there.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as millrace from '../../src/index.ts';

const AsyncFunction = (async () => {}).constructor as new (
  ...names: string[]
) => (...values: unknown[]) => Promise<void>;

/** The text of docs/`name`. */
export const pageOf = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');

/** Every example of a page, with the output that stands right below it; null: none does. */
export function examplesOf(page: string): { readonly code: string; readonly shown: string | null }[] {
  return [...page.matchAll(/```js\n([\s\S]*?)```(?:\n+```text\n([\s\S]*?)```)?/g)].map(([, code, shown]) => ({
    code: code!,
    shown: shown ?? null,
  }));
}

/** Runs an example; resolves to what it gave to `console.table`, as lines of text. */
export async function run(code: string): Promise<string[]> {
  const lines: string[] = [];
  const body = code.replace(/import .*\n/, '').replace(/console\.table/g, 'table');
  const table = (rows: Record<string, unknown>[]): void => void (rows.length > 0 && lines.push(...tableOf(rows)));
  await new AsyncFunction(...Object.keys(millrace), 'table', body)(...Object.values(millrace), table);
  return lines;
}

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
