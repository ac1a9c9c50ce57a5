/** What the kernels of `compare` answer for one row. JavaScript's operators compare numbers as IEEE does and bigints exactly. */
type Value = number | bigint;

export function compare(op: string, a: Value, b: Value): boolean {
  if (op === 'eq') return a === b;
  if (op === 'lt') return a < b;
  if (op === 'le') return a <= b;
  return op === 'gt' ? a > b : a >= b;
}

/** Texts as bytes of UTF-8, whose order is that of code points. */
export function compareText(op: string, a: string, b: string): boolean {
  if (op === 'eq') return a === b;
  if (op === 'startsWith') return a.startsWith(b);
  if (op === 'endsWith') return a.endsWith(b);
  if (op === 'contains') return a.includes(b);
  const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
  return op === 'lt' ? order < 0 : order <= 0;
}
