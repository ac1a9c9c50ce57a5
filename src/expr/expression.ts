import type { Aggregation } from '../aggregate/accumulator.ts';
import type { RollingKind } from '../rolling/rollings.ts';
import type { ScanKind } from '../scan/scan.ts';
import type { DataType } from '../schema/data-type.ts';
import { typeText } from '../schema/data-type.ts';
import type { Op } from './ops.ts';
import { ops } from './ops.ts';

/** What may stand in an expression as a constant. */
export type Constant = number | bigint | string | boolean | Date | null;

/** A column by name. */
export interface Column {
  readonly kind: 'column';
  readonly name: string;
  readonly key: string;
}

/** A constant. Its type gives way to the other operand's: `1` beside a float32 column is float32. */
export interface Literal {
  readonly kind: 'literal';
  readonly value: Constant;
  /** Written with a point or exponent: `2.0` makes an integer column float64, `2` does not. Numbers that are no integers always do. */
  readonly float?: true;
  readonly key: string;
}

/** A row-wise operation. */
export interface Call {
  readonly kind: 'call';
  readonly op: Op;
  readonly args: readonly Expression[];
  /** The type of a cast. */
  readonly to?: DataType;
  readonly key: string;
}

/** A value per window or group: `mean(delay)`. `parameters` are those given by name, as in `std(x, ddof=0)`. */
export interface AggregateCall {
  readonly kind: 'aggregate';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  /** Keys of the rows that a remembering column remembers: those of the same group. Absent: all rows. */
  readonly by?: readonly Expression[];
  /** A column computed by the user's own function; it has no name in texts. */
  readonly scan?: ScanKind;
  /** What computes it for the window of each row, when that has no name in texts. */
  readonly rolling?: RollingKind;
  /** What computes it, when it is no aggregation that has a name in texts. */
  readonly aggregation?: Aggregation;
  readonly key: string;
}

/**
 * An immutable tree. Equal trees have equal `key`s, whatever text or method calls made them; the key is also the
 * expression as text (`mul(price, qty)` is `(price * qty)`), which `parse` reads back.
 */
export type Expression = Column | Literal | Call | AggregateCall;

export const column = (name: string): Column => ({
  kind: 'column',
  name,
  key: /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) && !reserved.has(name) ? name : `\`${name.replaceAll('`', '``')}\``,
});

const reserved: ReadonlySet<string> = /* @__PURE__ */ new Set(
  'and or not in true false null True False None nan inf'.split(' '),
);

export const literal = (value: Constant): Literal => ({ kind: 'literal', value, key: literalText(value) });

/** A constant that is a float even when it is whole. */
export const float = (value: number): Literal => {
  const text = numberText(value);
  return { kind: 'literal', value, float: true, key: /^-?\d+$/.test(text) ? `${text}.0` : text };
};

export function call(op: Op, args: readonly Expression[], to?: DataType): Call {
  const key = callText(op, args, to);
  return to ? { kind: 'call', op, args, to, key } : { kind: 'call', op, args, key };
}

export function aggregate(
  name: string,
  args: readonly Expression[] = [],
  parameters: AggregateCall['parameters'] = {},
  by: readonly Expression[] = [],
): AggregateCall {
  const named = Object.entries(parameters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, value]) => `${word}=${literalText(value)}`);
  if (by.length > 0) named.push(`by=[${by.map(keyOf).join(', ')}]`);
  const key = `${name}(${[...args.map(keyOf), ...named].join(', ')})`;
  const bare: AggregateCall = { kind: 'aggregate', name, args, parameters, key };
  return by.length > 0 ? { ...bare, by } : bare;
}

/** A call of an aggregation that is given as a value; calls of the same one are equal. */
export function aggregateWith(
  aggregation: Aggregation,
  args: readonly Expression[],
  parameters: AggregateCall['parameters'] = {},
): AggregateCall {
  let number = numbers.get(aggregation);
  if (number === undefined) numbers.set(aggregation, (number = ++given));
  return { ...aggregate(`${aggregation.name}#${number}`, args, parameters), aggregation };
}

const numbers = /* @__PURE__ */ new WeakMap<Aggregation, number>();
let given = 0;

export const isExpression = (value: unknown): value is Expression =>
  typeof value === 'object' && value !== null && 'kind' in value && 'key' in value;

const keyOf = ({ key }: Expression): string => key;

function literalText(value: Constant): string {
  if (value instanceof Date) return `date('${value.toISOString()}')`;
  if (typeof value === 'string')
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  if (typeof value === 'number') return numberText(value);
  return String(value);
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return String(value);
}

function callText(op: Op, args: readonly Expression[], to: DataType | undefined): string {
  const { symbol } = ops[op];
  if (op === 'cast') return `cast(${args[0]!.key}, '${typeText(to!)}')`;
  if (op === 'isIn') return `(${args[0]!.key} in [${args.slice(1).map(keyOf).join(', ')}])`;
  // a sign binds looser than **
  if (op === 'pow' && args[0]!.key.startsWith('-')) return `((${args[0]!.key}) ** ${args[1]!.key})`;
  if (symbol && args.length === 2) return `(${args[0]!.key} ${symbol} ${args[1]!.key})`;
  if (op === 'neg') return `(-${args[0]!.key})`;
  if (op === 'not') return `(~${args[0]!.key})`;
  return `${ops[op].name}(${args.map(keyOf).join(', ')})`;
}

/** Names of the columns an expression reads, each once, in order of appearance. */
export function columnsOf(expression: Expression, names: Set<string> = new Set()): Set<string> {
  if (expression.kind === 'column') names.add(expression.name);
  else if (expression.kind !== 'literal') for (const arg of expression.args) columnsOf(arg, names);
  if (expression.kind === 'aggregate') for (const key of expression.by ?? []) columnsOf(key, names);
  return names;
}
