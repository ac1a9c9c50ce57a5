// Division and remainder with floor semantics: the remainder has the divisor's sign, as in Python and numpy.
import { Shape } from './binary';

export const enum Op { floordiv, mod }

/** C's fmod. */
// @ts-ignore: decorator
@inline
function rest(a: f64, b: f64): f64 {
  // Integers below 2⁵³, the common case: the quotient can't round up to the next integer, so this is exact. Else fmod, bit by bit.
  if (trunc(a) == a && trunc(b) == b && abs(a) < 9007199254740992.0 && abs(b) < 9007199254740992.0 && b != 0.0) return a - trunc(a / b) * b;
  return a % b;
}

/** numpy's floor_divide: x // 0 is ±inf, 0 // 0 NaN; a quotient that rounding pushed below an integer is that integer. */
// @ts-ignore: decorator
@inline
export function floorDivide(a: f64, b: f64): f64 {
  if (b == 0.0) return a / b;
  const left = rest(a, b);
  let quotient = (a - left) / b;
  if (left != 0.0 && (b < 0.0) != (left < 0.0)) quotient -= 1.0;
  if (quotient == 0.0) return copysign<f64>(0.0, a / b);
  const down = floor(quotient);
  return quotient - down > 0.5 ? down + 1.0 : down;
}

/** fmod moved to the divisor's sign; x % 0 is NaN. */
// @ts-ignore: decorator
@inline
export function remainder(a: f64, b: f64): f64 {
  const left = rest(a, b);
  if (left == 0.0) return copysign<f64>(0.0, b);
  return (left < 0.0) != (b < 0.0) ? left + b : left;
}

// @ts-ignore: decorator
@inline
function one(op: i32, a: f64, b: f64): f64 {
  return op == Op.floordiv ? floorDivide(a, b) : remainder(a, b);
}

// @ts-ignore: decorator
@inline
export function floats(op: i32, shape: i32, a: usize, b: usize, out: usize, length: i32): void {
  const left = load<f64>(a), right = load<f64>(b);
  for (let i: usize = 0, bytes = <usize>length << 3; i < bytes; i += 8) {
    store<f64>(out + i, one(op, shape == Shape.scalarLeft ? left : load<f64>(a + i), shape == Shape.scalarRight ? right : load<f64>(b + i)));
  }
}

/** Integer column and one non-zero integer. The smallest value // -1 wraps. */
// @ts-ignore: decorator
@inline
export function integers<T>(op: i32, a: usize, b: usize, out: usize, length: i32): void {
  const divisor = load<T>(b);
  for (let i: usize = 0, bytes = <usize>length << alignof<T>(); i < bytes; i += sizeof<T>()) {
    const value = load<T>(a + i);
    if (isSigned<T>()) {
      // wasm traps on the smallest value / -1
      const quotient = divisor == -1 ? <T>(0 - value) : <T>(value / divisor);
      const rest = <T>(value - quotient * divisor);
      const below = rest != 0 && (rest < 0) != (divisor < 0);
      store<T>(out + i, op == Op.floordiv ? <T>(quotient - <T>below) : below ? <T>(rest + divisor) : rest);
    } else {
      store<T>(out + i, op == Op.floordiv ? <T>(value / divisor) : <T>(value % divisor));
    }
  }
}

/** value ** exponent by squaring; wraps. */
// @ts-ignore: decorator
@inline
export function integerPower(a: usize, b: usize, out: usize, length: i32): void {
  const exponent = load<i64>(b);
  for (let i: usize = 0, bytes = <usize>length << 3; i < bytes; i += 8) {
    let base = load<i64>(a + i), rest = exponent, power: i64 = 1;
    for (; rest > 0; rest >>= 1) {
      if (rest & 1) power *= base;
      base *= base;
    }
    store<i64>(out + i, power);
  }
}
