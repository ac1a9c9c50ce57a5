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
