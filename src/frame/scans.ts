import { AGGREGATIONS } from '../aggregate/aggregations.ts';
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
import { scanNamed } from '../scan/scans.ts';
import { sameType } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import type { WindowScheme } from '../window/window.ts';
import { type AggregatePlan, aggregatePlan, type BroadcastPlan, indexOf, type Plan, type ScanPlan } from './plan.ts';

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

const isScan = ({ name, scan }: AggregateCall): boolean =>
  scan !== undefined || name in shorthands || scanNamed(name) !== undefined;

/** Remembering columns that are made of others. */
const shorthands: Readonly<Record<string, (x: Expression, n: Expression) => Expression>> =
  /* @__PURE__ */ Object.freeze({
    diff: (x: Expression, n: Expression) => call('sub', [x, aggregate('shift', [x, n])]),
    pct_change: (x: Expression, n: Expression) =>
      call('sub', [call('div', [x, aggregate('shift', [x, n])]), literal(1)]),
  });

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
      if (shorthand) {
        const n = node.args[1] ?? literal(Number(node.parameters['n'] ?? node.parameters['periods'] ?? 1));
        return rewrite(shorthand(node.args[0]!, n));
      }
      const kind = node.scan ?? scanNamed(node.name);
      if (!kind) {
        const inner = { ...node, ...aggregate(node.name, node.args.map(rewrite), node.parameters) };
        if (!spread) return inner;
        const name = `\u0000${node.key}`;
        if (!plan.schema.has(name)) plan = broadcastPlan(plan, name, inner, spread, verb);
        return column(name);
      }
      const { args, parameters } = argumentsOf({ ...node, args: node.args.map(rewrite) }, kind, verb);
      if (kind.name === 'rolling_count') {
        // as pandas: a row without a value counts as 0, and towards minPeriods
        const { n, minPeriods } = parameters;
        const least = Number.isNaN(minPeriods) ? 0 : minPeriods!;
        return rewrite(aggregate('rolling_sum', [call('notna', [args[0]!])], { n: n!, minPeriods: least }));
      }
      const name = `\u0000${node.key}`;
      const types = args.map(arg => typeOf(arg, plan.schema, verb));
      if (!plan.schema.has(name)) {
        const inputs = kind.inputs(types);
        if (kind.needsIndex?.(parameters)) indexOf(plan, node.name);
        const cast = args.map((arg, at) =>
          sameType(types[at]!, inputs[at]!) ? arg : call('cast', [arg], inputs[at]!),
        );
        plan = scanPlan(plan, { name, kind, args: cast, types: inputs, parameters, text: node.key });
      }
      const shown = kind.shown?.(types);
      const result = column(name);
      return shown && !sameType(shown, plan.schema.field(name).type) ? call('cast', [result], shown) : result;
    });
  const rewritten = expressions.map(rewrite);
  return { input: plan, expressions: rewritten };
}

function scanPlan(input: Plan, scan: ScanPlan['scan']): ScanPlan {
  const { schema, index, visible, mode } = input;
  const result = field(scan.name, scan.kind.result(scan.types));
  return { op: 'scan', input, scan, schema: new Schema([...schema.fields, result]), index, visible, mode };
}

/** `input` with the result of an aggregation over it; aggregations of the same rows share one node. */
function broadcastPlan(
  input: Plan,
  name: string,
  expression: Expression,
  window: WindowScheme,
  verb: string,
): BroadcastPlan {
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
