// Plain twins of the aggregations: one group's rows in, the answer out.
import { type DataType, isFloat, isUnsigned } from '../../src/schema/data-type.ts';

export type Rows = readonly (readonly unknown[])[];

/** The first argument's values, without nulls and NaN. */
export const present = (rows: Rows): unknown[] =>
  rows.map(row => row[0]).filter(value => value !== null && !Number.isNaN(value));

export const numbers = (rows: Rows): number[] => present(rows).map(Number);

export function sum(rows: Rows, [type]: readonly DataType[]): unknown {
  if (isFloat(type!)) return numbers(rows).reduce((a, b) => a + b, 0);
  const total = present(rows).reduce<bigint>((a, b) => a + BigInt(b as number), 0n);
  return isUnsigned(type!) ? BigInt.asUintN(64, total) : BigInt.asIntN(64, total);
}

export function mean(rows: Rows, [type]: readonly DataType[]): number | null {
  const count = present(rows).length;
  if (count === 0) return null;
  if (isFloat(type!)) return numbers(rows).reduce((a, b) => a + b, 0) / count;
  return Number(present(rows).reduce<bigint>((a, b) => a + BigInt(b as number), 0n)) / count;
}

export const count = (rows: Rows): number =>
  rows.length > 0 && rows[0]!.length === 0 ? rows.length : present(rows).length;

export const any = (rows: Rows): boolean => present(rows).some(value => Number(value) !== 0);

export const all = (rows: Rows): boolean => present(rows).every(value => Number(value) !== 0);

export const min = (rows: Rows): unknown =>
  present(rows).reduce((a, b) => (a === null || (b as number) < (a as number) ? b : a), null);

export const max = (rows: Rows): unknown =>
  present(rows).reduce((a, b) => (a === null || (b as number) > (a as number) ? b : a), null);

export const first = (rows: Rows): unknown => present(rows)[0] ?? null;

export const last = (rows: Rows): unknown => present(rows).at(-1) ?? null;

/** Σ(x − mean)ᵏ. */
const central = (values: readonly number[], k: number): number => {
  const middle = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((a, b) => a + (b - middle) ** k, 0);
};

export const variance =
  (ddof: number) =>
  (rows: Rows): number | null => {
    const values = numbers(rows);
    if (values.length <= ddof) return null;
    return central(values, 2) / (values.length - ddof);
  };

export const std = (rows: Rows): number | null => {
  const value = variance(1)(rows);
  return value === null ? null : Math.sqrt(value);
};

export const sem = (rows: Rows): number | null => {
  const value = variance(1)(rows);
  return value === null ? null : Math.sqrt(value / present(rows).length);
};

const alike = (values: readonly number[]): boolean => values.every(value => value === values[0]);

export function skew(rows: Rows): number | null {
  const values = numbers(rows);
  const n = values.length;
  if (n < 3) return null;
  if (alike(values) && Number.isFinite(values[0])) return 0;
  return ((n * Math.sqrt(n - 1)) / (n - 2)) * (central(values, 3) / central(values, 2) ** 1.5);
}

export function kurt(rows: Rows): number | null {
  const values = numbers(rows);
  const n = values.length;
  if (n < 4) return null;
  if (alike(values) && Number.isFinite(values[0])) return 0;
  const [m2, m4] = [central(values, 2), central(values, 4)];
  return (n * (n + 1) * (n - 1) * m4) / ((n - 2) * (n - 3) * m2 * m2) - (3 * (n - 1) ** 2) / ((n - 2) * (n - 3));
}

export function prod(rows: Rows, [type]: readonly DataType[]): unknown {
  if (isFloat(type!)) return numbers(rows).reduce((a, b) => a * b, 1);
  const product = present(rows).reduce<bigint>((a, b) => BigInt.asUintN(64, a * BigInt(b as number)), 1n);
  return isUnsigned(type!) ? product : BigInt.asIntN(64, product);
}

/** Rows whose two arguments are both there. */
const pairs = (rows: Rows): [number, number][] =>
  rows
    .filter(row => row.every(value => value !== null && !Number.isNaN(value)))
    .map(([x, y]) => [Number(x), Number(y)]);

const cross = (rows: readonly [number, number][]): [number, number, number] => {
  const mx = rows.reduce((a, [x]) => a + x, 0) / rows.length;
  const my = rows.reduce((a, [, y]) => a + y, 0) / rows.length;
  return [
    rows.reduce((a, [x]) => a + (x - mx) ** 2, 0),
    rows.reduce((a, [, y]) => a + (y - my) ** 2, 0),
    rows.reduce((a, [x, y]) => a + (x - mx) * (y - my), 0),
  ];
};

export function cov(rows: Rows): number | null {
  const both = pairs(rows);
  return both.length < 2 ? null : cross(both)[2] / (both.length - 1);
}

export function corr(rows: Rows): number | null {
  const both = pairs(rows);
  if (both.length < 2) return null;
  const endless = both.some(([x, y]) => !Number.isFinite(x) || !Number.isFinite(y));
  if (endless) return Number.NaN;
  if (alike(both.map(([x]) => x)) || alike(both.map(([, y]) => y))) return null;
  const [xx, yy, xy] = cross(both);
  return xy / Math.sqrt(xx * yy);
}

const arg =
  (better: (a: unknown, b: unknown) => boolean) =>
  (rows: Rows): unknown => {
    let best: readonly unknown[] | null = null;
    for (const row of rows) {
      if (row.some(cell => cell === null || Number.isNaN(cell))) continue;
      if (best === null || better(row[1], best[1])) best = row;
    }
    return best === null ? null : best[0];
  };

export const argmin = /* @__PURE__ */ arg((a, b) => (a as number) < (b as number));
export const argmax = /* @__PURE__ */ arg((a, b) => (a as number) > (b as number));

const byBytes = (a: unknown, b: unknown): number => Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));

export const minText = (rows: Rows): unknown => present(rows).sort(byBytes)[0] ?? null;
export const maxText = (rows: Rows): unknown => present(rows).sort(byBytes).at(-1) ?? null;
