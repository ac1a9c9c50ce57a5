import { windowText } from '../window/window.ts';
import type { JoinKeys } from './joined-columns.ts';
import { hiddenIndex, type Named, type Plan } from './plan.ts';

/** The plan as indented text, the source last. */
export function explainPlan(plan: Plan): string {
  return linesOf(plan, '').join('\n');
}

function linesOf(plan: Plan, indent: string): string[] {
  const line = `${indent}${nodeText(plan)}`;
  if (plan.op !== 'source') return [line, ...linesOf(plan.input, `${indent}  `)];
  if (!plan.joins) return [line];
  const { left, right } = plan.joins;
  const side = (name: string, input: Plan): string[] => [`${indent}  ${name}`, ...linesOf(input, `${indent}    `)];
  return [line, ...side('left', left), ...side('right', right)];
}

/** `symbol, place = airport`. */
export const keysText = ({ left, right }: JoinKeys): string =>
  left.map((name, at) => (name === right[at] ? name : `${name} = ${right[at]}`)).join(', ');

/** One step of a plan, as text. */
export function nodeText(plan: Plan): string {
  // 0 marks names of hidden columns; numbers that tell users' functions apart are not the same the next time
  return stepText(plan)
    .replaceAll('\u0000', '')
    .replaceAll(/#\d+\(/g, '(');
}

function stepText(plan: Plan): string {
  const named = (items: readonly Named[]): string =>
    items
      .map(({ name, expression: { key } }) => (key === name.replace('\u0000', '') ? key : `${name} = ${key}`))
      .join(', ');
  switch (plan.op) {
    case 'source':
      if (plan.joins) return plan.joins.text;
      return `source ${plan.schema}${plan.index === null ? '' : ` index ${plan.index}`}`;
    case 'filter':
      return `filter ${plan.predicate.key}`;
    case 'project':
      return `project ${named(plan.columns.filter(({ name }) => name !== hiddenIndex))}`;
    case 'scan':
      return `scan ${plan.text}`;
    case 'batches':
      return plan.text;
    case 'merge':
      return `merge ${plan.how} on ${keysText(plan.keys)} with ${plan.table}`;
    case 'broadcast':
      return `broadcast ${plan.aggregate.written.map(({ expression }) => expression.key).join(', ')} over ${windowText(plan.aggregate.window)}`;
    case 'aggregate': {
      const by = plan.keys.length > 0 ? ` by ${named(plan.keys)}` : '';
      const panes = plan.panes === 'accumulating' ? '' : ` ${plan.panes}`;
      return `aggregate ${named(plan.written)}${by} over ${windowText(plan.window)}, emit ${plan.emit}${panes}`;
    }
    case 'late':
      return 'late rows';
  }
}
