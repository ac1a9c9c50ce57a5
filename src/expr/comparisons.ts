import {
  bool,
  type DataType,
  i32,
  i64,
  isInteger,
  isNumeric,
  isTemporal,
  isText,
  timestamp,
  typeText,
} from '../schema/data-type.ts';
import { type Core, core, coreLiteral } from './core.ts';
import type { Constant, Expression, Literal } from './expression.ts';
import { literalAs, temporalLiteral } from './literal.ts';
import type { Operands } from './operands.ts';
import { commonType, fits, literalTypeBeside, rangeOf } from './promote.ts';

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

const flipped: Readonly<Record<Comparison, Comparison>> = /* @__PURE__ */ Object.freeze({
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
});

/** A comparison of two numbers, texts, times or bools, in the type of the column beside a constant. */
export function comparison(of: Operands, op: Comparison, a: Expression, b: Expression): Core {
  if (a.kind === 'literal' && b.kind !== 'literal') return comparison(of, flipped[op], b, a);
  const left = of.typeOf(a);
  const right = of.typeOf(b);
  if (left === null || right === null) return coreLiteral(bool(), op === 'ne');
  if (isTemporal(left) || isTemporal(right)) return compareTimes(of, op, a, b, left, right);
  if (isText(left) && isText(right)) return compareTexts(of, op, a, b);
  if (left.kind === 'bool' && right.kind === 'bool') {
    const pair = [of.elaborate(a), of.elaborate(b)];
    if (op === 'eq' || op === 'ne') return core(op, bool(), pair);
    return core(
      op,
      bool(),
      pair.map(side => of.as(side, i32())),
    );
  }
  if (b.kind === 'literal' && isInteger(left) && isNumeric(right)) {
    return compareInteger(of, op, of.elaborate(a), b.value as number | bigint);
  }
  const number = (type: DataType): boolean => isNumeric(type) || type.kind === 'bool';
  if (!number(left)) of.wrong(op, 'a number', a, left);
  if (!number(right)) of.wrong(op, 'a number', b, right);
  const [x, y] = of.numbers(op, a, b, commonType, literalTypeBeside);
  return core(op, bool(), [x, y]);
}

/** An integer column and any constant number, without leaving the column's type: x < 2.5 is x ≤ 2. */
function compareInteger(_of: Operands, op: Comparison, x: Core, constant: number | bigint): Core {
  const never = (answer: boolean): Core =>
    answer && op !== 'ne' ? core('notNull', bool(), [x]) : coreLiteral(bool(), answer);
  if (typeof constant === 'number' && Number.isNaN(constant)) return never(op === 'ne');
  const [low, high] = rangeOf(x.type);
  if (constant > high) return never(op === 'lt' || op === 'le' || op === 'ne');
  if (constant < low) return never(op === 'gt' || op === 'ge' || op === 'ne');
  if (typeof constant === 'number' && !Number.isInteger(constant)) {
    if (op === 'eq' || op === 'ne') return never(op === 'ne');
    const down = literalAs(BigInt(Math.floor(constant)), x.type);
    // below the smallest value after rounding: u8 > -0.5
    if (!down) return never(op === 'gt' || op === 'ge');
    return core(op === 'lt' || op === 'le' ? 'le' : 'gt', bool(), [x, down]);
  }
  return core(op, bool(), [x, literalAs(BigInt(constant), x.type)!]);
}

function compareTexts(of: Operands, op: Comparison, a: Expression, b: Expression): Core {
  if (b.kind === 'literal' && a.kind !== 'literal') {
    return core(op, bool(), [of.elaborate(a)], { set: [b.value as string] });
  }
  return core(op, bool(), [of.text(of.elaborate(a)), of.text(of.elaborate(b))]);
}

function compareTimes(
  of: Operands,
  op: Comparison,
  a: Expression,
  b: Expression,
  left: DataType,
  right: DataType,
): Core {
  if (!isTemporal(left)) return of.wrong(op, typeText(right), a, left);
  const x = of.elaborate(a);
  if (b.kind === 'literal') {
    const constant = temporalLiteral(b.value, left);
    if (!constant)
      of.fail(`${op}() can't read ${b.key} as ${typeText(left)}; write '2001-01-31' or '2001-01-31T12:00:00'`);
    const { value, exact } = constant!;
    if (!fits(value, left.kind === 'date32' ? i32() : i64())) of.fail(`${op}(): ${b.key} is outside ${typeText(left)}`);
    if (!exact && (op === 'eq' || op === 'ne')) return coreLiteral(bool(), op === 'ne');
    const rounded = exact ? op : op === 'lt' || op === 'le' ? 'le' : 'gt';
    return core(rounded, bool(), [x, coreLiteral(left, left.kind === 'date32' ? Number(value) : value)]);
  }
  if (!isTemporal(right)) of.wrong(op, typeText(left), b, right);
  const type = finerTime(left, right);
  return core(op, bool(), [of.as(x, type), of.as(of.elaborate(b), type)]);
}

/** Whether a value is one of these constants. */
export function isIn(of: Operands, a: Expression, list: readonly Expression[]): Core {
  const x = of.elaborate(a);
  const set: (number | bigint | string | boolean)[] = [];
  for (const item of list) {
    if (item.kind !== 'literal') of.fail(`isIn() takes constants, not ${item.key}`);
    const { value } = item as Literal;
    if (value === null) continue;
    const constant = member(of, x.type, value);
    if (constant !== null && constant !== undefined && !set.includes(constant)) set.push(constant);
  }
  return set.length === 0 ? coreLiteral(bool(), false) : core('isIn', bool(), [x], { set });
}

/** The constant as `type` stores it; undefined when no cell can equal it. */
function member(of: Operands, type: DataType, value: Constant): number | bigint | string | boolean | null | undefined {
  if (isTemporal(type)) {
    const constant = temporalLiteral(value, type);
    if (!constant) of.fail(`isIn() can't read ${String(value)} as ${typeText(type)}`);
    return constant!.exact ? (type.kind === 'date32' ? Number(constant!.value) : constant!.value) : undefined;
  }
  const right = isText(type)
    ? typeof value === 'string'
    : type.kind === 'bool'
      ? typeof value === 'boolean'
      : typeof value === 'number' || typeof value === 'bigint';
  if (!right || type.kind === 'binary')
    of.fail(`isIn() looks for ${String(value)} in a column of type ${typeText(type)}`);
  return literalAs(value, type)?.value;
}

function finerTime(a: DataType, b: DataType): DataType {
  const order = ['s', 'ms', 'us', 'ns'];
  const rank = (type: DataType): number => (type.kind === 'timestamp' ? order.indexOf(type.unit) : -1);
  if (rank(a) < 0 && rank(b) < 0) return a;
  return timestamp((['s', 'ms', 'us', 'ns'] as const)[Math.max(rank(a), rank(b))]!);
}
