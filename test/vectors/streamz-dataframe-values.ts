import type { Batch } from '../../src/column/batch.ts';
import type { DataType } from '../../src/schema/data-type.ts';

/** An emission as vectors show it. */
export type Emitted = { readonly kind: string } & Readonly<Record<string, any>>;

const tolerance = 1e-9;

/** A recorded cell as a value of the engine. */
export function close(cell: any, { kind }: DataType): unknown {
  if (cell === null || cell === undefined) return null;
  if (kind === 'int64' || kind === 'timestamp') return BigInt(cell);
  if (kind === 'float64') return Number(cell);
  return cell;
}

/** A value of the engine as vectors show it: no number is null, whole bigints are numbers if they can be. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return plain(BigInt(value.getTime()) * 1_000_000n);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return null;
    if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  }
  return value;
}

const cellsOf = (vector: Iterable<unknown>): unknown[] => [...vector].map(plain);

export const shownScalar = (value: unknown): Emitted => ({ kind: 'scalar', value: plain(value) });

/** Rows with their labels: the index, the first `keys` columns, or their numbers in the batch. */
export function shownRows(batch: Batch, keys: number, as: 'frame' | 'series' | 'index'): Emitted {
  const columns = batch.vectors.map(cellsOf);
  const labels =
    keys > 0
      ? Array.from({ length: batch.length }, (_, row) =>
          keys === 1 ? columns[0]![row] : columns.slice(0, keys).map(column => column[row]),
        )
      : batch.index
        ? cellsOf(batch.index)
        : Array.from({ length: batch.length }, (_, row) => row);
  const index = { values: labels };
  const names = batch.schema.names.slice(keys);
  if (as === 'index') return { kind: 'index', index: { values: columns[0] } };
  if (as === 'series') return { kind: 'series', values: columns[keys], index };
  return { kind: 'frame', columns: Object.fromEntries(names.map((name, at) => [name, columns[keys + at]])), index };
}

/** The newest row of a column of weighted means; no row before there was one. The label that streamz gives it says nothing. */
export function shownNewest(batch: Batch, as: 'frame' | 'series'): Emitted {
  const shown = shownRows(batch, 0, as);
  if (batch.vectors.some(vector => vector.get(0) !== null)) return { ...shown, unlabelled: true };
  const none = Object.fromEntries(batch.schema.names.map(name => [name, []]));
  const index = { values: [] };
  return as === 'series' ? { kind: 'series', values: [], index } : { kind: 'frame', columns: none, index };
}

/** The one row of frame-wide results as a series labelled by column. */
export function shownTotals(batch: Batch): Emitted {
  const values = batch.vectors.map(vector => plain(vector.get(0)));
  return { kind: 'series', values, index: { values: batch.schema.names } };
}

/** Whether two emissions have equal labels and values; types are not compared. */
export function sameEmitted(got: Emitted, want: Emitted, { orderInsensitive }: any): boolean {
  if (want.kind === 'error' || got.kind === 'error') return want.kind === got.kind;
  if (want.kind !== got.kind) return false;
  if (want.kind === 'scalar') return sameCell(got['value'], want['value']);
  if (want.kind === 'index') return sameCells(got['index'].values, want['index'].values);
  const order = orderInsensitive ? sorted : (_labels: unknown[], cells: unknown[]) => cells;
  if (
    !got['unlabelled'] &&
    !sameCells(order(got['index'].values, got['index'].values), order(want['index'].values, want['index'].values))
  )
    return false;
  const columns = (one: Emitted): [string, unknown[]][] =>
    one.kind === 'series' ? [['', one['values']]] : Object.entries(one['columns']);
  const mine = columns(got);
  const theirs = columns(want);
  return (
    mine.length === theirs.length &&
    theirs.every(
      ([name, cells], at) =>
        mine[at]![0] === name &&
        sameCells(order(got['index'].values, mine[at]![1]), order(want['index'].values, cells)),
    )
  );
}

const sorted = (labels: unknown[], cells: unknown[]): unknown[] =>
  labels
    .map((label, at) => [JSON.stringify(label), cells[at]] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, cell]) => cell);

const sameCells = (got: readonly unknown[], want: readonly unknown[]): boolean =>
  got.length === want.length && want.every((cell, at) => sameCell(got[at], cell));

function sameCell(got: unknown, want: unknown): boolean {
  if (Array.isArray(want)) return Array.isArray(got) && sameCells(got, want);
  if (typeof want === 'object' && want !== null) return JSON.stringify(got) === JSON.stringify(want);
  if (got === want || String(got) === String(want)) return true;
  if (want === null || got === null) return false;
  const [a, b] = [Number(got), Number(want)];
  return Math.abs(a - b) <= tolerance + tolerance * Math.max(Math.abs(a), Math.abs(b));
}

export function emittedText(emitted: Emitted): string {
  const json = JSON.stringify(emitted);
  return json.length > 260 ? `${json.slice(0, 260)}…` : json;
}
