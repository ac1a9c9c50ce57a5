import { stepped } from '../aggregate/user-accumulator.ts';
import { aggregationName, type UserAggregation } from '../aggregate/user-aggregation.ts';
import { Batch } from '../column/batch.ts';
import { batchOf } from '../column/batch-of.ts';
import { joinBatches, sliceBatch } from '../column/pick-rows.ts';
import type { Vector } from '../column/vector.ts';
import { OptionError, StateError } from '../errors.ts';
import { column } from '../expr/expression.ts';
import { copyValue } from '../saved/value.ts';
import { type DataType, i64 } from '../schema/data-type.ts';
import { type RowExtent, RowWindow } from '../window/row-window.ts';
import { type WindowScheme, windowText } from '../window/window.ts';
import { GroupedStates, type Stepped } from './grouped-states.ts';
import type { BatchFunction } from './operators/map-batches.ts';
import { type BatchesPlan, batchesPlan, indexOf, type Named, type Plan, projectPlan, visibleSchema } from './plan.ts';
import { type ResultOptions, ResultRows } from './user-rows.ts';

/** What a user's function is given of a batch: all of it, or of a series its one vector. */
export type Taken = 'batch' | 'vector';

const taken = (rows: Batch, as: Taken): any => (as === 'batch' ? rows : rows.vectors[0]);

/** A batch of `plan`'s columns without rows, with an index if it has one. */
function emptyBatch(plan: Plan): Batch {
  const schema = visibleSchema(plan);
  const { vectors } = batchOf([], schema);
  return new Batch(schema, vectors, 0, plan.index === null ? null : emptyVector(plan.schema.field(plan.index).type));
}

const emptyVector = (type: DataType): Vector => batchOf({ index: [] }, { index: type }).vectors[0]!;

export interface PartitionOptions extends ResultOptions {
  readonly as?: Taken;
  /** Name of the column that holds single values. */
  readonly name?: string;
}

/** @throws SchemaError when the result's columns can't be told */
export function mapPartitionsPlan(
  input: Plan,
  verb: string,
  fn: (rows: any) => unknown,
  { as = 'batch', name = 'value', ...options }: PartitionOptions = {},
): BatchesPlan {
  const results = new ResultRows(verb, name, options);
  const example = results.schema ? null : results.example(() => fn(taken(emptyBatch(input), as)));
  const schema = results.schema ?? example!.schema;
  const open = (): BatchFunction => rows => indexed(results.of(fn(taken(rows, as)), schema), plan);
  const plan = batchesPlan(input, { text: `${verb}(${fn.name})`, schema, index: example?.index?.type ?? null, open });
  return plan;
}

export interface AccumulateSettings extends ResultOptions {
  /** The state before the first batch; without one, the first batch is the state and gives no result. */
  readonly start?: unknown;
  /** The function gives [state, result], and not just what is both. */
  readonly returnsState?: boolean;
}

/** @throws SchemaError when the result's columns can't be told */
export function accumulatePartitionsPlan(
  input: Plan,
  fn: (state: any, rows: any) => unknown,
  { as = 'batch', name = 'value', start, returnsState = false, ...options }: PartitionOptions & AccumulateSettings = {},
): BatchesPlan {
  const verb = 'accumulatePartitions';
  const results = new ResultRows(verb, name, options);
  const split = (given: unknown): [unknown, unknown] =>
    returnsState ? [...(given as [unknown, unknown])] : [given, given];
  const run = (state: unknown, rows: Batch): [unknown, unknown] => split(fn(state, taken(rows, as)));
  const example = results.schema ? null : results.example(() => run(start, emptyBatch(input))[1]);
  const schema = results.schema ?? example!.schema;
  const open = (): BatchFunction => {
    let state = start;
    const step = (rows: Batch): Batch => {
      const [next, given] = run(state, rows);
      const result = indexed(results.of(given, schema), plan);
      state = next;
      return result;
    };
    const load = (saved: unknown): void => {
      state = saved;
    };
    return Object.assign(step, { remembered: { save: () => copyValue(state), load } });
  };
  const plan = batchesPlan(input, { text: `${verb}(${fn.name})`, schema, index: example?.index?.type ?? null, open });
  return plan;
}

/** The first, or with `last` the last, `rows` rows of every batch. */
export function cutPlan(input: Plan, verb: string, rows: number, last: boolean): BatchesPlan {
  if (!Number.isSafeInteger(rows) || rows < 0) {
    throw new OptionError('n', `${verb}: ${rows} rows make no sense; give a whole number`);
  }
  const cut = (batch: Batch): Batch =>
    last
      ? sliceBatch(batch, Math.max(0, batch.length - rows), batch.length)
      : sliceBatch(batch, 0, Math.min(rows, batch.length));
  return sameColumns(input, `${verb}(${rows})`, () => cut);
}

/** All rows of a window after every batch, in the order in which they came. */
export function fullPlan(input: Plan, scheme: WindowScheme): BatchesPlan {
  const extent = extentOf(input, scheme, 'full');
  const empty = emptyBatch(input);
  const plan = sameColumns(input, `full() over ${windowText(scheme)}`, () => {
    const window = new RowWindow(extent);
    const step = (rows: Batch): Batch => {
      window.commit(window.step(rows));
      return rowsOf(window, empty);
    };
    return Object.assign(step, { remembered: window });
  });
  return { ...plan, mode: 'updating' };
}

/** What `fn` makes of all rows of a window, after every batch. */
export function applyPlan(
  input: Plan,
  scheme: WindowScheme,
  fn: (rows: any) => unknown,
  { as = 'batch', name = 'value', ...options }: PartitionOptions = {},
): BatchesPlan {
  const full = fullPlan(input, scheme);
  const plan = mapPartitionsPlan(full, 'apply', fn, { as, name, ...options });
  return { ...plan, text: `apply(${fn.name})` };
}

export interface AggregatePartitionOptions extends PartitionOptions {
  /** The columns that the aggregation sees; default: all. */
  readonly columns?: readonly string[] | undefined;
}

/** A user's aggregation over a window, of all rows or per group. @throws SchemaError when its results' columns can't be told */
export function aggregatePartitionsPlan(
  from: Plan,
  scheme: WindowScheme,
  keys: readonly Named[],
  aggregation: UserAggregation<any, any, any>,
  { as = 'batch', name = 'value', columns, ...options }: AggregatePartitionOptions = {},
): BatchesPlan {
  const called = aggregationName(aggregation);
  const verb = `aggregate(${called})`;
  const results = new ResultRows(verb, name, options);
  const bare = columns ? projectPlan(from, namesOf(columns), verb) : from;
  const input =
    keys.length > 0 ? projectPlan(from, [...namesOf(visibleSchema(bare).names), ...hidden(keys)], 'groupby') : bare;
  const none = taken(emptyBatch(bare), as);
  const example = results.schema ? null : results.example(() => aggregation.onNew(aggregation.initial(none), none)[1]);
  const schema = results.schema ?? example!.schema;
  if (scheme.kind !== 'everything' && !aggregation.onOld) {
    throw new OptionError(
      'aggregation',
      `${verb}: rows leave a ${windowText(scheme)}, and the aggregation has no onOld(state, rows); add one, or use apply()`,
    );
  }
  const text = `${verb}${keys.length > 0 ? ` by ${keys.map(key => key.name).join(', ')}` : ''} over ${windowText(scheme)}`;
  const extent = extentOf(input, scheme, verb);
  if (keys.length > 0) {
    const grouped = { aggregation, results, schema, keys: keys.map(key => key.name), verb };
    const all = GroupedStates.schema(grouped, visibleSchema(input));
    const open = (): BatchFunction => {
      const states = new GroupedStates(grouped, all);
      const run = withWindow(extent, (arrived, leaving) => states.step(arrived, leaving));
      const save = (): unknown => ({ groups: states.save(), window: run.remembered?.save() });
      const load = (saved: { groups: ReadonlyMap<string, unknown>; window: unknown }): void => {
        states.load(saved.groups);
        run.remembered?.load(saved.window);
      };
      return Object.assign((rows: Batch) => run(rows), { remembered: { save, load } });
    };
    return { ...batchesPlan(input, { text, schema: all, index: null, open }), mode: 'updating' };
  }
  const open = (): BatchFunction => {
    let held: { readonly state: unknown } | null = null;
    const run = withWindow(extent, (arrived, leaving) => {
      const rows = taken(arrived, as);
      let [state, out] = stepped(aggregation.onNew(held ? held.state : aggregation.initial(rows), rows), verb);
      for (const old of leaving) [state, out] = stepped(aggregation.onOld!(state, taken(old, as)), verb);
      const result = results.of(out, schema);
      return [result, () => (held = { state })];
    });
    const { snapshot: toSaved = copyValue, restore: fromSaved = asIs } = aggregation;
    const save = (): unknown => ({
      held: held && { state: toSaved.call(aggregation, held.state) },
      window: run.remembered?.save(),
    });
    const load = (saved: { held: typeof held; window: unknown }): void => {
      held = saved.held && { state: fromSaved.call(aggregation, saved.held.state) };
      run.remembered?.load(saved.window);
    };
    return Object.assign((rows: Batch) => run(rows), { remembered: { save, load } });
  };
  return { ...batchesPlan(input, { text, schema, index: null, open }), mode: 'updating' };
}

function withWindow(extent: RowExtent, step: (arrived: Batch, leaving: readonly Batch[]) => Stepped): BatchFunction {
  if (extent.kind === 'everything') {
    return rows => {
      const [result, commit] = step(rows, []);
      commit();
      return result;
    };
  }
  const window = new RowWindow(extent);
  const run = (rows: Batch): Batch => {
    const change = window.step(rows);
    const [result, commit] = step(change.arrived, change.leaving);
    commit();
    window.commit(change);
    return result;
  };
  return Object.assign(run, { remembered: window });
}

const asIs = (state: unknown): unknown => state;

const namesOf = (names: readonly string[]): Named[] => names.map(name => ({ name, expression: column(name) }));

/** Keys as columns that clash with none. */
const hidden = (keys: readonly Named[]): Named[] =>
  keys.map(({ name, expression }) => ({ name: `\u0000${name}`, expression }));

function sameColumns(input: Plan, text: string, open: () => BatchFunction): BatchesPlan {
  const index = input.index === null ? null : input.schema.field(input.index).type;
  return batchesPlan(input, { text, schema: visibleSchema(input), index, open });
}

/** A result that has the index which the plan promises. */
function indexed(result: Batch, plan: BatchesPlan): Batch {
  if (plan.visible === plan.schema.length || result.index !== null) return result;
  throw new StateError(
    `${plan.text}: this result has no index, the one for no rows had; pass rows.index on, as in new Batch(schema, vectors, length, index)`,
  );
}

function rowsOf(window: RowWindow, empty: Batch): Batch {
  const { batches } = window;
  return batches.length > 0 ? joinBatches(batches) : empty;
}

/** @throws OptionError for windows that the watermark closes; SchemaError without a time index */
function extentOf(input: Plan, scheme: WindowScheme, verb: string): RowExtent {
  if (scheme.kind === 'everything' || scheme.kind === 'rows') return scheme;
  if (scheme.kind !== 'range') {
    throw new OptionError(
      'window',
      `${verb}: ${windowText(scheme)} closes by the watermark; use agg({ y: t => t.x.aggregate(userAggregation(…)) }), or window('1m')`,
    );
  }
  const index = indexOf(input, 'window');
  const range = index.ticks(scheme.range, 'window');
  if (range <= 0n) throw new OptionError('window', `window: a span of ${scheme.range} holds no rows; give one above 0`);
  return { kind: 'range', range, ticksOf: batch => ticksOf(batch.index!) };
}

const secondsPerDay = 86_400n;

function ticksOf({ type, values, length }: Vector): BigInt64Array {
  if (type.kind === 'timestamp' || type.kind === i64().kind) return (values as BigInt64Array).subarray(0, length);
  const factor = type.kind === 'date32' ? secondsPerDay : 1n;
  return BigInt64Array.from({ length }, (_, row) => BigInt(values[row] as number) * factor);
}
