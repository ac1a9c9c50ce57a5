import { call, type Expression } from './expression.ts';

/** The expression with every node for which `replace` gives another put in its place, from the top down. */
export function mapExpression(
  expression: Expression,
  replace: (node: Expression) => Expression | undefined,
): Expression {
  const replaced = replace(expression);
  if (replaced) return replaced;
  if (expression.kind !== 'call') return expression;
  return call(
    expression.op,
    expression.args.map(arg => mapExpression(arg, replace)),
    expression.to,
  );
}
