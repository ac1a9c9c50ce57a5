import type {
  Bool,
  Float32,
  Float64,
  FloatType,
  Int8,
  Int16,
  Int32,
  Int64,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
} from '../schema/data-type.ts';

// The rules of promote.ts for the compiler; test/expr/result-type.test.ts holds the two together.

type Narrow = Int8 | Int16 | Uint8 | Bool;
type Unsigned = Uint8 | Uint16 | Uint32 | Uint64;
/** Types whose values float32 holds exactly. */
type Single = Float32 | Narrow | Uint16;

/** Type of `a + b`, `a - b` and `a * b` of two columns. */
export type ArithmeticResult<A, B> = [A, B] extends [Bool, Bool]
  ? Bool
  : A extends FloatType
    ? FloatResult<A, B>
    : B extends FloatType
      ? FloatResult<A, B>
      : A extends Uint64
        ? UnsignedResult<B>
        : B extends Uint64
          ? UnsignedResult<A>
          : A extends Narrow
            ? B extends Narrow
              ? Int32
              : Int64
            : Int64;

type FloatResult<A, B> = A extends Single ? (B extends Single ? Float32 : Float64) : Float64;
type UnsignedResult<Other> = Other extends Unsigned ? Uint64 : Float64;

/** Type of `abs(a)`. */
export type AbsoluteResult<A> = A extends Unsigned ? A : NegatedResult<A>;

/** Type of `-a`. */
export type NegatedResult<A> = A extends Bool | FloatType | Int32
  ? A
  : A extends Narrow
    ? Int32
    : A extends Uint64
      ? Float64
      : Int64;

/**
 * Type of `a + c`, `a - c` and `a * c` of a column and a constant. The compiler sees that `2` and `2n` are whole, not how large they
 * are: a column of up to 16 bits gives int32, or int64 beside a constant that needs more.
 */
export type ConstantResult<A, C extends number | bigint | boolean> = A extends FloatType
  ? A
  : C extends boolean
    ? ArithmeticResult<A, Bool>
    : `${C}` extends `${bigint}`
      ? WholeResult<A>
      : C extends number
        ? number extends C
          ? WholeResult<A> | Float64
          : Float64
        : WholeResult<A>;

type WholeResult<A> = A extends Narrow ? Int32 | Int64 : A extends Uint64 ? Uint64 | Float64 : Int64;
