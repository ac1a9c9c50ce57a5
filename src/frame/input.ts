import type { Aggregation } from '../aggregate/accumulator.ts';
import { isAggregation } from '../aggregate/aggregations.ts';
import { OptionError } from '../errors.ts';
import { aggregate, aggregateWith, column, type Expression, isExpression, literal } from '../expr/expression.ts';
import { parse, parseAssignments } from '../expr/parse.ts';
import { type Schema, unknownColumn } from '../schema/schema.ts';
import { everything, sameWindow, type WindowScheme, windowText } from '../window/window.ts';
import type { DataFrameBase } from './data-frame.ts';
import type { Named } from './plan.ts';
import { presentKey } from './present-key.ts';
import { isAggregated } from './scans.ts';
import { Series } from './series.ts';

/** Turns what users write for a column into an expression over `frame`. @throws OptionError for what can't be one */
export function expressionOf(
  input: unknown,
  frame: DataFrameBase<any>,
  verb: string,
  window: WindowScheme = everything,
): Expression {
  if (typeof input === 'string') return parse(input, { verb });
  return operandOf(typeof input === 'function' ? input(rowScope(frame, verb)) : input, frame, verb, window);
}

/** What a user's function gets for `t`: the frame, whose unknown columns are errors that say so, not `undefined`. */
const rowScope = (frame: DataFrameBase<any>, verb: string): DataFrameBase<any> =>
  new Proxy(frame, {
    get(target, name) {
      if (typeof name === 'string' && !(name in target)) throw unknownColumn(verb, name, target.schema);
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** When results come out is said to the verb that makes them. @throws OptionError when an aggregation inside was told it */
export function refuseSettings({ settings, name }: Series<any>, verb: string): void {
  const [option] = Object.keys(settings);
  if (option === undefined) return;
  throw new OptionError(
    option,
    `${verb}: "${option}" of ${name} says when results come out, and here it is a part of others; give it to agg, as in agg({ … }, { ${option}: … }), or to a result that stands alone`,
  );
}

function operandOf(input: unknown, frame: DataFrameBase<any>, verb: string, window: WindowScheme): Expression {
  if (input instanceof Series) {
    if (isAggregated(input.expression) && input.scope !== everything && !sameWindow(input.scope, window)) {
      throw new OptionError(
        'window',
        `${verb}: ${input.name} is over ${windowText(input.scope)}, not ${windowText(window)}; take it by itself, as in series.toFrame('name')`,
      );
    }
    refuseSettings(input, verb);
    if (input.frame.plan === frame.plan) return input.expression;
    throw new OptionError(
      'series',
      `${verb}: the series ${input} belongs to another frame; write it as a function of this one, t => t.${input.name}`,
    );
  }
  if (isExpression(input)) return input;
  if (input === null || ['number', 'bigint', 'boolean', 'string'].includes(typeof input) || input instanceof Date) {
    return literal(input as number);
  }
  if (typeof input === 'object' && 'plan' in input) {
    throw new OptionError(
      'column',
      `${verb}: a frame makes no column; give one of its series, and your own aggregations as t.x.aggregate(userAggregation(mean))`,
    );
  }
  throw new OptionError(
    'column',
    `${verb}: ${typeof input} makes no column; give a series, a function such as t => t.price, text or a constant`,
  );
}

/** `'a = x + 1, b = y'`, or an object of columns, as a list. */
export function namedOf(
  input: unknown,
  frame: DataFrameBase<any>,
  verb: string,
  window: WindowScheme = everything,
): Named[] {
  if (typeof input === 'string') return parseAssignments(input, { verb });
  if (typeof input !== 'object' || input === null) {
    throw new OptionError(
      'columns',
      `${verb}: give an object such as { total: t => t.price.mul(t.qty) }, or text 'total = price * qty'`,
    );
  }
  return Object.entries(input).map(([name, value]) => ({ name, expression: expressionOf(value, frame, verb, window) }));
}

/** As `namedOf`, with pandas' short form: `{ price: 'mean' }` is `{ price: 'mean(price)' }`, also for aggregations as values. */
export function aggregatesOf(input: unknown, frame: DataFrameBase<any>, verb: string, window: WindowScheme): Named[] {
  if (typeof input === 'object' && input !== null) {
    const parts = Object.entries(input).map(([name, value]) =>
      isValue(value) ? [name, aggregateWith(value, [frame.col(name).expression])] : [name, value],
    );
    input = Object.fromEntries(parts);
  }
  return namedOf(input, frame, verb, window).map(({ name, expression }) => {
    const bare = expression.kind === 'column' && !frame.schema.has(expression.name) && isAggregation(expression.name);
    return {
      name,
      expression: bare && frame.schema.has(name) ? aggregate(expression.name, [column(name)]) : expression,
    };
  });
}

const isValue = (value: unknown): value is Aggregation =>
  typeof value === 'object' && value !== null && 'resultType' in value;

/** Keys of a groupby: names, series, functions, texts. An expression's key is named by its text. */
export function keysOf(input: unknown, frame: DataFrameBase<any>, more: readonly unknown[] = []): Named[] {
  if (more.length > 0)
    throw new OptionError('keys', "groupby: give several keys as one array, as in groupby(['a', 'b'])");
  const list = Array.isArray(input) ? input : [input];
  return list.map(key => {
    if (typeof key === 'string' && frame.schema.has(key)) return keyOf(key, column(key), frame);
    if (typeof key === 'string') {
      const expression = parse(key, { verb: 'groupby' });
      if (expression.kind === 'column') frame.schema.field(expression.name, 'groupby');
      return keyOf(key.trim(), expression, frame);
    }
    const expression = expressionOf(key, frame, 'groupby');
    const name = key instanceof Series ? key.name : expression.kind === 'column' ? expression.name : expression.key;
    return keyOf(name, expression, frame);
  });
}

const keyOf = (name: string, expression: Expression, frame: DataFrameBase<any>): Named => ({
  name,
  expression: presentKey(expression, frame.typeOf(expression)),
});

/** @throws SchemaError when a name is unknown */
export function columnNames(names: readonly string[], schema: Schema, verb: string): Named[] {
  return names.map(name => {
    schema.field(name, verb);
    return { name, expression: column(name) };
  });
}
