import type { Cell, ResultRow } from './_duckdb.ts';

/** What 1e-9 relative means when both sides are rounded: floats differ in their last bits by the order of additions. */
const tolerance = 1e-9;
/** What is left when ratios around 1 cancel: they are only known to their last bits. */
const cancelled = 1e-13;

/** @throws Error telling the first difference between two results with these key columns */
export function assertSame(ours: readonly ResultRow[], theirs: readonly ResultRow[], keys: readonly string[]): void {
  const problem = difference(ours, theirs, keys);
  if (problem) throw new Error(problem);
}

function difference(ours: readonly ResultRow[], theirs: readonly ResultRow[], keys: readonly string[]): string | null {
  if (ours.length !== theirs.length) return `${ours.length} rows, DuckDB has ${theirs.length}`;
  const keyOf = (row: ResultRow): string => JSON.stringify(keys.map(name => row[name] ?? null));
  const expected = new Map(theirs.map(row => [keyOf(row), row]));
  if (expected.size !== theirs.length) return 'keys of DuckDB are not unique';
  for (const row of ours) {
    const other = expected.get(keyOf(row));
    if (!other) return `DuckDB has no row ${keyOf(row)}`;
    expected.delete(keyOf(row));
    for (const name of Object.keys(other)) {
      if (!same(row[name] ?? null, other[name] ?? null)) {
        return `${name} of ${keyOf(row)} is ${row[name]}, in DuckDB ${other[name]}`;
      }
    }
  }
  return null;
}

function same(ours: Cell, theirs: Cell): boolean {
  if (ours === theirs) return true;
  if (typeof ours !== 'number' || typeof theirs !== 'number') return false;
  if (Number.isInteger(ours) && Number.isInteger(theirs) && Math.abs(ours) < 2 ** 53) {
    // means and quotients that happen to be whole are floats too
    return Math.abs(ours - theirs) <= Math.abs(theirs) * Number.EPSILON;
  }
  return Math.abs(ours - theirs) <= Math.max(cancelled, tolerance * Math.max(Math.abs(ours), Math.abs(theirs)));
}
