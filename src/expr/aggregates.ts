import type { Aggregation, Parameters } from '../aggregate/accumulator.ts';
import { nearest, SchemaError } from '../errors.ts';
import { type AggregateCall, call, column, type Expression } from './expression.ts';
import { arityText } from './ops.ts';

/** Expressions over results of aggregations, taken apart. */
export interface AggregateSplit {
  /** Each distinct call once, in order of appearance. */
  readonly calls: readonly AggregateCall[];
  /** The expressions with each call replaced by a column named by the call's key: to be bound over the results' schema. */
  readonly outer: readonly Expression[];
}

/**
 * Takes the aggregations out: `sum(a * b) / sum(b)` is the two calls and `` `sum((a * b))` / `sum(b)` ``.
 *
 * @throws SchemaError for an aggregation inside another's arguments
 */
export function splitAggregates(expressions: readonly Expression[], verb = 'agg'): AggregateSplit {
  const calls = new Map<string, AggregateCall>();
  const outside = (node: Expression): Expression => {
    if (node.kind === 'column' || node.kind === 'literal') return node;
    if (node.kind === 'call') return call(node.op, node.args.map(outside), node.to);
    const inner = node.args.find(hasAggregate);
    if (inner)
      throw new SchemaError(`${verb}: ${node.name}() can't aggregate ${inner.key}, which is aggregated already`);
    calls.set(node.key, node);
    return column(node.key);
  };
  const outer = expressions.map(outside);
  return { calls: [...calls.values()], outer };
}

/** Whether an aggregation occurs anywhere in the expression. */
export function hasAggregate(expression: Expression): boolean {
  if (expression.kind === 'aggregate') return true;
  return expression.kind === 'call' && expression.args.some(hasAggregate);
}

/**
 * Arguments and parameters of a call, as its aggregation takes them: constants behind the last argument are parameters in the
 * order of the aggregation's list, so `quantile(x, 0.9)` is `quantile(x, q=0.9)`.
 *
 * @throws SchemaError for too few or too many arguments, or a parameter that the aggregation lacks
 */
export function argumentsOf(
  { args, parameters }: AggregateCall,
  aggregation: Pick<Aggregation, 'name' | 'arity' | 'parameters'>,
  verb = 'agg',
): { args: readonly Expression[]; parameters: Parameters } {
  const { name } = aggregation;
  const [least, most] = aggregation.arity;
  const known = Object.keys(aggregation.parameters);
  const taken: Record<string, number | string | boolean> = { ...aggregation.parameters };
  for (const [i, arg] of args.slice(most).entries()) {
    const parameter = known[i];
    if (parameter === undefined || arg.kind !== 'literal' || arg.value === null || arg.value instanceof Date) {
      throw new SchemaError(`${verb}: ${name}() takes ${arityText(aggregation.arity)}, here are ${args.length}`);
    }
    taken[parameter] = typeof arg.value === 'bigint' ? Number(arg.value) : arg.value;
  }
  if (args.length < least)
    throw new SchemaError(`${verb}: ${name}() takes ${arityText(aggregation.arity)}, here are ${args.length}`);
  for (const [parameter, value] of Object.entries(parameters)) {
    if (!known.includes(parameter)) {
      const near = nearest(parameter, known);
      const list = known.length ? `it takes ${known.join(', ')}` : 'it takes none';
      throw new SchemaError(
        `${verb}: ${name}() has no parameter "${parameter}"; ${near ? `did you mean "${near}"?` : list}`,
      );
    }
    taken[parameter] = value;
  }
  return { args: args.slice(0, most), parameters: taken };
}
