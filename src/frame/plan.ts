import type { Aggregation, Parameters } from '../aggregate/accumulator.ts';
import type { Batch } from '../column/batch.ts';
import { SchemaError } from '../errors.ts';
import { column, type Expression } from '../expr/expression.ts';
import { typeOf } from '../expr/type-of.ts';
import type { LiveTable } from '../join/lookup-join.ts';
import { type DataType, typeText } from '../schema/data-type.ts';
import type { Duration } from '../schema/duration.ts';
import { type Field, field, Schema } from '../schema/schema.ts';
import type { Followed, WatermarkInputs } from '../window/watermark.ts';
import { type EmitMode, everything, type PaneMode, type WindowScheme } from '../window/window.ts';
import type { JoinedColumn, JoinKeys } from './joined-columns.ts';
import type { BatchFunction } from './operators/map-batches.ts';
import type { ScanPlan } from './scan-plan.ts';
import { withScans } from './scans.ts';
import { type TimeIndex, timeIndex } from './time-index.ts';

/**
 * What a frame computes, as a tree of immutable nodes. A node knows its columns and its time index; nothing runs here.
 *
 * `streaming`: each emission is new rows. `updating`: each emission replaces the one before.
 */
export interface PlanBase {
  readonly schema: Schema;
  /** Column that orders the rows for time windows; it may be hidden (the last column of `schema`, not among `visible`). */
  readonly index: string | null;
  /** How many leading columns of `schema` users see. */
  readonly visible: number;
  readonly mode: 'streaming' | 'updating';
}

export interface SourcePlan extends PlanBase {
  readonly op: 'source';
  /** The frames whose rows are joined here; absent when rows come from elsewhere. */
  readonly joins?: {
    /** As it was written: `asof backward by symbol`. */
    readonly text: string;
    readonly left: Plan;
    readonly right: Plan;
  };
}

export interface FilterPlan extends PlanBase {
  readonly op: 'filter';
  readonly input: Plan;
  readonly predicate: Expression;
}

export interface Named {
  readonly name: string;
  readonly expression: Expression;
}

export interface ProjectPlan extends PlanBase {
  readonly op: 'project';
  readonly input: Plan;
  /** One for each column of `schema`. */
  readonly columns: readonly Named[];
}

/** An aggregation with its arguments apart from its parameters. */
export interface BoundAggregate {
  /** Name of its column among the raw results. */
  readonly key: string;
  readonly aggregation: Aggregation;
  readonly args: readonly Expression[];
  readonly types: readonly DataType[];
  readonly parameters: Parameters;
}

export interface AggregatePlan extends PlanBase {
  readonly op: 'aggregate';
  readonly input: Plan;
  readonly window: WindowScheme;
  readonly keys: readonly Named[];
  readonly aggregates: readonly BoundAggregate[];
  /** Window bounds (for event-time windows), keys and raw aggregates: what `results` are computed from. */
  readonly raw: Schema;
  /** One for each column of `schema` behind window bounds and keys. */
  readonly results: readonly Named[];
  /** The results as they were written, for `explain`. */
  readonly written: readonly Named[];
  readonly emit: EmitMode;
  readonly panes: PaneMode;
  readonly outOfOrder: Duration;
}

/** The rows of an aggregation's input that came too late for their windows. */
export interface LatePlan extends PlanBase {
  readonly op: 'late';
  readonly input: AggregatePlan;
}

/** Adds the results of an aggregation of the same input, hidden, to every row of a batch. */
export interface BroadcastPlan extends PlanBase {
  readonly op: 'broadcast';
  readonly input: Plan;
  readonly aggregate: AggregatePlan;
}

/** Whole batches through a user's function, which may remember. */
export interface BatchesPlan extends PlanBase {
  readonly op: 'batches';
  readonly input: Plan;
  /** As it was written: `mapPartitions(tidy)`. */
  readonly text: string;
  /** The function for one run: from the visible columns of `input` to those of this. */
  readonly open: () => BatchFunction;
}

/** What a merge keeps; see `MergeOptions`. */
export type MergeHow = 'inner' | 'left' | 'semi' | 'anti';

/** Sets the columns of a table's rows beside those of the input's rows with the same keys. */
export interface MergePlan extends PlanBase {
  readonly op: 'merge';
  readonly input: Plan;
  /** The rows of a table that stays as it is, or one that changes. */
  readonly rows: Batch | LiveTable;
  /** Columns of the table. */
  readonly table: Schema;
  readonly keys: JoinKeys;
  readonly how: MergeHow;
  /** Where each column of `schema` comes from. */
  readonly columns: readonly JoinedColumn[];
}

export type Plan =
  | BatchesPlan
  | BroadcastPlan
  | MergePlan
  | SourcePlan
  | FilterPlan
  | ProjectPlan
  | ScanPlan
  | AggregatePlan
  | LatePlan;

/** Name of an index that is no column of its own. */
export const hiddenIndex = '\u0000index';

/** The columns that users see. */
export const visibleSchema = ({ schema, visible }: Plan): Schema =>
  visible === schema.length ? schema : new Schema(schema.fields.slice(0, visible));

/** @throws SchemaError when the index is missing or can't order rows */
export function sourcePlan(schema: Schema, index: string | null): SourcePlan {
  if (index !== null) timeIndex(schema.field(index, 'index').type, 'index');
  return { op: 'source', schema, index, visible: schema.length, mode: 'streaming' };
}

/** @throws SchemaError when the predicate is not a bool over the input's columns */
export function filterPlan(from: Plan, condition: Expression, verb: string): FilterPlan {
  const { input, expressions } = withScans(from, [condition], verb, everything);
  const predicate = expressions[0]!;
  const type = typeOf(predicate, input.schema, verb);
  if (type.kind !== 'bool') {
    throw new SchemaError(
      `${verb}: ${condition.key} is ${typeText(type)}, a condition must be bool; compare it with something`,
    );
  }
  const { schema, index, visible, mode } = input;
  return { op: 'filter', input, predicate, schema, index, visible, mode };
}

/** Exactly these columns; the index stays, hidden when it is not among them. */
export function projectPlan(
  from: Plan,
  named: readonly Named[],
  verb: string,
  window: WindowScheme = everything,
): ProjectPlan {
  const { input, expressions } = withScans(
    from,
    named.map(({ expression }) => expression),
    verb,
    window,
  );
  const columns = named.map(({ name }, at) => ({ name, expression: expressions[at]! }));
  const fields: Field[] = columns.map(({ name, expression }) => field(name, typeOf(expression, input.schema, verb)));
  const visible = fields.length;
  const all = [...columns];
  let { index } = input;
  if (index !== null && !columns.some(({ name }) => name === index)) {
    all.push({ name: hiddenIndex, expression: column(index) });
    fields.push(field(hiddenIndex, input.schema.field(index).type));
    index = hiddenIndex;
  } else if (index !== null) timeIndex(fields.find(({ name }) => name === index)!.type, verb);
  return { op: 'project', input, columns: all, schema: new Schema(fields), index, visible, mode: input.mode };
}

/** All columns of `input` with these added, or put in the place of those of the same name. */
export function assignPlan(input: Plan, added: readonly Named[], verb: string): ProjectPlan {
  const byName = new Map<string, Named>();
  for (const { name } of visibleSchema(input).fields) byName.set(name, { name, expression: column(name) });
  for (const one of added) byName.set(one.name, one);
  return projectPlan(input, [...byName.values()], verb);
}

/**
 * A user's function of whole batches. A result column of the same name as the input's index is the index; one that is no column stays if
 * results bring it along, with the type `index`.
 */
export function batchesPlan(
  input: Plan,
  { text, schema, index, open }: Pick<BatchesPlan, 'text' | 'schema' | 'open'> & { readonly index: DataType | null },
): BatchesPlan {
  const named = input.index !== null && schema.has(input.index) ? input.index : null;
  const visible = schema.length;
  const base = { op: 'batches', input, text, open, visible, mode: input.mode } as const;
  if (named !== null) {
    timeIndex(schema.field(named).type, text);
    return { ...base, schema, index: named };
  }
  if (index === null) return { ...base, schema, index: null };
  return { ...base, schema: new Schema([...schema.fields, field(hiddenIndex, index)]), index: hiddenIndex };
}

/** The time index of a plan. @throws SchemaError when it has none */
export function indexOf(plan: Plan, verb: string): TimeIndex {
  if (plan.index === null) {
    throw new SchemaError(
      `${verb}: the rows have no time index; name one where the frame is made, as in { index: 'at' }, or with setIndex()`,
    );
  }
  return timeIndex(plan.schema.field(plan.index).type, verb);
}

/**
 * Where the times of a plan's rows come from: which column of the source, null when they are computed. Null as a whole for results of windows,
 * which are of no input in particular.
 */
export function timesOf(plan: Plan): { readonly column: string | null } | null {
  let at: Plan = plan;
  let name = plan.index;
  while (at.op !== 'source') {
    if (at.op === 'aggregate') return null;
    if (at.op === 'project') name = columnNamed(at, name);
    if (at.op === 'merge') name = leftNamed(at, name);
    at = at.op === 'late' ? at.input.input : at.input;
  }
  return { column: name };
}

/** What moves the watermark of windows over a plan, and of joins, beside its rows. */
export function followedBy(plan: Plan, inputs: WatermarkInputs): Followed | null {
  const times = timesOf(plan);
  return times && { inputs, column: times.column };
}

/** The column of a projection's input that it hands on under this name. */
/** The frame's column that a merged one is; null for those of the table. */
function leftNamed({ input, schema, columns }: MergePlan, name: string | null): string | null {
  const merged = name === null ? undefined : columns[schema.indexOf(name)];
  return merged?.side === 'left' ? input.schema.fields[merged.place]!.name : null;
}

function columnNamed({ columns }: ProjectPlan, name: string | null): string | null {
  const expression = columns.find(column => column.name === name)?.expression;
  return expression?.kind === 'column' ? expression.name : null;
}
