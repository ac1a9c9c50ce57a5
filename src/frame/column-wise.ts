import { OptionError } from '../errors.ts';
import { call, column, type Expression, literal } from '../expr/expression.ts';
import { type Bool, type DataType, type Float64, isNumeric } from '../schema/data-type.ts';
import type { Columns, Schema } from '../schema/schema.ts';
import { Shown } from '../shown.ts';
import { Ewm, type EwmOptions, ewmCall } from './ewm.ts';
import type { AggregateSettings } from './group-types.ts';
import type { Named, Plan } from './plan.ts';
import { FrameRolling, rollingCall } from './rolled.ts';
import type { RollingColumn, RollingOptions } from './rolling.ts';
import type { Series } from './series.ts';
import type { AsColumns, CountType, DataFrame, SumType } from './types.ts';
import { checkedExtent } from './window-checks.ts';
import type { Window } from './windowed.ts';

type Each<C extends Columns, T extends DataType> = DataFrame<AsColumns<{ readonly [K in keyof C]: T }>>;
type Sums<C extends Columns> = DataFrame<AsColumns<{ readonly [K in keyof C]: SumType<C[K]> }>>;
/** `{ axis: 1 }`: along each row, in place of down each column. */
export interface AlongRows {
  readonly axis: 1;
}
type Moment = AggregateSettings & { readonly ddof?: number };
type Number_ = number | bigint;

const isCountable = (type: DataType): boolean => isNumeric(type) || type.kind === 'bool';

/**
 * What a frame does to each of its columns: reductions, remembering columns, arithmetic. `first`, `last` and `mode` are those of `expanding()`
 * only: many a column of results is called so.
 */
export abstract class ColumnWise<C extends Columns> extends Shown {
  abstract readonly schema: Schema<C>;
  abstract readonly plan: Plan;
  abstract col(name: any): Series<any>;
  abstract expanding(): Window<C>;
  /** A frame of just these columns. */
  protected abstract project(columns: readonly Named[], verb: string): DataFrame<any>;
  /** An expression over the frame as its series. */
  protected abstract seriesOf(expression: Expression, name: string): Series<any>;

  /** The sum of each column of numbers so far, as one row; or with `{ axis: 1 }` of each row. */
  sum(along: AlongRows): Series<Float64>;
  sum(settings?: AggregateSettings): Sums<C>;
  sum(settings?: AggregateSettings | AlongRows): any {
    return isAlong(settings) ? this.seriesOf(this.#rowSum(), 'sum') : this.expanding().sum(settings);
  }

  mean(along: AlongRows): Series<Float64>;
  mean(settings?: AggregateSettings): Each<C, Float64>;
  mean(settings?: AggregateSettings | AlongRows): any {
    if (!isAlong(settings)) return this.expanding().mean(settings);
    return this.seriesOf(call('div', [this.#rowSum(), this.#rowCount()]), 'mean');
  }

  /** Present values of each column so far; or with `{ axis: 1 }` of each row. */
  count(along: AlongRows): Series<DataType>;
  count(settings?: AggregateSettings): Each<C, CountType>;
  count(settings?: AggregateSettings | AlongRows): any {
    return isAlong(settings) ? this.seriesOf(this.#rowCount(), 'count') : this.expanding().count(settings);
  }

  /** Cells so far: rows times columns. */
  size(settings?: AggregateSettings): DataFrame<{ readonly size: DataType }> {
    return this.expanding().size(settings) as any;
  }

  min(settings?: AggregateSettings): DataFrame<C> {
    return this.expanding().min(settings) as any;
  }

  max(settings?: AggregateSettings): DataFrame<C> {
    return this.expanding().max(settings) as any;
  }

  var(settings?: Moment): Each<C, Float64> {
    return this.expanding().var(settings) as any;
  }

  std(settings?: Moment): Each<C, Float64> {
    return this.expanding().std(settings) as any;
  }

  median(settings?: AggregateSettings): Each<C, Float64> {
    return this.expanding().median(settings) as any;
  }

  quantile(q: number, settings?: AggregateSettings & { readonly interpolation?: string }): Each<C, Float64> {
    return this.expanding().quantile(q, settings) as any;
  }

  nunique(settings?: AggregateSettings): Each<C, CountType> {
    return this.expanding().nunique(settings) as any;
  }

  /** Standard error of each column's mean so far. */
  sem(settings?: Moment): Each<C, Float64> {
    return this.expanding().sem(settings) as any;
  }

  skew(settings?: AggregateSettings): Each<C, Float64> {
    return this.expanding().skew(settings) as any;
  }

  kurt(settings?: AggregateSettings): Each<C, Float64> {
    return this.expanding().kurt(settings) as any;
  }

  prod(settings?: AggregateSettings): Sums<C> {
    return this.expanding().prod(settings) as any;
  }

  any(settings?: AggregateSettings): Each<C, Bool> {
    return this.expanding().any(settings) as any;
  }

  all(settings?: AggregateSettings): Each<C, Bool> {
    return this.expanding().all(settings) as any;
  }

  /** The present value of each column at place `n` in order of arrival, from 0; from the end from -1 on: -1 is the last. */
  nth(n: number, settings?: AggregateSettings): DataFrame<C> {
    return this.expanding().nth(n, settings) as any;
  }

  /** Each column's value where `by` is least; the earliest of several. */
  argmin(by: Series<any>, settings?: AggregateSettings): DataFrame<C> {
    return this.expanding().argmin(by, settings) as any;
  }

  /** Each column's value where `by` is greatest; the earliest of several. */
  argmax(by: Series<any>, settings?: AggregateSettings): DataFrame<C> {
    return this.expanding().argmax(by, settings) as any;
  }

  /** Pearson's correlation of each column with another, as pandas' `corrwith`. */
  corr(other: Series<any>, settings?: AggregateSettings): Each<C, Float64> {
    return this.expanding().corr(other, settings) as any;
  }

  cov(other: Series<any>, settings?: Moment): Each<C, Float64> {
    return this.expanding().cov(other, settings) as any;
  }

  cumsum(): Sums<C> {
    return this.#each('cumsum', series => series.cumsum(), isCountable);
  }

  cumprod(): Sums<C> {
    return this.#each('cumprod', series => series.cumprod(), isCountable);
  }

  cummin(): DataFrame<C> {
    return this.#each('cummin', series => series.cummin(), isCountable);
  }

  cummax(): DataFrame<C> {
    return this.#each('cummax', series => series.cummax(), isCountable);
  }

  /** The row `n` before, also across batches. */
  shift(n = 1): DataFrame<C> {
    return this.#each('shift', series => series.shift(n));
  }

  diff(n = 1): DataFrame<C> {
    return this.#each('diff', series => series.diff(n), isCountable);
  }

  pctChange(n = 1): Each<C, Float64> {
    return this.#each('pctChange', series => series.pctChange(n), isCountable);
  }

  /** Nulls take the last present value of their column. */
  ffill(): DataFrame<C> {
    return this.#each('ffill', series => series.ffill());
  }

  /** Each column of numbers over the windows that end with each row; see `Series.rolling`. */
  rolling(
    window: number | string,
    options: RollingOptions = {},
  ): FrameRolling<C, Each<C, Float64>, Each<C, Float64>, Each<C, Bool>> {
    checkedExtent(this.plan, window);
    const column: RollingColumn = (verb, parameters, others) =>
      this.#each(
        verb,
        ({ name, expression }) => this.seriesOf(rollingCall(verb, expression, parameters, others), name),
        isCountable,
      );
    return new FrameRolling(this as any, [], window, options, column, (columns, verb) => this.project(columns, verb));
  }

  /** Each column of numbers, older rows weighing less; see `Series.ewm`. */
  ewm(decay: EwmOptions): Ewm<Each<C, Float64>> {
    return new Ewm<Each<C, Float64>>(decay, (verb, parameters, others) =>
      this.#each(
        verb,
        ({ name, expression }) => this.seriesOf(ewmCall(verb, expression, parameters, others), name),
        isCountable,
      ),
    );
  }

  add(other: Number_): DataFrame<Columns> {
    return this.#each('add', series => series.add(other));
  }

  sub(other: Number_): DataFrame<Columns> {
    return this.#each('sub', series => series.sub(other));
  }

  mul(other: Number_): DataFrame<Columns> {
    return this.#each('mul', series => series.mul(other));
  }

  div(other: Number_): Each<C, Float64> {
    return this.#each('div', series => series.div(other));
  }

  floordiv(other: Number_): DataFrame<Columns> {
    return this.#each('floordiv', series => series.floordiv(other));
  }

  mod(other: Number_): DataFrame<Columns> {
    return this.#each('mod', series => series.mod(other));
  }

  pow(other: Number_): DataFrame<Columns> {
    return this.#each('pow', series => series.pow(other));
  }

  eq(other: Number_ | string | boolean): Each<C, Bool> {
    return this.#each('eq', series => series.eq(other));
  }

  ne(other: Number_ | string | boolean): Each<C, Bool> {
    return this.#each('ne', series => series.ne(other));
  }

  lt(other: Number_ | string): Each<C, Bool> {
    return this.#each('lt', series => series.lt(other));
  }

  le(other: Number_ | string): Each<C, Bool> {
    return this.#each('le', series => series.le(other));
  }

  gt(other: Number_ | string): Each<C, Bool> {
    return this.#each('gt', series => series.gt(other));
  }

  ge(other: Number_ | string): Each<C, Bool> {
    return this.#each('ge', series => series.ge(other));
  }

  neg(): DataFrame<Columns> {
    return this.#each('neg', series => series.neg());
  }

  abs(): DataFrame<C> {
    return this.#each('abs', series => series.abs());
  }

  isna(): Each<C, Bool> {
    return this.#each('isna', series => series.isna());
  }

  notna(): Each<C, Bool> {
    return this.#each('notna', series => series.notna());
  }

  /** Columns of numbers to `decimals` places, half to even; the others as they are. */
  round(decimals = 0): DataFrame<C> {
    return this.#each('round', series => (isNumeric(series.type) ? series.round(decimals) : series));
  }

  /** Missing cells replaced: in columns of numbers, or by column, as in `{ price: 0, symbol: 'none' }`. */
  fillna(value: Number_ | Readonly<Record<string, unknown>>): DataFrame<C> {
    const byName = typeof value === 'object' ? value : null;
    for (const name of Object.keys(byName ?? {})) this.schema.field(name, 'fillna');
    return this.#each('fillna', series => {
      if (byName) return series.name in byName ? series.fillna(byName[series.name] as any) : series;
      return isNumeric(series.type) ? series.fillna(value as any) : series;
    });
  }

  clip(low: number | null, high: number | null): DataFrame<C> {
    return this.#each('clip', series => (isNumeric(series.type) ? series.clip(low, high) : series));
  }

  #each(verb: string, of: (series: Series<any>) => Series<any>, applies?: (type: DataType) => boolean): any {
    const fields = this.schema.fields.filter(({ type }) => applies?.(type) ?? true);
    if (fields.length === 0) throw new OptionError('columns', `${verb}: the frame ${this.schema} has no such columns`);
    return this.project(
      fields.map(({ name }) => ({ name, expression: of(this.col(name)).expression })),
      verb,
    );
  }

  #numbers(): Expression[] {
    return this.schema.fields.filter(({ type }) => isCountable(type)).map(({ name }) => column(name));
  }

  #rowSum(): Expression {
    const present = (x: Expression): Expression => call('ifElse', [call('isna', [x]), literal(0), x]);
    return this.#numbers().map(present).reduce(plus);
  }

  #rowCount(): Expression {
    const present = (x: Expression): Expression => call('ifElse', [call('isna', [x]), literal(0), literal(1)]);
    return this.#numbers().map(present).reduce(plus);
  }
}

const plus = (a: Expression, b: Expression): Expression => call('add', [a, b]);
const isAlong = (settings: unknown): settings is AlongRows =>
  typeof settings === 'object' && settings !== null && 'axis' in settings;
