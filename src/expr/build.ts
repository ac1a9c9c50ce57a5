import { type Constant, call, type Expression, isExpression, literal } from './expression.ts';
import type { Op } from './ops.ts';

/** What may stand where an expression is wanted: constants become literals. */
export type Operand = Expression | Constant;

/** @throws TypeError for anything that is neither an expression nor a constant */
export function operand(value: Operand): Expression {
  if (isExpression(value)) return value;
  if (value === null || value instanceof Date || /^(number|bigint|string|boolean)$/.test(typeof value)) {
    return literal(value as Constant);
  }
  throw new TypeError(`expression: ${String(value)} is neither a column, an expression nor a constant`);
}

/** An operation by name: `apply('add', x, 1)`. */
export const apply = (op: Op, ...args: readonly Operand[]): Expression => call(op, args.map(operand));

type Unary = (x: Operand) => Expression;
type Binary = (a: Operand, b: Operand) => Expression;

export const add: Binary = (a, b) => apply('add', a, b);
export const sub: Binary = (a, b) => apply('sub', a, b);
export const mul: Binary = (a, b) => apply('mul', a, b);
/** Always float64. */
export const div: Binary = (a, b) => apply('div', a, b);
/** Rounded down; of an integer column by an integer constant an integer, else float64. */
export const floordiv: Binary = (a, b) => apply('floordiv', a, b);
/** Remainder with the divisor's sign. */
export const mod: Binary = (a, b) => apply('mod', a, b);
export const pow: Binary = (a, b) => apply('pow', a, b);
export const least: Binary = (a, b) => apply('least', a, b);
export const greatest: Binary = (a, b) => apply('greatest', a, b);
export const eq: Binary = (a, b) => apply('eq', a, b);
export const ne: Binary = (a, b) => apply('ne', a, b);
export const lt: Binary = (a, b) => apply('lt', a, b);
export const le: Binary = (a, b) => apply('le', a, b);
export const gt: Binary = (a, b) => apply('gt', a, b);
export const ge: Binary = (a, b) => apply('ge', a, b);
export const and: Binary = (a, b) => apply('and', a, b);
export const or: Binary = (a, b) => apply('or', a, b);
export const xor: Binary = (a, b) => apply('xor', a, b);
export const not: Unary = x => apply('not', x);
export const neg: Unary = x => apply('neg', x);
export const abs: Unary = x => apply('abs', x);
/** Halves to the even neighbour; negative decimals round to tens, hundreds, … */
export const round = (x: Operand, decimals = 0): Expression => apply('round', x, decimals);
export const isNull: Unary = x => apply('isNull', x);
export const notNull: Unary = x => apply('notNull', x);
export const isNan: Unary = x => apply('isNaN', x);
/** In place of nulls; NaN stays. */
export const fillNull: Binary = (x, filler) => apply('fillNull', x, filler);
/** In place of nulls and NaN. */
export const fillna: Binary = (x, filler) => apply('fillna', x, filler);
/** `low <= x <= high`. */
export const between = (x: Operand, low: Operand, high: Operand): Expression => apply('between', x, low, high);
export const isIn = (x: Operand, values: Iterable<Constant>): Expression => apply('isIn', x, ...values);
/** `yes` where the condition is true, else (false or null) `no`. */
export const ifElse = (condition: Operand, yes: Operand, no: Operand): Expression =>
  apply('ifElse', condition, yes, no);
/** Between the bounds; null is no bound. */
export const clip = (x: Operand, low: Operand, high: Operand): Expression => apply('clip', x, low, high);
