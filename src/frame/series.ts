import type { Aggregation } from '../aggregate/accumulator.ts';
import type { UserAggregation } from '../aggregate/user-aggregation.ts';
import type { Batch } from '../column/batch.ts';
import type { Vector } from '../column/vector.ts';
import { checkOptions, OptionError, SchemaError } from '../errors.ts';
import { aggregate, aggregateWith, type Constant, call, type Expression, literal } from '../expr/expression.ts';
import type { Op } from '../expr/ops.ts';
import type { AbsoluteResult, NegatedResult } from '../expr/result-type.ts';
import { typeNamed } from '../expr/type-name.ts';
import { mapCells } from '../scan/map-cells.ts';
import type {
  Bool,
  DataType,
  Float64,
  Int64,
  NumericType,
  TemporalType,
  TextType,
  Utf8,
  ValueOf,
} from '../schema/data-type.ts';
import { i32, isDataType, typeText } from '../schema/data-type.ts';
import type { Columns } from '../schema/schema.ts';
import { Shown } from '../shown.ts';
import { Stream } from '../stream/stream.ts';
import { everything, slidingOver, type WindowScheme, windowText } from '../window/window.ts';
import { TextColumn, TimeColumn } from './accessors.ts';
import { aggregatePlan } from './aggregate-plan.ts';
import type { DataFrameBase } from './data-frame.ts';
import { Ewm, type EwmOptions, ewmCall } from './ewm.ts';
import type { AggregateSettings, DdofSettings } from './group-types.ts';
import { keysOf, refuseSettings } from './input.ts';
import { aggregatePartitionsPlan, applyPlan, fullPlan, mapPartitionsPlan } from './partitions.ts';
import { type Plan, projectPlan } from './plan.ts';
import { presentKey } from './present-key.ts';
import { ColumnRolling, rollingCall } from './rolled.ts';
import type { RollingOptions } from './rolling.ts';
import { isAggregated, isRowWise, keyedBy } from './scans.ts';
import { type Scoped, together } from './series-scope.ts';
import { type TopOptions, topValuesPlan } from './top-values.ts';
import type { Arithmetic, CountType, DataFrame, Operand, SumType } from './types.ts';
import type { ResultOptions } from './user-rows.ts';
import { checkedExtent, checkedWindow } from './window-checks.ts';

/** Methods of windows for columns of any type, */
type OfAny =
  | 'count'
  | 'size'
  | 'nunique'
  | 'mode'
  | 'min'
  | 'max'
  | 'first'
  | 'last'
  | 'nth'
  | 'argmin'
  | 'argmax'
  | 'agg'
  | 'valueCounts';
/** and for times. */
type OfTimes = 'median' | 'quantile' | 'rank';

/**
 * A streaming column: an expression over a frame's rows (`t.price.mul(t.qty)`), or a value per group or window
 * (`t.price.sum()`), which `agg` takes, and which by itself is a running result.
 *
 * Operations check names and types at once and move no bytes.
 */
export class Series<T extends DataType = DataType> extends Shown {
  readonly frame: DataFrameBase<any>;
  readonly expression: Expression;
  /** The column's name, or the expression as text. */
  readonly name: string;
  /** The window that its aggregations are over. */
  readonly scope: WindowScheme;
  /** When its results come out, as its aggregations were told. */
  readonly settings: AggregateSettings;
  /** Carries the type for the compiler; at run time see `type`. */
  declare readonly dtype: T;

  constructor(
    frame: DataFrameBase<any>,
    expression: Expression,
    name = expression.kind === 'column' ? expression.name : expression.key,
    scope: WindowScheme = everything,
    settings: AggregateSettings = {},
  ) {
    super();
    this.frame = frame;
    this.scope = scope;
    this.settings = settings;
    this.expression = expression;
    this.name = name;
  }

  /** @throws SchemaError when the expression has no meaning over the frame */
  get type(): DataType {
    const { expression } = this;
    const reduced = isAggregated(expression) && !isRowWise(expression);
    return reduced ? this.plan.schema.fields.at(-1)!.type : this.frame.typeOf(expression);
  }

  add<const O extends Operand<T>>(this: Series<NumericType | Bool>, other: O): Series<Arithmetic<T, O> & DataType>;
  add(this: Series<TextType>, other: Series<TextType> | string): Series<T>;
  add(other: unknown): Series<any> {
    return this.#binary('add', other);
  }

  sub<const O extends Operand<T>>(this: Series<NumericType>, other: O): Series<Arithmetic<T, O> & DataType> {
    return this.#binary('sub', other);
  }

  mul<const O extends Operand<T>>(this: Series<NumericType | Bool>, other: O): Series<Arithmetic<T, O> & DataType> {
    return this.#binary('mul', other);
  }

  /** Always float64; x / 0 is ±Infinity or NaN. */
  div(this: Series<NumericType | Bool>, other: Operand<T>): Series<Float64> {
    return this.#binary('div', other);
  }

  /** Rounded down, with the sign of the divisor. */
  floordiv(this: Series<NumericType>, other: Operand<T>): Series<T | Float64> {
    return this.#binary('floordiv', other);
  }

  /** Remainder with the sign of the divisor. */
  mod(this: Series<NumericType>, other: Operand<T>): Series<T | Float64> {
    return this.#binary('mod', other);
  }

  pow(this: Series<NumericType>, other: Operand<T>): Series<T | Float64> {
    return this.#binary('pow', other);
  }

  eq(other: Operand<T> | null): Series<Bool> {
    return this.#binary('eq', other);
  }

  ne(other: Operand<T> | null): Series<Bool> {
    return this.#binary('ne', other);
  }

  lt(other: Operand<T>): Series<Bool> {
    return this.#binary('lt', other);
  }

  le(other: Operand<T>): Series<Bool> {
    return this.#binary('le', other);
  }

  gt(other: Operand<T>): Series<Bool> {
    return this.#binary('gt', other);
  }

  ge(other: Operand<T>): Series<Bool> {
    return this.#binary('ge', other);
  }

  /** Both ends included, as in pandas. */
  between(low: Operand<T>, high: Operand<T>): Series<Bool> {
    return this.#call('between', [low, high]);
  }

  isIn(values: readonly (ValueOf<T> | number)[]): Series<Bool> {
    if (!Array.isArray(values)) throw new OptionError('values', 'isIn: give a list of values, as in isIn([1, 2])');
    return this.#call('isIn', values);
  }

  and(this: Series<Bool>, other: Series<Bool> | boolean): Series<Bool> {
    return this.#binary('and', other);
  }

  or(this: Series<Bool>, other: Series<Bool> | boolean): Series<Bool> {
    return this.#binary('or', other);
  }

  xor(this: Series<Bool>, other: Series<Bool> | boolean): Series<Bool> {
    return this.#binary('xor', other);
  }

  not(this: Series<Bool>): Series<Bool> {
    return this.#call('not', []);
  }

  neg(this: Series<NumericType>): Series<NegatedResult<T>> {
    return this.#call('neg', []);
  }

  abs(this: Series<NumericType>): Series<AbsoluteResult<T>> {
    return this.#call('abs', []);
  }

  /** To `decimals` places, half to even. */
  round(this: Series<NumericType>, decimals = 0): Series<T> {
    return this.#call('round', [decimals]);
  }

  isNull(): Series<Bool> {
    return this.#call('isNull', []);
  }

  notNull(): Series<Bool> {
    return this.#call('notNull', []);
  }

  /** Null or NaN. */
  isna(): Series<Bool> {
    return this.#call('isna', []);
  }

  /** Neither null nor NaN. */
  notna(): Series<Bool> {
    return this.#call('notna', []);
  }

  /** Null and NaN replaced. */
  fillna(value: Operand<T>): Series<T> {
    return this.#binary('fillna', value);
  }

  clip(this: Series<NumericType>, low: number | null, high: number | null): Series<T> {
    return this.#call('clip', [low, high]);
  }

  /**
   * The bin of each value, (edges[i], edges[i + 1]], as in pandas: its number from 0, or its label; null outside all bins.
   *
   * @throws OptionError for less than two edges, or another number of labels than of bins
   */
  cut(this: Series<NumericType>, edges: readonly number[], labels?: readonly string[]): Series<any> {
    if (!Array.isArray(edges))
      throw new OptionError('edges', 'cut: give the edges of the bins, as in cut([0, 10, 20])');
    if (edges.length < 2 || edges.some((edge, at) => at > 0 && !(edge > edges[at - 1]!))) {
      throw new OptionError('edges', `cut: the edges [${edges.join(', ')}] make no bins; give two or more, ascending`);
    }
    if (labels && labels.length !== edges.length - 1) {
      throw new OptionError('labels', `cut: ${labels.length} labels for ${edges.length - 1} bins; give one for each`);
    }
    const bin = (at: number): Expression => {
      const here = labels ? literal(labels[at]!) : call('cast', [literal(at)], i32());
      const further = at + 2 < edges.length ? bin(at + 1) : literal(null);
      return call('ifElse', [call('le', [this.expression, literal(edges[at + 1]!)]), here, further]);
    };
    const within = call('gt', [this.expression, literal(edges[0]!)]);
    return this.#make(call('ifElse', [within, bin(0), literal(null)]));
  }

  /** This where `condition` is true, `other` (default: null) elsewhere. */
  where(condition: Series<Bool>, other: Operand<T> | null = null): Series<T> {
    return this.#make(call('ifElse', [condition.expression, this.expression, this.#operand(other)]));
  }

  contains(this: Series<TextType>, text: string): Series<Bool> {
    return this.#call('contains', [text]);
  }

  startsWith(this: Series<TextType>, text: string): Series<Bool> {
    return this.#call('startsWith', [text]);
  }

  endsWith(this: Series<TextType>, text: string): Series<Bool> {
    return this.#call('endsWith', [text]);
  }

  /** Converted; a type or its text, such as `f64()` or `'timestamp[ms]'`. */
  astype<U extends DataType>(type: U): Series<U>;
  astype(type: string): Series;
  astype(type: DataType | string): Series<any> {
    return this.#make(call('cast', [this.expression], typeIn(type)));
  }

  sum(this: Series<NumericType | Bool>, settings?: AggregateSettings): Series<SumType<T> & DataType> {
    return this.#reduced('sum', settings);
  }

  /** NaN and null are skipped; null when nothing is left. */
  mean(this: Series<NumericType | Bool>, settings?: AggregateSettings): Series<Float64> {
    return this.#reduced('mean', settings);
  }

  /** Cells that are neither null nor NaN. */
  count(settings?: AggregateSettings): Series<CountType> {
    return this.#reduced('count', settings);
  }

  /** Rows, null or not. */
  size(settings?: AggregateSettings): Series<CountType> {
    return this.#make(aggregate('size'), settings);
  }

  min(settings?: AggregateSettings): Series<T> {
    return this.#reduced('min', settings);
  }

  max(settings?: AggregateSettings): Series<T> {
    return this.#reduced('max', settings);
  }

  var(this: Series<NumericType | Bool>, settings?: DdofSettings): Series<Float64> {
    return this.#reduced('var', settings);
  }

  std(this: Series<NumericType | Bool>, settings?: DdofSettings): Series<Float64> {
    return this.#reduced('std', settings);
  }

  median(this: Series<NumericType | Bool>, settings?: AggregateSettings): Series<Float64> {
    return this.#reduced('median', settings);
  }

  /** `q` in [0, 1]; `interpolation` as in pandas: linear, lower, higher, nearest, midpoint. */
  quantile(
    this: Series<NumericType | Bool>,
    q: number,
    interpolation = 'linear',
    settings?: AggregateSettings,
  ): Series<Float64> {
    return this.#reduced('quantile', settings, { q, interpolation });
  }

  first(settings?: AggregateSettings): Series<T> {
    return this.#reduced('first', settings);
  }

  last(settings?: AggregateSettings): Series<T> {
    return this.#reduced('last', settings);
  }

  /** The value at place `n` in order of arrival, from 0; from the end from -1 on. Null when there are too few; missing values are skipped. */
  nth(n: number, settings?: AggregateSettings): Series<T> {
    return this.#reduced('nth', settings, { n });
  }

  nunique(settings?: AggregateSettings): Series<CountType> {
    return this.#reduced('nunique', settings);
  }

  /** About how many distinct values, with a standard error of 1.04 / √2^precision (1.6 %), in 2^precision bytes. */
  approxNunique(options: AggregateSettings & { readonly precision?: number } = {}): Series<Int64> {
    const { precision, ...settings } = options;
    return this.#reduced('approx_nunique', settings, { precision });
  }

  /**
   * The `k` most frequent values with their counts, as text `'ORD: 812, ATL: 790'`. Exact for up to `capacity` distinct values, beyond that
   * too high by rows / capacity at most; exact over windows that rows leave. As rows: `topValues`.
   */
  topK(k = 10, options: AggregateSettings & { readonly capacity?: number } = {}): Series<Utf8> {
    const { capacity, ...settings } = options;
    return this.#reduced('top_k', settings, { k, capacity });
  }

  /**
   * The `k` most frequent values as a frame: the value, `count`, and by how much the count may be too high, `error`; the most frequent
   * first. See `topK`.
   */
  topValues(k = 10, options: TopOptions & AggregateSettings = {}): DataFrame<Columns> {
    const { frame, name, expression, type, scope } = this;
    const { capacity, ...settings } = options;
    const column = { name, expression, type };
    const over = { ...this.#emission(settings), window: scope, keys: [] };
    return frame.derive(topValuesPlan(frame.plan, column, k, { capacity }, over));
  }

  /** The quantile to a relative `error` (default 0.01), in memory that does not grow with the number of rows. */
  approxQuantile(
    this: Series<NumericType | Bool>,
    q: number,
    options: AggregateSettings & { readonly error?: number } = {},
  ): Series<Float64> {
    const { error, ...settings } = options;
    return this.#reduced('approx_quantile', settings, { q, error });
  }

  /** Running sum; a null row is null, and the sum goes on behind it. */
  cumsum(this: Series<NumericType | Bool>): Series<SumType<T> & DataType> {
    return this.#aggregate('cumsum');
  }

  cumprod(this: Series<NumericType | Bool>): Series<SumType<T> & DataType> {
    return this.#aggregate('cumprod');
  }

  cummin(this: Series<NumericType | Bool>): Series<T> {
    return this.#aggregate('cummin');
  }

  cummax(this: Series<NumericType | Bool>): Series<T> {
    return this.#aggregate('cummax');
  }

  /** The value `n` rows before, also across batches; null for the first n rows. */
  shift(n = 1): Series<T> {
    return this.#aggregate('shift', { n });
  }

  /** This less the value `n` rows before. */
  diff(this: Series<NumericType>, n = 1): Series<T> {
    return this.sub(this.shift(n) as any) as any;
  }

  /** This by the value `n` rows before, less 1. */
  pctChange(this: Series<NumericType>, n = 1): Series<Float64> {
    return this.div(this.shift(n) as any).sub(1) as any;
  }

  /** Nulls take the last present value, also from earlier batches. */
  ffill(): Series<T> {
    return this.#aggregate('ffill');
  }

  /** Standard error of the mean. */
  sem(this: Series<NumericType | Bool>, settings?: DdofSettings): Series<Float64> {
    return this.#reduced('sem', settings);
  }

  /** Skewness, unbiased as in pandas. */
  skew(this: Series<NumericType | Bool>, settings?: AggregateSettings): Series<Float64> {
    return this.#reduced('skew', settings);
  }

  /** Excess kurtosis, unbiased as in pandas. */
  kurt(this: Series<NumericType | Bool>, settings?: AggregateSettings): Series<Float64> {
    return this.#reduced('kurt', settings);
  }

  prod(this: Series<NumericType | Bool>, settings?: AggregateSettings): Series<SumType<T> & DataType> {
    return this.#reduced('prod', settings);
  }

  /** Whether any value is true (not 0). */
  any(this: Series<NumericType | Bool>, settings?: AggregateSettings): Series<Bool> {
    return this.#reduced('any', settings);
  }

  /** Whether all values are true (not 0). */
  all(this: Series<NumericType | Bool>, settings?: AggregateSettings): Series<Bool> {
    return this.#reduced('all', settings);
  }

  /** The most frequent value; the least of several. */
  mode(settings?: AggregateSettings): Series<T> {
    return this.#reduced('mode', settings);
  }

  /** This column's value where `by` is least; the earliest of several. */
  argmin(by: Series<any>, settings?: AggregateSettings): Series<T> {
    return this.#reduced('argmin', settings, {}, by);
  }

  /** This column's value where `by` is greatest; the earliest of several. */
  argmax(by: Series<any>, settings?: AggregateSettings): Series<T> {
    return this.#reduced('argmax', settings, {}, by);
  }

  /** Pearson's correlation with another column. */
  corr(
    this: Series<NumericType | Bool>,
    other: Series<NumericType> | Series<Bool>,
    settings?: AggregateSettings,
  ): Series<Float64> {
    return this.#reduced('corr', settings, {}, other);
  }

  cov(
    this: Series<NumericType | Bool>,
    other: Series<NumericType> | Series<Bool>,
    settings?: DdofSettings,
  ): Series<Float64> {
    return this.#reduced('cov', { ddof: 1, ...settings }, {}, other);
  }

  /** How often each value occurs, in ascending order of the values, as a frame of the values and `count`. */
  valueCounts(settings: AggregateSettings = {}): DataFrame<Columns> {
    const name = this.name === 'count' ? 'value' : this.name;
    const options = {
      ...this.#emission(settings),
      window: this.scope,
      keys: [{ name, expression: presentKey(this.expression, this.type) }],
      results: [{ name: 'count', expression: aggregate('size') }],
    };
    return this.frame.derive(aggregatePlan(this.frame.plan, options, 'valueCounts'));
  }

  /**
   * The last `n` rows, or the rows of the last stretch of time, for each row: `rolling(20).mean()`, `rolling('2s').max()`. A value appears
   * when the window holds `minPeriods` values: default `n` for windows of rows, 1 for spans of time.
   */
  rolling(this: Series<NumericType | Bool>, window: number | string, options?: RollingOptions): ColumnRolling<T>;
  rolling(
    this: Series<TemporalType>,
    window: number | string,
    options?: RollingOptions,
  ): Pick<ColumnRolling<T>, OfAny | OfTimes>;
  rolling(this: Series<any>, window: number | string, options?: RollingOptions): Pick<ColumnRolling<T>, OfAny>;
  rolling(window: number | string, options: RollingOptions = {}): any {
    checkedExtent(this.frame.plan, window);
    return new ColumnRolling(this, window, options, (name, parameters, others) =>
      this.#make(rollingCall(name, this.expression, parameters, others)),
    );
  }

  /**
   * What it remembers, it remembers by group: `t.price.rolling(20).mean().over('symbol')`, `t.qty.cumsum().over(['symbol', 'side'])`. Rows
   * whose key is missing have no value.
   *
   * @throws OptionError when it remembers nothing
   */
  over(keys: string | Series<any> | readonly (string | Series<any>)[]): Series<T> {
    const by = keysOf(keys, this.frame).map(({ expression }) => expression);
    return this.#make(keyedBy(this.expression, by, 'over'));
  }

  /** Weights that fall with age, row by row: `ewm({ halflife: 10 }).mean()`. */
  ewm(this: Series<NumericType | Bool>, decay: EwmOptions): Ewm {
    return new Ewm(decay, (name, parameters, others) => this.#make(ewmCall(name, this.expression, parameters, others)));
  }

  /** Everything so far, in a window's words. */
  expanding(): Series<T> {
    return new Series(this.frame, this.expression, this.name, everything);
  }

  /** The last `n` rows or the last stretch of time: `series.window('1m').sum()`. */
  window(extent: number | string): Series<T> {
    return new Series(this.frame, this.expression, this.name, checkedWindow(this.frame.plan, slidingOver(extent)));
  }

  /**
   * What `fn` makes of each cell (null for missing ones; bigints for int64), as values of `type`; default: this column's type.
   * JavaScript row by row: a built-in operation is many times as fast.
   */
  map<U extends DataType = T>(fn: (cell: ValueOf<T> | null) => unknown, type?: U): Series<U> {
    const scan = mapCells(fn, type ?? this.type);
    return this.#make({ ...aggregate(scan.name, [this.expression]), scan });
  }

  /** `other - this`, as pandas' rsub. */
  rsub(this: Series<NumericType>, other: number | bigint): Series<any> {
    return this.#reversed('sub', other);
  }

  rdiv(this: Series<NumericType>, other: number | bigint): Series<Float64> {
    return this.#reversed('div', other);
  }

  rfloordiv(this: Series<NumericType>, other: number | bigint): Series<any> {
    return this.#reversed('floordiv', other);
  }

  rmod(this: Series<NumericType>, other: number | bigint): Series<any> {
    return this.#reversed('mod', other);
  }

  rpow(this: Series<NumericType>, other: number | bigint): Series<any> {
    return this.#reversed('pow', other);
  }

  /** Text operations. */
  get str(): TextColumn {
    return new TextColumn((op, operands) => this.#call(op, operands));
  }

  /** Parts, roundings and texts of dates and times. */
  get dt(): TimeColumn<T extends TemporalType ? T : TemporalType> {
    return new TimeColumn((op, operands) => this.#call(op, operands));
  }

  /** Any other aggregation by name, with its parameters. */
  aggregate(name: string, parameters?: Readonly<Record<string, number | string | boolean>>): Series;
  /** An aggregation as a value, `userAggregation(object)` or `wasmAggregation(bytes)`; behind it the other columns that it takes. */
  aggregate<U extends DataType>(aggregation: Aggregation<U>, ...columns: readonly Series<any>[]): Series<U>;
  /** A user's aggregation of this column, which gets a `Vector` of each batch; see `UserAggregation`. */
  aggregate(aggregation: UserAggregation<any, any, Vector<T>>, options?: ResultOptions): DataFrame<Columns>;
  aggregate(aggregation: string | Aggregation | UserAggregation<any, any, any>, ...rest: readonly any[]): any {
    const [options = {}] = rest;
    if (typeof aggregation === 'string') return this.#aggregate(aggregation, options);
    if ('kind' in aggregation) {
      return this.#make(
        aggregateWith(
          aggregation,
          [this, ...rest].map(({ expression }) => expression),
        ),
      );
    }
    const { frame, name, scope } = this;
    return frame.derive(
      aggregatePartitionsPlan(this.#rowPlan(), scope, [], aggregation, { as: 'vector', name, ...options }),
    );
  }

  /** Every batch's `Vector` of this column through a function of the user; see `DataFrame.mapPartitions`. */
  mapPartitions(fn: (cells: Vector<T>) => unknown, options: ResultOptions = {}): DataFrame<Columns> {
    const { frame, name } = this;
    return frame.derive(mapPartitionsPlan(this.#rowPlan(), 'mapPartitions', fn, { as: 'vector', name, ...options }));
  }

  /** All cells of the window after every batch, in the order in which they came. */
  full(): DataFrame<Record<string, T>> {
    return this.frame.derive(fullPlan(this.#rowPlan(), this.scope));
  }

  /** What `fn` makes of the window's cells, a `Vector`, after every batch; see `Window.apply`. */
  apply(fn: (cells: Vector<T>) => unknown, options: ResultOptions = {}): DataFrame<Columns> {
    const { frame, name, scope } = this;
    return frame.derive(applyPlan(this.#rowPlan(), scope, fn, { as: 'vector', name, ...options }));
  }

  /**
   * Calls `fn` with this column of every batch: a `Vector` for a column, the value itself for a running result, the value of each window for
   * windows of event time (`toFrame` has their bounds). A promise that `fn` returns holds what follows back. Returns what ends it.
   */
  sink(fn: (value: any) => unknown): () => void {
    const plan = this.plan;
    const scalar = plan.op === 'aggregate';
    return this.frame.root.attach(plan, ({ vectors }: Batch) =>
      scalar ? eachCell(vectors.at(-1)!, fn) : fn(vectors[0] as Vector),
    );
  }

  /** What this series computes by itself: a frame of one column. */
  get plan(): Plan {
    return this.#planAs(this.name);
  }

  /** A frame with this one column. */
  toFrame(name: string = this.name): DataFrame<Record<string, T>> {
    return this.frame.derive(this.#planAs(name));
  }

  /** The results as a stream: a `Vector` for each batch, or the value of a running result. */
  get stream(): Stream<any> {
    const stream = new Stream<any>({ name: this.name });
    this.sink(value => stream.emit(value));
    return stream;
  }

  /** All results from now on, in a list that grows. */
  sinkToList(): any[] {
    const list: any[] = [];
    this.sink(value => {
      list.push(value);
    });
    return list;
  }

  override toString(): string {
    if (isAggregated(this.expression)) return `Series ${this.name} over ${windowText(this.scope)}`;
    return `Series<${typeText(this.type)}> ${this.name}`;
  }

  #planAs(name: string): Plan {
    const { frame, expression, scope } = this;
    const named = [{ name, expression }];
    if (isAggregated(expression) && !isRowWise(expression)) {
      return aggregatePlan(frame.plan, { ...this.#emission(), window: scope, keys: [], results: named }, name);
    }
    refuseSettings(this, name);
    if (!isAggregated(expression)) {
      if (scope === everything) return projectPlan(frame.plan, named, name);
      throw new SchemaError(
        `window: ${name} has a value for each row; say what to compute over the window, as in sum()`,
      );
    }
    return projectPlan(frame.plan, named, name, scope);
  }

  /** The column by itself, whatever window its aggregations are over. */
  #rowPlan(): Plan {
    return projectPlan(this.frame.plan, [{ name: this.name, expression: this.expression }], this.name);
  }

  /** When results come out: as they were told here, else to the aggregations; rows may be as late as the frame says. */
  #emission(settings: AggregateSettings = {}): AggregateSettings {
    const { emit, panes, outOfOrder } = { ...this.settings, ...settings };
    return { emit, panes, outOfOrder: outOfOrder ?? this.frame.outOfOrder };
  }

  #make(expression: Expression, settings: AggregateSettings = {}): Series<any> {
    return new Series(this.frame, expression, undefined, this.scope, { ...this.settings, ...settings });
  }

  #operand(other: unknown): Expression {
    return other instanceof Series ? other.expression : literal(other as Constant);
  }

  #binary(op: Op, other: unknown): Series<any> {
    return this.#call(op, [other]);
  }

  #reversed(op: Op, other: number | bigint): Series<any> {
    return this.#make(call(op, [literal(other), this.expression]));
  }

  #call(op: Op, operands: readonly unknown[]): Series<any> {
    const expression = call(op, [this.expression, ...operands.map(other => this.#operand(other))]);
    const series = operands.filter((other): other is Series<any> => other instanceof Series);
    const { scope, settings } = series.reduce<Scoped>((met, other) => together(op, met, other), this);
    return new Series(this.frame, expression, undefined, scope, settings);
  }

  #reduced(
    name: string,
    settings: DdofSettings = {},
    parameters: Readonly<Record<string, number | string | undefined>> = {},
    ...others: readonly Series<any>[]
  ): Series<any> {
    const { ddof, ...emission } = settings;
    checkOptions(name, emission, ['emit', 'panes', 'outOfOrder']);
    const args = [this, ...others].map(({ expression }) => expression);
    return this.#make(aggregate(name, args, given({ ...parameters, ddof })), emission);
  }

  #aggregate(
    name: string,
    parameters: Readonly<Record<string, number | string | boolean | undefined>> = {},
  ): Series<any> {
    return this.#make(aggregate(name, [this.expression], given(parameters)));
  }
}

/** Calls `fn` with one cell after the other; a promise that it returns is waited for. */
function eachCell(cells: Vector, fn: (value: any) => unknown, from = 0): void | Promise<void> {
  for (let row = from; row < cells.length; row++) {
    const working = fn(cells.get(row));
    if (working instanceof Promise) return working.then(() => eachCell(cells, fn, row + 1));
  }
}

/** A type, or what its name says. @throws OptionError for a name that is none */
function typeIn(type: DataType | string): DataType {
  const found = typeof type === 'string' ? typeNamed(type) : type;
  if (isDataType(found)) return found;
  throw new OptionError(
    'type',
    `astype: ${JSON.stringify(type)} is no type; give one, such as f64() or 'timestamp[ms]'`,
  );
}

const given = (parameters: Readonly<Record<string, number | string | boolean | undefined>>): Record<string, number> =>
  Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined)) as Record<string, number>;
