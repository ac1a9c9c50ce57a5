import type { Batch } from '../column/batch.ts';
import { column, type Expression } from '../expr/expression.ts';
import type { Bool } from '../schema/data-type.ts';
import type { Columns } from '../schema/schema.ts';
import type { WindowScheme } from '../window/window.ts';
import type { DataFrameBase } from './data-frame.ts';
import { GroupBy } from './group-by.ts';
import type { Groups, Keys } from './group-types.ts';
import { keysOf } from './input.ts';
import { applyPlan, fullPlan } from './partitions.ts';
import { Series } from './series.ts';
import type { Assigned, ColumnInput, DataFrame, RowScope, TypesOf } from './types.ts';
import type { ResultOptions } from './user-rows.ts';

/** The columns of a window as properties; those whose names are methods are reached with `col()`. */
export type WindowColumns<C extends Columns> = string extends keyof C
  ? Readonly<Record<string, any>>
  : { readonly [K in Exclude<keyof C & string, keyof WindowBase<Columns>>]: Series<C[K]> };

/** A frame's rows in a window: aggregate them as they are, or by group. Its columns are properties that remember the window. */
export type Window<C extends Columns = Columns, B = Record<never, never>> = WindowBase<C, B> & WindowColumns<C>;

/** What a window can do, whatever its columns. */
export class WindowBase<C extends Columns, B = Record<never, never>> extends GroupBy<C, readonly [], B> {
  readonly #frame: DataFrameBase<C>;
  readonly #scheme: WindowScheme;

  constructor(frame: DataFrameBase<C>, scheme: WindowScheme) {
    super(frame, [], scheme);
    this.#frame = frame;
    this.#scheme = scheme;
  }

  /** All rows of the window after every batch, in the order in which they came. */
  full(): DataFrame<C> {
    return this.#frame.derive(fullPlan(this.#frame.plan, this.#scheme));
  }

  /**
   * What `fn` makes of the window's rows, after every batch: a value, a row, rows or a `Batch`. It reads the whole window each time; an
   * aggregation costs only what came and left.
   *
   * @throws SchemaError when the result's columns can't be told
   */
  apply(fn: (rows: Batch<C>) => unknown, options: ResultOptions = {}): DataFrame<Columns> {
    return this.#frame.derive(applyPlan(this.#frame.plan, this.#scheme, fn, options));
  }

  /** Rows of the window by key. */
  groupby<const K extends Keys<C>>(keys: K, ...more: never[]): Groups<C, K, B> {
    return new GroupBy<C, K, B>(this.#frame, keysOf(keys, this.#frame, more), this.#scheme) as Groups<C, K, B>;
  }

  /** The column over the window: `window.col('x').add(10).sum()`. @throws SchemaError when there is none */
  col<K extends keyof C & string>(name: K): Series<C[K]> {
    this.#frame.schema.field(name, 'col');
    return new Series(this.#frame, column(name), name, this.#scheme);
  }

  /** The rows' labels over the window. */
  get index(): Series<any> {
    const { expression, name } = this.#frame.index;
    return new Series(this.#frame, expression, name, this.#scheme);
  }

  /** The window of a frame made of this one's rows: `window.over(frame => frame.add(10)).sum()`. */
  over<D extends Columns>(make: (frame: DataFrame<C>) => DataFrame<D> | DataFrameBase<D>): Window<D, B> {
    return new WindowBase<D, B>(make(this.#frame as DataFrame<C>), this.#scheme) as Window<D, B>;
  }

  select<const K extends keyof C & string>(names: readonly K[]): Window<{ [P in K]: C[P] }, B> {
    return this.over(frame => (frame as DataFrameBase<C>).select(names)) as Window<{ [P in K]: C[P] }, B>;
  }

  filter(condition: ((t: RowScope<C>) => Series<Bool>) | Series<Bool> | string | Expression): Window<C, B> {
    return this.over(frame => (frame as DataFrameBase<C>).filter(condition)) as Window<C, B>;
  }

  assign<const I extends Readonly<Record<string, ColumnInput<C> | number | bigint | boolean | Date>>>(
    columns: I,
  ): Window<Assigned<C, TypesOf<I>>, B> {
    return this.over(frame => (frame as DataFrameBase<C>).assign(columns) as DataFrame<any>) as any;
  }

  add(other: number | bigint): Window<Columns, B> {
    return this.over(frame => (frame as DataFrameBase<C>).add(other));
  }

  sub(other: number | bigint): Window<Columns, B> {
    return this.over(frame => (frame as DataFrameBase<C>).sub(other));
  }

  mul(other: number | bigint): Window<Columns, B> {
    return this.over(frame => (frame as DataFrameBase<C>).mul(other));
  }

  div(other: number | bigint): Window<Columns, B> {
    return this.over(frame => (frame as DataFrameBase<C>).div(other) as DataFrame<any>);
  }

  protected override column(name: string): unknown {
    return this.col(name as keyof C & string);
  }
}
