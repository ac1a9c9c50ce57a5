import type { Accumulator } from '../aggregate/accumulator.ts';
import { type Core, core } from '../expr/core.ts';
import { Elaborator } from '../expr/elaborate.ts';
import type { Expression } from '../expr/expression.ts';
import { canLoop, isUnbounded, Loop } from '../expr/loop.ts';
import type { LoopResult } from '../expr/loop-code.ts';
import type { Memory } from '../memory/memory.ts';
import type { FusedParts, FusedState } from './operators/fused.ts';
import type { AggregatePlan, FilterPlan, ProjectPlan } from './plan.ts';

type Step = FilterPlan | ProjectPlan;

/** A loop, and the steps before the aggregation that it does too. */
export type Fusion = Omit<FusedParts, 'operators'> & { readonly steps: readonly Step[] };

/** One state of an aggregation, with its arguments over the aggregation's input. */
export interface Fed {
  readonly accumulator: Accumulator;
  readonly args: readonly Expression[];
}

/**
 * What does an ungrouped aggregation in one loop, with as many filters and projections before it as a loop can do; null when there is none.
 */
export function fusionOf(plan: AggregatePlan, states: readonly Fed[], memory: Memory, owner: string): Fusion | null {
  const steps: Step[] = [];
  for (let before = plan.input; before.op === 'filter' || before.op === 'project'; before = before.input)
    steps.unshift(before);
  for (let from = 0; from <= steps.length; from++) {
    const fused = steps.slice(from);
    const { filters, passed, inputs } = composed(fused, plan, states);
    const { results, fed } = resultsOf(states, inputs);
    const keepsMask = filters.length > 0 && fed.some(({ result }) => result < 0);
    const spec = { filters, results, keepsMask };
    if (results.length === 0 || !canLoop(spec)) continue;
    return {
      open: () => new Loop(spec, memory, owner),
      isUnbounded: isUnbounded(spec),
      steps: fused,
      passed,
      states: fed,
    };
  }
  return null;
}

/** All conditions and arguments over the columns that come to the first step. */
function composed(
  steps: readonly Step[],
  plan: AggregatePlan,
  states: readonly Fed[],
): { readonly filters: Core[]; readonly passed: number[]; readonly inputs: Core[][] } {
  const filters: Core[] = [];
  const passed: number[] = [];
  let columns: readonly Core[] | null = null;
  for (const step of steps) {
    const elaborator = new Elaborator(step.input.schema, step.op);
    const over = (expression: Expression): Core => through(elaborator.elaborate(expression), columns);
    if (step.op === 'filter') filters.push(over(step.predicate));
    else columns = step.columns.map(({ expression }) => over(expression));
    passed.push(filters.length);
  }
  const elaborator = new Elaborator(plan.input.schema, 'agg');
  const inputs = states.map(({ args }) => args.map(arg => through(elaborator.elaborate(arg), columns)));
  return { filters, passed, inputs };
}

/** The node with columns of a projection replaced by what they are computed from. */
function through(node: Core, columns: readonly Core[] | null): Core {
  if (columns === null || node.op === 'literal') return node;
  if (node.op === 'column') return columns[node.place]!;
  const { op, type, args, value, set } = node;
  return core(
    op,
    type,
    args.map(arg => through(arg, columns)),
    { value, set },
  );
}

/** Reductions where accumulators take them, else columns: those of the block, or computed ones. */
function resultsOf(
  states: readonly Fed[],
  inputs: readonly (readonly Core[])[],
): { readonly results: LoopResult[]; readonly fed: FusedState[] } {
  const results: LoopResult[] = [];
  const stored = new Map<string, number>();
  const store = (node: Core): number => {
    const known = stored.get(node.key);
    if (known !== undefined) return known;
    stored.set(node.key, results.length);
    return results.push({ kind: 'store', node }) - 1;
  };
  const fed = states.map(({ accumulator }, at) => {
    const args = inputs[at]!;
    const { reduction } = accumulator;
    if (reduction)
      return { accumulator, result: results.push({ kind: reduction, node: args[0] ?? null }) - 1, args: [] };
    const given = args.map(node =>
      node.op === 'column' ? { stored: false, at: node.place } : { stored: true, at: store(node) },
    );
    return { accumulator, result: -1, args: given };
  });
  return { results, fed };
}
