// Every aggregation over every sort of column as its text, with the plain twin: what it is of the rows which are there, oldest first.
import { type DataType, dictionary, f64, i64, u8, utf8 } from '../../src/schema/data-type.ts';
import { compareCells } from '../aggregate/window-laws.ts';
import * as plain from './aggregate.ts';
import { mode, quantile } from './order.ts';

/** A row as it is emitted; what a batch gives for it. */
export type Row = Readonly<Record<string, any>> & { readonly at: number; readonly k: string };
export type Answer = Readonly<Record<string, unknown>>;
type Twin = (rows: readonly Row[]) => unknown;

/** The twin of an aggregation, over these columns. */
const over =
  (names: string, of: (rows: plain.Rows) => unknown): Twin =>
  rows =>
    of(rows.map(row => names.split(', ').map(name => row[name])));

const sorted = (rows: plain.Rows): number[] => plain.numbers(rows).sort((a, b) => a - b);
/** What a cell is counted as: 0 for -0, ticks for a time. */
const cellOf = (cell: unknown): unknown =>
  cell instanceof Date ? cell.getTime() : typeof cell === 'number' ? cell + 0 : cell;
const distinct = (rows: plain.Rows): bigint => BigInt(new Set(plain.present(rows).map(cellOf)).size);
const middle = (rows: plain.Rows, q: number): number | null => quantile(sorted(rows), q);
const counted = (rows: plain.Rows): bigint => BigInt(plain.present(rows).length);

/** Aggregations of numbers and bool; `type` is that of sums. */
const ofNumbers = (name: string, type: DataType): Record<string, Twin> => ({
  [`sum(${name})`]: over(name, rows => plain.sum(rows, [type])),
  [`mean(${name})`]: over(name, rows => plain.mean(rows, [type])),
  [`prod(${name})`]: over(name, rows => plain.prod(rows, [type])),
  [`var(${name})`]: over(name, plain.variance(1)),
  [`var(${name}, ddof=0)`]: over(name, plain.variance(0)),
  [`std(${name})`]: over(name, plain.std),
  [`sem(${name})`]: over(name, plain.sem),
  [`skew(${name})`]: over(name, plain.skew),
  [`kurt(${name})`]: over(name, plain.kurt),
  [`median(${name})`]: over(name, rows => middle(rows, 0.5)),
  [`quantile(${name}, 0.3)`]: over(name, rows => middle(rows, 0.3)),
  [`any(${name})`]: over(name, plain.any),
  [`all(${name})`]: over(name, plain.all),
});

/** Aggregations that give a value of the column, and counts. */
const ofAny = (name: string, less: (a: any, b: any) => number): Record<string, Twin> => {
  const least = (rows: plain.Rows): unknown[] => plain.present(rows).sort(less);
  return {
    [`count(${name})`]: over(name, counted),
    [`nunique(${name})`]: over(name, distinct),
    [`first(${name})`]: over(name, plain.first),
    [`last(${name})`]: over(name, plain.last),
    [`nth(${name}, 1)`]: over(name, rows => plain.present(rows)[1] ?? null),
    [`nth(${name}, -2)`]: over(name, rows => plain.present(rows).at(-2) ?? null),
    [`min(${name})`]: over(name, rows => least(rows)[0] ?? null),
    [`max(${name})`]: over(name, rows => least(rows).at(-1) ?? null),
    [`mode(${name})`]: over(name, rows => modeOf(rows, less)),
  };
};

/** Times are counted by their ticks. */
function modeOf(rows: plain.Rows, less: (a: any, b: any) => number): unknown {
  const there = plain.present(rows);
  const found = mode(there.map(cellOf), less);
  return found === undefined ? null : there.find(cell => cellOf(cell) === found);
}

const byValue = (a: any, b: any): number => (a < b ? -1 : a > b ? 1 : 0);
const byBytes = (type: DataType) => (a: unknown, b: unknown) => compareCells(type, a, b);

/** The middle of times, as a time: to the nearest tick. */
const middleTime = (rows: plain.Rows): Date | null => {
  const seconds = quantile(
    sorted(rows).map(ms => ms / 1000),
    0.5,
    'lower',
  );
  return seconds === null ? null : new Date(seconds * 1000);
};

export const answers: Readonly<Record<string, Twin>> = {
  'size()': rows => BigInt(rows.length),
  ...ofNumbers('x', f64()),
  ...ofNumbers('i', i64()),
  ...ofNumbers('u', u8()),
  ...ofNumbers('b', i64()),
  ...ofAny('x', byValue),
  ...ofAny('i', byValue),
  ...ofAny('u', byValue),
  ...ofAny('b', byValue),
  ...ofAny('t', byValue),
  ...ofAny('s', byBytes(utf8())),
  ...ofAny('d', byBytes(dictionary())),
  "quantile(t, 0.5, 'lower')": over('t', middleTime),
  'corr(x, i)': over('x, i', plain.corr),
  'cov(x, i)': over('x, i', plain.cov),
  'cov(u, b)': over('u, b', plain.cov),
  'argmin(x, i)': over('x, i', plain.argmin),
  'argmax(x, i)': over('x, i', plain.argmax),
  'argmin(s, x)': over('s, x', plain.argmin),
  'argmax(d, u)': over('d, u', plain.argmax),
  'argmax(t, u)': over('t, u', plain.argmax),
};

/** Of rolling windows: numbers and bool give floats, so that a product does not wrap. */
export const eachRowsAnswers: typeof answers = {
  ...answers,
  ...Object.fromEntries(
    ['i', 'u', 'b'].map(name => [
      `prod(${name})`,
      over(name, rows =>
        plain.prod(
          rows.map(([cell]) => [cell === null ? null : Number(cell)]),
          [f64()],
        ),
      ),
    ]),
  ),
};
