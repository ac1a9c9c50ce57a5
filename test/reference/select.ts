/** What the kernels of `select` do, on arrays of booleans and values. */

export function bits(op: string, a: boolean, b: boolean): boolean {
  if (op === 'and') return a && b;
  if (op === 'or') return a || b;
  if (op === 'xor') return a !== b;
  return op === 'andNot' ? a && !b : a || !b;
}

/** Three-valued logic; null is unknown. */
export function kleene(op: 'and' | 'or', a: boolean | null, b: boolean | null): boolean | null {
  const decides = op === 'or';
  if (a === decides || b === decides) return decides;
  return a === null || b === null ? null : !decides;
}

/** Numbers of the rows whose bit is set. */
export const selection = (mask: readonly boolean[], base = 0): number[] =>
  mask.flatMap((bit, row) => (bit ? [row + base] : []));

export const take = <T>(values: readonly T[], rows: readonly number[]): T[] => rows.map(row => values[row]!);

export const blend = <T>(mask: readonly boolean[], a: readonly T[], b: readonly T[]): T[] =>
  mask.map((bit, row) => (bit ? a[row]! : b[row]!));
