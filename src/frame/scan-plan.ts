import type { Parameters } from '../aggregate/accumulator.ts';
import { OptionError, SchemaError } from '../errors.ts';
import { argumentsOf } from '../expr/aggregates.ts';
import { type AggregateCall, call, columnsOf, type Expression } from '../expr/expression.ts';
import { typeOf } from '../expr/type-of.ts';
import type { RollingKind } from '../rolling/rollings.ts';
import { RollingWindows } from '../scan/rolling-windows.ts';
import type { Scan, ScanKind, ScanOptions } from '../scan/scan.ts';
import { type DataType, sameType } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import { indexOf, type Plan, type PlanBase } from './plan.ts';
import { presentKey } from './present-key.ts';
import { checkedExtent } from './window-checks.ts';

/** Adds remembering columns, hidden, behind the input's. */
export interface ScanPlan extends PlanBase {
  readonly op: 'scan';
  readonly input: Plan;
  /** Keys of the groups whose rows are remembered apart; none: all rows together. */
  readonly by: readonly Expression[];
  readonly args: readonly Expression[];
  /** Types of the arguments. */
  readonly types: readonly DataType[];
  /** As it was written. */
  readonly text: string;
  /** It goes by the time index. */
  readonly timed: boolean;
  /** What computes the columns, for one run. */
  readonly open: (options: Omit<ScanOptions, 'parameters'>) => Scan;
  /** For columns over windows of each row: those over the same windows join. */
  readonly rolling: Rolling | null;
}

interface Rolling {
  /** Rows of a window, or a span of time. */
  readonly n: number | string;
  readonly columns: readonly RollingColumn[];
}

/** One answer for the window of each row. */
interface RollingColumn {
  readonly name: string;
  readonly kind: RollingKind;
  readonly args: readonly Expression[];
  readonly parameters: Parameters;
  readonly minPeriods: number;
  readonly text: string;
}

/** `input` with the remembering column `name`. @throws SchemaError when it can't take its arguments */
export function scanPlan(input: Plan, name: string, node: AggregateCall, kind: ScanKind, verb: string): ScanPlan {
  const { args, parameters } = argumentsOf(node, kind, verb);
  const given = args.map(arg => typeOf(arg, input.schema, verb));
  const types = kind.inputs(given);
  const timed = kind.needsIndex?.(parameters) ?? false;
  if (timed) indexOf(input, node.name);
  if (node.name.startsWith('rolling_')) checkedExtent(input, parameters.n);
  return {
    ...planOf(input, [{ name, type: kind.result(types) }]),
    by: keysOf(input, node, verb),
    args: args.map((arg, at) => (sameType(given[at]!, types[at]!) ? arg : call('cast', [arg], types[at]!))),
    types,
    text: node.key,
    timed,
    open: options => kind.create({ ...options, parameters }),
    rolling: null,
  };
}

/**
 * `input` with the column `name` over the windows of each row; it joins those that stand there already over the same windows.
 *
 * @throws SchemaError when it can't take its arguments; OptionError for a window or parameter that makes no sense
 */
export function rollingPlan(input: Plan, name: string, node: AggregateCall, kind: RollingKind, verb: string): ScanPlan {
  const known = { n: Number.NaN, minPeriods: Number.NaN, ...kind.parameters };
  const { args, parameters } = argumentsOf(node, { name: node.name, arity: kind.arity, parameters: known }, verb);
  const { n, minPeriods, ...own } = parameters;
  const window = checkedExtent(input, n);
  const least = minPeriodsOf(minPeriods, window, kind);
  kind.resultType(args.map(arg => typeOf(arg, input.schema, verb)));
  kind.check(own);
  const column = { name, kind, args, parameters: own, minPeriods: least, text: node.key };
  const by = keysOf(input, node, verb);
  return joined(input, window, by, column, verb) ?? rollingOver(input, by, { n: window, columns: [column] }, verb);
}

/** `input` with the column among those over the same windows, some remembering columns below; null when there are none. */
function joined(
  input: Plan,
  n: number | string,
  by: readonly Expression[],
  column: RollingColumn,
  verb: string,
): ScanPlan | null {
  if (input.op !== 'scan') return null;
  const { schema } = input.input;
  if (!column.args.every(arg => [...columnsOf(arg)].every(name => schema.has(name)))) return null;
  const { rolling } = input;
  if (rolling?.n === n && keyText(input.by) === keyText(by)) {
    return rollingOver(input.input, by, { n, columns: [...rolling.columns, column] }, verb);
  }
  const below = joined(input.input, n, by, column, verb);
  if (!below) return null;
  const own = input.schema.fields.slice(schema.length);
  return { ...input, input: below, schema: new Schema([...below.schema.fields, ...own]) };
}

const keyText = (by: readonly Expression[]): string => by.map(({ key }) => key).join(', ');

function rollingOver(input: Plan, by: readonly Expression[], rolling: Rolling, verb: string): ScanPlan {
  const { n, columns } = rolling;
  const args = new Map<string, Expression>();
  for (const arg of columns.flatMap(column => column.args)) args.set(arg.key, arg);
  const places = [...args.keys()];
  const types = [...args.values()].map(arg => typeOf(arg, input.schema, verb));
  const typed = ({ kind, args: own }: RollingColumn): DataType =>
    kind.resultType(own.map(({ key }) => types[places.indexOf(key)]!));
  const specs = columns.map(({ kind, args: own, parameters, minPeriods }) => {
    return { kind, args: own.map(({ key }) => places.indexOf(key)), parameters, minPeriods };
  });
  return {
    ...planOf(
      input,
      columns.map(column => ({ name: column.name, type: typed(column) })),
    ),
    by,
    args: [...args.values()],
    types,
    text: columns.map(({ text }) => text).join(', '),
    timed: typeof n === 'string',
    open: options => new RollingWindows(options, n, specs),
    rolling,
  };
}

function planOf(
  input: Plan,
  columns: readonly { readonly name: string; readonly type: DataType }[],
): PlanBase & { readonly op: 'scan'; readonly input: Plan } {
  const { schema, index, visible, mode } = input;
  const fields = columns.map(({ name, type }) => field(name, type));
  return { op: 'scan', input, schema: new Schema([...schema.fields, ...fields]), index, visible, mode };
}

/** A key that is not there, or NaN, is no group. */
const keysOf = ({ schema }: Plan, { by = [] }: AggregateCall, verb: string): Expression[] =>
  by.map(key => presentKey(key, typeOf(key, schema, verb)));

/** Default, as in pandas: all of a window of rows, 1 for spans of time; none for counts. */
function minPeriodsOf(given: Parameters[string] | undefined, n: number | string, kind: RollingKind): number {
  if (typeof given === 'number' && Number.isNaN(given)) return kind.counts ? 0 : typeof n === 'number' ? n : 1;
  if (Number.isSafeInteger(given) && Number(given) >= 0 && (typeof n === 'string' || Number(given) <= n))
    return Number(given);
  const most = typeof n === 'number' ? ` of at most ${n}` : '';
  throw new OptionError('minPeriods', `rolling: minPeriods is ${given}; give a whole number${most}, 0 or above`);
}

/** Whether the expression is grouped where only remembering columns can be. @throws SchemaError then */
export function refuseKeys({ by, name }: AggregateCall, verb: string): void {
  if (by === undefined) return;
  throw new SchemaError(`${verb}: ${name}() takes no keys; group the frame, as in groupby('k').agg({ … })`);
}
