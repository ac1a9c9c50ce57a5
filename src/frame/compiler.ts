import { StateError } from '../errors.ts';
import { bindAll, bindPredicate } from '../expr/bind.ts';
import { columnsOf, type Expression } from '../expr/expression.ts';
import { LookupRows } from '../join/lookup-rows.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { Schema } from '../schema/schema.ts';
import type { GroupSpec, StateSpec } from '../window/group-state.ts';
import { windowerOf } from '../window/windower-of.ts';
import { AggregateOperator, type RawResult } from './operators/aggregate.ts';
import { BroadcastOperator } from './operators/broadcast.ts';
import { FilterOperator } from './operators/filter.ts';
import { MapBatchesOperator } from './operators/map-batches.ts';
import { MergeOperator } from './operators/merge.ts';
import type { Operator } from './operators/operator.ts';
import { ProjectOperator } from './operators/project.ts';
import { ScanOperator } from './operators/scan.ts';
import {
  type AggregatePlan,
  type BroadcastPlan,
  type FilterPlan,
  indexOf,
  type MergePlan,
  type Plan,
  type ProjectPlan,
  type ScanPlan,
  visibleSchema,
} from './plan.ts';

/** Makes the operators of plans over one source; a plan node that several frames share has one operator. */
export class Compiler {
  readonly owner: string;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #source: Operator;
  readonly #operators = new Map<Plan, { readonly operator: Operator; readonly input: Plan }>();

  constructor(memory: Memory, scratch: Scratch, source: Operator, owner: string) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#source = source;
    this.owner = owner;
  }

  get operators(): Operator[] {
    return [...this.#operators.values()].map(({ operator }) => operator);
  }

  /** The running operator of a plan. */
  operator(plan: Plan): Operator {
    if (plan.op === 'source') return this.#source;
    const known = this.#operators.get(plan);
    if (known) return known.operator;
    const input = this.operator(plan.input);
    const operator = this.#make(plan, input);
    this.#operators.set(plan, { operator, input: plan.input });
    return operator;
  }

  /** The operators of a plan that remember, the first first. @throws StateError when the plan is not computed */
  states(plan: Plan): Operator[] {
    if (plan.op === 'source') return [];
    const known = this.#operators.get(plan);
    if (!known) throw new StateError('snapshot: nothing is computed yet; attach a sink first');
    const before = this.states(plan.op === 'broadcast' ? plan.aggregate : plan.input);
    return known.operator.snapshot ? [...before, known.operator] : before;
  }

  /** Takes `sink` off `from`, and every operator that then serves nobody. */
  release(sink: Operator, from: Operator): void {
    detach(sink, from);
    for (let idle = this.#idle(); idle; idle = this.#idle()) {
      this.#operators.delete(idle.plan);
      detach(idle.operator, this.operator(idle.input));
    }
  }

  dispose(): void {
    const all = new Set(this.operators);
    for (const { out } of [this.#source, ...all]) for (const target of out.targets) all.add(target);
    for (const operator of all) operator.dispose();
    this.#operators.clear();
    this.#source.out.targets.length = 0;
  }

  #idle(): { plan: Plan; operator: Operator; input: Plan } | undefined {
    for (const [plan, { operator, input }] of this.#operators) {
      if (operator.out.targets.length === 0) return { plan, operator, input };
    }
    return undefined;
  }

  #make(plan: Exclude<Plan, { op: 'source' }>, input: Operator): Operator {
    switch (plan.op) {
      case 'batches':
        return new MapBatchesOperator(this.#memory, this.#scratch, input, {
          layout: plan.schema,
          shown: visibleSchema(plan.input),
          index: plan.input.index,
          open: plan.open,
          perBatch: plan.input.mode === 'updating',
          owner: this.owner,
        });
      case 'filter':
        return this.#filter(plan, input);
      case 'project':
        return this.#project(plan, input);
      case 'scan':
        return this.#scan(plan, input);
      case 'aggregate':
        return this.#aggregate(plan, input);
      case 'merge':
        return this.#merge(plan, input);
      case 'broadcast':
        return this.#broadcast(plan);
    }
  }

  #merge(
    { rows, table: schema, keys, how, columns, schema: layout, input: { schema: from } }: MergePlan,
    input: Operator,
  ) {
    const table = new LookupRows({ memory: this.#memory, owner: this.owner, schema, keys: keys.right });
    table.fill(rows);
    const places = keys.left.map(name => from.indexOf(name));
    return new MergeOperator(this.#memory, this.#scratch, input, {
      layout,
      how,
      table,
      still: true,
      keys: places,
      columns,
    });
  }

  #broadcast({ input, aggregate, schema }: BroadcastPlan): Operator {
    const aggregated = this.operator(aggregate); // is fed first
    return new BroadcastOperator(this.#memory, this.#scratch, this.operator(input), aggregated, schema, this.owner);
  }

  #filter({ predicate, input: { schema } }: FilterPlan, input: Operator): Operator {
    const bound = bindPredicate(predicate, schema, this.#memory, { verb: 'filter', owner: this.owner });
    return new FilterOperator(this.#memory, this.#scratch, input, bound, placesOf([predicate], schema));
  }

  #project({ columns, schema, input: { schema: from } }: ProjectPlan, input: Operator): Operator {
    const expressions = columns.map(({ expression }) => expression);
    const bind = (places: readonly number[]) =>
      bindAll(
        places.map(place => expressions[place]!),
        from,
        this.#memory,
        { verb: 'assign', owner: this.owner },
      );
    return new ProjectOperator(
      schema,
      input,
      expressions.map(expression => placesOf([expression], from)),
      bind,
    );
  }

  #scan(plan: ScanPlan, input: Operator): Operator {
    const { kind, args, types, parameters } = plan.scan;
    const { schema } = plan.input;
    const timed = kind.needsIndex?.(parameters) ?? false;
    const index = timed ? indexOf(plan.input, kind.name) : null;
    const place = index ? schema.indexOf(plan.input.index!) : -1;
    return new ScanOperator(this.#memory, this.#scratch, input, {
      layout: plan.schema,
      scan: kind.create({ memory: this.#memory, scratch: this.#scratch, owner: this.owner, types, parameters, index }),
      inputs: bindAll(args, schema, this.#memory, { verb: kind.name, owner: this.owner }),
      time: index ? { place, index } : null,
      reads: [...placesOf(args, schema), ...(index ? [place] : [])],
      perBatch: plan.mode === 'updating',
    });
  }

  #aggregate(plan: AggregatePlan, input: Operator): Operator {
    const { schema } = plan.input;
    const states = new Map<
      string,
      { readonly at: number; readonly spec: StateSpec; readonly args: readonly Expression[] }
    >();
    const results: RawResult[] = plan.aggregates.map(({ aggregation, args, types, parameters }) => {
      const kind = aggregation.kind(types, parameters);
      const key = `${kind.name}(${args.map(arg => arg.key).join(', ')})`;
      let state = states.get(key);
      if (!state) states.set(key, (state = { at: states.size, spec: { kind, types }, args }));
      return { accumulator: state.at, name: aggregation.name, parameters };
    });
    const spec: GroupSpec = {
      memory: this.#memory,
      owner: this.owner,
      keys: plan.keys.map(
        (_, at) => plan.raw.fields[plan.raw.length - plan.aggregates.length - plan.keys.length + at]!.type,
      ),
      states: [...states.values()].map(state => state.spec),
    };
    const keys = plan.keys.map(({ expression }) => expression);
    const inputs = [...keys, ...[...states.values()].flatMap(state => state.args)];
    const timed = plan.window.kind !== 'everything' && plan.window.kind !== 'rows';
    const index = timed ? indexOf(plan.input, 'window') : null;
    const place = index ? schema.indexOf(plan.input.index!) : -1;
    const options = { verb: 'agg', owner: this.owner };
    return new AggregateOperator(
      this.#memory,
      this.#scratch,
      input,
      {
        plan,
        windower: windowerOf(plan.window, spec, this.#scratch, { index, emit: plan.emit, outOfOrder: plan.outOfOrder }),
        inputs: bindAll(inputs, schema, this.#memory, options),
        argCounts: [...states.values()].map(state => state.args.length),
        results,
        projections: projectionsOf(plan, expressions => bindAll(expressions, plan.raw, this.#memory, options)),
        time: index ? { place, index } : null,
        reads: [...placesOf(inputs, schema), ...(index ? [place] : [])],
        takesMask: plan.window.kind === 'everything',
      },
      this.owner,
    );
  }
}

function detach(operator: Operator, from: Operator): void {
  const { targets } = from.out;
  targets.splice(targets.indexOf(operator), 1);
  operator.dispose();
}

/** Positions of the columns that expressions read. */
function placesOf(expressions: readonly Expression[], schema: Schema): number[] {
  const names = new Set<string>();
  for (const expression of expressions) columnsOf(expression, names);
  return [...names].map(name => schema.indexOf(name));
}

/** Null when the results are the raw aggregates as they are, in their order. */
function projectionsOf<T>({ results, aggregates }: AggregatePlan, bind: (expressions: Expression[]) => T): T | null {
  const bare =
    results.length === aggregates.length &&
    results.every(({ expression }, at) => expression.kind === 'column' && expression.name === aggregates[at]!.key);
  return bare ? null : bind(results.map(({ expression }) => expression));
}
