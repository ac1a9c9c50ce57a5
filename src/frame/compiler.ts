import type { Batch } from '../column/batch.ts';
import { bindAll, bindPredicate } from '../expr/bind.ts';
import { columnsOf, type Expression } from '../expr/expression.ts';
import { LiveTable } from '../join/lookup-join.ts';
import { LookupRows } from '../join/lookup-rows.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { isVariable } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import type { GroupSpec, StateSpec } from '../window/group-state.ts';
import type { WatermarkInputs } from '../window/watermark.ts';
import { windowerOf } from '../window/windower-of.ts';
import { fusionOf } from './fusion.ts';
import { AggregateOperator, type RawResult } from './operators/aggregate.ts';
import { BroadcastOperator } from './operators/broadcast.ts';
import { FilterOperator } from './operators/filter.ts';
import { LateOperator } from './operators/late.ts';
import { MapBatchesOperator } from './operators/map-batches.ts';
import { MergeOperator } from './operators/merge.ts';
import type { Operator } from './operators/operator.ts';
import { ProjectOperator } from './operators/project.ts';
import { RowKeys } from './operators/row-keys.ts';
import { ScanOperator } from './operators/scan.ts';
import { SinkOperator } from './operators/sink.ts';
import { TapOperator, type TappedRows } from './operators/tap.ts';
import {
  type AggregatePlan,
  type BroadcastPlan,
  type FilterPlan,
  followedBy,
  indexOf,
  type MergePlan,
  type Plan,
  type ProjectPlan,
  type SourcePlan,
  sourcePlan,
  visibleSchema,
} from './plan.ts';
import type { ScanPlan } from './scan-plan.ts';

/** A plan node, or a sink behind one, that runs. */
export interface RunningNode<P extends Plan = Plan> {
  /** Nodes are numbered as they are made; the source is 0. */
  readonly id: number;
  readonly kind: Plan['op'] | 'sink';
  /** For a sink, the plan before it. */
  readonly plan: P;
  /** Numbers of the nodes whose rows it takes. */
  readonly inputs: readonly number[];
  /** Whom linear memory is held for, in `memoryStats()` and errors. */
  readonly owner: string;
  readonly operator: Operator;
}

export interface RunningTap extends RunningNode {
  readonly operator: TapOperator;
}

type Computed = RunningNode<Exclude<Plan, SourcePlan>>;

/** Makes the operators of plans over one source; a plan node that several frames share has one operator. */
export class Compiler {
  readonly #owner: string;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #inputs: WatermarkInputs;
  #source: RunningNode<SourcePlan>;
  readonly #nodes = new Map<Plan, Computed>();
  #count = 1;

  constructor(memory: Memory, scratch: Scratch, source: Operator, inputs: WatermarkInputs, owner: string) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#inputs = inputs;
    this.#owner = owner;
    const plan = sourcePlan(source.layout, null);
    this.#source = { id: 0, kind: 'source', plan, inputs: [], owner: `${owner} source`, operator: source };
  }

  /** What runs, sinks apart: the source, then each node behind those it takes rows from. */
  get nodes(): RunningNode[] {
    return [this.#source, ...this.#nodes.values()];
  }

  /** Whom the source holds linear memory for. */
  get sourceOwner(): string {
    return this.#source.owner;
  }

  /** What runs a plan's last step; undefined when it is not computed. */
  node(plan: Plan): RunningNode | undefined {
    return plan.op === 'source' ? this.#source : this.#nodes.get(plan);
  }

  /** The running operator of a plan. */
  operator(plan: Plan): Operator {
    if (plan.op === 'source') {
      if (this.#nodes.size === 0) this.#source = { ...this.#source, plan }; // knows the index
      return this.#source.operator;
    }
    const known = this.#nodes.get(plan);
    if (known) return known.operator;
    const befores = plan.op === 'broadcast' ? [plan.input, plan.aggregate] : [plan.input]; // are fed in this order
    for (const before of befores) this.operator(before);
    const named = this.#name(plan.op, befores);
    const operator = this.#make(plan, this.operator(plan.input), named.owner);
    this.#nodes.set(plan, { ...named, kind: plan.op, plan, operator });
    return operator;
  }

  /** A sink behind a plan. */
  sink(plan: Plan, deliver: (batch: Batch) => void): RunningNode {
    const input = this.operator(plan);
    const named = this.#name('sink', [plan]);
    const options = { shown: visibleSchema(plan), index: plan.index, deliver, owner: named.owner };
    const operator = new SinkOperator(this.#memory, this.#scratch, input, options);
    return { ...named, kind: 'sink', plan, operator };
  }

  /** A tap behind a plan: the columns called `names`, in linear memory. */
  tap(plan: Plan, names: readonly string[], deliver: (rows: TappedRows) => void, ended: () => void): RunningTap {
    const input = this.operator(plan);
    const named = this.#name('sink', [plan]);
    const parts = { names, deliver, ended, owner: named.owner };
    const operator = new TapOperator(this.#memory, this.#scratch, input, parts);
    return { ...named, kind: 'sink', plan, operator };
  }

  /** The operators of a running plan that remember, the first first. */
  states(plan: Plan): Operator[] {
    if (plan.op === 'source') return [];
    const { operator } = this.#nodes.get(plan)!;
    const before = this.states(plan.op === 'broadcast' ? plan.aggregate : plan.input);
    return operator.snapshot ? [...before, operator] : before;
  }

  /** Takes a sink off, and every operator that then serves nobody. */
  release({ operator: sink, plan }: RunningNode): void {
    detach(sink, this.operator(plan));
    for (let idle = this.#idle(); idle; idle = this.#idle()) {
      this.#nodes.delete(idle.plan);
      detach(idle.operator, this.operator(idle.plan.input));
    }
  }

  dispose(): void {
    const all = new Set(this.nodes.map(({ operator }) => operator));
    for (const { out } of all) for (const target of out.targets) all.add(target);
    for (const operator of all) operator.dispose();
    this.#nodes.clear();
    this.#source.operator.out.targets.length = 0;
  }

  #idle(): Computed | undefined {
    return [...this.#nodes.values()].find(({ operator }) => operator.out.targets.length === 0);
  }

  #name(kind: string, befores: readonly Plan[]): Pick<RunningNode, 'id' | 'inputs' | 'owner'> {
    const id = this.#count++;
    return { id, inputs: befores.map(before => this.node(before)!.id), owner: `${this.#owner} ${kind} ${id}` };
  }

  #make(plan: Exclude<Plan, SourcePlan>, input: Operator, owner: string): Operator {
    switch (plan.op) {
      case 'batches':
        return new MapBatchesOperator(this.#memory, this.#scratch, input, {
          layout: plan.schema,
          shown: visibleSchema(plan.input),
          index: plan.input.index,
          open: plan.open,
          perBatch: plan.input.mode === 'updating',
          owner,
        });
      case 'filter':
        return this.#filter(plan, input, owner);
      case 'project':
        return this.#project(plan, input, owner);
      case 'scan':
        return this.#scan(plan, input, owner);
      case 'aggregate':
        return this.#aggregate(plan, input, owner);
      case 'merge':
        return this.#merge(plan, input, owner);
      case 'broadcast':
        return this.#broadcast(plan, owner);
      case 'late':
        return new LateOperator(this.#memory, this.#scratch, input as AggregateOperator, plan.schema);
    }
  }

  #merge(
    { rows, table, keys, how, columns, schema: layout, input: { schema } }: MergePlan,
    input: Operator,
    owner: string,
  ): Operator {
    const known = new LookupRows({ memory: this.#memory, owner, schema: table, keys: keys.right });
    const live = rows instanceof LiveTable ? rows : null;
    if (live) live.rows = known;
    else known.fill(rows as Batch);
    const places = keys.left.map(name => schema.indexOf(name));
    const parts = { layout, how, table: known, live, keys: places, columns };
    return new MergeOperator(this.#memory, this.#scratch, input, parts);
  }

  #broadcast({ input, aggregate, schema }: BroadcastPlan, owner: string): Operator {
    const aggregated = this.operator(aggregate);
    return new BroadcastOperator(this.#memory, this.#scratch, this.operator(input), aggregated, schema, owner);
  }

  #filter({ predicate, input: { schema } }: FilterPlan, input: Operator, owner: string): Operator {
    const bound = bindPredicate(predicate, schema, this.#memory, { verb: 'filter', owner });
    return new FilterOperator(this.#memory, this.#scratch, input, bound, placesOf([predicate], schema));
  }

  #project({ columns, schema, input: { schema: from } }: ProjectPlan, input: Operator, owner: string): Operator {
    const expressions = columns.map(({ expression }) => expression);
    const bind = (places: readonly number[]) =>
      bindAll(
        places.map(place => expressions[place]!),
        from,
        this.#memory,
        { verb: 'assign', owner },
      );
    return new ProjectOperator(
      schema,
      input,
      expressions.map(expression => placesOf([expression], from)),
      bind,
    );
  }

  #scan(plan: ScanPlan, input: Operator, owner: string): Operator {
    const { args, types, by, timed, text } = plan;
    const { schema } = plan.input;
    const index = timed ? indexOf(plan.input, 'rolling') : null;
    const place = index ? schema.indexOf(plan.input.index!) : -1;
    const bind = (expressions: readonly Expression[]) =>
      bindAll(expressions, schema, this.#memory, { verb: text, owner });
    const [memory, scratch, keyed] = [this.#memory, this.#scratch, by.length > 0];
    return new ScanOperator(memory, scratch, input, {
      layout: plan.schema,
      scan: plan.open({ memory, scratch, owner, types, index, keyed }),
      inputs: bind(args),
      keys: keyed ? new RowKeys(memory, scratch, bind(by), owner) : null,
      time: index ? { place, index } : null,
      reads: [...placesOf([...args, ...by], schema), ...(index ? [place] : [])],
      perBatch: plan.mode === 'updating',
    });
  }

  #aggregate(plan: AggregatePlan, input: Operator, owner: string): Operator {
    const { schema } = plan.input;
    const states = new Map<
      string,
      { readonly at: number; readonly spec: StateSpec; readonly args: readonly Expression[] }
    >();
    const columns = new Map<string, number>();
    const columnOf = ({ key }: Expression): number => {
      if (!columns.has(key)) columns.set(key, columns.size);
      return columns.get(key)!;
    };
    const results: RawResult[] = plan.aggregates.map(({ aggregation, args, types, parameters }) => {
      const kind = aggregation.kind(types, parameters);
      const key = `${kind.name}(${args.map(arg => arg.key).join(', ')})`;
      let state = states.get(key);
      if (!state) {
        state = { at: states.size, spec: { kind, types, columns: args.map(columnOf) }, args };
        states.set(key, state);
      }
      return { accumulator: state.at, name: aggregation.name, parameters };
    });
    const spec: GroupSpec = {
      memory: this.#memory,
      owner,
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
    const options = { verb: 'agg', owner };
    const stored = new Map<string, number>();
    if (plan.input.op === 'source') {
      for (const arg of [...states.values()].flatMap(state => state.args))
        if (arg.kind === 'column') stored.set(arg.name, columnOf(arg));
      if (index && !stored.has(plan.input.index!)) stored.set(plan.input.index!, columns.size);
    }
    const windower = windowerOf(plan.window, spec, this.#scratch, {
      ...plan,
      index,
      followed: followedBy(plan.input, this.#inputs),
    });
    const operator = new AggregateOperator(
      this.#memory,
      this.#scratch,
      input,
      {
        plan,
        windower,
        inputs: bindAll(inputs, schema, this.#memory, options),
        argCounts: [...states.values()].map(state => state.args.length),
        results,
        projections: projectionsOf(plan, expressions => bindAll(expressions, plan.raw, this.#memory, options)),
        time: index ? { place, index } : null,
        reads: [...placesOf(inputs, schema), ...(index ? [place] : [])],
        stored,
        takesMask: plan.window.kind === 'everything',
        compacts: spec.keys.length > 0 && !spec.keys.some(isVariable),
      },
      owner,
    );
    if (!windower.ungrouped) return operator;
    const fed = [...states.values()].map(({ at, args }) => ({ accumulator: windower.ungrouped![at]!, args }));
    const fusion = fusionOf(plan, fed, this.#memory, owner);
    if (fusion) operator.fuse({ ...fusion, operators: [...fusion.steps.map(step => this.operator(step)), operator] });
    return operator;
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
