import { nearest, OptionError } from '../errors.ts';
import { argumentsOf } from '../expr/aggregates.ts';
import { type AggregateCall, aggregate, type Expression } from '../expr/expression.ts';
import { mapExpression } from '../expr/map.ts';
import { ROLLINGS, rollingOf } from '../rolling/rollings.ts';
import type { Bool, DataType, Float64 } from '../schema/data-type.ts';
import type { Columns } from '../schema/schema.ts';
import { everything } from '../window/window.ts';
import type { DataFrameBase } from './data-frame.ts';
import type { AggregateInput } from './group-types.ts';
import { aggregatesOf } from './input.ts';
import type { Named } from './plan.ts';
import { Rolling, type RollingColumn, type RollingOptions, type Shown } from './rolling.ts';
import { isScan } from './scans.ts';
import type { Series } from './series.ts';
import type { DataFrame } from './types.ts';

type Parameters = Readonly<Record<string, number | string | boolean>>;

/** `rolling_mean(x, n=3, by=[k])`: `name` of `x`, and of further columns. */
export function rollingCall(
  name: string,
  x: Expression,
  parameters: Readonly<Record<string, number | string | boolean | undefined>>,
  others: readonly Expression[] = [],
  by: readonly Expression[] = [],
): AggregateCall {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const args = name === 'rolling_size' ? [] : [x, ...others];
  return aggregate(name, args, Object.fromEntries(given) as Parameters, by);
}

/**
 * The expression with every aggregation over the windows of each row: `sum(x) / max(y)` is `rolling_sum(x, n) / rolling_max(y, n)`.
 *
 * @throws OptionError for an aggregation that these windows lack
 */
function rolledOver(expression: Expression, window: Parameters, by: readonly Expression[], verb: string): Expression {
  return mapExpression(expression, node => {
    if (node.kind !== 'aggregate' || isScan(node)) return undefined;
    const name = node.name === 'count' && node.args.length === 0 ? 'size' : node.name;
    const own = node.aggregation;
    const builtIn = Object.hasOwn(ROLLINGS, name) ? ROLLINGS[name] : undefined;
    const kind = own ? rollingOf(own) : builtIn;
    if (!kind) {
      const near = nearest(name, Object.keys(ROLLINGS));
      const hint = near ? `did you mean "${near}"?` : `there are ${Object.keys(ROLLINGS).join(', ')}`;
      throw new OptionError('name', `${verb}: the windows of each row have no aggregation ${node.key}; ${hint}`);
    }
    // the window's own parameter is called n too
    const { n, ...rest } = node.parameters;
    const named = n === undefined ? rest : { ...rest, nth: n };
    const { args, parameters } = argumentsOf({ ...node, parameters: named }, kind, verb);
    if (own?.lacks?.onOld) {
      const text = `${verb}: rows leave the windows of each row, and ${own.name} can't forget them: ${own.lacks.onOld}; add one`;
      throw new OptionError('aggregation', text);
    }
    const rolled = aggregate(`rolling_${name}`, args, { ...window, ...parameters }, by);
    return own ? { ...rolled, rolling: kind } : rolled;
  });
}

/** Windows over each row of one column. */
export class ColumnRolling<T extends DataType> extends Rolling<Series<Float64>, Series<Shown<T>>, Series<Bool>> {
  readonly #series: Series<any>;
  readonly #window: number | string;

  constructor(series: Series<any>, window: number | string, options: RollingOptions, column: RollingColumn) {
    super(window, options, column);
    this.#series = series;
    this.#window = window;
  }

  /** Several aggregations by their names, as a frame: `agg(['mean', 'std'])`, `agg({ low: 'min', high: 'max' })`. */
  agg(aggregates: readonly string[] | Readonly<Record<string, string>>): DataFrame<Columns> {
    const names = Array.isArray(aggregates) ? Object.fromEntries(aggregates.map(name => [name, name])) : aggregates;
    const { frame, expression } = this.#series;
    const columns = Object.entries(names as Readonly<Record<string, string>>).map(([name, of]) => {
      const call = aggregate(of, of === 'size' ? [] : [expression]);
      return [name, rolledOver(call, this.parameters as Parameters, [], 'agg')] as const;
    });
    return frame.select(Object.fromEntries(columns)) as DataFrame<Columns>;
  }

  /** How often each value occurs in the last window of a batch, after every batch: the same as `window(n).valueCounts()`. */
  valueCounts(): DataFrame<Columns> {
    return this.#series.window(this.#window).valueCounts();
  }
}

/** Windows over each row of a frame, or of each of its groups: a column for each of its columns of numbers. */
export class FrameRolling<C extends Columns, R, V, B> extends Rolling<R, V, B> {
  readonly #frame: DataFrameBase<C>;
  readonly #by: readonly Expression[];
  readonly #show: (columns: readonly Named[], verb: string) => DataFrame<any>;

  /** @param show makes the frame of some columns */
  constructor(
    frame: DataFrameBase<C>,
    by: readonly Expression[],
    window: number | string,
    options: RollingOptions,
    column: RollingColumn,
    show: (columns: readonly Named[], verb: string) => DataFrame<any>,
  ) {
    super(window, options, column);
    this.#frame = frame;
    this.#by = by;
    this.#show = show;
  }

  /**
   * Several aggregations of the windows at once, with names and arithmetic over results, as `GroupBy.agg` takes them:
   * `agg({ vwap: t => t.notional.sum().div(t.qty.sum()), high: 'max(price)' })`.
   *
   * @throws OptionError for an aggregation that windows of each row lack
   */
  agg(aggregates: AggregateInput<C>): DataFrame<Columns> {
    const results = aggregatesOf(aggregates, this.#frame, 'agg', everything);
    const window = this.parameters as Parameters;
    return this.#show(
      results.map(({ name, expression }) => ({ name, expression: rolledOver(expression, window, this.#by, 'agg') })),
      'agg',
    );
  }
}
