import type { Batch } from '../column/batch.ts';
import type { Vector } from '../column/vector.ts';
import { aggregate, type Constant, call, type Expression, literal } from '../expr/expression.ts';
import type { Op } from '../expr/ops.ts';
import { typeNamed } from '../expr/type-name.ts';
import type { Bool, DataType, Float64, NumericType, TextType, ValueOf } from '../schema/data-type.ts';
import { typeText } from '../schema/data-type.ts';
import { everything } from '../window/window.ts';
import type { DataFrameBase } from './data-frame.ts';
import { type AggregateOptions, aggregatePlan, type Plan } from './plan.ts';
import { isAggregated } from './scans.ts';
import type { Arithmetic, CountType, Operand, SumType } from './types.ts';

/**
 * A streaming column: an expression over a frame's rows (`t.price.mul(t.qty)`), or a value per group or window
 * (`t.price.sum()`), which `agg` takes, and which by itself is a running result.
 *
 * Operations check names and types at once and move no bytes.
 */
export class Series<T extends DataType = DataType> {
  readonly frame: DataFrameBase<any>;
  readonly expression: Expression;
  /** The column's name, or the expression as text. */
  readonly name: string;
  /** Carries the type for the compiler; at run time see `type`. */
  declare readonly dtype: T;

  constructor(
    frame: DataFrameBase<any>,
    expression: Expression,
    name = expression.kind === 'column' ? expression.name : expression.key,
  ) {
    this.frame = frame;
    this.expression = expression;
    this.name = name;
  }

  /** @throws SchemaError when the expression has no meaning over the frame */
  get type(): DataType {
    return this.frame.typeOf(this.expression);
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

  neg(this: Series<NumericType>): Series<T> {
    return this.#call('neg', []);
  }

  abs(this: Series<NumericType>): Series<T> {
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

  /** This where `condition` is true, `other` elsewhere. */
  where(condition: Series<Bool>, other: Operand<T>): Series<T> {
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
    return this.#make(call('cast', [this.expression], typeof type === 'string' ? typeNamed(type) : type));
  }

  sum(this: Series<NumericType | Bool>): Series<SumType<T> & DataType> {
    return this.#aggregate('sum');
  }

  /** NaN and null are skipped; null when nothing is left. */
  mean(this: Series<NumericType | Bool>): Series<Float64> {
    return this.#aggregate('mean');
  }

  /** Cells that are neither null nor NaN. */
  count(): Series<CountType> {
    return this.#aggregate('count');
  }

  /** Rows, null or not. */
  size(): Series<CountType> {
    return this.#make(aggregate('size'));
  }

  min(): Series<T> {
    return this.#aggregate('min');
  }

  max(): Series<T> {
    return this.#aggregate('max');
  }

  var(this: Series<NumericType | Bool>, options: { ddof?: number } = {}): Series<Float64> {
    return this.#aggregate('var', options);
  }

  std(this: Series<NumericType | Bool>, options: { ddof?: number } = {}): Series<Float64> {
    return this.#aggregate('std', options);
  }

  median(this: Series<NumericType | Bool>): Series<Float64> {
    return this.#aggregate('median');
  }

  /** `q` in [0, 1]; `interpolation` as in pandas: linear, lower, higher, nearest, midpoint. */
  quantile(this: Series<NumericType | Bool>, q: number, interpolation = 'linear'): Series<Float64> {
    return this.#aggregate('quantile', { q, interpolation });
  }

  first(): Series<T> {
    return this.#aggregate('first');
  }

  last(): Series<T> {
    return this.#aggregate('last');
  }

  nunique(): Series<CountType> {
    return this.#aggregate('nunique');
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

  /** Any other aggregation by name, with its parameters. */
  aggregate(name: string, parameters: Readonly<Record<string, number | string | boolean>> = {}): Series {
    return this.#aggregate(name, parameters);
  }

  /**
   * Calls `fn` with this column of every batch: a `Vector` for a column, the value itself for a running result. A promise
   * that `fn` returns holds the next batch back. Returns what ends it.
   */
  sink(fn: (value: any) => unknown): () => void {
    const plan = this.plan;
    const scalar = plan.op === 'aggregate';
    return this.frame.root.attach(plan, (batch: Batch) =>
      fn(scalar ? batch.vectors[0]!.get(0) : (batch.vectors[0] as Vector)),
    );
  }

  /** What this series computes by itself: a frame of one column. */
  get plan(): Plan {
    const named = [{ name: this.name, expression: this.expression }];
    const options: AggregateOptions = { window: everything, keys: [], results: named };
    if (isAggregated(this.expression)) return aggregatePlan(this.frame.plan, options, this.name);
    return this.frame.select({ [this.name]: this }).plan;
  }

  /** A frame with this one column. */
  toFrame(name = this.name): DataFrameBase<Record<string, T>> {
    return isAggregated(this.expression)
      ? this.frame.derive(
          aggregatePlan(
            this.frame.plan,
            { window: everything, keys: [], results: [{ name, expression: this.expression }] },
            name,
          ),
        )
      : (this.frame.select({ [name]: this }) as DataFrameBase<any>);
  }

  toString(): string {
    return `Series<${typeText(this.type)}> ${this.name}`;
  }

  #make(expression: Expression): Series<any> {
    return new Series(this.frame, expression);
  }

  #operand(other: unknown): Expression {
    return other instanceof Series ? other.expression : literal(other as Constant);
  }

  #binary(op: Op, other: unknown): Series<any> {
    return this.#make(call(op, [this.expression, this.#operand(other)]));
  }

  #call(op: Op, operands: readonly unknown[]): Series<any> {
    return this.#make(call(op, [this.expression, ...operands.map(other => this.#operand(other))]));
  }

  #aggregate(
    name: string,
    parameters: Readonly<Record<string, number | string | boolean | undefined>> = {},
  ): Series<any> {
    const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
    return this.#make(aggregate(name, [this.expression], given as Record<string, number>));
  }
}
