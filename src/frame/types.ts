import type { Aggregation } from '../aggregate/accumulator.ts';
import type { Expression } from '../expr/expression.ts';
import type { ArithmeticResult, ConstantResult } from '../expr/result-type.ts';
import type {
  Bool,
  DataType,
  Float32,
  Float64,
  Int64,
  NumericType,
  TemporalType,
  TextType,
  Timestamp,
  Uint32,
  Uint64,
  Utf8,
  ValueOf,
} from '../schema/data-type.ts';
import type { Columns } from '../schema/schema.ts';
import type { DataFrameBase } from './data-frame.ts';
import type { Series } from './series.ts';

/** The columns of a frame as properties; those whose names are methods are reached with `col()`. */
export type ColumnSeries<C extends Columns> = string extends keyof C
  ? unknown
  : { readonly [K in Exclude<keyof C & string, keyof DataFrameBase<Columns>>]: Series<C[K]> };

/** A streaming dataframe with these columns: `DataFrame<{ price: Float64; symbol: Utf8 }>`. */
export type DataFrame<C extends Columns = Columns> = DataFrameBase<C> & ColumnSeries<C>;

/** What `t` is in `t => t.price.mul(t.qty)`. For frames whose columns the compiler does not know, any name is a series. */
export type RowScope<C extends Columns> = string extends keyof C
  ? DataFrameBase<C> & Readonly<Record<string, any>>
  : DataFrame<C>;

/** A column or value per row: a series of the frame, a function of the frame, text, an expression. */
export type ColumnInput<C extends Columns> =
  | Series<any>
  | ((t: RowScope<C>) => Series<any> | LiteralInput)
  | string
  | Expression;
/** A constant. Text needs `lit('…')` where text is taken for an expression. */
export type LiteralInput = number | bigint | boolean | Date | null;

/** The type of a column made from an input: known for series and functions of the frame. */
export type TypeOfInput<I> =
  I extends Series<infer T>
    ? T
    : I extends (t: any) => infer R
      ? TypeOfInput<R>
      : I extends Aggregation<infer T>
        ? T
        : I extends number
          ? Float64
          : I extends bigint
            ? Int64
            : I extends boolean
              ? Bool
              : DataType;

/** An object type as columns. */
export type AsColumns<R> = { readonly [P in keyof R & string]: R[P] extends DataType ? R[P] : DataType };
/** Columns `A`, with those of `B` added or put in their place. */
export type Assigned<A, B> = AsColumns<Omit<A, keyof B> & B>;
export type TypesOf<I> = {
  readonly [K in keyof I & string]: TypeOfInput<I[K]> extends infer T extends DataType ? T : DataType;
};

/** What can stand on the other side of an operation with a series of type T. */
export type Operand<T extends DataType> = T extends NumericType
  ? Series<NumericType> | Series<Bool> | number | bigint
  : T extends Bool
    ? Series<Bool> | boolean
    : T extends TextType
      ? Series<TextType> | string
      : T extends TemporalType
        ? Series<TemporalType> | Date | string | bigint | number
        : Series<T> | ValueOf<T>;

/** Type of `+ - *`: floats stay or become float64, integers widen. */
export type Arithmetic<A, B> =
  B extends Series<infer U>
    ? ArithmeticResult<A, U>
    : B extends number | bigint | boolean
      ? ConstantResult<A, B>
      : DataType;

/** Result of `sum`: int64 of integers and bools, uint64 of unsigned, float64 of floats. */
export type SumType<T> = T extends Float32 | Float64 ? Float64 : T extends { kind: `uint${string}` } ? Uint64 : Int64;
export type CountType = Uint32;

/** Bounds of event-time windows. */
export type Bounds = { readonly windowStart: Timestamp; readonly windowEnd: Timestamp };
export type { Utf8 };
