import { AGGREGATIONS } from '../aggregate/aggregations.ts';
import { OptionError } from '../errors.ts';
import { argumentsOf } from '../expr/aggregates.ts';
import {
  type AggregateCall,
  aggregate,
  aggregateWith,
  call,
  column,
  columnsOf,
  type Expression,
  literal,
} from '../expr/expression.ts';
import { mapExpression } from '../expr/map.ts';
import { typeOf } from '../expr/type-of.ts';
import { ROLLINGS, type RollingKind } from '../rolling/rollings.ts';
import type { ScanKind } from '../scan/scan.ts';
import { scanNamed } from '../scan/scans.ts';
import { isNumeric, sameType } from '../schema/data-type.ts';
import { Schema } from '../schema/schema.ts';
import { isEventTime, type WindowScheme, windowText } from '../window/window.ts';
import { aggregatePlan } from './aggregate-plan.ts';
import type { AggregatePlan, BroadcastPlan, Plan } from './plan.ts';
import { refuseKeys, rollingPlan, scanPlan } from './scan-plan.ts';

/** Whether an aggregation (and not only remembering columns) stands in the expression. */
export function isAggregated(expression: Expression): boolean {
  if (expression.kind === 'aggregate') return isScan(expression) ? expression.args.some(isAggregated) : true;
  return expression.kind === 'call' && expression.args.some(isAggregated);
}

/** Whether the expression has a value for each row, and not one for all of them. */
export function isRowWise(expression: Expression): boolean {
  if (expression.kind === 'column') return true;
  if (expression.kind === 'aggregate') return isScan(expression);
  return expression.kind === 'call' && expression.args.some(isRowWise);
}

/** Whether it is a remembering column, and no aggregation. */
export const isScan = (node: AggregateCall): boolean =>
  node.scan !== undefined ||
  node.name in shorthands ||
  scanNamed(node.name) !== undefined ||
  rollingKindOf(node) !== undefined;

/**
 * The expression with all that it remembers remembered by group.
 *
 * @throws OptionError when it remembers nothing, or an aggregation stands in it
 */
export function keyedBy(expression: Expression, by: readonly Expression[], verb: string): Expression {
  let found = false;
  const keyed = (part: Expression): Expression =>
    mapExpression(part, node => {
      if (node.kind !== 'aggregate') return undefined;
      if (!isScan(node)) {
        throw new OptionError(
          'by',
          `${verb}: ${node.key} is one value for all rows; group the frame, as in groupby('k').agg({ … })`,
        );
      }
      if (node.scan) return { ...node, ...aggregate(node.name, node.args.map(keyed), node.parameters) };
      found = true;
      return { ...node, ...aggregate(node.name, node.args.map(keyed), node.parameters, by) };
    });
  const result = keyed(expression);
  if (found) return result;
  throw new OptionError(
    'by',
    `${verb}: ${expression.key} remembers nothing; put it behind rolling(), cumsum(), shift() and the like`,
  );
}

/** The value some rows before that of a `diff` or `pct_change`. */
const before = ({ args: [x, n], parameters, by }: AggregateCall): Expression =>
  aggregate('shift', [x!, n ?? literal(Number(parameters['n'] ?? parameters['periods'] ?? 1))], {}, by);

/** Remembering columns that are made of others. */
const shorthands: Readonly<Record<string, (node: AggregateCall) => Expression>> = /* @__PURE__ */ Object.freeze({
  diff: (node: AggregateCall) => call('sub', [node.args[0]!, before(node)]),
  pct_change: (node: AggregateCall) => call('sub', [call('div', [node.args[0]!, before(node)]), literal(1)]),
});

/** The aggregation of each row's window that is called so, as in `rolling_mean`. */
const rollingKindOf = ({ name, rolling }: AggregateCall): RollingKind | undefined => {
  const own = name.startsWith('rolling_') ? name.slice('rolling_'.length) : '';
  return rolling ?? (Object.hasOwn(ROLLINGS, own) ? ROLLINGS[own] : undefined);
};

/**
 * Takes the remembering columns (`cumsum(x)`, `shift(x)`, `rolling_mean(x, 20)`) out of expressions: they are computed by plan nodes
 * under `input`, as hidden columns that the expressions then read.
 *
 * @param spread where rows are computed, aggregations too become hidden columns, the same for all rows of a batch: those over this window
 */
export function withScans(
  input: Plan,
  expressions: readonly Expression[],
  verb: string,
  spread: WindowScheme | null = null,
): { readonly input: Plan; readonly expressions: readonly Expression[] } {
  let plan = input;
  const rewrite = (expression: Expression): Expression =>
    mapExpression(expression, node => {
      if (node.kind !== 'aggregate') return undefined;
      const shorthand = shorthands[node.name];
      if (shorthand) return rewrite(shorthand(node));
      if (!isScan(node)) {
        refuseKeys(node, verb);
        const inner = { ...node, ...aggregate(node.name, node.args.map(rewrite), node.parameters) };
        if (!spread) return inner;
        const name = `\u0000${node.key}`;
        if (!plan.schema.has(name)) plan = broadcastPlan(plan, name, inner, spread, verb);
        return column(name);
      }
      const by = node.by?.map(rewrite);
      const given: AggregateCall = { ...node, args: node.args.map(rewrite), ...(by && { by }) };
      const name = `\u0000${node.key}`;
      const kind = columnKindOf(given, plan, verb);
      const rolling = rollingKindOf(node);
      if (!kind && rolling) {
        if (!plan.schema.has(name)) plan = rollingPlan(plan, name, given, rolling, verb);
        return column(name);
      }
      if (rolling?.counts && given.args.length > 0) {
        // as pandas: a row without a value counts as 0, and towards minPeriods
        const { args, parameters } = argumentsOf(given, kind!, verb);
        const { n, minPeriods } = parameters;
        const least = Number.isNaN(minPeriods) ? 0 : minPeriods!;
        return rewrite(aggregate('rolling_sum', [call('notna', [args[0]!])], { n: n!, minPeriods: least }));
      }
      const { args } = argumentsOf(given, kind!, verb);
      const shown = kind!.shown?.(args.map(arg => typeOf(arg, plan.schema, verb)));
      if (!plan.schema.has(name)) plan = scanPlan(plan, name, given, kind!, verb);
      const result = column(name);
      return shown && !sameType(shown, plan.schema.field(name).type) ? call('cast', [result], shown) : result;
    });
  const rewritten = expressions.map(rewrite);
  return { input: plan, expressions: rewritten };
}

/**
 * The kind of a column that is computed by itself. Columns over windows of all rows have such kinds where there are kernels that go over
 * whole batches: for the commonest aggregations, of numbers.
 */
function columnKindOf(node: AggregateCall, { schema }: Plan, verb: string): ScanKind | undefined {
  const kind = node.scan ?? scanNamed(node.name);
  if (!kind || !rollingKindOf(node)) return kind;
  const [x] = node.args;
  if (node.by || !x) return undefined;
  const type = typeOf(x, schema, verb);
  return kind.name === 'rolling_count' || isNumeric(type) || type.kind === 'bool' ? kind : undefined;
}

/** `input` with the result of an aggregation over it; aggregations of the same rows share one node. */
function broadcastPlan(
  input: Plan,
  name: string,
  expression: Expression,
  window: WindowScheme,
  verb: string,
): BroadcastPlan {
  if (isEventTime(window)) {
    throw new OptionError(
      'window',
      `${verb}: ${expression.key} over ${windowText(window)} is known when the window closes, after its rows; take it by itself, and mergeAsof its frame with the rows`,
    );
  }
  const joins =
    input.op === 'broadcast' &&
    input.aggregate.window === window &&
    [...columnsOf(expression)].every(read => input.input.schema.has(read));
  const from = joins ? input.input : input;
  const others = joins ? input.aggregate.results.map((_, at) => ({ name: input.aggregate.schema.names[at]! })) : [];
  const results = joins
    ? [...others.map((one, at) => ({ ...one, expression: sourceOf(input.aggregate, at) })), { name, expression }]
    : [{ name, expression }];
  const result = aggregatePlan(from, { window, keys: [], results }, verb);
  const { schema, index, visible, mode } = from;
  return {
    op: 'broadcast',
    input: from,
    aggregate: result,
    schema: new Schema([...schema.fields, ...result.schema.fields]),
    index,
    visible,
    mode,
  };
}

/** What was aggregated for a result of a broadcast: each is one aggregation as it is. */
function sourceOf({ aggregates }: AggregatePlan, at: number): Expression {
  const { aggregation, args, parameters } = aggregates[at]!;
  return AGGREGATIONS[aggregation.name] === aggregation
    ? aggregate(aggregation.name, args, parameters)
    : aggregateWith(aggregation, args, parameters);
}
