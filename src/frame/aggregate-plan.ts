import type { Aggregation } from '../aggregate/accumulator.ts';
import { aggregationOf } from '../aggregate/aggregations.ts';
import { OptionError, SchemaError } from '../errors.ts';
import { argumentsOf, splitAggregates } from '../expr/aggregates.ts';
import { type AggregateCall, columnsOf, type Expression } from '../expr/expression.ts';
import { typeOf } from '../expr/type-of.ts';
import { bool, dictionary } from '../schema/data-type.ts';
import type { Duration } from '../schema/duration.ts';
import { type Field, field, Schema } from '../schema/schema.ts';
import { checkSpans } from '../window/geometry.ts';
import {
  checkModes,
  type EmitMode,
  type EventTimeWindow,
  isEventTime,
  type PaneMode,
  type WindowScheme,
  windowText,
} from '../window/window.ts';
import { type AggregatePlan, type BoundAggregate, indexOf, type LatePlan, type Named, type Plan } from './plan.ts';
import { withScans } from './scans.ts';
import type { TimeIndex } from './time-index.ts';

export interface AggregateOptions {
  readonly window: WindowScheme;
  readonly keys: readonly Named[];
  readonly results: readonly Named[];
  readonly emit?: EmitMode | undefined;
  readonly panes?: PaneMode | undefined;
  readonly outOfOrder?: Duration | undefined;
}

/** @throws SchemaError when a key or an argument has no meaning; OptionError when window and `emit` don't go together */
export function aggregatePlan(from: Plan, options: AggregateOptions, verb: string): AggregatePlan {
  const { window } = options;
  const named = [...options.keys, ...options.results];
  const { input, expressions } = withScans(
    from,
    named.map(({ expression }) => expression),
    verb,
  );
  const rewritten = named.map(({ name }, at) => ({ name, expression: expressions[at]! }));
  const keys = rewritten.slice(0, options.keys.length);
  const results = rewritten.slice(options.keys.length);
  const timed = isEventTime(window);
  const emit = options.emit ?? (timed ? 'onClose' : 'everyBatch');
  const panes = options.panes ?? 'accumulating';
  checkModes({ emit, panes }, verb);
  if (emit === 'onClose' && !timed) {
    throw new OptionError(
      'emit',
      `${verb}: emit "onClose" needs windows that close (tumbling, sliding, session); use "everyBatch", "changed" or "end"`,
    );
  }
  const marked = timed && showsPanes(window, indexOf(input, windowText(window)), emit);
  checkPanes(panes, marked, verb);
  const bounds: Field[] = [];
  if (timed || window.kind === 'range') {
    const index = indexOf(input, windowText(window));
    checkSpans(window, index);
    index.ticks(options.outOfOrder ?? 0, 'outOfOrder');
    if (timed) for (const name of ['windowStart', 'windowEnd']) bounds.push(field(name, index.boundType, false));
    if (marked) bounds.push(field('pane', dictionary(), false));
    if (panes === 'retracting') bounds.push(field('retract', bool(), false));
  }
  const keyFields = keys.map(({ name, expression }) => field(name, typeOf(expression, input.schema, 'groupby')));
  const { calls, outer: expressed } = splitAggregates(
    results.map(({ expression }) => expression),
    verb,
  );
  const bare = calls.map(call => bindAggregate(call, input.schema, verb));
  for (const { aggregation } of bare) checkStates(aggregation, window, verb);
  const outer = results.map(({ name }, at) => ({ name, expression: expressed[at]! }));
  const raw = new Schema([
    ...bounds,
    ...keyFields,
    ...bare.map(({ key, aggregation, types }) => field(key, aggregation.resultType(types))),
  ]);
  for (const { expression } of outer) checkAggregated(expression, raw, verb);
  const schema = new Schema([
    ...bounds,
    ...keyFields,
    ...outer.map(({ name, expression }) => field(name, typeOf(expression, raw, verb))),
  ]);
  return {
    op: 'aggregate',
    input,
    window,
    keys,
    aggregates: bare,
    raw,
    results: outer,
    written: results,
    emit,
    panes,
    outOfOrder: options.outOfOrder ?? 0,
    schema,
    index: timed ? 'windowStart' : null,
    visible: schema.length,
    // marked results are a log of changes: none takes the place of all that came before
    mode: timed && (emit === 'onClose' || marked) ? 'streaming' : 'updating',
  };
}

function bindAggregate(call: AggregateCall, schema: Schema, verb: string): BoundAggregate {
  const name = call.name === 'count' && call.args.length === 0 ? 'size' : call.name;
  const aggregation = call.aggregation ?? aggregationOf(name, verb);
  const { args, parameters } = argumentsOf(call, aggregation, verb);
  const types = args.map(arg => typeOf(arg, schema, verb));
  aggregation.resultType(types);
  aggregation.kind(types, parameters); // refuses parameters that make no sense
  return { key: call.key, aggregation, args, types, parameters };
}

/** @throws OptionError when the window does to states what they can't do */
function checkStates({ name, lacks }: Aggregation, window: WindowScheme, verb: string): void {
  const leaves = window.kind === 'rows' || window.kind === 'range';
  if (leaves && lacks?.onOld) {
    throw new OptionError(
      'aggregation',
      `${verb}: rows leave a ${windowText(window)}, and ${name} can't forget them: ${lacks.onOld}; add one, or use windows that close`,
    );
  }
  const adds = window.kind === 'sliding' || window.kind === 'session';
  if (adds && lacks?.merge) {
    throw new OptionError(
      'aggregation',
      `${verb}: a ${windowText(window)} adds states to states, and those of ${name} can't be: ${lacks.merge}; add one, or use tumbling()`,
    );
  }
}

/** Whether windows show several results, each with a word which it is. */
const showsPanes = (window: EventTimeWindow, index: TimeIndex, emit: EmitMode): boolean =>
  emit === 'onUpdate' || (emit === 'onClose' && index.ticks(window.allowedLateness, 'allowedLateness') > 0n);

/** @throws OptionError for results that have nothing to do with those before */
function checkPanes(panes: PaneMode, marked: boolean, verb: string): void {
  if (panes === 'accumulating' || marked) return;
  throw new OptionError(
    'panes',
    `${verb}: panes "${panes}" is for windows that show several results, one after another; use emit "onUpdate", or windows with { allowedLateness }`,
  );
}

/** The late rows of event-time windows: the columns of their input. */
export function latePlan(input: AggregatePlan): LatePlan {
  const { schema, index, visible, mode } = input.input;
  return { op: 'late', input, schema, index, visible, mode };
}

function checkAggregated(expression: Expression, raw: Schema, verb: string): void {
  for (const name of columnsOf(expression)) {
    if (raw.has(name)) continue;
    throw new SchemaError(
      `${verb}: column "${name}" stands outside an aggregation; put it in one, as in max(${name}), or group by it`,
      { column: name },
    );
  }
}
