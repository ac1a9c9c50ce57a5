import { aggregate, call, column, type Expression, literal } from '../expr/expression.ts';
import { mapExpression } from '../expr/map.ts';
import { typeOf } from '../expr/type-of.ts';
import { scanNamed } from '../scan/scans.ts';
import { sameType } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import { callParts } from './call-parts.ts';
import { indexOf, type Plan, type ScanPlan } from './plan.ts';

/** Whether an aggregation (and not only remembering columns) stands in the expression. */
export function isAggregated(expression: Expression): boolean {
  if (expression.kind === 'aggregate') return isScan(expression.name) ? expression.args.some(isAggregated) : true;
  return expression.kind === 'call' && expression.args.some(isAggregated);
}

const isScan = (name: string): boolean => name in shorthands || scanNamed(name) !== undefined;

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
 */
export function withScans(
  input: Plan,
  expressions: readonly Expression[],
  verb: string,
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
      const kind = scanNamed(node.name);
      if (!kind) return aggregate(node.name, node.args.map(rewrite), node.parameters);
      const { args, parameters } = callParts({ ...node, args: node.args.map(rewrite) }, kind, verb);
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
