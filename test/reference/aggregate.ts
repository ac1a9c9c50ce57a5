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
