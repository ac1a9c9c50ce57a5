import type { UserAggregation } from '../aggregate/user-aggregation.ts';
import type { Batch } from '../column/batch.ts';
import { checkOptions, OptionError } from '../errors.ts';
import { aggregate, call, column, literal } from '../expr/expression.ts';
import type { Bool, Float64 } from '../schema/data-type.ts';
import { isNumeric } from '../schema/data-type.ts';
import type { Columns, Field } from '../schema/schema.ts';
import { Shown } from '../shown.ts';
import { type WindowScheme, windowText } from '../window/window.ts';
import { aggregatePlan } from './aggregate-plan.ts';
import type { DataFrameBase } from './data-frame.ts';
import type { Ewm, EwmOptions } from './ewm.ts';
import { eachRow, ewmRows, type GroupedRows, remembered, rollingRows } from './group-rows.ts';
import type {
  AggregateInput,
  AggregateSettings,
  DdofSettings,
  Each,
  EachRow,
  GroupRolling,
  KeyColumns,
  NoBounds,
  NoSettings,
  OneOf,
  Picked,
  Results,
  Single,
  Sums,
} from './group-types.ts';
import { aggregatesOf } from './input.ts';
import type { Marked, Windowed } from './pane-types.ts';
import { aggregatePartitionsPlan } from './partitions.ts';
import type { Named } from './plan.ts';
import { presentKey } from './present-key.ts';
import type { RollingOptions } from './rolling.ts';
import type { Series } from './series.ts';
import { type TopOptions, topValuesPlan } from './top-values.ts';
import type { AsColumns, CountType, DataFrame, SumType } from './types.ts';
import type { ResultOptions } from './user-rows.ts';

const aggregateSettings = ['emit', 'panes', 'outOfOrder'];

/**
 * Rows by key, over a window: waits for its aggregations. `B` are the window's bounds among the results.
 *
 * Rows whose key is null are left out, as in pandas. */
export class GroupBy<C extends Columns, K = unknown, B = Record<never, never>> extends Shown {
  readonly #frame: DataFrameBase<C>;
  readonly #keys: readonly Named[];
  readonly #window: WindowScheme;
  readonly #picked: readonly string[] | null;

  constructor(
    frame: DataFrameBase<C>,
    keys: readonly Named[],
    window: WindowScheme,
    picked: readonly string[] | null = null,
  ) {
    super();
    this.#frame = frame;
    this.#keys = keys;
    this.#window = window;
    this.#picked = picked;
    for (const name of frame.schema.names) {
      if (name in this) continue; // a method's name: pick() reaches the column
      Object.defineProperty(this, name, { get: () => this.column(name), enumerable: true, configurable: true });
    }
  }

  /** What the property of a column gives. */
  protected column(name: string): unknown {
    return this.pick(name as keyof C & string);
  }

  /**
   * Several aggregations in one pass, with names and arithmetic over results. The result has the window's bounds (event-time windows),
   * the keys in ascending order, then the results.
   *
   * @throws SchemaError for unknown columns, types an aggregation can't take, and columns outside an aggregation
   */
  agg<const A extends AggregateInput<C>, const S extends AggregateSettings = NoSettings>(
    aggregates: A,
    settings?: S,
  ): Windowed<C, B, Results<C, K, A, Marked<B, S>>> {
    const results = aggregatesOf(aggregates, this.#frame, 'agg', this.#window);
    return this.#derive(results, settings ?? {}, 'agg') as any;
  }

  /** Only these columns, for `sum()` and the like. */
  pick<const P extends keyof C & string>(names: P | readonly P[]): Picked<C, P, K, B> {
    const list: readonly string[] = typeof names === 'string' ? [names] : names;
    for (const name of list) this.#frame.schema.field(name, 'pick');
    return new GroupBy<any, any, any>(this.#frame, this.#keys, this.#window, list) as any;
  }

  /**
   * A user's aggregation of the window's rows, or of each group's: a state per group, which goes with the group's last row; see
   * `UserAggregation`. Results are the keys, in ascending order, and what the aggregation gives.
   *
   * @throws OptionError for windows that rows leave, when it has no `onOld`; SchemaError when its results' columns can't be told
   */
  aggregate(aggregation: UserAggregation<any, any, Batch<any>>, options: ResultOptions = {}): DataFrame<Columns> {
    const { plan } = this.#frame;
    const columns = this.#picked ?? undefined;
    return this.#frame.derive(
      aggregatePartitionsPlan(plan, this.#window, this.#keys, aggregation, { ...options, columns }),
    );
  }

  sum<const S extends AggregateSettings = NoSettings>(settings?: S): Sums<C, K, B, S> {
    return this.#each('sum', settings, true);
  }

  mean<const S extends AggregateSettings = NoSettings>(settings?: S): Single<C, K, B, S, Float64> {
    return this.#each('mean', settings, true);
  }

  count<const S extends AggregateSettings = NoSettings>(settings?: S): Single<C, K, B, S, CountType> {
    return this.#each('count', settings);
  }

  min<const S extends AggregateSettings = NoSettings>(settings?: S): OneOf<C, B, S> {
    return this.#each('min', settings);
  }

  max<const S extends AggregateSettings = NoSettings>(settings?: S): OneOf<C, B, S> {
    return this.#each('max', settings);
  }

  var<const S extends DdofSettings = NoSettings>(settings?: S): Single<C, K, B, S, Float64> {
    return this.#each('var', settings, true);
  }

  std<const S extends DdofSettings = NoSettings>(settings?: S): Single<C, K, B, S, Float64> {
    return this.#each('std', settings, true);
  }

  median<const S extends AggregateSettings = NoSettings>(settings?: S): Single<C, K, B, S, Float64> {
    return this.#each('median', settings, true);
  }

  first<const S extends AggregateSettings = NoSettings>(settings?: S): OneOf<C, B, S> {
    return this.#each('first', settings);
  }

  last<const S extends AggregateSettings = NoSettings>(settings?: S): OneOf<C, B, S> {
    return this.#each('last', settings);
  }

  /** The value of each column at place `n` in order of arrival, from 0; from the end from -1 on. */
  nth<const S extends AggregateSettings = NoSettings>(n: number, settings?: S): OneOf<C, B, S> {
    return this.#each('nth', settings, false, { n });
  }

  nunique<const S extends AggregateSettings = NoSettings>(settings?: S): Single<C, K, B, S, CountType> {
    return this.#each('nunique', settings);
  }

  /** `q` in [0, 1]; `interpolation`: linear, lower, higher, nearest, midpoint. */
  quantile<const S extends AggregateSettings & { readonly interpolation?: string } = NoSettings>(
    q: number,
    options?: S,
  ): Single<C, K, B, S, Float64> {
    const { interpolation = 'linear', ...settings }: AggregateSettings & { readonly interpolation?: string } =
      options ?? {};
    return this.#each('quantile', settings, true, { q, interpolation });
  }

  sem<const S extends DdofSettings = NoSettings>(settings?: S): Single<C, K, B, S, Float64> {
    return this.#each('sem', settings, true);
  }

  skew<const S extends AggregateSettings = NoSettings>(settings?: S): Single<C, K, B, S, Float64> {
    return this.#each('skew', settings, true);
  }

  kurt<const S extends AggregateSettings = NoSettings>(settings?: S): Single<C, K, B, S, Float64> {
    return this.#each('kurt', settings, true);
  }

  prod<const S extends AggregateSettings = NoSettings>(settings?: S): Sums<C, K, B, S> {
    return this.#each('prod', settings, true);
  }

  any<const S extends AggregateSettings = NoSettings>(settings?: S): Single<C, K, B, S, Bool> {
    return this.#each('any', settings, true);
  }

  all<const S extends AggregateSettings = NoSettings>(settings?: S): Single<C, K, B, S, Bool> {
    return this.#each('all', settings, true);
  }

  /** The most frequent value of each column; the least of several. */
  mode<const S extends AggregateSettings = NoSettings>(settings?: S): OneOf<C, B, S> {
    return this.#each('mode', settings);
  }

  /** Each column's value where `by` is least: `groupby('symbol').at.argmin(df.price)`; the earliest of several. */
  argmin<const S extends AggregateSettings = NoSettings>(by: Series<any>, settings?: S): OneOf<C, B, S> {
    return this.#each('argmin', settings, false, {}, by);
  }

  /** Each column's value where `by` is greatest; the earliest of several. */
  argmax<const S extends AggregateSettings = NoSettings>(by: Series<any>, settings?: S): OneOf<C, B, S> {
    return this.#each('argmax', settings, false, {}, by);
  }

  /** Pearson's correlation of each column with another. */
  corr<const S extends AggregateSettings = NoSettings>(other: Series<any>, settings?: S): Single<C, K, B, S, Float64> {
    return this.#each('corr', settings, true, {}, other);
  }

  /** The covariance of each column with another. */
  cov<const S extends DdofSettings = NoSettings>(other: Series<any>, settings?: S): Single<C, K, B, S, Float64> {
    return this.#each('cov', settings, true, {}, other);
  }

  /** The `k` most frequent values of a column in each group as rows: keys, the value, `count`, `error`; see `Series.topValues`. */
  topValues(
    name: keyof C & string,
    k = 10,
    { capacity, ...settings }: TopOptions & AggregateSettings = {},
  ): DataFrame<Columns> {
    const { plan } = this.#frame;
    const { type } = this.#frame.schema.field(name, 'topValues');
    return this.#frame.derive(
      topValuesPlan(
        plan,
        { name, expression: column(name), type },
        k,
        { capacity },
        { ...this.#emission(settings, 'topValues'), window: this.#window, keys: this.#keys },
      ),
    );
  }

  /**
   * How often each value of the one column picked occurs in each group, in ascending order: `groupby('k').x.valueCounts()`.
   *
   * @throws OptionError unless one column is picked
   */
  valueCounts(settings: AggregateSettings = {}): DataFrame<Columns> {
    const { frame, keys, window } = this.#rows;
    const [name, ...others] = this.#picked ?? [];
    if (name === undefined || others.length > 0) {
      throw new OptionError(
        'columns',
        "valueCounts: takes one column; pick it first, as in groupby('k').x.valueCounts()",
      );
    }
    const value = presentKey(column(name), frame.schema.field(name).type);
    const counted = [...keys, { name: name === 'count' ? 'value' : name, expression: value }];
    const results = [{ name: 'count', expression: aggregate('size') }];
    const options = { ...this.#emission(settings, 'valueCounts'), window, keys: counted, results };
    return frame.derive(aggregatePlan(frame.plan, options, 'valueCounts'));
  }

  /** Rows of each group, null or not; without groups cells, as streamz and pandas say: rows times columns. */
  size<const S extends AggregateSettings = NoSettings>(
    settings?: S,
  ): Windowed<C, B, AsColumns<Marked<B, S> & KeyColumns<C, K> & { size: CountType }>> {
    const columns = this.#picked?.length ?? this.#frame.schema.length;
    const rows = aggregate('size');
    const expression = this.#keys.length > 0 || columns === 1 ? rows : call('mul', [rows, literal(columns)]);
    return this.#derive([{ name: 'size', expression }], settings ?? {}, 'size') as any;
  }

  override toString(): string {
    const by = this.#keys.length > 0 ? ` by ${this.#keys.map(({ name }) => name).join(', ')}` : '';
    return `${windowText(this.#window)}${by} of ${this.#frame}`;
  }

  /**
   * The windows of each row among the rows of its group: `groupby('symbol').rolling(20).price.mean()`, `rolling('1m').agg({ … })`. Results
   * are the keys and a value for each row, in the order of the rows; rows whose key is missing have none.
   *
   * A window of rows keeps the last rows of every group there ever was; a window over time those of groups that are not quiet for longer.
   *
   * @throws OptionError over a window: each row has its own here; so have those below
   */
  rolling(window: number | string, options: RollingOptions = {}): GroupRolling<C, K> {
    return rollingRows(this.#rows, window, options) as any;
  }

  /** Each column of numbers, older rows of the group weighing less; see `Series.ewm`. */
  ewm(decay: EwmOptions): Ewm<Each<C, K, NoBounds, Float64>> {
    return ewmRows(this.#rows, decay);
  }

  /** The running sum of each group, row by row, beside the keys. */
  cumsum(): EachRow<C, K, { [P in keyof C]: SumType<C[P]> }> {
    return eachRow(this.#rows, 'cumsum', remembered('cumsum'));
  }

  cumprod(): EachRow<C, K, { [P in keyof C]: SumType<C[P]> }> {
    return eachRow(this.#rows, 'cumprod', remembered('cumprod'));
  }

  cummin(): EachRow<C, K, C> {
    return eachRow(this.#rows, 'cummin', remembered('cummin'));
  }

  cummax(): EachRow<C, K, C> {
    return eachRow(this.#rows, 'cummax', remembered('cummax'));
  }

  /** The row of the group `n` before, also across batches. */
  shift(n = 1): EachRow<C, K, C> {
    return eachRow(this.#rows, 'shift', remembered('shift', n), false);
  }

  diff(n = 1): EachRow<C, K, C> {
    return eachRow(this.#rows, 'diff', remembered('diff', n));
  }

  pctChange(n = 1): Each<C, K, NoBounds, Float64> {
    return eachRow(this.#rows, 'pctChange', remembered('pct_change', n));
  }

  /** Nulls take the last present value of their group. */
  ffill(): EachRow<C, K, C> {
    return eachRow(this.#rows, 'ffill', remembered('ffill'), false);
  }

  get #rows(): GroupedRows {
    const columns = (verb: string, numeric: boolean): readonly Field[] => this.#columns(verb, numeric);
    return { frame: this.#frame, keys: this.#keys, window: this.#window, columns };
  }

  /** One aggregation of every column (that is no key, and numeric if it must be). */
  #each(
    name: string,
    settings: (AggregateSettings & { readonly ddof?: number }) | undefined,
    numeric = false,
    given: Readonly<Record<string, number | string>> = {},
    other?: Series<any>,
  ): any {
    const { ddof, ...emission } = settings ?? {};
    const parameters = ddof === undefined ? given : { ...given, ddof };
    const results = this.#columns(name, numeric).map(field => ({
      name: field.name,
      expression: aggregate(name, [column(field.name), ...(other ? [other.expression] : [])], parameters),
    }));
    return this.#derive(results, emission, name);
  }

  /** The columns that were picked; else those that are no keys, and numeric if they must be. */
  #columns(verb: string, numeric: boolean): readonly Field[] {
    if (this.#picked) return this.#picked.map(name => this.#frame.schema.field(name, verb));
    const keys = new Set(this.#keys.map(({ name }) => name));
    return this.#frame.schema.fields.filter(
      ({ name, type }) => !keys.has(name) && (!numeric || isNumeric(type) || type.kind === 'bool'),
    );
  }

  /** When results come out; rows may be as late as the frame says, if nothing is said here. */
  #emission(settings: AggregateSettings, verb: string): AggregateSettings {
    checkOptions(verb, settings, aggregateSettings);
    const { emit, panes, outOfOrder } = settings;
    return { emit, panes, outOfOrder: outOfOrder ?? this.#frame.outOfOrder };
  }

  #derive(results: readonly Named[], settings: AggregateSettings, verb: string): DataFrame<any> {
    const { plan } = this.#frame;
    const options = { ...this.#emission(settings, verb), window: this.#window, keys: this.#keys, results };
    return this.#frame.derive(aggregatePlan(plan, options, verb));
  }
}
