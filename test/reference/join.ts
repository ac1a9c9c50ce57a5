/** Plain twins of the joins: every row against every row. */

export type PlainRow = Readonly<Record<string, unknown>>;
export type PlainHow = 'inner' | 'left' | 'semi' | 'anti';

/** Whether two cells are one key: missing ones are equal to nothing, NaN is equal to itself, -0 to 0. */
export function sameKey(a: unknown, b: unknown): boolean {
  if (a === null || b === null) return false;
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array) === 0;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  return a === b || Object.is(a, b);
}

/** Left rows with the table's rows of equal keys; null stands for none. */
export function plainMerge(
  left: readonly PlainRow[],
  table: readonly PlainRow[],
  keys: readonly string[],
  how: PlainHow,
): [PlainRow, PlainRow | null][] {
  return left.flatMap(row => {
    const partners = table.filter(one => keys.every(key => sameKey(row[key], one[key])));
    const pairs = partners.map((one): [PlainRow, PlainRow] => [row, one]);
    const alone: [PlainRow, PlainRow | null][] = [[row, null]];
    if (how === 'inner') return pairs;
    if (how === 'left') return pairs.length > 0 ? pairs : alone;
    return (how === 'semi') === pairs.length > 0 ? alone : [];
  });
}

/** A row of a side: when it is, its key, and its number, which tells rows apart. */
export interface Timed {
  readonly t: number | null;
  readonly k: string | null;
  readonly n: number;
}

export interface PlainAsof {
  readonly direction: 'backward' | 'forward' | 'nearest';
  /** Infinity: any distance. */
  readonly tolerance: number;
  readonly exact: boolean;
}

/** The rows that take part, in order of time: those before (highest time of earlier rows − delay) are late. */
export function inTime(rows: readonly Timed[], delay: number): (Timed & { readonly t: number })[] {
  let highest = Number.NEGATIVE_INFINITY;
  const kept = rows.filter((row): row is Timed & { readonly t: number } => {
    const { t } = row;
    if (t === null || t < highest - delay) return false;
    highest = Math.max(highest, t);
    return true;
  });
  return kept.sort((a, b) => a.t - b.t); // sort is stable
}

/** pandas' merge_asof: each left row with its partner. Both in order of time. */
export function plainAsof(
  left: readonly (Timed & { readonly t: number })[],
  right: readonly (Timed & { readonly t: number })[],
  { direction, tolerance, exact }: PlainAsof,
): [Timed, Timed | null][] {
  return left.map(row => {
    const near = right.filter(
      one => one.k !== null && one.k === row.k && Math.abs(one.t - row.t) <= tolerance && (exact || one.t !== row.t),
    );
    const before = near.findLast(one => one.t <= row.t);
    const after = near.find(one => one.t >= row.t);
    if (direction === 'backward') return [row, before ?? null];
    if (direction === 'forward') return [row, after ?? null];
    if (!before || !after) return [row, before ?? after ?? null];
    return [row, row.t - before.t <= after.t - row.t ? before : after];
  });
}

/** Each left row with all right rows whose time is [from, to] away. */
export function plainInterval(
  left: readonly (Timed & { readonly t: number })[],
  right: readonly (Timed & { readonly t: number })[],
  { from, to, outer }: { readonly from: number; readonly to: number; readonly outer: boolean },
): [Timed, Timed | null][] {
  return left.flatMap(row => {
    const partners = right.filter(
      one => one.k !== null && one.k === row.k && one.t - row.t >= from && one.t - row.t <= to,
    );
    const none: (Timed | null)[] = outer ? [null] : [];
    return (partners.length > 0 ? partners : none).map((one): [Timed, Timed | null] => [row, one]);
  });
}

/** A row's place in time: entries of a side. */
export interface Entry {
  readonly time: bigint;
  readonly row: number;
  readonly id: number;
}

/** Entries in the order of their times, those of one time as they came. */
export const plainOrder = (entries: readonly Entry[]): Entry[] =>
  [...entries].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));

/** Pairs of left rows and the rows first, first + 1, … of a table with the same key id; 0 stands for none. */
export function plainExpand(
  ids: readonly number[],
  tableIds: readonly number[],
  first: number,
  outer: boolean,
): [number, number][] {
  return ids.flatMap((id, left) => {
    const found = tableIds.flatMap((one, row) => (one === id && id !== 0xffff_ffff ? [first + row] : []));
    return (found.length > 0 || !outer ? found : [0]).map((right): [number, number] => [left, right]);
  });
}
